//! What the demo's deploy scripts call: asks one target to install a release, as any deployment tool
//! would that a real pipeline runs. All it knows comes from its arguments and the step's environment.

use crate::{
    demo::target::{self, InstallReply, InstallRequest, Layer, NoAddress},
    http,
    model::{Digest, EffectId, PipelineName, ReleaseId},
};
use std::{path::PathBuf, process::ExitCode};

/// Arguments of the hidden subcommand `demo-install`.
#[derive(Debug, Clone, clap::Args)]
pub struct Args {
    /// The folder in which every target has its own.
    #[arg(long)]
    pub targets: PathBuf,
    /// What the package is to the target.
    #[arg(long)]
    pub layer: Layer,
    #[arg(long, env = "PILOTHOUSE_TARGET")]
    pub target: String,
    #[arg(long, env = "PILOTHOUSE_PIPELINE")]
    pub pipeline: PipelineName,
    #[arg(long, env = "PILOTHOUSE_RELEASE")]
    pub release: ReleaseId,
    #[arg(long, env = "PILOTHOUSE_ARTIFACT")]
    pub artifact: PathBuf,
    #[arg(long, env = "PILOTHOUSE_DIGEST")]
    pub digest: Digest,
    #[arg(long, env = "PILOTHOUSE_EFFECT_ID")]
    pub effect: String,
    #[arg(long, env = "PILOTHOUSE_EPOCH")]
    pub epoch: u64,
    /// 1 when the release is put back, 0 otherwise.
    #[arg(long, env = "PILOTHOUSE_ROLLBACK")]
    pub rollback: u8,
}

#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    #[error(transparent)]
    Address(#[from] NoAddress),
    #[error("cannot make an HTTP client")]
    Client(#[source] reqwest::Error),
    #[error("target {target} does not answer at {address}")]
    Unreachable {
        target: String,
        address: String,
        #[source]
        source: reqwest::Error,
    },
    #[error("{0}")]
    TurnedDown(String),
}

impl InstallError {
    /// 75 for what says nothing about the release and is worth a retry.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            InstallError::Address(_)
            | InstallError::Client(_)
            | InstallError::Unreachable { .. } => ExitCode::from(75),
            InstallError::TurnedDown(_) => ExitCode::FAILURE,
        }
    }
}

/// Installs a release on a target and gives the target's words about it.
///
/// # Errors
/// When the target does not answer, or turns the release down.
pub async fn run(args: Args) -> Result<String, InstallError> {
    let address = target::address(&args.targets, &args.target)?;
    let unreachable = |source| InstallError::Unreachable {
        target: args.target.clone(),
        address: address.clone(),
        source,
    };
    let request = InstallRequest {
        pipeline: args.pipeline,
        layer: args.layer,
        effect: EffectId(args.effect),
        epoch: args.epoch,
        release: args.release,
        digest: args.digest,
        package: args.artifact,
        rollback: args.rollback != 0,
    };
    let client = http::local(None).map_err(InstallError::Client)?;
    let sent = client
        .post(format!("http://{address}/install"))
        .json(&request)
        .send();
    let response = sent.await.map_err(unreachable)?;
    let accepted = response.status().is_success();
    let reply: InstallReply = response.json().await.map_err(unreachable)?;
    if accepted {
        Ok(reply.text)
    } else {
        Err(InstallError::TurnedDown(reply.text))
    }
}

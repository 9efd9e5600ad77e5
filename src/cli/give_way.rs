//! `pilothouse yield`: lets the newer candidate take the place of a release that waits for people.

use crate::{
    cli::{commit, failure::Failure, session::Session},
    model::{Command, PipelineName, ReleaseId, StageName},
};

/// Let the newer candidate take the place of a release that waits for an approval
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    pipeline: PipelineName,
    #[arg(long)]
    stage: StageName,
    /// The release that waits and gives way
    #[arg(long)]
    release: ReleaseId,
    /// Why, for the audit
    #[arg(long, default_value = "")]
    reason: String,
    #[command(flatten)]
    flags: commit::Flags,
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let command = Command::Yield {
        stage: arguments.stage.clone(),
        release: arguments.release,
        reason: arguments.reason.clone(),
    };
    let pipeline = Some(arguments.pipeline.clone());
    commit::carry_out(session, pipeline, command, &arguments.flags).await
}

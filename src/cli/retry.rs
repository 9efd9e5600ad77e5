//! `pilothouse retry`: tries again what failed or is paused in a stage.

use crate::{
    cli::{commit, failure::Failure, session::Session},
    model::{Command, PipelineName, ReleaseId, StageName},
};

/// Try again what failed or is paused in a stage
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    pipeline: PipelineName,
    #[arg(long)]
    stage: StageName,
    #[arg(long)]
    release: ReleaseId,
    #[command(flatten)]
    flags: commit::Flags,
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let command = Command::Retry {
        stage: arguments.stage.clone(),
        release: arguments.release,
    };
    let pipeline = Some(arguments.pipeline.clone());
    commit::carry_out(session, pipeline, command, &arguments.flags).await
}

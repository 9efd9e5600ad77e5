//! `pilothouse undo`: takes one's own approval back before it takes effect.

use crate::{
    cli::{commit, failure::Failure, session::Session},
    model::{Command, PipelineName, ReleaseId, StageName},
};

/// Take your approval back before it takes effect
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
    let command = Command::Undo {
        stage: arguments.stage.clone(),
        release: arguments.release,
    };
    let pipeline = Some(arguments.pipeline.clone());
    commit::carry_out(session, pipeline, command, &arguments.flags).await
}

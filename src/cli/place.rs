//! `pilothouse retry` and `pilothouse undo`: commands about a release in a stage that need no more
//! words than that, or only a reason (`give_way`).

use crate::{
    cli::{commit, failure::Failure, session::Session},
    model::{Command, PipelineName, ReleaseId, StageName},
};

#[derive(Debug, clap::Args)]
#[group(skip)]
pub(crate) struct Arguments {
    pipeline: PipelineName,
    #[arg(long)]
    stage: StageName,
    #[arg(long)]
    release: ReleaseId,
    #[command(flatten)]
    flags: commit::Flags,
}

pub(crate) async fn run(
    session: &Session,
    arguments: &Arguments,
    command: impl FnOnce(StageName, ReleaseId) -> Command,
) -> Result<(), Failure> {
    let command = command(arguments.stage.clone(), arguments.release);
    let pipeline = Some(arguments.pipeline.clone());
    commit::carry_out(session, pipeline, command, &arguments.flags).await
}

pub(crate) fn retry(stage: StageName, release: ReleaseId) -> Command {
    Command::Retry { stage, release }
}

pub(crate) fn undo(stage: StageName, release: ReleaseId) -> Command {
    Command::Undo { stage, release }
}

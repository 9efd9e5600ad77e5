//! `pilothouse override`: a recorded permission for one release to pass named blockers of one stage.

use crate::{
    cli::{commit, failure::Failure, session::Session},
    model::{BlockerId, Command, PipelineName, ReleaseId, Span, StageName},
};

/// Let one release pass named blockers of one stage, for a while
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    pipeline: PipelineName,
    /// As `pilothouse why` names them: window/business-hours
    #[arg(required = true, value_name = "BLOCKER")]
    blockers: Vec<String>,
    #[arg(long)]
    stage: StageName,
    #[arg(long)]
    release: ReleaseId,
    /// How long it holds at most
    #[arg(long = "for", value_name = "SPAN", default_value = "1h")]
    lasts: Span,
    /// How many attempts may use it
    #[arg(long, value_name = "N", default_value_t = 1)]
    uses: u32,
    /// The ticket that it belongs to
    #[arg(long)]
    ticket: Option<String>,
    /// Why, for the audit
    #[arg(long, default_value = "")]
    reason: String,
    #[command(flatten)]
    flags: commit::Flags,
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let command = Command::Override {
        stage: arguments.stage.clone(),
        release: arguments.release,
        blockers: arguments.blockers.iter().cloned().map(BlockerId).collect(),
        reason: arguments.reason.clone(),
        lasts: arguments.lasts,
        ticket: arguments.ticket.clone(),
        uses: arguments.uses,
    };
    let pipeline = Some(arguments.pipeline.clone());
    commit::carry_out(session, pipeline, command, &arguments.flags).await
}

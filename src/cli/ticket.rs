//! `pilothouse ticket`: acknowledges, assigns, annotates or resolves one ticket.

use crate::{
    cli::{
        commit,
        failure::{Exit, Failure},
        session::Session,
    },
    model::{Actor, Command, PipelineName, TicketAction, TicketId},
};

/// Acknowledge, assign, annotate or resolve a ticket
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("action").required(true).args(["acknowledge", "assign", "resolve", "note"]))]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch on the command line, and only one can be given"
)]
pub(crate) struct Arguments {
    pipeline: PipelineName,
    /// As `pilothouse tickets` names it: t3
    ticket: TicketId,
    /// Say that you have seen it
    #[arg(long)]
    acknowledge: bool,
    /// Give it to somebody
    #[arg(long, value_name = "NAME")]
    assign: Option<Actor>,
    /// It is dealt with
    #[arg(long)]
    resolve: bool,
    /// Write the reason on it
    #[arg(long)]
    note: bool,
    /// Why, for the audit
    #[arg(long, default_value = "")]
    reason: String,
    #[command(flatten)]
    flags: commit::Flags,
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let action = match (&arguments.assign, arguments) {
        (Some(to), _) => TicketAction::Assign(to.clone()),
        (None, arguments) if arguments.acknowledge => TicketAction::Acknowledge,
        (None, arguments) if arguments.resolve => TicketAction::Resolve,
        (None, arguments) if arguments.note => TicketAction::Note,
        (None, _) => return Err(Failure::new(Exit::Usage, "say what to do with it")),
    };
    let command = Command::Ticket {
        id: arguments.ticket,
        action,
        reason: arguments.reason.clone(),
    };
    let pipeline = Some(arguments.pipeline.clone());
    commit::carry_out(session, pipeline, command, &arguments.flags).await
}

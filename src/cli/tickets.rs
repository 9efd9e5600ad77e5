//! `pilothouse tickets`: what on-call must deal with in a pipeline; the rows are those of `get tickets`.

use crate::{
    cli::{
        failure::Failure,
        get::{Resource, rows},
        output, session,
        session::Session,
    },
    model::{PipelineName, Ticket},
};

/// List the open tickets of a pipeline, newest first
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    pipeline: PipelineName,
    /// The newest resolved ones too
    #[arg(long)]
    all: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let snapshot = session::snapshot(&session.client()?, &arguments.pipeline).await?;
    let tickets = snapshot.pipeline.guards.tickets.values().rev();
    let shown: Vec<&Ticket> = tickets
        .filter(|ticket| arguments.all || ticket.is_open())
        .collect();
    if arguments.json {
        return output::json(&shown);
    }
    if shown.is_empty() {
        return output::line(&format!("{} has no open ticket", arguments.pipeline));
    }
    let rows = rows::tickets(&snapshot.pipeline, snapshot.now, arguments.all);
    let lines = rows::table(Resource::Tickets, &rows, false);
    lines.iter().try_for_each(|line| output::line(line))
}

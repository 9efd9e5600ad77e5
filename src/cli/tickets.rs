//! `pilothouse tickets`: what on-call must deal with in a pipeline.

use crate::{
    cli::{failure::Failure, output, session, session::Session},
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
    let header = ["TICKET", "FOR", "STAGE", "RELEASE", "AGAIN", "WHO", "TITLE"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    rows.extend(shown.iter().map(|ticket| {
        let who = match ticket.resolved {
            Some(at) => format!("resolved {at}"),
            None => ticket.hands(),
        };
        let again = ticket.again.map_or(0, |(times, _)| times);
        vec![
            ticket.id.to_string(),
            snapshot.now.since(ticket.opened).short(),
            ticket.stage.to_string(),
            ticket.release.to_string(),
            again.to_string(),
            if who.is_empty() { "-".to_owned() } else { who },
            ticket.title.clone(),
        ]
    }));
    output::table(&rows)
        .iter()
        .try_for_each(|line| output::line(line))
}

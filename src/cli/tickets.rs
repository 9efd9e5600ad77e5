//! `pilothouse tickets`: what on-call must deal with in one pipeline or in all, or what of it is the
//! operator's own; the rows are those of `get tickets`.

use crate::{
    api::Fleet,
    cli::{
        failure::Failure,
        get::{
            Resource,
            rows::{self, Row},
        },
        output, session,
        session::Session,
    },
    model::PipelineName,
    tui::rows::Me,
};
use serde_json::Value;

/// List the open tickets of a pipeline or of all of them, newest first
#[derive(Debug, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch on the command line"
)]
pub(crate) struct Arguments {
    #[arg(required_unless_present = "mine")]
    pipeline: Option<PipelineName>,
    /// Of every pipeline, or the one named: those in your hands, and those in nobody's where you approve
    #[arg(long)]
    mine: bool,
    /// The newest resolved ones too
    #[arg(long, conflicts_with = "mine")]
    all: bool,
    /// Print one JSON array
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let client = session.client()?;
    let mut rows = Vec::new();
    if let Some(name) = &arguments.pipeline {
        let snapshot = session::snapshot(&client, name).await?;
        rows = rows::tickets(&snapshot.pipeline, snapshot.now, arguments.all);
    }
    if arguments.mine {
        rows = mine(&client.fleet().await?, arguments.pipeline.as_ref());
    }
    if arguments.json {
        let rows: Vec<Value> = rows.into_iter().map(|row| row.json).collect();
        return output::json(&rows);
    }
    if rows.is_empty() {
        let of = match (&arguments.pipeline, arguments.mine) {
            (Some(name), true) => format!("{name} has no open ticket of yours"),
            (Some(name), false) => format!("{name} has no open ticket"),
            (None, _) => "no open ticket is yours".to_owned(),
        };
        return output::line(&of);
    }
    let lines = rows::table(Resource::Tickets, &rows, false);
    lines.iter().try_for_each(|line| output::line(line))
}

/// The operator's own, newest first: the same as on the terminal's screen.
fn mine(fleet: &Fleet, only: Option<&PipelineName>) -> Vec<Row> {
    let me = Me::new(Some(&fleet.operator), &fleet.org);
    let wanted = fleet.rows.iter();
    let wanted = wanted.filter(|row| only.is_none_or(|only| row.pipeline == *only));
    let mut own: Vec<_> = wanted
        .flat_map(|row| row.detail.tickets.iter().map(move |ticket| (row, ticket)))
        .filter(|(row, ticket)| me.has(row, ticket))
        .collect();
    own.sort_by_key(|(row, ticket)| (std::cmp::Reverse(ticket.opened), &row.pipeline, ticket.id));
    let rows = own.into_iter();
    rows.map(|(row, ticket)| rows::ticket(&row.pipeline, ticket, fleet.now))
        .collect()
}

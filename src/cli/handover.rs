//! `pilothouse handover`: what the next person on call must know, of the whole fleet or of one team.

mod markdown;
mod report;

use crate::{
    cli::{
        events::PAGE,
        failure::{Exit, Failure},
        handover::report::Seen,
        output, session,
        session::Session,
    },
    client::Client,
    model::{Entry, PipelineName, Revision, Span, Summary, TeamName, Time},
};
use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use std::collections::BTreeSet;

/// Pipelines that are asked about at a time: the others wait, and the server serves others, too.
const AT_ONCE: usize = 8;

/// Write what happened in a shift, what is open and what comes next, as Markdown
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// How long the shift was; what comes next is told for as long
    #[arg(long, value_name = "LENGTH", default_value = "12h")]
    since: Span,
    /// Only the pipelines of this team
    #[arg(long, value_name = "TEAM")]
    owner: Option<TeamName>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let client = session.client()?;
    let fleet = client.fleet().await?;
    let to = fleet.now;
    let length = i64::try_from(arguments.since.0).unwrap_or(i64::MAX);
    let from = Time(to.0.saturating_sub(length));
    let owner = arguments.owner.as_ref();
    let mut rows = fleet.rows;
    if let Some(owner) = owner {
        rows = of_team(rows, owner)?;
    }
    rows.sort_by(|a, b| (a.status, &a.pipeline).cmp(&(b.status, &b.pipeline)));
    let asked = rows.into_iter().map(|row| seen(&client, row, from));
    let seen: Vec<Seen> = stream::iter(asked).buffered(AT_ONCE).try_collect().await?;
    let report = report::of((from, to), &seen, &fleet.org);
    if arguments.json {
        return output::json(&report);
    }
    let lines = markdown::lines(&report);
    lines.iter().try_for_each(|line| output::line(line))
}

/// What there is to know of a pipeline.
async fn seen(client: &Client, row: Summary, from: Time) -> Result<Seen, Failure> {
    let pipeline = session::snapshot(client, &row.pipeline).await?.pipeline;
    // Where everything has come to rest nothing is expected.
    let forecast = if row.status.is_at_rest() {
        None
    } else {
        Some(client.forecast(&row.pipeline).await?)
    };
    Ok(Seen {
        entries: entries(client, &row.pipeline, (pipeline.revision, from)).await?,
        forecast,
        pipeline,
        row,
    })
}

/// Somebody who misspells a team must not read that nothing is open.
fn of_team(rows: Vec<Summary>, owner: &TeamName) -> Result<Vec<Summary>, Failure> {
    let known: BTreeSet<&TeamName> = rows.iter().map(|row| &row.owner).collect();
    if !known.contains(owner) {
        let known: Vec<String> = known.into_iter().map(ToString::to_string).collect();
        let message = format!(
            "no pipeline belongs to {owner}; the teams are {}",
            known.join(", ")
        );
        return Err(Failure::new(Exit::Failed, message));
    }
    let of_team = rows.into_iter().filter(|row| row.owner == *owner);
    Ok(of_team.collect())
}

/// What happened from a moment until a revision, page by page from the newest back.
async fn entries(
    client: &Client,
    name: &PipelineName,
    (mut until, from): (Revision, Time),
) -> Result<Vec<Entry>, Failure> {
    let page = u64::try_from(PAGE).unwrap_or(u64::MAX);
    let mut found: Vec<Entry> = Vec::new();
    while until > Revision(0) {
        let after = Revision(until.0.saturating_sub(page));
        let mut older = client.events(name, after, PAGE).await?.entries;
        older.retain(|entry| entry.revision <= until);
        let reached = older.first().is_none_or(|entry| entry.at < from);
        older.append(&mut found);
        found = older;
        if reached {
            break;
        }
        until = after;
    }
    found.retain(|entry| entry.at >= from);
    Ok(found)
}

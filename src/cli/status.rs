//! `pilothouse status`: what a person types first. The rows are those of `get pipelines`, or of
//! `get stages` for one pipeline.

use crate::{
    cli::{
        failure::Failure,
        get::{Resource, rows},
        output, session,
        session::Session,
        world::World,
    },
    clock,
    model::{HoldScope, PipelineName, board, summary},
};
use serde_json::json;

/// Show every pipeline, most urgent first, or the stages of one
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    pipeline: Option<PipelineName>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let client = session.client()?;
    if arguments.json {
        return match &arguments.pipeline {
            None => output::json(&client.fleet().await?),
            Some(name) => {
                let snapshot = session::snapshot(&client, name).await?;
                let org = client.fleet().await?.org;
                let (pipeline, now) = (&snapshot.pipeline, snapshot.now);
                output::json(&json!({
                    "now": now,
                    "summary": summary(pipeline, &org, now),
                    "stages": board(pipeline, &org, now),
                }))
            }
        };
    }
    let opened = arguments.pipeline.as_slice();
    let world = World::load(&client, opened).await?;
    let what = match opened {
        [] => Resource::Pipelines,
        _ => Resource::Stages,
    };
    let stops = world.org.holds.values();
    for hold in stops.filter(|hold| hold.scope == HoldScope::Organization) {
        let (id, by, since) = (hold.id, &hold.by, hold.at);
        output::line(&format!(
            "everything is on hold ({id} of {by} since {since}): {}",
            hold.reason
        ))?;
    }
    let lines = rows::table(what, &rows::of(what, &world, clock::now()), false);
    lines.iter().try_for_each(|line| output::line(line))
}

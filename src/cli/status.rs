//! `pilothouse status`: what a person types first. The rows are those of `get pipelines`, or of
//! `get stages` for one pipeline.

use crate::{
    api::Fleet,
    cli::{
        failure::Failure,
        get::{Resource, rows},
        output, session,
        session::Session,
        world::World,
    },
    clock,
    model::{HoldScope, OnCall, PipelineName, TeamName, board, summary},
};
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeMap;

/// Show every pipeline, most urgent first, or the stages of one
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    pipeline: Option<PipelineName>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// The fleet with who is on call for each team that has a rota.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    fleet: &'a Fleet,
    on_call: BTreeMap<&'a TeamName, OnCall<'a>>,
}

impl<'a> Told<'a> {
    fn of(fleet: &'a Fleet) -> Self {
        let rotas = fleet.org.rotas.iter();
        let on_call = rotas.map(|(team, rota)| (team, rota.on_call(fleet.now)));
        Self {
            fleet,
            on_call: on_call.collect(),
        }
    }
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let client = session.client()?;
    if arguments.json {
        return match &arguments.pipeline {
            None => {
                let fleet = client.fleet().await?;
                output::json(&Told::of(&fleet))
            }
            Some(name) => {
                let snapshot = session::snapshot(&client, name).await?;
                let org = client.fleet().await?.org;
                let (pipeline, now) = (&snapshot.pipeline, snapshot.now);
                let summary = summary(pipeline, &org, now);
                let owner = summary.as_ref().map(|summary| &summary.owner);
                output::json(&json!({
                    "now": now,
                    "on_call": owner.and_then(|owner| org.on_call(owner, now)),
                    "summary": summary,
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

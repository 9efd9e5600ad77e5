//! `pilothouse status`: the fleet, or the stages of one pipeline.

use crate::{
    cli::{failure::Failure, output, session, session::Session},
    client::Client,
    model::{PipelineName, Time, board, summary},
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
    match &arguments.pipeline {
        None => fleet(&client, arguments.json).await,
        Some(name) => pipeline(&client, name, arguments.json).await,
    }
}

async fn fleet(client: &Client, json: bool) -> Result<(), Failure> {
    let mut fleet = client.fleet().await?;
    fleet
        .rows
        .sort_by(|a, b| (a.status, &a.pipeline).cmp(&(b.status, &b.pipeline)));
    if json {
        return output::json(&fleet);
    }
    let mut rows = vec![
        ["STATUS", "PIPELINE", "STAGES", "RELEASE", "FOR", "WHY"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for row in &fleet.rows {
        let cells = row
            .cells
            .iter()
            .map(|cell| format!("{}:{}", cell.stage, cell.status));
        rows.push(vec![
            row.status.to_string(),
            row.pipeline.to_string(),
            cells.collect::<Vec<_>>().join(" "),
            row.release
                .map_or("-".to_owned(), |release| release.to_string()),
            age(row.since, fleet.now),
            row.why.clone(),
        ]);
    }
    print(&rows)
}

async fn pipeline(client: &Client, name: &PipelineName, json: bool) -> Result<(), Failure> {
    let snapshot = session::snapshot(client, name).await?;
    let org = client.fleet().await?.org;
    let (pipeline, now) = (&snapshot.pipeline, snapshot.now);
    let stages = board(pipeline, &org, now);
    if json {
        return output::json(&json!({
            "now": now,
            "summary": summary(pipeline, &org, now),
            "stages": stages,
        }));
    }
    let mut rows = vec![
        ["STAGE", "STATUS", "RELEASE", "FOR", "WHY"]
            .map(str::to_owned)
            .to_vec(),
    ];
    for view in &stages {
        rows.push(vec![
            view.stage.to_string(),
            view.status.to_string(),
            view.release
                .map_or("-".to_owned(), |release| release.to_string()),
            age(view.since, now),
            view.why.clone(),
        ]);
    }
    print(&rows)
}

fn age(since: Option<Time>, now: Time) -> String {
    since.map_or("-".to_owned(), |since| now.since(since).short())
}

fn print(rows: &[Vec<String>]) -> Result<(), Failure> {
    output::table(rows)
        .iter()
        .try_for_each(|line| output::line(line))
}

//! `pilothouse check`: everything that is wrong with a directory of definitions.

use crate::{
    cli::{
        failure::{Exit, Failure},
        output, reload,
        session::Session,
    },
    clock,
    definition::{self, Loaded, Problem, Problems},
    model::Stage,
};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Report every problem of the definitions in a directory, with file, line and column
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The directory of definitions
    directory: PathBuf,
    /// Show too what they would change on the running server, and change nothing
    #[arg(long)]
    pub(crate) against_server: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Checks here first, so that what is wrong is said with or without a server.
pub(crate) async fn against_server(
    session: &Session,
    arguments: &Arguments,
) -> Result<(), Failure> {
    let loaded = definition::load(&arguments.directory, clock::now())?;
    let plan = reload::plan(session, Some(loaded.texts)).await?;
    reload::show(&plan, arguments.json)
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let loaded = definition::load(&arguments.directory, clock::now());
    if arguments.json {
        output::json(&report(&loaded))?;
        // The report says what is wrong; the status is all that is left to give.
        return match loaded {
            Ok(_) => Ok(()),
            Err(_) => Err(Failure::new(Exit::Failed, "")),
        };
    }
    let loaded = loaded?;
    for warning in &loaded.warnings {
        output::line(&format!("warning: {warning}"))?;
    }
    for definition in &loaded.definitions {
        let stages = definition.stages.len();
        let targets = definition.stages.iter().flat_map(Stage::targets);
        let targets = targets.count();
        let name = &definition.name;
        output::line(&format!("{name}: ok, {stages} stages, {targets} targets"))?;
    }
    Ok(())
}

fn report(loaded: &Result<Loaded, Problems>) -> Value {
    match loaded {
        Ok(loaded) => {
            let names: Vec<_> = loaded.definitions.iter().map(|each| &each.name).collect();
            let warnings: Vec<_> = loaded.warnings.iter().map(problem).collect();
            json!({ "ok": true, "pipelines": names, "problems": [], "warnings": warnings })
        }
        Err(Problems(problems)) => {
            let problems: Vec<_> = problems.iter().map(problem).collect();
            json!({ "ok": false, "pipelines": [], "problems": problems, "warnings": [] })
        }
    }
}

fn problem(problem: &Problem) -> Value {
    let place = problem.place.as_ref();
    json!({
        "file": place.map(|place| &*place.file),
        "line": place.map(|place| place.line),
        "column": place.map(|place| place.column),
        "what": problem.what,
    })
}

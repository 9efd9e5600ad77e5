//! `pilothouse explain`: every effective value of a pipeline and where it was written.

use crate::{
    cli::{failure::Failure, output},
    clock, definition,
    model::PipelineName,
};
use serde_json::json;
use std::path::PathBuf;

/// Print every effective value of a pipeline with its origin
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The directory of definitions
    directory: PathBuf,
    pipeline: PipelineName,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    for line in definition::explain(&arguments.directory, &arguments.pipeline, clock::now())? {
        if arguments.json {
            let place = line.place.as_ref();
            output::json(&json!({
                "path": line.path,
                "value": line.value,
                "file": place.map(|place| &*place.file),
                "line": place.map(|place| place.line),
                "protected": line.protected.as_ref().map(ToString::to_string),
            }))?;
        } else {
            output::line(&line.to_string())?;
        }
    }
    Ok(())
}

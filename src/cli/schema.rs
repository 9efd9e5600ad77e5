//! `pilothouse schema`: what an editor needs to know of definition files.

use crate::{
    cli::{failure::Failure, output},
    definition,
};

/// Print the JSON Schema of definition files, for editors
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {}

pub(crate) fn run(_arguments: &Arguments) -> Result<(), Failure> {
    output::line(&format!("{:#}", definition::schema()))
}

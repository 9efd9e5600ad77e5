//! `pilothouse schema`: what an editor needs to know of definition files.

use crate::{
    cli::{failure::Failure, output},
    definition,
};

/// Print the JSON Schema of definition files, for editors
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Of organization.toml instead of pipelines
    #[arg(long)]
    organization: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let schema = if arguments.organization {
        definition::organization_schema()
    } else {
        definition::schema()
    };
    output::line(&format!("{schema:#}"))
}

//! `pilothouse schema`: what editors need to know of definition files, and other programs of the server.

use crate::{
    api,
    cli::{failure::Failure, output},
    definition,
};

/// Print the JSON Schema of definition files, for editors, or the OpenAPI document of the server
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Of organization.toml instead of pipelines
    #[arg(long)]
    organization: bool,
    /// The OpenAPI document of the server's interface instead
    #[arg(long, conflicts_with = "organization")]
    api: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let schema = if arguments.api {
        api::openapi()
    } else if arguments.organization {
        definition::organization_schema()
    } else {
        definition::schema()
    };
    output::line(&format!("{schema:#}"))
}

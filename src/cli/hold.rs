//! `pilothouse hold`: a person's stop, of a stage, a pipeline, a service or the whole organization.

use crate::{
    cli::{
        commit,
        failure::{Exit, Failure},
        session::Session,
    },
    model::{Command, HoldScope, PipelineName, ServiceName, Span, StageName},
};

/// Stop new deployments: of a pipeline, one of its stages, a service, or everything
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("scope").required(true).args(["pipeline", "service", "organization"]))]
pub(crate) struct Arguments {
    pipeline: Option<PipelineName>,
    /// Only this stage of the pipeline
    #[arg(long, requires = "pipeline")]
    stage: Option<StageName>,
    /// Every pipeline of a service
    #[arg(long)]
    service: Option<ServiceName>,
    /// Stop the line: every pipeline there is
    #[arg(long)]
    organization: bool,
    /// When it ends by itself [default: when somebody lifts it]
    #[arg(long = "for", value_name = "SPAN")]
    lasts: Option<Span>,
    /// Why, for the audit
    #[arg(long, default_value = "")]
    reason: String,
    #[command(flatten)]
    flags: commit::Flags,
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let scope = match (&arguments.pipeline, &arguments.stage, &arguments.service) {
        (Some(_), Some(stage), _) => HoldScope::Stage(stage.clone()),
        (Some(_), None, _) => HoldScope::Pipeline,
        (None, _, Some(service)) => HoldScope::Service(service.clone()),
        (None, _, None) if arguments.organization => HoldScope::Organization,
        (None, _, None) => return Err(Failure::new(Exit::Usage, "say what to hold")),
    };
    let command = Command::Hold {
        scope,
        reason: arguments.reason.clone(),
        lasts: arguments.lasts,
    };
    commit::carry_out(
        session,
        arguments.pipeline.clone(),
        command,
        &arguments.flags,
    )
    .await
}

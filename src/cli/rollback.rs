//! `pilothouse rollback`: back to the last good release, of a target, a region, a stage, or wherever
//! the release is.

use crate::{
    cli::{
        commit,
        failure::{Exit, Failure},
        session,
        session::Session,
    },
    model::{Command, PipelineName, RegionName, ReleaseId, RollbackScope, StageName, TargetName},
};

/// Roll a release back to the last good one, in one stage or a part of it, or everywhere
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("scope").required(true).args(["stage", "everywhere"]))]
pub(crate) struct Arguments {
    pipeline: PipelineName,
    /// Only this stage
    #[arg(long)]
    stage: Option<StageName>,
    /// Only this region of the stage
    #[arg(long, requires = "stage", conflicts_with = "target")]
    region: Option<RegionName>,
    /// Only this target of the stage
    #[arg(long, requires = "stage")]
    target: Option<TargetName>,
    /// Every stage that holds the changes of the release
    #[arg(long, requires = "release")]
    everywhere: bool,
    /// What to roll back [default: the newest release that runs in the stage]
    #[arg(long)]
    release: Option<ReleaseId>,
    /// Why, for the audit
    #[arg(long, default_value = "")]
    reason: String,
    #[command(flatten)]
    flags: commit::Flags,
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    if commit::already(session, &arguments.flags).await? {
        return Ok(());
    }
    let release = match (arguments.release, &arguments.stage) {
        (Some(release), _) => release,
        (None, Some(stage)) => running(session, &arguments.pipeline, stage).await?,
        (None, None) => return Err(Failure::new(Exit::Usage, "say --release")),
    };
    let command = Command::Rollback {
        scope: scope(arguments),
        release,
        reason: arguments.reason.clone(),
    };
    let pipeline = Some(arguments.pipeline.clone());
    commit::carry_out(session, pipeline, command, &arguments.flags).await
}

fn scope(arguments: &Arguments) -> RollbackScope {
    let Some(stage) = arguments.stage.clone() else {
        return RollbackScope::Everywhere;
    };
    match (arguments.region.clone(), arguments.target.clone()) {
        (_, Some(target)) => RollbackScope::Target { stage, target },
        (Some(region), None) => RollbackScope::Region { stage, region },
        (None, None) => RollbackScope::Stage(stage),
    }
}

async fn running(
    session: &Session,
    name: &PipelineName,
    stage: &StageName,
) -> Result<ReleaseId, Failure> {
    let snapshot = session::snapshot(&session.client()?, name).await?;
    let newest = snapshot.pipeline.running(stage).into_keys().flatten().max();
    newest.ok_or_else(|| {
        let message = format!("no release runs in {stage} of {name}; say which with --release");
        Failure::new(Exit::Refused, message)
    })
}

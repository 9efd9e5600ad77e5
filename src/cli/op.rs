//! `pilothouse op`: what became of a request and what followed from it, for whoever has its key from
//! a screen or a script that is gone.

use crate::{
    api::Settled,
    cli::{
        commit, events,
        failure::{Exit, Failure},
        session::Session,
        world::World,
    },
    client::{Client, Feed},
    model::{
        Command, Entry, Fact, HoldScope, Pipeline, PipelineName, RequestKey, Revision, StageName,
    },
};
use std::collections::BTreeSet;

/// Say what became of a request, and what happened in its pipeline since
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// As the answer to the request named it, and `pilothouse get ops`
    key: RequestKey,
    /// Go on until nothing is under way any more where it took effect
    #[arg(long)]
    watch: bool,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let client = session.client()?;
    let Some(settled) = client.settled(&arguments.key).await? else {
        let message = format!("no request {} has arrived at this server", arguments.key);
        return Err(
            Failure::new(Exit::Failed, message).hint("`pilothouse get ops` lists those that have")
        );
    };
    commit::tell(&settled, arguments.json)?;
    let Settled::Accepted { revision, .. } = settled else {
        return Ok(());
    };
    let Some((name, accepted)) = find(&client, &arguments.key, revision).await? else {
        // A request to the organization; its stream has no pages.
        return Ok(());
    };
    let mut last = revision;
    let mut lines = events::Lines::new(arguments.json);
    let mut print = |entry: &Entry| lines.print(entry);
    events::catch_up(&client, &name, &mut last, &mut print).await?;
    if arguments.watch {
        let stage = stage(&accepted);
        follow(&client, &name, stage.as_ref(), last, arguments.json).await?;
    }
    Ok(())
}

/// The pipeline that accepted the request, and the command in it. An answer names no pipeline, but
/// the revision, at which one of them has the request.
async fn find(
    client: &Client,
    key: &RequestKey,
    revision: Revision,
) -> Result<Option<(PipelineName, Command)>, Failure> {
    for row in client.fleet().await?.rows {
        let before = Revision(revision.0.saturating_sub(1));
        if row.revision < revision {
            continue;
        }
        let page = client.events(&row.pipeline, before, 1).await?;
        for entry in page.entries {
            if let Fact::CommandAccepted {
                key: theirs,
                command,
                ..
            } = entry.fact
                && theirs == *key
            {
                return Ok(Some((row.pipeline, command)));
            }
        }
    }
    Ok(None)
}

/// The stage in which a command takes effect; none when that is not one stage.
fn stage(command: &Command) -> Option<StageName> {
    match command {
        Command::Approve(verdict) | Command::Reject(verdict) => Some(verdict.stage.clone()),
        Command::Rollback { scope, .. } => scope.stage().cloned(),
        Command::Override { stage, .. }
        | Command::Retry { stage, .. }
        | Command::Undo { stage, .. }
        | Command::Yield { stage, .. }
        | Command::Hold {
            scope: HoldScope::Stage(stage),
            ..
        } => Some(stage.clone()),
        Command::Hold { .. } | Command::Lift { .. } | Command::Ticket { .. } => None,
    }
}

async fn follow(
    client: &Client,
    name: &PipelineName,
    stage: Option<&StageName>,
    mut last: Revision,
    json: bool,
) -> Result<(), Failure> {
    let mut feed = Feed::start(client.clone(), BTreeSet::from([name.clone()]));
    let mut world = World::default();
    let mut lines = events::Lines::new(json);
    while let Some(event) = feed.next().await {
        world.take(event)?;
        let Some(pipeline) = world.pipelines.get(name) else {
            continue;
        };
        if pipeline.revision > last {
            let mut print = |entry: &Entry| lines.print(entry);
            events::catch_up(client, name, &mut last, &mut print).await?;
        }
        if !is_under_way(pipeline, stage) {
            return Ok(());
        }
    }
    Err(Failure::new(
        Exit::Failed,
        "the connection is gone for good",
    ))
}

fn is_under_way(pipeline: &Pipeline, stage: Option<&StageName>) -> bool {
    let mut active = pipeline.active();
    active.any(|attempt| attempt.is_working() && stage.is_none_or(|stage| attempt.stage == *stage))
}

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
        Stream,
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
    let Some((stream, accepted)) = find(&client, &arguments.key, revision).await? else {
        return Ok(());
    };
    let mut last = revision;
    let mut lines = events::Lines::new(arguments.json);
    let mut print = |entry: &Entry| lines.print(entry);
    events::catch_up(&client, &stream, &mut last, &mut print).await?;
    // What is asked of the organization is done at once.
    if let (true, Stream::Pipeline(name)) = (arguments.watch, stream) {
        let stage = stage(&accepted);
        follow(&client, &name, stage.as_ref(), last, arguments.json).await?;
    }
    Ok(())
}

/// Where the request was accepted, and the command in it. An answer does not say where, but the
/// revision, at which the organization or one of the pipelines has the request.
async fn find(
    client: &Client,
    key: &RequestKey,
    revision: Revision,
) -> Result<Option<(Stream, Command)>, Failure> {
    let before = Revision(revision.0.saturating_sub(1));
    let mut pages = vec![client.organization_events(before, 1).await?];
    for row in client.fleet().await?.rows {
        if row.revision >= revision {
            pages.push(client.events(&row.pipeline, before, 1).await?);
        }
    }
    let found = pages.into_iter().flat_map(|page| page.entries);
    let mut accepted = found.filter_map(|entry| {
        if let Fact::CommandAccepted {
            key: theirs,
            command,
            ..
        } = entry.fact
            && theirs == *key
        {
            Some((entry.stream, command))
        } else {
            None
        }
    });
    Ok(accepted.next())
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
    let stream = Stream::Pipeline(name.clone());
    let mut world = World::default();
    let mut lines = events::Lines::new(json);
    while let Some(event) = feed.next().await {
        world.take(event)?;
        let Some(pipeline) = world.pipelines.get(name) else {
            continue;
        };
        if pipeline.revision > last {
            let mut print = |entry: &Entry| lines.print(entry);
            events::catch_up(client, &stream, &mut last, &mut print).await?;
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

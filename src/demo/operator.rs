//! The person on call, when nobody sits at the terminal: approves what waits at gamma and overrides
//! the closed window once, through the same requests that a screen or a command line would send.

use crate::{
    api::{CommitRequest, PlanRequest, Settled},
    client::{Client, ClientError},
    demo::{
        lookout::{Lookout, Over, View},
        story::Audience,
    },
    entropy,
    model::{
        BlockerKind, Command, PipelineName, ReleaseId, Request, Span, StageName, Verdict, evidence,
    },
};
use std::collections::BTreeSet;

/// Plays the operator until the demo is over.
pub(super) async fn watch(client: &Client, mut lookout: Lookout, audience: Audience) {
    let mut done = BTreeSet::new();
    while let Ok::<_, Over>(view) = lookout.next().await {
        for (pipeline, command) in wanted(&view) {
            let key = (pipeline.clone(), topic(&command));
            if done.contains(&key) {
                continue;
            }
            let what = format!("{} {pipeline} {}", command.verb(), place(&command));
            match carry_out(client, pipeline, command).await {
                Ok(()) => {
                    audience.say(&format!("operator: {what}"));
                    done.insert(key);
                }
                // What was seen has changed meanwhile: the next look shows what is so now.
                Err(why) => audience.say(&format!("operator: {what} was not accepted: {why}")),
            }
        }
    }
}

/// What an operator would do about a view.
fn wanted(view: &View) -> Vec<(PipelineName, Command)> {
    let names = view.pipelines.keys();
    let found = names.flat_map(|name| {
        let approval = approval(view, name);
        let passage = passage(view, name);
        let commands = approval.into_iter().chain(passage);
        commands.map(|command| (name.clone(), command))
    });
    found.collect()
}

/// A yes to the release that asks for one.
fn approval(view: &View, name: &PipelineName) -> Option<Command> {
    let pipeline = view.pipelines.get(name)?;
    let attempt = pipeline.active().find(|a| a.asked().is_some())?;
    Some(Command::Approve(Verdict {
        stage: attempt.stage.clone(),
        release: attempt.release,
        attempt: attempt.id,
        evidence: evidence(pipeline, attempt),
        reason: "tests, bake and alarms of gamma look well".to_owned(),
    }))
}

/// A way past a closed window for a fix, which is any release but the first: that one can wait.
fn passage(view: &View, name: &PipelineName) -> Option<Command> {
    let pipeline = view.pipelines.get(name)?;
    pipeline.stages.iter().find_map(|(stage, state)| {
        let (release, _) = *state.waiting.last()?;
        let standing = view.blockers(name.as_str(), stage);
        let mut closed: Vec<_> = standing
            .into_iter()
            .filter(|blocker| blocker.kind == BlockerKind::Window && blocker.blocks())
            .map(|blocker| blocker.id)
            .collect();
        closed.dedup();
        let fix = release > ReleaseId(1) && !closed.is_empty();
        fix.then(|| Command::Override {
            stage: stage.clone(),
            release,
            blockers: closed,
            reason: "the fix closes a hole that is being used, it cannot wait for the window"
                .to_owned(),
            lasts: Span::minutes(10),
            ticket: Some("SEC-1189".to_owned()),
            uses: 1,
        })
    })
}

/// What a command is about, so that it is given once. All other fields may differ between looks.
fn topic(command: &Command) -> (&'static str, Option<StageName>, Option<ReleaseId>) {
    let (stage, release) = subject(command);
    (command.verb(), stage, release)
}

fn subject(command: &Command) -> (Option<StageName>, Option<ReleaseId>) {
    match command {
        Command::Approve(verdict) | Command::Reject(verdict) => {
            (Some(verdict.stage.clone()), Some(verdict.release))
        }
        Command::Override { stage, release, .. }
        | Command::Retry { stage, release }
        | Command::Undo { stage, release }
        | Command::Yield { stage, release, .. } => (Some(stage.clone()), Some(*release)),
        Command::Rollback { release, .. } => (None, Some(*release)),
        Command::Hold { .. } | Command::Lift { .. } | Command::Ticket { .. } => (None, None),
    }
}

fn place(command: &Command) -> String {
    match subject(command) {
        (Some(stage), Some(release)) => format!("{release} at {stage}"),
        (None, Some(release)) => release.to_string(),
        (_, None) => String::new(),
    }
}

/// Plans a command and commits it with the plan's digest.
async fn carry_out(
    client: &Client,
    pipeline: PipelineName,
    command: Command,
) -> Result<(), ClientError> {
    let pipeline = Some(pipeline);
    let plan = PlanRequest {
        pipeline: pipeline.clone(),
        command: command.clone(),
    };
    let plan = client.plan(&plan).await?;
    let key = entropy::request_key().map_err(|error| ClientError::Broken {
        doing: "naming a request",
        address: client.address().to_string(),
        why: error.to_string(),
    })?;
    let request = Request {
        key,
        expect: plan.digest,
        command,
    };
    match client.commit(&CommitRequest { pipeline, request }).await? {
        Settled::Accepted { .. } => Ok(()),
        Settled::Refused { refusal, .. } => Err(ClientError::Refused {
            refusal: Box::new(refusal),
        }),
    }
}

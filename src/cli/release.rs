//! `pilothouse release`: what one release is made of, and what has become of it.

use crate::{
    cli::{
        failure::{Exit, Failure},
        output, session,
        session::Session,
    },
    model::{
        Artifact, Attempt, Brought, ChangeSize, GateState, Pipeline, PipelineName, Quarantine,
        Release, ReleaseId, Sha, SourceName, StageName, TargetName, Time,
    },
};
use serde::Serialize;
use std::collections::BTreeMap;

/// Show a release: its changes and commits, its artifact, where it runs, what tested it
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    pipeline: PipelineName,
    /// Its number (r7); the newest when left out
    release: Option<ReleaseId>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Answer<'a> {
    pipeline: &'a PipelineName,
    release: ReleaseId,
    cut: Time,
    commit: &'a Sha,
    /// The commits of the other sources.
    also: &'a BTreeMap<SourceName, Sha>,
    /// What it brings since the last release that was built, newest first.
    since: Option<ReleaseId>,
    changes: Vec<Brought>,
    artifact: Option<&'a Artifact>,
    runs: Vec<Runs<'a>>,
    attempts: Vec<Try<'a>>,
    quarantine: Option<&'a Quarantine>,
}

/// The targets of a stage that run it.
#[derive(Debug, Serialize)]
struct Runs<'a> {
    stage: StageName,
    targets: Vec<&'a TargetName>,
    of: usize,
}

/// The newest attempt of it in a stage, with what its workflow has found out.
#[derive(Debug, Serialize)]
struct Try<'a> {
    stage: &'a StageName,
    state: &'static str,
    gates: Vec<Gate>,
}

#[derive(Debug, Serialize)]
struct Gate {
    title: String,
    state: String,
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let client = session.client()?;
    let snapshot = session::snapshot(&client, &arguments.pipeline).await?;
    let pipeline = &snapshot.pipeline;
    let newest = pipeline.releases.newest().map(|release| release.id);
    let Some(id) = arguments.release.or(newest) else {
        let message = format!("{} has no release yet", pipeline.name);
        return Err(Failure::new(Exit::Failed, message));
    };
    let Some(release) = pipeline.releases.get(id) else {
        let newest = newest.map_or("there is none".to_owned(), |id| {
            format!("the newest is {id}")
        });
        let message = format!("{} has no release {id}; {newest}", pipeline.name);
        return Err(Failure::new(Exit::Failed, message));
    };
    let answer = answer(pipeline, release);
    if arguments.json {
        return output::json(&answer);
    }
    let lines = answer.lines();
    lines.iter().try_for_each(|line| output::line(line))
}

fn answer<'a>(pipeline: &'a Pipeline, release: &'a Release) -> Answer<'a> {
    let (changes, since) = pipeline.brings(&StageName::build(), release.id);
    let columns = pipeline.columns();
    let runs = columns.iter().map(|stage| {
        let there = pipeline.targets.iter();
        let there: Vec<_> = there
            .filter(|(_, t)| t.stage.as_ref() == Some(stage))
            .collect();
        let running = there
            .iter()
            .filter(|(_, target)| target.running == Some(release.id));
        Runs {
            stage: stage.clone(),
            targets: running.map(|(name, _)| *name).collect(),
            of: there.len(),
        }
    });
    let attempts = columns.iter().filter_map(|stage| {
        let attempt = pipeline.stage(stage)?.attempt.as_ref()?;
        let own = attempt.release == release.id && !attempt.is_rollback();
        own.then(|| of_attempt(attempt))
    });
    Answer {
        pipeline: &pipeline.name,
        release: release.id,
        cut: release.cut,
        commit: &release.sha,
        also: &release.also,
        since,
        changes,
        artifact: release.artifact.as_ref(),
        runs: runs.filter(|runs| !runs.targets.is_empty()).collect(),
        attempts: attempts.collect(),
        quarantine: pipeline.quarantined(release.id),
    }
}

fn of_attempt(attempt: &Attempt) -> Try<'_> {
    let gates = attempt.gates.iter().map(|gate| Gate {
        title: gate.gate.title(),
        state: match &gate.state {
            GateState::Waiting => "waits".to_owned(),
            GateState::Running { .. } => "runs".to_owned(),
            GateState::Baking => "bakes".to_owned(),
            GateState::Asked { .. } => "asks".to_owned(),
            GateState::Passed { .. } => "passed".to_owned(),
            GateState::Failed { why, .. } => format!("failed: {why}"),
        },
    });
    Try {
        stage: &attempt.stage,
        state: attempt.state.word(),
        gates: gates.collect(),
    }
}

impl Answer<'_> {
    fn lines(&self) -> Vec<String> {
        let Answer {
            pipeline,
            release,
            cut,
            commit,
            ..
        } = self;
        let mut lines = vec![
            format!("{release} of {pipeline}, cut {cut}"),
            format!("  commit {commit}"),
        ];
        lines.extend(
            self.also
                .iter()
                .map(|(name, sha)| format!("  with {name} {sha}")),
        );
        let since = self
            .since
            .map_or("the beginning".to_owned(), |id| format!("{id} was built"));
        let size = ChangeSize::sum(self.changes.iter().map(|change| change.size));
        let size = size.map_or_else(String::new, |size| format!(", {size}"));
        let changes = counted(self.changes.len());
        lines.push(format!("  {changes} since {since}{size}:"));
        lines.extend(
            self.changes
                .iter()
                .map(|change| format!("    {}", change.words())),
        );
        lines.extend(self.built());
        for runs in &self.runs {
            let names: Vec<&str> = runs.targets.iter().map(|name| name.as_str()).collect();
            let (n, of) = (names.len(), runs.of);
            lines.push(format!(
                "  runs in {} on {n} of {of}: {}",
                runs.stage,
                names.join(" ")
            ));
        }
        if self.runs.is_empty() {
            lines.push("  runs nowhere".to_owned());
        }
        for attempt in &self.attempts {
            lines.push(format!("  {} in {}", attempt.state, attempt.stage));
            let gates = attempt.gates.iter();
            lines.extend(gates.map(|gate| format!("    {} {}", gate.title, gate.state)));
        }
        lines.extend(self.quarantine.map(|entry| {
            let Quarantine {
                culprit,
                release,
                why,
                ..
            } = entry;
            format!("  in quarantine for {culprit}, rolled back with {release}: {why}")
        }));
        lines
    }

    /// The artifact and who vouches for it.
    fn built(&self) -> Vec<String> {
        let Some(artifact) = self.artifact else {
            return vec!["  not built yet".to_owned()];
        };
        let Artifact {
            file,
            bytes,
            digest,
            signature,
        } = artifact;
        vec![
            format!("  artifact {file}, {bytes} bytes, SHA-256 {digest}"),
            match signature {
                Some(signature) => format!("  signature {signature}"),
                None => "  not signed: it reaches no target".to_owned(),
            },
        ]
    }
}

fn counted(changes: usize) -> String {
    match changes {
        1 => "1 change".to_owned(),
        n => format!("{n} changes"),
    }
}

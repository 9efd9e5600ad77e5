//! Small facts and commits to fill a journal with.

use pilothouse::{
    journal::{self, Audit, AuditError, Commit, Committed, Conflict, FILE, Journal, Lease, Link},
    model::{
        Actor, AttemptId, Command, Effect, EffectId, Entry, Fact, Fingerprint, Owed, PipelineName,
        ReleaseId, RequestKey, Revision, Run, Sha, Span, StageName, StepResult, Stream, Time,
    },
};
use std::{path::Path, sync::Arc};

pub(super) fn add(journal: &mut dyn Journal, commit: Commit) -> Result<Vec<Entry>, Conflict> {
    let done: Committed = journal.commit(&[commit]).unwrap();
    done.into_iter().next().unwrap()
}

/// Verifies the journal of a state directory.
pub(super) fn audit(directory: &Path, noted: Option<Link>) -> Result<Audit, AuditError> {
    journal::audit(&directory.join(FILE), noted)
}

pub(super) fn one(pipeline: &str, expect: u64, at: i64, facts: Vec<Fact>) -> Commit {
    Commit {
        stream: stream(pipeline),
        expect: Revision(expect),
        at: Time(at),
        facts,
        request: None,
    }
}

pub(super) fn asked(pipeline: &str, expect: u64, request: &str, facts: Vec<Fact>) -> Commit {
    Commit {
        request: Some(key(request)),
        ..one(pipeline, expect, 1, facts)
    }
}

pub(super) fn stream(pipeline: &str) -> Stream {
    Stream::Pipeline(PipelineName::parse(pipeline).unwrap())
}

pub(super) fn key(text: &str) -> RequestKey {
    RequestKey::parse(text).unwrap()
}

pub(super) fn effect(id: &str) -> EffectId {
    EffectId(id.to_owned())
}

pub(super) fn lease(runner: &str, now: i64, until: i64) -> Lease {
    Lease {
        runner: runner.to_owned(),
        now: Time(now),
        until: Time(until),
    }
}

pub(super) fn trouble(why: &str) -> Fact {
    Fact::SourceFailed {
        source: None,
        why: why.to_owned(),
    }
}

pub(super) fn accepted(request: &str) -> Fact {
    Fact::CommandAccepted {
        key: key(request),
        by: Actor::parse("ana").unwrap(),
        command: Command::Retry {
            stage: StageName::build(),
            release: ReleaseId(1),
        },
        plan: Fingerprint::of(&1),
    }
}

pub(super) fn started(id: &str) -> Fact {
    Fact::StepStarted {
        owed: Arc::new(Owed {
            id: effect(id),
            attempt: AttemptId(1),
            effect: Effect::Build {
                release: ReleaseId(1),
                repository: "r".to_owned(),
                sha: "0123456789012345678901234567890123456789"
                    .parse::<Sha>()
                    .unwrap(),
                also: Vec::new(),
                run: Run::Shell("true".to_owned()),
                artifact: "a".to_owned(),
                timeout: Span::minutes(1),
            },
            tries: 1,
            not_before: None,
            started: Time(1),
        }),
    }
}

pub(super) fn finished(id: &str) -> Fact {
    let why = "lost".to_owned();
    Fact::StepFinished {
        id: effect(id),
        result: StepResult::Unknown { why },
    }
}

pub(super) fn owed(journal: &dyn Journal) -> Vec<String> {
    journal
        .owed()
        .unwrap()
        .into_iter()
        .map(|(_, owed)| owed.id.0)
        .collect()
}

pub(super) fn places(entries: &[Entry]) -> Vec<(String, u64, u64, i64)> {
    let place = |entry: &Entry| {
        let name = match &entry.stream {
            Stream::Pipeline(name) => name.to_string(),
            Stream::Organization => "organization".to_owned(),
        };
        (name, entry.revision.0, entry.seq, entry.at.0)
    };
    entries.iter().map(place).collect()
}

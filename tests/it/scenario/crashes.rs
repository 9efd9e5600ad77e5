//! Every append of every scenario is crashed at every point: before it is written, with any part of
//! it on the disk, after it and before an effect, after an effect and before its result, and once
//! more while recovering. The run goes on with what came back, so each later append and the end are
//! those of the run that never crashed, or the test fails.

use super::{play, scenarios};
use crate::world::Taken;
use pilothouse::engine::{self, Input};
use pilothouse::journal::{Commit, Conflict, Journal as _, Memory};
use pilothouse::model::planted::{Bug, plant};
use pilothouse::model::*;
use std::{fs, panic, path::Path, thread};

#[test]
fn no_crash_of_any_scenario_changes_what_comes_of_it() {
    let files = scenarios();
    // Dealt out in turns: neighbours are about the same, and so about as long.
    let crashed: usize = thread::scope(|scope| {
        let tasks = [0, 1].map(|turn| {
            let dealt = files.iter().skip(turn).step_by(2);
            scope.spawn(move || {
                dealt
                    .map(|file| crash_all(&tape(file), recover))
                    .sum::<usize>()
            })
        });
        tasks.into_iter().map(|task| task.join().unwrap()).sum()
    });
    println!("{crashed} crashes in {} scenarios", files.len());
    assert!(crashed > 5_000, "only {crashed} crashes");
}

#[test]
fn crashes_find_a_server_that_forgets() {
    let tapes: Vec<Tape> = scenarios().iter().map(|file| tape(file)).collect();
    let forgets = |bug: Option<Bug>, recover: Recover| {
        let found = tapes.iter().any(|tape| {
            plant(bug);
            let crossed = panic::catch_unwind(|| crash_all(tape, recover));
            plant(None);
            crossed.is_err()
        });
        assert!(found, "nothing was found of {bug:?}");
    };
    forgets(None, |journal| {
        let mut state = recover(journal);
        state.steps.pop_last();
        state
    });
    for bug in [
        Bug::SyncDropped,
        Bug::RetryForgotten,
        Bug::KeyCountsTwice,
        Bug::StaleResultCounts,
    ] {
        forgets(Some(bug), recover);
    }
}

/// A run that never crashed.
pub(super) struct Tape {
    script: String,
    pub(super) taken: Vec<Taken>,
    pub(super) entries: Vec<Entry>,
}

pub(super) fn tape(file: &Path) -> Tape {
    let (_, world) = play(&fs::read_to_string(file).unwrap());
    let script = file.file_name().unwrap().to_string_lossy().into_owned();
    let taken = world.taken.into_iter();
    Tape {
        script,
        taken: taken.filter(|taken| !taken.facts.is_empty()).collect(),
        entries: world.entries,
    }
}

/// How a server that starts comes to know what it knew.
type Recover = fn(&Memory) -> Pipeline;

fn stream() -> Stream {
    Stream::Pipeline(PipelineName::parse("checkout").unwrap())
}

pub(super) fn recover(journal: &Memory) -> Pipeline {
    let mut pipeline = Pipeline::new(PipelineName::parse("checkout").unwrap());
    for entry in journal.read(&stream(), Revision(0), usize::MAX).unwrap() {
        pipeline.apply(&entry).unwrap();
    }
    pipeline
}

/// Runs a tape again with all its crashes; their number.
fn crash_all(tape: &Tape, recover: Recover) -> usize {
    let mut server = Server {
        journal: Memory::new("crashed"),
        recover,
        state: Pipeline::new(PipelineName::parse("checkout").unwrap()),
        crashed: 0,
    };
    let mut calm = server.state.clone();
    let mut entries = tape.entries.iter();
    for (nth, taken) in tape.taken.iter().enumerate() {
        let place = format!("{}, append {}", tape.script, nth + 1);
        server.before(taken, &place);
        let owed = ended(&taken.input).filter(|id| server.state.steps.contains_key(id));
        for entry in entries.by_ref().take(taken.facts.len()) {
            calm.apply(entry).unwrap();
        }
        server.after(taken, &calm, &place);
        if owed.is_some_and(|id| !server.state.steps.contains_key(id)) {
            server.late(taken, &place);
        }
    }
    let kept = server.journal.history(0, usize::MAX).unwrap();
    assert_eq!(kept, tape.entries, "{}: the end", tape.script);
    server.crashed
}

/// The step that an input is the result of.
fn ended(input: &Input) -> Option<&EffectId> {
    match input {
        Input::Outcome(Outcome::Step { id, .. }) => Some(id),
        _ => None,
    }
}

/// A server that is always just back from a crash.
struct Server {
    journal: Memory,
    recover: Recover,
    state: Pipeline,
    crashed: usize,
}

impl Server {
    fn commit_of(&self, taken: &Taken) -> Commit {
        let request = match &taken.input {
            Input::Command { request, .. } => Some(request.key.clone()),
            _ => None,
        };
        Commit {
            stream: stream(),
            expect: self.state.revision,
            at: taken.at,
            facts: taken.facts.clone(),
            request,
        }
    }

    /// What the input makes of what came back.
    fn decide(&self, taken: &Taken) -> Vec<Fact> {
        let input = taken.input.clone();
        match engine::decide(&self.state, &taken.org, taken.at, input.clone()) {
            Ok(facts) => facts,
            Err(refusal) => {
                let Input::Command { by, request } = input else {
                    panic!("only commands are refused, not {input:?}")
                };
                vec![engine::refused(by, request, refusal)]
            }
        }
    }

    fn crash(&mut self, reached: usize) {
        self.journal.lose_power(reached);
        self.crashed += 1;
    }

    /// Crashes while nothing of an append is durable: the input comes again and the same follows.
    /// If it is the result of a step, the step ran twice under the id that is still owed.
    fn before(&mut self, taken: &Taken, place: &str) {
        let last = self.journal.last();
        for reached in 0..taken.facts.len() {
            let written = self.journal.write(&[self.commit_of(taken)]);
            assert!(written[0].is_ok(), "{place}: {written:?}");
            self.crash(reached);
            assert_eq!(self.journal.last(), last, "{place}: a part was read back");
        }
        self.state = (self.recover)(&self.journal);
        assert_eq!(self.decide(taken), taken.facts, "{place}: given again");
    }

    /// Crashes when all of it is durable and nothing of it was done; twice, the second time while
    /// recovering from the first. Nothing follows from recovering, and what is owed runs again
    /// under its id.
    fn after(&mut self, taken: &Taken, calm: &Pipeline, place: &str) {
        let commit = self.commit_of(taken);
        let committed = self.journal.commit(std::slice::from_ref(&commit)).unwrap();
        assert!(committed[0].is_ok(), "{place}: {committed:?}");
        for _ in ["at work", "recovering"] {
            self.crash(0);
            self.state = (self.recover)(&self.journal);
            assert!(self.state == *calm, "{place}: what came back differs");
        }
        let owed = self.journal.owed().unwrap();
        let owed: Vec<&EffectId> = owed.iter().map(|(_, owed)| &owed.id).collect();
        let steps: Vec<&EffectId> = self.state.steps.keys().collect();
        assert_eq!(owed, steps, "{place}: what runs again");
        if !matches!(taken.facts.as_slice(), [Fact::CommandRefused { .. }]) {
            let follows = engine::decide(&self.state, &taken.org, taken.at, Input::Tick).unwrap();
            assert_eq!(follows, [], "{place}: it was not settled");
        }
        if commit.request.is_some() {
            let expect = self.state.revision;
            let again = self.journal.write(&[Commit { expect, ..commit }]);
            let used = matches!(again[0], Err(Conflict::KeyUsed { .. }));
            assert!(used, "{place}: a request counts twice: {again:?}");
        }
    }

    /// The result of the run before the crash comes after all, and changes nothing.
    fn late(&mut self, taken: &Taken, place: &str) {
        let facts = self.decide(taken);
        assert!(
            matches!(facts.as_slice(), [Fact::StaleResult { .. }]),
            "{place}: a result counts twice: {facts:?}"
        );
        let mut after = self.state.clone();
        after.fold(taken.at, &facts[0]).unwrap();
        assert!(after == self.state, "{place}: a stale result counts");
    }
}

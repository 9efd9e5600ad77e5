//! Every append of every scenario, to the pipeline's stream and to the organization's, is crashed at
//! every point: before it is written, with any part of it on the disk, after it and before an
//! effect, after an effect and before its result, and once more while recovering. The run goes on
//! with what came back, so each later append and the end are those of the run that never crashed,
//! or the test fails.

use super::{play, scenarios};
use crate::simulation::machine::fold;
use crate::simulation::store::Store;
use crate::taken::{OrgTaken, Taken};
use crate::world::World;
use pilothouse::engine::{self, Input};
use pilothouse::journal::{Commit, Conflict};
use pilothouse::model::planted::{Bug, plant};
use pilothouse::model::*;
use std::{fs, panic, path::Path, thread};

/// Of the real journal one scenario in so many: each of its crashes costs a start and a sync.
const ON_DISK_ONE_IN: usize = 6;

#[test]
fn no_crash_of_any_scenario_changes_what_comes_of_it() {
    let files = scenarios();
    // Dealt out in turns: neighbours are about the same, and so about as long.
    let crashed: usize = thread::scope(|scope| {
        let tasks = [0, 1].map(|turn| {
            let dealt = files.iter().skip(turn).step_by(2);
            scope.spawn(move || {
                dealt
                    .map(|file| crash_all(&tape(file), Store::memory(), recover))
                    .sum::<usize>()
            })
        });
        tasks.into_iter().map(|task| task.join().unwrap()).sum()
    });
    println!("{crashed} crashes in {} scenarios", files.len());
    assert!(crashed > 5_000, "only {crashed} crashes");
}

/// The same over SQLite, where a process can be killed and a transaction cannot be torn from outside.
#[test]
fn no_crash_over_the_real_journal_changes_what_comes_of_it() {
    let mut files = scenarios();
    // The scenario of the organization's stops comes first, whatever is left out.
    let of_org = |file: &&std::path::PathBuf| file.ends_with("33-stop-the-line.txt");
    let mut chosen: Vec<_> = files.iter().filter(of_org).cloned().collect();
    assert_eq!(chosen.len(), 1);
    files.retain(|file| !chosen.contains(file));
    chosen.extend(files.into_iter().step_by(ON_DISK_ONE_IN));
    let crash = |file: &std::path::PathBuf| crash_all(&tape(file), Store::sqlite(), recover);
    let crashed: usize = chosen.iter().map(crash).sum();
    println!("{crashed} crashes of SQLite in {} scenarios", chosen.len());
    assert!(crashed > 200, "only {crashed} crashes");
}

#[test]
fn crashes_find_a_server_that_forgets() {
    let tapes: Vec<Tape> = scenarios().iter().map(|file| tape(file)).collect();
    let forgets = |what: &str, bug: Option<Bug>, recover: Recover| {
        let found = tapes.iter().any(|tape| {
            plant(bug);
            let crossed = panic::catch_unwind(|| crash_all(tape, Store::memory(), recover));
            plant(None);
            crossed.is_err()
        });
        assert!(found, "nothing was found of {what} {bug:?}");
    };
    forgets("steps", None, |store| {
        let mut known = recover(store);
        known.0.steps.pop_last();
        known
    });
    forgets("holds of the organization", None, |store| {
        let mut known = recover(store);
        known.1.holds.pop_last();
        known
    });
    for bug in [
        Bug::SyncDropped,
        Bug::RetryForgotten,
        Bug::KeyCountsTwice,
        Bug::StaleResultCounts,
    ] {
        forgets("", Some(bug), recover);
    }
}

/// A run that never crashed.
pub(super) struct Tape {
    script: String,
    pub(super) taken: Vec<Taken>,
    pub(super) entries: Vec<Entry>,
    org_taken: Vec<(usize, OrgTaken)>,
}

pub(super) fn tape(file: &Path) -> Tape {
    let (_, world) = play(&fs::read_to_string(file).unwrap());
    let script = file.file_name().unwrap().to_string_lossy().into_owned();
    let taken = world.taken.into_iter();
    Tape {
        script,
        taken: taken.filter(|taken| !taken.facts.is_empty()).collect(),
        entries: world.entries,
        org_taken: world.org_taken,
    }
}

/// How a server that starts comes to know what it knew.
type Recover = fn(&mut Store) -> (Pipeline, Org);

fn recover(store: &mut Store) -> (Pipeline, Org) {
    fold(&store.all())
}

/// Runs a tape again with all its crashes; their number.
fn crash_all(tape: &Tape, store: Store, recover: Recover) -> usize {
    let mut server = Server::new(store, recover);
    let mut calm = server.state.clone();
    let mut entries = tape.entries.iter();
    let mut org_taken = tape.org_taken.iter().peekable();
    for (nth, taken) in tape.taken.iter().enumerate() {
        let place = format!("{}, append {}", tape.script, nth + 1);
        while let Some((_, asked)) = org_taken.next_if(|(before, _)| *before <= nth) {
            server.organization(asked, &format!("{place}, organization"));
        }
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
    for (_, asked) in org_taken {
        server.organization(asked, &format!("{}, organization, the end", tape.script));
    }
    let all = server.store.all();
    let (kept, of_org): (Vec<_>, Vec<_>) = all.iter().partition(|entry| entry.stream == stream());
    let told = |entry: &Entry| (entry.revision, entry.at, entry.fact.clone());
    let expected: Vec<_> = tape.entries.iter().map(told).collect();
    let kept: Vec<_> = kept.into_iter().map(told).collect();
    assert_eq!(kept, expected, "{}: the end", tape.script);
    let expected = tape.org_taken.iter().flat_map(|(_, taken)| &taken.facts);
    // The first is what the files say of the groups.
    let of_org = of_org.iter().skip(1).map(|entry| &entry.fact);
    assert!(
        of_org.eq(expected),
        "{}: the organization's end",
        tape.script
    );
    let appends = tape.taken.len() + tape.org_taken.len();
    assert!(server.crashed > 2 * appends, "{}: left out", tape.script);
    server.crashed
}

fn stream() -> Stream {
    Stream::Pipeline(PipelineName::parse("checkout").unwrap())
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
    store: Store,
    recover: Recover,
    state: Pipeline,
    org: Org,
    crashed: usize,
}

impl Server {
    /// One that knows who is in which group, as the scenarios take it for granted.
    fn new(mut store: Store, recover: Recover) -> Self {
        let world = World::bare();
        let groups = world.org.groups;
        let defined = Commit {
            stream: Stream::Organization,
            expect: Revision(0),
            at: world.now,
            facts: vec![Fact::GroupsDefined { groups }],
            request: None,
        };
        store.commit(defined).unwrap();
        let (state, org) = fold(&store.all());
        Self {
            store,
            recover,
            state,
            org,
            crashed: 0,
        }
    }

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
        match engine::decide(&self.state, &self.org, taken.at, input.clone()) {
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
        self.store.restart(reached);
        self.crashed += 1;
    }

    /// Crashes with any part of a commit on the disk: nothing of it is read back.
    fn torn(&mut self, commit: &Commit, place: &str) {
        let last = self.store.journal().last();
        for reached in 0..commit.facts.len() {
            for written in self.store.write(commit.clone()) {
                assert!(written.is_ok(), "{place}: {written:?}");
            }
            self.crash(reached);
            let read = self.store.journal().last();
            assert_eq!(read, last, "{place}: a part was read back");
            if matches!(self.store, Store::Sqlite { .. }) {
                break;
            }
        }
        (self.state, self.org) = (self.recover)(&mut self.store);
    }

    /// Crashes when all of it is durable and nothing of it was done; twice, the second time while
    /// recovering from the first. A request counts once.
    fn durable(&mut self, commit: Commit, place: &str) {
        let committed = self.store.commit(commit.clone());
        assert!(committed.is_ok(), "{place}: {committed:?}");
        for _ in ["at work", "recovering"] {
            self.crash(0);
            (self.state, self.org) = (self.recover)(&mut self.store);
        }
        if commit.request.is_some() {
            let expect = match commit.stream {
                Stream::Organization => self.org.revision,
                Stream::Pipeline(_) => self.state.revision,
            };
            let again = self.store.commit(Commit { expect, ..commit });
            let used = matches!(again, Err(Conflict::KeyUsed { .. }));
            assert!(used, "{place}: a request counts twice: {again:?}");
        }
    }

    /// Crashes while nothing of an append is durable: the input comes again and the same follows.
    /// If it is the result of a step, the step ran twice under the id that is still owed.
    fn before(&mut self, taken: &Taken, place: &str) {
        self.torn(&self.commit_of(taken), place);
        let was = (&taken.org.groups, &taken.org.holds, taken.org.released);
        let is = (&self.org.groups, &self.org.holds, self.org.released);
        assert_eq!(is, was, "{place}: the organization");
        assert_eq!(self.decide(taken), taken.facts, "{place}: given again");
    }

    /// Nothing follows from recovering, and what is owed runs again under its id.
    fn after(&mut self, taken: &Taken, calm: &Pipeline, place: &str) {
        self.durable(self.commit_of(taken), place);
        assert!(self.state == *calm, "{place}: what came back differs");
        let owed = self.store.journal().owed().unwrap();
        let owed: Vec<&EffectId> = owed.iter().map(|(_, owed)| &owed.id).collect();
        let steps: Vec<&EffectId> = self.state.steps.keys().collect();
        assert_eq!(owed, steps, "{place}: what runs again");
        if !matches!(taken.facts.as_slice(), [Fact::CommandRefused { .. }]) {
            let follows = engine::decide(&self.state, &self.org, taken.at, Input::Tick).unwrap();
            assert_eq!(follows, [], "{place}: it was not settled");
        }
    }

    /// The same for an append to the organization's stream; no pipeline changes by it.
    fn organization(&mut self, taken: &OrgTaken, place: &str) {
        let before = self.state.clone();
        let commit = Commit {
            stream: Stream::Organization,
            expect: self.org.revision,
            at: taken.at,
            facts: taken.facts.clone(),
            request: taken.asked.as_ref().map(|(_, request)| request.key.clone()),
        };
        self.torn(&commit, place);
        let mut calm = self.org.clone();
        let again = match &taken.asked {
            Some((by, request)) => engine::decide_org(&calm, by, request.clone()),
            None => Ok(engine::tick_org(&calm, taken.at)),
        };
        // What the files say comes with every start.
        let given = matches!(taken.facts.as_slice(), [Fact::DrainDefined { .. }]);
        assert!(
            given || again.as_ref() == Ok(&taken.facts),
            "{place}: {again:?}"
        );
        for fact in &taken.facts {
            calm.fold(taken.at, fact).unwrap();
            calm.revision = calm.revision.next();
        }
        self.durable(commit, place);
        assert_eq!(self.org, calm, "{place}: what came back differs");
        assert!(self.state == before, "{place}: it changed a pipeline");
        let follows = engine::tick_org(&self.org, taken.at);
        assert_eq!(follows, [], "{place}: it was not settled");
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

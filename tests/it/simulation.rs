//! A seeded simulation: the real engine and fold, fake targets that keep their own log, operators
//! who press anything, crashes between deciding, appending, doing and hearing back. After every
//! input the invariants are checked over journal and target log. A seed replays exactly:
//! `PILOTHOUSE_SEED=17 cargo test simulation`; `PILOTHOUSE_SEEDS=5000` runs more.

mod invariants;
mod outside;
mod report;

use crate::world::World;
use invariants::Watcher;
use outside::{Outside, Rng};
use pilothouse::engine::{self, Input};
use pilothouse::model::*;
use report::Report;

const STEPS: usize = 220;

#[test]
fn no_seed_violates_an_invariant() {
    let env = |name: &str| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse::<u64>().ok())
    };
    let seeds = match env("PILOTHOUSE_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..env("PILOTHOUSE_SEEDS").unwrap_or(300),
    };
    let mut total = Report::default();
    for seed in seeds {
        let report =
            std::panic::catch_unwind(|| Simulation::new(seed).run()).unwrap_or_else(|_| {
                panic!("seed {seed} failed; replay: PILOTHOUSE_SEED={seed} cargo test simulation")
            });
        total.add(&report);
    }
    println!("{total:?}");
    // A simulation in which nothing happens would pass as well, so what must happen is asserted.
    assert!(
        total.deployments > 0 && total.crashes > 0 && total.late > 0,
        "{total:?}"
    );
    assert!(
        total.rollbacks > 0 && total.passed_last > 0 && total.refusals > 0,
        "{total:?}"
    );
}

struct Simulation {
    world: World,
    outside: Outside,
    watcher: Watcher,
    rng: Rng,
    /// Which kinds of trouble this seed has.
    trouble: u64,
    report: Report,
}

impl Simulation {
    fn new(seed: u64) -> Self {
        let mut rng = Rng(seed);
        let trouble = rng.next();
        Simulation {
            world: World::new(),
            outside: Outside::default(),
            watcher: Watcher::default(),
            rng,
            trouble,
            report: Report::default(),
        }
    }

    fn has(&self, bit: u32) -> bool {
        self.trouble >> bit & 1 == 1
    }

    fn run(mut self) -> Report {
        for step in 0..STEPS {
            self.act();
            if step % 40 == 39 {
                assert_eq!(
                    self.world.recovered(),
                    self.world.pipeline,
                    "the fold is not the state"
                );
            }
        }
        self.calm();
        self.report.facts = self.world.entries.len();
        self.report
    }

    fn act(&mut self) {
        match self.rng.below(20) {
            0..8 => self.finish_one(),
            8..12 => self.observe(),
            12 | 13 => self.push(),
            14 => self.wait(),
            15 => self.late_result(),
            16 if self.has(0) => self.crash(),
            _ => self.operate(),
        }
    }

    /// Decides, appends and lets the outside begin what was opened. With some luck the process
    /// dies in between.
    fn feed(&mut self, input: Input) {
        let decided = engine::decide(&self.world.pipeline, &self.world.org, self.world.now, input);
        let facts = decided.expect("only commands are refused");
        self.append(facts);
    }

    fn append(&mut self, facts: Vec<Fact>) {
        if self.has(1) && self.rng.below(60) == 0 {
            // Dies after deciding and before the append: nothing of it ever happened.
            self.report.crashes += 1;
            self.restart();
            return;
        }
        let first = self.world.entries.len();
        for fact in facts {
            if std::env::var_os("PILOTHOUSE_SEED").is_some() {
                let told = fact.told();
                println!("{} {:10} {}", self.world.now, told.kind, told.what);
            }
            self.watcher.before(&self.world, &fact);
            self.world.append(vec![fact]);
            let entry = self.world.entries.last().unwrap().clone();
            self.watcher.after(&self.world, &entry);
        }
        let entries = self.world.entries[first..].to_vec();
        for entry in &entries {
            self.report.deployments += usize::from(entry.fact.opens().is_some());
            if let Fact::RolledBack { .. } = entry.fact {
                self.report.rollbacks += 1;
            }
            if let Fact::AttemptPassed { attempt } = &entry.fact {
                let last = self.world.pipeline.attempt(*attempt);
                self.report.passed_last +=
                    usize::from(last.is_some_and(|a| a.stage.as_str() == "wave-2"));
            }
        }
        if self.has(2) && self.rng.below(60) == 0 {
            // Dies after the append and before any effect.
            self.report.crashes += 1;
            self.restart();
            return;
        }
        for entry in &entries {
            if let Fact::StepAbandoned { id, .. } = &entry.fact {
                self.outside.stop(id);
            }
        }
        for entry in &entries {
            if let Some(owed) = entry.fact.opens() {
                self.outside.begin(owed);
            }
        }
    }

    /// Folds the journal anew; what ran is gone, what is owed begins again under its id.
    fn restart(&mut self) {
        self.outside.lose_everything();
        self.world.pipeline = self.world.recovered();
        let owed: Vec<Owed> = self.world.pipeline.steps.values().cloned().collect();
        for owed in &owed {
            self.outside.begin(owed);
        }
    }

    fn crash(&mut self) {
        self.report.crashes += 1;
        self.restart();
        if self.rng.below(3) == 0 {
            self.restart();
        }
    }

    fn finish_one(&mut self) {
        let Some(owed) = self.outside.pick(&mut self.rng) else {
            return;
        };
        let luck = self.rng.below(if self.has(3) { 12 } else { 1_000 });
        let result = match luck {
            0 => StepResult::Failed {
                took: Span::seconds(2),
                why: "exit 1".to_owned(),
            },
            1 | 2 => StepResult::Infrastructure {
                took: Span::seconds(2),
                why: "exit 75".to_owned(),
            },
            3 if self.has(4) => StepResult::Unknown {
                why: "lost".to_owned(),
            },
            _ => crate::world::success(&owed.effect),
        };
        self.outside.end(&owed.id);
        self.world.now = self.world.now + Span::seconds(1);
        self.feed(Input::Outcome(Outcome::Step {
            id: owed.id.clone(),
            result,
        }));
        // An infrastructure error keeps the step owed: the service runs it again under its id.
        if let Some(again) = self.world.pipeline.steps.get(&owed.id).cloned() {
            self.outside.begin(&again);
        }
    }

    fn late_result(&mut self) {
        let Some(id) = self.outside.any_ended(&mut self.rng) else {
            return;
        };
        if self.world.pipeline.steps.contains_key(&id) {
            return;
        }
        self.report.late += 1;
        // What time alone changes is no consequence of the late result.
        self.feed(Input::Tick);
        let before = self.world.pipeline.clone();
        let result = StepResult::Succeeded {
            took: Span::seconds(9),
            artifact: None,
        };
        self.feed(Input::Outcome(Outcome::Step { id, result }));
        let after = &self.world.pipeline;
        assert_eq!(
            (&before.targets, &before.stages),
            (&after.targets, &after.stages),
            "I02"
        );
    }

    fn observe(&mut self) {
        let elapsed = Span::seconds(1 + self.rng.below(60));
        self.world.now = self.world.now + elapsed;
        let level = match self.rng.below(if self.has(5) { 10 } else { 40 }) {
            0 => AlarmLevel::Firing,
            1 => AlarmLevel::NoData,
            _ => AlarmLevel::Ok,
        };
        let reading = Reading {
            alarm: AlarmName::parse("faults").unwrap(),
            level,
            value: (level != AlarmLevel::NoData).then_some(Ppm(70_000)),
            why: String::new(),
            points: self.rng.below(200),
        };
        let observation = Observation {
            elapsed,
            readings: vec![reading],
        };
        self.feed(Input::Outcome(Outcome::Observed(observation)));
    }

    fn push(&mut self) {
        let sha = crate::world::sha(u32::try_from(self.world.commits.len()).unwrap() + 1);
        let bad: Vec<Sha> = self
            .world
            .pipeline
            .guards
            .quarantine
            .keys()
            .cloned()
            .collect();
        let reverts = if self.rng.below(2) == 0 {
            bad
        } else {
            Vec::new()
        };
        let reviewer = if self.rng.below(6) == 0 { "mori" } else { "li" };
        let person = |name: &str| Person {
            name: name.to_owned(),
            email: format!("{name}@example.com"),
        };
        let change = Change {
            source: None,
            sha: sha.clone(),
            author: person("mori"),
            at: self.world.now,
            title: "a change".to_owned(),
            reviewers: vec![person(reviewer)],
            reverts,
            one_way: false,
        };
        let base = self.world.commits.last().cloned();
        self.world.commits.push(sha.clone());
        let revision = self.world.pipeline.revision;
        self.feed(Input::Outcome(Outcome::Head(Head {
            source: None,
            sha,
            base,
            changes: vec![change],
        })));
        if self.world.pipeline.revision == revision {
            // Lost in a crash: nobody saw it, so the next look tells of it again.
            self.world.commits.pop();
        }
    }

    fn wait(&mut self) {
        let minutes = self.rng.below(600);
        self.world.now = self.world.now + Span::minutes(minutes);
        self.feed(Input::Tick);
    }

    fn operate(&mut self) {
        let by = ["ana", "li", "mori", "zoe"][self.rng.below(4) as usize];
        let Some(command) = outside::some_command(&self.world, &mut self.rng) else {
            return;
        };
        let by = Actor::parse(by).unwrap();
        let plan = engine::plan(
            &self.world.pipeline,
            &self.world.org,
            self.world.now,
            &by,
            &command,
        );
        let key = RequestKey::parse(&format!("key-{}", self.world.n_requests)).unwrap();
        self.world.n_requests += 1;
        let settled = plan.and_then(|plan| {
            if self.rng.below(8) == 0 {
                // The world moves between the plan and the commit.
                self.finish_one();
            }
            let request = Request {
                key: key.clone(),
                expect: plan.digest,
                command: command.clone(),
            };
            let input = Input::Command {
                by: by.clone(),
                request,
            };
            engine::decide(&self.world.pipeline, &self.world.org, self.world.now, input)
        });
        match settled {
            Ok(facts) => self.append(facts),
            Err(refusal) => {
                self.report.refusals += 1;
                Watcher::refused(&command, &refusal);
                let expect = Fingerprint::of(&command);
                let fact = engine::refused(
                    by,
                    Request {
                        key,
                        expect,
                        command,
                    },
                    refusal,
                );
                self.append(vec![fact]);
            }
        }
    }

    /// Faults cease; everything must come to an end or to a waiting state with a reason and an
    /// exit (INVARIANTS.md, L1 and L2).
    fn calm(&mut self) {
        self.trouble = 0;
        for _ in 0..2_000 {
            if let Some(owed) = self.outside.pick(&mut self.rng) {
                let result = crate::world::success(&owed.effect);
                self.outside.end(&owed.id);
                self.feed(Input::Outcome(Outcome::Step {
                    id: owed.id,
                    result,
                }));
                continue;
            }
            let before = self.world.pipeline.revision;
            self.world.now = self.world.now + Span::minutes(1);
            let reading = Reading {
                alarm: AlarmName::parse("faults").unwrap(),
                level: AlarmLevel::Ok,
                value: Some(Ppm(0)),
                why: String::new(),
                points: 100,
            };
            let observation = Observation {
                elapsed: Span::minutes(1),
                readings: vec![reading],
            };
            self.feed(Input::Outcome(Outcome::Observed(observation)));
            if self.world.pipeline.revision == before {
                Watcher::at_rest(&self.world);
                return;
            }
        }
        panic!(
            "never comes to rest: {:?}",
            board(&self.world.pipeline, &self.world.org, self.world.now)
        );
    }
}

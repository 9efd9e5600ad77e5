//! A pipeline under test with everything outside it faked: time, git, targets, alarms. The engine
//! and the fold are the real ones. Shared by the scenarios and the simulation.

use crate::taken::{OrgTaken, Taken};
use pilothouse::engine::{self, Input};
use pilothouse::model::*;
use std::collections::BTreeMap;

#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) pipeline: Pipeline,
    pub(crate) org: Org,
    pub(crate) now: Time,
    /// The journal: what a restart would read.
    pub(crate) entries: Vec<Entry>,
    /// The inputs behind the entries: what would come again after a crash.
    pub(crate) taken: Vec<Taken>,
    /// What the organization took in, each with how many of those came before.
    pub(crate) org_taken: Vec<(usize, OrgTaken)>,
    /// Commits pushed so far, oldest first.
    pub(crate) commits: Vec<Sha>,
    pub(crate) n_requests: u32,
}

impl World {
    /// A pipeline named checkout with its definition taken in, on a Friday noon.
    pub(crate) fn new() -> Self {
        let mut world = World::bare();
        world.input(Input::Define(Box::new(definition()))).unwrap();
        world
    }

    pub(crate) fn bare() -> Self {
        let mut org = Org::default();
        let members = ["ana", "li", "mori"].map(name);
        org.groups = BTreeMap::from([(name("oncall"), members.to_vec())]);
        World {
            pipeline: Pipeline::new(PipelineName::parse("checkout").unwrap()),
            org,
            now: "2026-03-06T12:00:00Z".parse().unwrap(),
            entries: Vec::new(),
            taken: Vec::new(),
            org_taken: Vec::new(),
            commits: Vec::new(),
            n_requests: 0,
        }
    }

    /// Decides an input and journals what follows. A refusal changes nothing here.
    pub(crate) fn input(&mut self, input: Input) -> Result<Vec<Fact>, Refusal> {
        let facts = engine::decide(&self.pipeline, &self.org, self.now, input.clone())?;
        self.append(input, facts.clone());
        Ok(facts)
    }

    /// Journals what follows from an input and folds it into the live state.
    fn append(&mut self, input: Input, facts: Vec<Fact>) {
        let (org, at) = (self.org.clone(), self.now);
        self.taken.push(Taken {
            input,
            org,
            at,
            facts: facts.clone(),
        });
        for fact in facts {
            let entry = Entry {
                stream: Stream::Pipeline(self.pipeline.name.clone()),
                revision: self.pipeline.revision.next(),
                seq: self.entries.len() as u64 + 1,
                at: self.now,
                fact,
            };
            self.pipeline.apply(&entry).unwrap();
            self.entries.push(entry);
        }
    }

    /// Plans a command, then commits it with the plan's digest, as every client does.
    pub(crate) fn command(&mut self, by: &str, command: Command) -> Result<Vec<Fact>, Refusal> {
        let by = Actor::parse(by).unwrap();
        self.n_requests += 1;
        let key = RequestKey::parse(&format!("key-{}", self.n_requests)).unwrap();
        let plan = engine::plan(&self.pipeline, &self.org, self.now, &by, &command);
        let expect = plan.map_or_else(|_| Fingerprint::of(&command), |plan| plan.digest);
        self.request(
            by,
            Request {
                key,
                expect,
                command,
            },
        )
    }

    /// Commits a request; a refusal of it is journaled.
    pub(crate) fn request(&mut self, by: Actor, request: Request) -> Result<Vec<Fact>, Refusal> {
        let input = Input::Command {
            by: by.clone(),
            request: request.clone(),
        };
        let settled = engine::decide(&self.pipeline, &self.org, self.now, input.clone());
        let facts = match &settled {
            Ok(facts) => facts.clone(),
            Err(refusal) => vec![engine::refused(by, request, refusal.clone())],
        };
        self.append(input, facts);
        settled
    }

    /// Pushes one commit onto the main branch and lets the poller see it.
    pub(crate) fn push(
        &mut self,
        author: &str,
        reviewers: &[&str],
        title: &str,
        reverts: &[Sha],
    ) -> Vec<Fact> {
        let sha = sha(u32::try_from(self.commits.len()).unwrap() + 1);
        self.commits.push(sha.clone());
        let change = Change {
            source: None,
            sha: sha.clone(),
            author: person(author),
            at: self.now,
            title: title.to_owned(),
            reviewers: reviewers.iter().map(|name| person(name)).collect(),
            reverts: reverts.to_vec(),
            one_way: title.contains("one-way"),
            size: Some(ChangeSize::new(3, 41, 7)),
        };
        let head = Head {
            source: None,
            sha,
            base: self.pipeline.source.head.clone(),
            changes: vec![change],
        };
        self.input(Input::Outcome(Outcome::Head(head))).unwrap()
    }

    pub(crate) fn finish(&mut self, id: &EffectId, result: StepResult) -> Vec<Fact> {
        let id = id.clone();
        let outcome = Outcome::Step { id, result };
        self.input(Input::Outcome(outcome)).unwrap()
    }

    /// The verdict of somebody who has looked at the stage now.
    pub(crate) fn verdict(&self, stage: &StageName, release: ReleaseId, reason: &str) -> Verdict {
        let state = self.pipeline.stage(stage);
        let attempt = state.and_then(|state| state.attempt.as_ref());
        Verdict {
            stage: stage.clone(),
            release,
            attempt: attempt.map_or(AttemptId(0), |attempt| attempt.id),
            evidence: attempt.map_or(Fingerprint::of(&0), |a| evidence(&self.pipeline, a)),
            reason: reason.to_owned(),
        }
    }

    /// What a restarted server would know.
    pub(crate) fn recovered(&self) -> Pipeline {
        let mut pipeline = Pipeline::new(self.pipeline.name.clone());
        for entry in &self.entries {
            pipeline.apply(entry).unwrap();
        }
        pipeline
    }
}

/// The result a well-behaved outside gives to an effect.
pub(crate) fn success(effect: &Effect) -> StepResult {
    let artifact = match effect {
        Effect::Build { sha, .. } => Some(Artifact {
            digest: Digest::of(sha.as_str().as_bytes()),
            bytes: 1_000,
            file: "checkout.pkg".to_owned(),
            signature: None,
        }),
        Effect::Check { .. }
        | Effect::Coverage { .. }
        | Effect::Deploy(_)
        | Effect::Test { .. } => None,
    };
    StepResult::Succeeded {
        took: Span::seconds(1),
        artifact,
    }
}

pub(crate) fn sha(number: u32) -> Sha {
    format!("{number:08x}{:032x}", 0).parse().unwrap()
}

pub(crate) fn person(name: &str) -> Person {
    Person {
        name: name.to_owned(),
        email: format!("{name}@example.com"),
    }
}

fn name<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

/// beta, gamma (tests, one approval), wave-1 (one region), wave-2 (two regions and a window).
pub(crate) fn definition() -> Definition {
    Definition {
        name: name("checkout"),
        kind: Kind::Application,
        service: name("checkout"),
        owner: name("payments"),
        directory: "/definitions".to_owned(),
        file: "checkout.toml".to_owned(),
        digest: Digest::of(b"definition"),
        runbook: None,
        source: Source {
            repository: "/repository".to_owned(),
            branch: "main".to_owned(),
            poll_every: Span::seconds(30),
            push_secret_file: None,
            review: Some(ReviewRule {
                trailer: "Reviewed-by".to_owned(),
                not_author: true,
            }),
        },
        also: Vec::new(),
        build: Build {
            run: Run::Argv(vec!["make".to_owned()]),
            artifact: "dist/checkout.pkg".to_owned(),
            timeout: Span::minutes(10),
            checks: vec![test("unit")],
            coverage: None,
        },
        stages: stages(),
        alarms: vec![alarm("faults")],
        windows: vec![Window {
            name: name("business-hours"),
            allow: Some("Mon..Fri 09:00-17:00".parse().unwrap()),
            deny: None,
            calendars: Vec::new(),
            stagger: Span::ZERO,
            quota: None,
            origin: "checkout.toml:80".to_owned(),
        }],
        watch_every: Span::seconds(10),
        blocked_ticket_after: None,
        watch_max_age: Span::seconds(30),
    }
}

fn stages() -> Vec<Stage> {
    let beta = stage(
        "beta",
        Phase::Test,
        &[("eu-central-1", "Europe/Berlin", &[("a", &["b1"])])],
    );
    let beta = Stage {
        approval: vec![Gate::Test(test("integration"))],
        ..beta
    };
    let gamma = stage(
        "gamma",
        Phase::Test,
        &[("eu-central-1", "Europe/Berlin", &[("a", &["g1", "g2"])])],
    );
    let manual = Manual {
        name: "release".to_owned(),
        from: Some(name("oncall")),
        count: 1,
        not_author: true,
        undo: Span::ZERO,
        expires: Some(Span::hours(24)),
        yield_after: Some(Span::hours(4)),
    };
    let gamma = Stage {
        approval: vec![Gate::Test(test("load")), Gate::Manual(manual)],
        ..gamma
    };
    let bake = BakeRule {
        time: Span::minutes(1),
        points: 100,
    };
    let wave_1 = stage(
        "wave-1",
        Phase::Production,
        &[(
            "eu-central-1",
            "Europe/Berlin",
            &[("a", &["h1", "h2"]), ("b", &["h3"])],
        )],
    );
    let wave_1 = Stage {
        approval: vec![Gate::Bake(bake)],
        bake: BakeRules {
            one_box: bake,
            zone: BakeRule {
                time: Span::seconds(30),
                points: 0,
            },
        },
        alarms: vec![name("faults")],
        ..wave_1
    };
    let wave_2 = stage(
        "wave-2",
        Phase::Production,
        &[
            ("us-east-1", "America/New_York", &[("a", &["u1", "u2"])]),
            ("ap-northeast-1", "Asia/Tokyo", &[("a", &["j1"])]),
        ],
    );
    let wave_2 = Stage {
        windows: vec![name("business-hours")],
        alarms: vec![name("faults")],
        ..wave_2
    };
    vec![beta, gamma, wave_1, wave_2]
}

type RegionSpec<'a> = (&'a str, &'a str, &'a [(&'a str, &'a [&'a str])]);

fn stage(stage: &str, phase: Phase, regions: &[RegionSpec<'_>]) -> Stage {
    let none = BakeRule {
        time: Span::ZERO,
        points: 0,
    };
    let regions = regions.iter().map(|(region, zone, zones)| Region {
        name: name(region),
        time_zone: zone.parse().unwrap(),
        zones: zones
            .iter()
            .map(|(zone, targets)| Zone {
                name: name(zone),
                targets: targets.iter().map(|target| name(target)).collect(),
            })
            .collect(),
    });
    Stage {
        name: name(stage),
        phase,
        deploy: Deploy {
            run: Run::Argv(vec!["./deploy".to_owned()]),
            check: None,
            timeout: Span::minutes(10),
            one_box: phase == Phase::Production,
            max_unavailable: Share::Percent(50),
            rollback_max_unavailable: Share::Percent(100),
            one_way: false,
            strategy: Strategy::Rolling,
        },
        regions: regions.collect(),
        approval: Vec::new(),
        bake: BakeRules {
            one_box: none,
            zone: none,
        },
        windows: Vec::new(),
        alarms: Vec::new(),
    }
}

fn test(name: &str) -> Test {
    Test {
        name: name.to_owned(),
        run: Run::Argv(vec!["./test".to_owned()]),
        timeout: Span::minutes(30),
        parallel: false,
    }
}

fn alarm(alarm: &str) -> Alarm {
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let series = |labels: &[(&str, &str)]| Series {
        metric: "requests_total".to_owned(),
        labels: labels.iter().map(own).collect(),
    };
    Alarm {
        name: name(alarm),
        scope: AlarmScope::Stage,
        severity: Severity::High,
        source: AlarmSource::Scrape(Scrape {
            server: Server {
                url: "http://127.0.0.1:9/metrics".to_owned(),
                login: None,
            },
            numerator: series(&[("code", "5xx")]),
            denominator: series(&[]),
            window: Span::seconds(30),
            limit: "5%".parse().unwrap(),
            bad: Bad::High,
            minimum: 20,
        }),
        fire: (2, 3),
        clear: 3,
        runbook: None,
    }
}

//! A small world to serve: definitions made by hand over a real git repository, and short ways to
//! ask for things.

use pilothouse::{
    api::{CommitRequest, PlanRequest, Settled},
    clock::Stopwatch,
    definition::Loaded,
    entropy,
    model::{
        Actor, Also, BakeRule, BakeRules, Build, Command, Definition, Deploy, Digest, Gate,
        GroupName, HoldScope, Kind, Phase, PipelineName, Region, RegionName, Request, Run,
        ServiceName, Share, Source, SourceName, Span, Stage, StageName, TargetName, TeamName, Test,
        Zone, ZoneName,
    },
    service::{Service, Setup},
};
use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command as Process, Stdio},
    time::Duration,
};
use tempfile::TempDir;

pub(super) struct World {
    pub(super) directory: TempDir,
    definitions: Vec<Definition>,
}

impl World {
    /// Pipelines of one service over one repository with one commit.
    pub(super) fn new(pipelines: &[&str]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let repository = directory.path().join("repository");
        fs::create_dir(&repository).unwrap();
        git(&repository, &["init", "--quiet", "--initial-branch=main"]);
        let world = Self {
            definitions: pipelines
                .iter()
                .map(|name| definition(name, directory.path()))
                .collect(),
            directory,
        };
        world.push("first");
        world
    }

    pub(super) fn setup(&self) -> Setup {
        let group = GroupName::parse("approvers").unwrap();
        Setup {
            loaded: Loaded {
                drain: Span::ZERO,
                today: pilothouse::model::Time(0),
                directory: self.directory.path().to_owned(),
                texts: BTreeMap::new(),
                definitions: self.definitions.clone(),
                groups: BTreeMap::from([(group, vec![actor("ana")])]),
                rotas: BTreeMap::new(),
                routes: Vec::new(),
                access: Vec::new(),
                warnings: Vec::new(),
            },
            state: self.directory.path().join("state"),
            program: crate::program(),
            confinement: pilothouse::executor::Confinement::default(),
        }
    }

    pub(super) async fn start(&self) -> Service {
        Service::start(self.setup()).await.unwrap()
    }

    /// Replaces how every pipeline builds.
    pub(super) fn build(&mut self, shell: &str) {
        for definition in &mut self.definitions {
            definition.build.run = Run::Shell(shell.to_owned());
        }
    }

    /// Takes the definition of a pipeline away.
    pub(super) fn forget(&mut self, name: &str) {
        self.definitions
            .retain(|definition| definition.name.as_str() != name);
    }

    /// Lets every pipeline look once an hour, and believe notices that this secret proves.
    pub(super) fn wait_for_notices(&mut self, secret: &str) {
        let file = self.directory.path().join("secret");
        fs::write(&file, secret).unwrap();
        for definition in &mut self.definitions {
            definition.source.poll_every = Span::hours(1);
            definition.source.push_secret_file = Some(file.display().to_string());
        }
    }

    /// Gives every pipeline a second source with one commit.
    pub(super) fn also(&mut self, name: &str, title: &str) {
        let repository = self.directory.path().join(name);
        fs::create_dir(&repository).unwrap();
        git(&repository, &["init", "--quiet", "--initial-branch=main"]);
        self.push_to(name, title);
        for definition in &mut self.definitions {
            let source = Source {
                repository: repository.display().to_string(),
                ..definition.source.clone()
            };
            let name = SourceName::parse(name).unwrap();
            definition.also.push(Also { name, source });
        }
    }

    /// Adds a commit to the main branch.
    pub(super) fn push(&self, title: &str) {
        self.push_to("repository", title);
    }

    /// Adds a commit to the branch of a repository.
    pub(super) fn push_to(&self, repository: &str, title: &str) {
        let repository = self.directory.path().join(repository);
        fs::write(repository.join("content"), title).unwrap();
        git(&repository, &["add", "content"]);
        git(&repository, &["commit", "--quiet", "-m", title]);
    }
}

/// Source, a build that keeps `content`, and a beta with one target.
fn definition(name: &str, directory: &Path) -> Definition {
    let beta = Stage {
        name: StageName::parse("beta").unwrap(),
        phase: Phase::Test,
        deploy: Deploy {
            run: shell("cp \"$PILOTHOUSE_ARTIFACT\" \"$PILOTHOUSE_TARGET.deployed\""),
            check: None,
            timeout: Span::minutes(1),
            one_box: false,
            max_unavailable: Share::Percent(100),
            rollback_max_unavailable: Share::Percent(100),
            one_way: false,
            strategy: pilothouse::model::Strategy::Rolling,
        },
        regions: vec![Region {
            name: RegionName::parse("here").unwrap(),
            time_zone: chrono_tz::UTC,
            zones: vec![Zone {
                name: ZoneName::parse("one").unwrap(),
                targets: vec![TargetName::parse(&format!("{name}-1")).unwrap()],
            }],
        }],
        approval: vec![Gate::Test(Test {
            name: "there".to_owned(),
            run: shell(&format!("test -s {name}-1.deployed")),
            timeout: Span::minutes(1),
            parallel: false,
        })],
        bake: BakeRules {
            one_box: NO_BAKE,
            zone: NO_BAKE,
        },
        windows: Vec::new(),
        alarms: Vec::new(),
    };
    Definition {
        name: PipelineName::parse(name).unwrap(),
        kind: Kind::Application,
        service: ServiceName::parse("shop").unwrap(),
        owner: TeamName::parse("team").unwrap(),
        directory: directory.display().to_string(),
        file: format!("{name}.toml"),
        digest: Digest::of(name.as_bytes()),
        runbook: None,
        source: Source {
            repository: directory.join("repository").display().to_string(),
            branch: "main".to_owned(),
            poll_every: Span(100),
            push_secret_file: None,
            review: None,
        },
        also: Vec::new(),
        build: Build {
            run: shell("cp content artifact"),
            artifact: "artifact".to_owned(),
            timeout: Span::minutes(1),
            checks: Vec::new(),
            coverage: None,
        },
        stages: vec![beta],
        alarms: Vec::new(),
        windows: Vec::new(),
        watch_every: Span(100),
        blocked_ticket_after: None,
        watch_max_age: Span::hours(3),
    }
}

const NO_BAKE: BakeRule = BakeRule {
    time: Span::ZERO,
    points: 0,
};

fn shell(text: &str) -> Run {
    Run::Shell(text.to_owned())
}

fn git(repository: &Path, arguments: &[&str]) {
    let status = Process::new("git")
        .args(["-c", "user.name=Ana", "-c", "user.email=ana@example.com"])
        .args(arguments)
        .current_dir(repository)
        .stdout(Stdio::null())
        .status();
    assert!(status.unwrap().success(), "git {arguments:?}");
}

pub(super) fn actor(name: &str) -> Actor {
    Actor::parse(name).unwrap()
}

pub(super) fn hold(scope: HoldScope) -> Command {
    Command::Hold {
        scope,
        reason: "looking into it".to_owned(),
        lasts: None,
    }
}

/// What an operator does in the dialog: plan, then commit exactly that.
pub(super) async fn plan_and_commit(
    service: &Service,
    pipeline: Option<&str>,
    command: Command,
) -> Settled {
    let pipeline = pipeline.map(|name| PipelineName::parse(name).unwrap());
    let asked = PlanRequest {
        pipeline: pipeline.clone(),
        command,
    };
    let plan = service.plan(actor("ana"), asked).await.unwrap();
    let request = Request {
        key: entropy::request_key().unwrap(),
        expect: plan.digest,
        command: plan.command,
    };
    let request = CommitRequest { pipeline, request };
    service.commit(actor("ana"), request).await.unwrap()
}

/// Looks until something is so; fails when that takes half a minute.
pub(super) async fn until(mut so: impl AsyncFnMut() -> bool) {
    let watch = Stopwatch::start();
    while !so().await {
        assert!(watch.elapsed() < Span::seconds(30), "it never came to be");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

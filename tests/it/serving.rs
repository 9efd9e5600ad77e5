//! A real service behind a real server on a real socket, for the tests of both sides.

use pilothouse::{
    api::{CommitRequest, PlanRequest, Settled},
    client::{Address, Client, ClientError},
    definition::Loaded,
    entropy,
    model::{
        BakeRule, BakeRules, Build, Command, Definition, Deploy, Digest, HoldScope, Kind, Phase,
        PipelineName, Region, RegionName, Request, Run, ServiceName, Share, Source, Span, Stage,
        StageName, TargetName, TeamName, Zone, ZoneName,
    },
    server::{Issuer, Listen, Server},
    service::{Service, Setup},
};
use std::{collections::BTreeMap, path::Path, time::Duration};
use tempfile::TempDir;
use tokio::{sync::oneshot, task::JoinHandle};

/// Nothing here takes longer unless it hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A server that runs until it is stopped.
pub(crate) struct Serving {
    pub(crate) service: Service,
    pub(crate) client: Client,
    pub(crate) address: Address,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

pub(crate) fn name(text: &str) -> PipelineName {
    PipelineName::parse(text).unwrap()
}

/// Two pipelines whose repository does not exist: they wait for ever.
pub(crate) fn loaded(directory: &Path) -> Loaded {
    Loaded {
        drain: Span::ZERO,
        today: pilothouse::model::Time(0),
        directory: directory.to_owned(),
        texts: BTreeMap::new(),
        definitions: vec![
            definition("cart", directory),
            definition("checkout", directory),
        ],
        groups: BTreeMap::new(),
        rotas: BTreeMap::new(),
        routes: Vec::new(),
        access: Vec::new(),
        warnings: Vec::new(),
    }
}

/// A service with those two.
pub(crate) async fn service(directory: &Path) -> Service {
    let loaded = loaded(directory);
    let state = directory.join("state");
    Service::start(Setup {
        loaded,
        state,
        program: env!("CARGO_BIN_EXE_pilothouse").into(),
        confinement: pilothouse::executor::Confinement::default(),
    })
    .await
    .unwrap()
}

pub(crate) fn serve(service: Service, listen: Listen) -> Serving {
    serve_trusting(service, listen, None)
}

/// As `serve`, and the tokens of an issuer are taken too.
pub(crate) fn serve_trusting(service: Service, listen: Listen, issuer: Option<Issuer>) -> Serving {
    let server = Server::bind(listen).unwrap().trusting(issuer);
    let address = server.address();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = service.clone();
    let task = tokio::spawn(async move {
        server
            .run(serving, async { stopped.await.unwrap_or(()) })
            .await;
    });
    Serving {
        service,
        client: Client::new(address.clone()).unwrap(),
        address,
        stop,
        task,
    }
}

/// A server on a Unix socket in a fresh directory.
pub(crate) async fn on_socket() -> (TempDir, Serving) {
    let directory = tempfile::tempdir().unwrap();
    let service = service(directory.path()).await;
    let serving = serve(service, Listen::Unix(directory.path().join("run/socket")));
    (directory, serving)
}

impl Serving {
    /// Stops the server; the service goes on.
    pub(crate) async fn stop(self) -> Service {
        self.stop.send(()).unwrap();
        tokio::time::timeout(PATIENCE, self.task)
            .await
            .expect("the server must stop although streams are open")
            .unwrap();
        self.service
    }
}

/// Plans and commits a hold: the shortest way to a fact.
pub(crate) async fn hold(
    client: &Client,
    pipeline: &str,
    reason: &str,
) -> Result<Settled, ClientError> {
    let request = planned_hold(client, pipeline, reason).await;
    client.commit(&request).await
}

pub(crate) async fn planned_hold(client: &Client, pipeline: &str, reason: &str) -> CommitRequest {
    let command = Command::Hold {
        scope: HoldScope::Pipeline,
        reason: reason.to_owned(),
        lasts: None,
    };
    let pipeline = Some(name(pipeline));
    let plan = client
        .plan(&PlanRequest {
            pipeline: pipeline.clone(),
            command: command.clone(),
        })
        .await
        .unwrap();
    CommitRequest {
        pipeline,
        request: Request {
            key: entropy::request_key().unwrap(),
            expect: plan.digest,
            command,
        },
    }
}

fn definition(pipeline: &str, directory: &Path) -> Definition {
    let run = || Run::Argv(vec!["true".to_owned()]);
    let none = BakeRule {
        time: Span::ZERO,
        points: 0,
    };
    let target = format!("{pipeline}-1");
    let zone = Zone {
        name: ZoneName::parse("a").unwrap(),
        targets: vec![TargetName::parse(&target).unwrap()],
    };
    let region = Region {
        name: RegionName::parse("eu-central-1").unwrap(),
        time_zone: chrono_tz::Europe::Berlin,
        zones: vec![zone],
    };
    let stage = Stage {
        name: StageName::parse("beta").unwrap(),
        phase: Phase::Test,
        deploy: Deploy {
            run: run(),
            check: None,
            timeout: Span::seconds(10),
            one_box: false,
            max_unavailable: Share::Count(1),
            rollback_max_unavailable: Share::Count(1),
            one_way: false,
            strategy: pilothouse::model::Strategy::Rolling,
        },
        regions: vec![region],
        approval: Vec::new(),
        bake: BakeRules {
            one_box: none,
            zone: none,
        },
        windows: Vec::new(),
        alarms: Vec::new(),
    };
    Definition {
        name: name(pipeline),
        kind: Kind::Application,
        service: ServiceName::parse("shop").unwrap(),
        owner: TeamName::parse("payments").unwrap(),
        directory: directory.display().to_string(),
        file: format!("{pipeline}.toml"),
        digest: Digest::of(pipeline.as_bytes()),
        runbook: None,
        source: Source {
            repository: directory.join("no-repository").display().to_string(),
            branch: "main".to_owned(),
            poll_every: Span::hours(1),
            push_secret_file: None,
            review: None,
        },
        also: Vec::new(),
        build: Build {
            run: run(),
            artifact: "artifact".to_owned(),
            timeout: Span::seconds(10),
            checks: Vec::new(),
            coverage: None,
        },
        stages: vec![stage],
        alarms: Vec::new(),
        windows: Vec::new(),
        watch_every: Span::hours(1),
        blocked_ticket_after: None,
        watch_max_age: Span::hours(3),
    }
}

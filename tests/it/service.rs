//! The service as its callers see it, on a real journal, real git and real processes: requests that
//! count once, restarts that lose nothing, streams without gaps.

mod noticed;
mod owed;
mod reload;
mod resume;
mod sources;
mod tidied;
mod tokens;
mod world;

use pilothouse::{
    api::{CommitRequest, PlanRequest, Settled},
    journal::{Commit, Journal, Sqlite},
    model::{
        Fact, HoldId, HoldScope, PipelineName, Refusal, Request, RequestKey, Revision, ServiceName,
        Status, Stream, Time,
    },
    service::{CommandError, Service, ServiceError},
};
use world::{World, actor, hold, plan_and_commit, until};

#[tokio::test]
async fn a_request_counts_once() {
    let world = World::new(&["a", "b"]);
    let service = world.start().await;
    let ana = actor("ana");
    let name = PipelineName::parse("a").unwrap();
    let asked = PlanRequest {
        pipeline: Some(name.clone()),
        command: hold(HoldScope::Pipeline),
    };
    let plan = service.plan(ana.clone(), asked).await.unwrap();
    let request = CommitRequest {
        pipeline: Some(name.clone()),
        request: Request {
            key: RequestKey::parse("once").unwrap(),
            expect: plan.digest,
            command: plan.command,
        },
    };
    let first = service.commit(ana.clone(), request.clone()).await.unwrap();
    assert!(matches!(first, Settled::Accepted { .. }), "{first:?}");

    // The same again: side by side, and after a restart.
    let (one, two) = tokio::join!(
        service.commit(ana.clone(), request.clone()),
        service.commit(ana.clone(), request.clone())
    );
    assert_eq!((one.unwrap(), two.unwrap()), (first.clone(), first.clone()));
    service.stop().await;
    let service = world.start().await;
    assert_eq!(service.commit(ana, request.clone()).await.unwrap(), first);
    let key = request.request.key.clone();
    assert_eq!(service.settled(&key).await.unwrap(), Some(first));

    // The key for anything else: another operator, another command, another pipeline.
    let mut other = request.clone();
    other.request.command = hold(HoldScope::Stage("beta".parse().unwrap()));
    let mut elsewhere = request.clone();
    elsewhere.pipeline = Some(PipelineName::parse("b").unwrap());
    for (by, request) in [("bob", request), ("ana", other), ("ana", elsewhere)] {
        let refused = service.commit(actor(by), request).await.unwrap_err();
        assert!(
            matches!(refused, CommandError::Refused(Refusal::KeyReused)),
            "{refused}"
        );
    }
    let audited = |fact: &Fact| {
        matches!(
            fact,
            Fact::CommandAccepted { .. } | Fact::CommandRefused { .. }
        )
    };
    assert_eq!(
        facts(&service, &name)
            .await
            .iter()
            .filter(|f| audited(f))
            .count(),
        1
    );
    service.stop().await;
}

#[tokio::test]
async fn the_same_request_at_once_is_carried_out_once() {
    let world = World::new(&["a"]);
    let service = world.start().await;
    let asked = PlanRequest {
        pipeline: None,
        command: hold(HoldScope::Organization),
    };
    let plan = service.plan(actor("ana"), asked).await.unwrap();
    let request = CommitRequest {
        pipeline: None,
        request: Request {
            key: RequestKey::parse("twice").unwrap(),
            expect: plan.digest,
            command: plan.command,
        },
    };
    let all = (0..8).map(|_| service.commit(actor("ana"), request.clone()));
    let all = futures_util::future::join_all(all).await;
    let first = all[0].as_ref().unwrap();
    assert!(all.iter().all(|answer| answer.as_ref().unwrap() == first));
    assert_eq!(service.fleet(&actor("ana")).org.holds.len(), 1);
    service.stop().await;
}

#[tokio::test]
async fn a_stale_plan_is_refused_with_the_new_one_and_audited() {
    let world = World::new(&["a"]);
    let service = world.start().await;
    let name = PipelineName::parse("a").unwrap();
    let asked = PlanRequest {
        pipeline: Some(name.clone()),
        command: hold(HoldScope::Pipeline),
    };
    let request = Request {
        key: RequestKey::parse("stale").unwrap(),
        expect: "0123456789abcdef".parse().unwrap(),
        command: asked.command.clone(),
    };
    let request = CommitRequest {
        pipeline: Some(name.clone()),
        request,
    };
    let plan = service.plan(actor("ana"), asked).await.unwrap();
    let before = service.pipeline(&name).await.unwrap().pipeline.revision;
    let answer = service.commit(actor("ana"), request.clone()).await.unwrap();
    let Settled::Refused { refusal, .. } = &answer else {
        panic!("{answer:?}");
    };
    let Refusal::PlanChanged { plan: new } = refusal else {
        panic!("{refusal}");
    };
    assert_eq!(new.digest, plan.digest);
    let after = service.pipeline(&name).await.unwrap().pipeline;
    assert_eq!(after.guards.holds.len(), 0);
    let page = service.events(&name, before, 10).await.unwrap().unwrap();
    let refused = |fact: &Fact| matches!(fact, Fact::CommandRefused { .. });
    assert_eq!(page.entries.iter().filter(|e| refused(&e.fact)).count(), 1);
    assert_eq!(service.commit(actor("ana"), request).await.unwrap(), answer);
    service.stop().await;
}

#[tokio::test]
async fn a_hold_of_the_organization_shows_in_every_row() {
    let world = World::new(&["a", "b"]);
    let service = world.start().await;
    let scope = HoldScope::Service(ServiceName::parse("shop").unwrap());
    plan_and_commit(&service, None, hold(scope)).await;
    let fleet = service.fleet(&actor("ana"));
    assert_eq!(fleet.org.holds.keys().collect::<Vec<_>>(), [&HoldId(1)]);
    for name in ["a", "b"] {
        let name = PipelineName::parse(name).unwrap();
        until(async || {
            let board = service.pipeline(&name).await.unwrap().pipeline;
            let held = pilothouse::model::board(&board, &fleet.org, fleet.now);
            let row = service.fleet(&actor("ana")).rows;
            let row = row.into_iter().find(|row| row.pipeline == name).unwrap();
            let cells: Vec<Status> = row.cells.iter().map(|cell| cell.status).collect();
            cells == held.iter().map(|view| view.status).collect::<Vec<_>>()
        })
        .await;
    }
    service.stop().await;
}

#[tokio::test]
async fn a_restart_adds_nothing_that_is_known() {
    let world = World::new(&["a"]);
    let name = PipelineName::parse("a").unwrap();
    let service = world.start().await;
    plan_and_commit(&service, Some("a"), hold(HoldScope::Pipeline)).await;
    until(async || {
        service
            .pipeline(&name)
            .await
            .unwrap()
            .pipeline
            .source
            .head
            .is_some()
    })
    .await;
    let before = service.pipeline(&name).await.unwrap().pipeline;
    service.stop().await;

    let service = world.start().await;
    let after = service.pipeline(&name).await.unwrap().pipeline;
    assert_eq!(after.guards, before.guards);
    assert_eq!(after.definition, before.definition);
    let defined = |fact: &&Fact| matches!(fact, Fact::Defined { .. });
    let facts = facts(&service, &name).await;
    assert_eq!(facts.iter().filter(defined).count(), 1);
    assert_eq!(service.fleet(&actor("ana")).org.revision, Revision(1));
    service.stop().await;
}

#[tokio::test]
async fn a_second_service_on_the_directory_is_refused() {
    let world = World::new(&["a"]);
    let service = world.start().await;
    let said = Service::start(world.setup()).await.unwrap_err().to_string();
    assert!(
        said.contains("in use by another Pilothouse server"),
        "{said}"
    );
    service.stop().await;
}

#[tokio::test]
async fn an_impossible_journal_is_fatal_and_says_where() {
    let world = World::new(&["a"]);
    let mut journal = Sqlite::open(&world.setup().state).unwrap();
    let lifted = Fact::HoldLifted {
        id: HoldId(7),
        by: None,
        reason: "never placed".to_owned(),
    };
    let commit = Commit {
        stream: Stream::Organization,
        expect: Revision(0),
        at: Time(1),
        facts: vec![lifted],
        request: None,
    };
    journal.commit(&[commit]).unwrap().remove(0).unwrap();
    drop(journal);
    let error = Service::start(world.setup()).await.unwrap_err();
    assert!(matches!(error, ServiceError::Impossible { .. }), "{error}");
    let said = error.to_string();
    assert!(said.contains("revision 1 of the organization"), "{said}");
}

#[tokio::test]
async fn what_is_unknown_or_over_is_said() {
    let world = World::new(&["a", "b"]);
    let service = world.start().await;
    let typo = PlanRequest {
        pipeline: Some(PipelineName::parse("typo").unwrap()),
        command: hold(HoldScope::Pipeline),
    };
    let said = service
        .plan(actor("ana"), typo.clone())
        .await
        .unwrap_err()
        .to_string();
    assert_eq!(said, "there is no pipeline typo; the pipelines are a, b");
    let unknown = PipelineName::parse("typo").unwrap();
    assert!(service.pipeline(&unknown).await.is_none());
    assert!(
        service
            .events(&unknown, Revision(0), 9)
            .await
            .unwrap()
            .is_none()
    );
    let wrong = PlanRequest {
        pipeline: Some(PipelineName::parse("a").unwrap()),
        command: hold(HoldScope::Organization),
    };
    let refused = service.plan(actor("ana"), wrong.clone()).await.unwrap_err();
    assert!(
        matches!(refused, CommandError::Refused(Refusal::WrongStream)),
        "{refused}"
    );

    service.stop().await;
    let late = service.plan(actor("ana"), wrong).await.unwrap_err();
    assert!(matches!(late, CommandError::Stopping), "{late}");
}

async fn facts(service: &Service, name: &PipelineName) -> Vec<Fact> {
    let page = service.events(name, Revision(0), usize::MAX).await.unwrap();
    let entries = page.unwrap().entries;
    entries.into_iter().map(|entry| entry.fact).collect()
}

//! The command lines that dialogs and plans show must be ones that this program takes.

use crate::{
    cli::Arguments,
    definition,
    model::{
        Actor, AttemptId, BlockerId, Command, Fingerprint, HoldId, HoldScope, Lift, OverrideId,
        PipelineName, RegionName, ReleaseId, RollbackScope, ServiceName, Span, StageName,
        TargetName, TicketAction, TicketId, Verdict,
    },
};
use clap::{CommandFactory, Parser};

#[test]
fn the_arguments_fit_together() {
    Arguments::command().debug_assert();
}

#[test]
fn every_twin_can_be_typed() {
    let digest = Fingerprint::of(&"a plan");
    let checkout = PipelineName::parse("checkout").unwrap();
    for (pipeline, command) in commands() {
        let pipeline = pipeline.then_some(&checkout);
        let twin = command.twin(pipeline, Some(&digest));
        let words = definition::split(&twin).unwrap();
        let parsed = Arguments::try_parse_from(words.iter().map(String::as_str).chain(["--yes"]));
        assert!(parsed.is_ok(), "{twin}: {parsed:?}");
        let shown = format!("{:?}", parsed.unwrap());
        assert!(shown.contains(&format!("{digest:?}")), "{shown}");
        let reason = command.reason();
        assert!(
            shown.contains(&format!("{reason:?}")) || reason.is_empty(),
            "{shown}"
        );
    }
}

/// Every shape of command, and whether it is one of a pipeline.
fn commands() -> Vec<(bool, Command)> {
    let stage = StageName::parse("wave-1").unwrap();
    let release = ReleaseId(7);
    let reason = "it's \"late\", they said".to_owned();
    let verdict = || Verdict {
        stage: stage.clone(),
        release,
        attempt: AttemptId(3),
        evidence: Fingerprint::of(&"seen"),
        reason: reason.clone(),
    };
    let rollback = |scope| Command::Rollback {
        scope,
        release,
        reason: reason.clone(),
    };
    let hold = |scope, lasts| Command::Hold {
        scope,
        lasts,
        reason: reason.clone(),
    };
    let lift = |what| Command::Lift {
        what,
        reason: reason.clone(),
    };
    let overrule = |ticket| Command::Override {
        stage: stage.clone(),
        release,
        blockers: vec![
            BlockerId("window/nights".to_owned()),
            BlockerId("alarm/faults".to_owned()),
        ],
        reason: reason.clone(),
        lasts: Span::minutes(90),
        ticket,
        uses: 1,
    };
    let service = ServiceName::parse("shop").unwrap();
    let mut all = rollback_scopes(&stage)
        .into_iter()
        .map(|scope| (true, rollback(scope)))
        .collect::<Vec<_>>();
    all.extend([
        (true, Command::Approve(verdict())),
        (true, Command::Reject(verdict())),
        (true, overrule(None)),
        (true, overrule(Some("OPS-12".to_owned()))),
        (true, hold(HoldScope::Pipeline, None)),
        (
            true,
            hold(HoldScope::Stage(stage.clone()), Some(Span::hours(2))),
        ),
        (false, hold(HoldScope::Service(service), None)),
        (false, hold(HoldScope::Organization, None)),
        (true, lift(Lift::Hold(HoldId(1)))),
        (false, lift(Lift::Hold(HoldId(1)))),
        (true, lift(Lift::Override(OverrideId(2)))),
        (true, lift(Lift::Quarantine(release))),
        (true, lift(Lift::Clock)),
    ]);
    all.extend(about_a_release(&stage, release, &reason));
    all.extend(about_tickets(&reason));
    all
}

/// Those that name a stage, a release and nothing else but a reason.
fn about_a_release(stage: &StageName, release: ReleaseId, reason: &str) -> [(bool, Command); 3] {
    [
        (
            true,
            Command::Retry {
                stage: stage.clone(),
                release,
            },
        ),
        (
            true,
            Command::Undo {
                stage: stage.clone(),
                release,
            },
        ),
        (
            true,
            Command::Yield {
                stage: stage.clone(),
                release,
                reason: reason.to_owned(),
            },
        ),
    ]
}

fn about_tickets(reason: &str) -> [(bool, Command); 4] {
    let actions = [
        TicketAction::Acknowledge,
        TicketAction::Assign(Actor::parse("li").unwrap()),
        TicketAction::Resolve,
        TicketAction::Note,
    ];
    actions.map(|action| {
        let (id, reason) = (TicketId(3), reason.to_owned());
        (true, Command::Ticket { id, action, reason })
    })
}

fn rollback_scopes(stage: &StageName) -> [RollbackScope; 4] {
    [
        RollbackScope::Stage(stage.clone()),
        RollbackScope::Region {
            stage: stage.clone(),
            region: RegionName::parse("eu-central-1").unwrap(),
        },
        RollbackScope::Target {
            stage: stage.clone(),
            target: TargetName::parse("h1").unwrap(),
        },
        RollbackScope::Everywhere,
    ]
}

//! What people and rollbacks put in the way: quarantine, rejection and holds.

use crate::model::blockers::Candidate;
use crate::model::planted::{Bug, planted};
use crate::model::{
    Blocker, BlockerId, BlockerKind, Clears, ClockHold, Hold, HoldScope, Org, Passage, Pipeline,
    Time,
};

/// Quarantine, rejection and holds.
pub(super) fn of(
    pipeline: &Pipeline,
    org: &Org,
    now: Time,
    candidate: Candidate<'_>,
) -> Vec<Blocker> {
    let mut found = Vec::new();
    if let Some(entry) = pipeline.quarantined(candidate.release) {
        found.push(Blocker {
            id: BlockerId("quarantine".to_owned()),
            kind: BlockerKind::Quarantine,
            since: entry.at,
            region: None,
            why: format!("{}: {}", entry.in_release(candidate.release), entry.why),
            clears: Clears::When(entry.cleared_by().to_owned()),
            passage: Passage::Lift,
            overridden: None,
        });
    }
    let stage = pipeline.stage(candidate.stage);
    if let Some(no) = stage.and_then(|stage| stage.rejected.get(&candidate.release)) {
        found.push(Blocker {
            id: BlockerId("rejected".to_owned()),
            kind: BlockerKind::Rejected,
            since: no.at,
            region: None,
            why: format!("{} was {}, which is final", candidate.release, no.why),
            clears: Clears::When("a newer release comes".to_owned()),
            passage: Passage::Nobody,
            overridden: None,
        });
    }
    let own = pipeline.guards.holds.values().filter(|hold| {
        let reaches = match &hold.scope {
            HoldScope::Stage(stage) => stage == candidate.stage,
            HoldScope::Pipeline => true,
            HoldScope::Service(_) | HoldScope::Organization => false,
        };
        reaches && hold.is_active(now)
    });
    found.extend(own.map(|hold| held("hold", hold)));
    if let Some(definition) = &pipeline.definition {
        found.extend(
            org.holds_on(&definition.service, now)
                .map(|hold| held("org-hold", hold)),
        );
    }
    found.extend(draining(pipeline, org, now));
    let doubt = pipeline.guards.clock.as_ref();
    found.extend(
        doubt
            .filter(|_| !planted(Bug::ClockStepIgnored))
            .map(in_doubt),
    );
    found
}

/// The line goes on after a stop, every pipeline at its own moment.
fn draining(pipeline: &Pipeline, org: &Org, now: Time) -> Option<Blocker> {
    let (since, turn) = (org.released(now)?, org.turn_of(&pipeline.name, now)?);
    let waits = now < turn && !planted(Bug::DrainIgnored);
    waits.then(|| Blocker {
        id: BlockerId("drain".to_owned()),
        kind: BlockerKind::Drain,
        since,
        region: None,
        why: format!(
            "the line goes on again; {} begins {} after it, so that not all begin at once",
            pipeline.name,
            turn.since(since)
        ),
        clears: Clears::At(turn),
        passage: Passage::Override,
        overridden: None,
    })
}

fn in_doubt(clock: &ClockHold) -> Blocker {
    Blocker {
        id: BlockerId("clock".to_owned()),
        kind: BlockerKind::Clock,
        since: clock.at,
        region: None,
        why: format!(
            "the clock went from {} to {} at once: is it right?",
            clock.from, clock.to
        ),
        clears: Clears::At(clock.settles()),
        passage: Passage::Lift,
        overridden: None,
    }
}

fn held(prefix: &str, hold: &Hold) -> Blocker {
    let scope = match &hold.scope {
        HoldScope::Stage(stage) => format!("stage {stage}"),
        HoldScope::Pipeline => "the pipeline".to_owned(),
        HoldScope::Service(service) => format!("service {service}"),
        HoldScope::Organization => "the whole organization".to_owned(),
    };
    Blocker {
        id: BlockerId(format!("{prefix}/{}", hold.id)),
        kind: BlockerKind::Hold,
        since: hold.at,
        region: None,
        why: format!("{} holds {scope}: {}", hold.by, hold.reason),
        clears: hold
            .expires
            .map_or_else(|| Clears::When("it is lifted".to_owned()), Clears::At),
        passage: Passage::Lift,
        overridden: None,
    }
}

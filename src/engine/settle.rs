//! Lets every rule that can move the pipeline on do so, until none can. The order is the order of
//! urgency: what has run out, then rollback, then the work under way, then new starts.

use crate::engine::{
    attempt, bake, blocked, draft::Draft, promote, request, rollback, rollout, workflow,
};
use crate::model::planted::{Bug, planted};
use crate::model::{AttemptState, Fact, StageName};

/// More rounds than this would mean that two rules undo each other.
const ROUNDS_MAX: usize = 10_000;

pub(super) fn settle(draft: &mut Draft<'_>) {
    let stages: Vec<StageName> = draft.pipeline.columns().into_iter().skip(1).collect();
    for _ in 0..ROUNDS_MAX {
        let before = draft.count();
        expire(draft);
        for stage in &stages {
            rollback::on_alarm(draft, stage);
            attempt::withdraw_quarantined(draft, stage);
            advance(draft, stage);
            request::lapse(draft, stage);
            promote::supersede(draft, stage);
            promote::start(draft, stage);
            blocked::drive(draft, stage);
        }
        if draft.count() == before {
            return;
        }
    }
    debug_assert!(false, "{} does not settle", draft.pipeline.name);
}

/// Moves the working attempt of a stage on by what it can do now.
fn advance(draft: &mut Draft<'_>, stage: &StageName) {
    bake::finish(draft, stage);
    let state = draft.active(stage).map(|attempt| attempt.state.clone());
    match state {
        Some(AttemptState::Deploying) if *stage == StageName::build() => {
            workflow::build(draft, stage);
        }
        Some(AttemptState::Deploying) => rollout::drive(draft, stage),
        Some(AttemptState::Paused { .. }) if planted(Bug::PausedGoesOn) => {
            rollout::drive(draft, stage);
        }
        Some(AttemptState::Approving) => workflow::drive(draft, stage),
        Some(
            AttemptState::Paused { .. }
            | AttemptState::Passed { .. }
            | AttemptState::Failed { .. }
            | AttemptState::RolledBack { .. }
            | AttemptState::Preempted { .. }
            | AttemptState::Withdrawn { .. },
        )
        | None => {}
    }
}

/// Ends what has run out, so that the audit says when and a clock that goes back revives nothing.
fn expire(draft: &mut Draft<'_>) {
    let now = draft.now;
    let guards = &draft.pipeline.guards;
    let holds = guards
        .holds
        .values()
        .filter(|hold| hold.expires.is_some_and(|at| at <= now));
    let overrides = guards
        .overrides
        .values()
        .filter(|given| given.expires <= now);
    let settled = guards.clock.filter(|clock| clock.settles() <= now);
    let ended: Vec<Fact> = holds
        .map(|hold| Fact::HoldLifted {
            id: hold.id,
            by: None,
            reason: "expired".to_owned(),
        })
        .chain(overrides.map(|given| Fact::OverrideEnded {
            id: given.id,
            by: None,
        }))
        .chain(
            settled
                .iter()
                .map(|_settled| Fact::ClockTrusted { by: None }),
        )
        .collect();
    for fact in ended {
        draft.record(fact);
    }
}

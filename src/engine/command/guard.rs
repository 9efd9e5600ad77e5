//! Overrides, holds and lifts: permissions and stops that people place and take away (DESIGN.md 5,
//! rules 9 and 12; INVARIANTS.md I12).

use crate::engine::command::{release, stage};
use crate::engine::draft::Draft;
use crate::model::{
    Actor, BlockerId, Candidate, Command, Fact, HoldCause, HoldId, HoldScope, Lift, OverrideId,
    Passage, Refusal, ReleaseId, Span, StageName, blockers,
};
use std::collections::BTreeSet;

/// No override lasts longer; there is no "for ever".
pub(super) const OVERRIDE_MOST: Span = Span::hours(24);

/// More attempts than this are not one emergency any more.
const USES_MOST: u32 = 10;

pub(super) fn override_blockers(
    draft: &mut Draft<'_>,
    by: &Actor,
    command: &Command,
) -> Result<(), Refusal> {
    let Command::Override {
        stage: name,
        release: id,
        blockers,
        reason,
        lasts,
        ticket,
        uses,
    } = command
    else {
        return Ok(());
    };
    stage(draft, name)?;
    release(draft, *id)?;
    check_overridable(draft, name, *id, blockers)?;
    if *lasts > OVERRIDE_MOST || lasts.is_zero() {
        return Err(Refusal::TooLong {
            asked: *lasts,
            most: OVERRIDE_MOST,
        });
    }
    if !(1..=USES_MOST).contains(uses) {
        return Err(Refusal::TooMany {
            asked: *uses,
            most: USES_MOST,
        });
    }
    let given = OverrideId(draft.pipeline.counters.overrides + 1);
    draft.record(Fact::Overridden {
        id: given,
        blockers: blockers.clone(),
        stage: name.clone(),
        release: *id,
        by: by.clone(),
        reason: reason.clone(),
        lasts: *lasts,
        ticket: ticket.clone(),
        uses: *uses,
    });
    // Given for an attempt under way, it is that attempt's: the alarms it names are known from now.
    if let Some(attempt) = draft.pipeline.pass(name, *id).attempt {
        draft.record(Fact::OverrideUsed { id: given, attempt });
    }
    Ok(())
}

/// Every named blocker must stand now and be one that an override can pass.
fn check_overridable(
    draft: &Draft<'_>,
    stage: &StageName,
    release: ReleaseId,
    named: &[BlockerId],
) -> Result<(), Refusal> {
    let candidate = Candidate { stage, release };
    let standing = blockers(&draft.pipeline, draft.org, draft.now, candidate);
    let present: Vec<BlockerId> = standing.iter().map(|blocker| blocker.id.clone()).collect();
    let absent = |blocker: BlockerId| Refusal::NoSuchBlocker {
        blocker,
        stage: stage.clone(),
        release,
        present: present.clone(),
    };
    if named.is_empty() {
        return Err(absent(BlockerId("no blocker".to_owned())));
    }
    for id in named {
        let Some(blocker) = standing.iter().find(|blocker| blocker.id == *id) else {
            return Err(absent(id.clone()));
        };
        match blocker.passage {
            Passage::Override => {}
            Passage::Lift | Passage::Nobody => {
                return Err(Refusal::NotOverridable {
                    blocker: id.clone(),
                    why: blocker.told(),
                });
            }
        }
    }
    Ok(())
}

pub(super) fn hold(
    draft: &mut Draft<'_>,
    by: &Actor,
    scope: &HoldScope,
    reason: &str,
    lasts: Option<Span>,
) -> Result<(), Refusal> {
    match scope {
        HoldScope::Stage(name) => drop(stage(draft, name)?),
        HoldScope::Pipeline => {}
        HoldScope::Service(_) | HoldScope::Organization => return Err(Refusal::WrongStream),
    }
    draft.record(Fact::HoldPlaced {
        id: HoldId(draft.pipeline.counters.holds + 1),
        scope: scope.clone(),
        by: by.clone(),
        reason: reason.to_owned(),
        lasts,
        cause: HoldCause::Wish,
    });
    Ok(())
}

pub(super) fn lift(
    draft: &mut Draft<'_>,
    by: &Actor,
    what: &Lift,
    reason: &str,
) -> Result<(), Refusal> {
    let guards = &draft.pipeline.guards;
    let fact = match what {
        Lift::Clock => {
            guards.clock.ok_or(Refusal::ClockTrusted)?;
            Fact::ClockTrusted {
                by: Some(by.clone()),
            }
        }
        Lift::Hold(id) => {
            guards.holds.get(id).ok_or_else(|| Refusal::UnknownHold {
                hold: *id,
                known: guards.holds.keys().copied().collect(),
            })?;
            Fact::HoldLifted {
                id: *id,
                by: Some(by.clone()),
                reason: reason.to_owned(),
            }
        }
        Lift::Override(id) => {
            guards
                .overrides
                .get(id)
                .ok_or_else(|| Refusal::UnknownOverride {
                    id: *id,
                    known: guards.overrides.keys().copied().collect(),
                })?;
            Fact::OverrideEnded {
                id: *id,
                by: Some(by.clone()),
            }
        }
        Lift::Quarantine(release) => {
            let known: BTreeSet<ReleaseId> = guards.quarantines().map(|q| q.release).collect();
            if !known.contains(release) {
                return Err(Refusal::NotQuarantined {
                    release: *release,
                    known: known.into_iter().collect(),
                });
            }
            let (by, reason) = (by.clone(), reason.to_owned());
            Fact::QuarantineLifted {
                release: *release,
                by,
                reason,
            }
        }
    };
    draft.record(fact);
    Ok(())
}

//! The fold of holds, overrides, quarantine and tickets. Of attempts it knows that they use overrides.

use crate::model::pipeline::gates::working;
use crate::model::planted::{Bug, planted};
use crate::model::{
    AlarmLevel, AttemptId, BlockerId, ClockHold, Counters, Culprit, Fact, Guards, Hold, Impossible,
    Override, OverrideId, Pipeline, Quarantine, TICKETS_KEPT, Ticket, Time,
};
use std::collections::BTreeSet;

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the caller routes by kind; the rest is stray"
)]
pub(super) fn fold(
    guards: &mut Guards,
    counters: &mut Counters,
    at: Time,
    fact: &Fact,
) -> Result<(), Impossible> {
    match fact {
        Fact::Quarantined {
            release,
            changes,
            why,
        } => {
            let entry = |culprit| Quarantine {
                culprit,
                release: *release,
                at,
                why: why.clone(),
            };
            for change in changes {
                let kept = guards.quarantine.entry(change.clone());
                kept.or_insert_with(|| entry(Culprit::Change(change.clone())));
            }
            if changes.is_empty() {
                let kept = guards.quarantined_wholes.entry(*release);
                kept.or_insert_with(|| entry(Culprit::Whole(*release)));
            }
        }
        Fact::QuarantineLifted { release, .. } => {
            guards
                .quarantine
                .retain(|_, entry| entry.release != *release);
            guards.quarantined_wholes.remove(release);
        }
        Fact::HoldPlaced { id, .. } => {
            guards
                .holds
                .extend(Hold::placed(at, fact).map(|hold| (*id, hold)));
            counters.holds = counters.holds.max(id.0);
        }
        Fact::HoldLifted { id, .. } => {
            guards.holds.remove(id).ok_or(Impossible::Missing("hold"))?;
            if planted(Bug::QuarantineLiftedByAnything) {
                guards.quarantine.clear();
            }
        }
        Fact::ClockStepped { from, to } => {
            let (from, to) = (*from, *to);
            guards.clock = Some(ClockHold { at, from, to });
        }
        Fact::ClockTrusted { .. } => {
            let held = guards.clock.take();
            held.ok_or(Impossible::Missing("hold of the clock"))?;
        }
        other => return fold_permission(guards, counters, at, other),
    }
    Ok(())
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the caller routes by kind; the rest is stray"
)]
fn fold_permission(
    guards: &mut Guards,
    counters: &mut Counters,
    at: Time,
    fact: &Fact,
) -> Result<(), Impossible> {
    match fact {
        Fact::Overridden {
            id,
            blockers,
            stage,
            release,
            by,
            reason,
            lasts,
            ticket,
            uses,
        } => {
            let given = Override {
                id: *id,
                blockers: blockers.clone(),
                stage: stage.clone(),
                release: *release,
                by: by.clone(),
                at,
                expires: at + *lasts,
                reason: reason.clone(),
                ticket: ticket.clone(),
                uses: *uses,
                used_by: BTreeSet::new(),
            };
            guards.overrides.insert(*id, given);
            counters.overrides = counters.overrides.max(id.0);
        }
        Fact::OverrideEnded { id, .. } => {
            guards
                .overrides
                .remove(id)
                .ok_or(Impossible::Missing("override"))?;
        }
        other => return fold_ticket(guards, counters, at, other),
    }
    Ok(())
}

/// An attempt has passed by an override. Alarms among its blockers that fire now are baselined: they
/// were known when the attempt was let pass (rule 8).
pub(super) fn use_override(
    pipeline: &mut Pipeline,
    id: OverrideId,
    attempt: AttemptId,
) -> Result<(), Impossible> {
    let given = pipeline.guards.overrides.get_mut(&id);
    let given = given.ok_or(Impossible::Missing("override"))?;
    given.used_by.insert(attempt);
    let named = given.blockers.clone();
    let known = pipeline.alarms.iter().filter(|(alarm, state)| {
        state.level == AlarmLevel::Firing && named.contains(&BlockerId::of_alarm(alarm))
    });
    let known: Vec<_> = known.map(|(name, s)| (name.clone(), s.value)).collect();
    working(pipeline, attempt)?.baselined.extend(known);
    Ok(())
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the caller routes by kind; the rest is stray"
)]
fn fold_ticket(
    guards: &mut Guards,
    counters: &mut Counters,
    at: Time,
    fact: &Fact,
) -> Result<(), Impossible> {
    match fact {
        Fact::TicketOpened {
            id,
            cause,
            title,
            stage,
            release,
            alarm,
        } => {
            let ticket = Ticket {
                alarm: alarm.clone(),
                id: *id,
                cause: cause.clone(),
                title: title.clone(),
                stage: stage.clone(),
                release: *release,
                opened: at,
                resolved: None,
                acknowledged: None,
                assignee: None,
                notes: Vec::new(),
                again: None,
            };
            guards.tickets.insert(*id, ticket);
            counters.tickets = counters.tickets.max(id.0);
            forget_old_tickets(guards);
        }
        Fact::TicketChanged { id, change } => {
            let ticket = guards
                .tickets
                .get_mut(id)
                .ok_or(Impossible::Missing("ticket"))?;
            ticket.change(at, change);
        }
        Fact::TicketResolved { id, .. } => {
            let ticket = guards
                .tickets
                .get_mut(id)
                .ok_or(Impossible::Missing("ticket"))?;
            ticket.resolved = Some(at);
        }
        other => return Err(Impossible::stray(other)),
    }
    Ok(())
}

fn forget_old_tickets(guards: &mut Guards) {
    while guards.tickets.len() > TICKETS_KEPT {
        let oldest = guards
            .tickets
            .values()
            .find(|t| t.resolved.is_some())
            .map(|t| t.id);
        match oldest {
            Some(id) => drop(guards.tickets.remove(&id)),
            None => break,
        }
    }
}

//! What stands in the way of a candidate for too long becomes a ticket: one per stage and cause,
//! open until something enters the stage (DESIGN.md 3, "ticket").

use crate::engine::{draft::Draft, promote, ticket};
use crate::model::{
    Attempt, Blocker, Candidate, Fact, Org, Passage, Pipeline, ReleaseId, StageName, Ticket,
    TicketId, Time, blockers,
};

pub(super) fn drive(draft: &mut Draft<'_>, stage: &StageName) {
    resolve(draft, stage);
    let now = draft.now;
    for (since, release, blocker) in overdue(&draft.pipeline, draft.org, now, stage) {
        if since > now {
            continue;
        }
        let waited = draft
            .pipeline
            .stage(stage)
            .and_then(|state| state.queued)
            .map_or_else(String::new, |queued| now.since(queued).short());
        let title = format!(
            "nothing has entered {stage} for {waited}, {release} waits: {}",
            blocker.why
        );
        let alarm = blocker.id.alarm();
        ticket::open(
            draft,
            &cause(stage, &blocker),
            title,
            (stage, release),
            alarm,
        );
    }
}

/// When a ticket is due for each blocker of a stage's candidate that has none yet. Whether what
/// enters next is this release or a newer one makes no difference: the queue counts.
pub(super) fn overdue(
    pipeline: &Pipeline,
    org: &Org,
    now: Time,
    stage: &StageName,
) -> Vec<(Time, ReleaseId, Blocker)> {
    let after = pipeline
        .definition
        .as_ref()
        .and_then(|d| d.blocked_ticket_after);
    let state = pipeline.stage(stage);
    let free = state.filter(|state| !state.attempt.as_ref().is_some_and(Attempt::is_active));
    let queued = free.and_then(|state| state.queued);
    let (Some(after), Some(queued), Some(release)) =
        (after, queued, promote::candidate(pipeline, stage))
    else {
        return Vec::new();
    };
    let standing = blockers(pipeline, org, now, Candidate { stage, release });
    let in_the_way = standing
        .into_iter()
        .filter(|blocker| blocker.blocks() && blocker.passage != Passage::Nobody);
    in_the_way
        .filter_map(|blocker| {
            let cause = cause(stage, &blocker);
            let mut same = pipeline
                .guards
                .tickets
                .values()
                .filter(|t| t.cause == cause);
            let last = same.next_back();
            if last.is_some_and(Ticket::is_open) {
                return None;
            }
            // Whoever resolved it does not get it back at once.
            let resolved = last.and_then(|ticket| ticket.resolved).unwrap_or(queued);
            let since = blocker.since.max(queued).max(resolved);
            Some((since + after, release, blocker))
        })
        .collect()
}

fn cause(stage: &StageName, blocker: &Blocker) -> String {
    format!("blocked/{stage}/{}", blocker.id)
}

/// Closes the tickets of a stage that is blocked no more.
fn resolve(draft: &mut Draft<'_>, stage: &StageName) {
    let prefix = format!("blocked/{stage}/");
    let tickets = draft.pipeline.guards.tickets.values();
    let open = tickets.filter(|ticket| ticket.is_open() && ticket.cause.starts_with(&prefix));
    let open: Vec<TicketId> = open.map(|ticket| ticket.id).collect();
    if open.is_empty() {
        return;
    }
    let entered = draft.active(stage).filter(|attempt| !attempt.is_rollback());
    let waits = promote::candidate(&draft.pipeline, stage).is_some();
    let why = match entered {
        Some(attempt) => format!("{} entered {stage}", attempt.release),
        None if !waits => format!("nothing waits before {stage}"),
        None => return,
    };
    for id in open {
        let (why, by) = (why.clone(), None);
        draft.record(Fact::TicketResolved { id, why, by });
    }
}

/// When the next of them is due.
pub(super) fn changes(pipeline: &Pipeline, org: &Org, now: Time) -> Vec<Time> {
    let stages = pipeline.columns().into_iter();
    stages
        .flat_map(|stage| overdue(pipeline, org, now, &stage))
        .map(|(due, _, _)| due)
        .collect()
}

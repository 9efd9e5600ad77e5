//! Tickets: what on-call must deal with. One per cause, not per event (DESIGN.md 5, rule 16).

use crate::engine::draft::Draft;
use crate::model::planted::{Bug, planted};
use crate::model::{AlarmName, Fact, ReleaseId, Span, StageName, Ticket, TicketChange, TicketId};

/// A cause that keeps coming is told on its ticket no more often than this.
const TOLD_AGAIN: Span = Span::minutes(1);

/// Opens a ticket, or says on the open one with the same cause that it came again.
pub(super) fn open(
    draft: &mut Draft<'_>,
    cause: &str,
    title: String,
    (stage, release): (&StageName, ReleaseId),
    alarm: Option<AlarmName>,
) {
    if planted(Bug::TicketForgotten) {
        return;
    }
    let same = |ticket: &&Ticket| ticket.cause == cause && ticket.is_open();
    if let Some(ticket) = draft.pipeline.guards.tickets.values().find(same) {
        let (id, last) = (ticket.id, ticket.last());
        if draft.now.since(last) >= TOLD_AGAIN {
            let change = TicketChange::Recurred { title };
            draft.record(Fact::TicketChanged { id, change });
        }
        return;
    }
    let id = TicketId(draft.pipeline.counters.tickets + 1);
    let cause = cause.to_owned();
    draft.record(Fact::TicketOpened {
        id,
        cause,
        title,
        stage: stage.clone(),
        release,
        alarm,
    });
}

/// Resolves what the passing of a release has dealt with: every open ticket of the stage that was
/// about this or an older release.
pub(super) fn resolve(draft: &mut Draft<'_>, stage: &StageName, passed: ReleaseId) {
    let settled = |ticket: &&Ticket| {
        ticket.resolved.is_none() && ticket.stage == *stage && ticket.release <= passed
    };
    let tickets = draft.pipeline.guards.tickets.values();
    let ids: Vec<TicketId> = tickets.filter(settled).map(|ticket| ticket.id).collect();
    for id in ids {
        draft.record(Fact::TicketResolved {
            id,
            why: format!("{passed} passed {stage}"),
            by: None,
        });
    }
}

//! What people do with tickets: say that they have seen one, take it or give it to somebody, write
//! on it, and close it.

use crate::engine::draft::Draft;
use crate::model::{Actor, Fact, Refusal, Ticket, TicketAction, TicketChange, TicketId};

pub(super) fn act(
    draft: &mut Draft<'_>,
    by: &Actor,
    (id, action): (TicketId, &TicketAction),
    reason: &str,
) -> Result<(), Refusal> {
    let tickets = &draft.pipeline.guards.tickets;
    let unknown = || Refusal::UnknownTicket {
        ticket: id,
        open: tickets
            .values()
            .filter(|ticket| ticket.is_open())
            .map(|ticket| ticket.id)
            .collect(),
    };
    let ticket = tickets.get(&id).ok_or_else(unknown)?;
    if let Some(instead) = pointless(ticket, action) {
        return Err(Refusal::TicketStands {
            ticket: id,
            instead,
        });
    }
    let by = by.clone();
    let noted = TicketChange::Noted {
        by: by.clone(),
        text: reason.to_owned(),
    };
    let change = match action {
        TicketAction::Acknowledge => TicketChange::Acknowledged { by },
        TicketAction::Assign(to) => TicketChange::Assigned { to: to.clone(), by },
        TicketAction::Note => noted.clone(),
        TicketAction::Resolve => {
            draft.record(Fact::TicketResolved {
                id,
                why: reason.to_owned(),
                by: Some(by),
            });
            return Ok(());
        }
    };
    draft.record(Fact::TicketChanged { id, change });
    if !reason.is_empty() && *action != TicketAction::Note {
        draft.record(Fact::TicketChanged { id, change: noted });
    }
    Ok(())
}

/// Why the action would change nothing; a note can always be written.
fn pointless(ticket: &Ticket, action: &TicketAction) -> Option<String> {
    let closed = ticket
        .resolved
        .map(|at| format!("it was resolved at {at}; the same cause would open another"));
    match action {
        TicketAction::Note => None,
        TicketAction::Resolve => closed,
        TicketAction::Acknowledge => closed.or_else(|| {
            let (by, at) = ticket.acknowledged.as_ref()?;
            Some(format!(
                "{by} acknowledged it at {at}; assign it to take it over"
            ))
        }),
        TicketAction::Assign(to) => closed.or_else(|| {
            let same = ticket.assignee.as_ref() == Some(to);
            same.then(|| format!("{to} has it already"))
        }),
    }
}

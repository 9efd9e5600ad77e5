//! Plans of what people do with tickets.

use crate::engine::draft::Draft;
use crate::engine::plan::describe::Told;
use crate::model::{TicketAction, TicketId};

pub(super) fn act(before: &Draft<'_>, id: TicketId, action: &TicketAction) -> Told {
    let ticket = before.pipeline.guards.tickets.get(&id);
    let about = ticket.map_or_else(String::new, |ticket| format!(": {}", ticket.title));
    let title = match action {
        TicketAction::Acknowledge => format!("acknowledge {id}{about}"),
        TicketAction::Assign(to) => format!("assign {id} to {to}{about}"),
        TicketAction::Resolve => format!("resolve {id}{about}"),
        TicketAction::Note => format!("write on {id}{about}"),
    };
    let mut told = Told {
        title,
        ..Told::default()
    };
    if *action == TicketAction::Resolve {
        let note = "nothing starts or stops by it; the same cause would open another ticket";
        told.notes.push(note.to_owned());
    }
    told
}

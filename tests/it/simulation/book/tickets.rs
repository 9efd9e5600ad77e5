//! Tickets: one per cause and not per event, opened by what on-call must deal with, and what people
//! do with them (rule 16).

use super::{Book, Slip};
use pilothouse::model::*;

impl Book {
    pub(super) fn take_ticket(&mut self, fact: &Fact) {
        match fact {
            Fact::TicketOpened {
                id,
                cause,
                stage,
                release,
                ..
            } => {
                let again = self.tickets.values().any(|t| t.open && t.cause == *cause);
                assert!(!again, "rule 16: {id} is a second ticket for {cause}");
                self.check_long_block(cause, stage, *release);
                let slip = Slip {
                    cause: cause.clone(),
                    open: true,
                    seen: false,
                };
                self.tickets.insert(*id, slip);
            }
            Fact::TicketChanged { id, change } => self.change_ticket(*id, change),
            Fact::TicketResolved { id, by, .. } => {
                let ticket = self.tickets.get_mut(id).expect("rule 16: a ticket");
                assert!(ticket.open, "rule 16: {id} is resolved twice");
                ticket.open = false;
                let asked = matches!(
                    &self.command,
                    Some(Command::Ticket { id: of, action: TicketAction::Resolve, .. }) if of == id
                );
                assert!(by.is_none() || asked, "rule 16: {id} resolved by nobody");
                if by.is_some() {
                    self.saw("a ticket is resolved by hand");
                }
            }
            other => self.take_permission(other),
        }
    }

    fn change_ticket(&mut self, id: TicketId, change: &TicketChange) {
        let ticket = self.tickets.get_mut(&id).expect("rule 16: a ticket");
        let was_seen = ticket.seen;
        let (needs_open, thing) = match change {
            TicketChange::Acknowledged { .. } => {
                assert!(!was_seen, "rule 16: {id} is acknowledged twice");
                ticket.seen = true;
                (true, "a ticket is acknowledged")
            }
            TicketChange::Assigned { .. } => (true, "a ticket is assigned"),
            TicketChange::Noted { .. } => (false, "a ticket is written on"),
            TicketChange::Recurred { .. } => (true, "a ticket's cause comes again"),
        };
        assert!(ticket.open || !needs_open, "rule 16: {id} was closed");
        self.saw(thing);
    }

    /// A ticket about a long block names something that stands and is not passed.
    fn check_long_block(&mut self, cause: &str, stage: &StageName, release: ReleaseId) {
        let Some(name) = cause.strip_prefix(&format!("blocked/{stage}/")) else {
            return;
        };
        let wanted = self.definition().blocked_ticket_after.is_some();
        assert!(wanted, "rule 16: nobody wants to hear of {cause}");
        if name != "review" {
            let stands = self.opinion(stage, release, self.at);
            let stands = stands.iter().any(|(id, passed)| id == name && !passed);
            assert!(stands, "rule 16: {cause} does not stand for {release}");
        }
        self.saw("a long block becomes a ticket");
    }

    /// Rule 16: what went wrong has its ticket by the end of the decision.
    pub(super) fn check_tickets(&mut self) {
        for cause in std::mem::take(&mut self.owed_tickets) {
            let told = self.tickets.values().any(|t| t.open && t.cause == cause);
            assert!(told, "rule 16: there is no ticket for {cause}");
        }
    }
}

//! Which tickets a deed can be about: the open ones of the pipeline, those of the selected stage
//! first, the newest first among them.

use crate::{
    model::{Pipeline, StageName, Ticket},
    tui::{
        app::App,
        dialog::{Act, Deed, OpenTicket},
    },
};
use std::cmp::Reverse;

pub(super) fn about(
    app: &App,
    state: &Pipeline,
    stage: Option<&StageName>,
    deed: Deed,
) -> Result<Act, String> {
    let Some(me) = app.replica.operator.clone() else {
        return Err("the server has not said who you are".to_owned());
    };
    let sensible = |ticket: &&Ticket| {
        ticket.is_open() && (deed != Deed::Acknowledge || ticket.acknowledged.is_none())
    };
    let mut found: Vec<&Ticket> = state.guards.tickets.values().filter(sensible).collect();
    found.sort_by_key(|ticket| (Some(&ticket.stage) != stage, Reverse(ticket.id)));
    let mut found = found.into_iter().map(|ticket| OpenTicket {
        id: ticket.id,
        stage: ticket.stage.clone(),
        title: ticket.title.clone(),
    });
    match found.next() {
        Some(first) => Ok(Act::Ticket {
            deed,
            first,
            others: found.collect(),
            me,
        }),
        None if deed == Deed::Acknowledge => {
            Err(format!("{} has no ticket that nobody has seen", state.name))
        }
        None => Err(format!("{} has no open ticket", state.name)),
    }
}

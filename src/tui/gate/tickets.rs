//! Which tickets a deed can be about: the open ones of the pipeline, those of the selected stage
//! first, the newest first among them.

use crate::{
    model::{Pipeline, StageName, Ticket},
    tui::{
        app::App,
        dialog::{Act, Deed, OpenTicket},
        screen::Screen,
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
    let chosen = match app.screen() {
        Screen::Tickets(screen) => screen.selected.as_ref().map(|(_, id)| *id),
        Screen::Fleet(_)
        | Screen::Board(_)
        | Screen::Stage(_)
        | Screen::Alarms(_)
        | Screen::Blockers(_)
        | Screen::Events(_)
        | Screen::Release(_)
        | Screen::Metrics(_)
        | Screen::Help(_) => None,
    };
    let order = |ticket: &&Ticket| {
        let elsewhere = Some(&ticket.stage) != stage;
        (Some(ticket.id) != chosen, elsewhere, Reverse(ticket.id))
    };
    found.sort_by_key(order);
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

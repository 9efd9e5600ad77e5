//! Open tickets of every pipeline, the newest first: of everybody, or those that are the operator's
//! or of nobody in a pipeline whose approvals the operator gives.

use crate::{
    model::{PipelineName, Ticket, TicketId},
    tui::{
        app::App,
        filter::{Field, Filter},
        rows::fleet::Me,
        screen::{TicketScope, TicketsScreen},
    },
};

/// A ticket with the pipeline that it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TicketRow<'a> {
    pub pipeline: &'a PipelineName,
    pub ticket: &'a Ticket,
}

impl TicketRow<'_> {
    /// A ticket's number counts within its pipeline.
    pub fn id(&self) -> (PipelineName, TicketId) {
        (self.pipeline.clone(), self.ticket.id)
    }
}

const FIELDS: [&str; 3] = ["own", "stage", "who"];

pub fn tickets<'a>(app: &'a App, screen: &TicketsScreen) -> Vec<TicketRow<'a>> {
    let filter = Filter::parse(&screen.filter, &FIELDS);
    let me = &Me::of(app);
    let rows = app.replica.rows.all();
    let mut found: Vec<TicketRow<'a>> = rows
        .flat_map(|row| {
            let tickets = row.detail.tickets.iter();
            tickets
                .filter(move |ticket| match screen.scope {
                    TicketScope::All => true,
                    TicketScope::Mine => me.has(row, ticket),
                })
                .map(move |ticket| (row, ticket))
        })
        .filter(|(row, ticket)| {
            let hands = ticket.hands();
            let field = |name, text| Field { name, text };
            filter.matches(&[
                field("", row.pipeline.as_str()),
                field("", &ticket.title),
                field("", &ticket.cause),
                field("own", row.owner.as_str()),
                field("stage", ticket.stage.as_str()),
                field("who", &hands),
            ])
        })
        .map(|(row, ticket)| TicketRow {
            pipeline: &row.pipeline,
            ticket,
        })
        .collect();
    found.sort_by(|a, b| {
        let newest = b.ticket.opened.cmp(&a.ticket.opened);
        newest.then_with(|| a.id().cmp(&b.id()))
    });
    found
}

/// The ticket under the cursor: the chosen one while it is there, else the first.
pub fn selected_ticket(app: &App, screen: &TicketsScreen) -> Option<(PipelineName, TicketId)> {
    let found = tickets(app, screen);
    let chosen = screen.selected.as_ref();
    let there = chosen.filter(|id| found.iter().any(|row| row.id() == **id));
    there.cloned().or_else(|| found.first().map(TicketRow::id))
}

//! What waits for a person in one pipeline, the most urgent first.

use crate::model::{Pipeline, ReleaseId, StageName, StageView, Status, Ticket, Time};
use serde::Serialize;

/// One thing that somebody must deal with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Need {
    pub status: Status,
    pub stage: StageName,
    pub release: Option<ReleaseId>,
    pub since: Option<Time>,
    pub text: String,
    /// What can be done about it.
    pub remedy: &'static str,
}

/// From the board's own words: every column that needs a human, then open tickets of other columns.
pub fn needs(pipeline: &Pipeline, board: &[StageView]) -> Vec<Need> {
    let mut found: Vec<Need> = board
        .iter()
        .filter_map(|view| {
            let remedy = remedy(view.status)?;
            Some(Need {
                status: view.status,
                stage: view.stage.clone(),
                release: view.release,
                since: view.since,
                text: view.why.clone(),
                remedy,
            })
        })
        .collect();
    let open = pipeline
        .guards
        .tickets
        .values()
        .filter(|ticket| ticket.resolved.is_none());
    for ticket in open {
        let told = found.iter().any(|need| need.stage == ticket.stage);
        if !told {
            found.push(Need {
                status: Status::Fail,
                stage: ticket.stage.clone(),
                release: Some(ticket.release),
                since: Some(ticket.opened),
                text: ticket_words(ticket),
                remedy: "see events",
            });
        }
    }
    found.sort_by_key(|need| (need.status, need.since));
    found
}

/// What a person can do about a status; none when nothing is wanted of them.
pub fn remedy(status: Status) -> Option<&'static str> {
    match status {
        Status::Alarm => Some("roll back"),
        Status::Fail => Some("retry or roll back"),
        Status::Approve => Some("approve or reject"),
        Status::Rollback => Some("watch"),
        Status::Blocked => Some("see why"),
        Status::Held => Some("lift"),
        Status::NoData => Some("look at the source"),
        Status::Partial => Some("look at the targets"),
        Status::Run | Status::Bake | Status::Ok | Status::NotYet | Status::Superseded => None,
    }
}

fn ticket_words(ticket: &Ticket) -> String {
    let hands = ticket.hands();
    let by = if hands.is_empty() {
        String::new()
    } else {
        format!(" ({hands})")
    };
    format!("ticket {}{by}: {}", ticket.id, ticket.title)
}

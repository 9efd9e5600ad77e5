//! What would help a pipeline on, from its row alone: what its status calls for, whether the
//! operator is the one who is asked, and when what blocks it is over by itself.

use crate::{
    model::{Status, Summary, Time},
    tui::{app::App, query::needs::remedy, rows},
};

/// The next best action for a pipeline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NextMove {
    /// Nothing is wanted of anybody.
    Nothing,
    /// It goes on by itself at this moment.
    Wait(Time),
    /// The operator's own group is asked.
    Yours(&'static str),
    Somebody(&'static str),
}

pub fn next_move(app: &App, row: &Summary) -> NextMove {
    let Some(remedy) = remedy(row.status) else {
        return match row.detail.tickets.first() {
            Some(_) => NextMove::Somebody("see its ticket"),
            None => NextMove::Nothing,
        };
    };
    let waits = matches!(row.status, Status::Blocked | Status::NoData);
    match row.detail.clears.filter(|_| waits) {
        Some(at) => NextMove::Wait(at),
        None if row.status == Status::Approve && rows::asks_me(app, row) => NextMove::Yours(remedy),
        None => NextMove::Somebody(remedy),
    }
}

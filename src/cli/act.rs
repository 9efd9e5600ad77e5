//! The verbs that change something, each planned, shown and confirmed before it is carried out.

use crate::{
    cli::{
        failure::Failure,
        give_way, hold, lift, open, overrule, place, reload, rollback,
        session::{Session, wait},
        ticket, verdict,
    },
    model::Command,
    tui::update::Start,
};
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Act {
    /// Approve what a stage asks people about
    Approve(verdict::Arguments),
    /// Reject what a stage asks people about; final for that release and stage
    Reject(verdict::Arguments),
    Override(overrule::Arguments),
    Rollback(rollback::Arguments),
    Hold(hold::Arguments),
    Lift(lift::Arguments),
    /// Try again what failed or is paused in a stage
    Retry(place::Arguments),
    Ticket(ticket::Arguments),
    /// Take your approval back before it takes effect
    Undo(place::Arguments),
    Yield(give_way::Arguments),
    Reload(reload::Arguments),
}

/// Carries the verb out. `terminal` is how one that is opened for it looks.
pub(crate) fn run(
    verb: &Act,
    session: &Session,
    terminal: &open::Arguments,
) -> Result<(), Failure> {
    match verb {
        // An approver who comes once a week need not know the name of anything.
        Act::Approve(arguments) if arguments.pipeline.is_none() => {
            wait(open::over_server(session, terminal, Start::Waiting))
        }
        Act::Approve(arguments) => wait(verdict::run(session, arguments, Command::Approve)),
        Act::Reject(arguments) => wait(verdict::run(session, arguments, Command::Reject)),
        Act::Override(arguments) => wait(overrule::run(session, arguments)),
        Act::Rollback(arguments) => wait(rollback::run(session, arguments)),
        Act::Hold(arguments) => wait(hold::run(session, arguments)),
        Act::Lift(arguments) => wait(lift::run(session, arguments)),
        Act::Retry(arguments) => wait(place::run(session, arguments, place::retry)),
        Act::Ticket(arguments) => wait(ticket::run(session, arguments)),
        Act::Undo(arguments) => wait(place::run(session, arguments, place::undo)),
        Act::Yield(arguments) => wait(give_way::run(session, arguments)),
        Act::Reload(arguments) => wait(reload::run(session, arguments)),
    }
}

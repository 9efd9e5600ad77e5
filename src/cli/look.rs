//! The verbs that ask a server and change nothing.

use crate::cli::{
    alarms, events,
    failure::Failure,
    forecast, get, handover, link, logs, metrics, notices, op, open, release, replay,
    session::{Session, wait},
    status, tickets, watch, why, windows,
};
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Look {
    Open(link::Arguments),
    Status(status::Arguments),
    Why(why::Arguments),
    Alarms(alarms::Arguments),
    Windows(windows::Arguments),
    Release(release::Arguments),
    Forecast(forecast::Arguments),
    Events(events::Arguments),
    Logs(logs::Arguments),
    Tickets(tickets::Arguments),
    Watch(watch::Arguments),
    Metrics(metrics::Arguments),
    Handover(handover::Arguments),
    Notices(notices::Arguments),
    Get(get::Arguments),
    Op(op::Arguments),
    Replay(replay::Arguments),
}

/// Asks and shows the answer. `terminal` is how one that is opened for it looks.
pub(crate) fn run(
    verb: &Look,
    session: &Session,
    terminal: &open::Arguments,
) -> Result<(), Failure> {
    match verb {
        Look::Open(arguments) => wait(link::run(session, terminal, arguments)),
        Look::Status(arguments) => wait(status::run(session, arguments)),
        Look::Why(arguments) => wait(why::run(session, arguments)),
        Look::Alarms(arguments) => wait(alarms::run(session, arguments)),
        Look::Windows(arguments) => wait(windows::run(session, arguments)),
        Look::Release(arguments) => wait(release::run(session, arguments)),
        Look::Forecast(arguments) => wait(forecast::run(session, arguments)),
        Look::Events(arguments) => wait(events::run(session, arguments)),
        Look::Logs(arguments) => wait(logs::run(session, arguments)),
        Look::Tickets(arguments) => wait(tickets::run(session, arguments)),
        Look::Watch(arguments) => wait(watch::run(session, arguments)),
        Look::Metrics(arguments) => wait(metrics::run(session, arguments)),
        Look::Handover(arguments) => wait(handover::run(session, arguments)),
        Look::Notices(arguments) => wait(notices::run(session, arguments)),
        Look::Get(arguments) => wait(get::run(session, arguments)),
        Look::Replay(arguments) => replay::run(session, terminal, arguments),
        Look::Op(arguments) => wait(op::run(session, arguments)),
    }
}

//! The command line: a twin for everything the terminal does, and the ways to start a server. It
//! holds no rules: it asks, shows the answer, and says by its exit status what became of it.

mod alarms;
mod check;
mod commit;
mod confirm;
mod demo;
mod events;
mod explain;
mod failure;
mod forecast;
mod give_way;
mod hold;
mod lift;
mod metrics;
mod open;
mod output;
mod overrule;
mod place;
mod plan;
mod release;
mod reload;
mod rollback;
mod schema;
mod serve;
mod session;
mod status;
mod ticket;
mod tickets;
mod verdict;
mod watch;
mod why;
mod window;
mod windows;

use crate::{config::Connection, model::Command};
use clap::{Parser, Subcommand};
use failure::Failure;
use session::{Session, serve, wait};
use std::process::ExitCode;

/// The on-call operator's terminal for continuous-deployment pipelines
///
/// Without a command it opens the terminal over the running server.
#[derive(Debug, Parser)]
#[command(name = "pilothouse", version, max_term_width = 100)]
#[command(after_help = failure::EXIT_CODES)]
struct Arguments {
    #[command(flatten)]
    open: open::Arguments,
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Status(status::Arguments),
    Why(why::Arguments),
    Alarms(alarms::Arguments),
    Release(release::Arguments),
    Windows(windows::Arguments),
    Forecast(forecast::Arguments),
    Events(events::Arguments),
    Watch(watch::Arguments),
    Metrics(metrics::Arguments),
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
    Tickets(tickets::Arguments),
    /// Take your approval back before it takes effect
    Undo(place::Arguments),
    Yield(give_way::Arguments),
    Reload(reload::Arguments),
    Check(check::Arguments),
    Explain(explain::Arguments),
    Schema(schema::Arguments),
    Window(window::Arguments),
    Serve(serve::Arguments),
    /// Try everything on a real small fleet on this machine
    Demo(crate::demo::Options),
    #[command(hide = true)]
    DemoTarget(crate::demo::target::Args),
    #[command(hide = true)]
    DemoInstall(crate::demo::install::Args),
    #[command(hide = true)]
    DemoProbe(crate::demo::probe::Args),
}

/// Does what the arguments say.
pub fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(code) => code,
        Err(failure) => failure.tell(),
    }
}

fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let session = || Session::open(arguments.connection.clone());
    let Some(verb) = arguments.verb else {
        let opened = match &arguments.open.embedded {
            Some(directory) => serve(open::embedded(&session()?, &arguments.open, directory)),
            None => wait(open::over_server(&session()?, &arguments.open)),
        };
        return opened.map(|()| ExitCode::SUCCESS);
    };
    let done = match verb {
        Verb::Status(arguments) => wait(status::run(&session()?, &arguments)),
        Verb::Why(arguments) => wait(why::run(&session()?, &arguments)),
        Verb::Alarms(arguments) => wait(alarms::run(&session()?, &arguments)),
        Verb::Release(arguments) => wait(release::run(&session()?, &arguments)),
        Verb::Windows(arguments) => wait(windows::run(&session()?, &arguments)),
        Verb::Forecast(arguments) => wait(forecast::run(&session()?, &arguments)),
        Verb::Events(arguments) => wait(events::run(&session()?, &arguments)),
        Verb::Watch(arguments) => wait(watch::run(&session()?, &arguments)),
        Verb::Metrics(arguments) => wait(metrics::run(&session()?, &arguments)),
        Verb::Approve(arguments) => wait(verdict::run(&session()?, &arguments, Command::Approve)),
        Verb::Reject(arguments) => wait(verdict::run(&session()?, &arguments, Command::Reject)),
        Verb::Override(arguments) => wait(overrule::run(&session()?, &arguments)),
        Verb::Rollback(arguments) => wait(rollback::run(&session()?, &arguments)),
        Verb::Hold(arguments) => wait(hold::run(&session()?, &arguments)),
        Verb::Lift(arguments) => wait(lift::run(&session()?, &arguments)),
        Verb::Retry(arguments) => wait(place::run(&session()?, &arguments, place::retry)),
        Verb::Ticket(arguments) => wait(ticket::run(&session()?, &arguments)),
        Verb::Tickets(arguments) => wait(tickets::run(&session()?, &arguments)),
        Verb::Undo(arguments) => wait(place::run(&session()?, &arguments, place::undo)),
        Verb::Yield(arguments) => wait(give_way::run(&session()?, &arguments)),
        Verb::Reload(arguments) => wait(reload::run(&session()?, &arguments)),
        Verb::Check(arguments) if arguments.against_server => {
            wait(check::against_server(&session()?, &arguments))
        }
        Verb::Check(arguments) => check::run(&arguments),
        Verb::Explain(arguments) => explain::run(&arguments),
        Verb::Schema(arguments) => schema::run(&arguments),
        Verb::Window(arguments) => window::run(&arguments),
        Verb::Serve(arguments) => serve(serve::run(&session()?, &arguments)),
        Verb::Demo(options) => demo::run(&session()?, options),
        Verb::DemoTarget(arguments) => demo::target(arguments),
        Verb::DemoProbe(arguments) => demo::probe(arguments),
        // Its status is a message to the engine, with more words than done and failed.
        Verb::DemoInstall(arguments) => return demo::install(arguments),
    };
    done.map(|()| ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests;

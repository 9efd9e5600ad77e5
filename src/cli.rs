//! The command line: a twin for everything the terminal does, and the ways to start a server. It
//! holds no rules: it asks, shows the answer, and says by its exit status what became of it.

mod act;
mod alarms;
mod audit;
mod backup;
mod check;
mod commit;
mod completion;
mod confirm;
mod demo;
mod doctor;
mod events;
mod explain;
mod failure;
mod forecast;
mod get;
mod give_way;
mod handover;
mod hold;
mod lift;
mod linear;
mod link;
mod logs;
mod look;
mod man;
mod metrics;
mod notices;
mod op;
mod open;
mod output;
mod overrule;
mod place;
mod plan;
mod release;
mod reload;
mod replay;
mod rollback;
mod schema;
mod serve;
mod session;
mod settings;
mod status;
mod term;
mod ticket;
mod tickets;
mod token;
mod verdict;
mod watch;
mod why;
mod window;
mod windows;
mod world;

use crate::{config::Connection, executor, tui::update::Start};
use clap::{CommandFactory, Parser, Subcommand, builder::StyledStr};
use failure::Failure;
use session::{Session, serve, wait};
use std::process::ExitCode;

/// The on-call operator's terminal for continuous-deployment pipelines
///
/// Without a command it opens the terminal over the running server.
#[derive(Debug, Parser)]
#[command(name = "pilothouse", version, max_term_width = 100)]
#[command(after_help = failure::exits())]
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
    #[command(flatten)]
    Look(look::Look),
    #[command(flatten)]
    Act(act::Act),
    Check(check::Arguments),
    Explain(explain::Arguments),
    Schema(schema::Arguments),
    Window(window::Arguments),
    Serve(serve::Arguments),
    /// Whether the journal is what was recorded
    #[command(subcommand)]
    Audit(audit::Audit),
    Backup(backup::Backup),
    Restore(backup::Restore),
    /// Try everything on a real small fleet on this machine
    Demo(crate::demo::Options),
    #[command(subcommand)]
    Token(token::Arguments),
    Doctor(doctor::Arguments),
    Term(term::Arguments),
    #[command(subcommand)]
    Config(settings::Config),
    #[command(subcommand)]
    Themes(settings::Themes),
    #[command(subcommand)]
    Keys(settings::Keys),
    Completion(completion::Arguments),
    Man(man::Arguments),
    #[command(hide = true)]
    StepKeeper(executor::KeeperArguments),
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
            None if arguments.open.drill => demo::drill(&session()?, &arguments.open),
            None => wait(open::over_server(
                &session()?,
                &arguments.open,
                Start::Fleet,
            )),
        };
        return opened.map(|()| ExitCode::SUCCESS);
    };
    let done = match verb {
        Verb::Look(verb) => look::run(&verb, &session()?, &arguments.open),
        Verb::Act(verb) => act::run(&verb, &session()?, &arguments.open),
        Verb::Check(arguments) if arguments.against_server => {
            wait(check::against_server(&session()?, &arguments))
        }
        Verb::Check(arguments) => check::run(&arguments),
        Verb::Explain(arguments) => explain::run(&arguments),
        Verb::Schema(arguments) => schema::run(&arguments),
        Verb::Window(arguments) => window::run(&arguments),
        Verb::Serve(arguments) => serve::start(&session()?, &arguments),
        Verb::Audit(what) => audit::run(&what, &session()?),
        Verb::Backup(arguments) => backup::backup(&arguments, &session()?),
        Verb::Restore(arguments) => backup::restore(&arguments, &session()?),
        Verb::Demo(options) => demo::run(&session()?, options),
        Verb::Token(arguments) => wait(token::run(&session()?, &arguments)),
        Verb::Doctor(arguments) => doctor::run(&session()?, &arguments),
        Verb::Term(arguments) => term::run(&session()?, &arguments),
        Verb::Config(what) => settings::config(&what),
        Verb::Themes(what) => settings::themes(&what),
        Verb::Keys(what) => settings::keys(&what),
        Verb::Completion(arguments) => completion::run(&arguments, shown()),
        Verb::Man(arguments) => man::run(&arguments, shown()),
        Verb::DemoTarget(arguments) => demo::target(arguments),
        Verb::DemoProbe(arguments) => demo::probe(arguments),
        // Their status is a message to the engine, with more words than done and failed.
        Verb::StepKeeper(arguments) => return Ok(executor::keep(&arguments).into()),
        Verb::DemoInstall(arguments) => return demo::install(arguments),
    };
    done.map(|()| ExitCode::SUCCESS)
}

/// The command line as people are to know it, without what only the demo calls.
fn shown() -> clap::Command {
    let whole = Arguments::command();
    let about = |text: Option<&StyledStr>| text.cloned().unwrap_or_default();
    let verbs = whole.get_subcommands().filter(|verb| !verb.is_hide_set());
    clap::Command::new("pilothouse")
        .version(env!("CARGO_PKG_VERSION"))
        .about(about(whole.get_about()))
        .long_about(about(whole.get_long_about()))
        .args(whole.get_arguments().cloned())
        .subcommands(verbs.cloned())
}

#[cfg(test)]
mod tests;

//! The command line: a twin for everything the terminal does, and the ways to start a server. It
//! holds no rules: it asks, shows the answer, and says by its exit status what became of it.

mod check;
mod explain;
mod failure;
mod output;
mod window;

use clap::{Parser, Subcommand};
use failure::Failure;
use std::process::ExitCode;

/// The on-call operator's terminal for continuous-deployment pipelines
///
/// Without a command it opens the terminal over the running server.
#[derive(Debug, Parser)]
#[command(name = "pilothouse", version, max_term_width = 100)]
#[command(after_help = failure::EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Verb>,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Check(check::Arguments),
    Explain(explain::Arguments),
    Window(window::Arguments),
}

/// Does what the arguments say.
pub fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(),
    }
}

fn run(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        None => Ok(()),
        Some(Verb::Check(arguments)) => check::run(&arguments),
        Some(Verb::Explain(arguments)) => explain::run(&arguments),
        Some(Verb::Window(arguments)) => window::run(&arguments),
    }
}

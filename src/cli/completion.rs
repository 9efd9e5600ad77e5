//! `pilothouse completion`: what a shell needs to complete our command lines.

use crate::cli::{failure::Failure, output};
use clap_complete::Shell;

/// Print the completions for a shell
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Which shell
    shell: Shell,
}

/// Prints the completions of `program`.
pub(crate) fn run(arguments: &Arguments, mut program: clap::Command) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut program, "pilothouse", &mut script);
    output::line(String::from_utf8_lossy(&script).trim_end())
}

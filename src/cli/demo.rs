//! `pilothouse demo`, and the hidden subcommands that its targets and its pipelines' scripts call.

use crate::{
    cli::{
        failure::{Exit, Failure},
        output,
        session::{Session, wait},
    },
    client::Address,
    demo::{self, Options, install, probe, target},
    tui,
};
use std::{error::Error, process::ExitCode};

/// Runs the demo; the exit status says whether all went well in it.
pub(crate) fn run(session: &Session, options: Options) -> Result<(), Failure> {
    let json = options.json;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let terminal = async |address: Address| {
        let exit = tui::run(session.terminal(address, "DEMO")).await?;
        // Said last, when the screen is the shell's again; nobody may be left to read it.
        let _unread = output::line(&exit.last_words);
        Ok(())
    };
    let report = runtime.block_on(demo::run(options, terminal));
    let Some(report) = report.map_err(|error| failed(&error))? else {
        return Ok(());
    };
    if json {
        output::json(&report)?;
    } else {
        output::line(report.to_string().trim_end())?;
    }
    if report.is_good() {
        return Ok(());
    }
    let missing = report.missing.join("\n  ");
    Err(Failure::new(
        Exit::Failed,
        format!("the demo did not go as it should; missing:\n  {missing}"),
    ))
}

pub(crate) fn target(arguments: target::Args) -> Result<(), Failure> {
    wait(async { target::run(arguments).await.map_err(|error| failed(&error)) })
}

pub(crate) fn probe(arguments: probe::Args) -> Result<(), Failure> {
    let n_good = wait(async { probe::run(arguments).await.map_err(|error| failed(&error)) })?;
    output::line(&format!("{n_good} good answers"))
}

/// Its exit status tells the engine whether the release or the machinery is to blame.
pub(crate) fn install(arguments: install::Args) -> Result<ExitCode, Failure> {
    let said = wait(async { Ok(install::run(arguments).await) })?;
    match said {
        Ok(text) => output::line(&text).map(|()| ExitCode::SUCCESS),
        Err(error) => {
            let _said = failed(&error).tell();
            Ok(error.exit_code())
        }
    }
}

/// An error with everything behind it.
fn failed(error: &dyn Error) -> Failure {
    let behind = std::iter::successors(error.source(), |error: &&dyn Error| (**error).source());
    let words = behind.fold(error.to_string(), |words, why| format!("{words}: {why}"));
    Failure::new(Exit::Failed, words)
}

//! `pilothouse demo`, and the hidden subcommands that its targets and its pipelines' scripts call.

use crate::{
    cli::{
        failure::{Exit, Failure},
        linear, open, output,
        session::{Session, serve, wait},
    },
    client::Address,
    demo::{self, Options, install, probe, target},
    tui::{self, app::Access, update::Start},
};
use std::process::ExitCode;

/// Runs the demo; the exit status says whether all went well in it.
pub(crate) fn run(session: &Session, options: Options) -> Result<(), Failure> {
    let json = options.json;
    let terminal = async |address: Address| {
        let exit = tui::run(session.terminal(address, "DEMO")).await?;
        // Said last, when the screen is the shell's again; nobody may be left to read it.
        let _unread = output::line(&exit.last_words);
        Ok(())
    };
    let report = serve(async { demo::run(options, terminal).await.map_err(Failure::of) })?;
    let Some(report) = report else {
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

/// The demo as a drill: the same world and story, and no mistaking it for what is real. Who may change
/// nothing elsewhere may practise here.
pub(crate) fn drill(session: &Session, arguments: &open::Arguments) -> Result<(), Failure> {
    let mut said = Ok(());
    let terminal = async |address: Address| {
        if let Address::Unix(socket) = &address
            && arguments.is_linear(session)
        {
            let session = session.at(socket.clone());
            let talk = async {
                output::line("This is a drill: a small real fleet of this machine's own.")?;
                linear::run(&session, arguments, &Start::Fleet).await
            };
            said = talk.await;
            return Ok(());
        }
        let mut options = session.terminal(address, "DRILL");
        "DRILL".clone_into(&mut options.title);
        arguments.dress(session, &mut options);
        options.access = if arguments.read_only {
            Access::ReadOnly
        } else {
            Access::ReadWrite
        };
        let exit = tui::run(options).await?;
        // Said last, when the screen is the shell's again; nobody may be left to read it.
        let _unread = output::line(&exit.last_words);
        Ok(())
    };
    let played = demo::run(Options::drill(), terminal);
    let _no_report = serve(async { played.await.map_err(Failure::of) })?;
    said?;
    arguments.make_cast(session)
}

pub(crate) fn target(arguments: target::Args) -> Result<(), Failure> {
    wait(async { target::run(arguments).await.map_err(Failure::of) })
}

pub(crate) fn probe(arguments: probe::Args) -> Result<(), Failure> {
    let n_good = wait(async { probe::run(arguments).await.map_err(Failure::of) })?;
    output::line(&format!("{n_good} good answers"))
}

/// Its exit status tells the engine whether the release or the machinery is to blame.
pub(crate) fn install(arguments: install::Args) -> Result<ExitCode, Failure> {
    let said = wait(async { Ok(install::run(arguments).await) })?;
    match said {
        Ok(text) => output::line(&text).map(|()| ExitCode::SUCCESS),
        Err(error) => {
            let _said = Failure::of(&error).tell();
            Ok(error.exit_code())
        }
    }
}

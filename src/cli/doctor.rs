//! `pilothouse doctor`: whether this machine is fit to run a server, and what to do where it is not.
//! It changes nothing, and needs no server.

mod machine;
mod places;

use crate::cli::{
    failure::{Exit, Failure},
    output,
    session::Session,
};
use serde::Serialize;
use std::path::PathBuf;

/// Check whether this machine is fit to run a server, and say what to do where it is not
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Where the server keeps its journal [default: $XDG_STATE_HOME/pilothouse]
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// Look whether steps could run as this user
    #[arg(long, value_name = "NAME")]
    step_user: Option<String>,
    /// Print one JSON array
    #[arg(long)]
    json: bool,
}

/// What one look has found.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Finding {
    what: &'static str,
    verdict: Verdict,
    said: String,
    /// What to do about it; nothing where all is well.
    #[serde(skip_serializing_if = "Option::is_none")]
    todo: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    Ok,
    /// A server runs, and somebody should know.
    Doubt,
    /// A server does not run here, or must not.
    Wrong,
}

impl Finding {
    fn ok(what: &'static str, said: impl Into<String>) -> Self {
        Self {
            what,
            verdict: Verdict::Ok,
            said: said.into(),
            todo: None,
        }
    }

    fn doubt(what: &'static str, said: impl Into<String>, todo: impl Into<String>) -> Self {
        Self {
            what,
            verdict: Verdict::Doubt,
            said: said.into(),
            todo: Some(todo.into()),
        }
    }

    fn wrong(what: &'static str, said: impl Into<String>, todo: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Wrong,
            ..Self::doubt(what, said, todo)
        }
    }
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Verdict::Ok => "ok",
            Verdict::Doubt => "doubt",
            Verdict::Wrong => "WRONG",
        }
    }
}

pub(crate) fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let state = session.state(arguments.state.as_deref())?;
    let socket = session.connection.socket(&session.environment)?;
    let findings = [
        places::state(&state),
        places::room(&state),
        places::socket(&socket),
        machine::git(),
        machine::shell(),
        machine::files(),
        machine::limits(),
        machine::user(arguments.step_user.as_deref()),
        machine::clock(),
        machine::zones(),
    ];
    if arguments.json {
        output::json(&findings)?;
    } else {
        for line in findings.iter().flat_map(lines) {
            output::line(&line)?;
        }
    }
    let wrong = findings.iter().filter(|one| one.verdict == Verdict::Wrong);
    match wrong.count() {
        0 => Ok(()),
        1 => Err(Failure::new(Exit::Failed, "one thing is wrong here")),
        n => Err(Failure::new(
            Exit::Failed,
            format!("{n} things are wrong here"),
        )),
    }
}

fn lines(finding: &Finding) -> Vec<String> {
    let Finding {
        what,
        verdict,
        said,
        todo,
    } = finding;
    let mut lines = vec![format!("{:<5}  {what:<10}  {said}", verdict.word())];
    lines.extend(todo.iter().map(|todo| format!("{:19}to do: {todo}", "")));
    lines
}

//! Why a command did not do what was asked: a message, what to do about it, and the exit status
//! that a script can tell apart.

use crate::{
    cli::output,
    client::ClientError,
    config::ConfigError,
    definition::{ExplainError, Problems},
    model::{Refusal, RefusalClass},
    server::ServerError,
    service::ServiceError,
    tui::TuiError,
};
use std::{error::Error, io, io::Write, process::ExitCode};

/// The status of the process. Scripts depend on the numbers; they never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Failed = 1,
    Usage = 2,
    Refused = 3,
    Changed = 4,
    Unknown = 5,
    Unreachable = 6,
    TimedOut = 124,
}

/// What each status means.
pub(crate) const EXITS: [(u8, &str); 8] = [
    (0, "done"),
    (Exit::Failed as u8, "failed"),
    (Exit::Usage as u8, "usage"),
    (Exit::Refused as u8, "refused by policy"),
    (Exit::Changed as u8, "the state changed since"),
    (Exit::Unknown as u8, "unknown outcome"),
    (Exit::Unreachable as u8, "server not reachable"),
    (Exit::TimedOut as u8, "time is up"),
];

/// All of them in one line, for the help.
pub(crate) fn exits() -> String {
    let each = EXITS.map(|(exit, meaning)| format!("{exit} {meaning}"));
    format!("Exit status: {}", each.join(", "))
}

#[derive(Debug)]
pub(crate) struct Failure {
    exit: ExitCode,
    message: String,
    hint: Option<String>,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

impl Failure {
    pub(crate) fn new(exit: impl Into<ExitCode>, message: impl Into<String>) -> Self {
        Self {
            exit: exit.into(),
            message: message.into(),
            hint: None,
        }
    }

    /// An error with all the reasons behind it.
    pub(crate) fn of(error: impl Error) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(reason) = source {
            let reason_text = reason.to_string();
            // Some errors say their reason themselves.
            if !message.contains(&reason_text) {
                message = format!("{message}: {reason_text}");
            }
            source = reason.source();
        }
        Self::new(Exit::Failed, message)
    }

    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }

    /// Says it on stderr. A failure without a message has been said already.
    pub(crate) fn tell(&self) -> ExitCode {
        let said = Some(&self.message).filter(|message| !message.is_empty());
        let said = said.map(|message| format!("pilothouse: {message}\n"));
        let hint = self.hint.iter().map(|hint| format!("  try: {hint}\n"));
        let text: String = said.into_iter().chain(hint).collect();
        // With stderr gone there is nobody left to tell.
        let _unheard = io::stderr().write_all(output::plain(&text).as_bytes());
        self.exit
    }
}

/// Standard output is gone: whoever read it has seen enough.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::new(Exit::Failed, "");
        }
        Self::new(Exit::Failed, format!("cannot write the output: {error}"))
    }
}

impl From<TuiError> for Failure {
    fn from(error: TuiError) -> Self {
        Self::of(error)
    }
}

impl From<ServerError> for Failure {
    fn from(error: ServerError) -> Self {
        Self::of(error)
    }
}

impl From<ServiceError> for Failure {
    fn from(error: ServiceError) -> Self {
        Self::of(error)
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        let n = problems.0.len();
        let things = if n == 1 { "thing is" } else { "things are" };
        let message = format!("{n} {things} wrong in the definitions:\n{problems}");
        Self::new(Exit::Failed, message)
    }
}

impl From<ExplainError> for Failure {
    fn from(error: ExplainError) -> Self {
        match error {
            ExplainError::Problems(problems) => problems.into(),
            unknown @ ExplainError::UnknownPipeline { .. } => {
                Self::new(Exit::Failed, unknown.to_string())
            }
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::new(Exit::Usage, error.to_string())
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let exit = match &error {
            ClientError::Address { .. } => Exit::Usage,
            ClientError::Unreachable { .. } => Exit::Unreachable,
            ClientError::Refused { refusal } => exit_of(refusal),
            ClientError::UnknownOutcome { .. } => Exit::Unknown,
            ClientError::Problem { .. } if error.not_permitted().is_some() => Exit::Refused,
            ClientError::TimedOut { .. }
            | ClientError::Broken { .. }
            | ClientError::Problem { .. }
            | ClientError::Garbage { .. }
            | ClientError::Version { .. } => Exit::Failed,
        };
        Self::new(exit, error.to_string())
    }
}

/// Whether looking again would help, or policy says no.
pub(crate) fn exit_of(refusal: &Refusal) -> Exit {
    match refusal.class() {
        RefusalClass::Changed => Exit::Changed,
        RefusalClass::Unknown
        | RefusalClass::Nothing
        | RefusalClass::NotAllowed
        | RefusalClass::Incomplete
        | RefusalClass::KeyReused => Exit::Refused,
    }
}

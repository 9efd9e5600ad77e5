//! `pilothouse backup` and `pilothouse restore`: a copy of the journal, made while the server runs,
//! and a server's new beginning from one.

use crate::{
    cli::{
        failure::{Exit, Failure},
        output,
        session::Session,
    },
    journal::{self, BackupError},
    server,
    service::{self, RestoreError},
};
use std::path::PathBuf;

/// Copy the journal to a new file, as it is now; the server goes on meanwhile
///
/// Only who may read the state directory can do it. The copy is verified as `audit verify` does.
#[derive(Debug, clap::Args)]
pub(crate) struct Backup {
    /// The file to make; it must not be there
    file: PathBuf,
    /// The state directory of the journal [default: $XDG_STATE_HOME/pilothouse]
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
}

/// Put a backup of the journal into a state directory that has none, on hold until somebody lifts it
///
/// What the journal owes may have been done since the backup, so nothing at all is run until a person
/// has looked at the targets and lifts the hold that the restore places. Artifacts and the signing
/// key are not in a backup: copy the folder `artifacts` and the file `signing-key` beside it.
#[derive(Debug, clap::Args)]
pub(crate) struct Restore {
    /// What `pilothouse backup` made
    file: PathBuf,
    /// The state directory, which no server may use [default: $XDG_STATE_HOME/pilothouse]
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
}

pub(crate) fn backup(arguments: &Backup, session: &Session) -> Result<(), Failure> {
    let state = session.state(arguments.state.as_deref())?;
    let audit = journal::backup(&state, &arguments.file)?;
    output::line(&format!(
        "{}: {} entries, each as it was recorded",
        audit.path.display(),
        audit.entries
    ))?;
    output::line(&format!("head {}", audit.head.link))
}

pub(crate) fn restore(arguments: &Restore, session: &Session) -> Result<(), Failure> {
    let state = session.state(arguments.state.as_deref())?;
    let restored = service::restore(&arguments.file, &state, server::own_login())?;
    let (hold, owed) = (restored.hold, restored.owed);
    let effects = if owed == 1 { "effect" } else { "effects" };
    let lines = [
        format!(
            "{}: {} entries up to {}, head {}",
            state.display(),
            restored.audit.entries,
            restored.at,
            restored.audit.head.link
        ),
        format!(
            "{owed} {effects} may have been done since; nothing is run before hold {hold} is lifted:"
        ),
        format!("look at the targets, start the server, then `pilothouse lift {hold}`"),
    ];
    lines.iter().try_for_each(|line| output::line(line))
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        Self::new(Exit::Failed, error.to_string())
    }
}

impl From<RestoreError> for Failure {
    fn from(error: RestoreError) -> Self {
        Self::new(Exit::Failed, error.to_string())
    }
}

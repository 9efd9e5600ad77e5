//! `pilothouse audit`: whether the journal is what was recorded, entry by entry.

use crate::{
    cli::{
        failure::{Exit, Failure},
        output,
        session::Session,
    },
    journal::{self, AuditError, Link},
};
use serde_json::json;
use std::path::PathBuf;

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Audit {
    Verify(Verify),
}

/// Walk the chain of the journal; name the first entry that is not as it was recorded
///
/// The file is only read, so this may be done while a server runs. Note the head that it prints in
/// another place: with --head it proves later that nothing up to there was changed or cut off.
#[derive(Debug, clap::Args)]
pub(crate) struct Verify {
    /// The state directory of the journal [default: $XDG_STATE_HOME/pilothouse]
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// A head that was printed before, and that the journal must contain
    #[arg(long, value_name = "HASH")]
    head: Option<Link>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(what: &Audit, session: &Session) -> Result<(), Failure> {
    let Audit::Verify(arguments) = what;
    let state = session.state(arguments.state.as_deref())?;
    let audit = journal::audit(&state.join(journal::FILE), arguments.head)?;
    if arguments.json {
        return output::json(&json!({
            "journal": audit.path,
            "entries": audit.entries,
            "streams": audit.streams,
            "head": audit.head.link.to_string(),
            "noted": audit.noted,
        }));
    }
    let (path, entries, n) = (audit.path.display(), audit.entries, audit.streams.len());
    let streams = if n == 1 { "stream" } else { "streams" };
    output::line(&format!(
        "{path}: {entries} entries in {n} {streams}, each as it was recorded"
    ))?;
    output::line(&format!("head {}", audit.head.link))?;
    if let Some(noted) = audit.noted {
        let since = entries - noted;
        output::line(&format!(
            "the head that was noted is that of entry {noted}; {since} came since"
        ))?;
    }
    Ok(())
}

impl From<AuditError> for Failure {
    fn from(error: AuditError) -> Self {
        Self::new(Exit::Failed, error.to_string())
    }
}

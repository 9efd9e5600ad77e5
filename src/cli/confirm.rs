//! Asking the operator before anything is done: the plan in words, and the word that must be typed by
//! hand. Without a terminal nobody can be asked, so the plan must be named instead.

use crate::{
    cli::{
        failure::{Exit, Failure},
        output,
    },
    model::Fingerprint,
};
use std::{
    io,
    io::{IsTerminal, Write},
};

/// What is asked.
#[derive(Debug)]
pub(crate) struct Question<'a> {
    /// The plan, line by line.
    pub(crate) plan: Vec<String>,
    pub(crate) digest: &'a Fingerprint,
    /// What must be typed.
    pub(crate) wanted: &'a str,
    /// The command that shows the plan and does nothing.
    pub(crate) look: String,
}

/// Returns when the operator has agreed: by typing, or with `yes` and, without a terminal, the digest
/// `expected`.
pub(crate) fn agree(
    question: &Question<'_>,
    yes: bool,
    expected: Option<&Fingerprint>,
) -> Result<(), Failure> {
    let person = io::stdin().is_terminal() && io::stderr().is_terminal();
    if yes && (person || expected.is_some()) {
        return Ok(());
    }
    if !person {
        let message = format!(
            "without a terminal both --yes and --expect are needed; the digest of the plan is {}",
            question.digest
        );
        return Err(Failure::new(Exit::Usage, message).hint(question.look.clone()));
    }
    let (plan, wanted) = (question.plan.join("\n"), question.wanted);
    let mut err = io::stderr();
    let text = format!("{plan}\n\nType {wanted} to do it: ");
    err.write_all(output::plain(&text).as_bytes())?;
    err.flush()?;
    let mut typed = String::new();
    io::stdin().read_line(&mut typed)?;
    if typed.trim_end_matches(['\n', '\r']) == wanted {
        return Ok(());
    }
    let message = "not confirmed; nothing was done";
    Err(Failure::new(Exit::Failed, message))
}

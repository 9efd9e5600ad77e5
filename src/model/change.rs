//! A change: one commit on the main branch, as git told it. Whether its review suffices is a rule
//! and lives in the engine; this file only knows what the commit says of itself.

use crate::model::{Actor, Sha, Time};
use serde::{Deserialize, Serialize};

/// A commit with what the gates need to know of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub sha: Sha,
    pub author: Person,
    pub at: Time,
    pub title: String,
    /// Values of the review trailer, in the order of the message.
    pub reviewers: Vec<Person>,
    /// Commits that this one says it reverts.
    pub reverts: Vec<Sha>,
    /// The commit says of itself that taking it back does not undo what it did, as with a changed
    /// data format: its trailer is `Rollback: one-way`.
    #[serde(default)]
    pub one_way: bool,
}

/// Somebody named in a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub name: String,
    pub email: String,
}

impl Person {
    /// Reads `Ana Lima <ana@example.com>`; a text without an address is all name.
    pub fn parse(text: &str) -> Self {
        let (name, email) = match text.split_once('<') {
            Some((name, rest)) => (name.trim(), rest.trim_end().trim_end_matches('>').trim()),
            None => (text.trim(), ""),
        };
        Self {
            name: name.to_owned(),
            email: email.to_owned(),
        }
    }

    /// The login a person goes by: the local part of the address, else the name.
    pub fn login(&self) -> &str {
        match self.email.split_once('@') {
            Some((local, _)) if !local.is_empty() => local,
            Some(_) | None if self.email.is_empty() => &self.name,
            Some(_) | None => &self.email,
        }
    }

    /// Whether an operator is this person, by login, address or name. Generous on purpose: the
    /// rule that asks keeps authors from approving their own change (DESIGN.md 5, rule 4).
    pub fn is(&self, actor: &Actor) -> bool {
        [self.login(), &self.email, &self.name]
            .iter()
            .any(|own| own.eq_ignore_ascii_case(actor.as_str()))
    }

    /// Whether two signatures are of one person.
    pub fn same_as(&self, other: &Person) -> bool {
        if self.email.is_empty() || other.email.is_empty() {
            self.name.eq_ignore_ascii_case(&other.name)
        } else {
            self.email.eq_ignore_ascii_case(&other.email)
        }
    }
}

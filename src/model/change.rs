//! A change: one commit on the main branch, as git told it. Whether its review suffices is a rule
//! and lives in the engine; this file only knows what the commit says of itself.

use crate::model::{Actor, Sha, SourceName, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A commit with what the gates need to know of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    pub sha: Sha,
    /// None for the main source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<SourceName>,
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
    /// How much it changes; none of a merge, and where git did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<ChangeSize>,
}

/// How much a commit changes, in files and lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ChangeSize {
    pub files: u64,
    pub added: u64,
    pub removed: u64,
}

impl ChangeSize {
    pub fn new(files: u64, added: u64, removed: u64) -> Self {
        Self {
            files,
            added,
            removed,
        }
    }

    /// Of several commits together; a file that two of them change counts twice. None when none of
    /// them says.
    pub fn sum(sizes: impl IntoIterator<Item = Option<Self>>) -> Option<Self> {
        sizes.into_iter().flatten().reduce(|all, one| Self {
            files: all.files.saturating_add(one.files),
            added: all.added.saturating_add(one.added),
            removed: all.removed.saturating_add(one.removed),
        })
    }
}

impl std::fmt::Display for ChangeSize {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            files,
            added,
            removed,
        } = self;
        write!(f, "files {files}  +{added} -{removed}")
    }
}

/// Somebody named in a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    pub name: String,
    pub email: String,
}

impl Person {
    /// Reads `Ana Lima <ana@example.com>` or an address alone; any other text is all name.
    pub fn parse(text: &str) -> Self {
        let (name, email) = match text.split_once('<') {
            Some((name, rest)) => (name.trim(), rest.trim_end().trim_end_matches('>').trim()),
            None if text.contains('@') && !text.trim().contains(' ') => ("", text.trim()),
            None => (text.trim(), ""),
        };
        Self {
            name: name.to_owned(),
            email: email.to_owned(),
        }
    }

    /// Reads the people of one line: several follow each other after their addresses.
    pub fn parse_all(line: &str) -> Vec<Self> {
        let between = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '&');
        let people = line
            .split_inclusive('>')
            .map(|text| text.trim_matches(between));
        let people = people.map(|text| text.strip_prefix("and ").unwrap_or(text));
        people
            .filter(|text| !text.is_empty())
            .map(Person::parse)
            .collect()
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

    /// Whether two signatures are of one person. Without both addresses a name is compared with
    /// name and login, because the rule that asks is about somebody else (DESIGN.md 4, review).
    pub fn same_as(&self, other: &Person) -> bool {
        if self.email.is_empty() || other.email.is_empty() {
            let names = [self.name.as_str(), self.login()];
            let others = [other.name.as_str(), other.login()];
            let known = |name: &&str| !name.is_empty();
            names
                .into_iter()
                .filter(known)
                .any(|name| others.iter().any(|other| name.eq_ignore_ascii_case(other)))
        } else {
            self.email.eq_ignore_ascii_case(&other.email)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_reviewers_stand_on_one_line() {
        for (line, expected) in [
            (
                "Ana Lima <ana@example.com>",
                vec!["Ana Lima|ana@example.com"],
            ),
            (
                "Ana <a@x.org>, Ben Oak <b@x.org>",
                vec!["Ana|a@x.org", "Ben Oak|b@x.org"],
            ),
            (
                "Ana <a@x.org>; Ben <b@x.org> and Cid <c@x.org>",
                vec!["Ana|a@x.org", "Ben|b@x.org", "Cid|c@x.org"],
            ),
            (
                "Lima, Ana <ana@example.com>",
                vec!["Lima, Ana|ana@example.com"],
            ),
            ("ana@example.com", vec!["|ana@example.com"]),
            ("Ana", vec!["Ana|"]),
            (" , ", vec![]),
        ] {
            let people = Person::parse_all(line);
            let told: Vec<String> = people
                .iter()
                .map(|p| format!("{}|{}", p.name, p.email))
                .collect();
            assert_eq!(told, expected, "{line}");
        }
    }

    #[test]
    fn who_is_the_same_person() {
        let author = Person::parse("Ana Lima <ana@example.com>");
        for (other, same) in [
            ("Ana Lima <ana@example.com>", true),
            ("A. Lima <ANA@Example.com>", true),
            ("ana@example.com", true),
            ("ana lima", true),
            ("Ana", true),
            ("Ana Lima <ana.lima@example.com>", false),
            ("Ben Oak <ben@example.com>", false),
            ("ben", false),
            ("", false),
        ] {
            let other = Person::parse(other);
            assert_eq!(author.same_as(&other), same, "{other:?}");
            assert_eq!(other.same_as(&author), same, "{other:?}");
        }
    }
}

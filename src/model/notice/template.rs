//! How a notice is put into words: a text with `{words}` that are filled in. Whatever comes from
//! outside is made plain first and is never read as a template itself.

use crate::model::{Notice, plain};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Characters of one filled-in value.
const VALUE_MOST: usize = 2_000;

/// What can stand in braces.
pub const TEMPLATE_WORDS: [&str; 14] = [
    "title", "details", "kind", "action", "severity", "pipeline", "owner", "stage", "release",
    "ticket", "by", "at", "place", "runbook",
];

/// A text with words in braces, checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
pub struct Template {
    text: String,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTemplate {
    #[error("{{{0}}} is not among the words that are filled in: {known}", known = TEMPLATE_WORDS.join(", "))]
    Word(String),
    #[error("a `{{` is never closed; write `{{{{` for a brace itself")]
    Open,
    #[error("it is longer than {TEMPLATE_MOST} characters")]
    Long,
}

const TEMPLATE_MOST: usize = 4_000;

enum Piece<'a> {
    Text(&'a str),
    Word(&'a str),
}

impl Template {
    /// The words of a notice in their places: one line in each place, but for the details, which are
    /// as many as there are. Control characters and those that turn the writing around are gone, and
    /// so are lines in which no word has anything to say.
    pub fn fill(&self, notice: &Notice) -> String {
        let lines = self.text.lines().filter_map(|line| filled(line, notice));
        lines.collect::<Vec<_>>().join("\n")
    }
}

impl FromStr for Template {
    type Err = BadTemplate;
    fn from_str(text: &str) -> Result<Self, BadTemplate> {
        if text.chars().count() > TEMPLATE_MOST {
            return Err(BadTemplate::Long);
        }
        for piece in pieces(text) {
            if let Piece::Word(word) = piece?
                && !TEMPLATE_WORDS.contains(&word)
            {
                return Err(BadTemplate::Word(word.to_owned()));
            }
        }
        Ok(Self {
            text: text.to_owned(),
        })
    }
}

impl TryFrom<String> for Template {
    type Error = BadTemplate;
    fn try_from(text: String) -> Result<Self, BadTemplate> {
        text.parse()
    }
}

impl From<Template> for String {
    fn from(template: Template) -> String {
        template.text
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// One line; none when it has words and all of them are empty.
fn filled(line: &str, notice: &Notice) -> Option<String> {
    let mut filled = String::new();
    let mut values = Vec::new();
    for piece in pieces(line).into_iter().flatten() {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Word(word) => {
                let value = value(notice, word);
                filled.push_str(&value);
                values.push(value);
            }
        }
    }
    let says_nothing = !values.is_empty() && values.iter().all(String::is_empty);
    (!says_nothing).then_some(filled)
}

/// The pieces of a template, up to the first thing that is wrong with it.
fn pieces(text: &str) -> Vec<Result<Piece<'_>, BadTemplate>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        found.push(Ok(Piece::Text(&rest[..at])));
        let inside = &rest[at + 1..];
        if let Some(after) = inside.strip_prefix('{') {
            found.push(Ok(Piece::Text("{")));
            rest = after;
            continue;
        }
        let Some((word, after)) = inside.split_once('}') else {
            found.push(Err(BadTemplate::Open));
            return found;
        };
        found.push(Ok(Piece::Word(word)));
        rest = after;
    }
    found.push(Ok(Piece::Text(rest)));
    found
}

fn value(notice: &Notice, word: &str) -> String {
    let of = |value: Option<String>| value.unwrap_or_default();
    let text = match word {
        "title" => notice.title.clone(),
        "details" => {
            let lines = notice.details.iter().map(|line| plain(line, VALUE_MOST));
            return lines.collect::<Vec<_>>().join("\n");
        }
        "kind" => notice.kind.word().to_owned(),
        "action" => notice.action.word().to_owned(),
        "severity" => notice.severity.word().to_owned(),
        "pipeline" => of(notice.pipeline.as_ref().map(ToString::to_string)),
        "owner" => of(notice.owner.as_ref().map(ToString::to_string)),
        "stage" => of(notice.stage.as_ref().map(ToString::to_string)),
        "release" => of(notice.release.map(|it| it.to_string())),
        "ticket" => of(notice.ticket.map(|it| it.to_string())),
        "by" => of(notice.by.as_ref().map(ToString::to_string)),
        "at" => notice.at.to_string(),
        "place" => of(notice.place()),
        "runbook" => of(notice.runbook.clone()),
        _ => String::new(),
    };
    plain(&text, VALUE_MOST)
}

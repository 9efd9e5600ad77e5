//! Small grammars inside texts: a command line split into words, a counter with labels, a time
//! zone. Each says what is wrong in words; none knows where its text came from.

use crate::{definition::suggest, model::Series};
use chrono_tz::{TZ_VARIANTS, Tz};
use std::str::FromStr;

/// Splits a command line into words as a shell would, with quotes and backslashes but without
/// expanding anything.
///
/// # Errors
/// An open quote, or no word at all.
pub(crate) fn split(text: &str) -> Result<Vec<String>, String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            quote @ ('\'' | '"') => {
                let word = word.get_or_insert_default();
                quoted(&mut letters, quote, word)
                    .ok_or_else(|| format!("the quote {quote} in {text:?} is never closed"))?;
            }
            '\\' => word.get_or_insert_default().extend(letters.next()),
            space if space.is_whitespace() => words.extend(word.take()),
            letter => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    match words.first() {
        Some(program) if !program.is_empty() => Ok(words),
        _ => Err("it names no program".to_owned()),
    }
}

/// Reads up to the closing quote; none when there is no such quote. Inside double quotes a
/// backslash quotes only a double quote or another backslash.
fn quoted(letters: &mut std::str::Chars<'_>, quote: char, word: &mut String) -> Option<()> {
    loop {
        let letter = letters.next()?;
        if letter == quote {
            return Some(());
        }
        if letter == '\\' && quote == '"' {
            match letters.next()? {
                plain @ ('"' | '\\') => word.push(plain),
                other => word.extend(['\\', other]),
            }
        } else {
            word.push(letter);
        }
    }
}

/// A zone of the time zone database.
///
/// # Errors
/// An unknown name, with the nearest known one.
pub fn time_zone(text: &str) -> Result<Tz, String> {
    text.parse().map_err(|_unknown| {
        let near = suggest::nearest(text, TZ_VARIANTS.iter().map(|zone| zone.name()));
        let hint = near.map_or(
            "use a name such as Europe/Berlin or UTC".to_owned(),
            |near| format!("did you mean {near}?"),
        );
        format!("{text:?} is not a time zone; {hint}")
    })
}

/// `name` or `name{label="value",...}`, as Prometheus writes a series.
impl FromStr for Series {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |what: &str| format!("{text:?} {what}; write name or name{{label=\"value\"}}");
        let (metric, rest) = match text.trim().split_once('{') {
            Some((metric, rest)) => (metric.trim(), Some(rest)),
            None => (text.trim(), None),
        };
        if !is_metric(metric) {
            return Err(wrong("does not start with a counter's name"));
        }
        let labels = match rest {
            None => Vec::new(),
            Some(rest) => labels(rest).ok_or_else(|| wrong("has labels that cannot be read"))?,
        };
        Ok(Self {
            metric: metric.to_owned(),
            labels,
        })
    }
}

fn is_metric(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit())
        && !text.is_empty()
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b':')
}

/// What stands after the brace, up to and with the closing one.
fn labels(text: &str) -> Option<Vec<(String, String)>> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while !rest.starts_with('}') {
        let (name, tail) = rest.split_once('=')?;
        let mut letters = tail.trim_start().strip_prefix('"')?.chars();
        let mut value = String::new();
        quoted(&mut letters, '"', &mut value)?;
        let name = name.trim();
        if !is_metric(name) || name.contains(':') {
            return None;
        }
        found.push((name.to_owned(), value));
        rest = letters.as_str().trim_start();
        match rest.strip_prefix(',') {
            Some(tail) => rest = tail.trim_start(),
            None if rest.starts_with('}') => {}
            None => return None,
        }
    }
    (rest.trim_end() == "}").then_some(found)
}

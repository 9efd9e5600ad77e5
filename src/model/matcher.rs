//! A matcher of labels as Alertmanager writes it: `alertname="Faults"`, `team=~"pay.*"`. It knows no
//! alerts, only names and values.

use regex::Regex;
use std::{collections::BTreeMap, str::FromStr};

/// One condition on one label. A label that is not there is an empty text.
#[derive(Debug, Clone)]
pub struct Matcher {
    label: String,
    wanted: Wanted,
    /// Whether it matches where the wanted value is not.
    not: bool,
}

#[derive(Debug, Clone)]
enum Wanted {
    Exactly(String),
    /// All of the value, not a part of it.
    Pattern(Regex),
}

/// Why a text is no matcher.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadMatcher {
    #[error("is no matcher such as alertname=\"Faults\"")]
    Form,
    #[error("has a pattern that cannot be read: {0}")]
    Pattern(String),
}

const OPERATORS: [(&str, bool, bool); 4] = [
    // Longer ones first; the flags are: as a pattern, not.
    ("=~", true, false),
    ("!~", true, true),
    ("!=", false, true),
    ("=", false, false),
];

impl Matcher {
    pub fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        let value = labels.get(&self.label).map_or("", String::as_str);
        let is = match &self.wanted {
            Wanted::Exactly(wanted) => value == wanted,
            Wanted::Pattern(pattern) => pattern.is_match(value),
        };
        is != self.not
    }
}

impl FromStr for Matcher {
    type Err = BadMatcher;
    fn from_str(text: &str) -> Result<Self, BadMatcher> {
        let at = text.find(['=', '!']).ok_or(BadMatcher::Form)?;
        let (label, rest) = (text[..at].trim(), &text[at..]);
        let found = OPERATORS.iter().find_map(|(operator, pattern, not)| {
            let value = rest.strip_prefix(operator)?;
            Some((unquoted(value.trim())?, *pattern, *not))
        });
        let (value, pattern, not) = found.ok_or(BadMatcher::Form)?;
        if !is_label(label) {
            return Err(BadMatcher::Form);
        }
        let wanted = if pattern {
            let whole = Regex::new(&format!("^(?s:{value})$"));
            Wanted::Pattern(whole.map_err(|why| BadMatcher::Pattern(last_line(&why)))?)
        } else {
            Wanted::Exactly(value)
        };
        Ok(Self {
            label: label.to_owned(),
            wanted,
            not,
        })
    }
}

fn is_label(name: &str) -> bool {
    let mut bytes = name.bytes();
    let first = bytes.next();
    first.is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// The text between quotes, with `\"`, `\\` and `\n` read; none when a quote stands open or inside.
fn unquoted(text: &str) -> Option<String> {
    let inside = text.strip_prefix('"')?.strip_suffix('"')?;
    let mut value = String::new();
    let mut letters = inside.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => return None,
            '\\' => match letters.next()? {
                'n' => value.push('\n'),
                quoted @ ('"' | '\\') => value.push(quoted),
                // As patterns write them: `\d`.
                other => value.extend(['\\', other]),
            },
            letter => value.push(letter),
        }
    }
    Some(value)
}

/// What is wrong stands in the last line, beneath a picture of the pattern.
fn last_line(why: &regex::Error) -> String {
    let why = why.to_string();
    let last = why.lines().last().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_alertmanager_reads_them() {
        let labels = [("alertname", "Faults"), ("team", "pay \"go\""), ("n", "17")];
        let labels = labels.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let labels = BTreeMap::from(labels);
        for (text, matches) in [
            (r#"alertname="Faults""#, true),
            (r#" alertname = "Faults" "#, true),
            (r#"alertname="Fault""#, false),
            (r#"alertname!="Faults""#, false),
            (r#"alertname=~"Fault""#, false),
            (r#"alertname=~"Fault.*|Other""#, true),
            (r#"alertname!~"Fault.*""#, false),
            (r#"team="pay \"go\"""#, true),
            (r#"n=~"\d+""#, true),
            (r#"zone="""#, true),
            (r#"zone!="""#, false),
            (r#"zone=~".+""#, false),
        ] {
            let matcher: Matcher = text.parse().unwrap();
            assert_eq!(matcher.matches(&labels), matches, "{text}");
        }
        for text in [
            "alertname=Faults",
            r#"1a="x""#,
            r#"="x""#,
            r#"a!"x""#,
            r#"a=="x""#,
            r#"a=""#,
            r#"a=" "b""#,
            r#"a="b\""#,
            "",
        ] {
            assert_eq!(text.parse::<Matcher>().unwrap_err(), BadMatcher::Form);
        }
        let wrong = r#"a=~"(""#.parse::<Matcher>().unwrap_err();
        assert!(wrong.to_string().contains("unclosed group"), "{wrong}");
    }
}

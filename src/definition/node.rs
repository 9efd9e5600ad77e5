//! A TOML value that remembers where it was written, through every merge: the place is what makes
//! an error or an explanation useful. It does not know what any key means.

use crate::definition::{Place, Problem};
use std::{fmt, sync::Arc};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) value: Value,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Text(String),
    /// Its digits as a decimal text, so that it is read once, where its range is known.
    Integer(String),
    Fraction(String),
    Flag(bool),
    Date(String),
    List(Vec<Node>),
    Table(Table),
}

/// Entries in the order in which they were written.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Table {
    pub(crate) entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    /// Where the key stands; its value may stand elsewhere.
    pub(crate) place: Place,
    pub(crate) node: Node,
}

impl Value {
    /// What it is, for a person who wrote something else.
    pub(crate) fn describe(&self) -> String {
        match self {
            Value::Text(text) => format!("the text {text:?}"),
            Value::Integer(digits) | Value::Fraction(digits) => format!("the number {digits}"),
            Value::Flag(flag) => format!("`{flag}`"),
            Value::Date(date) => format!("the date {date}"),
            Value::List(_) => "a list".to_owned(),
            Value::Table(_) => "a table".to_owned(),
        }
    }
}

/// As TOML would write it on one line.
impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::Text(text) => write!(f, "{text:?}"),
            Value::Integer(text) | Value::Fraction(text) | Value::Date(text) => f.write_str(text),
            Value::Flag(flag) => flag.fmt(f),
            Value::List(items) => {
                let items: Vec<String> = items.iter().map(|item| item.value.to_string()).collect();
                write!(f, "[{}]", items.join(", "))
            }
            Value::Table(table) => {
                let entry = |entry: &Entry| format!("{} = {}", entry.key, entry.node.value);
                let entries: Vec<String> = table.entries.iter().map(entry).collect();
                write!(f, "{{ {} }}", entries.join(", "))
            }
        }
    }
}

impl Table {
    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        let entry = self.entries.iter().find(|entry| entry.key == key);
        entry.map(|entry| &entry.node)
    }

    /// The text of a key, when it is one.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        let Value::Text(text) = &self.get(key)?.value else {
            return None;
        };
        Some(text)
    }
}

/// Reads the text of one file.
pub(crate) fn parse(file: &str, text: &str) -> Result<Table, Vec<Problem>> {
    let source = Source {
        file: Arc::from(file),
        text,
    };
    let (table, errors) = DeTable::parse_recoverable(text);
    if errors.is_empty() {
        return Ok(source.table(table.get_ref()));
    }
    let problem = |error: &toml::de::Error| {
        let place = source.place(error.span().map_or(0, |span| span.start));
        Problem::at(&place, error.message().replace('\n', ", "))
    };
    let mut problems: Vec<Problem> = errors.iter().map(problem).collect();
    // After one error the rest of its line rarely says anything new.
    problems.dedup_by_key(|problem| problem.place.as_ref().map(|place| place.line));
    Err(problems)
}

struct Source<'a> {
    file: Arc<str>,
    text: &'a str,
}

impl Source<'_> {
    fn place(&self, byte: usize) -> Place {
        let before = self.text.get(..byte).unwrap_or(self.text);
        let line = before.rsplit('\n').next().unwrap_or("");
        Place {
            file: self.file.clone(),
            line: before.matches('\n').count() + 1,
            column: line.chars().count() + 1,
        }
    }

    fn table(&self, table: &DeTable<'_>) -> Table {
        let mut entries: Vec<(usize, Entry)> = Vec::new();
        for (key, value) in table {
            let at = key.span().start;
            let entry = Entry {
                key: key.get_ref().to_string(),
                place: self.place(at),
                node: self.node(value),
            };
            entries.push((at, entry));
        }
        entries.sort_by_key(|(at, _)| *at);
        let entries = entries.into_iter().map(|(_, entry)| entry).collect();
        Table { entries }
    }

    fn node(&self, value: &Spanned<DeValue<'_>>) -> Node {
        let read = match value.get_ref() {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(number) => Value::Integer(
                i64::from_str_radix(number.as_str(), number.radix())
                    .map_or_else(|_huge| number.to_string(), |number| number.to_string()),
            ),
            DeValue::Float(number) => Value::Fraction(number.as_str().to_owned()),
            DeValue::Boolean(flag) => Value::Flag(*flag),
            DeValue::Datetime(date) => Value::Date(date.to_string()),
            DeValue::Array(items) => {
                Value::List(items.iter().map(|item| self.node(item)).collect())
            }
            DeValue::Table(table) => Value::Table(self.table(table)),
        };
        Node {
            place: self.place(value.span().start),
            value: read,
        }
    }
}

//! What the reader of definitions asks for, written down while it asks: the keys of each table, what
//! may stand under them, and whether they must be there. It does not know what the keys are.

use crate::definition::node::{Table, Value};
use std::cell::RefCell;

/// What a single value looks like: JSON Schema keywords, and examples as TOML writes them.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Shape {
    pub(crate) schema: serde_json::Value,
    pub(crate) examples: &'static [&'static str],
}

/// What stands under a key.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Form {
    /// Nobody asked more than whether it is there.
    Unknown,
    Single(Shape),
    List(Shape),
    Table,
    Tables,
    /// A table whose keys are names given by its author, each with a list of such values.
    Named(Option<Shape>),
    /// A table whose keys are names given by its author, each with a table.
    NamedTables,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Presence {
    Required,
    Optional,
    Default(Value),
}

/// One key that was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) key: &'static str,
    pub(crate) form: Form,
    pub(crate) presence: Presence,
}

/// One table that was read.
#[derive(Debug)]
pub(crate) struct Visit {
    pub(crate) kind: String,
    pub(crate) present: Vec<String>,
    pub(crate) asked: Vec<Asked>,
}

/// The tables that were read; nothing is written down unless somebody wants it.
#[derive(Debug, Default)]
pub(crate) struct Record(RefCell<Option<Vec<Visit>>>);

impl Record {
    pub(crate) fn wanted() -> Self {
        Self(RefCell::new(Some(Vec::new())))
    }

    pub(crate) fn is_wanted(&self) -> bool {
        self.0.borrow().is_some()
    }

    pub(crate) fn add(&self, visit: Visit) {
        if let Some(visits) = &mut *self.0.borrow_mut() {
            visits.push(visit);
        }
    }

    pub(crate) fn into_visits(self) -> Vec<Visit> {
        self.0.into_inner().unwrap_or_default()
    }
}

/// What is asked of one table; it is written down when the table has been read, however that ended.
#[derive(Debug)]
pub(crate) struct Notes<'a> {
    record: &'a Record,
    kind: String,
    table: &'a Table,
    asked: RefCell<Vec<Asked>>,
}

impl<'a> Notes<'a> {
    pub(crate) fn new(record: &'a Record, kind: &str, table: &'a Table) -> Self {
        Self {
            record,
            kind: kind.to_owned(),
            table,
            asked: RefCell::default(),
        }
    }

    /// Notes a key; the first that says what should stand there counts.
    pub(crate) fn note(
        &self,
        key: &'static str,
        presence: impl FnOnce() -> Presence,
        form: impl FnOnce() -> Form,
    ) {
        if !self.record.is_wanted() {
            return;
        }
        let mut asked = self.asked.borrow_mut();
        let known = asked.iter_mut().find(|asked| asked.key == key);
        let new = || Asked {
            key,
            form: form(),
            presence: presence(),
        };
        match known {
            Some(known) if known.form == Form::Unknown => *known = new(),
            Some(_) => {}
            None => asked.push(new()),
        }
    }

    /// Notes what stands in the lists of a table whose keys are names.
    pub(crate) fn note_items(&self, key: &str, shape: impl Fn() -> Shape) {
        for asked in self.asked.borrow_mut().iter_mut() {
            if asked.key == key && asked.form == Form::Named(None) {
                asked.form = Form::Named(Some(shape()));
            }
        }
    }
}

impl Drop for Notes<'_> {
    fn drop(&mut self) {
        if self.record.is_wanted() {
            let keys = self.table.entries.iter();
            self.record.add(Visit {
                kind: std::mem::take(&mut self.kind),
                present: keys.map(|entry| entry.key.clone()).collect(),
                asked: self.asked.take(),
            });
        }
    }
}

impl Shape {
    /// A text.
    pub(crate) fn text(wanted: &str, examples: &'static [&'static str]) -> Self {
        let schema = serde_json::json!({ "type": "string", "description": wanted });
        Self { schema, examples }
    }

    /// Anything, in words alone.
    pub(crate) fn described(wanted: &str) -> Self {
        let schema = serde_json::json!({ "description": wanted });
        let examples = &[];
        Self { schema, examples }
    }
}

//! Reading one table of an effective definition: asking for a key checks it, explains it and makes
//! it known, so that whatever was never asked for is an unknown key. It does not know which keys
//! there are.

use crate::definition::{
    Place, Problem, defaults,
    explained::Line,
    inherit,
    node::{Entry, Node, Table, Value},
    readable::Readable,
    shape::{Form, Notes, Presence, Record},
    suggest,
};
use std::cell::{Cell, RefCell};

/// What reading a definition brings to light besides its values.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) problems: RefCell<Vec<Problem>>,
    pub(crate) warnings: RefCell<Vec<Problem>>,
    pub(crate) explained: RefCell<Vec<Line>>,
    /// Whether a parent of what is read is missing, so that nothing is said about what it lacks.
    pub(crate) partial: Cell<bool>,
    /// For the schema.
    pub(crate) record: Record,
}

/// One table, while it is read.
#[derive(Debug)]
pub(crate) struct Fields<'a> {
    /// Its kind, which defaults depend on: `stage.deploy`.
    kind: String,
    /// Which one it is, for people: `stage.gamma.deploy`. Empty for the file as a whole.
    path: String,
    pub(crate) place: Place,
    table: &'a Table,
    asked: RefCell<Vec<&'static str>>,
    notes: Notes<'a>,
    report: &'a Report,
}

/// A value and where it was written.
#[derive(Debug, Clone)]
pub(crate) struct At<T> {
    pub(crate) place: Place,
    pub(crate) value: T,
}

static EMPTY: Table = Table {
    entries: Vec::new(),
};

impl Report {
    pub(crate) fn problem(&self, place: &Place, what: impl Into<String>) {
        self.problems.borrow_mut().push(Problem::at(place, what));
    }

    /// Something is not there; unless a missing parent may have it, that is a problem.
    pub(crate) fn absence(&self, place: &Place, what: impl Into<String>) {
        if !self.partial.get() {
            self.problem(place, what);
        }
    }

    pub(crate) fn warning(&self, place: &Place, what: impl Into<String>) {
        self.warnings.borrow_mut().push(Problem::at(place, what));
    }
}

impl<'a> Fields<'a> {
    pub(crate) fn of_file(table: &'a Table, place: Place, report: &'a Report) -> Self {
        Self {
            kind: String::new(),
            path: String::new(),
            place,
            table,
            asked: RefCell::default(),
            notes: Notes::new(&report.record, "", table),
            report,
        }
    }

    pub(crate) fn report(&self) -> &'a Report {
        self.report
    }

    /// What it is called in a message.
    pub(crate) fn subject(&self) -> &str {
        if self.path.is_empty() {
            "the file"
        } else {
            &self.path
        }
    }

    /// Whether the key was written; asking makes it known.
    pub(crate) fn has(&self, key: &'static str) -> bool {
        self.note(key, Presence::Optional, || Form::Unknown);
        self.node(key).is_some()
    }

    /// The place of a key's value, else of the table.
    pub(crate) fn place_of(&self, key: &str) -> &Place {
        self.table.get(key).map_or(&self.place, |node| &node.place)
    }

    /// The value of a key, else its default, else a problem is reported.
    pub(crate) fn get<T: Readable>(&self, key: &'static str) -> Option<T> {
        let default = defaults::of(&join(&self.kind, key));
        if let Some(default) = default {
            return self.or(key, &default);
        }
        self.note(key, Presence::Required, || Form::Single(T::shape()));
        if !self.has(key) {
            self.missing(key, T::WANTED);
        }
        self.value(key)
    }

    /// The value of a key, else the given default.
    pub(crate) fn or<T: Readable>(&self, key: &'static str, default: &Value) -> Option<T> {
        let presence = || Presence::Default(default.clone());
        self.notes.note(key, presence, || Form::Single(T::shape()));
        if self.has(key) {
            return self.value(key);
        }
        self.explain(key, default, None);
        T::read(default).ok()
    }

    /// The value of a key, if it was written.
    pub(crate) fn optional<T: Readable>(&self, key: &'static str) -> Option<T> {
        self.note(key, Presence::Optional, || Form::Single(T::shape()));
        self.value(key)
    }

    fn value<T: Readable>(&self, key: &'static str) -> Option<T> {
        let node = self.node(key)?;
        self.explain(key, &node.value, Some(&node.place));
        self.read(key, node)
    }

    /// The items of a list; empty when it was not written.
    pub(crate) fn list<T: Readable>(&self, key: &'static str) -> Vec<At<T>> {
        self.note(key, Presence::Optional, || Form::List(T::shape()));
        let Some(node) = self.node(key) else {
            return Vec::new();
        };
        self.explain(key, &node.value, Some(&node.place));
        self.items(key, node)
            .iter()
            .filter_map(|item| {
                let value = self.read(key, item)?;
                let place = item.place.clone();
                Some(At { place, value })
            })
            .collect()
    }

    /// A table inside this one; a problem is reported when it is missing.
    pub(crate) fn table(&self, key: &'static str) -> Option<Fields<'a>> {
        self.note(key, Presence::Required, || Form::Table);
        if !self.has(key) {
            self.missing(key, "a table");
        }
        self.table_if_any(key)
    }

    pub(crate) fn optional_table(&self, key: &'static str) -> Option<Fields<'a>> {
        self.note(key, Presence::Optional, || Form::Table);
        self.table_if_any(key)
    }

    fn table_if_any(&self, key: &'static str) -> Option<Fields<'a>> {
        let node = self.node(key)?;
        self.inner(key, &join(&self.path, key), node)
    }

    /// As [`Fields::optional_table`], but a missing table is an empty one: all its keys have
    /// defaults.
    pub(crate) fn table_or_empty(&self, key: &'static str) -> Fields<'a> {
        let kind = join(&self.kind, key);
        self.optional_table(key).unwrap_or_else(|| Fields {
            notes: Notes::new(&self.report.record, &kind, &EMPTY),
            kind,
            path: join(&self.path, key),
            place: self.place.clone(),
            table: &EMPTY,
            asked: RefCell::default(),
            report: self.report,
        })
    }

    /// The tables of a list, each called by its name (or by its place in the list).
    pub(crate) fn tables(&self, key: &'static str) -> Vec<Fields<'a>> {
        self.note(key, Presence::Optional, || Form::Tables);
        let items = self.node(key).map_or(&[][..], |node| self.items(key, node));
        let mut found = Vec::new();
        for (n, item) in items.iter().enumerate() {
            let name =
                inherit::identity(item).map(|(key, name)| if name.is_empty() { key } else { name });
            let name = name.map_or_else(|| (n + 1).to_string(), ToOwned::to_owned);
            found.extend(self.inner(key, &join(&join(&self.path, key), &name), item));
        }
        found
    }

    /// The entries of a table whose keys are names given by its author.
    pub(crate) fn named(&self, key: &'static str) -> &'a [Entry] {
        self.note(key, Presence::Required, || Form::Named(None));
        let Some(node) = self.node(key) else {
            self.missing(key, "a table");
            return &[];
        };
        let Value::Table(table) = &node.value else {
            self.wrong(key, node, "a table");
            return &[];
        };
        for entry in &table.entries {
            let key = join(key, &entry.key);
            self.explain(&key, &entry.node.value, Some(&entry.node.place));
        }
        &table.entries
    }

    /// The tables in a table whose keys are names given by its author, each with its entry.
    pub(crate) fn named_tables(&self, key: &'static str) -> Vec<(&'a Entry, Fields<'a>)> {
        self.note(key, Presence::Optional, || Form::NamedTables);
        let Some(node) = self.node(key) else {
            return Vec::new();
        };
        let Value::Table(table) = &node.value else {
            self.wrong(key, node, "a table");
            return Vec::new();
        };
        let inner = |entry: &'a Entry| {
            let path = join(&join(&self.path, key), &entry.key);
            Some((entry, self.inner(key, &path, &entry.node)?))
        };
        table.entries.iter().filter_map(inner).collect()
    }

    /// Reads the value of one named entry, or one item of a list in it.
    pub(crate) fn read<T: Readable>(&self, key: &str, node: &Node) -> Option<T> {
        self.notes.note_items(key, T::shape);
        let read = T::read(&node.value);
        read.map_err(|why| {
            let path = join(&self.path, key);
            self.report.problem(&node.place, format!("{path} {why}"));
        })
        .ok()
    }

    /// Reports every key that nobody asked for.
    pub(crate) fn finish(&self) {
        let asked = self.asked.borrow();
        for entry in &self.table.entries {
            if !asked.contains(&entry.key.as_str()) {
                let hint = suggest::hint(&entry.key, asked.iter().copied());
                let what = format!("{} has no key `{}`{hint}", self.subject(), entry.key);
                self.report.problem(&entry.place, what);
            }
        }
    }

    fn note(&self, key: &'static str, presence: Presence, form: impl FnOnce() -> Form) {
        self.notes.note(key, || presence, form);
    }

    fn node(&self, key: &'static str) -> Option<&'a Node> {
        let mut asked = self.asked.borrow_mut();
        if !asked.contains(&key) {
            asked.push(key);
        }
        self.table.get(key)
    }

    fn items(&self, key: &str, node: &'a Node) -> &'a [Node] {
        let Value::List(items) = &node.value else {
            self.wrong(key, node, "a list");
            return &[];
        };
        items
    }

    fn inner(&self, key: &str, path: &str, node: &'a Node) -> Option<Fields<'a>> {
        let Value::Table(table) = &node.value else {
            let what = format!("{path} must be a table, not {}", node.value.describe());
            self.report.problem(&node.place, what);
            return None;
        };
        let kind = join(&self.kind, key);
        Some(Fields {
            notes: Notes::new(&self.report.record, &kind, table),
            kind,
            path: path.to_owned(),
            place: node.place.clone(),
            table,
            asked: RefCell::default(),
            report: self.report,
        })
    }

    fn missing(&self, key: &str, wanted: &str) {
        let what = format!("{} needs `{key}`: {wanted}", self.subject());
        self.report.absence(&self.place, what);
    }

    fn wrong(&self, key: &str, node: &Node, wanted: &str) {
        let path = join(&self.path, key);
        let what = format!("{path} must be {wanted}, not {}", node.value.describe());
        self.report.problem(&node.place, what);
    }

    fn explain(&self, key: &str, value: &Value, place: Option<&Place>) {
        let line = Line {
            kind: join(&self.kind, key),
            path: join(&self.path, key),
            value: value.clone(),
            place: place.cloned(),
            protected: None,
        };
        self.report.explained.borrow_mut().push(line);
    }
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() {
        key.to_owned()
    } else {
        format!("{path}.{key}")
    }
}

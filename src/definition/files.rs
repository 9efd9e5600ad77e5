//! The files of a directory of definitions, read and brought into the order of inheritance. It
//! knows `name`, `extends` and `abstract`, and no other key.

use crate::definition::{
    Place, Problem,
    inherit::{identity, inherit},
    node::{self, Node, Table, Value},
    suggest,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    sync::Arc,
};

pub(crate) const ORGANIZATION: &str = "organization.toml";

/// No definition that people write is near this size; a file above it is something else.
const BYTES_MAX: u64 = 1 << 20;

/// A file that is a pipeline.
#[derive(Debug)]
pub(crate) struct Pipeline {
    /// With everything it inherits.
    pub(crate) file: File,
    /// Whether it is one that can run: it is not abstract, and no parent is missing.
    pub(crate) whole: bool,
}

/// One file of pipeline definitions.
#[derive(Debug, Clone)]
pub(crate) struct File {
    /// Where it starts.
    pub(crate) place: Place,
    pub(crate) name: String,
    pub(crate) table: Table,
}

#[derive(Debug, Default)]
pub(crate) struct Files {
    /// By the name that each gives itself.
    by_name: BTreeMap<String, File>,
    /// Files without a name of their own, which nobody can extend.
    others: Vec<File>,
    pub(crate) organization: Option<Table>,
    /// Whether some file could not be read, so that a missing name says nothing.
    pub(crate) incomplete: bool,
}

/// The texts of a directory's definitions and calendars (TOML and iCalendar files), by their names.
pub type Texts = BTreeMap<String, String>;

/// Reads every such file of a directory, with what is wrong with the others.
pub(crate) fn texts(directory: &Path) -> (Texts, Vec<Problem>) {
    let problem = |what: String| vec![Problem::of_directory(directory, what)];
    let names = match names(directory) {
        Ok(names) => names,
        Err(error) => {
            let what = format!("the directory of definitions cannot be read: {error}");
            return (Texts::new(), problem(what));
        }
    };
    if !names.iter().any(|name| is_definition(name)) {
        let what = "there is no definition (*.toml) in it".to_owned();
        return (Texts::new(), problem(what));
    }
    let (mut texts, mut problems) = (Texts::new(), Vec::new());
    for file in names {
        match text(&directory.join(&file)) {
            Ok(text) => drop(texts.insert(file, text)),
            Err(why) => problems.push(Problem::at(&start(&file), why)),
        }
    }
    (texts, problems)
}

fn names(directory: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let is_ours = is_definition(&name) || is_calendar(&name);
        if is_ours && !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort_unstable();
    Ok(names)
}

fn is_definition(name: &str) -> bool {
    ends(name, "toml")
}

pub(crate) fn is_calendar(name: &str) -> bool {
    ends(name, "ics")
}

fn ends(name: &str, with: &str) -> bool {
    let end = Path::new(name).extension();
    end.is_some_and(|end| end == with)
}

pub(crate) fn text(path: &Path) -> Result<String, String> {
    let unreadable = |error: std::io::Error| format!("the file cannot be read: {error}");
    let bytes = fs::metadata(path).map_err(unreadable)?.len();
    if bytes > BYTES_MAX {
        return Err(format!(
            "the file has {bytes} bytes; a definition or a calendar has at most {BYTES_MAX}"
        ));
    }
    fs::read_to_string(path).map_err(unreadable)
}

pub(crate) fn start(file: &str) -> Place {
    Place {
        file: Arc::from(file),
        line: 1,
        column: 1,
    }
}

impl Files {
    /// Makes tables of the texts; `problems` holds what is wrong already.
    pub(crate) fn parse(texts: &Texts, problems: &mut Vec<Problem>) -> Self {
        let mut files = Self {
            incomplete: !problems.is_empty(),
            ..Self::default()
        };
        let definitions = texts.iter().filter(|(file, _)| !is_calendar(file));
        for (file, text) in definitions {
            match node::parse(file, text) {
                Ok(table) => files.add(file, table, problems),
                Err(found) => {
                    files.incomplete = true;
                    problems.extend(found);
                }
            }
        }
        files
    }

    fn add(&mut self, file: &str, table: Table, problems: &mut Vec<Problem>) {
        twins(&table, problems);
        if file == ORGANIZATION {
            self.organization = Some(table);
            return;
        }
        let place = start(file);
        let Some(name) = table.text("name").map(ToOwned::to_owned) else {
            self.incomplete = true;
            let at = table.get("name").map_or(&place, |node| &node.place);
            problems.push(Problem::at(
                at,
                "the file needs `name`: the pipeline's name as a text",
            ));
            let name = String::new();
            self.others.push(File { place, name, table });
            return;
        };
        if let Some(other) = self.by_name.get(&name) {
            let at = table.get("name").map_or(&place, |node| &node.place);
            let what = format!(
                "{name} is defined twice; the first is in {}",
                other.place.file
            );
            problems.push(Problem::at(at, what));
            self.others.push(File { place, name, table });
            return;
        }
        self.by_name
            .insert(name.clone(), File { place, name, table });
    }

    /// Every file that is a pipeline; and for their own problems only every one whose parents cannot
    /// be told, and every abstract one that no pipeline inherits from.
    pub(crate) fn pipelines(&self, problems: &mut Vec<Problem>) -> Vec<Pipeline> {
        let inherited = self.inherited();
        let mut pipelines = Vec::new();
        for file in self.by_name.values() {
            let (table, whole) = self.effective(file, &mut vec![file], problems);
            if whole && file.is_abstract() && inherited.contains(file.name.as_str()) {
                continue;
            }
            let whole = whole && !file.is_abstract();
            let file = File {
                table,
                ..file.clone()
            };
            pipelines.push(Pipeline { file, whole });
        }
        let others = self.others.iter().cloned();
        pipelines.extend(others.map(|file| Pipeline { file, whole: false }));
        pipelines
    }

    /// The names of all that some pipeline inherits from.
    fn inherited(&self) -> BTreeSet<&str> {
        let pipelines = self.by_name.values().filter(|file| !file.is_abstract());
        let mut next: Vec<&File> = pipelines.collect();
        let mut inherited = BTreeSet::new();
        while let Some(file) = next.pop() {
            let parent = file.table.text("extends");
            let parent = parent.and_then(|parent| self.by_name.get(parent));
            next.extend(parent.filter(|parent| inherited.insert(parent.name.as_str())));
        }
        inherited
    }

    /// The line of files that ends with a whole pipeline, from its eldest parent: each with what it
    /// inherits. Empty when it has no parent.
    pub(crate) fn line(&self, name: &str) -> Vec<(&File, Table)> {
        let mut line = Vec::new();
        let mut next = self.by_name.get(name);
        while let Some(file) = next {
            line.push(file);
            let parent = file.table.text("extends");
            next = parent.and_then(|parent| self.by_name.get(parent));
        }
        let mut levels: Vec<(&File, Table)> = Vec::new();
        for file in line.into_iter().rev() {
            let table = match levels.last() {
                Some((_, inherited)) => inherit(inherited, &file.table),
                None => file.table.clone(),
            };
            levels.push((file, table));
        }
        levels
    }

    /// The table of a file with everything it inherits, and whether that is all of it.
    /// `line` holds the files from the first child to this one.
    fn effective<'a>(
        &'a self,
        file: &'a File,
        line: &mut Vec<&'a File>,
        problems: &mut Vec<Problem>,
    ) -> (Table, bool) {
        let own = |whole| (file.table.clone(), whole);
        let Some(Node { place, value }) = file.table.get("extends") else {
            return own(true);
        };
        // Anything but a text is a problem that its reader reports.
        let Value::Text(parent) = value else {
            return own(false);
        };
        if let Some(known) = line.iter().position(|known| known.name == *parent) {
            // Every file of the circle sees it and says so at its own place.
            if known == 0 {
                let circle = line.iter().chain(line.first());
                let circle: Vec<String> = circle
                    .map(|file| format!("{} ({})", file.name, file.place.file))
                    .collect();
                let what = format!(
                    "the files extend each other in a circle: {}",
                    circle.join(" -> ")
                );
                problems.push(Problem::at(place, what));
            }
            return own(false);
        }
        let Some(parent) = self.by_name.get(parent) else {
            if !self.incomplete {
                let known = self.by_name.keys().map(String::as_str);
                let hint = suggest::hint(parent, known.filter(|name| *name != file.name));
                let what = format!("there is no definition {parent} to extend{hint}");
                problems.push(Problem::at(place, what));
            }
            return own(false);
        };
        line.push(parent);
        let (inherited, whole) = self.effective(parent, line, problems);
        (inherit(&inherited, &file.table), whole)
    }
}

impl File {
    /// Whether it is only a parent for others.
    fn is_abstract(&self) -> bool {
        let says = self.table.get("abstract").map(|node| &node.value);
        matches!(says, Some(Value::Flag(true)))
    }
}

/// Reports things of one list that have the same name, before a merge would make one of them.
fn twins(table: &Table, problems: &mut Vec<Problem>) {
    for entry in &table.entries {
        match &entry.node.value {
            Value::Table(inner) => twins(inner, problems),
            Value::List(items) => {
                for (n, item) in items.iter().enumerate() {
                    if let Value::Table(inner) = &item.value {
                        twins(inner, problems);
                    }
                    let same = |other: &&Node| identity(other) == identity(item);
                    let first = items[..n].iter().find(same);
                    if let (Some((key, name)), Some(first)) = (identity(item), first) {
                        let name = if name.is_empty() { key } else { name };
                        let what = format!(
                            "{} {name} is there twice; the first is at {}",
                            entry.key, first.place
                        );
                        problems.push(Problem::at(&item.place, what));
                    }
                }
            }
            Value::Text(_)
            | Value::Integer(_)
            | Value::Fraction(_)
            | Value::Flag(_)
            | Value::Date(_) => {}
        }
    }
}

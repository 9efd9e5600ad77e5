//! What a parent protects and its children must not loosen (DESIGN.md 4). It goes down a line of
//! files from the eldest; which way a value may go is `loosening`.

use crate::definition::{
    Place,
    explained::Line,
    fields::Report,
    loosening::{Direction, Topic, rule},
    node::{Node, Table, Value},
    readable::Readable,
};
use std::collections::BTreeMap;

/// One file of a line of inheritance, with everything that holds at its level.
#[derive(Debug)]
pub(crate) struct Generation {
    /// Where the file starts.
    pub(crate) place: Place,
    /// What it protects from here on, and where it says so.
    pub(crate) protects: Vec<(Topic, Place)>,
    pub(crate) lines: Vec<Line>,
}

/// What a file itself protects. Anything that cannot be read is reported by its reader.
pub(crate) fn topics(table: &Table) -> Vec<(Topic, Place)> {
    let Some(Value::List(items)) = table.get("protected").map(|node| &node.value) else {
        return Vec::new();
    };
    let topic = |item: &Node| {
        let topic = Topic::read(&item.value).ok()?;
        Some((topic, item.place.clone()))
    };
    items.iter().filter_map(topic).collect()
}

/// Reports each value that is looser than its parent's although that is protected. Says where
/// each value of the youngest file is protected, by its path.
pub(crate) fn judge<'a>(
    line: impl IntoIterator<Item = &'a Generation>,
    report: &Report,
) -> BTreeMap<String, Place> {
    let mut guards: BTreeMap<Topic, &Place> = BTreeMap::new();
    let mut guarded = BTreeMap::new();
    let mut parent: Option<&Generation> = None;
    for child in line {
        let lines = child.lines.iter();
        let now: BTreeMap<&str, &Line> = lines.map(|line| (&*line.path, line)).collect();
        for old in parent.iter().flat_map(|parent| &parent.lines) {
            let Some((Some(topic), direction)) = rule(&old.kind) else {
                continue;
            };
            let Some(guard) = guards.get(&topic) else {
                continue;
            };
            let new = now.get(old.path.as_str()).copied();
            guarded
                .entry(old.path.clone())
                .or_insert_with(|| Place::clone(guard));
            if direction.is_left(&old.value, new.map(|line| &line.value)) {
                let place = new.and_then(|line| line.place.as_ref());
                let place = place.unwrap_or(&child.place);
                report.problem(place, complaint(old, new, direction, (topic, guard)));
            }
        }
        for (topic, place) in &child.protects {
            guards.entry(*topic).or_insert(place);
        }
        parent = Some(child);
    }
    guarded
}

fn complaint(
    old: &Line,
    new: Option<&Line>,
    direction: Direction,
    (topic, guard): (Topic, &Place),
) -> String {
    let new = new.map_or("missing".to_owned(), |new| new.value.to_string());
    let wrote = match &old.place {
        Some(place) => format!("{} from {place}", old.value),
        None => format!("{}, the default", old.value),
    };
    format!(
        "{} is {new}, {} {wrote}; {guard} protects {topic}: {}, or leave the key out",
        old.path,
        direction.against(),
        direction.wanted(&old.value)
    )
}

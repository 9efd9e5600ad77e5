//! What a change of the files changes: pipeline by pipeline, value by value, with what is loosened
//! by it. It compares what was read and knows nothing of what runs.

use crate::{
    definition::{explained::Line, inherit, loosening, reading::Read},
    model::{Definition, Difference, PipelineName, Redefinition, RedefinitionKind},
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What becomes of everything that texts define.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The pipelines that do not stay as they are, by name.
    pub pipelines: Vec<Redefinition>,
    /// What differs for the organization as a whole: groups, shared alarms.
    pub organization: Vec<Difference>,
}

impl Comparison {
    pub(crate) fn of(old: Read, new: Read) -> Self {
        let by_name = |read: Vec<(Definition, Vec<Line>)>| {
            let each = read.into_iter();
            each.map(|each| (each.0.name.clone(), each))
                .collect::<BTreeMap<_, _>>()
        };
        let organization = diff(&old.organization_lines, &new.organization_lines);
        let (old, new) = (by_name(old.pipelines), by_name(new.pipelines));
        let names: BTreeSet<&PipelineName> = old.keys().chain(new.keys()).collect();
        let change = |name: &PipelineName| {
            let (change, differences) = match (old.get(name), new.get(name)) {
                (Some(old), Some(new)) if old.0.digest == new.0.digest => return None,
                (Some(old), Some(new)) => (RedefinitionKind::Changed, diff(&old.1, &new.1)),
                (Some(_), None) => (RedefinitionKind::Gone, Vec::new()),
                (None, _) => (RedefinitionKind::New, Vec::new()),
            };
            Some(Redefinition {
                pipeline: name.clone(),
                change,
                differences,
            })
        };
        Self {
            pipelines: names.into_iter().filter_map(change).collect(),
            organization,
        }
    }
}

/// The values that differ, in the order of the new ones, and then those that are gone.
fn diff(old: &[Line], new: &[Line]) -> Vec<Difference> {
    let before: BTreeMap<&str, &Line> = old.iter().map(|line| (&*line.path, line)).collect();
    let now: BTreeSet<&str> = new.iter().map(|line| &*line.path).collect();
    let counts = |line: &&Line| !inherit::OWN.contains(&line.kind.as_str());
    let written = new.iter().filter(counts).filter_map(|line| {
        let old = before.get(line.path.as_str()).copied();
        let same = old.is_some_and(|old| old.value.to_string() == line.value.to_string());
        (!same).then(|| difference(old, Some(line)))
    });
    let gone = old.iter().filter(counts);
    let gone = gone.filter(|line| !now.contains(line.path.as_str()));
    written
        .chain(gone.map(|line| difference(Some(line), None)))
        .flatten()
        .collect()
}

fn difference(old: Option<&Line>, new: Option<&Line>) -> Option<Difference> {
    let line = new.or(old)?;
    // The defaults of a thing that comes or goes say nothing that its own keys do not.
    if line.place.is_none() && (old.is_none() || new.is_none()) {
        return None;
    }
    let loosens = old.is_some_and(|old| {
        let rule = loosening::rule(&old.kind);
        rule.is_some_and(|(_, direction)| direction.is_left(&old.value, new.map(|new| &new.value)))
    });
    let text = |line: &Line| line.value.to_string();
    let place = line.place.as_ref();
    Some(Difference {
        path: line.path.clone(),
        old: old.map(text),
        new: new.map(text),
        place: place.map(|place| format!("{}:{}", place.file, place.line)),
        loosens,
    })
}

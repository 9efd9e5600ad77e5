//! What a child takes from its parent: everything it does not say itself. Tables merge by key,
//! lists of named things by name, other lists are replaced. The one place where two files meet; it
//! does not know what the keys mean.

use crate::definition::node::{Entry, Node, Table, Value};

/// Keys that say something about a file, not about the pipeline, and so are never inherited.
pub(crate) const OWN: [&str; 4] = ["name", "extends", "abstract", "protected"];

/// The keys by which an item of a list is known, so that a child can speak of the same one.
const NAMING: [&str; 3] = ["name", "test", "manual"];

/// The effective table of a child file.
pub(crate) fn inherit(parent: &Table, child: &Table) -> Table {
    let inherited = parent.entries.iter().filter(|entry| !is_own(entry));
    let parent = Table {
        entries: inherited.cloned().collect(),
    };
    merge_tables(&parent, child)
}

fn is_own(entry: &Entry) -> bool {
    OWN.contains(&entry.key.as_str())
}

fn merge_tables(parent: &Table, child: &Table) -> Table {
    let mut entries = parent.entries.clone();
    for own in &child.entries {
        match entries.iter_mut().find(|entry| entry.key == own.key) {
            Some(entry) => {
                *entry = Entry {
                    node: merge(&entry.node, &own.node),
                    ..own.clone()
                }
            }
            None => entries.push(own.clone()),
        }
    }
    Table { entries }
}

fn merge(parent: &Node, child: &Node) -> Node {
    let value = match (&parent.value, &child.value) {
        (Value::Table(parent), Value::Table(child)) => Value::Table(merge_tables(parent, child)),
        (Value::List(parent), Value::List(child)) => match merge_lists(parent, child) {
            Some(items) => Value::List(items),
            None => Value::List(child.clone()),
        },
        (_, replaced) => replaced.clone(),
    };
    Node {
        place: child.place.clone(),
        value,
    }
}

/// None when some item has no name, so that there is nothing to merge by.
fn merge_lists(parent: &[Node], child: &[Node]) -> Option<Vec<Node>> {
    let names: Vec<_> = parent.iter().map(identity).collect::<Option<_>>()?;
    let mut items = parent.to_vec();
    for own in child {
        let identity = identity(own)?;
        match names.iter().position(|name| *name == identity) {
            Some(same) => items[same] = merge(&items[same], own),
            None => items.push(own.clone()),
        }
    }
    Some(items)
}

/// The key and the text by which an item is known. A workflow has at most one bake, which needs
/// no name.
pub(crate) fn identity(item: &Node) -> Option<(&'static str, &str)> {
    let Value::Table(table) = &item.value else {
        return None;
    };
    let named = NAMING
        .into_iter()
        .find_map(|key| Some((key, table.text(key)?)));
    named.or_else(|| table.get("bake").map(|_rule| ("bake", "")))
}

#[cfg(test)]
mod tests;

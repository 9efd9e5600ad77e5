//! The laws of inheritance, over random files that agree on what each key is: a value, a plain list,
//! a table or a list of named tables.

use super::{OWN, inherit};
use crate::definition::{
    Place,
    node::{Entry, Node, Table, Value},
};
use proptest::{collection::btree_map, prelude::*};
use std::{collections::BTreeMap, sync::Arc};

/// What a random file says, before it has a place. The first letter of a key tells what it is.
type Said = BTreeMap<String, Word>;

#[derive(Debug, Clone)]
enum Word {
    Text(u8),
    Plain(Vec<u8>),
    Table(Said),
    Named(Vec<(u8, Said)>),
}

fn said(depth: u32) -> BoxedStrategy<Said> {
    let value = (0..4_u8, 0..9_u8).prop_map(|(key, value)| (format!("v{key}"), Word::Text(value)));
    let plain = (0..2_u8, prop::collection::vec(0..9_u8, 0..3))
        .prop_map(|(key, items)| (format!("p{key}"), Word::Plain(items)));
    let entry = if depth == 0 {
        prop_oneof![value, plain].boxed()
    } else {
        let table = (0..2_u8, said(depth - 1))
            .prop_map(|(key, table)| (format!("t{key}"), Word::Table(table)));
        let items = btree_map(0..5_u8, said(depth - 1), 0..4);
        let named = (0..2_u8, items, any::<bool>()).prop_map(|(key, items, backwards)| {
            let mut items: Vec<_> = items.into_iter().collect();
            if backwards {
                items.reverse();
            }
            (format!("n{key}"), Word::Named(items))
        });
        prop_oneof![value, plain, table, named].boxed()
    };
    prop::collection::vec(entry, 0..5)
        .prop_map(|entries| entries.into_iter().collect())
        .boxed()
}

/// As `node::parse` would make it of a file with that name, which is said in every place.
fn file(name: &str, said: &Said) -> Table {
    let own = OWN.map(|key| (key, name));
    let mut table = table(name, said);
    let own = own.map(|(key, text)| entry(name, key, Value::Text(text.to_owned())));
    table.entries.splice(0..0, own);
    table
}

fn table(name: &str, said: &Said) -> Table {
    let value = |word: &Word| match word {
        Word::Text(text) => Value::Text(format!("{text} of {name}")),
        Word::Plain(items) => {
            let text = |item: &u8| node(name, Value::Text(item.to_string()));
            Value::List(items.iter().map(text).collect())
        }
        Word::Table(inner) => Value::Table(table(name, inner)),
        Word::Named(items) => Value::List(items.iter().map(|item| named(name, item)).collect()),
    };
    let entries = said.iter().map(|(key, word)| entry(name, key, value(word)));
    Table {
        entries: entries.collect(),
    }
}

fn named(file: &str, (item, said): &(u8, Said)) -> Node {
    let mut inner = table(file, said);
    let naming = ["name", "test", "manual"][usize::from(*item) % 3];
    let name = Value::Text(format!("item {item}"));
    inner.entries.insert(0, entry(file, naming, name));
    node(file, Value::Table(inner))
}

fn entry(file: &str, key: &str, value: Value) -> Entry {
    let node = node(file, value);
    Entry {
        key: key.to_owned(),
        place: node.place.clone(),
        node,
    }
}

fn node(file: &str, value: Value) -> Node {
    let place = Place {
        file: Arc::from(file),
        line: 1,
        column: 1,
    };
    Node { place, value }
}

/// Everything but the keys that are a file's own.
fn inherited(table: &Table) -> Table {
    let entries = table.entries.iter();
    let entries = entries.filter(|entry| !OWN.contains(&entry.key.as_str()));
    Table {
        entries: entries.cloned().collect(),
    }
}

/// Values and places, as one text.
fn whole(table: &Table) -> String {
    format!("{:#?}", inherited(table))
}

fn values(table: &Table) -> String {
    Value::Table(inherited(table)).to_string()
}

/// What a child makes of what its parent says under the same key.
fn check(parent: Option<&Node>, child: Option<&Node>, merged: &Node) {
    match (
        parent.map(|node| &node.value),
        child.map(|node| &node.value),
    ) {
        (Some(Value::Table(parent)), Some(Value::Table(child))) => {
            let Value::Table(merged) = &merged.value else {
                panic!("{merged:?}");
            };
            check_tables(parent, child, merged);
        }
        (Some(Value::List(old)), Some(Value::List(new))) => {
            let Value::List(merged) = &merged.value else {
                panic!("{merged:?}");
            };
            let is_named = |node: &Node| super::identity(node).is_some();
            if old.iter().all(is_named) && new.iter().all(is_named) {
                check_named(old, new, merged);
            } else {
                assert_eq!(format!("{merged:?}"), format!("{new:?}"), "replaced");
            }
        }
        (_, Some(_)) => assert_eq!(format!("{merged:?}"), format!("{:?}", child.unwrap())),
        (Some(_), None) => assert_eq!(format!("{merged:?}"), format!("{:?}", parent.unwrap())),
        (None, None) => panic!("{merged:?} comes from nowhere"),
    }
}

fn check_tables(parent: &Table, child: &Table, merged: &Table) {
    for entry in &merged.entries {
        check(parent.get(&entry.key), child.get(&entry.key), &entry.node);
    }
    for entry in parent.entries.iter().chain(&child.entries) {
        assert!(merged.get(&entry.key).is_some(), "{} is lost", entry.key);
    }
}

/// The parent's items in the parent's order, then the child's new ones in the child's.
fn check_named(old: &[Node], new: &[Node], merged: &[Node]) {
    let find = |items: &'_ [Node], item: &Node| {
        let same = |other: &&Node| super::identity(other) == super::identity(item);
        items.iter().find(same).cloned()
    };
    let added = new.iter().filter(|item| find(old, item).is_none());
    let order: Vec<_> = old.iter().chain(added).map(super::identity).collect();
    assert_eq!(
        merged.iter().map(super::identity).collect::<Vec<_>>(),
        order
    );
    for item in merged {
        check(find(old, item).as_ref(), find(new, item).as_ref(), item);
    }
}

proptest! {
    #[test]
    fn a_child_that_says_nothing_is_its_parent(parent in said(2)) {
        let parent = file("parent", &parent);
        let child = file("child", &Said::new());
        let merged = inherit(&parent, &child);
        prop_assert_eq!(whole(&merged), whole(&parent));
        for key in OWN {
            prop_assert_eq!(merged.text(key), child.text(key));
        }
    }

    #[test]
    fn a_child_that_says_the_same_is_its_parent(parent in said(2)) {
        let once = file("parent", &parent);
        prop_assert_eq!(whole(&inherit(&once, &once)), whole(&once));
        let merged = inherit(&once, &table("parent", &parent));
        prop_assert_eq!(values(&merged), values(&once));
    }

    #[test]
    fn it_does_not_matter_which_two_meet_first(a in said(2), b in said(2), c in said(2)) {
        let (a, b, c) = (file("a", &a), file("b", &b), file("c", &c));
        let stepwise = inherit(&inherit(&a, &b), &c);
        let other_way = inherit(&a, &inherit(&b, &c));
        prop_assert_eq!(whole(&stepwise), whole(&other_way));
    }

    #[test]
    fn a_child_wins_by_key_and_by_name_and_loses_nothing(parent in said(2), child in said(2)) {
        let (parent, child) = (file("parent", &parent), file("child", &child));
        let merged = inherit(&parent, &child);
        check_tables(&inherited(&parent), &inherited(&child), &inherited(&merged));
    }
}

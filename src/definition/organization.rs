//! `organization.toml`: who is in which group.

use crate::{
    definition::{
        Place,
        fields::{Fields, Report},
        node::{Table, Value},
        readable::Readable,
    },
    model::{Actor, GroupName},
};
use std::collections::BTreeMap;

pub(crate) fn groups(
    table: &Table,
    place: Place,
    report: &Report,
) -> BTreeMap<GroupName, Vec<Actor>> {
    let fields = Fields::of_file(table, place, report);
    let mut groups = BTreeMap::new();
    for entry in fields.named("groups") {
        let name = GroupName::read(&Value::Text(entry.key.clone())).map_err(|why| {
            report.problem(&entry.place, format!("groups.{} {why}", entry.key));
        });
        let Value::List(items) = &entry.node.value else {
            let what = format!("groups.{} must be a list of login names", entry.key);
            report.problem(&entry.node.place, what);
            continue;
        };
        let mut members: Vec<Actor> = Vec::new();
        for item in items {
            match fields.read::<Actor>("groups", item) {
                Some(member) if members.contains(&member) => {
                    let what = format!("{member} is in {} twice", entry.key);
                    report.problem(&item.place, what);
                }
                member => members.extend(member),
            }
        }
        groups.extend(name.ok().map(|name| (name, members)));
    }
    fields.finish();
    groups
}

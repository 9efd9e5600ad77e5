//! The approval workflow of a stage: tests, a bake, people. Somebody must be able to say yes, or
//! the definition is wrong (DESIGN.md 5, rule 4).

use crate::{
    definition::{fields::Fields, readable::Limit, source, stage::Surroundings, suggest},
    model::{BakeRule, Gate, GroupName, Manual},
};

pub(crate) fn gates(stage: &Fields<'_>, around: &Surroundings<'_>) -> Vec<Gate> {
    let steps = stage.tables("approval");
    let gates = steps.iter().filter_map(|fields| {
        let gate = gate(fields, around);
        fields.finish();
        gate
    });
    gates.collect()
}

fn gate(fields: &Fields<'_>, around: &Surroundings<'_>) -> Option<Gate> {
    match (fields.has("test"), fields.has("bake"), fields.has("manual")) {
        (true, false, false) => source::test(fields, "test").map(Gate::Test),
        (false, true, false) => {
            let time = source::positive(fields, "bake");
            let points = fields.optional("data_points").unwrap_or(0);
            Some(Gate::Bake(BakeRule {
                time: time?,
                points,
            }))
        }
        (false, false, true) => manual(fields, around).map(Gate::Manual),
        _ => {
            let what = format!(
                "{} must be one of {{ test = ... }}, {{ bake = ... }}, {{ manual = ... }}",
                fields.subject()
            );
            fields.report().problem(&fields.place, what);
            None
        }
    }
}

fn manual(fields: &Fields<'_>, around: &Surroundings<'_>) -> Option<Manual> {
    let name: Option<String> = fields.get("manual");
    let from: Option<GroupName> = fields.optional("from");
    let count = fields.get("count");
    let not_author = fields.get("not_author");
    let undo = fields.get("undo");
    let expires: Option<Limit> = fields.get("expires");
    let yield_after: Option<Limit> = fields.get("yield_after");
    let manual = Manual {
        name: name?,
        from,
        count: count?,
        not_author: not_author?,
        undo: undo?,
        expires: expires?.0,
        yield_after: yield_after?.0,
    };
    if manual.count == 0 {
        let what = format!("{}.count must be at least 1", fields.subject());
        fields.report().problem(fields.place_of("count"), what);
    }
    if manual.expires.is_some_and(|expires| expires <= manual.undo) {
        let what = format!(
            "{}.expires must be longer than {}, its undo: an approval would expire before it takes effect",
            fields.subject(),
            manual.undo
        );
        fields.report().problem(fields.place_of("expires"), what);
    }
    if let (Some(group), Some(groups)) = (&manual.from, around.groups) {
        match groups.get(group) {
            None => {
                let hint = suggest::hint(group.as_str(), groups.keys().map(GroupName::as_str));
                let what = format!("there is no group {group} in organization.toml{hint}");
                fields.report().problem(fields.place_of("from"), what);
            }
            Some(members) => enough(fields, &manual, group, members.len()),
        }
    }
    Some(manual)
}

fn enough(fields: &Fields<'_>, manual: &Manual, group: &GroupName, members: usize) {
    let needed = usize::try_from(manual.count).unwrap_or(usize::MAX);
    let people = |n: usize| match n {
        0 => "no member".to_owned(),
        1 => "1 member".to_owned(),
        n => format!("{n} members"),
    };
    if members < needed {
        let what = format!(
            "{} asks for {needed} of {group}, which has {}: nobody could ever pass it",
            fields.subject(),
            people(members)
        );
        fields.report().problem(fields.place_of("from"), what);
    } else if manual.not_author && members == needed {
        let what = format!(
            "{} asks for all of {group} ({}) and not the author: a change by one of them cannot pass",
            fields.subject(),
            people(members)
        );
        fields.report().warning(fields.place_of("from"), what);
    }
}

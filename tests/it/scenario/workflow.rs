//! Edits of a stage's approval workflow, and tickets, as scenarios write them.

use super::name;
use crate::world::World;
use pilothouse::model::*;
use std::fmt::Write as _;

/// `tests load+security soak`: load and security side by side, then soak, then whatever the stage
/// had that is no test.
pub(super) fn tests(stage: &mut Stage, groups: &[&str]) {
    stage.approval.retain(|gate| !matches!(gate, Gate::Test(_)));
    let gates = groups.iter().flat_map(|group| {
        let parallel = group.contains('+');
        group.split('+').map(move |name| Test {
            name: name.to_owned(),
            run: Run::Argv(vec!["./test".to_owned()]),
            timeout: Span::minutes(30),
            parallel,
        })
    });
    stage.approval.splice(0..0, gates.map(Gate::Test));
}

/// `asks count 2 undo 10s expires never yield_after 4h`: changes what the stage asks people for.
pub(super) fn asks(stage: &mut Stage, settings: &[&str]) {
    let manual = stage.approval.iter_mut().find_map(|gate| match gate {
        Gate::Manual(manual) => Some(manual),
        Gate::Test(_) | Gate::Bake(_) | Gate::Coverage(_) => None,
    });
    let manual = manual.unwrap();
    let limit = |text: &str| (text != "never").then(|| text.parse().unwrap());
    for setting in settings.chunks(2) {
        match setting {
            ["count", count] => manual.count = count.parse().unwrap(),
            ["undo", span] => manual.undo = span.parse().unwrap(),
            ["expires", span] => manual.expires = limit(span),
            ["yield_after", span] => manual.yield_after = limit(span),
            other => panic!("not a setting of an approval: {other:?}"),
        }
    }
}

/// `acknowledge`, `assign li`, `resolve`, `note`.
pub(super) fn action(words: &[&str]) -> TicketAction {
    match words {
        ["acknowledge"] => TicketAction::Acknowledge,
        ["assign", to] => TicketAction::Assign(name(to)),
        ["resolve"] => TicketAction::Resolve,
        ["note"] => TicketAction::Note,
        other => panic!("nothing to do with a ticket: {other:?}"),
    }
}

/// Every ticket there is, as far as anybody still knows.
pub(super) fn tickets(world: &World) -> String {
    let mut text = String::new();
    for ticket in world.pipeline.guards.tickets.values() {
        let state = if ticket.is_open() { "open" } else { "resolved" };
        let again = ticket.again.map_or(0, |(times, _)| times);
        let hands = ticket.hands();
        writeln!(
            text,
            "  {} {state}, again {again}, {hands}: {}",
            ticket.id, ticket.title
        )
        .unwrap();
        for note in &ticket.notes {
            writeln!(text, "    {} by {}", note.text, note.by).unwrap();
        }
    }
    text
}

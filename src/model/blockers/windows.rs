//! Closed windows as blockers (DESIGN.md 5, rule 5). The rules themselves are in `model::window`.

use crate::model::{
    Blocker, BlockerId, BlockerKind, Clears, Definition, Passage, Region, Stage, Time, Window,
};

/// Closed windows, one blocker per window and distinct moment of closing.
pub(super) fn of(
    definition: &Definition,
    stage: &Stage,
    regions: &[&Region],
    now: Time,
) -> Vec<Blocker> {
    let mut found: Vec<Blocker> = Vec::new();
    for window in stage
        .windows
        .iter()
        .filter_map(|name| definition.window(name))
    {
        for region in regions {
            let Some(closed) = closed(window, region, now) else {
                continue;
            };
            let known = |b: &Blocker| b.id == closed.id && b.since == closed.since;
            if !found.iter().any(known) {
                found.push(closed);
            }
        }
    }
    found
}

/// The window as a blocker, when it is closed in the region's time zone. Deny beats allow.
fn closed(window: &Window, region: &Region, now: Time) -> Option<Blocker> {
    let zone = region.time_zone;
    let denied = window.deny.as_ref().filter(|deny| deny.is_open(now, zone));
    let outside = window
        .allow
        .as_ref()
        .filter(|allow| !allow.is_open(now, zone));
    let (rule, text) = match (denied, outside) {
        (Some(deny), _) => (deny, format!("denies {deny}")),
        (None, Some(allow)) => (allow, format!("allows {allow}")),
        (None, None) => return None,
    };
    let next = rule.next_change(now, zone);
    Some(Blocker {
        id: BlockerId(format!("window/{}", window.name)),
        kind: BlockerKind::Window,
        since: rule.unchanged_since(now, zone),
        region: Some(region.name.clone()),
        why: format!("window {} {text} ({zone})", window.name),
        clears: next.map_or_else(
            || Clears::When("its rule is changed".to_owned()),
            Clears::At,
        ),
        passage: Passage::Override,
        overridden: None,
    })
}

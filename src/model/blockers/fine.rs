//! What was looked at and does not stand in the way: the other half of the list of blockers, so that
//! a person sees what was checked and need not check it again.

use crate::model::{
    AlarmLevel, Attempt, Blocker, BlockerKind, Candidate, Definition, Pipeline, Region, Stage,
    StageName, Time,
};

/// Something that was checked and is fine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fine {
    /// The blocker that it would be otherwise.
    pub kind: BlockerKind,
    pub what: String,
}

/// What is fine about a candidate, given everything that is not.
pub fn fine(
    pipeline: &Pipeline,
    now: Time,
    candidate: Candidate<'_>,
    found: &[Blocker],
) -> Vec<Fine> {
    let Some(definition) = pipeline.in_force(candidate.stage) else {
        return Vec::new();
    };
    let none = |kinds: &[BlockerKind]| !found.iter().any(|blocker| kinds.contains(&blocker.kind));
    let fine = |kind: BlockerKind, what: String| Fine { kind, what };
    let mut list = Vec::new();
    let before = definition
        .columns()
        .take_while(|column| column != candidate.stage)
        .last();
    let release = candidate.release;
    if let Some(before) = before.filter(|_| none(&[BlockerKind::NotApproved])) {
        let what = if before == StageName::source() {
            format!("{release} was cut from the branch")
        } else {
            format!("{release} has passed {before}")
        };
        list.push(fine(BlockerKind::NotApproved, what));
    }
    let occupied = pipeline
        .stage(candidate.stage)
        .is_some_and(|state| state.attempt.iter().any(Attempt::is_active));
    if !occupied && none(&[BlockerKind::Busy]) {
        let what = format!("{} is free", candidate.stage);
        list.push(fine(BlockerKind::Busy, what));
    }
    if *candidate.stage == StageName::build() && none(&[BlockerKind::Review]) {
        list.push(fine(
            BlockerKind::Review,
            "the review rule is met".to_owned(),
        ));
    }
    if let Some(stage) = definition.stage(candidate.stage) {
        list.extend(windows(definition, stage, now, found));
        list.extend(alarms(pipeline, definition, stage));
    }
    if none(&[BlockerKind::Hold, BlockerKind::Drain]) {
        list.push(fine(BlockerKind::Hold, "nobody holds it".to_owned()));
    }
    if none(&[BlockerKind::Quarantine, BlockerKind::Rejected]) {
        let what = format!("{release} is neither in quarantine nor rejected here");
        list.push(fine(BlockerKind::Quarantine, what));
    }
    list
}

/// Windows that are open in every region, or that no blocker speaks of.
fn windows<'a>(
    definition: &'a Definition,
    stage: &'a Stage,
    now: Time,
    found: &'a [Blocker],
) -> impl Iterator<Item = Fine> + 'a {
    let named = stage.windows.iter();
    let windows = named.filter_map(|name| definition.window(name));
    let blocked = |name: &str| {
        let of = |blocker: &Blocker| blocker.id.0.rsplit('/').next() == Some(name);
        let kinds = [BlockerKind::Window, BlockerKind::Quota];
        found.iter().any(|b| kinds.contains(&b.kind) && of(b))
    };
    let fine = windows.filter(move |window| !blocked(window.name.as_str()));
    fine.map(move |window| {
        let change = |region: &Region| window.next_change(now, region.time_zone);
        let closes = stage.regions.iter().filter_map(change).min();
        let until = closes.map_or_else(String::new, |at| {
            format!(", closes in {}", at.since(now).short())
        });
        Fine {
            kind: BlockerKind::Window,
            what: format!("window {} is open{until}", window.name),
        }
    })
}

fn alarms(pipeline: &Pipeline, definition: &Definition, stage: &Stage) -> Option<Fine> {
    let watching = definition.alarms_of(stage);
    let ok = watching.iter().filter(|alarm| {
        let state = pipeline.alarms.get(&alarm.name);
        state.is_some_and(|state| state.level == AlarmLevel::Ok)
    });
    let (ok, all) = (ok.count(), watching.len());
    (ok > 0).then(|| Fine {
        kind: BlockerKind::Alarm,
        what: format!("{ok} of {all} alarms ok"),
    })
}

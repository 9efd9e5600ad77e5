//! What an approver weighs: what the release brings, what it has behind it, where it goes on to and
//! when, and how long the approval can be taken back.

use crate::engine::draft::Draft;
use crate::engine::plan::describe::weigh::{fact, standing};
use crate::model::{
    Actor, AlarmLevel, Attempt, Clears, GateState, PlanFact, ReleaseId, Speaks, Stage, StageName,
    Topic, Verdict, few, tally,
};
use std::collections::BTreeSet;

pub(in crate::engine::plan) fn approve(
    before: &Draft<'_>,
    after: &Draft<'_>,
    by: &Actor,
    verdict: &Verdict,
) -> Vec<PlanFact> {
    let Some(definition) = before.definition() else {
        return Vec::new();
    };
    let release = verdict.release;
    let stages = definition.stages.iter();
    let later: Vec<&Stage> = stages
        .skip_while(|stage| stage.name != verdict.stage)
        .skip(1)
        .collect();
    let mut facts = Vec::new();
    if let Some(next) = later.first() {
        facts.push(fact(
            Topic::What,
            Speaks::Neither,
            brings(before, by, &next.name, release),
        ));
    }
    if let Some(attempt) = before.active(&verdict.stage) {
        facts.extend(passed(before, attempt));
    }
    facts.extend(
        later
            .iter()
            .filter_map(|stage| contained(before, stage, release)),
    );
    if !later.is_empty() {
        facts.push(fact(Topic::Blast, Speaks::Neither, reach(&later)));
        facts.push(fact(
            Topic::When,
            Speaks::Neither,
            starts(after, &later, release),
        ));
    }
    facts.extend(takes_effect(after, &verdict.stage));
    facts
}

/// `2 changes by mori, chen (not you), r1 -> r4, skips r2`.
fn brings(before: &Draft<'_>, by: &Actor, next: &StageName, release: ReleaseId) -> String {
    let pipeline = &before.pipeline;
    let (brought, from) = pipeline.brings(next, release);
    let releases = &pipeline.releases;
    let changes = releases.changes_since(release, from);
    let authors: BTreeSet<String> = changes
        .iter()
        .map(|change| change.author.login().to_owned())
        .collect();
    let yours = if authors.contains(by.as_str()) {
        "with you"
    } else {
        "not you"
    };
    let authors: Vec<&String> = authors.iter().collect();
    let count = brought.len();
    let plural = if count == 1 { "" } else { "s" };
    let from_text = from.map_or("nothing".to_owned(), |from| from.to_string());
    let skipped: Vec<ReleaseId> = releases
        .lineage(release)
        .map(|holder| holder.id)
        .filter(|id| *id < release && from.is_some_and(|from| *id > from))
        .collect();
    let skips = if skipped.is_empty() {
        String::new()
    } else {
        format!(", skips {}", few(&skipped))
    };
    format!(
        "{count} change{plural} by {} ({yours}), {from_text} -> {release}{skips}",
        few(&authors)
    )
}

/// What the attempt has behind it: targets, tests, bakes, alarms.
fn passed(before: &Draft<'_>, attempt: &Attempt) -> Vec<PlanFact> {
    let mut good = Vec::new();
    let (done, total) = attempt.done();
    if total > 0 && done == total {
        good.push(format!("{done}/{total} targets"));
    }
    let gates = attempt.gates.iter();
    let gates = gates.filter(|gate| matches!(gate.state, GateState::Passed { .. }));
    good.extend(gates.map(|gate| gate.gate.title()));
    let level = |alarm| before.pipeline.alarms.get(alarm).map(|state| state.level);
    let alarms = before.pipeline.alarms_of(&attempt.stage);
    let count = |wanted| alarms.iter().filter(|alarm| level(alarm) == wanted).count();
    let (ok, silent) = (
        count(Some(AlarmLevel::Ok)),
        count(Some(AlarmLevel::NoData)) + count(None),
    );
    if ok > 0 {
        good.push(format!("{ok} alarm{} ok", if ok == 1 { "" } else { "s" }));
    }
    let release = before.pipeline.releases.get(attempt.release);
    let artifact = release.and_then(|release| release.artifact.as_ref());
    if artifact.is_some_and(|artifact| artifact.signature.is_some()) {
        good.push("artifact signed".to_owned());
    }
    let mut facts = Vec::new();
    if !good.is_empty() {
        facts.push(fact(Topic::Evidence, Speaks::For, good.join(" + ")));
    }
    let firing = alarms
        .iter()
        .filter(|alarm| level(alarm) == Some(AlarmLevel::Firing));
    facts.extend(firing.map(|alarm| {
        let text = format!("alarm {alarm} fires in {} itself", attempt.stage);
        fact(Topic::Evidence, Speaks::Against, text)
    }));
    if silent > 0 {
        let text = format!("no data from {silent} of {} alarms", alarms.len());
        facts.push(fact(Topic::Evidence, Speaks::Against, text));
    }
    facts
}

/// A later stage that alarms on an older release, and whether this one contains its changes.
fn contained(before: &Draft<'_>, stage: &Stage, release: ReleaseId) -> Option<PlanFact> {
    let pipeline = &before.pipeline;
    let firing: Vec<String> = pipeline
        .alarms_of(&stage.name)
        .into_iter()
        .filter(|alarm| {
            let state = pipeline.alarms.get(alarm);
            state.is_some_and(|state| state.level == AlarmLevel::Firing)
        })
        .map(|alarm| alarm.to_string())
        .collect();
    if firing.is_empty() {
        return None;
    }
    let there = pipeline.running(&stage.name).into_keys().flatten().max();
    let on = there.map_or(String::new(), |there| format!(" on {there}"));
    let releases = &pipeline.releases;
    let own = there
        .and_then(|there| releases.get(there))
        .map_or(&[][..], |there| &there.changes);
    let carried = own
        .iter()
        .filter(|change| releases.carries(release, &change.sha))
        .count();
    let carries = match (there, carried) {
        (None, _) => String::new(),
        (Some(there), 0) => format!("; {release} does not carry what {there} changed"),
        (Some(there), n) => format!(
            "; {release} CONTAINS {n} of the {} changes of {there}",
            own.len()
        ),
    };
    let text = format!("{} alarms{on}: {}{carries}", stage.name, firing.join(", "));
    Some(fact(Topic::Evidence, Speaks::Against, text))
}

/// `now 0 targets; then wave-1 3, wave-2 2 (5 in all)`.
fn reach(later: &[&Stage]) -> String {
    let counts = later
        .iter()
        .map(|stage| format!("{} {}", stage.name, stage.targets().count()));
    let counts = counts.collect::<Vec<_>>().join(", ");
    let total: usize = later.iter().map(|stage| stage.targets().count()).sum();
    format!("now 0 targets; then {counts} ({total} in all)")
}

/// When an approval takes effect, or what is missing; in spans, because a plan that only ages has
/// not changed.
fn takes_effect(after: &Draft<'_>, stage: &StageName) -> Option<PlanFact> {
    let open = tally(&after.pipeline, after.active(stage)?)?;
    let undo = open.manual.undo;
    Some(match open.missing() {
        0 => {
            let text = format!(
                "`u` takes it back for {undo}, then it takes effect; later only a rollback helps"
            );
            fact(Topic::Undo, Speaks::Neither, text)
        }
        more => {
            let text = format!("yours is not enough: it needs {more} more from other people");
            fact(Topic::Policy, Speaks::Neither, text)
        }
    })
}

/// When a release may enter the later stages, by what its blockers say of themselves.
fn starts(draft: &Draft<'_>, later: &[&Stage], release: ReleaseId) -> String {
    let conditions = later.iter().filter_map(|stage| {
        let conditions = conditions(draft, &stage.name, release);
        (!conditions.is_empty()).then(|| format!("{}: {}", stage.name, conditions.join(", ")))
    });
    let conditions: Vec<String> = conditions.collect();
    if conditions.is_empty() {
        return "one stage after the other, the first at once".to_owned();
    }
    format!("{}; else as the stage before passes", conditions.join("; "))
}

fn conditions(draft: &Draft<'_>, stage: &StageName, release: ReleaseId) -> Vec<String> {
    let standing = standing(draft, stage, release);
    let mut conditions: Vec<String> = Vec::new();
    let instants = standing.iter().filter_map(|blocker| match blocker.clears {
        Clears::At(at) => Some(at),
        Clears::When(_) => None,
    });
    if let Some(at) = instants.max() {
        conditions.push(format!("not before {}", at.utc().format("%a %H:%MZ")));
    }
    for blocker in &standing {
        if let Clears::When(when) = &blocker.clears
            && !conditions.contains(when)
        {
            conditions.push(when.clone());
        }
    }
    conditions
}

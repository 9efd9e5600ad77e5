//! What must never have been violated, checked over what the targets wrote down themselves against
//! what the journal says (INVARIANTS.md gives the numbers). A check that found nothing to look at
//! has shown nothing, so each says how much it looked at.

#[cfg(test)]
mod tests;

use crate::{
    demo::{
        chronicle::{Chronicle, Tale},
        fleet::Spot,
        target::{Event, Record},
    },
    model::{
        BlockerKind, Definition, Effect, Fact, Gate, Purpose, ReleaseId, StageName, TargetName,
        Time,
    },
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// One rule and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Invariant {
    pub name: &'static str,
    /// How many cases were looked at.
    pub checked: usize,
    pub violations: Vec<String>,
}

pub(super) fn check(chronicle: &Chronicle) -> Vec<Invariant> {
    vec![
        one_at_a_time(chronicle),
        never_two_under_way(chronicle),
        journal_first(chronicle),
        rising_epochs(chronicle),
        as_built(chronicle),
        stages_in_order(chronicle),
        one_box_first(chronicle),
        approved_first(chronicle),
        closed_windows(chronicle),
        gone_after_rollback(chronicle),
    ]
}

/// Collects cases and what is wrong with them.
fn over<T>(
    name: &'static str,
    cases: impl IntoIterator<Item = T>,
    wrong: impl Fn(&T) -> Option<String>,
) -> Invariant {
    let mut invariant = Invariant {
        name,
        checked: 0,
        violations: Vec::new(),
    };
    for case in cases {
        invariant.checked += 1;
        invariant.violations.extend(wrong(&case));
    }
    invariant
}

/// A stretch of work on a target, from one event of its log to its end.
struct Stretch<'a> {
    record: &'a Record,
    until: Time,
}

/// Stretches that begin with `from`, by target.
fn stretches<'a>(
    chronicle: &'a Chronicle,
    from: &Event,
) -> BTreeMap<&'a TargetName, Vec<Stretch<'a>>> {
    let mut found: BTreeMap<&TargetName, Vec<Stretch<'_>>> = BTreeMap::new();
    for (spot, record) in chronicle.records.iter().filter(|(_, r)| r.event == *from) {
        let end = chronicle.records.iter().find(|(other, end)| {
            let same = other == spot && end.effect == record.effect && end.at >= record.at;
            same && !matches!(end.event, Event::Asked | Event::Started)
        });
        let until = end.map_or(Time(i64::MAX), |(_, end)| end.at);
        found
            .entry(&spot.target)
            .or_default()
            .push(Stretch { record, until });
    }
    found
}

/// I01: whatever pipeline it comes from, a target carries out one deployment at a time.
fn one_at_a_time(chronicle: &Chronicle) -> Invariant {
    let work = stretches(chronicle, &Event::Started);
    let pairs = work.values().flat_map(|all| all.windows(2));
    over("one deployment per target at a time", pairs, |pair| {
        let (one, next) = (&pair[0], &pair[1]);
        (next.record.at < one.until).then(|| {
            let (one, next) = (one.record, next.record);
            format!(
                "{}: {} began within {}",
                one.target, next.effect, one.effect
            )
        })
    })
}

/// I01 as the engine must keep it: it does not ask for a second deployment of a pipeline while one
/// is under way, unless it has given that up.
fn never_two_under_way(chronicle: &Chronicle) -> Invariant {
    let asked = stretches(chronicle, &Event::Asked);
    let mut pairs = Vec::new();
    for all in asked.values() {
        let pipelines: BTreeSet<_> = all.iter().map(|s| &s.record.pipeline).collect();
        for pipeline in pipelines {
            let own: Vec<_> = all
                .iter()
                .filter(|s| s.record.pipeline == *pipeline)
                .collect();
            pairs.extend(own.windows(2).map(|pair| (pair[0], pair[1])));
        }
    }
    let name = "no second deployment asked for while one is under way";
    over(name, pairs, |(one, next)| {
        let given_up = chronicle
            .tale(&one.record.pipeline)
            .and_then(|tale| tale.abandoned.get(&one.record.effect))
            .is_some_and(|at| *at <= next.record.at);
        let again = one.record.effect == next.record.effect;
        (next.record.at < one.until && !given_up && !again).then(|| {
            let (one, next) = (one.record, next.record);
            format!(
                "{}: {} asked for within {}",
                one.target, next.effect, one.effect
            )
        })
    })
}

/// I25 and I27: nothing was done that the journal did not say before, of another release or to
/// another target than it says.
fn journal_first(chronicle: &Chronicle) -> Invariant {
    let name = "every deployment is in the journal before it begins";
    over(name, &chronicle.records, |(_, record)| {
        let tale = chronicle.tale(&record.pipeline);
        let Some((at, owed)) = tale.and_then(|tale| tale.steps.get(&record.effect)) else {
            return Some(format!(
                "{}: the journal has no {}",
                record.target, record.effect
            ));
        };
        let Effect::Deploy(planned) = &owed.effect else {
            return Some(format!(
                "{}: {} is no deployment",
                record.target, record.effect
            ));
        };
        let same = planned.target.as_str() == record.target
            && planned.release == record.release
            && planned.epoch == record.epoch
            && planned.rollback == record.rollback;
        (!same || *at > record.at).then(|| {
            format!(
                "{}: {} is not as it was written",
                record.target, record.effect
            )
        })
    })
}

/// I02: what a target carries out for a pipeline has a higher epoch each time.
fn rising_epochs(chronicle: &Chronicle) -> Invariant {
    let mut last = BTreeMap::new();
    let cases: Vec<_> = chronicle
        .starts()
        .map(|(tale, spot, record)| {
            let before = last.insert((&tale.name, &spot.target), record);
            (record, before)
        })
        .collect();
    over("epochs rise on every target", cases, |(record, before)| {
        let before = before.filter(|before| before.effect != record.effect)?;
        (record.epoch <= before.epoch).then(|| {
            format!(
                "{}: epoch {} after {}",
                record.target, record.epoch, before.epoch
            )
        })
    })
}

/// I06: the bytes that a target runs are those that were built.
fn as_built(chronicle: &Chronicle) -> Invariant {
    let finished = chronicle
        .records
        .iter()
        .filter(|(_, r)| r.event == Event::Finished);
    over("what runs is what was built", finished, |(_, record)| {
        let built = chronicle
            .tale(&record.pipeline)
            .and_then(|tale| tale.built.get(&record.release));
        (built != Some(&record.digest)).then(|| {
            format!(
                "{}: {} has digest {}",
                record.target, record.release, record.digest
            )
        })
    })
}

/// I03 and I05: a stage takes a release only after the stage before has passed it.
fn stages_in_order(chronicle: &Chronicle) -> Invariant {
    let forward = chronicle.starts().filter(|(_, _, record)| !record.rollback);
    over(
        "no stage before the one before it has passed",
        forward,
        |(tale, spot, record)| {
            let before = tale.before(&spot.stage)?;
            let passed = tale.passed(&before, record.release);
            passed.is_none_or(|at| at > record.at).then(|| {
                format!(
                    "{}: {} before {before} had passed it",
                    record.target, record.release
                )
            })
        },
    )
}

/// I04: the first start of a release in production is one target, alone until it has baked.
fn one_box_first(chronicle: &Chronicle) -> Invariant {
    let mut releases: BTreeMap<_, Vec<(&Tale, &Spot, &Record)>> = BTreeMap::new();
    for start in chronicle.production_starts() {
        let key = (start.2.pipeline.clone(), start.2.release);
        releases.entry(key).or_default().push(start);
    }
    over(
        "production begins with one target",
        releases,
        |((name, release), starts)| {
            let (tale, first_spot, _) = starts.first()?;
            let (_, second_spot, second) = starts
                .iter()
                .find(|(_, spot, _)| spot.target != first_spot.target)?;
            let attempt = tale
                .attempts
                .values()
                .find(|attempt| attempt.stage == first_spot.stage && attempt.release == *release);
            let baked = attempt.and_then(|attempt| attempt.one_box_baked);
            baked.is_none_or(|at| at > second.at).then(|| {
                let (one, two) = (&first_spot.target, &second_spot.target);
                format!("{name}: {release} began on {two} before it had baked on {one}")
            })
        },
    )
}

/// I07: where a person has to approve, production begins after one has.
fn approved_first(chronicle: &Chronicle) -> Invariant {
    let asked = chronicle
        .production_starts()
        .filter(|(tale, _, _)| asks_people(&tale.definition));
    over(
        "production begins after the approval",
        asked,
        |(tale, _, record)| {
            let approved = tale.entries.iter().any(|entry| {
                let Fact::Approved { attempt, .. } = &entry.fact else {
                    return false;
                };
                let of = tale.attempts.get(attempt).map(|attempt| attempt.release);
                of == Some(record.release) && entry.at <= record.at
            });
            (!approved)
                .then(|| format!("{}: nobody had approved {}", record.target, record.release))
        },
    )
}

fn asks_people(definition: &Definition) -> bool {
    let gates = definition.stages.iter().flat_map(|stage| &stage.approval);
    gates
        .into_iter()
        .any(|gate| matches!(gate, Gate::Manual(_)))
}

/// I11 and I14: behind a closed window nothing begins without an override for that release.
fn closed_windows(chronicle: &Chronicle) -> Invariant {
    let behind = chronicle
        .production_starts()
        .filter(|(tale, spot, record)| is_closed(&tale.definition, spot, record.at));
    over(
        "nothing passes a closed window but by override",
        behind,
        |(tale, spot, record)| {
            let allowed = tale.entries.iter().any(|entry| {
                let Fact::Overridden { stage, release, .. } = &entry.fact else {
                    return false;
                };
                *stage == spot.stage && *release == record.release && entry.at <= record.at
            });
            (!allowed).then(|| {
                format!(
                    "{}: {} passed a closed {:?}",
                    record.target,
                    record.release,
                    BlockerKind::Window
                )
            })
        },
    )
}

fn is_closed(definition: &Definition, spot: &Spot, at: Time) -> bool {
    let Some(stage) = definition.stage(&spot.stage) else {
        return false;
    };
    let Some(region) = stage.region(&spot.region) else {
        return false;
    };
    let windows = stage
        .windows
        .iter()
        .filter_map(|name| definition.window(name));
    windows.into_iter().any(|window| {
        let allow = window.allow.as_ref();
        let deny = window.deny.as_ref();
        allow.is_some_and(|allow| !allow.is_open(at, region.time_zone))
            || deny.is_some_and(|deny| deny.is_open(at, region.time_zone))
    })
}

/// I17 and I21: once a rollback is decided, its release begins nowhere any more.
fn gone_after_rollback(chronicle: &Chronicle) -> Invariant {
    let rollbacks: Vec<(&Tale, &StageName, ReleaseId, Time)> = chronicle
        .tales
        .iter()
        .flat_map(|tale| {
            let rollbacks = tale
                .attempts
                .values()
                .filter(|attempt| matches!(attempt.purpose, Purpose::Rollback(_)));
            rollbacks.map(move |a| (tale, &a.stage, a.release, a.started))
        })
        .collect();
    let name = "nothing of a release begins after its rollback";
    over(name, rollbacks, |(tale, stage, release, decided)| {
        let late = chronicle.starts().find(|(of, _, record)| {
            of.name == tale.name
                && record.release == *release
                && !record.rollback
                && record.at > *decided
        });
        late.map(|(_, _, record)| {
            format!(
                "{}: {release} began after its rollback at {stage}",
                record.target
            )
        })
    })
}

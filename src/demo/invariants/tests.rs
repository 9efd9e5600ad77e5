//! Each rule must be able to fail: a tale in which all is well, and one change to it for each rule
//! that breaks this rule and is found by it.

use crate::{
    demo::{
        chronicle::{AttemptTale, Chronicle, Tale},
        definitions,
        fleet::{Spot, spots},
        invariants::check,
        place::Place,
        target::{Event, Record},
    },
    model::{
        Actor, AttemptId, BakePlace, Cause, Definition, Deployment, Digest, Effect, EffectId,
        Entry, Fact, Fingerprint, Owed, Part, Purpose, ReleaseId, Revision, Rollback, Run, Span,
        StageName, Stream, Time,
    },
};
use std::{collections::BTreeMap, path::Path, sync::Arc};

/// Every stage of `checkout-os` takes r1, one target every second, with an override at wave-1, an
/// approval (of which it needs none) and a rollback of r2, which never began anywhere.
fn all_is_well() -> Chronicle {
    let nobody = Actor::parse("nobody").unwrap();
    let (definition, all) = checkout_os(&nobody);
    let mut tale = Tale {
        name: definition.name.clone(),
        entries: Vec::new(),
        attempts: BTreeMap::new(),
        steps: BTreeMap::new(),
        abandoned: BTreeMap::new(),
        built: BTreeMap::from([(ReleaseId(1), Digest::of(b"built"))]),
        definition,
    };
    let mut records = Vec::new();
    let mut now = Time(1_000_000);
    for (n, stage) in tale.definition.columns().skip(1).enumerate() {
        let attempt = attempt(&stage, ReleaseId(1), Purpose::Forward, now);
        let id = AttemptId(n as u64 + 1);
        let here = all
            .iter()
            .filter(|s| s.stage == stage && s.service.as_str() == "checkout");
        for spot in here {
            now = now + Span::seconds(1);
            let (owed, wrote) = deployment(id, spot, tale.steps.len() as u64 + 1, now);
            tale.steps.insert(owed.id.clone(), (now, owed));
            records.extend(wrote.map(|record| (spot.clone(), record)));
        }
        now = now + Span::seconds(1);
        tale.attempts.insert(
            id,
            AttemptTale {
                passed: Some(now),
                ..attempt
            },
        );
    }
    let wave = StageName::parse("wave-1").unwrap();
    let back = Purpose::Rollback(Arc::new(Rollback {
        cause: Cause::Operator {
            by: nobody.clone(),
            reason: String::new(),
        },
        destinations: BTreeMap::new(),
        skipped: BTreeMap::new(),
    }));
    tale.attempts
        .insert(AttemptId(99), attempt(&wave, ReleaseId(2), back, now));
    tale.entries = vec![overridden(&tale, &wave, &nobody), approved(&tale, &nobody)];
    Chronicle {
        tales: vec![tale],
        records,
    }
}

/// The demo's own definition, with an approval that it does not have.
fn checkout_os(nobody: &Actor) -> (Definition, Vec<Spot>) {
    let directory = tempfile::tempdir().unwrap();
    let (place, _removal) = Place::create(Some(directory.path().join("demo"))).unwrap();
    definitions::write(
        &place,
        "http://127.0.0.1:1/",
        nobody,
        Path::new("/bin/true"),
    )
    .unwrap();
    let loaded = crate::definition::load(&place.definitions(), crate::clock::now()).unwrap();
    let all = spots(&loaded);
    let mut definition = loaded
        .definitions
        .into_iter()
        .find(|definition| definition.name.as_str() == "checkout-os")
        .unwrap();
    let gate = crate::model::Gate::Manual(crate::model::Manual {
        name: "release".to_owned(),
        from: None,
        count: 1,
        not_author: true,
        undo: crate::model::Span::ZERO,
        expires: None,
        yield_after: None,
    });
    definition.stages[1].approval.push(gate);
    (definition, all)
}

fn attempt(stage: &StageName, release: ReleaseId, purpose: Purpose, at: Time) -> AttemptTale {
    AttemptTale {
        stage: stage.clone(),
        release,
        purpose,
        started: at,
        passed: None,
        failed: None,
        rolled_back: None,
        // Before the second target of the stage.
        one_box_baked: Some(at + Span(1_900)),
    }
}

fn deployment(attempt: AttemptId, spot: &Spot, n: u64, at: Time) -> (Owed, [Record; 3]) {
    let id = EffectId(format!("checkout-os-{n}"));
    let effect = Effect::Deploy(Deployment {
        stage: spot.stage.clone(),
        region: spot.region.clone(),
        zone: spot.zone.clone(),
        target: spot.target.clone(),
        release: ReleaseId(1),
        artifact: Digest::of(b"built"),
        commit: None,
        signature: None,
        part: Part::Deploy,
        more: false,
        keep: None,
        epoch: 1,
        rollback: false,
        run: Run::Argv(vec!["true".to_owned()]),
        check: None,
        directory: String::new(),
        timeout: Span::seconds(1),
    });
    let owed = Owed {
        id: id.clone(),
        attempt,
        effect,
        tries: 1,
        not_before: None,
        started: at,
    };
    let record = |event, later| Record {
        at: at + Span(later),
        target: spot.target.to_string(),
        pipeline: "checkout-os".parse().unwrap(),
        effect: id.clone(),
        epoch: 1,
        release: ReleaseId(1),
        digest: Digest::of(b"built"),
        rollback: false,
        event,
    };
    let wrote = [
        record(Event::Asked, 10),
        record(Event::Started, 20),
        record(Event::Finished, 30),
    ];
    (owed, wrote)
}

fn overridden(tale: &Tale, stage: &StageName, by: &Actor) -> Entry {
    entry(
        tale,
        Fact::Overridden {
            uses: 1,
            id: crate::model::OverrideId(1),
            blockers: Vec::new(),
            stage: stage.clone(),
            release: ReleaseId(1),
            by: by.clone(),
            reason: String::new(),
            lasts: Span::minutes(10),
            ticket: None,
        },
    )
}

fn approved(tale: &Tale, by: &Actor) -> Entry {
    entry(
        tale,
        Fact::Approved {
            attempt: AttemptId(1),
            gate: 0,
            by: by.clone(),
            evidence: Fingerprint::of(&BakePlace::Gate(0)),
        },
    )
}

fn entry(tale: &Tale, fact: Fact) -> Entry {
    Entry {
        stream: Stream::Pipeline(tale.name.clone()),
        revision: Revision(1),
        seq: 1,
        at: Time(1),
        fact,
    }
}

/// The rules that a chronicle breaks.
fn broken(chronicle: &Chronicle) -> Vec<&'static str> {
    let checks = check(chronicle);
    let empty: Vec<_> = checks
        .iter()
        .filter(|i| i.checked == 0)
        .map(|i| i.name)
        .collect();
    // Only a second deployment to the same target would give these anything to look at.
    assert!(
        empty
            .iter()
            .all(|name| name.contains("under") || name.contains("at a time")),
        "{empty:?}"
    );
    let broken = checks.into_iter().filter(|i| !i.violations.is_empty());
    broken.map(|i| i.name).collect()
}

/// Begins the last deployment once more, `later` than it began, under another id.
fn again(chronicle: &mut Chronicle, later: i64, epoch: u64) {
    let last: Vec<_> = chronicle.records[chronicle.records.len() - 3..].to_vec();
    let tale = &mut chronicle.tales[0];
    let (at, mut owed) = tale.steps[&last[0].1.effect].clone();
    owed.id = EffectId("checkout-os-again".to_owned());
    if let Effect::Deploy(planned) = &mut owed.effect {
        planned.epoch = epoch;
    }
    tale.steps.insert(owed.id.clone(), (at, owed.clone()));
    for (spot, mut record) in last {
        (record.effect, record.epoch) = (owed.id.clone(), epoch);
        record.at = Time(record.at.0 + later);
        chronicle.records.push((spot, record));
    }
    chronicle.records.sort_by_key(|(_, record)| record.at);
}

#[test]
fn a_good_tale_breaks_no_rule() {
    assert_eq!(broken(&all_is_well()), Vec::<&str>::new());
    let mut twice = all_is_well();
    again(&mut twice, 500, 2);
    assert_eq!(broken(&twice), Vec::<&str>::new());
}

#[test]
fn every_rule_finds_what_breaks_it() {
    type Break = fn(&mut Chronicle);
    let cases: [(&str, Break); 10] = [
        ("one deployment per target at a time", |c| again(c, 5, 2)),
        (
            "no second deployment asked for while one is under way",
            |c| again(c, 5, 2),
        ),
        ("every deployment is in the journal before it begins", |c| {
            c.tales[0].steps.pop_first();
        }),
        ("epochs rise on every target", |c| again(c, 500, 1)),
        ("what runs is what was built", |c| {
            c.tales[0].built.insert(ReleaseId(1), Digest::of(b"other"));
        }),
        ("no stage before the one before it has passed", |c| {
            c.tales[0].attempts.get_mut(&AttemptId(4)).unwrap().passed = None;
        }),
        ("production begins with one target", |c| {
            c.tales[0]
                .attempts
                .get_mut(&AttemptId(4))
                .unwrap()
                .one_box_baked = None;
        }),
        ("production begins after the approval", |c| {
            c.tales[0].entries.pop();
        }),
        ("nothing passes a closed window but by override", |c| {
            c.tales[0].entries.remove(0);
        }),
        ("nothing of a release begins after its rollback", |c| {
            let rollback = c.tales[0].attempts.get_mut(&AttemptId(99)).unwrap();
            (rollback.release, rollback.started) = (ReleaseId(1), Time(1_005_000));
        }),
    ];
    for (rule, break_it) in cases {
        let mut chronicle = all_is_well();
        break_it(&mut chronicle);
        let found = broken(&chronicle);
        assert!(found.contains(&rule), "{rule}: found were {found:?}");
    }
}

//! What a plan says of the state after, held against that state.

use super::State;
use pilothouse::model::*;
use std::collections::BTreeMap;

pub(super) fn check(state: &State<'_>, plan: &Plan, facts: &[Fact], after: &Pipeline) {
    if matches!(plan.command, Command::Rollback { .. }) {
        check_targets(plan, facts);
    } else {
        assert!(plan.targets.is_empty(), "{:?}", plan.command);
        for row in &plan.rows {
            check_row(state, plan, row, after);
        }
    }
    check_notes(state, plan, facts, after);
}

/// Where every target goes, and how many of each stage.
fn check_targets(plan: &Plan, facts: &[Fact]) {
    let said = plan.targets.iter();
    let mut said: BTreeMap<_, _> = said.map(|t| ((&t.stage, &t.target), t.to)).collect();
    let mut done = BTreeMap::new();
    for fact in facts {
        if let Fact::AttemptStarted {
            stage,
            purpose: Purpose::Rollback(rollback),
            ..
        } = fact
        {
            let going = rollback.destinations.iter();
            let going = going.map(|(target, to)| ((stage, target), Some(*to)));
            let staying = rollback
                .skipped
                .keys()
                .map(|target| ((stage, target), None));
            done.extend(going.chain(staying));
        }
    }
    // Where no target of a stage goes anywhere, no rollback starts there.
    let going = |stage| done.keys().any(|(started, _)| *started == stage);
    said.retain(|(stage, _), to| to.is_some() || going(*stage));
    assert_eq!(said, done, "{:?}", plan.command);
    for row in &plan.rows {
        let there = done.iter();
        let there = there.filter(|((stage, _), to)| **stage == row.stage && to.is_some());
        assert_eq!(row.targets, there.count(), "{:?}: {row:?}", plan.command);
    }
}

/// What a stage runs now, and what a release would wait for there afterwards.
fn check_row(state: &State<'_>, plan: &Plan, row: &PlanRow, after: &Pipeline) {
    let running = state.pipeline.running(&row.stage);
    let running: Vec<String> = running.keys().flatten().map(ToString::to_string).collect();
    let running = if running.is_empty() {
        "-".to_owned()
    } else {
        running.join(", ")
    };
    assert_eq!(row.now, running, "{:?}", plan.command);
    if let Command::Retry { stage, .. } = &plan.command {
        let active = after.stage(stage).and_then(|s| s.attempt.as_ref());
        let active = active.filter(|attempt| attempt.is_active());
        let active = active.map(|attempt| attempt.release.to_string());
        assert_eq!(row.after, active.unwrap_or_default(), "{:?}", plan.command);
        return;
    }
    let release: ReleaseId = row.after.parse().unwrap();
    let candidate = Candidate {
        stage: &row.stage,
        release,
    };
    let standing = blockers(after, state.org, state.at, candidate);
    let mut waits: Vec<String> = standing
        .iter()
        .filter(|blocker| blocker.blocks() && blocker.passage != Passage::Nobody)
        .map(|blocker| blocker.id.to_string())
        .collect();
    waits.dedup();
    let waits = waits.join(", ");
    let said = row.note.strip_prefix("waits for ").unwrap_or_default();
    assert_eq!(said, waits, "{:?}", plan.command);
}

/// The sentences that a person decides by.
fn check_notes(state: &State<'_>, plan: &Plan, facts: &[Fact], after: &Pipeline) {
    let facts_told = plan.facts.iter().map(|fact| &fact.text);
    let told: Vec<&String> = plan.notes.iter().chain(facts_told).collect();
    let says = |what: &str| told.iter().any(|text| text.contains(what));
    let entered = |at: &StageName, who: ReleaseId| {
        facts.iter().any(|fact| {
            matches!(fact, Fact::AttemptStarted { stage, release, purpose: Purpose::Forward, .. }
                if stage == at && *release == who)
        })
    };
    let open = |stage: &StageName| {
        let attempt = after.stage(stage)?.attempt.as_ref()?;
        tally(after, attempt.is_active().then_some(attempt)?).map(|open| open.words())
    };
    match &plan.command {
        Command::Override { stage, release, .. } => {
            let was = state.pipeline.stage(stage).and_then(|s| s.attempt.as_ref());
            let inside = was.is_some_and(|a| a.is_active() && a.release == *release);
            let enters = entered(stage, *release) || inside;
            assert_eq!(says("enters"), enters, "{plan:?}");
            assert!(!(says("STILL blocked") && enters), "{plan:?}");
        }
        Command::Retry { stage, release } => {
            let again = entered(stage, *release);
            assert!(!says("starts over") || again, "{plan:?}");
        }
        Command::Approve(verdict) => {
            let passed = facts.iter().any(|f| matches!(f, Fact::GatePassed { .. }));
            let enough = says("takes effect after");
            let words = open(&verdict.stage).unwrap_or_default();
            assert!(
                !enough || passed || words.contains("takes effect"),
                "{plan:?}"
            );
            assert!(!says("more from other people") || !passed, "{plan:?}");
        }
        Command::Undo { stage, .. } => {
            assert_eq!(plan.notes.first().cloned(), open(stage), "{plan:?}");
        }
        Command::Yield { stage, .. } => {
            let later = plan.warnings.iter().any(|w| w.contains("does not enter"));
            let newer = plan.rows.first().map(|row| row.after.parse().unwrap());
            let enters = newer.is_some_and(|newer| entered(stage, newer));
            assert_eq!(later, !enters, "{plan:?}");
        }
        Command::Reject(verdict) => {
            let state = after.stage(&verdict.stage).unwrap();
            assert!(state.rejected.contains_key(&verdict.release), "{plan:?}");
        }
        Command::Rollback { .. }
        | Command::Hold { .. }
        | Command::Lift { .. }
        | Command::Ticket { .. } => {}
    }
}

//! What a careful person weighs before the button, as the server knows it: what goes where, on what
//! evidence, how far it reaches, when, and how it is taken back (UX.md, S9 and S12). What is not
//! measured is not said.

mod approval;

use crate::engine::draft::Draft;
use crate::engine::rollback::Intent;
use crate::model::{
    Blocker, BlockerId, BlockerKind, Candidate, Passage, PlanFact, ReleaseId, Speaks, StageName,
    Topic, blockers, few,
};
use std::collections::BTreeSet;

pub(super) use approval::approve;

fn fact(topic: Topic, speaks: Speaks, text: impl Into<String>) -> PlanFact {
    let text = text.into();
    PlanFact {
        topic,
        speaks,
        text,
    }
}

/// What really stands between a release and a stage; the order of things stands there always.
fn standing(draft: &Draft<'_>, stage: &StageName, release: ReleaseId) -> Vec<Blocker> {
    let candidate = Candidate { stage, release };
    let mut found = blockers(&draft.pipeline, draft.org, draft.now, candidate);
    found.retain(|blocker| blocker.blocks() && blocker.kind != BlockerKind::NotApproved);
    found
}

pub(super) fn override_(
    before: &Draft<'_>,
    after: &Draft<'_>,
    (stage, release): (&StageName, ReleaseId),
    named: &[BlockerId],
) -> Vec<PlanFact> {
    let now = standing(before, stage, release);
    let mut facts = Vec::new();
    let meant = now.iter().filter(|blocker| named.contains(&blocker.id));
    for blocker in meant {
        let source = origin(before, blocker);
        let text = format!("{}{source}", blocker.why);
        facts.push(fact(Topic::Rule, Speaks::Against, text));
        if blocker.kind == BlockerKind::Alarm {
            let text = format!(
                "{} counts as known: it rolls {release} back only if it worsens",
                blocker.id
            );
            facts.push(fact(Topic::Effect, Speaks::Against, text));
        }
    }
    let others = now.iter().filter(|blocker| !named.contains(&blocker.id));
    let others: Vec<&Blocker> = others.collect();
    let enters = after
        .active(stage)
        .is_some_and(|attempt| attempt.release == release);
    if enters {
        let text = format!("{release} enters {stage} at once");
        facts.push(fact(Topic::Effect, Speaks::Neither, text));
    } else if !others.is_empty() {
        let ids: Vec<String> = others.iter().map(|b| b.id.to_string()).collect();
        let text = format!(
            "{stage} is STILL blocked by {}: nothing would deploy now",
            ids.join(", ")
        );
        facts.push(fact(Topic::Effect, Speaks::Against, text));
    }
    let definition = before.definition();
    if let Some(place) = definition.as_ref().and_then(|d| d.stage(stage)) {
        let regions: Vec<String> = place.regions.iter().map(|r| r.name.to_string()).collect();
        let text = format!(
            "{} targets in {}: {}",
            place.targets().count(),
            stage,
            few(&regions)
        );
        facts.push(fact(Topic::Blast, Speaks::Neither, text));
    }
    facts.extend(others.iter().filter_map(|blocker| {
        let how = match blocker.passage {
            Passage::Override => return None,
            Passage::Lift => "must be lifted, an override does not pass it",
            Passage::Nobody => "nobody may pass, it is the order of things",
        };
        let text = format!("{}: {how}", blocker.id);
        Some(fact(Topic::Policy, Speaks::Neither, text))
    }));
    facts
}

/// Where the rule behind a window is written.
fn origin(before: &Draft<'_>, blocker: &Blocker) -> String {
    let definition = before.definition();
    let windows = definition.as_ref().map_or(&[][..], |d| &d.windows);
    let named = windows.iter().find(|window| {
        let id = format!("window/{}", window.name);
        blocker.id.0 == id
    });
    named.map_or_else(String::new, |window| format!(" ({})", window.origin))
}

/// What makes a rollback safe, as far as it is known; what does not is among the warnings.
pub(super) fn rollback(before: &Draft<'_>, intent: &Intent, two_way: bool) -> Vec<PlanFact> {
    let pipeline = &before.pipeline;
    let goes = intent.stages.iter().flat_map(|(_, r)| &r.destinations);
    let destinations: BTreeSet<ReleaseId> = goes.map(|(_, to)| *to).collect();
    let mut facts = Vec::new();
    if !destinations.is_empty() {
        let retained = pipeline.retained();
        let kept = destinations.iter().all(|to| {
            let release = pipeline.releases.get(*to);
            let artifact = release.and_then(|release| release.artifact.as_ref());
            artifact.is_some_and(|artifact| retained.contains(&artifact.digest))
        });
        let names: Vec<&ReleaseId> = destinations.iter().collect();
        let mut good = vec![format!("{} finished its bake there", few(&names))];
        good.extend(kept.then(|| "its artifact is kept".to_owned()));
        good.extend(two_way.then(|| "no change in it is marked one-way".to_owned()));
        facts.push(fact(Topic::Safe, Speaks::For, good.join(" + ")));
    }
    let text = "windows, alarms, holds and approvals do not stop a rollback";
    facts.push(fact(Topic::Safe, Speaks::For, text));
    facts.extend(intent.stages.iter().filter_map(|(stage, _)| {
        let attempt = before.active(stage).filter(|attempt| attempt.is_armed())?;
        let alarms = pipeline.alarms_of(stage);
        let alarms: Vec<String> = alarms.iter().map(ToString::to_string).collect();
        let when = if alarms.is_empty() {
            "a deployment fails".to_owned()
        } else {
            format!("{} fires", alarms.join(" or "))
        };
        let text = format!(
            "{stage} is ARMED: the machine rolls {} back by itself when {when}",
            attempt.release
        );
        Some(fact(Topic::When, Speaks::Neither, text))
    }));
    facts
}

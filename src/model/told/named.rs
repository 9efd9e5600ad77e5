//! The same words for somebody who knows releases and gates, and not the numbers of attempts: those are
//! said by what they stand for, where that is known.

use crate::model::{AttemptId, Fact, Known, Pipeline, ReleaseId, StageName};

pub(super) fn named(fact: &Fact, what: String, known: &Known) -> String {
    let Some((id, release)) = fact.attempt().zip(known.release) else {
        return what;
    };
    match (fact, &known.gate) {
        (Fact::GatePassed { .. }, Some(gate)) => format!("{release} passes {gate}"),
        (Fact::AttemptPreempted { .. }, _) => format!("a rollback takes over from {release}"),
        _ => {
            let number = id.to_string();
            instead(&what.replace(&format!(" ({number})"), ""), &number, release)
        }
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "only one of all facts names a gate"
)]
pub(super) fn known(fact: &Fact, pipeline: &Pipeline) -> Known {
    let attempt = fact.attempt();
    let place = attempt.and_then(|id| Some((id, pipeline.place_of(id)?)));
    let Some((id, (stage, release))) = place else {
        return Known::default();
    };
    let gate = match fact {
        Fact::GatePassed { gate, .. } => title(pipeline, (stage, id), *gate),
        _ => None,
    };
    Known {
        release: Some(release),
        gate,
        step: None,
    }
}

/// The text with the first mention of an attempt told by its release.
fn instead(what: &str, number: &str, release: ReleaseId) -> String {
    let is_part = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
    let mut found = what.match_indices(number);
    let alone = found.find(|(at, _)| {
        let (before, after) = (&what[..*at], &what[at + number.len()..]);
        !is_part(before.chars().next_back()) && !is_part(after.chars().next())
    });
    alone.map_or_else(
        || what.to_owned(),
        |(at, _)| format!("{}{release}{}", &what[..at], &what[at + number.len()..]),
    )
}

/// What a gate is called that is counted from zero: as the attempt has it, else as the stage does now.
fn title(pipeline: &Pipeline, (stage, id): (&StageName, AttemptId), gate: usize) -> Option<String> {
    let attempt = pipeline.stage(stage)?.attempt.as_ref();
    if let Some(attempt) = attempt.filter(|attempt| attempt.id == id) {
        return Some(attempt.gates.get(gate)?.gate.title());
    }
    let stage = pipeline.definition.as_ref()?.stage(stage)?;
    Some(stage.approval.get(gate)?.title())
}

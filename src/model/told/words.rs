//! The words for each fact, by its family. It knows the fact alone and no state around it.

use crate::model::{Effect, Fact, SourceName, StepResult, TeamName};

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the caller routes facts of this kind here"
)]
pub(super) fn inbound_words(fact: &Fact) -> (&'static str, String) {
    match fact {
        Fact::Defined { definition } => (
            "DEFINE",
            format!(
                "definition {} with {} stages",
                definition.digest.short(),
                definition.stages.len()
            ),
        ),
        Fact::GroupsDefined { groups } => ("DEFINE", format!("{} groups", groups.len())),
        Fact::DrainDefined { drain } => (
            "DEFINE",
            format!("after a stop the line goes on within {drain}"),
        ),
        Fact::RotasDefined { rotas } => {
            let teams: Vec<&str> = rotas.keys().map(TeamName::as_str).collect();
            let teams = match teams.as_slice() {
                [] => "nobody".to_owned(),
                teams => teams.join(", "),
            };
            ("DEFINE", format!("who is on call for {teams}"))
        }
        Fact::Reloaded {
            pipelines, gone, ..
        } => (
            "DEFINE",
            format!(
                "definitions read again: {} changed, {} gone",
                pipelines.len(),
                gone.len()
            ),
        ),
        Fact::HeadMoved { head } => (
            "SOURCE",
            format!(
                "{}branch at {}, {} new",
                of(head.source.as_ref()),
                head.sha.short(),
                head.changes.len()
            ),
        ),
        Fact::SourceFailed { source, why } => {
            let of = of(source.as_ref());
            ("SOURCE", format!("{of}does not answer: {why}"))
        }
        Fact::SourceRecovered { source } => {
            ("SOURCE", format!("{}answers again", of(source.as_ref())))
        }
        Fact::ReleaseCut {
            release,
            sha,
            changes,
            ..
        } => {
            let title = changes
                .last()
                .map(|change| change.title.as_str())
                .unwrap_or_default();
            (
                "RELEASE",
                format!("{release} from {}: {title}", sha.short()),
            )
        }
        Fact::Superseded { stage, release, by } => {
            ("QUEUE", format!("{by} supersedes {release} before {stage}"))
        }
        Fact::AlarmWorsened { alarm, value } => ("ALARM", format!("{alarm} worsens to {value}")),
        Fact::AlarmChanged { alarm, state } => ("ALARM", alarm_words(alarm.as_str(), state)),
        other => ("FACT", format!("{other:?}")),
    }
}

/// Which source it is about, where it is not the main one.
fn of(source: Option<&SourceName>) -> String {
    source.map_or_else(String::new, |name| format!("{name}: "))
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the caller routes facts of this kind here"
)]
pub(super) fn guard_words(fact: &Fact) -> (&'static str, String) {
    match fact {
        Fact::Quarantined {
            release, changes, ..
        } if changes.is_empty() => ("QUARANTINE", format!("{release} as a whole")),
        Fact::Quarantined {
            release, changes, ..
        } => (
            "QUARANTINE",
            format!("{} changes of {release}", changes.len()),
        ),
        Fact::QuarantineLifted {
            release, reason, ..
        } => ("QUARANTINE", format!("lifted for {release}: {reason}")),
        Fact::HoldPlaced { id, reason, .. } => ("HOLD", format!("{id}: {reason}")),
        Fact::HoldLifted { id, reason, .. } => ("HOLD", format!("{id} ends: {reason}")),
        Fact::Overridden {
            id,
            blockers,
            stage,
            release,
            lasts,
            reason,
            ..
        } => {
            let named: Vec<String> = blockers.iter().map(ToString::to_string).collect();
            let named = named.join(", ");
            (
                "OVERRIDE",
                format!("{id}: {release} may pass {named} at {stage} for {lasts}: {reason}"),
            )
        }
        Fact::OverrideUsed { id, attempt } => ("OVERRIDE", format!("{id} lets {attempt} pass")),
        Fact::OverrideEnded { id, .. } => ("OVERRIDE", format!("{id} ends")),
        Fact::ClockStepped { from, to } => ("CLOCK", format!("went from {from} to {to} at once")),
        Fact::ClockTrusted { by: None } => ("CLOCK", "has settled".to_owned()),
        Fact::ClockTrusted { by: Some(_) } => ("CLOCK", "is believed".to_owned()),
        Fact::TicketOpened { id, title, .. } => ("TICKET", format!("{id}: {title}")),
        Fact::TicketChanged { id, change } => ("TICKET", format!("{id} {}", change.words())),
        Fact::TicketResolved { id, why, .. } => ("TICKET", format!("{id} resolved: {why}")),
        Fact::TokenMade { name, terms, .. } => ("TOKEN", format!("{name} made: {terms}")),
        Fact::TokenRevoked { name, by: Some(_) } => ("TOKEN", format!("{name} revoked")),
        Fact::TokenRevoked { name, by: None } => ("TOKEN", format!("{name} is gone")),
        Fact::CommandAccepted { command, key, .. } => (
            "ACTION",
            format!("{} (key {})", command.verb(), short_key(key.as_str())),
        ),
        Fact::CommandRefused {
            command, refusal, ..
        } => ("REFUSED", format!("{}: {refusal}", command.verb())),
        other => ("FACT", format!("{other:?}")),
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the caller routes facts about attempts here"
)]
pub(super) fn attempt_words(fact: &Fact) -> (&'static str, String) {
    match fact {
        Fact::AttemptStarted {
            attempt,
            stage,
            release,
            purpose,
            ..
        } => match purpose {
            crate::model::Purpose::Forward => {
                ("START", format!("{release} enters {stage} ({attempt})"))
            }
            crate::model::Purpose::Renewal => {
                ("START", format!("{release} in {stage} again ({attempt})"))
            }
            crate::model::Purpose::Rollback(rollback) => (
                "ROLLBACK",
                format!(
                    "{release} in {stage} ({attempt}): {}",
                    rollback.cause.words()
                ),
            ),
        },
        Fact::StepStarted { owed } => (
            effect_kind(&owed.effect),
            format!("{} ({})", owed.effect.title(), owed.id),
        ),
        Fact::StepRetried { id, why, after } => ("RETRY", format!("{id} in {after}: {why}")),
        Fact::StepFinished { id, result } => ("DONE", format!("{id} {}", result_words(result))),
        Fact::StepAbandoned { id, why } => ("STOP", format!("{id}: {why}")),
        Fact::StaleResult { id, result } => ("STALE", format!("{id} {}", result_words(result))),
        Fact::BakeStarted { rule, .. } => {
            ("BAKE", format!("{} and {} points", rule.time, rule.points))
        }
        Fact::BakeCounted {
            healthy, points, ..
        } => ("BAKE", format!("+{healthy} +{points} points")),
        Fact::BakePaused { why, .. } => ("BAKE", format!("paused: {why}")),
        Fact::BakeResumed { .. } => ("BAKE", "counts again".to_owned()),
        Fact::BakeRestarted { why, .. } => ("BAKE", format!("from zero: {why}")),
        Fact::BakeFinished { .. } => ("BAKE", "done".to_owned()),
        Fact::DeploymentDone { attempt } => ("DEPLOY", format!("all of {attempt} done")),
        Fact::AttemptPaused { attempt, why } => ("PAUSE", format!("{attempt}: {why}")),
        Fact::AttemptResumed { attempt } => ("RESUME", attempt.to_string()),
        Fact::AttemptPassed { attempt } => ("PASS", attempt.to_string()),
        Fact::AttemptFailed { attempt, why } => ("FAIL", format!("{attempt}: {why}")),
        Fact::AttemptPreempted { attempt, by } => {
            ("STOP", format!("{by} takes over from {attempt}"))
        }
        Fact::AttemptWithdrawn { attempt, why } => ("STOP", format!("{attempt} withdrawn: {why}")),
        Fact::RolledBack { attempt } => ("ROLLBACK", format!("{attempt} done")),
        other => ("FACT", format!("{other:?}")),
    }
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the caller routes facts about approvals here"
)]
pub(super) fn request_words(fact: &Fact) -> (&'static str, String) {
    match fact {
        Fact::ApprovalRequested { attempt, .. } => ("WAIT", format!("{attempt} asks for approval")),
        Fact::Approved { attempt, .. } => ("APPROVE", attempt.to_string()),
        Fact::ApprovalUndone { attempt, .. } => ("APPROVE", format!("{attempt} is taken back")),
        Fact::ApprovalExpired { attempt, by, .. } => {
            ("APPROVE", format!("{attempt} by {by} has expired"))
        }
        Fact::PromotionLapsed {
            stage,
            release,
            attempt,
        } => (
            "QUEUE",
            format!("{release} leaves the queue of {stage}: the approval of {attempt} has expired"),
        ),
        Fact::GatePassed { attempt, gate } => {
            ("GATE", format!("gate {} of {attempt} passed", gate + 1))
        }
        Fact::Rejected {
            attempt, reason, ..
        } => ("REJECT", format!("{attempt}: {reason}")),
        other => ("FACT", format!("{other:?}")),
    }
}

fn effect_kind(effect: &Effect) -> &'static str {
    match effect {
        Effect::Build { .. } => "BUILD",
        Effect::Check { .. } | Effect::Coverage { .. } => "CHECK",
        Effect::Deploy(_) => "DEPLOY",
        Effect::Test { .. } => "TEST",
    }
}

fn result_words(result: &StepResult) -> String {
    match result {
        StepResult::Succeeded { took, .. } => format!("ok in {}", took.short()),
        StepResult::Failed { why, .. } => format!("FAILED: {why}"),
        StepResult::Infrastructure { why, .. } => format!("did not work: {why}"),
        StepResult::Unknown { why } => format!("unknown: {why}"),
    }
}

fn alarm_words(alarm: &str, state: &crate::model::AlarmState) -> String {
    let value = state
        .value
        .map(|value| format!(" at {value}"))
        .unwrap_or_default();
    match state.level {
        crate::model::AlarmLevel::Ok => format!("{alarm} ok{value}"),
        crate::model::AlarmLevel::Firing if state.why.is_empty() => format!("{alarm} FIRES{value}"),
        crate::model::AlarmLevel::Firing => format!("{alarm} FIRES{value}: {}", state.why),
        crate::model::AlarmLevel::NoData => format!("{alarm} has no data: {}", state.why),
    }
}

fn short_key(key: &str) -> &str {
    key.get(..8).unwrap_or(key)
}

//! What people asked for, put in force and took away, as lines of the event log.

use super::Told;
use crate::{
    model::{Actor, Command, Fact, RollbackScope, StageName},
    tui::query::standing::scope_word,
};

#[expect(clippy::wildcard_enum_match_arm, reason = "the caller routes by kind")]
pub(super) fn tell(fact: &Fact) -> Told {
    match fact {
        Fact::Quarantined {
            release,
            changes,
            why,
        } => {
            let text = format!("{release}, {} changes: {why}", changes.len());
            Told::by_pipeline("QUARANT", None, text)
        }
        Fact::QuarantineLifted {
            release,
            by,
            reason,
        } => by_person(
            "LIFT",
            by,
            None,
            format!("quarantine of {release}: {reason}"),
        ),
        Fact::HoldPlaced {
            id,
            scope,
            by,
            reason,
            lasts,
        } => {
            let lasts = lasts
                .map(|lasts| format!(" for {}", lasts.short()))
                .unwrap_or_default();
            let text = format!("{id} on {}{lasts}: {reason}", scope_word(scope));
            by_person("HOLD", by, None, text)
        }
        Fact::HoldLifted {
            id,
            by: Some(by),
            reason,
        } => by_person("LIFT", by, None, format!("hold {id}: {reason}")),
        Fact::HoldLifted { id, by: None, .. } => {
            Told::by_pipeline("EXPIRE", None, format!("hold {id} has expired"))
        }
        Fact::Overridden {
            id,
            blockers,
            stage,
            release,
            by,
            reason,
            lasts,
            ticket,
        } => {
            let names: Vec<String> = blockers.iter().map(ToString::to_string).collect();
            let ticket = ticket.as_ref().map(|t| format!(" {t}")).unwrap_or_default();
            let names = names.join(" ");
            let text = format!(
                "{id} {names} for {release}, {}{ticket}: {reason}",
                lasts.short()
            );
            by_person("OVERRIDE", by, Some(stage), text)
        }
        Fact::OverrideEnded { id, by: Some(by) } => {
            by_person("LIFT", by, None, format!("override {id} cancelled"))
        }
        Fact::OverrideEnded { id, by: None } => {
            Told::by_pipeline("EXPIRE", None, format!("override {id} has expired"))
        }
        Fact::TicketOpened {
            id, title, stage, ..
        } => Told::by_pipeline(
            "TICKET",
            Some(stage.clone()),
            format!("{id} opened: {title}"),
        ),
        Fact::TicketResolved { id, why } => {
            Told::by_pipeline("TICKET", None, format!("{id} resolved: {why}"))
        }
        Fact::CommandAccepted {
            by, command, key, ..
        } => {
            let text = format!("{} accepted (key {key})", asked(command));
            by_person("ACTION", by, stage_of(command), text)
        }
        Fact::CommandRefused {
            by,
            command,
            refusal,
            ..
        } => {
            let text = format!("{} refused: {refusal}", asked(command));
            by_person("REFUSED", by, stage_of(command), text)
        }
        other => Told::by_pipeline("OTHER", None, format!("{other:?}")),
    }
}

fn by_person(kind: &'static str, by: &Actor, stage: Option<&StageName>, text: String) -> Told {
    Told {
        kind,
        actor: by.to_string(),
        stage: stage.cloned(),
        text,
    }
}

/// The command in a few words.
fn asked(command: &Command) -> String {
    let verb = command.verb();
    match command {
        Command::Approve(verdict) | Command::Reject(verdict) => {
            format!("{verb} {}", verdict.release)
        }
        Command::Override { release, .. }
        | Command::Rollback { release, .. }
        | Command::Retry { release, .. } => format!("{verb} {release}"),
        Command::Hold { scope, .. } => format!("{verb} {}", scope_word(scope)),
        Command::Lift { .. } => verb.to_owned(),
    }
}

fn stage_of(command: &Command) -> Option<&StageName> {
    match command {
        Command::Approve(verdict) | Command::Reject(verdict) => Some(&verdict.stage),
        Command::Override { stage, .. }
        | Command::Retry { stage, .. }
        | Command::Rollback {
            scope: RollbackScope::Stage(stage),
            ..
        } => Some(stage),
        Command::Rollback {
            scope: RollbackScope::Everywhere,
            ..
        }
        | Command::Hold { .. }
        | Command::Lift { .. } => None,
    }
}

//! How urgent what a ticket is about is. Facts do not say, so it follows from the cause and from
//! where it happened:
//!
//! | what | in production | elsewhere |
//! |---|---|---|
//! | a rollback that an alarm caused | as the alarm | as the alarm |
//! | any other rollback | medium | low |
//! | failed, or paused for a person | high | low |
//! | blocked for too long | medium | low |

use crate::model::{Phase, Pipeline, Severity, StageName, Ticket};

pub(super) fn of_ticket(pipeline: &Pipeline, ticket: &Ticket) -> Severity {
    let production = is_production(pipeline, &ticket.stage);
    let or_low = |severity| if production { severity } else { Severity::Low };
    let kind = ticket.cause.split('/').next().unwrap_or_default();
    match kind {
        "rollback" => of_alarm(pipeline, ticket).unwrap_or_else(|| or_low(Severity::Medium)),
        "blocked" => or_low(Severity::Medium),
        // Whatever else needs a person at once.
        _ => or_low(Severity::High),
    }
}

/// That of the alarm that caused the rollback a ticket is about, as the newest definition has it.
fn of_alarm(pipeline: &Pipeline, ticket: &Ticket) -> Option<Severity> {
    let definition = pipeline.definition.as_ref()?;
    let alarm = definition.alarm(ticket.alarm.as_ref()?)?;
    Some(alarm.severity)
}

fn is_production(pipeline: &Pipeline, stage: &StageName) -> bool {
    let definition = pipeline.definition.as_ref();
    let stage = definition.and_then(|definition| definition.stage(stage));
    stage.is_some_and(|stage| stage.phase == Phase::Production)
}

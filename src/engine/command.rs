//! Carries out what an operator asks for, or refuses with a reason the operator can act on. Each
//! verb records only its own facts; what follows from them is settled afterwards.

mod approve;
mod guard;
mod request;
mod retry;
mod rollback;
mod ticket;

use crate::engine::{draft::Draft, rollback::Intent};
use crate::model::{
    Actor, Attempt, AttemptState, Command, Definition, Lift, Refusal, Release, ReleaseId,
    StageName, StageState,
};
use std::sync::Arc;

/// Records the facts of a command. A rollback says what it intends, target by target, beyond what
/// the facts tell: its plan shows it.
pub(super) fn carry_out(
    draft: &mut Draft<'_>,
    by: &Actor,
    command: &Command,
) -> Result<Option<Intent>, Refusal> {
    let carried_out = match command {
        Command::Approve(verdict) => approve::approve(draft, by, verdict),
        Command::Reject(verdict) => approve::reject(draft, by, verdict),
        Command::Override { .. } => guard::override_blockers(draft, by, command),
        Command::Rollback {
            scope,
            release,
            reason,
        } => return rollback::roll_back(draft, by, scope, *release, reason).map(Some),
        Command::Hold {
            scope,
            reason,
            lasts,
        } => guard::hold(draft, by, scope, reason, *lasts),
        Command::Lift { what, reason } => guard::lift(draft, by, what, reason),
        Command::Retry { stage, release } => retry::retry(draft, stage, *release),
        Command::Ticket { id, action, reason } => ticket::act(draft, by, (*id, action), reason),
        Command::Undo { stage, release } => request::undo(draft, by, stage, *release),
        Command::Yield {
            stage,
            release,
            reason,
        } => request::give_way(draft, by, stage, (*release, reason)),
    };
    carried_out.map(|()| None)
}

/// Whether the reason says enough for what is asked. Only a commit is held to it: a plan is shown
/// before anybody has typed why.
pub(super) fn check_reason(command: &Command) -> Result<(), Refusal> {
    let least = match command {
        Command::Override { .. }
        | Command::Lift {
            what: Lift::Quarantine(_),
            ..
        } => REASON_OF_A_BREACH,
        Command::Reject(_) | Command::Rollback { .. } | Command::Hold { .. } => 1,
        Command::Ticket { action, .. } if action.needs_words() => 1,
        Command::Approve(_)
        | Command::Ticket { .. }
        | Command::Lift { .. }
        | Command::Retry { .. }
        | Command::Undo { .. }
        | Command::Yield { .. } => 0,
    };
    let visible = |c: &char| !c.is_whitespace() && !c.is_control();
    if command.reason().chars().filter(visible).count() < least {
        return Err(Refusal::NeedsReason { least });
    }
    Ok(())
}

/// Visible characters: the reason of what breaks a rule must say something (UX.md, class 4).
const REASON_OF_A_BREACH: usize = 20;

fn definition(draft: &Draft<'_>) -> Result<Arc<Definition>, Refusal> {
    draft.definition().ok_or(Refusal::Undefined)
}

fn stage<'a>(draft: &'a Draft<'_>, stage: &StageName) -> Result<&'a StageState, Refusal> {
    let known = definition(draft)?.columns().collect::<Vec<_>>();
    let unknown = || Refusal::UnknownStage {
        stage: stage.clone(),
        known,
    };
    draft.pipeline.stage(stage).ok_or_else(unknown)
}

fn release<'a>(draft: &'a Draft<'_>, release: ReleaseId) -> Result<&'a Release, Refusal> {
    draft
        .pipeline
        .releases
        .get(release)
        .ok_or_else(|| Refusal::UnknownRelease {
            release,
            newest: draft.pipeline.releases.newest().map(|newest| newest.id),
        })
}

/// What a stage is doing instead of what was asked about, and since when, for refusals.
fn instead(attempt: Option<&Attempt>) -> String {
    let Some(attempt) = attempt else {
        return "nothing has entered it yet".to_owned();
    };
    let (release, word) = (attempt.release, attempt.state.word());
    let word = if attempt.is_rollback() && attempt.is_working() {
        "being rolled back"
    } else {
        word
    };
    let (since, why) = if let AttemptState::Paused { since, why } = &attempt.state {
        (*since, format!(": {why}"))
    } else {
        (attempt.ended().unwrap_or(attempt.started), String::new())
    };
    format!("the newest there is {release}, {word} since {since}{why}")
}

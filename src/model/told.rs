//! A fact in an operator's words: the kind in capitals, where it happened, what happened. Used by
//! every list of events, so that screen, command line and transcript say the same.

mod named;
mod words;

use crate::model::{AttemptId, EffectId, Fact, Pipeline, ReleaseId, StageName};
use words::{attempt_words, guard_words, inbound_words, request_words};

/// One line of an event list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// A word such as DEPLOY or ALARM.
    pub kind: &'static str,
    /// The person behind it, if there is one.
    pub who: Option<String>,
    pub what: String,
}

/// What is known of the attempt and the step that a fact is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The release of the attempt.
    pub release: Option<ReleaseId>,
    /// What the gate is called that was passed.
    pub gate: Option<String>,
    /// What the step does.
    pub step: Option<String>,
}

impl Known {
    /// The words with the release before them, where they leave it out.
    pub fn with_release(&self, what: String) -> String {
        match self.release.map(|release| release.to_string()) {
            Some(release) if !what.contains(&release) => format!("{release}: {what}"),
            Some(_) | None => what,
        }
    }
}

impl Fact {
    /// Tells the fact without knowing the state around it.
    pub fn told(&self) -> Told {
        let (kind, what) = match self {
            Fact::Defined { .. }
            | Fact::GroupsDefined { .. }
            | Fact::DrainDefined { .. }
            | Fact::RotasDefined { .. }
            | Fact::Reloaded { .. }
            | Fact::HeadMoved { .. }
            | Fact::SourceFailed { .. }
            | Fact::SourceRecovered { .. }
            | Fact::ReleaseCut { .. }
            | Fact::Superseded { .. }
            | Fact::AlarmChanged { .. }
            | Fact::AlarmWorsened { .. } => inbound_words(self),
            Fact::Quarantined { .. }
            | Fact::QuarantineLifted { .. }
            | Fact::HoldPlaced { .. }
            | Fact::HoldLifted { .. }
            | Fact::Overridden { .. }
            | Fact::OverrideUsed { .. }
            | Fact::OverrideEnded { .. }
            | Fact::ClockStepped { .. }
            | Fact::ClockTrusted { .. }
            | Fact::TicketOpened { .. }
            | Fact::TicketChanged { .. }
            | Fact::TicketResolved { .. }
            | Fact::TokenMade { .. }
            | Fact::TokenRevoked { .. }
            | Fact::CommandAccepted { .. }
            | Fact::CommandRefused { .. } => guard_words(self),
            Fact::ApprovalRequested { .. }
            | Fact::Approved { .. }
            | Fact::ApprovalUndone { .. }
            | Fact::ApprovalExpired { .. }
            | Fact::PromotionLapsed { .. }
            | Fact::GatePassed { .. }
            | Fact::Rejected { .. } => request_words(self),
            Fact::AttemptStarted { .. }
            | Fact::StepStarted { .. }
            | Fact::StepRetried { .. }
            | Fact::StepFinished { .. }
            | Fact::StepAbandoned { .. }
            | Fact::StaleResult { .. }
            | Fact::BakeStarted { .. }
            | Fact::BakeCounted { .. }
            | Fact::BakePaused { .. }
            | Fact::BakeResumed { .. }
            | Fact::BakeRestarted { .. }
            | Fact::BakeFinished { .. }
            | Fact::DeploymentDone { .. }
            | Fact::AttemptPaused { .. }
            | Fact::AttemptResumed { .. }
            | Fact::AttemptPassed { .. }
            | Fact::AttemptFailed { .. }
            | Fact::AttemptPreempted { .. }
            | Fact::AttemptWithdrawn { .. }
            | Fact::RolledBack { .. } => attempt_words(self),
        };
        Told {
            kind,
            who: self.actor(),
            what,
        }
    }

    /// Tells the fact for somebody who knows releases, gates and titles, and not the numbers of
    /// attempts and steps, as far as that is known.
    pub fn told_by(&self, known: &Known) -> Told {
        let mut told = self.told();
        told.what = named::named(self, told.what, known);
        if let Some((id, title)) = self.step().zip(known.step.as_ref())
            && let Some(rest) = told.what.strip_prefix(id.0.as_str())
        {
            told.what = format!("{title}{rest}");
        }
        told
    }

    /// What a pipeline knows of the attempt that a fact is about; titles of steps it does not keep.
    pub fn known(&self, pipeline: &Pipeline) -> Known {
        named::known(self, pipeline)
    }

    /// The step whose later life a fact tells.
    pub fn step(&self) -> Option<&EffectId> {
        if let Fact::StepRetried { id, .. } | Fact::StaleResult { id, .. } = self {
            return Some(id);
        }
        self.closes()
    }

    /// The stage a fact is about, where the state around it knows.
    pub fn stage(&self, pipeline: &Pipeline) -> Option<StageName> {
        if let Some(id) = self.attempt() {
            return pipeline.place_of(id).map(|(stage, _)| stage.clone());
        }
        if let Fact::TicketChanged { id, .. } | Fact::TicketResolved { id, .. } = self {
            let ticket = pipeline.guards.tickets.get(id);
            return ticket.map(|ticket| ticket.stage.clone());
        }
        self.own_stage()
    }

    /// The stage that a fact names itself.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "most facts that name no attempt name no stage either"
    )]
    pub fn own_stage(&self) -> Option<StageName> {
        match self {
            Fact::Superseded { stage, .. }
            | Fact::Overridden { stage, .. }
            | Fact::TicketOpened { stage, .. } => Some(stage.clone()),
            Fact::HeadMoved { .. }
            | Fact::SourceFailed { .. }
            | Fact::SourceRecovered { .. }
            | Fact::ReleaseCut { .. } => Some(StageName::source()),
            _ => None,
        }
    }

    /// The attempt a fact is about.
    pub fn attempt(&self) -> Option<AttemptId> {
        match self {
            Fact::StepStarted { owed } => Some(owed.attempt),
            Fact::AttemptStarted { attempt, .. }
            | Fact::OverrideUsed { attempt, .. }
            | Fact::BakeStarted { attempt, .. }
            | Fact::BakeCounted { attempt, .. }
            | Fact::BakePaused { attempt, .. }
            | Fact::BakeResumed { attempt, .. }
            | Fact::BakeRestarted { attempt, .. }
            | Fact::BakeFinished { attempt, .. }
            | Fact::DeploymentDone { attempt }
            | Fact::ApprovalRequested { attempt, .. }
            | Fact::Approved { attempt, .. }
            | Fact::ApprovalUndone { attempt, .. }
            | Fact::ApprovalExpired { attempt, .. }
            | Fact::PromotionLapsed { attempt, .. }
            | Fact::GatePassed { attempt, .. }
            | Fact::Rejected { attempt, .. }
            | Fact::AttemptPaused { attempt, .. }
            | Fact::AttemptResumed { attempt }
            | Fact::AttemptPassed { attempt }
            | Fact::AttemptFailed { attempt, .. }
            | Fact::AttemptPreempted { attempt, .. }
            | Fact::AttemptWithdrawn { attempt, .. }
            | Fact::RolledBack { attempt } => Some(*attempt),
            Fact::Defined { .. }
            | Fact::GroupsDefined { .. }
            | Fact::DrainDefined { .. }
            | Fact::RotasDefined { .. }
            | Fact::Reloaded { .. }
            | Fact::HeadMoved { .. }
            | Fact::SourceFailed { .. }
            | Fact::SourceRecovered { .. }
            | Fact::ReleaseCut { .. }
            | Fact::Superseded { .. }
            | Fact::StepRetried { .. }
            | Fact::StepFinished { .. }
            | Fact::StepAbandoned { .. }
            | Fact::StaleResult { .. }
            | Fact::AlarmChanged { .. }
            | Fact::AlarmWorsened { .. }
            | Fact::Quarantined { .. }
            | Fact::QuarantineLifted { .. }
            | Fact::HoldPlaced { .. }
            | Fact::HoldLifted { .. }
            | Fact::Overridden { .. }
            | Fact::OverrideEnded { .. }
            | Fact::ClockStepped { .. }
            | Fact::ClockTrusted { .. }
            | Fact::TicketOpened { .. }
            | Fact::TicketChanged { .. }
            | Fact::TicketResolved { .. }
            | Fact::TokenMade { .. }
            | Fact::TokenRevoked { .. }
            | Fact::CommandAccepted { .. }
            | Fact::CommandRefused { .. } => None,
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "most facts have no person behind them"
    )]
    fn actor(&self) -> Option<String> {
        match self {
            Fact::Approved { by, .. }
            | Fact::ApprovalUndone { by, .. }
            | Fact::TicketResolved { by: Some(by), .. }
            | Fact::Rejected { by, .. }
            | Fact::QuarantineLifted { by, .. }
            | Fact::HoldPlaced { by, .. }
            | Fact::HoldLifted { by: Some(by), .. }
            | Fact::Overridden { by, .. }
            | Fact::Reloaded { by: Some(by), .. }
            | Fact::OverrideEnded { by: Some(by), .. }
            | Fact::ClockTrusted { by: Some(by) }
            | Fact::TokenMade { by, .. }
            | Fact::TokenRevoked { by: Some(by), .. }
            | Fact::CommandAccepted { by, .. }
            | Fact::CommandRefused { by, .. } => Some(by.to_string()),
            Fact::TicketChanged { change, .. } => change.by().map(ToString::to_string),
            _ => None,
        }
    }
}

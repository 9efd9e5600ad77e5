//! Refusals sorted by what somebody would do about them, few enough for a figure each.

use crate::model::Refusal;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RefusalClass {
    /// There is no such thing.
    Unknown,
    /// There is nothing to do.
    Nothing,
    /// The world is not the one that was seen.
    Changed,
    /// Somebody else may, or nobody.
    NotAllowed,
    /// Something that must be said is missing, or too much.
    Incomplete,
    /// The request was made before, and was another one.
    KeyReused,
}

impl RefusalClass {
    pub const ALL: [RefusalClass; 6] = [
        RefusalClass::Unknown,
        RefusalClass::Nothing,
        RefusalClass::Changed,
        RefusalClass::NotAllowed,
        RefusalClass::Incomplete,
        RefusalClass::KeyReused,
    ];

    /// As dashboards spell it.
    pub fn word(self) -> &'static str {
        match self {
            RefusalClass::Unknown => "unknown",
            RefusalClass::Nothing => "nothing_to_do",
            RefusalClass::Changed => "changed",
            RefusalClass::NotAllowed => "not_allowed",
            RefusalClass::Incomplete => "incomplete",
            RefusalClass::KeyReused => "key_reused",
        }
    }
}

impl Refusal {
    pub fn class(&self) -> RefusalClass {
        match self {
            Refusal::Undefined
            | Refusal::UnknownStage { .. }
            | Refusal::UnknownRegion { .. }
            | Refusal::UnknownTarget { .. }
            | Refusal::UnknownRelease { .. }
            | Refusal::UnknownHold { .. }
            | Refusal::UnknownOverride { .. }
            | Refusal::UnknownTicket { .. }
            | Refusal::WrongStream => RefusalClass::Unknown,
            Refusal::ClockTrusted
            | Refusal::NotQuarantined { .. }
            | Refusal::NotAsked { .. }
            | Refusal::NothingToUndo { .. }
            | Refusal::TicketStands { .. }
            | Refusal::NothingToYield { .. }
            | Refusal::AlreadyApproved { .. }
            | Refusal::NoSuchBlocker { .. }
            | Refusal::NothingToRollBack { .. }
            | Refusal::RollbackUnderWay { .. }
            | Refusal::NothingToRetry { .. } => RefusalClass::Nothing,
            Refusal::OtherAttempt { .. }
            | Refusal::TakenOver { .. }
            | Refusal::EvidenceChanged { .. }
            | Refusal::PlanChanged { .. } => RefusalClass::Changed,
            Refusal::NotInGroup { .. }
            | Refusal::AuthorCannotApprove { .. }
            | Refusal::NotOverridable { .. } => RefusalClass::NotAllowed,
            Refusal::NeedsReason { .. } | Refusal::TooLong { .. } | Refusal::TooMany { .. } => {
                RefusalClass::Incomplete
            }
            Refusal::KeyReused => RefusalClass::KeyReused,
        }
    }
}

//! Mistakes planted on purpose, each where the rule it breaks lives, so that the simulation can show
//! that it would find them. Only the feature `planted`, which only the tests switch on, makes them
//! real; without it every question is a constant `false` and nothing of them is compiled.

macro_rules! bugs {
    ($($(#[$doc:meta])* $bug:ident,)*) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Bug { $($(#[$doc])* $bug,)* }

        #[cfg(feature = "planted")]
        impl Bug {
            pub const ALL: &'static [Bug] = &[$(Bug::$bug,)*];
        }
    };
}

bugs! {
    // What blocks.
    NoDataIsFine,
    FiringIsFine,
    HoldsOnlyAtEntry,
    WindowsOnlyAtEntry,
    AlarmsOnlyAtEntry,
    ReviewByTheAuthor,
    ClockStepIgnored,
    ExpiredHoldCounts,
    DrainIgnored,
    StaggerIgnored,
    QuotaIgnored,
    WiderAlarmsForgotten,
    RejectForgotten,
    // Overrides.
    OverrideOfAnyRelease,
    OverrideOfAnyStage,
    OverrideOfLaterBlocker,
    OverrideWithoutEnd,
    // Approval.
    AuthorApproves,
    ApproverCountsTwice,
    AnybodyApproves,
    EvidenceIgnored,
    ApprovalNeverExpires,
    PromotionNeverLapses,
    GraceIgnored,
    UndoAfterGrace,
    // Order.
    StageSkipped,
    NoOneBox,
    TwiceAtOnce,
    EpochKept,
    PausedGoesOn,
    RunningIsSuperseded,
    BuiltAgain,
    CoverageIgnored,
    DigestUnchecked,
    HistoryForgotten,
    // Bakes.
    BakeWithoutData,
    BakeByWallClock,
    BakeWithoutPoints,
    BurstEndsBake,
    BakeNotRestarted,
    CanaryWithoutBake,
    // Rollback.
    RollbackToUnproven,
    RollbackWaitsForGuards,
    AlarmDoesNotRollBack,
    NoQuarantine,
    QuarantineByNumber,
    QuarantineLiftedByAnything,
    RollbackRolledBack,
    RollbackBeyondItsScope,
    RollbackWithoutRoom,
    OldColourTakenForGranted,
    OldColourOutlived,
    OrganizationAlarmRollsBack,
    RetentionForgetsGood,
    // Results.
    UnknownIsSuccess,
    StaleResultCounts,
    RetryForgotten,
    // The record.
    PlanDigestIgnored,
    CommandNotAudited,
    TicketForgotten,
    SyncDropped,
    KeyCountsTwice,
}

#[cfg(feature = "planted")]
thread_local! {
    static PLANTED: std::cell::Cell<Option<Bug>> = const { std::cell::Cell::new(None) };
}

/// Plants a mistake in everything this thread does from now on, or none.
#[cfg(feature = "planted")]
pub fn plant(bug: Option<Bug>) {
    PLANTED.set(bug);
}

/// Whether this mistake is to be made.
#[cfg(feature = "planted")]
pub(crate) fn planted(bug: Bug) -> bool {
    PLANTED.get() == Some(bug)
}

#[cfg(not(feature = "planted"))]
pub(crate) const fn planted(_: Bug) -> bool {
    false
}

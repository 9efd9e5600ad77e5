//! Words for what stands between a release and a stage. Which blockers there are is `tui::rows`.

use crate::model::{BlockerKind, Passage, Status};

/// The word for a kind of blocker.
pub fn kind_word(kind: BlockerKind) -> &'static str {
    match kind {
        BlockerKind::Alarm => "alarm",
        BlockerKind::NoData => "no data",
        BlockerKind::Window => "window",
        BlockerKind::Quota => "quota",
        BlockerKind::Hold => "hold",
        BlockerKind::Drain => "drain",
        BlockerKind::Clock => "clock",
        BlockerKind::Quarantine => "quarantine",
        BlockerKind::Rejected => "rejected",
        BlockerKind::Review => "review",
        BlockerKind::Busy => "busy",
        BlockerKind::NotApproved => "order",
    }
}

/// The status that a kind of blocker shows as.
pub fn kind_status(kind: BlockerKind) -> Status {
    match kind {
        BlockerKind::Alarm => Status::Alarm,
        BlockerKind::NoData => Status::NoData,
        BlockerKind::Hold | BlockerKind::Drain | BlockerKind::Clock => Status::Held,
        BlockerKind::Busy => Status::Run,
        BlockerKind::Window
        | BlockerKind::Quota
        | BlockerKind::Quarantine
        | BlockerKind::Rejected
        | BlockerKind::Review
        | BlockerKind::NotApproved => Status::Blocked,
    }
}

/// What it takes to pass a blocker.
pub fn passage_word(passage: Passage) -> &'static str {
    match passage {
        Passage::Override => "override: reason, expiry",
        Passage::Lift => "lift it",
        Passage::Nobody => "nobody may",
    }
}

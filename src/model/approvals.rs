//! How an open request for approval stands: which yeses count now, how many are missing, when it
//! passes by itself. One question for the engine that obeys it and the screens that show it
//! (DESIGN.md 5, rule 4; INVARIANTS.md I07, I08).

use crate::model::planted::{Bug, planted};
use crate::model::{
    Actor, Approval, Attempt, AttemptId, Gate, GateState, Manual, Pipeline, Purpose, Span, Time,
    evidence,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An open request and its approvals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally<'a> {
    pub gate: usize,
    pub manual: &'a Manual,
    pub since: Time,
    /// Approvals of exactly what the request shows now, oldest first.
    pub counted: Vec<&'a Approval>,
    /// Approvals of what it showed before. They count again if it ever shows that again, as when
    /// an alarm is read anew after a restart.
    pub outdated: Vec<&'a Approval>,
    again: bool,
}

/// How long the approvals hold that let a release into a stage's queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Lapse {
    /// The attempt in which they were given.
    pub attempt: AttemptId,
    pub at: Time,
}

/// The open request of an attempt; none when it does not wait for people.
pub fn tally<'a>(pipeline: &Pipeline, attempt: &'a Attempt) -> Option<Tally<'a>> {
    let (index, gate) = attempt.asked()?;
    let (Gate::Manual(manual), GateState::Asked { since, approvals }) = (&gate.gate, &gate.state)
    else {
        return None;
    };
    let shown = (!approvals.is_empty()).then(|| evidence(pipeline, attempt));
    let (counted, outdated) = approvals
        .iter()
        .partition(|approval| Some(&approval.evidence) == shown.as_ref());
    Some(Tally {
        gate: index,
        manual,
        since: *since,
        counted,
        outdated,
        again: attempt.purpose == Purpose::Renewal,
    })
}

impl Tally<'_> {
    /// When the request passes: the time to undo after the approval that made it enough. None while
    /// approvals are missing.
    pub fn takes_effect(&self) -> Option<Time> {
        let wanted = usize::try_from(self.manual.count).unwrap_or(usize::MAX);
        let undo = self.manual.undo;
        let undo = if planted(Bug::GraceIgnored) {
            Span::ZERO
        } else {
            undo
        };
        match wanted.checked_sub(1) {
            None => Some(self.since),
            Some(last) => self.counted.get(last).map(|approval| approval.at + undo),
        }
    }

    /// How many more people have to say yes.
    pub fn missing(&self) -> u32 {
        let given = u32::try_from(self.counted.len()).unwrap_or(u32::MAX);
        self.manual.count.saturating_sub(given)
    }

    /// Every approval, whether it counts now or not.
    pub fn given(&self) -> impl Iterator<Item = &Approval> {
        self.counted.iter().chain(&self.outdated).copied()
    }

    /// Every approval that expires, with when.
    pub fn expiries(&self) -> impl Iterator<Item = (&Approval, Time)> {
        let for_ever = planted(Bug::ApprovalNeverExpires);
        let expires = self.manual.expires.filter(|_| !for_ever);
        self.given()
            .filter_map(move |approval| Some((approval, approval.at + expires?)))
    }

    /// When a newer candidate may take over from the request.
    pub fn yields(&self) -> Option<Time> {
        self.manual.yield_after.map(|span| self.since + span)
    }

    /// One line for screens. Instants and no countdown, so that it stays true while nothing
    /// happens.
    pub fn words(&self) -> String {
        let names = |approvals: &[&Approval]| {
            let names = approvals.iter().map(|approval| approval.by.to_string());
            names.collect::<Vec<_>>().join(", ")
        };
        if let Some(at) = self.takes_effect() {
            let (by, at) = (names(&self.counted), at.utc().format("%H:%M:%SZ"));
            return format!("approved by {by}, takes effect at {at}");
        }
        let from = self.manual.from.as_ref();
        let from = from.map_or("anybody".to_owned(), ToString::to_string);
        let mut words = format!("{} asks {from}", self.manual.name);
        if self.again {
            words.push_str(" again, the approval has expired");
        }
        if self.manual.count > 1 {
            let (given, wanted) = (self.counted.len(), self.manual.count);
            words = format!("{words}, {given} of {wanted} approved");
        }
        if !self.outdated.is_empty() {
            let by = names(&self.outdated);
            words = format!("{words}; {by} approved what it was before");
        }
        words
    }

    /// Whether somebody's approval of what is shown now is among them.
    pub fn has(&self, actor: &Actor) -> bool {
        self.counted.iter().any(|approval| approval.by == *actor)
    }
}

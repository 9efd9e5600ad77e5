//! What people and rollbacks put in the way, and the permissions to pass: holds, overrides,
//! quarantine. What blocks at a given moment is the query in `blocker`.

use crate::model::planted::{Bug, planted};
use crate::model::{
    Actor, AttemptId, BlockerId, Fact, HoldId, OverrideId, ReleaseId, ServiceName, Sha, Span,
    StageName, Time,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// A stop: a person's, or one that the server itself has to make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hold {
    pub id: HoldId,
    pub scope: HoldScope,
    pub by: Actor,
    pub at: Time,
    pub reason: String,
    pub expires: Option<Time>,
    #[serde(default, skip_serializing_if = "HoldCause::is_wish")]
    pub cause: HoldCause,
}

/// What made a hold necessary.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HoldCause {
    /// Somebody wants it.
    #[default]
    Wish,
    /// The journal was restored from a backup: what it owes may have been done since, so nothing at
    /// all is run until somebody has looked and lifts the hold.
    Restore,
    /// The disk of the journal is full. What is left is for what runs, and for rollbacks.
    Space,
}

impl HoldCause {
    /// Whether the server made it necessary, and no wish.
    pub fn is_own(self) -> bool {
        match self {
            HoldCause::Wish => false,
            HoldCause::Restore | HoldCause::Space => true,
        }
    }

    /// What the journal need not say.
    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "it is asked while a fact is written, which hands out references"
    )]
    pub(crate) fn is_wish(&self) -> bool {
        !self.is_own()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HoldScope {
    Stage(StageName),
    Pipeline,
    /// Every pipeline of a service; kept in the organization's stream.
    Service(ServiceName),
    /// Stop the line; kept in the organization's stream.
    Organization,
}

/// The wall clock did not go on as time did: nothing new starts until somebody believes it, or it
/// has settled (INVARIANTS.md I40).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClockHold {
    pub at: Time,
    /// Where the clock should have been.
    pub from: Time,
    /// Where it was.
    pub to: Time,
}

/// How long a clock that went forward must go on without another step.
const SETTLES_IN: Span = Span::minutes(30);

impl ClockHold {
    /// When it is settled if nothing more happens: a clock that went ahead, after a while of going
    /// on evenly; one that went back, once it has made up for it.
    pub fn settles(&self) -> Time {
        if self.to > self.from {
            self.at + SETTLES_IN
        } else {
            self.from + Span(1)
        }
    }
}

/// Who asks to pass: a release at a stage, with the attempt once it is under way.
#[derive(Debug, Clone, Copy)]
pub struct Pass<'a> {
    pub stage: &'a StageName,
    pub release: ReleaseId,
    pub attempt: Option<AttemptId>,
}

/// A recorded permission to pass named blockers for one release and one stage (rule 9).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Override {
    pub id: OverrideId,
    pub blockers: Vec<BlockerId>,
    pub stage: StageName,
    pub release: ReleaseId,
    pub by: Actor,
    pub at: Time,
    pub expires: Time,
    pub reason: String,
    pub ticket: Option<String>,
    /// By how many attempts it may be used; the later targets of one attempt are one use.
    pub uses: u32,
    pub used_by: BTreeSet<AttemptId>,
}

/// How many attempts an override lets pass when nothing else was asked for.
pub(crate) const fn once() -> u32 {
    1
}

impl Hold {
    /// The hold that a fact placed at `at`; none for any other fact.
    pub fn placed(at: Time, fact: &Fact) -> Option<Self> {
        let Fact::HoldPlaced {
            id,
            scope,
            by,
            reason,
            lasts,
            cause,
        } = fact
        else {
            return None;
        };
        Some(Self {
            id: *id,
            scope: scope.clone(),
            by: by.clone(),
            at,
            reason: reason.clone(),
            expires: lasts.map(|lasts| at + lasts),
            cause: *cause,
        })
    }

    /// Whether it still holds at `now`.
    pub fn is_active(&self, now: Time) -> bool {
        let for_ever = planted(Bug::ExpiredHoldCounts);
        for_ever || self.expires.is_none_or(|expires| now < expires)
    }
}

impl Override {
    /// Whether it lets a candidate past a blocker that has stood since `since`. One that arose after
    /// the override was given blocks again (rule 9; INVARIANTS.md I12).
    pub fn covers(&self, pass: &Pass<'_>, (blocker, since): (&BlockerId, Time), now: Time) -> bool {
        (self.stage == *pass.stage || planted(Bug::OverrideOfAnyStage))
            && (self.release == pass.release || planted(Bug::OverrideOfAnyRelease))
            && self.blockers.contains(blocker)
            && (since <= self.at || planted(Bug::OverrideOfLaterBlocker))
            && now < self.expires
            && self.serves(pass.attempt)
    }

    /// Whether the attempt, or the next one where none is under way, may use it.
    fn serves(&self, attempt: Option<AttemptId>) -> bool {
        let left = self.left() > 0 || planted(Bug::OverrideWithoutEnd);
        attempt.is_some_and(|attempt| self.used_by.contains(&attempt)) || left
    }

    /// How many more attempts may use it.
    pub fn left(&self) -> u32 {
        let used = u32::try_from(self.used_by.len()).unwrap_or(u32::MAX);
        self.uses.saturating_sub(used)
    }
}

/// A person's no to a release in a stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rejection {
    pub at: Time,
    /// Who said it and the reason, in words.
    pub why: String,
}

/// What was rolled back and may not deploy again (rule 12).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Quarantine {
    pub culprit: Culprit,
    /// The release whose rollback put it here.
    pub release: ReleaseId,
    pub at: Time,
    pub why: String,
}

/// What a rollback blames.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Culprit {
    /// No release that contains it may deploy.
    Change(Sha),
    /// Each of its changes has proven good in another release, so it is how they go together: what
    /// was built of it may not deploy.
    Whole(ReleaseId),
}

impl Quarantine {
    /// Why a release may not deploy.
    pub fn in_release(&self, release: ReleaseId) -> String {
        match &self.culprit {
            Culprit::Change(sha) => {
                let (sha, with) = (sha.short(), self.release);
                format!("{release} carries {sha}, rolled back with {with}")
            }
            Culprit::Whole(whole) if *whole == release => {
                format!("{release} was rolled back as a whole")
            }
            Culprit::Whole(whole) => {
                format!("{release} is built as {whole}, which was rolled back as a whole")
            }
        }
    }

    /// What comes and may deploy.
    pub fn cleared_by(&self) -> &'static str {
        match self.culprit {
            Culprit::Change(_) => "a release without it, or with its revert, comes",
            Culprit::Whole(_) => "another release comes",
        }
    }
}

impl fmt::Display for Culprit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Culprit::Change(sha) => f.write_str(sha.short()),
            Culprit::Whole(release) => write!(f, "{release} as a whole"),
        }
    }
}

//! How well changes reach production, counted fact by fact (DESIGN.md 6, "delivery metrics"). This
//! is the ledger of one pipeline: what happened when, as far back as two of the longest windows.
//! `figures` makes the numbers of it; [`DEFINITIONS`] says what each of them means. Whole numbers
//! only, and nothing that facts do not tell.

mod csv;
mod figures;
mod legs;
mod stops;

pub use figures::{
    DeliveryReport, Figures, LegTime, PipelineDelivery, Spread, WINDOW_DAYS_MAX, delivery_report,
};
pub use legs::Activity;

use crate::model::{
    Actor, Attempt, AttemptId, Cause, Command, Fact, Org, Phase, Pipeline, Purpose, ReleaseId,
    Span, StageName, Time,
};
use legs::Trip;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use stops::Stops;

/// What every number means, as shown beside them.
pub const DEFINITIONS: [(&str, &str); 11] = [
    (
        "deployments",
        "releases whose deployment into a production stage finished for the first time",
    ),
    (
        "lead time",
        "of every change: from its commit to the moment its release is on all targets of the last stage; p50 and p90",
    ),
    (
        "where the time goes",
        "of the releases that reached the last stage: the mean time per stage and activity, from cut to there",
    ),
    (
        "change failure",
        "of the releases that began in production: the share that was rolled back or failed there",
    ),
    (
        "restore",
        "from the start of a rollback in production, or from its alarm if that fired before, to its end; p50",
    ),
    (
        "approval wait",
        "from asking people to their last approval or their no; p50, p90 and the slowest stage by p50",
    ),
    (
        "blocked",
        "the share of the releases' time (see where the time goes) in which they waited before a stage that a hold, else an alarm or missing data, else windows closed in every region kept closed",
    ),
    ("overrides", "overrides given, by person and by blocker"),
    (
        "rollbacks",
        "rollbacks begun in production: by an alarm or a failure (auto), or by a person",
    ),
    (
        "hands-off",
        "of the releases that reached the last stage: the share for which no person had to do anything",
    ),
    (
        "human time",
        "per change delivered: every command counts as the time since that person's command before, at least one and at most ten minutes",
    ),
];

/// Records of each kind that are kept; of a busier pipeline the oldest go first.
const KEPT: usize = 500;
/// Releases under way that are followed at once.
const TRIPS_KEPT: usize = 200;
/// A command takes a person at least and at most so long.
const LEAST_HAND: Span = Span::minutes(1);
const MOST_HAND: Span = Span::minutes(10);

/// The delivery ledger of one pipeline.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Releases on their way to the last stage.
    trips: BTreeMap<ReleaseId, Trip>,
    stops: Stops,
    #[serde(with = "crate::model::pairs")]
    asked: BTreeMap<(AttemptId, usize), Time>,
    /// The newest release that is everywhere.
    everywhere: Option<ReleaseId>,
    deployed: VecDeque<Dated<ReleaseId>>,
    began: VecDeque<Dated<ReleaseId>>,
    shipped: VecDeque<Dated<Shipped>>,
    failed: VecDeque<Dated<ReleaseId>>,
    rollbacks: VecDeque<Dated<Returned>>,
    approvals: VecDeque<Dated<(StageName, Span)>>,
    overrides: VecDeque<Dated<(Actor, Vec<String>)>>,
    hands: VecDeque<Dated<(Actor, Span)>>,
}

/// Something at its moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Dated<T> {
    at: Time,
    what: T,
}

/// A release that came to be everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Shipped {
    /// From commit to here, of every change.
    leads: Vec<Span>,
    legs: Vec<(StageName, Activity, Span)>,
    hands_off: bool,
}

/// A rollback in production.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Returned {
    attempt: AttemptId,
    by_person: bool,
    /// From the start, or the alarm before it, to the end; none while it goes on.
    took: Option<Span>,
    from: Time,
}

impl Delivery {
    /// Takes a fact in, with the pipeline as it is after it.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "most facts only move an attempt on"
    )]
    pub fn fold(&mut self, pipeline: &Pipeline, at: Time, fact: &Fact) {
        self.stops.fold(at, fact);
        self.people(pipeline, at, fact);
        match fact {
            Fact::ReleaseCut { release, .. } => self.cut(*release, at),
            Fact::AttemptStarted { attempt, .. } => {
                if let Some(attempt) = pipeline.attempt(*attempt) {
                    self.started(pipeline, at, attempt);
                }
            }
            Fact::DeploymentDone { attempt } => self.on_all(pipeline, at, *attempt),
            Fact::AttemptFailed { attempt, .. } => {
                let failed = pipeline.attempt(*attempt);
                if let Some(attempt) = failed.filter(|attempt| in_production(pipeline, attempt)) {
                    self.fail(at, attempt.release);
                }
            }
            Fact::RolledBack { attempt } => {
                let mut back = self.rollbacks.iter_mut().rev();
                if let Some(back) = back.find(|back| back.what.attempt == *attempt) {
                    back.what.took = Some(at.since(back.what.from));
                }
            }
            Fact::Superseded { release, .. } => {
                self.trips.remove(release);
            }
            _ => {}
        }
        let oldest = self.trips.values().map(|trip| trip.ready).min();
        self.stops.forget_before(oldest.unwrap_or(at));
        if moves_on(fact) {
            for trip in self.trips.values_mut() {
                trip.follow(pipeline, at);
            }
        }
    }

    /// Takes the organization's holds in, as they are now.
    pub fn follow(&mut self, pipeline: &Pipeline, org: &Org, now: Time) {
        if let Some(definition) = &pipeline.definition {
            self.stops.follow(&definition.service, org, now);
        }
    }

    fn cut(&mut self, release: ReleaseId, at: Time) {
        self.trips.insert(release, Trip::new(at));
        while self.trips.len() > TRIPS_KEPT {
            self.trips.pop_first();
        }
    }

    fn started(&mut self, pipeline: &Pipeline, at: Time, attempt: &Attempt) {
        let production = in_production(pipeline, attempt);
        match &attempt.purpose {
            Purpose::Forward => {
                if production && !self.began.iter().any(|began| began.what == attempt.release) {
                    keep(&mut self.began, at, attempt.release);
                }
                if let Some(trip) = self.trips.get_mut(&attempt.release) {
                    let waited = self.stops.split(pipeline, &attempt.stage, (trip.ready, at));
                    trip.enter(attempt, at, waited);
                }
            }
            Purpose::Rollback(rollback) if production => {
                let from = match &rollback.cause {
                    Cause::Alarm { alarm, .. } => pipeline.alarms.get(alarm).map(|a| a.since),
                    Cause::Deployment { .. } | Cause::Operator { .. } => None,
                };
                let back = Returned {
                    attempt: attempt.id,
                    by_person: matches!(rollback.cause, Cause::Operator { .. }),
                    took: None,
                    from: from.map_or(at, |from| from.min(at)),
                };
                keep(&mut self.rollbacks, at, back);
                self.fail(at, attempt.release);
            }
            Purpose::Rollback(_) | Purpose::Renewal => {}
        }
    }

    fn fail(&mut self, at: Time, release: ReleaseId) {
        if !self.failed.iter().any(|failed| failed.what == release) {
            keep(&mut self.failed, at, release);
        }
    }

    /// A deployment has reached all targets of its stage.
    fn on_all(&mut self, pipeline: &Pipeline, at: Time, attempt: AttemptId) {
        let found = pipeline.attempt(attempt);
        let Some(attempt) = found.filter(|attempt| in_production(pipeline, attempt)) else {
            return;
        };
        let release = attempt.release;
        if attempt.purpose != Purpose::Forward {
            return;
        }
        if !self.deployed.iter().any(|known| known.what == release) {
            keep(&mut self.deployed, at, release);
        }
        let last = pipeline.definition.as_ref().and_then(|d| d.stages.last());
        if last.is_some_and(|last| last.name == attempt.stage) {
            self.ship(pipeline, at, release);
        }
    }

    fn ship(&mut self, pipeline: &Pipeline, at: Time, release: ReleaseId) {
        let Some(mut trip) = self.trips.remove(&release) else {
            return;
        };
        trip.follow(pipeline, at);
        let changes = pipeline.releases.changes_since(release, self.everywhere);
        let leads = changes.iter().map(|change| at.since(change.at));
        let shipped = Shipped {
            leads: leads.take(KEPT).collect(),
            hands_off: !trip.touched,
            legs: trip.legs(),
        };
        keep(&mut self.shipped, at, shipped);
        self.everywhere = self.everywhere.max(Some(release));
        // What is older is in it now, or is held back for good.
        self.trips.retain(|id, _| *id > release);
    }

    /// What people did: approvals, overrides, commands.
    #[expect(clippy::wildcard_enum_match_arm, reason = "few facts are of people")]
    fn people(&mut self, pipeline: &Pipeline, at: Time, fact: &Fact) {
        match fact {
            Fact::ApprovalRequested { attempt, gate } => {
                self.asked.insert((*attempt, *gate), at);
            }
            Fact::GatePassed { attempt, gate } | Fact::Rejected { attempt, gate, .. } => {
                let asked = self.asked.remove(&(*attempt, *gate));
                let place = pipeline.place_of(*attempt);
                if let (Some(asked), Some((stage, _))) = (asked, place) {
                    keep(&mut self.approvals, at, (stage.clone(), at.since(asked)));
                }
            }
            Fact::Overridden { by, blockers, .. } => {
                let named = blockers.iter().map(ToString::to_string).collect();
                keep(&mut self.overrides, at, (by.clone(), named));
            }
            Fact::CommandAccepted { by, command, .. } => self.command(at, by, command),
            _ => {}
        }
    }

    fn command(&mut self, at: Time, by: &Actor, command: &Command) {
        let mut before = self.hands.iter().rev();
        let before = before.find(|hand| hand.what.0 == *by);
        let since = before.map_or(LEAST_HAND, |before| at.since(before.at));
        let took = since.clamp(LEAST_HAND, MOST_HAND);
        keep(&mut self.hands, at, (by.clone(), took));
        let named = match command {
            Command::Approve(verdict) | Command::Reject(verdict) => Some(verdict.release),
            Command::Override { release, .. }
            | Command::Rollback { release, .. }
            | Command::Retry { release, .. }
            | Command::Undo { release, .. }
            | Command::Yield { release, .. } => Some(*release),
            Command::Hold { .. } | Command::Lift { .. } => None,
            Command::Ticket { .. } => return,
        };
        for (release, trip) in &mut self.trips {
            trip.touched |= named.is_none_or(|named| named == *release);
        }
    }
}

/// Whether an attempt is in a stage that is production, under the definition it entered with.
fn in_production(pipeline: &Pipeline, attempt: &Attempt) -> bool {
    let definition = pipeline.in_force(&attempt.stage);
    let stage = definition.and_then(|definition| definition.stage(&attempt.stage));
    stage.is_some_and(|stage| stage.phase == Phase::Production)
}

/// Whether a fact can change what a release spends its time on.
fn moves_on(fact: &Fact) -> bool {
    !matches!(
        fact,
        Fact::BakeCounted { .. }
            | Fact::AlarmChanged { .. }
            | Fact::AlarmWorsened { .. }
            | Fact::HeadMoved { .. }
            | Fact::StaleResult { .. }
            | Fact::CommandRefused { .. }
    )
}

fn keep<T>(kept: &mut VecDeque<Dated<T>>, at: Time, what: T) {
    kept.push_back(Dated { at, what });
    if kept.len() > KEPT {
        kept.pop_front();
    }
}

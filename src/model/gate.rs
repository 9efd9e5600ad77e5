//! What a release must pass besides its deployments: tests, bakes, people. The definition's side of
//! it; how far an attempt has come is in `attempt`.

use crate::model::planted::{Bug, planted};
use crate::model::{Coverage, GroupName, Run, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One step of an approval workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    Test(Test),
    Bake(BakeRule),
    Manual(Manual),
    /// Only in the build stage.
    Coverage(Coverage),
}

/// A named command whose exit status is evidence (DESIGN.md 4: 0, 75, anything else).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Test {
    pub name: String,
    pub run: Run,
    pub timeout: Span,
    /// Runs side by side with the tests before and after it that say so too.
    #[serde(default)]
    pub parallel: bool,
}

/// Watched waiting: contiguous healthy time AND data points (DESIGN.md 5, rule 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BakeRule {
    pub time: Span,
    /// Requests that the stage's alarms must have seen meanwhile; the least of them counts.
    pub points: u64,
}

impl BakeRule {
    /// How many of the data points of one healthy stretch count: at most four times its even share.
    /// So the points wanted come in over at least a quarter of the time wanted, since one burst
    /// says nothing of the rest of a bake (INVARIANTS.md, I42).
    pub fn countable(self, points: u64, healthy: Span) -> u64 {
        if self.points == 0 || self.time.is_zero() || planted(Bug::BurstEndsBake) {
            return points;
        }
        let fourfold = 4 * u128::from(self.points) * u128::from(healthy.0);
        let most = fourfold.div_ceil(u128::from(self.time.0));
        points.min(u64::try_from(most).unwrap_or(u64::MAX))
    }
}

/// A decision that people must take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Manual {
    pub name: String,
    /// Who may approve; everybody when absent.
    pub from: Option<GroupName>,
    pub count: u32,
    /// The author of a contained change does not count.
    pub not_author: bool,
    /// How long the last approval can be taken back before the request passes.
    #[serde(default)]
    pub undo: Span,
    /// How long an approval holds, until it has taken the release into the next stage; none is for
    /// ever.
    #[serde(default)]
    pub expires: Option<Span>,
    /// How long a request stands before a newer candidate takes its place (rule 3); none is for
    /// ever.
    #[serde(default)]
    pub yield_after: Option<Span>,
}

impl Gate {
    /// Whether it runs beside its neighbours that do so too.
    pub fn is_parallel(&self) -> bool {
        match self {
            Gate::Test(test) => test.parallel,
            Gate::Bake(_) | Gate::Manual(_) | Gate::Coverage(_) => false,
        }
    }

    /// A few words for screens.
    pub fn title(&self) -> String {
        match self {
            Gate::Test(test) => format!("test {}", test.name),
            Gate::Bake(rule) if rule.points > 0 => {
                format!("bake {} and {} points", rule.time, rule.points)
            }
            Gate::Bake(rule) => format!("bake {}", rule.time),
            Gate::Manual(manual) => format!("approval {}", manual.name),
            Gate::Coverage(_) => "coverage".to_owned(),
        }
    }
}

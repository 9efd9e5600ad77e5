//! How a stage deploys, and how a release comes to serve on a target: in one go, or beside what
//! serves, to be given the traffic in parts. What is done batch by batch is `rollout`.

use crate::model::{BakeRule, Run, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Deploy {
    pub run: Run,
    /// Run after `run` on the same target; it must exit 0 for the target to count as healthy.
    pub check: Option<Run>,
    pub timeout: Span,
    #[serde(default)]
    pub strategy: Strategy,
    /// Whether the first batch of each lane is a single target.
    pub one_box: bool,
    /// How many targets of a region may be out at once, forward and in a rollback.
    pub max_unavailable: Share,
    pub rollback_max_unavailable: Share,
    /// Taking a release back here does not undo what it did; the plan of a rollback says so first.
    #[serde(default)]
    pub one_way: bool,
}

impl Deploy {
    /// The command of a part; none where the strategy has no such part.
    pub fn command(&self, part: Part) -> Option<&Run> {
        match part {
            Part::Deploy | Part::Install => Some(&self.run),
            Part::Test => self.strategy.blue_green()?.test.as_ref(),
            Part::Switch => Some(&self.strategy.blue_green()?.switch),
            Part::Shift(_) => Some(&self.strategy.canary()?.shift),
        }
    }
}

/// A part of the targets of a region; at least one target comes out of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Share {
    Percent(u8),
    Count(u32),
}

impl Share {
    /// How many of `n_targets` this allows at once, rounded down but never zero.
    pub fn of(self, n_targets: usize) -> usize {
        let allowed = match self {
            Share::Percent(percent) => n_targets * usize::from(percent) / 100,
            Share::Count(count) => usize::try_from(count).unwrap_or(usize::MAX),
        };
        allowed.clamp(1, n_targets.max(1))
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// Target after target, so many at once.
    #[default]
    Rolling,
    /// All targets of a region at once.
    AllAtOnce,
    Canary(Canary),
    BlueGreen(BlueGreen),
}

/// A target runs two releases side by side and shifts the traffic from one to the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Canary {
    /// Gives a release its share of the traffic, and the one beside it the rest.
    pub shift: Run,
    /// Percentages, rising to 100.
    pub weights: Vec<u8>,
    /// After each weight.
    pub bake: BakeRule,
}

/// A target has two colours, of which one serves and the other is deployed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BlueGreen {
    /// Gives all traffic to a release.
    pub switch: Run,
    /// Run against the idle colour before the switch.
    pub test: Option<Run>,
    /// How long the colour that served before can be switched back to.
    pub keep: Span,
}

/// One part of bringing a release to a target.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// In place of what serves.
    #[default]
    Deploy,
    /// Beside what serves.
    Install,
    /// Of what is beside.
    Test,
    /// All traffic at once.
    Switch,
    /// So many percent of the traffic.
    Shift(u8),
}

impl Strategy {
    pub fn canary(&self) -> Option<&Canary> {
        if let Strategy::Canary(canary) = self {
            Some(canary)
        } else {
            None
        }
    }

    pub fn blue_green(&self) -> Option<&BlueGreen> {
        if let Strategy::BlueGreen(colours) = self {
            Some(colours)
        } else {
            None
        }
    }
}

impl Part {
    /// Whether it changes what a target serves. Where it does not, there is nothing to take back.
    pub fn moves_traffic(self) -> bool {
        match self {
            Part::Deploy | Part::Switch | Part::Shift(_) => true,
            Part::Install | Part::Test => false,
        }
    }

    /// One word, as commands see it.
    pub fn word(self) -> &'static str {
        match self {
            Part::Deploy => "deploy",
            Part::Install => "install",
            Part::Test => "test",
            Part::Switch => "switch",
            Part::Shift(_) => "shift",
        }
    }

    /// The share of the traffic that the release has afterwards.
    pub fn weight(self) -> Option<u8> {
        match self {
            Part::Shift(weight) => Some(weight),
            Part::Deploy | Part::Switch => Some(100),
            Part::Install | Part::Test => None,
        }
    }
}

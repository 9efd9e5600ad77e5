//! What a pipeline is, as checked data: the effective definition after inheritance. How it is
//! written in TOML, inherited and explained is `crate::definition`; this file knows no files.

mod limits;
mod run;
mod source;

pub use limits::{BadLimit, Bytes, CpuPercent, Limits};
pub use run::{BadSecretName, Run, Secret, SecretName};
pub use source::{Also, Build, CountedLines, Coverage, ReviewRule, Source};

use crate::model::planted::{Bug, planted};
use crate::model::{
    AlarmName, AlarmSource, BakeRule, Calendar, Deploy, Digest, Gate, PipelineName, RegionName,
    ServiceName, SourceName, Span, StageName, TargetName, TeamName, Weekly, WindowName, ZoneName,
};
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A pipeline, as its release trains run it. Travels in `Fact::Defined`, so the journal also says
/// what the definition was at any moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Definition {
    pub name: PipelineName,
    pub kind: Kind,
    pub service: ServiceName,
    pub owner: TeamName,
    /// Where steps after the build run: the folder that the definition was read from.
    pub directory: String,
    /// The file and the digest of the effective values.
    pub file: String,
    pub digest: Digest,
    pub runbook: Option<String>,
    /// The main source, which is what is built.
    pub source: Source,
    /// Sources beside it, for the build and its checks. A move of any source cuts a release.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Also>,
    pub build: Build,
    pub stages: Vec<Stage>,
    pub alarms: Vec<Alarm>,
    pub windows: Vec<Window>,
    /// How often alarms are read and bakes counted.
    pub watch_every: Span,
    /// How long a blocker may keep everything out of a stage before it becomes a ticket; none is
    /// for ever.
    #[serde(default)]
    pub blocked_ticket_after: Option<Span>,
    /// A reading older than this is no data (INVARIANTS.md I13).
    #[serde(default)]
    pub watch_max_age: Span,
}

/// What kind of change a pipeline carries.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Application,
    Infrastructure,
    OsPatch,
    Configuration,
    FeatureFlags,
    StaticAssets,
    OperatorTooling,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stage {
    pub name: StageName,
    pub phase: Phase,
    pub deploy: Deploy,
    pub regions: Vec<Region>,
    /// What must pass after the deployment, in order. A stage bake is its last-but-manual step.
    pub approval: Vec<Gate>,
    pub bake: BakeRules,
    pub windows: Vec<WindowName>,
    pub alarms: Vec<AlarmName>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    Test,
    Production,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Region {
    pub name: RegionName,
    #[schemars(with = "String")]
    pub time_zone: Tz,
    pub zones: Vec<Zone>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Zone {
    pub name: ZoneName,
    pub targets: Vec<TargetName>,
}

/// The bakes inside a rollout; the bake of the whole stage is a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BakeRules {
    pub one_box: BakeRule,
    pub zone: BakeRule,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Alarm {
    pub name: AlarmName,
    #[serde(default)]
    pub scope: AlarmScope,
    pub severity: Severity,
    pub source: AlarmSource,
    /// Fires when `fire.0` of the last `fire.1` readings are above.
    pub fire: (u32, u32),
    /// Clears after this many readings in a row that are not above.
    pub clear: u32,
    pub runbook: Option<String>,
}

/// What an alarm watches over. Every pipeline reads the alarms that concern it itself, so that none
/// depends on another's readings.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum AlarmScope {
    /// The stages that name it.
    #[default]
    Stage,
    /// Every stage of the pipeline.
    Pipeline,
    /// Every stage of every pipeline of one service.
    Service,
    /// Every pipeline there is. It keeps releases out and says nothing about any one of them, so it
    /// never rolls one back.
    Organization,
}

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    High,
    Medium,
    Low,
}

/// When deployments may start, in the time zone of the target (DESIGN.md 5, rule 5).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Window {
    pub name: WindowName,
    pub allow: Option<Weekly>,
    pub deny: Option<Weekly>,
    /// Each event in them denies.
    #[serde(default)]
    pub calendars: Vec<Calendar>,
    /// Pipelines begin at different moments within this after an opening.
    #[serde(default)]
    pub stagger: Span,
    /// How many attempts of a stage may start in one opening.
    #[serde(default)]
    pub quota: Option<u32>,
    /// `file:line` of the rule, for the person who wonders.
    pub origin: String,
}

impl Definition {
    pub fn stage(&self, name: &StageName) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.name == *name)
    }

    /// A source; the main one has no name.
    pub fn source_named(&self, name: Option<&SourceName>) -> Option<&Source> {
        let Some(name) = name else {
            return Some(&self.source);
        };
        let also = self.also.iter().find(|also| also.name == *name);
        also.map(|also| &also.source)
    }

    /// Every column of the board in order: source, build, then the stages.
    pub fn columns(&self) -> impl Iterator<Item = StageName> + '_ {
        [StageName::source(), StageName::build()]
            .into_iter()
            .chain(self.stages.iter().map(|stage| stage.name.clone()))
    }

    /// The column that a release enters after leaving `stage`.
    pub fn next_after(&self, stage: &StageName) -> Option<StageName> {
        self.columns().skip_while(|column| column != stage).nth(1)
    }

    pub fn alarm(&self, name: &AlarmName) -> Option<&Alarm> {
        self.alarms.iter().find(|alarm| alarm.name == *name)
    }

    /// Every alarm that watches a stage: those it names, then those of wider scope. What keeps a
    /// release out, pauses a bake or rolls back is asked of these.
    pub fn alarms_of(&self, stage: &Stage) -> Vec<&Alarm> {
        let named = stage.alarms.iter().filter_map(|name| self.alarm(name));
        let wider = self.alarms.iter().filter(|alarm| {
            alarm.scope != AlarmScope::Stage && !stage.alarms.contains(&alarm.name)
        });
        let wider = wider.filter(|_| !planted(Bug::WiderAlarmsForgotten));
        named.chain(wider).collect()
    }

    pub fn window(&self, name: &WindowName) -> Option<&Window> {
        self.windows.iter().find(|window| window.name == *name)
    }

    /// Whether `stage` is the first of the production phase.
    pub fn is_first_production(&self, stage: &StageName) -> bool {
        let first = self
            .stages
            .iter()
            .find(|stage| stage.phase == Phase::Production);
        first.is_some_and(|first| first.name == *stage)
    }
}

impl Alarm {
    /// Whether it rolls an attempt back that it watches, besides keeping releases out.
    pub fn rolls_back(&self) -> bool {
        match self.scope {
            AlarmScope::Stage | AlarmScope::Pipeline | AlarmScope::Service => true,
            AlarmScope::Organization => planted(Bug::OrganizationAlarmRollsBack),
        }
    }
}

impl Severity {
    pub fn word(self) -> &'static str {
        match self {
            Severity::High => "high",
            Severity::Medium => "medium",
            Severity::Low => "low",
        }
    }
}

impl Stage {
    /// Every target with where it is, in rollout order.
    pub fn targets(&self) -> impl Iterator<Item = (&Region, &Zone, &TargetName)> {
        self.regions.iter().flat_map(|region| {
            region.zones.iter().flat_map(move |zone| {
                zone.targets
                    .iter()
                    .map(move |target| (region, zone, target))
            })
        })
    }

    pub fn region(&self, name: &RegionName) -> Option<&Region> {
        self.regions.iter().find(|region| region.name == *name)
    }
}

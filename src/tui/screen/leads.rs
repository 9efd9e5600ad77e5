//! The screens about releases, tickets and delivery figures, each with the state that lives and dies
//! with it.

use crate::model::{PipelineName, ReleaseId, StageName, TeamName, TicketId};
use serde::{Deserialize, Serialize};

/// One release of a pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleaseScreen {
    pub pipeline: PipelineName,
    pub release: ReleaseId,
    pub tab: ReleaseTab,
    /// The stage whose release it is compared with.
    pub against: Option<StageName>,
    /// The first line that is seen.
    pub top: usize,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReleaseTab {
    #[default]
    Changes,
    Tests,
    Where,
    Artifact,
    Timeline,
}

/// Open tickets of every pipeline.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketsScreen {
    pub selected: Option<(PipelineName, TicketId)>,
    pub scope: TicketScope,
    pub filter: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum TicketScope {
    #[default]
    All,
    Mine,
}

/// How well changes reach production.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MetricsScreen {
    pub days: u32,
    pub owner: Option<TeamName>,
    pub selected: Option<PipelineName>,
    pub pane: MetricsPane,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum MetricsPane {
    #[default]
    Figures,
    Definitions,
}

/// The windows that a lead looks at, in days.
pub const WINDOWS: [u32; 3] = [7, 30, 90];

impl Default for MetricsScreen {
    fn default() -> Self {
        Self {
            days: 30,
            owner: None,
            selected: None,
            pane: MetricsPane::Figures,
        }
    }
}

impl ReleaseScreen {
    pub fn of(pipeline: PipelineName, release: ReleaseId) -> Self {
        Self {
            pipeline,
            release,
            tab: ReleaseTab::Changes,
            against: None,
            top: 0,
        }
    }
}

impl ReleaseTab {
    pub const ALL: [ReleaseTab; 5] = [
        ReleaseTab::Changes,
        ReleaseTab::Tests,
        ReleaseTab::Where,
        ReleaseTab::Artifact,
        ReleaseTab::Timeline,
    ];

    pub fn word(self) -> &'static str {
        match self {
            ReleaseTab::Changes => "Changes",
            ReleaseTab::Tests => "Tests",
            ReleaseTab::Where => "Where",
            ReleaseTab::Artifact => "Artifact",
            ReleaseTab::Timeline => "Timeline",
        }
    }
}

impl TicketScope {
    pub fn word(self) -> &'static str {
        match self {
            TicketScope::All => "all",
            TicketScope::Mine => "mine",
        }
    }

    pub fn other(self) -> Self {
        match self {
            TicketScope::All => TicketScope::Mine,
            TicketScope::Mine => TicketScope::All,
        }
    }
}

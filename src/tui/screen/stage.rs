//! The screen of one stage: five tabs, each with the id that its cursor is on.

use crate::{
    model::{AlarmName, BlockerId, EffectId, PipelineName, StageName, TargetName},
    tui::action::Side,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StageScreen {
    pub pipeline: PipelineName,
    pub stage: StageName,
    pub tab: StageTab,
    /// Which list of the targets' tab the cursor is in.
    pub pane: StagePane,
    pub target: Option<TargetName>,
    pub blocker: Option<BlockerId>,
    pub alarm: Option<AlarmName>,
    /// The path of a setting.
    pub setting: Option<String>,
    pub log: LogView,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum StageTab {
    #[default]
    Targets,
    Alarms,
    Blockers,
    Config,
    Log,
}

/// What is read of which step.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogView {
    pub pane: LogPane,
    /// None only until the first step is known.
    pub step: Option<EffectId>,
    /// The number of the line under the cursor; none follows the end.
    pub line: Option<u64>,
    pub search: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogPane {
    #[default]
    Text,
    Steps,
}

/// Which list of the targets' tab the cursor is in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum StagePane {
    #[default]
    Targets,
    Blockers,
}

impl StageScreen {
    pub fn of(pipeline: PipelineName, stage: StageName, tab: StageTab) -> Self {
        Self {
            pipeline,
            stage,
            tab,
            pane: StagePane::Targets,
            target: None,
            blocker: None,
            alarm: None,
            setting: None,
            log: LogView::default(),
        }
    }

    /// To the other list, where the tab has two.
    pub fn next_pane(&mut self) {
        match self.tab {
            StageTab::Targets => {
                self.pane = match self.pane {
                    StagePane::Targets => StagePane::Blockers,
                    StagePane::Blockers => StagePane::Targets,
                };
            }
            StageTab::Log => {
                self.log.pane = match self.log.pane {
                    LogPane::Text => LogPane::Steps,
                    LogPane::Steps => LogPane::Text,
                };
            }
            StageTab::Alarms | StageTab::Blockers | StageTab::Config => {}
        }
    }

    /// The id of what the cursor is on.
    pub fn selected(&self) -> Option<String> {
        let blocker = || self.blocker.as_ref().map(ToString::to_string);
        match self.tab {
            StageTab::Targets => match self.pane {
                StagePane::Targets => self.target.as_ref().map(ToString::to_string),
                StagePane::Blockers => blocker(),
            },
            StageTab::Alarms => self.alarm.as_ref().map(ToString::to_string),
            StageTab::Blockers => blocker(),
            StageTab::Config => self.setting.clone(),
            StageTab::Log => self.log.step.as_ref().map(ToString::to_string),
        }
    }

    /// Another stage: the cursors were on things of the one before.
    pub fn turn_to(&mut self, stage: StageName) {
        *self = Self {
            pane: self.pane,
            ..Self::of(self.pipeline.clone(), stage, self.tab)
        };
    }
}

impl StageTab {
    pub const ALL: [StageTab; 5] = [
        StageTab::Targets,
        StageTab::Alarms,
        StageTab::Blockers,
        StageTab::Config,
        StageTab::Log,
    ];

    pub fn word(self) -> &'static str {
        match self {
            StageTab::Targets => "Targets",
            StageTab::Alarms => "Alarms",
            StageTab::Blockers => "Blockers",
            StageTab::Config => "Config",
            StageTab::Log => "Log",
        }
    }

    /// The tab beside it; after the last one comes the first.
    pub fn beside(self, side: Side) -> Self {
        let all = Self::ALL;
        let at = all.iter().position(|tab| *tab == self).unwrap_or(0);
        let next = match side {
            Side::Left => at + all.len() - 1,
            Side::Right => at + 1,
        };
        all[next % all.len()]
    }
}

//! The screens, each with the state that lives and dies with it. Selections are ids, never indices,
//! so rows may reorder under the cursor. There is no scroll offset: a list shows the page that holds
//! the selected row, which [`page_top`] works out from where it stands.

mod events;
mod leads;
mod stage;

pub use events::{EventKinds, EventsScreen};
pub use leads::{
    MetricsPane, MetricsScreen, ReleaseScreen, ReleaseTab, TicketScope, TicketsScreen, WINDOWS,
};
pub use stage::{LogPane, LogView, StagePane, StageScreen, StageTab};

use crate::{
    api::{Alarms, Windows},
    model::{AlarmName, BlockerId, PipelineName, Revision, StageName},
    tui::{keymap::Context, paced::Paced},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Screen {
    Fleet(FleetScreen),
    Board(BoardScreen),
    Stage(StageScreen),
    Alarms(AlarmsScreen),
    Blockers(BlockersScreen),
    Events(EventsScreen),
    Release(ReleaseScreen),
    Tickets(TicketsScreen),
    Metrics(MetricsScreen),
    Help(HelpScreen),
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FleetScreen {
    pub selected: Option<PipelineName>,
    /// Text of `/`: see [`Filter`](crate::tui::filter::Filter).
    pub filter: String,
    pub sort: FleetSort,
    pub view: FleetView,
    /// Rows set apart to be copied or compared; nothing else is ever done to them together.
    pub marked: BTreeSet<PipelineName>,
}

/// Which pipelines the fleet list is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum FleetView {
    /// All of them, what needs a human first.
    #[default]
    Attention,
    /// Where something waits for the operator: their approval, their ticket, their change under way.
    Mine,
    /// Those of a team whose group the operator is in, or whose approvals it gives.
    Team,
    /// All of them by name.
    All,
    /// The marked ones alone, to be compared.
    Marked,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum FleetSort {
    /// What needs a human first; the longest wait first among equals.
    #[default]
    Attention,
    Name,
    /// Newest movement first.
    Recent,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoardScreen {
    pub pipeline: PipelineName,
    /// The column that the cursor is on; none is the first.
    pub selected: Option<StageName>,
    pub pane: BoardPane,
    /// The event under the cursor of that pane; none is the newest.
    pub event: Option<Revision>,
    /// The first column that is seen, once somebody has moved: the view stays where it was put.
    pub first: Option<StageName>,
    pub cards: Cards,
    /// What the server sees of the alarms, where there is room to draw it.
    pub seen: Paced<Alarms>,
}

/// Where on the board the keyboard is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum BoardPane {
    #[default]
    Stages,
    Needs,
    Recent,
}

/// How large the cards of a board are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cards {
    /// As many as can be read; the others are scrolled to.
    #[default]
    Large,
    /// As many as there is any room for.
    Small,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmsScreen {
    pub pipeline: PipelineName,
    pub selected: Option<AlarmName>,
    pub shown: AlarmsShown,
    pub scope: AlarmsOf,
    /// What the server sees of them.
    pub seen: Paced<Alarms>,
}

/// Whose alarms are listed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AlarmsOf {
    #[default]
    Pipeline,
    /// Of the whole fleet, with the one under the cursor.
    Fleet(Option<(PipelineName, AlarmName)>),
}

/// Which alarms are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AlarmsShown {
    /// Those that are not ok, and the selected one; all where all are ok.
    #[default]
    Urgent,
    All,
}

/// Blockers of all stages of a pipeline, with their time windows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockersScreen {
    pub pipeline: PipelineName,
    pub selected: Option<(StageName, BlockerId)>,
    /// Days from today to the first one that is shown.
    pub day: i64,
    pub windows: Paced<Windows>,
}

impl AlarmsScreen {
    pub fn of(pipeline: PipelineName) -> Self {
        Self {
            pipeline,
            selected: None,
            shown: AlarmsShown::default(),
            scope: AlarmsOf::default(),
            seen: Paced::default(),
        }
    }
}

impl BlockersScreen {
    pub fn of(pipeline: PipelineName) -> Self {
        Self {
            pipeline,
            selected: None,
            day: 0,
            windows: Paced::default(),
        }
    }
}

/// Help about the screen beneath it; opened from the keymap.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HelpScreen {
    pub tab: HelpTab,
    pub filter: String,
    /// Which binding is selected: a position in `rows::help`, whose order never changes.
    pub selected: usize,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum HelpTab {
    /// Every key that holds on the screen beneath.
    #[default]
    Here,
    /// The keys that hold everywhere.
    Global,
    Signs,
    /// What the terminal is taken for.
    Terminal,
    About,
}

impl HelpTab {
    pub const ALL: [HelpTab; 5] = [
        HelpTab::Here,
        HelpTab::Global,
        HelpTab::Signs,
        HelpTab::Terminal,
        HelpTab::About,
    ];

    pub fn title(self) -> &'static str {
        match self {
            HelpTab::Here => "This screen",
            HelpTab::Global => "Global",
            HelpTab::Signs => "Signs & colours",
            HelpTab::Terminal => "Terminal",
            HelpTab::About => "About",
        }
    }

    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|tab| *tab == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()]
    }
}

impl Screen {
    /// Which rows of the keymap hold on it.
    pub fn context(&self) -> Context {
        match self {
            Screen::Fleet(_) => Context::Fleet,
            Screen::Board(_) => Context::Board,
            Screen::Stage(screen) if screen.tab == StageTab::Log => Context::Log,
            Screen::Stage(_) => Context::Stage,
            Screen::Alarms(_) => Context::Alarms,
            Screen::Blockers(_) => Context::Blockers,
            Screen::Events(_) => Context::Events,
            Screen::Release(_) => Context::Release,
            Screen::Tickets(_) => Context::Tickets,
            Screen::Metrics(_) => Context::Metrics,
            Screen::Help(_) => Context::Help,
        }
    }

    /// The text that its list is filtered by, where it has one.
    pub fn filter(&self) -> Option<&str> {
        match self {
            Screen::Fleet(screen) => Some(&screen.filter),
            Screen::Events(screen) => Some(&screen.filter),
            Screen::Tickets(screen) => Some(&screen.filter),
            Screen::Help(screen) => Some(&screen.filter),
            Screen::Stage(screen) if screen.tab == StageTab::Log => Some(&screen.log.search),
            Screen::Board(_)
            | Screen::Stage(_)
            | Screen::Alarms(_)
            | Screen::Blockers(_)
            | Screen::Release(_)
            | Screen::Metrics(_) => None,
        }
    }

    pub(super) fn filter_mut(&mut self) -> Option<&mut String> {
        match self {
            Screen::Fleet(screen) => Some(&mut screen.filter),
            Screen::Events(screen) => Some(&mut screen.filter),
            Screen::Tickets(screen) => Some(&mut screen.filter),
            Screen::Help(screen) => Some(&mut screen.filter),
            Screen::Stage(screen) if screen.tab == StageTab::Log => Some(&mut screen.log.search),
            Screen::Board(_)
            | Screen::Stage(_)
            | Screen::Alarms(_)
            | Screen::Blockers(_)
            | Screen::Release(_)
            | Screen::Metrics(_) => None,
        }
    }

    /// The pipeline that the screen is about.
    pub fn pipeline(&self) -> Option<&PipelineName> {
        match self {
            Screen::Fleet(_) | Screen::Metrics(_) | Screen::Help(_) => None,
            Screen::Board(screen) => Some(&screen.pipeline),
            Screen::Stage(screen) => Some(&screen.pipeline),
            Screen::Alarms(screen) => match &screen.scope {
                AlarmsOf::Fleet(Some((pipeline, _))) => Some(pipeline),
                AlarmsOf::Fleet(None) | AlarmsOf::Pipeline => Some(&screen.pipeline),
            },
            Screen::Blockers(screen) => Some(&screen.pipeline),
            Screen::Events(screen) => Some(&screen.pipeline),
            Screen::Release(screen) => Some(&screen.pipeline),
            Screen::Tickets(screen) => screen.selected.as_ref().map(|(pipeline, _)| pipeline),
        }
    }
}

impl FleetView {
    pub const ALL: [FleetView; 5] = [
        FleetView::Attention,
        FleetView::Mine,
        FleetView::Team,
        FleetView::All,
        FleetView::Marked,
    ];

    pub fn word(self) -> &'static str {
        match self {
            FleetView::Attention => "attention",
            FleetView::Mine => "mine",
            FleetView::Team => "team",
            FleetView::All => "all",
            FleetView::Marked => "marked",
        }
    }

    /// The view of this name.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.word() == word)
    }

    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|view| *view == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()]
    }

    /// The order in which a view opens.
    pub fn sort(self) -> FleetSort {
        match self {
            FleetView::Attention | FleetView::Mine | FleetView::Team => FleetSort::Attention,
            FleetView::All | FleetView::Marked => FleetSort::Name,
        }
    }
}

impl BoardScreen {
    pub fn of(pipeline: PipelineName, selected: Option<StageName>) -> Self {
        Self {
            pipeline,
            selected,
            pane: BoardPane::Stages,
            event: None,
            first: None,
            cards: Cards::Large,
            seen: Paced::default(),
        }
    }
}

impl BoardPane {
    pub fn next(self) -> Self {
        match self {
            BoardPane::Stages => BoardPane::Needs,
            BoardPane::Needs => BoardPane::Recent,
            BoardPane::Recent => BoardPane::Stages,
        }
    }
}

impl FleetSort {
    pub const ALL: [FleetSort; 3] = [FleetSort::Attention, FleetSort::Name, FleetSort::Recent];

    pub fn word(self) -> &'static str {
        match self {
            FleetSort::Attention => "attention",
            FleetSort::Name => "name",
            FleetSort::Recent => "recent",
        }
    }

    pub fn next(self) -> Self {
        match self {
            FleetSort::Attention => FleetSort::Name,
            FleetSort::Name => FleetSort::Recent,
            FleetSort::Recent => FleetSort::Attention,
        }
    }
}

/// The first row of the page that shows row `selected`, with `height` rows to a page. Whole pages,
/// so that moving the cursor repaints two rows and not the list.
pub fn page_top(selected: usize, height: usize) -> usize {
    selected.checked_div(height).unwrap_or(0) * height
}

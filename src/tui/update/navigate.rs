//! The cursor. It stands on an id; where that id is among the rows is looked up at every step, so
//! rows may come, go and reorder beneath it.

use crate::model::{Revision, StageName, Summary};
use crate::tui::{
    action::{Motion, Side},
    app::{App, ENTRIES_KEPT},
    request::Request,
    rows::{self, FleetAlarm},
    screen::{AlarmsOf, BoardPane, Screen, StagePane, StageScreen, StageTab},
    update::{board, log, open, watched},
};

/// More lines than a release has to tell; the view stops at its last.
const LINES_MOST: usize = 500;

/// How far a key moves.
pub(super) struct Step {
    motion: Motion,
    half_page: usize,
}

pub(super) fn move_rows(app: &mut App, motion: Motion) -> Vec<Request> {
    let before = watched(app);
    let half_page = (usize::from(app.ui.size.height) / 2).saturating_sub(4);
    let step = Step {
        motion,
        half_page: half_page.max(1),
    };
    let mut screen = app.screen().clone();
    let opened = screen.pipeline().and_then(|name| app.pipeline(name));
    match &mut screen {
        Screen::Fleet(fleet) => {
            let found = rows::fleet(app, fleet);
            let is_chosen = |row: &&Summary| Some(&row.pipeline) == fleet.selected.as_ref();
            let at = found.iter().position(is_chosen).unwrap_or(0);
            let next = step.next(found.len(), at);
            fleet.selected = next.map(|next| found[next].pipeline.clone());
        }
        Screen::Board(screen) => board::move_rows(app, screen, &step),
        Screen::Stage(stage) => move_in_stage(app, stage, &step),
        Screen::Alarms(alarms) => {
            let fleet: Vec<_> = rows::fleet_alarms(app).iter().map(FleetAlarm::id).collect();
            if let AlarmsOf::Fleet(chosen) = &mut alarms.scope {
                *chosen = step.from(&fleet, chosen.as_ref());
            } else {
                let ids = opened.map_or_else(Vec::new, |p| rows::alarms(p, alarms));
                alarms.selected = step.from(&ids, alarms.selected.as_ref());
            }
        }
        Screen::Blockers(blockers) => {
            let found = opened.map_or_else(Vec::new, |p| rows::all_blockers(app, p));
            let ids: Vec<_> = found.into_iter().map(|(stage, b)| (stage, b.id)).collect();
            blockers.selected = step.from(&ids, blockers.selected.as_ref());
        }
        Screen::Events(events) => {
            let found = rows::events(app, events).into_iter();
            let ids: Vec<_> = found.map(|entry| entry.revision).collect();
            // Without a selection the screen follows the newest, so that is where steps start, and
            // coming back to the newest follows again.
            let newest = ids.last().copied();
            let next = step.from(&ids, events.selected.or(newest).as_ref());
            events.selected = next.filter(|next| newest != Some(*next));
        }
        Screen::Release(release) => release.top = step.next(LINES_MOST, release.top).unwrap_or(0),
        Screen::Tickets(tickets) => {
            let found = rows::tickets(app, tickets).into_iter();
            let ids: Vec<_> = found.map(|row| row.id()).collect();
            tickets.selected = step.from(&ids, tickets.selected.as_ref());
        }
        Screen::Metrics(metrics) => {
            let rows = rows::delivery(app, metrics).map(|report| &report.pipelines);
            let ids = rows.into_iter().flatten().map(|row| row.pipeline.clone());
            let ids: Vec<_> = ids.collect();
            metrics.selected = step.from(&ids, metrics.selected.as_ref());
        }
        Screen::Help(help) => {
            let n_rows = rows::help(app, help).len();
            help.selected = step.next(n_rows, help.selected).unwrap_or(0);
        }
    }
    let earlier = earlier(app, &screen);
    if let Some(top) = app.ui.screens.last_mut() {
        *top = screen;
    }
    let mut requests = open::rewatch(app, &before);
    requests.extend(earlier);
    requests
}

/// What happened before, when the cursor has come to the first entry that is here.
fn earlier(app: &App, screen: &Screen) -> Option<Request> {
    let Screen::Events(events) = screen else {
        return None;
    };
    let entries = &app.replica.opened.get(&events.pipeline)?.entries;
    let first = entries.front()?.revision;
    let shown = rows::events(app, events);
    let at_top = shown.first().map(|entry| entry.revision) == events.selected;
    let wanted = at_top && first > Revision(1) && entries.len() < ENTRIES_KEPT;
    wanted.then(|| Request::LoadEarlier {
        pipeline: events.pipeline.clone(),
        until: Revision(first.0 - 1),
    })
}

fn move_in_stage(app: &App, screen: &mut StageScreen, step: &Step) {
    let Some(pipeline) = app.pipeline(&screen.pipeline) else {
        return;
    };
    let blockers = || {
        let found = rows::stage_blockers(app, pipeline, &screen.stage);
        let ids: Vec<_> = found.into_iter().map(|blocker| blocker.id).collect();
        step.from(&ids, screen.blocker.as_ref())
    };
    match (screen.tab, screen.pane) {
        (StageTab::Targets, StagePane::Targets) => {
            let ids = rows::targets(pipeline, &screen.stage);
            screen.target = step.from(&ids, screen.target.as_ref());
        }
        (StageTab::Targets, StagePane::Blockers) | (StageTab::Blockers, _) => {
            screen.blocker = blockers();
        }
        (StageTab::Alarms, _) => {
            let found = rows::stage_alarms(pipeline, &screen.stage).into_iter();
            let ids: Vec<_> = found.map(|row| row.sight.alarm).collect();
            screen.alarm = step.from(&ids, screen.alarm.as_ref());
        }
        (StageTab::Config, _) => {
            let found = rows::settings(app, screen).into_iter();
            let ids: Vec<_> = found.map(|setting| setting.path.clone()).collect();
            screen.setting = step.from(&ids, screen.setting.as_ref());
        }
        (StageTab::Log, _) => log::move_rows(app, screen, step),
    }
}

impl Step {
    /// The id to stand on next. Where none is chosen, or the chosen one is gone, the first row is
    /// drawn as selected, so a step leaves from there.
    pub(super) fn from<T: PartialEq + Clone>(&self, ids: &[T], selected: Option<&T>) -> Option<T> {
        let at = selected.and_then(|selected| ids.iter().position(|id| id == selected));
        let next = self.next(ids.len(), at.unwrap_or(0))?;
        ids.get(next).cloned()
    }

    fn next(&self, n_rows: usize, at: usize) -> Option<usize> {
        let last = n_rows.checked_sub(1)?;
        let next = match self.motion {
            Motion::Down => at + 1,
            Motion::Up => at.saturating_sub(1),
            Motion::PageDown => at + self.half_page,
            Motion::PageUp => at.saturating_sub(self.half_page),
            Motion::Last => last,
            Motion::First => 0,
        };
        Some(next.min(last))
    }
}

/// To the stage beside; left of the first one is back.
pub(super) fn sideways(app: &mut App, side: Side) -> Vec<Request> {
    let (stages, at) = place(app);
    let next = match (side, at) {
        (Side::Left, None | Some(0)) => return open::up(app),
        (Side::Left, Some(at)) => stages.get(at - 1),
        (Side::Right, at) => stages.get(at.map_or(0, |at| at + 1)),
    };
    if let Some(next) = next.cloned() {
        go(app, next);
    }
    Vec::new()
}

/// To the stage of a number, counted from one.
pub(super) fn jump(app: &mut App, number: u8) {
    let (stages, _) = place(app);
    if let Some(stage) = stages
        .into_iter()
        .nth(usize::from(number).saturating_sub(1))
    {
        go(app, stage);
    }
}

/// The columns of the pipeline on the screen, and the one that the cursor is on.
fn place(app: &App) -> (Vec<StageName>, Option<usize>) {
    let selected = match app.screen() {
        Screen::Board(board) => Some((&board.pipeline, board.selected.as_ref())),
        Screen::Stage(screen) => Some((&screen.pipeline, Some(&screen.stage))),
        Screen::Fleet(_)
        | Screen::Alarms(_)
        | Screen::Blockers(_)
        | Screen::Events(_)
        | Screen::Release(_)
        | Screen::Tickets(_)
        | Screen::Metrics(_)
        | Screen::Help(_) => None,
    };
    let stages = selected
        .and_then(|(name, _)| app.pipeline(name))
        .map_or_else(Vec::new, rows::stages);
    let at = selected.and_then(|(_, stage)| stages.iter().position(|known| Some(known) == stage));
    (stages, at)
}

fn go(app: &mut App, stage: StageName) {
    let mut top = app.screen().clone();
    match &mut top {
        Screen::Board(screen) => {
            screen.pane = BoardPane::Stages;
            board::go(app, screen, stage);
        }
        Screen::Stage(screen) => {
            screen.turn_to(stage);
        }
        Screen::Fleet(_)
        | Screen::Alarms(_)
        | Screen::Blockers(_)
        | Screen::Events(_)
        | Screen::Release(_)
        | Screen::Tickets(_)
        | Screen::Metrics(_)
        | Screen::Help(_) => {}
    }
    if let Some(screen) = app.ui.screens.last_mut() {
        *screen = top;
    }
}

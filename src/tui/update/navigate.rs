//! The cursor. It stands on an id; where that id is among the rows is looked up at every step, so
//! rows may come, go and reorder beneath it.

use crate::model::board as board_of;
use crate::tui::{
    action::Motion,
    app::App,
    query,
    request::Request,
    rows,
    screen::{Screen, StagePane, StageScreen},
    update::open,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Left,
    Right,
}

/// How far a key moves.
struct Step {
    motion: Motion,
    half_page: usize,
}

pub(super) fn move_rows(app: &mut App, motion: Motion) {
    let half_page = (usize::from(app.ui.size.height) / 2).saturating_sub(4);
    let step = Step {
        motion,
        half_page: half_page.max(1),
    };
    let mut screen = app.screen().clone();
    let opened = screen.pipeline().and_then(|name| app.pipeline(name));
    match &mut screen {
        Screen::Fleet(fleet) => {
            let found = rows::fleet(app, fleet).into_iter();
            let ids: Vec<_> = found.map(|row| row.pipeline.clone()).collect();
            fleet.selected = step.from(&ids, fleet.selected.as_ref());
        }
        Screen::Board(board) => {
            let needs = opened.map_or_else(Vec::new, |pipeline| {
                let views = board_of(pipeline, &app.replica.org, app.server_now());
                query::needs(pipeline, &views)
            });
            let ids: Vec<_> = needs.into_iter().map(|need| need.stage).collect();
            let next = step.from(&ids, board.selected.as_ref());
            board.selected = next.or(board.selected.take());
        }
        Screen::Stage(stage) => move_in_stage(app, stage, &step),
        Screen::Alarms(alarms) => {
            let ids = opened.map_or_else(Vec::new, rows::alarms);
            alarms.selected = step.from(&ids, alarms.selected.as_ref());
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
        Screen::Help(help) => {
            let n_rows = rows::help(app, help).len();
            help.selected = step.next(n_rows, help.selected).unwrap_or(0);
        }
    }
    if let Some(top) = app.ui.screens.last_mut() {
        *top = screen;
    }
}

fn move_in_stage(app: &App, screen: &mut StageScreen, step: &Step) {
    let Some(pipeline) = app.pipeline(&screen.pipeline) else {
        return;
    };
    match screen.pane {
        StagePane::Targets => {
            let ids = rows::targets(pipeline, &screen.stage);
            screen.target = step.from(&ids, screen.target.as_ref());
        }
        StagePane::Blockers => {
            let found = rows::stage_blockers(app, pipeline, &screen.stage);
            let ids: Vec<_> = found.into_iter().map(|blocker| blocker.id).collect();
            screen.blocker = step.from(&ids, screen.blocker.as_ref());
        }
    }
}

impl Step {
    /// The id to stand on next. Where none is chosen, or the chosen one is gone, the first row is
    /// drawn as selected, so a step leaves from there.
    fn from<T: PartialEq + Clone>(&self, ids: &[T], selected: Option<&T>) -> Option<T> {
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
    let selected = match app.screen() {
        Screen::Board(board) => Some((&board.pipeline, board.selected.as_ref())),
        Screen::Stage(screen) => Some((&screen.pipeline, Some(&screen.stage))),
        Screen::Fleet(_)
        | Screen::Alarms(_)
        | Screen::Blockers(_)
        | Screen::Events(_)
        | Screen::Help(_) => None,
    };
    let stages = selected
        .and_then(|(name, _)| app.pipeline(name))
        .map_or_else(Vec::new, rows::stages);
    let at = selected.and_then(|(_, stage)| stages.iter().position(|known| Some(known) == stage));
    let next = match (side, at) {
        (Side::Left, None | Some(0)) => return open::up(app),
        (Side::Left, Some(at)) => stages.get(at - 1),
        (Side::Right, at) => stages.get(at.map_or(0, |at| at + 1)),
    };
    match (app.ui.screens.last_mut(), next) {
        (Some(Screen::Board(board)), Some(next)) => board.selected = Some(next.clone()),
        (Some(Screen::Stage(screen)), Some(next)) => {
            screen.stage = next.clone();
            screen.target = None;
            screen.blocker = None;
        }
        _ => {}
    }
    Vec::new()
}

//! The stack of screens: going into what is selected, and back out. Only pipelines that some screen
//! is about are followed, so opening and leaving tell the feed.

use crate::{
    model::{PipelineName, StageName},
    tui::{
        action::Listing,
        app::{App, FlashLevel},
        gate,
        request::Request,
        rows,
        screen::{
            AlarmsOf, AlarmsScreen, BlockersScreen, BoardPane, BoardScreen, EventKinds,
            EventsScreen, FleetView, Screen, StageScreen, StageTab,
        },
        update::{act, flash, leads, watched},
    },
};
use std::collections::BTreeSet;

/// Opens what the cursor is on.
pub(super) fn selected(app: &mut App) -> Vec<Request> {
    let next = match app.screen() {
        Screen::Fleet(_) => rows::selected_pipeline(app).map(|name| board(app, name.clone())),
        Screen::Board(board) if board.pane == BoardPane::Recent => {
            Some(Screen::Events(EventsScreen {
                pipeline: board.pipeline.clone(),
                selected: board.event,
                filter: String::new(),
                kinds: EventKinds::All,
            }))
        }
        Screen::Board(board) => {
            let chosen = board.selected.clone();
            chosen.map(|chosen| stage(board.pipeline.clone(), chosen))
        }
        Screen::Blockers(screen) => screen.selected.as_ref().map(|(stage, blocker)| {
            let (pipeline, stage) = (screen.pipeline.clone(), stage.clone());
            Screen::Stage(StageScreen {
                blocker: Some(blocker.clone()),
                ..StageScreen::of(pipeline, stage, StageTab::Blockers)
            })
        }),
        Screen::Help(screen) => {
            let binding = rows::help(app, screen).get(screen.selected).copied();
            let action = binding.map(|binding| binding.action);
            if action.is_some() {
                app.ui.screens.pop();
            }
            return action.map_or_else(Vec::new, |action| act::act(app, action));
        }
        Screen::Tickets(screen) => {
            let stage = gate::stage(app);
            let chosen = screen.selected.as_ref();
            chosen.map(|(pipeline, _)| Screen::Board(BoardScreen::of(pipeline.clone(), stage)))
        }
        Screen::Metrics(screen) => {
            let chosen = rows::selected_delivery(app, screen);
            chosen.map(|name| board(app, name.clone()))
        }
        Screen::Alarms(screen) => match &screen.scope {
            AlarmsOf::Pipeline => None,
            AlarmsOf::Fleet(_) => rows::selected_alarm(app, screen).map(|row| {
                let selected = Some(row.alarm.alarm.clone());
                Screen::Alarms(AlarmsScreen {
                    selected,
                    ..AlarmsScreen::of(row.pipeline.clone())
                })
            }),
        },
        Screen::Stage(_) | Screen::Events(_) | Screen::Release(_) => None,
    };
    next.map_or_else(Vec::new, |next| push(app, next))
}

/// A stage, with the cursor among its targets.
pub(super) fn stage(pipeline: PipelineName, stage: StageName) -> Screen {
    Screen::Stage(StageScreen::of(pipeline, stage, StageTab::Targets))
}

/// The board of a pipeline, with the cursor on the stage that needs somebody most.
pub(super) fn board(app: &App, pipeline: PipelineName) -> Screen {
    let row = app.replica.rows.get(&pipeline);
    let selected = row.and_then(|row| row.stage.clone());
    Screen::Board(BoardScreen::of(pipeline, selected))
}

/// The whole answer to why nothing moves: of the selected stage, else of the one that needs somebody
/// most.
pub(super) fn why(app: &mut App) -> Vec<Request> {
    let Some(pipeline) = gate::pipeline(app).cloned() else {
        return Vec::new();
    };
    if let Some(Screen::Stage(screen)) = app.ui.screens.last_mut() {
        screen.tab = StageTab::Blockers;
        return Vec::new();
    }
    let row = app.replica.rows.get(&pipeline);
    let urgent = row.and_then(|row| row.stage.clone());
    let chosen = match app.screen() {
        Screen::Board(board) => board.selected.clone(),
        Screen::Blockers(screen) => screen.selected.as_ref().map(|(stage, _)| stage.clone()),
        Screen::Tickets(_) | Screen::Release(_) => gate::stage(app),
        Screen::Fleet(_)
        | Screen::Stage(_)
        | Screen::Alarms(_)
        | Screen::Events(_)
        | Screen::Metrics(_)
        | Screen::Help(_) => None,
    };
    let Some(stage) = chosen.or(urgent) else {
        let text = format!("nothing of {pipeline} waits or is wrong");
        flash(app, FlashLevel::Info, text);
        return Vec::new();
    };
    let screen = StageScreen::of(pipeline, stage, StageTab::Blockers);
    push(app, Screen::Stage(screen))
}

/// One of the lists about the pipeline that is selected.
pub(super) fn list(app: &mut App, listing: Listing) -> Vec<Request> {
    match gate::pipeline(app).cloned() {
        Some(pipeline) => list_of(app, pipeline, listing),
        None => Vec::new(),
    }
}

/// The same about any pipeline.
pub(super) fn list_of(app: &mut App, pipeline: PipelineName, listing: Listing) -> Vec<Request> {
    let next = match listing {
        Listing::Release => return leads::release(app),
        Listing::Events => {
            app.replica.missed = None;
            Screen::Events(EventsScreen {
                pipeline,
                selected: None,
                filter: String::new(),
                kinds: EventKinds::All,
            })
        }
        Listing::Alarms => Screen::Alarms(AlarmsScreen::of(pipeline)),
        Listing::Blockers => Screen::Blockers(BlockersScreen::of(pipeline)),
    };
    once(app, next)
}

/// Puts a list on top, unless one of its kind is there already.
pub(super) fn once(app: &mut App, next: Screen) -> Vec<Request> {
    if app.screen().context() == next.context() {
        return Vec::new();
    }
    push(app, next)
}

pub(super) fn push(app: &mut App, next: Screen) -> Vec<Request> {
    let before = watched(app);
    app.ui.screens.push(next);
    rewatch(app, &before)
}

/// Back one screen; from the first one out of the program, unless a filter can be taken off.
pub(super) fn back(app: &mut App) -> Vec<Request> {
    if app.ui.screens.len() > 1 {
        return up(app);
    }
    let filter = app.ui.screens.last_mut().and_then(Screen::filter_mut);
    if let Some(filter) = filter.filter(|text| !text.is_empty()) {
        filter.clear();
    } else {
        // Whoever presses it once too often does not want to be gone.
        let text = "this is the first screen: q leaves".to_owned();
        flash(app, FlashLevel::Info, text);
    }
    Vec::new()
}

/// Back one screen, but never out of the program.
pub(super) fn up(app: &mut App) -> Vec<Request> {
    if app.ui.screens.len() == 1 {
        return Vec::new();
    }
    let before = watched(app);
    app.ui.screens.pop();
    rewatch(app, &before)
}

/// The fleet list in one of its saved views, whatever screen is on top.
pub(super) fn view(app: &mut App, view: FleetView) -> Vec<Request> {
    let before = watched(app);
    app.ui.screens.truncate(1);
    if let Some(Screen::Fleet(fleet)) = app.ui.screens.last_mut() {
        fleet.view = view;
        fleet.sort = view.sort();
    }
    rewatch(app, &before)
}

/// Marks the selected row of the fleet, or takes the mark off.
pub(super) fn mark(app: &mut App) {
    let Some(name) = rows::selected_pipeline(app).cloned() else {
        return;
    };
    if let Some(Screen::Fleet(fleet)) = app.ui.screens.last_mut()
        && !fleet.marked.remove(&name)
    {
        fleet.marked.insert(name);
    }
}

/// To the bookmark, which then is where one came from.
pub(super) fn jump(app: &mut App) -> Vec<Request> {
    let before = watched(app);
    if let Some(there) = app.ui.bookmark.take() {
        app.ui.bookmark = Some(std::mem::replace(&mut app.ui.screens, there));
    }
    rewatch(app, &before)
}

/// Keeps the cursor of the fleet list on the pipeline that it is drawn on, so that rows that
/// reorder do not move another one beneath it.
pub(super) fn pin(app: &mut App) {
    let Some(Screen::Fleet(fleet)) = app.ui.screens.first() else {
        return;
    };
    let shown = rows::selected_pipeline(app);
    if app.ui.prompt.is_none() && fleet.selected.as_ref() != shown {
        let shown = shown.cloned();
        if let Some(Screen::Fleet(fleet)) = app.ui.screens.first_mut() {
            fleet.selected = shown.or(fleet.selected.take());
        }
    }
}

/// Tells the feed when other pipelines are looked at than before.
pub(super) fn rewatch(app: &mut App, before: &BTreeSet<PipelineName>) -> Vec<Request> {
    let watched = watched(app);
    if watched == *before {
        return Vec::new();
    }
    app.replica.opened.retain(|name, _| watched.contains(name));
    vec![Request::Watch(watched)]
}

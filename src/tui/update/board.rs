//! The cursor of the board: over columns, over what waits for a human, over what happened. It
//! stands on ids, and the columns that are seen move only as far as it drags them.

use crate::{
    model::{StageName, board as board_of},
    tui::{
        action::Side,
        app::App,
        query, rows,
        screen::{BoardPane, BoardScreen, Cards, Screen},
        update::navigate::Step,
        viewport::viewport,
    },
};

/// Down and up go over what waits for a human, unless the events have the keyboard.
pub(super) fn move_rows(app: &App, screen: &mut BoardScreen, step: &Step) {
    let Some(pipeline) = app.pipeline(&screen.pipeline) else {
        return;
    };
    if screen.pane == BoardPane::Recent {
        let ids = rows::recent(app, &screen.pipeline);
        let ids: Vec<_> = ids.into_iter().map(|entry| entry.revision).collect();
        screen.event = step.from(&ids, screen.event.as_ref());
        return;
    }
    let views = board_of(pipeline, &app.replica.org, app.server_now());
    let needs = query::needs(pipeline, &views).into_iter();
    let ids: Vec<StageName> = needs.map(|need| need.stage).collect();
    let standing = screen.selected.as_ref().filter(|stage| ids.contains(stage));
    let next = match (screen.pane, standing) {
        // The first step goes into the list, the next ones along it.
        (BoardPane::Stages, Some(stage)) if ids.len() == 1 => Some(stage.clone()),
        (_, Some(stage)) => step.from(&ids, Some(stage)),
        (_, None) => ids.first().cloned(),
    };
    let Some(next) = next else { return };
    screen.pane = BoardPane::Needs;
    go(app, screen, next);
}

/// Puts the cursor on a column, and keeps what is seen where it is.
pub(super) fn go(app: &App, screen: &mut BoardScreen, stage: StageName) {
    keep(app, screen);
    screen.selected = Some(stage);
    keep(app, screen);
}

/// From now on the view begins where it begins now.
fn keep(app: &App, screen: &mut BoardScreen) {
    if let Some(pipeline) = app.pipeline(&screen.pipeline) {
        let seen = viewport(pipeline, screen, app.ui.size.width).seen;
        screen.first = rows::stages(pipeline).get(seen.start).cloned();
    }
}

/// Moves what is seen by one column; the cursor stays in sight.
pub(super) fn scroll(app: &mut App, side: Side) {
    let Screen::Board(mut screen) = app.screen().clone() else {
        return;
    };
    let Some(pipeline) = app.pipeline(&screen.pipeline) else {
        return;
    };
    let stages = rows::stages(pipeline);
    let view = viewport(pipeline, &screen, app.ui.size.width);
    let last = stages.len() - view.seen.len();
    let first = match side {
        Side::Left => view.seen.start.saturating_sub(1),
        Side::Right => (view.seen.start + 1).min(last),
    };
    let end = (first + view.seen.len()).saturating_sub(1);
    let selected = view.selected.clamp(first, end.max(first));
    screen.first = stages.get(first).cloned();
    screen.selected = stages.get(selected).cloned();
    put(app, screen);
}

/// Small cards or large ones; what is selected stays so.
pub(super) fn fit(app: &mut App) {
    if let Screen::Board(mut screen) = app.screen().clone() {
        screen.cards = match screen.cards {
            Cards::Large => Cards::Small,
            Cards::Small => Cards::Large,
        };
        screen.first = None;
        put(app, screen);
    }
}

/// To what waits for a human, the most urgent first.
pub(super) fn attention(app: &mut App) {
    let Screen::Board(mut screen) = app.screen().clone() else {
        return;
    };
    screen.pane = BoardPane::Needs;
    if let Some(pipeline) = app.pipeline(&screen.pipeline) {
        let views = board_of(pipeline, &app.replica.org, app.server_now());
        let needs = query::needs(pipeline, &views);
        let standing = needs
            .iter()
            .any(|need| Some(&need.stage) == screen.selected.as_ref());
        let first = needs.into_iter().next().filter(|_| !standing);
        if let Some(first) = first {
            go(app, &mut screen, first.stage);
        }
    }
    put(app, screen);
}

/// Puts the cursor on a row of one of the lists, by its number; false when it stands there already.
pub(super) fn choose(app: &mut App, pane: BoardPane, at: usize) -> bool {
    let Screen::Board(mut screen) = app.screen().clone() else {
        return false;
    };
    let before = screen.clone();
    screen.pane = pane;
    match pane {
        BoardPane::Stages => {}
        BoardPane::Needs => {
            if let Some(pipeline) = app.pipeline(&screen.pipeline) {
                let views = board_of(pipeline, &app.replica.org, app.server_now());
                if let Some(need) = query::needs(pipeline, &views).into_iter().nth(at) {
                    go(app, &mut screen, need.stage);
                }
            }
        }
        BoardPane::Recent => {
            let told = rows::recent(app, &screen.pipeline);
            screen.event = told.get(at).map(|entry| entry.revision);
        }
    }
    let moved = screen != before;
    put(app, screen);
    moved
}

fn put(app: &mut App, screen: BoardScreen) {
    if let Some(top) = app.ui.screens.last_mut() {
        *top = Screen::Board(screen);
    }
}

//! What a mouse does: a click selects and a click on what is selected opens it, the wheel moves the
//! cursor. It never reaches a dialog: what changes a deployment is decided by hand (UX.md, S3).

use crate::tui::{
    action::{Action, Motion},
    app::{App, FlashLevel},
    pointer::{Pointer, Spot},
    report,
    request::Request,
    update::{act, board, flash},
};

/// Rows that one notch of the wheel moves.
const NOTCH: u32 = 3;

/// Turns it on or off. While it is on, the terminal's own marking of text needs Shift.
pub(super) fn switch(app: &mut App) -> Vec<Request> {
    app.ui.mouse = !app.ui.mouse;
    let text = if app.ui.mouse {
        "mouse on: a click selects, another opens, the wheel moves; m ends it"
    } else {
        "mouse off"
    };
    let word = if app.ui.mouse { "on" } else { "off" };
    app.ui.report.set(report::MOUSE, word.to_owned());
    flash(app, FlashLevel::Info, text);
    vec![Request::Mouse(app.ui.mouse)]
}

pub(super) fn pointer(app: &mut App, pointer: Pointer) -> Vec<Request> {
    if !is_heard(app) {
        return Vec::new();
    }
    match pointer {
        Pointer::Click { x, y } => vec![Request::Locate { x, y }],
        Pointer::WheelUp => again(app, Action::Move(Motion::Up), NOTCH),
        Pointer::WheelDown => again(app, Action::Move(Motion::Down), NOTCH),
    }
}

/// What was clicked is known.
pub(super) fn pointed(app: &mut App, spot: Spot) -> Vec<Request> {
    if !is_heard(app) {
        return Vec::new();
    }
    let (towards, back, far) = match spot {
        Spot::Listed(pane, at) if board::choose(app, pane, at) => return Vec::new(),
        Spot::Listed(..) => return act::act(app, Action::Open),
        Spot::Row(far) => (Action::Move(Motion::Down), Action::Move(Motion::Up), far),
        Spot::Column(far) => (Action::Right, Action::Left, far),
    };
    match far {
        0 => act::act(app, Action::Open),
        1.. => again(app, towards, far.unsigned_abs()),
        i32::MIN..0 => again(app, back, far.unsigned_abs()),
    }
}

fn is_heard(app: &App) -> bool {
    let free = app.ui.dialog.is_none() && app.ui.prompt.is_none() && app.ui.chord.is_empty();
    app.ui.mouse && free
}

fn again(app: &mut App, action: Action, times: u32) -> Vec<Request> {
    (0..times).flat_map(|_| act::act(app, action)).collect()
}

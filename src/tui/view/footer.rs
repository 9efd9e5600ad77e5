//! The two lines at the bottom: the last result or the line being typed, and the keys that hold now.
//! The menu of a begun chord stands above them.

use crate::tui::{
    app::{App, FlashLevel, PromptKind},
    chord::Key,
    dialog::Phase,
    gate,
    keymap::{Binding, Context, Danger},
    screen::Screen,
    text::ago,
    theme::Role,
    widgets::{Canvas, Cursor, Line, field, frame},
};
use ratatui::layout::Rect;

/// The last result, the command under way, or the line being typed.
pub(super) fn result(app: &App, canvas: &mut Canvas<'_>, row: Rect) {
    if let Some(prompt) = &app.ui.prompt {
        let (sign, label) = match prompt.kind {
            PromptKind::Filter if app.screen().context() == Context::Log => {
                ("/", "find in the log: Enter, then n and N")
            }
            PromptKind::Filter => ("/", "filter: words, !word, st:blocked, own:team"),
            PromptKind::Palette => (":", "Tab completes, Up and Down choose, Enter runs"),
        };
        canvas.line(row, &Line::of(Role::Key, sign));
        let room = Rect {
            x: row.x + 1,
            width: row.width - 1,
            ..row
        };
        let half = Rect {
            width: room.width / 2,
            ..room
        };
        field(canvas, half, &prompt.input, Cursor::Here);
        let rest = Rect {
            x: half.right() + 1,
            width: room.width - half.width - 1,
            ..row
        };
        return canvas.line(rest, &Line::of(Role::Label, label));
    }
    let under_way = app.ui.in_flight.values().next().map(|sent| {
        let text = format!(" sent {} ago: {}", ago(sent.sent, app.second()), sent.title);
        Line::of(Role::Warning, text)
    });
    let flash = app.ui.flash.as_ref().map(|flash| match flash.level {
        FlashLevel::Info | FlashLevel::Leaving => Line::of(Role::Plain, format!(" {}", flash.text)),
        FlashLevel::Error => Line::of(Role::Danger, format!(" ! {}", flash.text)),
    });
    if let Some(line) = flash.or(under_way) {
        canvas.line(row, &line);
    }
}

/// The keys worth knowing here, as many as fit whole.
pub(super) fn keys(app: &App, canvas: &mut Canvas<'_>, row: Rect) {
    if let Some(dialog) = &app.ui.dialog {
        let keys: &[(&str, &str)] = match dialog.phase {
            Phase::Filling => &[
                ("Tab", "next"),
                ("Space", "tick"),
                ("Enter", "on a button"),
                ("F2", "copies CLI"),
                ("Esc", "cancel, nothing is sent"),
            ],
            Phase::Sent { .. }
            | Phase::Accepted { .. }
            | Phase::Refused(_)
            | Phase::NotPermitted(_)
            | Phase::NotSent(_)
            | Phase::Unknown { .. } => &[
                ("Esc", "close, what was sent goes on"),
                ("e", "events"),
                ("y", "copy key"),
            ],
        };
        let keys = keys.iter().map(|(key, hint)| ((*key).to_owned(), *hint));
        return canvas.line(row, &hints(keys, row.width.into()));
    }
    let context = app.screen().context();
    let bindings = app.ui.keymap.bindings(context);
    let worth = bindings.filter(|b| !b.hint.is_empty() && gate::disabled(app, b.action).is_none());
    let (mut here, mut acting, mut always) = (Vec::new(), Vec::new(), Vec::new());
    for binding in worth {
        let Some(key) = binding.keys.first() else {
            continue;
        };
        let group = match binding.danger {
            Danger::Look if binding.context == Context::Global => &mut always,
            Danger::Look => &mut here,
            Danger::Safer | Danger::Restore | Danger::Riskier | Danger::RuleBreaking => &mut acting,
        };
        group.push((key.to_string(), binding.hint.as_str()));
    }
    // What holds everywhere stands where it always stands, at the end of the row; what acts comes and
    // goes with the selection, and moves nothing.
    let always = hints(always.into_iter(), row.width.into());
    let room = usize::from(row.width).saturating_sub(always.width() + 1);
    let acting = hints(acting.into_iter(), room);
    let here = hints(here.into_iter(), room - acting.width());
    canvas.ends(row, &here.join(acting), &always);
}

/// As many keys as fit whole.
fn hints<'a>(hints: impl Iterator<Item = (String, &'a str)>, cells: usize) -> Line {
    let mut line = Line::default();
    for (key, hint) in hints {
        let next = Line::of(Role::Plain, " ")
            .then(Role::Key, key)
            .then(Role::Label, format!(" {hint} "));
        if line.width() + next.width() > cells {
            break;
        }
        line = line.join(next);
    }
    line
}

/// What may follow the keys pressed so far, with the reason where it may not.
pub(super) fn menu(app: &App, canvas: &mut Canvas<'_>, body: Rect) {
    if app.ui.chord.is_empty() || app.ui.dialog.is_some() {
        return;
    }
    let context = app.screen().context();
    let next = app.ui.keymap.continuations(context, &app.ui.chord);
    let room = usize::from(body.height.saturating_sub(2));
    // Side by side where they are too many for the terminal: none may be cut off, least of all the
    // last ones, which are the most dangerous.
    let columns = next.len().div_ceil(room.max(1)).max(1);
    let rows = next.len().div_ceil(columns);
    let height = u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(2);
    if next.is_empty() || height > body.height {
        return;
    }
    let area = Rect {
        y: body.bottom() - height,
        height,
        ..body
    };
    clear(canvas, area);
    let begun: Vec<String> = app.ui.chord.iter().map(ToString::to_string).collect();
    let title = Line::of(Role::Title, format!(" {} .. ", begun.join(" ")));
    let inner = frame(canvas, area, &title, &Line::of(Role::Label, " Esc closes "));
    let width = inner.width / u16::try_from(columns).unwrap_or(1);
    for (at, (key, binding)) in next.iter().enumerate() {
        let (column, row) = (at / rows, at % rows);
        let place = Rect {
            x: inner.x + width * u16::try_from(column).unwrap_or(0),
            y: inner.y + u16::try_from(row).unwrap_or(0),
            width,
            height: 1,
        };
        canvas.line(place, &choice(app, *key, binding, columns));
    }
}

/// A key that may follow, with what it does or why it may not; in short where they stand side by
/// side.
fn choice(app: &App, key: Key, binding: &Binding, columns: usize) -> Line {
    let line = Line::of(Role::Key, format!(" {key}  ")).then(Role::Title, binding.action.id());
    let line = if columns == 1 { line.to(22) } else { line };
    match (gate::disabled(app, binding.action), columns) {
        (Some(why), 1) => line.then(Role::Warning, format!("disabled: {why}")),
        (Some(why), _) => line.then(Role::Warning, format!(" disabled: {why}")),
        (None, 1) => line.then(Role::Plain, binding.help.clone()),
        (None, _) => line,
    }
}

/// Empties an area, so that what lies above shows alone.
pub(super) fn clear(canvas: &mut Canvas<'_>, area: Rect) {
    let area = area.intersection(canvas.buffer.area);
    for position in area.positions() {
        canvas.buffer[position].reset();
    }
}

/// What a screen says while its pipeline has not come yet.
pub(super) fn waiting(app: &App, canvas: &mut Canvas<'_>, body: Rect) {
    let what = match app.screen() {
        Screen::Fleet(_) | Screen::Tickets(_) | Screen::Metrics(_) | Screen::Help(_) => {
            "waiting for the server"
        }
        Screen::Board(_)
        | Screen::Stage(_)
        | Screen::Alarms(_)
        | Screen::Blockers(_)
        | Screen::Events(_)
        | Screen::Release(_) => "waiting for the pipeline's snapshot",
    };
    canvas.line(body, &Line::of(Role::Label, format!(" {what} ..")));
}

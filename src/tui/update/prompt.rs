//! The line being typed at the bottom: a filter, which works while it is typed, or a word for the
//! palette, which runs on Enter. The palette opens and looks; like the keys, it changes nothing.

use crate::{
    model::PipelineName,
    tui::{
        action::Action,
        app::{App, FlashLevel, PromptKind},
        chord::{Code, Key},
        request::Request,
        screen::{FleetView, Screen},
        update::{act, fields, flash, open},
    },
};

pub(super) fn key(app: &mut App, key: Key) -> Vec<Request> {
    let Some(prompt) = &mut app.ui.prompt else {
        return Vec::new();
    };
    let kind = prompt.kind;
    let line = prompt.input.value().to_owned();
    if key == Key::plain(Code::Esc) || key == Key::ctrl('c') {
        app.ui.prompt = None;
        if kind == PromptKind::Filter {
            filter(app, String::new());
        }
        return Vec::new();
    }
    if key == Key::plain(Code::Enter) {
        app.ui.prompt = None;
        return match kind {
            PromptKind::Filter => Vec::new(),
            PromptKind::Palette => run(app, line.trim()),
        };
    }
    if fields::edit(&mut prompt.input, key) {
        refilter(app);
    }
    Vec::new()
}

pub(super) fn paste(app: &mut App, text: &str) {
    if let Some(prompt) = &mut app.ui.prompt
        && fields::insert(&mut prompt.input, text)
    {
        refilter(app);
    }
}

fn refilter(app: &mut App) {
    let prompt = app.ui.prompt.as_ref();
    let typed = prompt.filter(|prompt| prompt.kind == PromptKind::Filter);
    if let Some(text) = typed.map(|prompt| prompt.input.value().to_owned()) {
        filter(app, text);
    }
}

fn filter(app: &mut App, text: String) {
    let Some(screen) = app.ui.screens.last_mut() else {
        return;
    };
    if let Screen::Help(help) = screen {
        help.selected = 0;
    }
    if let Some(filter) = screen.filter_mut() {
        *filter = text;
    }
}

/// `ro`, `q`, `p NAME`, `view NAME`, or any action by its id or the first word of it.
fn run(app: &mut App, line: &str) -> Vec<Request> {
    let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
    match verb {
        "" => return Vec::new(),
        "ro" => return act::act(app, Action::ReadOnly),
        "q" => return act::act(app, Action::Quit),
        "p" => return pipeline(app, rest.trim()),
        "view" => return view(app, rest.trim()),
        _ => {}
    }
    let begins = |id: &str| id == verb || id.split('.').next() == Some(verb);
    if let Some(action) = Action::all().find(|action| begins(action.id())) {
        return act::act(app, action);
    }
    let text = format!("{verb:?} is nothing that can be done: ? lists what can");
    flash(app, FlashLevel::Error, text);
    Vec::new()
}

/// The fleet in one of its saved views.
fn view(app: &mut App, word: &str) -> Vec<Request> {
    if let Some(view) = FleetView::parse(word) {
        return open::view(app, view);
    }
    let text = "the views are attention, mine, team, all and marked";
    flash(app, FlashLevel::Error, text);
    Vec::new()
}

/// Opens the board of a pipeline by its name or by how the name begins.
fn pipeline(app: &mut App, text: &str) -> Vec<Request> {
    let rows = &app.replica.rows;
    let exact = PipelineName::parse(text).ok();
    let exact = exact.filter(|name| rows.contains_key(name));
    let begins = |name: &&PipelineName| name.as_str().starts_with(text);
    if let Some(name) = exact.or_else(|| rows.keys().find(begins).cloned()) {
        let board = open::board(app, name);
        return open::push(app, board);
    }
    let text = format!("there is no pipeline {text:?}");
    flash(app, FlashLevel::Error, text);
    Vec::new()
}

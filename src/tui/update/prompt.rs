//! The line being typed at the bottom: a filter, which works while it is typed, or a word for the
//! palette, which runs on Enter. The palette opens and looks; like the keys, it changes nothing.

use crate::tui::{
    app::{App, FlashLevel, PromptKind},
    chord::{Code, Key},
    keymap::Context,
    log::Way,
    palette::{self, Errand},
    request::Request,
    screen::{HelpScreen, HelpTab, ReleaseScreen, Screen},
    update::{act, fields, flash, log, open},
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
        let chosen = prompt.chosen;
        app.ui.prompt = None;
        return match kind {
            PromptKind::Filter => {
                // In a log the filter is what is looked for.
                if app.screen().context() == Context::Log {
                    log::find(app, Way::On);
                }
                Vec::new()
            }
            PromptKind::Palette => run(app, line.trim(), chosen),
        };
    }
    if kind == PromptKind::Palette && choose(app, key, &line) {
        return Vec::new();
    }
    let Some(prompt) = &mut app.ui.prompt else {
        return Vec::new();
    };
    if fields::edit(&mut prompt.input, key) {
        prompt.chosen = None;
        refilter(app);
    }
    Vec::new()
}

/// Moves among the suggestions, or completes the line with one; whether the key was for that.
fn choose(app: &mut App, key: Key, line: &str) -> bool {
    if key.ctrl || !matches!(key.code, Code::Down | Code::Up | Code::Tab) {
        return false;
    }
    let found = palette::suggestions(app, line);
    let Some(prompt) = &mut app.ui.prompt else {
        return false;
    };
    let last = found.len().saturating_sub(1);
    if key.code == Code::Down {
        let next = prompt.chosen.map_or(0, |at| at + 1);
        prompt.chosen = Some(next.min(last));
    } else if key.code == Code::Up {
        prompt.chosen = prompt.chosen.and_then(|at| at.checked_sub(1));
    } else if let Some(suggestion) = found.get(prompt.chosen.unwrap_or(0)) {
        prompt.input = tui_input::Input::new(suggestion.text.clone());
        prompt.chosen = None;
    }
    true
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

/// Follows the suggestion that was moved to, else the best for what was typed. It may be that
/// nothing fits, or that it may not be done now: then that is said.
fn run(app: &mut App, line: &str, chosen: Option<usize>) -> Vec<Request> {
    if line.is_empty() && chosen.is_none() {
        return Vec::new();
    }
    let found = palette::suggestions(app, line).into_iter();
    let Some(suggestion) = found.into_iter().nth(chosen.unwrap_or(0)) else {
        let text = format!("{line:?} is nothing that can be done: ? lists what can");
        flash(app, FlashLevel::Error, text);
        return Vec::new();
    };
    match suggestion.errand {
        Errand::Act(action) => act::act(app, action),
        Errand::View(view) => open::view(app, view),
        Errand::Slow(slow) => vec![Request::Slow(slow)],
        Errand::Theme(name) => vec![Request::Theme(name)],
        Errand::Pipeline(name) => {
            let board = open::board(app, name);
            open::push(app, board)
        }
        Errand::Release(pipeline, release) => {
            let screen = ReleaseScreen::of(pipeline, release);
            open::push(app, Screen::Release(screen))
        }
        Errand::Terminal => {
            let help = HelpScreen {
                tab: HelpTab::Terminal,
                ..HelpScreen::default()
            };
            open::push(app, Screen::Help(help))
        }
        Errand::Stage(pipeline, stage) => open::push(app, open::stage(pipeline, stage)),
    }
}

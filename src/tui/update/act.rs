//! What each action does. Actions look, move, or open something; the ones about commands only ever
//! open a dialog.

use crate::model::PipelineName;
use crate::tui::{
    action::{Action, Side, Verb},
    app::{Access, App, Flash, FlashLevel, Prompt, PromptKind},
    gate, report,
    request::{Leave, Request},
    rows,
    screen::{AlarmsOf, BoardPane, HelpScreen, HelpTab, Screen},
    update::{board, dialog, flash, freeze, leads, log, navigate, open, pointer, sights, watched},
};

/// A second Ctrl-c within this many milliseconds leaves.
const TWICE_MS: u64 = 2_000;

pub(super) fn act(app: &mut App, action: Action) -> Vec<Request> {
    let flash_before = app.ui.flash.take();
    if let Some(why) = gate::disabled(app, action) {
        flash(app, FlashLevel::Error, format!("{}: {why}", action.id()));
        return Vec::new();
    }
    match action {
        Action::Move(motion) => navigate::move_rows(app, motion),
        Action::Left => navigate::sideways(app, Side::Left),
        Action::Right => navigate::sideways(app, Side::Right),
        Action::Open => open::selected(app),
        Action::Back => open::back(app),
        Action::List(listing) => open::list(app, listing),
        Action::Why => open::why(app),
        Action::Cancel => cancel(app, flash_before.as_ref()),
        Action::Leave => vec![Request::Quit(Leave::Nothing)],
        Action::Quit => vec![Request::Quit(Leave::Frame)],
        Action::Record => vec![Request::Record],
        Action::Snap => vec![Request::Snap],
        Action::Suspend => vec![Request::Suspend],
        Action::Mouse => pointer::switch(app),
        Action::Redraw => vec![Request::Redraw],
        Action::Resync => {
            app.replica.missed = None;
            vec![Request::RetryLink, Request::Reload(watched(app))]
        }
        Action::Jump => open::jump(app),
        Action::Tickets => leads::tickets(app),
        Action::Everywhere => sights::everywhere(app),
        Action::Metrics => leads::metrics(app),
        Action::Tab(side) => tab(app, side),
        Action::Export => leads::export(app),
        Action::CopyJson => {
            let json = leads::entry_json(app);
            copy(app, json)
        }
        Action::CopyId => copy(app, selected(app)),
        Action::CopyLink => copy(app, gate::runbook(app).ok()),
        Action::CopyTwin => copy(app, twin(app)),
        Action::Ask(verb) => ask(app, verb),
        Action::Scroll(_)
        | Action::ToStage(_)
        | Action::NextPane
        | Action::PreviousPane
        | Action::Attention
        | Action::Fit
        | Action::Follow
        | Action::Find(_)
        | Action::Help
        | Action::Filter
        | Action::Palette
        | Action::Sort
        | Action::View
        | Action::Compare
        | Action::Definitions
        | Action::Kinds
        | Action::Mark
        | Action::Bookmark
        | Action::Times
        | Action::Freeze
        | Action::ShowOk
        | Action::DayBack
        | Action::DayOn
        | Action::ReadOnly
        | Action::ReadWrite => {
            switch(app, action);
            Vec::new()
        }
    }
}

/// The command line that shows the selected pipeline.
fn twin(app: &App) -> Option<String> {
    gate::pipeline(app).map(|name| format!("pilothouse status {name}"))
}

fn ask(app: &mut App, verb: Verb) -> Vec<Request> {
    // What somebody decides on must not stand still.
    freeze::thaw(app);
    match gate::opening(app, verb) {
        Ok(opening) => dialog::open(app, opening),
        Err(why) => {
            flash(app, FlashLevel::Error, why);
            Vec::new()
        }
    }
}

/// The first time it says so, soon again it leaves.
fn cancel(app: &mut App, before: Option<&Flash>) -> Vec<Request> {
    let twice = before.is_some_and(|flash| {
        flash.level == FlashLevel::Leaving && app.ui.now.since(flash.at).0 <= TWICE_MS
    });
    if twice {
        return vec![Request::Quit(Leave::Nothing)];
    }
    let text = "Ctrl-c again to leave; deployments go on";
    flash(app, FlashLevel::Leaving, text);
    Vec::new()
}

/// To the tab beside: of a stage, of a release, or of the figures.
fn tab(app: &mut App, side: Side) -> Vec<Request> {
    if let Some(Screen::Stage(screen)) = app.ui.screens.last_mut() {
        screen.tab = screen.tab.beside(side);
        return Vec::new();
    }
    leads::tab(app, side)
}

/// Actions that only change how things are shown.
fn switch(app: &mut App, action: Action) {
    match (action, app.ui.screens.last_mut()) {
        (Action::Scroll(side), _) => board::scroll(app, side),
        (Action::ToStage(number), _) => navigate::jump(app, number),
        (Action::Attention, _) => board::attention(app),
        (Action::Fit, _) => board::fit(app),
        (Action::Follow, _) => log::follow(app),
        (Action::Find(way), _) => log::find(app, way),
        (Action::NextPane, Some(Screen::Board(screen))) => screen.pane = screen.pane.next(),
        (Action::PreviousPane, Some(Screen::Board(screen))) => {
            screen.pane = screen.pane.next().next();
        }
        (Action::NextPane | Action::PreviousPane, Some(Screen::Stage(screen))) => {
            screen.next_pane();
        }
        (Action::NextPane, Some(Screen::Help(help))) => {
            help.tab = help.tab.next();
            help.selected = 0;
        }
        (Action::Sort, Some(Screen::Fleet(fleet))) => fleet.sort = fleet.sort.next(),
        (Action::View, Some(Screen::Fleet(fleet))) => {
            let next = fleet.view.next();
            open::view(app, next);
        }
        (Action::ShowOk, _) => sights::show_ok(app),
        (Action::DayBack, _) => sights::page(app, -1),
        (Action::DayOn, _) => sights::page(app, 1),
        (Action::View, Some(Screen::Tickets(screen))) => screen.scope = screen.scope.other(),
        (Action::Compare, _) => leads::compare(app),
        (Action::Definitions, _) => leads::definitions(app),
        (Action::Kinds, Some(Screen::Events(screen))) => screen.kinds = screen.kinds.next(),
        (Action::Mark, _) => open::mark(app),
        (Action::Bookmark, _) => {
            app.ui.bookmark = Some(app.ui.screens.clone());
            flash(app, FlashLevel::Info, "bookmarked: ' jumps back here");
        }
        (Action::Help, Some(screen)) if !matches!(screen, Screen::Help(_)) => {
            app.ui.screens.push(Screen::Help(HelpScreen::default()));
        }
        (Action::Filter, Some(screen)) => {
            let text = screen.filter().unwrap_or_default().to_owned();
            prompt(app, PromptKind::Filter, text);
        }
        (Action::Palette, _) => prompt(app, PromptKind::Palette, String::new()),
        (Action::Times, _) => {
            app.ui.clock = app.ui.clock.next();
            let text = format!("instants are written as {}", app.ui.clock.word());
            flash(app, FlashLevel::Info, text);
        }
        (Action::Freeze, _) => freeze::switch(app),
        (Action::ReadOnly, _) => {
            app.ui.access = Access::Paused;
            let text = "read-only from now on: nothing can be sent; :rw gives it back";
            flash(app, FlashLevel::Info, text);
        }
        (Action::ReadWrite, _) => {
            app.ui.access = Access::ReadWrite;
            let text = "read-write again: dialogs can send";
            flash(app, FlashLevel::Info, text);
        }
        _ => {}
    }
}

fn prompt(app: &mut App, kind: PromptKind, text: String) {
    let input = tui_input::Input::new(text);
    app.ui.prompt = Some(Prompt {
        kind,
        input,
        chosen: None,
    });
}

/// The name of what is selected; all of them where rows are marked.
fn selected(app: &App) -> Option<String> {
    match app.screen() {
        Screen::Fleet(screen) if !screen.marked.is_empty() => {
            let names: Vec<&str> = screen.marked.iter().map(PipelineName::as_str).collect();
            Some(names.join(" "))
        }
        Screen::Fleet(_) => rows::selected_pipeline(app).map(ToString::to_string),
        Screen::Board(screen) => match screen.pane {
            BoardPane::Stages | BoardPane::Needs => {
                screen.selected.as_ref().map(ToString::to_string)
            }
            BoardPane::Recent => screen.event.map(|revision| revision.to_string()),
        },
        Screen::Stage(screen) => screen.selected(),
        Screen::Alarms(screen) => match &screen.scope {
            AlarmsOf::Pipeline => screen.selected.as_ref().map(ToString::to_string),
            AlarmsOf::Fleet(chosen) => chosen.as_ref().map(|(_, alarm)| alarm.to_string()),
        },
        Screen::Blockers(screen) => screen.selected.as_ref().map(|(_, id)| id.to_string()),
        Screen::Events(screen) => screen.selected.map(|revision| revision.to_string()),
        Screen::Release(screen) => Some(screen.release.to_string()),
        Screen::Tickets(screen) => screen.selected.as_ref().map(|(_, id)| id.to_string()),
        Screen::Metrics(screen) => screen.selected.as_ref().map(ToString::to_string),
        Screen::Help(screen) => match screen.tab {
            HelpTab::Terminal => Some(report::text(app)),
            HelpTab::Here | HelpTab::Global | HelpTab::Signs | HelpTab::About => None,
        },
    }
}

fn copy(app: &mut App, text: Option<String>) -> Vec<Request> {
    let Some(text) = text else {
        flash(app, FlashLevel::Info, "nothing is selected to copy");
        return Vec::new();
    };
    flash(app, FlashLevel::Info, format!("copied: {text}"));
    vec![Request::Copy(text)]
}

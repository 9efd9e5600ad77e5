//! The cursor of the log: over steps, or over lines. A log without a chosen line follows its end.

use crate::tui::{
    app::{App, FlashLevel},
    log::Way,
    rows,
    screen::{LogPane, Screen, StageScreen},
    update::{flash, navigate::Step},
};

pub(super) fn move_rows(app: &App, screen: &mut StageScreen, step: &Step) {
    match screen.log.pane {
        LogPane::Steps => {
            let steps = rows::steps(app, &screen.pipeline, &screen.stage);
            let ids: Vec<_> = steps.into_iter().map(|step| step.id).collect();
            let next = step.from(&ids, screen.log.step.as_ref());
            if next != screen.log.step {
                screen.log.step = next;
                screen.log.line = None;
            }
        }
        LogPane::Text => {
            let Some(log) = app.loaded.log.as_ref().map(|read| &read.log) else {
                return;
            };
            let numbers: Vec<u64> = (log.first()..log.end()).collect();
            let last = numbers.last().copied();
            let at = screen.log.line.or(last);
            let at = at.map(|at| at.max(log.first()));
            // Back at the end it follows again, as the events do.
            let next = step.from(&numbers, at.as_ref());
            screen.log.line = next.filter(|next| last != Some(*next));
        }
    }
}

/// Stays where it is, or goes with the end again.
pub(super) fn follow(app: &mut App) {
    let last = app.loaded.log.as_ref().map(|read| read.log.end());
    let last = last.and_then(|end| end.checked_sub(1));
    if let Some(Screen::Stage(screen)) = app.ui.screens.last_mut() {
        screen.log.line = match screen.log.line {
            Some(_) => None,
            None => last,
        };
    }
}

/// To the next line with the text that was looked for.
pub(super) fn find(app: &mut App, way: Way) {
    let Screen::Stage(screen) = app.screen() else {
        return;
    };
    let text = screen.log.search.clone();
    let Some(log) = app.loaded.log.as_ref().map(|read| &read.log) else {
        return;
    };
    if text.is_empty() {
        return flash(app, FlashLevel::Info, "type / and what to look for first");
    }
    let from = screen.log.line.unwrap_or(match way {
        // From the end it goes on at the start.
        Way::On => log.first(),
        Way::Back => log.end(),
    });
    let found = log.find(&text, from, way).or_else(|| {
        let whole = log
            .line(from)
            .is_some_and(|line| line.holds(&text.to_lowercase()));
        (screen.log.line.is_none() && whole).then_some(from)
    });
    let Some(line) = found else {
        let word = match way {
            Way::On => "below",
            Way::Back => "above",
        };
        flash(app, FlashLevel::Info, format!("no {text:?} {word}"));
        return;
    };
    if let Some(Screen::Stage(screen)) = app.ui.screens.last_mut() {
        screen.log.line = Some(line);
        screen.log.pane = LogPane::Text;
    }
}

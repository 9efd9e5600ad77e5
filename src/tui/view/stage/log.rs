//! What the steps of a stage print: the steps, newest first, and the log of the chosen one, followed
//! or read, with the lines marked that hold what was looked for.

use crate::{
    api::LogState,
    model::Ran,
    tui::{
        app::App,
        loaded::StepLog,
        rows,
        screen::{LogPane, StageScreen, page_top},
        text::ago,
        theme::Role,
        widgets::{Canvas, Line, canvas::below},
    },
};
use ratatui::layout::Rect;

/// Steps shown above the log, at the most.
const STEPS_MOST: u16 = 8;

pub(super) fn draw(app: &App, screen: &StageScreen, canvas: &mut Canvas<'_>, area: Rect) {
    let steps = rows::steps(app, &screen.pipeline, &screen.stage);
    if steps.is_empty() {
        let text = "   no step of this stage is among what is remembered here";
        return canvas.line(area, &Line::plain(text));
    }
    let wanted = u16::try_from(steps.len()).unwrap_or(u16::MAX);
    let height = wanted.min(STEPS_MOST).min(area.height / 4).max(1);
    let place = Rect {
        height: height + 1,
        ..area
    };
    list_steps(app, screen, &steps, canvas, place);
    let rest = below(area, height + 1);
    let read = app.loaded.log.as_ref();
    let read = read.filter(|read| Some(&read.step) == screen.log.step.as_ref());
    match read {
        Some(read) => text(screen, read, canvas, rest),
        None => canvas.line(rest, &Line::plain("   asking the server")),
    }
}

fn list_steps(app: &App, screen: &StageScreen, steps: &[Ran], canvas: &mut Canvas<'_>, area: Rect) {
    let here = screen.log.pane == LogPane::Steps;
    let title = if here { " [STEPS]" } else { " STEPS" };
    let of = Line::of(Role::Label, format!("{} ", steps.len()));
    canvas.ends(
        Rect { height: 1, ..area },
        &Line::of(Role::Title, title),
        &of,
    );
    let place = below(area, 1);
    let mut all = steps.iter();
    let chosen = all.position(|step| Some(&step.id) == screen.log.step.as_ref());
    let top = page_top(chosen.unwrap_or(0), usize::from(place.height));
    for (y, (at, step)) in (0..place.height).zip(steps.iter().enumerate().skip(top)) {
        let (role, end) = match &step.ended {
            None => (Role::Title, "runs".to_owned()),
            Some(end) => (
                Role::Plain,
                format!(
                    "{} after {}",
                    end.how.word(),
                    end.at.since(step.started).short()
                ),
            ),
        };
        let left = Line::of(
            Role::Label,
            format!("  {} ", app.times().clock(step.started)),
        )
        .then(Role::Plain, format!("{:<14} ", step.id))
        .then(Role::Plain, step.title.clone());
        let since = ago(step.started, app.shown_now());
        let right = Line::of(role, end).then(Role::Label, format!(" {since:>7} "));
        let row = Rect {
            height: 1,
            ..below(place, y)
        };
        canvas.ends(row, &left, &right);
        if chosen == Some(at) {
            canvas.line(Rect { width: 1, ..row }, &Line::of(Role::Key, ">"));
            if here {
                canvas.paint(row, Role::Selection);
            }
        }
    }
}

/// The page of lines with the cursor; without one the end.
fn text(screen: &StageScreen, read: &StepLog, canvas: &mut Canvas<'_>, area: Rect) {
    let log = &read.log;
    let here = screen.log.pane == LogPane::Text;
    let title = if here { " [LOG]" } else { " LOG" };
    let state = match (&read.trouble, read.state) {
        (Some(why), _) => why.clone(),
        (None, None | Some(LogState::More)) => "loading".to_owned(),
        (None, Some(LogState::Running)) => "runs".to_owned(),
        (None, Some(LogState::Ended)) => "ended".to_owned(),
    };
    let follow = match screen.log.line {
        Some(line) => format!("line {} of {}, f follows", line + 1, log.end()),
        None => format!("following {} lines", log.end()),
    };
    let title = Line::of(Role::Title, title).then(Role::Label, format!("  {follow}, {state}"));
    let search = if screen.log.search.is_empty() {
        Line::of(Role::Label, "/ find ")
    } else {
        Line::of(Role::Label, format!("/{}  n N ", screen.log.search))
    };
    canvas.ends(Rect { height: 1, ..area }, &title, &search);
    let place = below(area, 1);
    let height = u64::from(place.height);
    let first = match screen.log.line {
        Some(line) => {
            let half = height / 2;
            let last = log.end().saturating_sub(height);
            line.saturating_sub(half)
                .clamp(log.first(), last.max(log.first()))
        }
        None => log.end().saturating_sub(height).max(log.first()),
    };
    let wanted = screen.log.search.to_lowercase();
    for (y, number) in (0..place.height).zip(first..log.end()) {
        let Some(line) = log.line(number) else {
            continue;
        };
        let row = Rect {
            height: 1,
            ..below(place, y)
        };
        let found = !wanted.is_empty() && line.holds(&wanted);
        let mut shown = Line::of(Role::Key, if found { "*" } else { " " });
        for (role, piece) in &line.pieces {
            shown = shown.then(*role, piece.clone());
        }
        canvas.line(row, &shown);
        if screen.log.line == Some(number) {
            canvas.line(Rect { width: 1, ..row }, &Line::of(Role::Key, ">"));
            canvas.paint(row, Role::Selection);
        }
    }
}

//! The two lists of a board: what waits for a human, and what happened last. The one that has the
//! keyboard has its title in brackets and its cursor in the gutter.

use crate::{
    model::Pipeline,
    tui::{
        app::App,
        pointer::Spot,
        query::{self, Need},
        rows,
        screen::{BoardPane, BoardScreen, page_top},
        text::ago,
        theme::Role,
        widgets::{Canvas, Line, canvas::below, glyph},
    },
};
use ratatui::layout::Rect;

pub(super) fn list_needs(
    app: &App,
    screen: &BoardScreen,
    needs: &[Need],
    canvas: &mut Canvas<'_>,
    area: Rect,
) {
    let here = screen.pane == BoardPane::Needs;
    heading(
        canvas,
        area,
        &format!("NEEDS A HUMAN ({})", needs.len()),
        here,
    );
    let rows = below(area, 1);
    if needs.is_empty() {
        return canvas.line(rows, &Line::plain("   nothing"));
    }
    let names = needs.iter().map(|need| need.stage.as_str().len());
    let stage_cells = names.max().unwrap_or(0);
    let mut chosen = needs.iter();
    let chosen = chosen.position(|need| here && Some(&need.stage) == screen.selected.as_ref());
    let top = page_top(chosen.unwrap_or(0), usize::from(rows.height));
    for (at, (n, need)) in (0..rows.height).zip(needs.iter().enumerate().skip(top)) {
        let since = need
            .since
            .map_or_else(String::new, |at| ago(at, app.shown_now()));
        let release = need.release.map(|release| format!("{release} "));
        let release = release.filter(|release| !need.text.contains(release.trim_end()));
        let release = release.unwrap_or_default();
        let left = Line::plain(" ")
            .join(glyph(canvas.theme, Role::Status(need.status)))
            .then(Role::Plain, format!(" {:<stage_cells$}  ", need.stage))
            .then(Role::Plain, release)
            .then(Role::Plain, need.text.clone());
        let right = Line::of(Role::Label, format!(" {}", need.remedy))
            .then(Role::Plain, format!(" {since:>7} "));
        let row = below(rows, at);
        canvas.ends(row, &left, &right);
        point(canvas, row, (BoardPane::Needs, n));
        if chosen == Some(n) {
            select(canvas, row);
        }
    }
}

pub(super) fn recent(
    app: &App,
    (pipeline, screen): (&Pipeline, &BoardScreen),
    canvas: &mut Canvas<'_>,
    area: Rect,
) {
    let here = screen.pane == BoardPane::Recent;
    heading(canvas, area, "RECENT", here);
    let Some(opened) = app.replica.opened.get(&pipeline.name) else {
        return;
    };
    let rows = below(area, 1);
    let told = rows::recent(app, &pipeline.name);
    let chosen = screen.event.or(told.first().map(|entry| entry.revision));
    let chosen = told
        .iter()
        .position(|entry| here && Some(entry.revision) == chosen);
    let top = page_top(chosen.unwrap_or(0), usize::from(rows.height));
    for (at, (n, entry)) in (0..rows.height).zip(told.iter().enumerate().skip(top)) {
        let event = query::event(pipeline, &opened.entries, entry);
        let when = app.times().clock(event.at);
        let stage = if event.stage.is_empty() {
            String::new()
        } else {
            format!("{} ", event.stage)
        };
        let line = Line::of(Role::Label, format!(" {when} "))
            .then(Role::Title, format!("{:<10} ", event.kind))
            .then(Role::Plain, stage)
            .then(Role::Plain, event.text);
        let row = below(rows, at);
        canvas.line(row, &line);
        point(canvas, row, (BoardPane::Recent, n));
        if chosen == Some(n) {
            select(canvas, row);
        }
    }
}

fn heading(canvas: &mut Canvas<'_>, area: Rect, title: &str, here: bool) {
    let (title, key) = if here {
        (format!(" [{title}]"), "")
    } else {
        (format!(" {title}"), "[Tab] ")
    };
    let row = Rect {
        height: area.height.min(1),
        ..area
    };
    let (title, key) = (Line::of(Role::Title, title), Line::of(Role::Label, key));
    canvas.ends(row, &title, &key);
}

/// A row can be clicked.
fn point(canvas: &mut Canvas<'_>, row: Rect, (pane, at): (BoardPane, usize)) {
    canvas.mark(Rect { height: 1, ..row }, Spot::Listed(pane, at));
}

fn select(canvas: &mut Canvas<'_>, row: Rect) {
    let row = Rect { height: 1, ..row };
    canvas.line(Rect { width: 1, ..row }, &Line::of(Role::Key, ">"));
    canvas.paint(row, Role::Selection);
}

//! What a wide terminal has room for beneath the cards: needs, windows, and which release is where.

use super::{list_needs, open_word};
use crate::{
    model::{Pipeline, ReleaseId, StageView, Status},
    tui::{
        app::App,
        query,
        screen::BoardScreen,
        text::middle_cut,
        theme::Role,
        view::{blockers::lanes, fleet::initial},
        viewport::CHART_FROM,
        widgets::{Canvas, Line, canvas::below},
    },
};
use ratatui::layout::Rect;

/// Rows for windows, as lanes and as lines.
const LANES_MOST: u16 = 12;
const LINES_MOST: u16 = 9;

/// The left half of a wide terminal: needs, then windows, then the newest releases.
pub(super) fn draw(
    app: &App,
    (pipeline, screen): (&Pipeline, &BoardScreen),
    views: &[StageView],
    canvas: &mut Canvas<'_>,
    area: Rect,
) {
    let needs = query::needs(pipeline, views);
    let rows = u16::try_from(needs.len().max(1)).unwrap_or(u16::MAX);
    let used = rows.saturating_add(1).min(area.height / 2);
    list_needs(
        app,
        screen,
        &needs,
        canvas,
        Rect {
            height: used,
            ..area
        },
    );
    let windows = below(area, used + 1);
    let used = if app.ui.size.width >= CHART_FROM {
        let place = Rect {
            height: windows.height.min(LANES_MOST),
            ..windows
        };
        lanes::next_day(app, pipeline, canvas, place)
    } else {
        let place = Rect {
            height: windows.height.min(LINES_MOST),
            ..windows
        };
        list_windows(app, pipeline, canvas, place)
    };
    train(pipeline, views, canvas, below(windows, used + 1));
}

fn list_windows(app: &App, pipeline: &Pipeline, canvas: &mut Canvas<'_>, area: Rect) -> u16 {
    let now = app.shown_now();
    let windows = query::window_rows(pipeline, now);
    let mut lines = vec![Line::of(Role::Title, " WINDOWS")];
    lines.extend(windows.iter().map(|row| {
        let (role, word) = open_word(row.open);
        let next = row.changes.map_or_else(String::new, |at| {
            let verb = if row.open { "closes" } else { "opens" };
            format!("{verb} {}", app.times().due(at))
        });
        Line::plain(format!("   {:<10} {:<16} ", row.stage.as_str(), row.window))
            .then(role, format!("{word:<7}"))
            .then(Role::Plain, format!("{next:<28}"))
            .then(Role::Label, row.zone.to_string())
    }));
    if windows.is_empty() {
        lines.push(Line::plain("   none: deployments may start at any time"));
    }
    canvas.lines(area, &lines)
}

/// Which of the newest releases is where: signs and words, or only signs where there is little room.
fn train(pipeline: &Pipeline, views: &[StageView], canvas: &mut Canvas<'_>, area: Rect) {
    const START: usize = 26;
    let room = usize::from(area.width).saturating_sub(START);
    let wide = room > views.len() * 12;
    let each = match room {
        _ if wide => 12,
        // Names, and only signs beneath them; the titles keep some room.
        room if room > views.len() * 8 + 20 => 8,
        _ => 3,
    };
    let mut title = Line::of(Role::Title, " RELEASE TRAIN");
    for (at, view) in views.iter().enumerate() {
        let name = match each {
            3 => initial(view.stage.as_str()).to_string(),
            each => middle_cut(view.stage.as_str(), each - 1).into_owned(),
        };
        title = title.to(START + at * each).then(Role::Label, name);
    }
    canvas.line(area, &title);
    let rows = below(area, 1);
    let releases = pipeline.releases.0.values().rev();
    for (at, release) in (0..rows.height).zip(releases) {
        let mut line = Line::plain(format!("   {:<6} {}", release.id, release.sha.short()));
        for (at, view) in views.iter().enumerate() {
            let (role, word) = whereabouts(pipeline, view, release.id);
            let word = if wide {
                format!(" {word}")
            } else {
                String::new()
            };
            let sign = canvas.theme.glyph(role).to_owned();
            line = line
                .to(START + at * each)
                .then(role, format!("{sign}{word}"));
        }
        line = line.to(START + views.len() * each);
        if pipeline.quarantined(release.id).is_some() {
            line = line.then(Role::Danger, "QUARANTINE ");
        }
        let title = release
            .changes
            .last()
            .map_or("", |change| change.title.as_str());
        canvas.line(below(rows, at), &line.then(Role::Plain, title.to_owned()));
    }
}

/// What a release is to a stage: what its card is about, what runs there, or what became of it.
fn whereabouts(pipeline: &Pipeline, view: &StageView, release: ReleaseId) -> (Role, String) {
    if view.release == Some(release) {
        return (Role::Status(view.status), view.status.word().to_owned());
    }
    if pipeline.running(&view.stage).contains_key(&Some(release)) {
        return (Role::Status(Status::Ok), "runs".to_owned());
    }
    let state = pipeline.stage(&view.stage);
    let past = state.and_then(|state| state.past.iter().find(|past| past.release == release));
    let status = match past.map(|past| past.word.as_str()) {
        Some("passed") => Status::Ok,
        Some("failed") => Status::Fail,
        Some("rolled back") => Status::Rollback,
        Some(_) => Status::Superseded,
        None => Status::NotYet,
    };
    (
        Role::Status(status),
        past.map_or_else(String::new, |past| past.word.clone()),
    )
}

//! Why a stage does not move: the whole list in order, each with since when, when it clears and who
//! may pass it, then what was checked and is fine, then what the server expects.

use crate::{
    model::{Blocker, Expected, Fine, Forecast, ReleaseId, StageName},
    tui::{
        app::App,
        query,
        screen::{StagePane, StageScreen, StageTab, page_top},
        text::{ago, wrap},
        theme::Role,
        view::stage::{blocker_glyph, clears},
        widgets::{Canvas, Column, Line, Row, canvas::below, glyph, table},
    },
};
use ratatui::layout::Rect;

/// From this width on there is a column for who may pass a blocker.
const WHO_FROM: u16 = 110;

/// The two halves of the answer.
pub(super) struct Why<'a> {
    pub(super) blockers: &'a [Blocker],
    pub(super) fine: &'a [Fine],
}

pub(super) fn draw(
    app: &App,
    screen: &StageScreen,
    why: &Why<'_>,
    canvas: &mut Canvas<'_>,
    area: Rect,
) {
    let forecast = forecast(app, screen, usize::from(area.width).saturating_sub(2));
    let height = |rows: usize| u16::try_from(rows).unwrap_or(u16::MAX);
    // The list itself comes first; what is fine and what is expected take what it leaves.
    let needed = height(why.blockers.len().max(1)).saturating_add(2);
    let spare = area.height.saturating_sub(needed);
    let expected = height(forecast.len()).min(spare);
    let used = list(app, screen, why.blockers, canvas, area);
    let room = spare - expected;
    let fine: Vec<Line> = why
        .fine
        .iter()
        .map(|fine| {
            let sign = glyph(canvas.theme, Role::Status(crate::model::Status::Ok));
            Line::plain("  ")
                .join(sign)
                .then(
                    Role::Label,
                    format!(" {:<10} ", query::kind_word(fine.kind)),
                )
                .then(Role::Plain, fine.what.clone())
        })
        .collect();
    let place = Rect {
        height: room,
        ..below(area, used)
    };
    let used = used + canvas.lines(place, &fine);
    let place = below(area, used);
    let used = used + canvas.lines(place, &forecast[..usize::from(expected)]);
    if screen.tab == StageTab::Blockers || screen.pane == StagePane::Blockers {
        let chosen = screen.blocker.as_ref();
        let chosen = why.blockers.iter().find(|b| Some(&b.id) == chosen);
        if let Some(blocker) = chosen {
            detail(app, blocker, canvas, below(area, used + 1));
        }
    }
}

/// The list with its heading; gives the rows that it took.
fn list(
    app: &App,
    screen: &StageScreen,
    blockers: &[Blocker],
    canvas: &mut Canvas<'_>,
    area: Rect,
) -> u16 {
    let here = screen.tab == StageTab::Blockers || screen.pane == StagePane::Blockers;
    let title = if here {
        "[WHY NOT MOVING]"
    } else {
        "WHY NOT MOVING"
    };
    let standing = blockers.iter().filter(|blocker| blocker.blocks()).count();
    let counted = if blockers.is_empty() {
        String::new()
    } else {
        format!("  {standing} of {} stand in the way", blockers.len())
    };
    let title = Line::of(Role::Title, format!(" {title}")).then(Role::Label, counted);
    canvas.line(area, &title);
    if blockers.is_empty() {
        let text = "   nothing is in the way of what waits here, or nothing waits";
        canvas.line(below(area, 1), &Line::plain(text));
        return 2;
    }
    let chosen = screen.blocker.as_ref().filter(|_| here);
    let mut all = blockers.iter();
    let selected = all.position(|blocker| Some(&blocker.id) == chosen);
    // On a narrow terminal the reason needs the room; the detail beneath says who.
    let who = if area.width < WHO_FROM {
        ("", 0)
    } else {
        ("WHO MAY PASS IT", 24)
    };
    let columns = [
        Column::fixed("", 2).right().spare(2),
        Column::fixed("ST", 2),
        Column::fixed("SINCE", 7).right().spare(2),
        Column::fill("WHY"),
        Column::fixed("CLEARS", 20),
        Column::fixed(who.0, who.1).spare(3),
    ];
    let height = area.height.saturating_sub(2);
    let top = page_top(selected.unwrap_or(0), usize::from(height));
    let page = blockers.iter().enumerate().skip(top);
    let rows: Vec<Row> = page
        .take(usize::from(height))
        .map(|(at, blocker)| Row {
            cells: cells(app, (at, blocker), canvas),
            selected: selected == Some(at),
        })
        .collect();
    let used = u16::try_from(rows.len()).unwrap_or(height) + 2;
    table(canvas, below(area, 1), &columns, rows.into_iter());
    used
}

fn cells(app: &App, (at, blocker): (usize, &Blocker), canvas: &Canvas<'_>) -> Vec<Line> {
    let now = app.shown_now();
    vec![
        Line::of(Role::Label, (at + 1).to_string()),
        blocker_glyph(blocker, canvas),
        Line::plain(ago(blocker.since, now)),
        Line::plain(blocker.why.clone()),
        Line::plain(clears(blocker, app.times())),
        Line::plain(query::passage_word(blocker.passage)),
    ]
}

/// The selected blocker in full, where there is room left.
fn detail(app: &App, blocker: &Blocker, canvas: &mut Canvas<'_>, area: Rect) {
    let place = blocker
        .region
        .as_ref()
        .map_or_else(String::new, |region| format!("{region}: "));
    let now = app.shown_now();
    let text = format!(
        "{}  {place}{}; for {}; clears: {}; who may pass it: {}",
        blocker.id,
        blocker.why,
        ago(blocker.since, now),
        clears(blocker, app.times()),
        query::passage_word(blocker.passage)
    );
    let lines = wrap(&text, usize::from(area.width.saturating_sub(2)));
    let lines: Vec<Line> = lines
        .iter()
        .map(|line| Line::plain(format!(" {line}")))
        .collect();
    canvas.lines(area, &lines);
}

/// What the server expects of this stage, in its own words; nothing is worked out here.
fn forecast(app: &App, screen: &StageScreen, width: usize) -> Vec<Line> {
    let asked = app.loaded.forecast.as_ref();
    let asked = asked.filter(|asked| asked.pipeline == screen.pipeline);
    let text = match asked.and_then(|asked| asked.answer.as_ref()) {
        None => return Vec::new(),
        Some(Err(why)) => format!("no forecast: {why}"),
        Some(Ok(forecast)) => match expected(app, &screen.stage, forecast) {
            Some(text) => text,
            None => return Vec::new(),
        },
    };
    let lines = wrap(&text, width);
    let lines = lines.iter().map(|line| Line::plain(format!(" {line}")));
    lines.collect()
}

fn expected(app: &App, stage: &StageName, forecast: &Forecast) -> Option<String> {
    let here = forecast.moments.iter().filter(|m| m.stage == *stage);
    let told: Vec<String> = here
        .take(3)
        .map(|expected| {
            let word = match expected.event {
                Expected::Enters => "enters",
                Expected::AsksPeople => "asks people",
                Expected::Passes => "passes",
                Expected::RolledBack => "is rolled back",
            };
            let due = app.times().due(expected.at);
            format!("{} {word} {due}", expected.release)
        })
        .collect();
    let waits = forecast.waits.iter().find(|wait| wait.stage == *stage);
    let waits = waits.map(|wait| still(wait.release, &wait.blockers));
    if told.is_empty() && waits.is_none() {
        return None;
    }
    let mut parts = Vec::new();
    if !told.is_empty() {
        parts.push(format!("{} at the earliest", told.join(", ")));
    }
    parts.extend(waits);
    if !forecast.assumes.is_empty() {
        parts.push(format!("assumes {}", forecast.assumes.join(", ")));
    }
    Some(format!("FORECAST {}", parts.join("; ")))
}

fn still(release: ReleaseId, blockers: &[Blocker]) -> String {
    let reasons: Vec<&str> = blockers.iter().map(|b| b.why.as_str()).collect();
    match reasons.as_slice() {
        [] => format!("then {release} waits for a person"),
        reasons => format!("then {release} goes on waiting: {}", reasons.join("; ")),
    }
}

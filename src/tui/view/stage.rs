//! One stage: how the rollout stands per region, every target, and the whole list of what keeps it
//! from moving.

use crate::{
    model::{Blocker, Clears, Pipeline, StageName, StageView, Time, board},
    tui::{
        app::App,
        query::{self, LaneRow, TargetRow},
        rows,
        screen::{StagePane, StageScreen},
        text::{Times, ago, wrap},
        theme::Role,
        view::{
            footer,
            list::{List, Pages},
        },
        widgets::{Canvas, Column, Line, Row, badge, bar, canvas::below, glyph, table},
    },
};
use ratatui::layout::Rect;

pub(super) fn draw(app: &App, screen: &StageScreen, canvas: &mut Canvas<'_>, body: Rect) {
    let Some(pipeline) = app.pipeline(&screen.pipeline) else {
        return footer::waiting(app, canvas, body);
    };
    let views = board(pipeline, &app.replica.org, app.server_now());
    let Some(view) = views.iter().find(|view| view.stage == screen.stage) else {
        return canvas.line(
            body,
            &Line::plain(" the definition has no such stage any more"),
        );
    };
    canvas.line(body, &headline(app, pipeline, view, canvas));
    canvas.line(below(body, 1), &workflow(pipeline, &screen.stage, canvas));
    let rest = below(body, 2);
    let blockers = rows::stage_blockers(app, pipeline, &screen.stage);
    let lanes = query::lane_rows(pipeline, &screen.stage);
    let height =
        |rows: usize, more: u16| u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(more);
    let why_least = height(blockers.len().max(1), 2).min(rest.height * 2 / 5);
    let lane_height = if lanes.is_empty() {
        0
    } else {
        height(lanes.len(), 1).min(rest.height / 3)
    };
    let place = Rect {
        height: lane_height,
        ..rest
    };
    list_lanes(&lanes, canvas, place);
    let rest = below(rest, lane_height);
    let targets = rows::targets(pipeline, &screen.stage).len();
    let targets = Rect {
        height: height(targets, 2).min(rest.height - why_least),
        ..rest
    };
    list_targets(app, pipeline, screen, canvas, targets);
    let area = below(rest, targets.height);
    list_blockers(app, screen, &blockers, canvas, area);
}

fn headline(app: &App, pipeline: &Pipeline, view: &StageView, canvas: &Canvas<'_>) -> Line {
    let now = app.server_now();
    let release = view
        .release
        .map_or_else(String::new, |release| format!("  {release}"));
    let since = view
        .since
        .map_or_else(String::new, |at| format!("  {}", ago(at, now)));
    let state = pipeline.stage(&view.stage);
    let next = state.and_then(|state| state.waiting.last());
    let next = next.filter(|(next, _)| Some(*next) != view.release);
    let next = next.map_or_else(String::new, |(next, _)| format!("  next {next}"));
    Line::plain(" ")
        .join(badge(canvas.theme, view.status))
        .then(Role::Title, release)
        .then(Role::Plain, format!("{since}{next}"))
        .then(
            Role::Plain,
            if view.why.is_empty() {
                String::new()
            } else {
                format!("  {}", view.why)
            },
        )
}

/// The approval workflow from left to right.
fn workflow(pipeline: &Pipeline, stage: &StageName, canvas: &Canvas<'_>) -> Line {
    let attempt = pipeline
        .stage(stage)
        .and_then(|state| state.attempt.as_ref());
    let mut line = Line::of(Role::Label, " then ");
    let Some(attempt) = attempt.filter(|attempt| !attempt.gates.is_empty()) else {
        return Line::of(Role::Label, " no approval workflow has begun");
    };
    for gate in query::gate_rows(attempt) {
        let name = if gate.name.is_empty() {
            String::new()
        } else {
            format!(" {}", gate.name)
        };
        line = line
            .join(glyph(canvas.theme, Role::Status(gate.status)))
            .then(Role::Plain, format!(" {}{name}   ", gate.kind));
    }
    line
}

fn list_lanes(lanes: &[LaneRow], canvas: &mut Canvas<'_>, area: Rect) {
    let columns = [
        Column::fixed("ST", 2),
        Column::fixed("REGION", 15),
        Column::fixed("DONE", 7).right(),
        Column::fixed("", 10).spare(2),
        Column::fixed("BATCH", 18),
        Column::fill("BAKE"),
    ];
    let rows: Vec<Row> = lanes
        .iter()
        .map(|lane| {
            let done = u64::try_from(lane.done).unwrap_or(u64::MAX);
            let total = u64::try_from(lane.total).unwrap_or(u64::MAX);
            let zone = lane
                .zone
                .as_ref()
                .map_or_else(String::new, |zone| format!(" zone {zone}"));
            let batch = match lane.batch {
                Some((at, of)) if lane.one_box => format!("{at}/{of} one-box{zone}"),
                Some((at, of)) => format!("{at}/{of}{zone}"),
                None => "-".to_owned(),
            };
            let cells = vec![
                glyph(canvas.theme, Role::Status(lane.status)),
                Line::plain(lane.region.to_string()),
                Line::plain(format!("{done}/{total}")),
                Line::plain(bar(done, total, 10)),
                Line::plain(batch),
                lane.bake
                    .as_ref()
                    .map_or_else(|| Line::plain("-"), bake_line),
            ];
            Row {
                cells,
                selected: false,
            }
        })
        .collect();
    table(canvas, area, &columns, rows.into_iter());
}

fn bake_line(bake: &query::Baking) -> Line {
    let points = match bake.points_wanted {
        0 => String::new(),
        wanted => format!(" {}/{wanted} pts", bake.points),
    };
    let text = format!("{}/{}{points}", bake.healthy.short(), bake.wanted.short());
    match &bake.paused {
        Some(why) => Line::plain(text).then(Role::Warning, format!("  PAUSED: {why}")),
        None => Line::plain(text),
    }
}

fn list_targets(
    app: &App,
    pipeline: &Pipeline,
    screen: &StageScreen,
    canvas: &mut Canvas<'_>,
    area: Rect,
) {
    let rows = query::target_rows(pipeline, &screen.stage);
    let here = screen.pane == StagePane::Targets;
    let chosen = screen.target.as_ref().filter(|_| here);
    let selected = rows.iter().position(|row| Some(&row.target) == chosen);
    let title = if here { "[TARGET]" } else { "TARGET" };
    let columns = [
        Column::fixed("ST", 2),
        Column::fixed(title, 20),
        Column::fixed("REGION/ZONE", 20).spare(2),
        Column::fixed("RUNS", 6),
        Column::fixed("FOR", 7).right().spare(1),
        Column::fill("NOTE"),
    ];
    if rows.is_empty() {
        return canvas.line(area, &Line::plain("   this stage has no targets"));
    }
    let list = List {
        rows: &rows,
        selected,
        pages: Pages::FromStart,
    };
    let now = app.server_now();
    list.draw(canvas, area, &columns, |row, canvas| {
        target_cells(row, canvas, now)
    });
}

fn target_cells(row: &TargetRow, canvas: &Canvas<'_>, now: Time) -> Vec<Line> {
    let running = row
        .running
        .map_or_else(|| "-".to_owned(), |release| release.to_string());
    let one_box = if row.one_box { "one-box " } else { "" };
    let place = format!("{}/{}", row.region, row.zone);
    vec![
        glyph(canvas.theme, Role::Status(row.status)),
        Line::plain(crate::tui::text::middle_cut(row.target.as_str(), 20).into_owned()),
        Line::plain(crate::tui::text::middle_cut(&place, 20).into_owned()),
        Line::plain(running),
        Line::plain(row.since.map_or_else(String::new, |since| ago(since, now))),
        Line::of(Role::Label, one_box).then(Role::Plain, row.note.clone()),
    ]
}

fn list_blockers(
    app: &App,
    screen: &StageScreen,
    blockers: &[Blocker],
    canvas: &mut Canvas<'_>,
    area: Rect,
) {
    let here = screen.pane == StagePane::Blockers;
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
        return canvas.line(below(area, 1), &Line::plain(text));
    }
    let chosen = screen.blocker.as_ref().filter(|_| here);
    let selected = blockers
        .iter()
        .position(|blocker| Some(&blocker.id) == chosen);
    let columns = [
        Column::fixed("ST", 2),
        Column::fixed("SINCE", 7).right().spare(2),
        Column::fill("WHY"),
        Column::fixed("CLEARS", 20),
    ];
    let height = area.height.saturating_sub(2);
    let top = crate::tui::screen::page_top(selected.unwrap_or(0), usize::from(height));
    let page = blockers
        .iter()
        .enumerate()
        .skip(top)
        .take(usize::from(height));
    let rows: Vec<Row> = page
        .map(|(at, blocker)| Row {
            cells: blocker_cells(app, blocker, canvas),
            selected: selected == Some(at),
        })
        .collect();
    let used = u16::try_from(rows.len()).unwrap_or(height) + 2;
    table(canvas, below(area, 1), &columns, rows.into_iter());
    if let Some(blocker) = selected.and_then(|at| blockers.get(at)) {
        detail(app, blocker, canvas, below(area, used + 1));
    }
}

/// The selected blocker in full, where there is room left.
fn detail(app: &App, blocker: &Blocker, canvas: &mut Canvas<'_>, area: Rect) {
    let place = blocker
        .region
        .as_ref()
        .map_or_else(String::new, |region| format!("{region}: "));
    let clears = clears(blocker, app.times());
    let text = format!("{}  {place}{}; clears: {clears}", blocker.id, blocker.why);
    let lines = wrap(&text, usize::from(area.width.saturating_sub(2)));
    let lines: Vec<Line> = lines
        .iter()
        .map(|line| Line::plain(format!(" {line}")))
        .collect();
    canvas.lines(area, &lines);
}

fn blocker_cells(app: &App, blocker: &Blocker, canvas: &Canvas<'_>) -> Vec<Line> {
    let now = app.server_now();
    vec![
        blocker_glyph(blocker, canvas),
        Line::plain(ago(blocker.since, now)),
        Line::plain(blocker.why.clone()),
        Line::plain(clears(blocker, app.times())),
    ]
}

/// The sign of what stands, or of what was overridden.
pub(super) fn blocker_glyph(blocker: &Blocker, canvas: &Canvas<'_>) -> Line {
    let role = if blocker.blocks() {
        Role::Status(query::kind_status(blocker.kind))
    } else {
        Role::Overridden
    };
    glyph(canvas.theme, role)
}

/// When it goes away: a moment, or what has to happen.
pub(super) fn clears(blocker: &Blocker, times: Times) -> String {
    match (&blocker.overridden, &blocker.clears) {
        (Some(id), _) => format!("overridden by {id}"),
        (None, Clears::At(at)) => times.due(*at),
        (None, Clears::When(what)) => what.clone(),
    }
}

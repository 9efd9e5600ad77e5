//! How the rollout of a stage stands: the approval workflow, its regions side by side, every target,
//! and beneath them why nothing moves.

use crate::{
    model::{Pipeline, StageName, Time},
    tui::{
        app::App,
        query::{self, LaneRow, TargetRow},
        rows,
        screen::{StagePane, StageScreen},
        text::{ago, middle_cut},
        theme::Role,
        view::{
            list::{List, Pages},
            stage::why::{self, Why},
        },
        widgets::{Canvas, Column, Line, Row, bar, canvas::below, glyph, table},
    },
};
use ratatui::layout::Rect;

pub(super) fn draw(
    app: &App,
    (pipeline, screen): (&Pipeline, &StageScreen),
    why: &Why<'_>,
    canvas: &mut Canvas<'_>,
    area: Rect,
) {
    canvas.line(area, &workflow(pipeline, &screen.stage, canvas));
    let rest = below(area, 1);
    let lanes = query::lane_rows(pipeline, &screen.stage);
    let height =
        |rows: usize, more: u16| u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(more);
    let why_least = height(why.blockers.len().max(1), 2).min(rest.height * 2 / 5);
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
    why::draw(app, screen, why, canvas, below(rest, targets.height));
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
    let two = rows.iter().any(|row| row.beside.is_some());
    let columns = [
        Column::fixed("ST", 2),
        Column::fixed(title, 20),
        Column::fixed("REGION/ZONE", 20).spare(2),
        Column::fixed("RUNS", 10),
        Column::fixed(if two { "BESIDE" } else { "" }, if two { 10 } else { 0 }).spare(3),
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
    let now = app.shown_now();
    list.draw(canvas, area, &columns, |row, canvas| {
        target_cells(row, canvas, now)
    });
}

fn target_cells(row: &TargetRow, canvas: &Canvas<'_>, now: Time) -> Vec<Line> {
    let running = row
        .running
        .map_or_else(|| "-".to_owned(), |release| release.to_string());
    let share = |weight: Option<u8>| weight.map_or_else(String::new, |w| format!(" {w}%"));
    let running = format!("{running}{}", share(row.weight));
    // The other slot of a canary or of two colours has the rest of the traffic.
    let rest = row.weight.map(|weight| 100_u8.saturating_sub(weight));
    let beside = row
        .beside
        .map_or_else(String::new, |release| format!("{release}{}", share(rest)));
    let one_box = if row.one_box { "one-box " } else { "" };
    let place = format!("{}/{}", row.region, row.zone);
    vec![
        glyph(canvas.theme, Role::Status(row.status)),
        Line::plain(middle_cut(row.target.as_str(), 20).into_owned()),
        Line::plain(middle_cut(&place, 20).into_owned()),
        Line::plain(running),
        Line::plain(beside),
        Line::plain(row.since.map_or_else(String::new, |since| ago(since, now))),
        Line::of(Role::Label, one_box).then(Role::Plain, row.note.clone()),
    ]
}

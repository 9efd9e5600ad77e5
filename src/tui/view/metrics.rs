//! Delivery metrics for leads: the figures of a window beside those of the one before, where the
//! time goes, and a row for every pipeline. What each figure means is one key away.

use crate::{
    model::{DELIVERY_DEFINITIONS, DeliveryReport, PipelineDelivery},
    tui::{
        app::App,
        query::{figure_rows, share, span},
        rows,
        screen::{MetricsPane, MetricsScreen},
        text::wrap,
        theme::{Role, Theme},
        view::{
            footer,
            list::{List, Pages},
        },
        widgets::{Canvas, Column, Line, badge, canvas::below, strip},
    },
};
use ratatui::layout::Rect;

/// Lines that the list of pipelines gets at the least.
const LIST_LEAST: u16 = 5;
/// From this width on pipelines show everything there is.
const WIDE: u16 = 160;

pub(super) fn draw(app: &App, screen: &MetricsScreen, canvas: &mut Canvas<'_>, body: Rect) {
    canvas.line(body, &head(app, screen));
    let area = below(body, 1);
    if screen.pane == MetricsPane::Definitions {
        return definitions(canvas, area);
    }
    let Some(report) = rows::delivery(app, screen) else {
        return footer::waiting(app, canvas, area);
    };
    let room = area.height.saturating_sub(LIST_LEAST);
    let used = figures(
        report,
        canvas,
        Rect {
            height: room,
            ..area
        },
    );
    let area = below(area, used);
    let room = area.height.saturating_sub(LIST_LEAST);
    let used = legs(
        report,
        canvas,
        Rect {
            height: room.min(4),
            ..area
        },
    );
    pipelines(app, screen, report, (canvas, below(area, used)));
}

fn head(app: &App, screen: &MetricsScreen) -> Line {
    let owner = screen.owner.as_ref();
    let owner = owner.map_or_else(|| "all teams".to_owned(), ToString::to_string);
    let line = Line::of(Role::Label, " window ")
        .then(Role::Title, format!("{}d", screen.days))
        .then(Role::Label, format!(" (before it {}d)   ", screen.days))
        .then(Role::Plain, owner)
        .then(Role::Label, "   [ ] window  D definitions  E export");
    match &app.replica.delivery_trouble {
        Some(why) => line.then(Role::Danger, format!("   not loaded: {why}")),
        None => line,
    }
}

fn definitions(canvas: &mut Canvas<'_>, area: Rect) {
    let width = usize::from(area.width).saturating_sub(24);
    let mut lines = Vec::new();
    for (name, meaning) in DELIVERY_DEFINITIONS {
        for (at, text) in wrap(meaning, width).into_iter().enumerate() {
            let name = if at == 0 { name } else { "" };
            lines.push(
                Line::of(Role::Title, format!(" {name}"))
                    .to(22)
                    .then(Role::Plain, text),
            );
        }
    }
    canvas.lines(area, &lines);
}

/// The figures, as many as there is room for; says how many lines they took.
fn figures(report: &DeliveryReport, canvas: &mut Canvas<'_>, area: Rect) -> u16 {
    let days: Vec<u32> = (0..30)
        .map(|day| {
            let of = report.pipelines.iter();
            of.filter_map(|row| row.days.get(day)).sum()
        })
        .collect();
    let mut lines = Vec::new();
    for row in figure_rows(report) {
        let role = if row.is_over {
            Role::Danger
        } else {
            Role::Plain
        };
        let mut line = Line::of(Role::Label, format!(" {}", row.name))
            .to(19)
            .then(role, row.now)
            .then(role, if row.is_over { " !" } else { "" })
            .to(36)
            .then(Role::Label, format!(" ({})", row.before));
        if !row.target.is_empty() {
            line = line.to(52).then(Role::Label, row.target);
        }
        if row.name == "deployments" {
            line = line.to(46).then(Role::Plain, strip(&days));
        }
        lines.push(line);
    }
    canvas.lines(area, &lines)
}

/// Where the time goes, in the order of the stages.
fn legs(report: &DeliveryReport, canvas: &mut Canvas<'_>, area: Rect) -> u16 {
    if report.legs.is_empty() || area.height < 2 {
        return 0;
    }
    let parts = report.legs.iter().map(|leg| {
        let percent = leg.share.0 / 10_000;
        let what = leg.activity.word();
        format!("{} {what} {} {percent}%", leg.stage, leg.mean.short())
    });
    let text = parts.collect::<Vec<_>>().join(" | ");
    canvas.line(
        area,
        &Line::of(Role::Label, " where the time goes, on average:"),
    );
    let width = usize::from(area.width.saturating_sub(2));
    let wrapped = wrap(&text, width);
    let lines = wrapped.iter().map(|text| Line::plain(format!(" {text}")));
    1 + canvas.lines(below(area, 1), &lines.collect::<Vec<_>>())
}

fn pipelines(
    app: &App,
    screen: &MetricsScreen,
    report: &DeliveryReport,
    (canvas, area): (&mut Canvas<'_>, Rect),
) {
    let chosen = screen.selected.as_ref();
    let at = chosen.and_then(|name| {
        report
            .pipelines
            .iter()
            .position(|row| row.pipeline == *name)
    });
    let list = List {
        rows: &report.pipelines,
        selected: at.or((!report.pipelines.is_empty()).then_some(0)),
        pages: Pages::FromStart,
    };
    let wide = area.width >= WIDE;
    list.draw(canvas, area, &columns(wide), |row, canvas| {
        cells(app, row, wide, canvas.theme)
    });
}

fn columns(wide: bool) -> Vec<Column> {
    let mut columns = vec![
        Column::fixed("PIPELINE", 16),
        Column::fixed("DEPLOYS", 7).right(),
        Column::fixed("LEAD", 6).right(),
    ];
    if wide {
        columns.push(Column::fixed("P90", 6).right());
        columns.push(Column::fixed("LAST 30 DAYS", 30));
    }
    columns.push(Column::fixed("FAILED", 6).right().spare(2));
    if wide {
        columns.push(Column::fixed("RELEASES", 20));
    }
    columns.push(Column::fixed("APPROVAL", 8).right().spare(3));
    columns.push(Column::fixed("WINDOW", 6).right().spare(4));
    if wide {
        columns.push(Column::fixed("ALARM", 6).right());
        columns.push(Column::fixed("HOLD", 6).right());
        columns.push(Column::fixed("OVERRIDES", 9).right());
        columns.push(Column::fixed("OWNER", 12));
    }
    columns.push(Column::fill("NOW"));
    columns
}

fn cells(app: &App, row: &PipelineDelivery, wide: bool, theme: &Theme) -> Vec<Line> {
    let figures = &row.figures;
    let mut cells = vec![
        Line::plain(row.pipeline.to_string()),
        Line::plain(figures.deployments.to_string()),
        Line::plain(span(figures.lead.map(|spread| spread.p50))),
    ];
    if wide {
        cells.push(Line::plain(span(figures.lead.map(|spread| spread.p90))));
        cells.push(Line::plain(strip(&row.days)));
    }
    cells.push(Line::plain(share(figures.change_failure)));
    if wide {
        let failed: Vec<String> = row.failed.iter().map(ToString::to_string).collect();
        cells.push(Line::plain(failed.join(" ")));
    }
    cells.push(Line::plain(span(figures.approval.map(|spread| spread.p50))));
    cells.push(Line::plain(share(figures.blocked_window)));
    if wide {
        cells.push(Line::plain(share(figures.blocked_alarm)));
        cells.push(Line::plain(share(figures.blocked_hold)));
        cells.push(Line::plain(figures.overrides.to_string()));
        cells.push(Line::plain(row.owner.to_string()));
    }
    let now = app.replica.rows.get(&row.pipeline);
    cells.push(now.map_or_else(Line::default, |now| {
        badge(theme, now.status).then(Role::Plain, format!(" {}", now.why))
    }));
    cells
}

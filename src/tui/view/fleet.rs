//! The fleet list: one row per pipeline, what needs a human first.

use crate::{
    model::{Cell, Status, Summary},
    tui::{
        app::App,
        rows,
        screen::FleetScreen,
        text::{Sanitized, ago, middle_cut},
        theme::{Role, Theme},
        view::{footer, list::List},
        widgets::{Canvas, Column, Line, badge, canvas::below, glyph},
    },
};
use ratatui::layout::Rect;

/// From this width on every stage shows its release, and owners have a column.
const WIDE: u16 = 110;

/// `42 pipelines | X 3 fail  ! 2 alarm`: states that want somebody, with how many pipelines.
pub(super) fn counts(app: &App, theme: &Theme) -> Line {
    let total = app.replica.rows.len();
    let mut line = Line::of(Role::Title, format!("{total} pipelines"));
    for status in Status::ALL {
        let rows = app
            .replica
            .rows
            .values()
            .filter(|row| row.status == status)
            .count();
        let quiet = match status {
            Status::Ok | Status::NotYet | Status::Superseded => true,
            Status::Alarm
            | Status::Fail
            | Status::Approve
            | Status::Rollback
            | Status::Blocked
            | Status::Held
            | Status::NoData
            | Status::Partial
            | Status::Run
            | Status::Bake => false,
        };
        if rows > 0 && !quiet {
            let role = Role::Status(status);
            let word = theme.word(role).to_lowercase();
            line = line
                .then(Role::Plain, "  ")
                .then(role, format!("{} {rows} {word}", theme.glyph(role)));
        }
    }
    line
}

pub(super) fn draw(app: &App, screen: &FleetScreen, canvas: &mut Canvas<'_>, body: Rect) {
    if app.replica.rows.is_empty() {
        return footer::waiting(app, canvas, body);
    }
    let rows = rows::fleet(app, screen);
    let hidden = app.replica.rows.len() - rows.len();
    let filter = if screen.filter.is_empty() {
        "(none)".to_owned()
    } else {
        screen.filter.clone()
    };
    let view = Line::of(Role::Label, "sort: ")
        .then(Role::Plain, screen.sort.word())
        .then(Role::Label, "   filter: ")
        .then(Role::Plain, filter)
        .then(Role::Label, format!("   hidden by filter: {hidden}"));
    canvas.line(body, &view);
    let name = rows::selected_pipeline(app);
    let selected = rows.iter().position(|row| Some(&row.pipeline) == name);
    let list = List {
        rows: &rows,
        selected,
    };
    let detail = 2;
    let area = below(body, 1);
    let wide = body.width >= WIDE;
    let cells_width = cells_width(&rows, wide);
    let columns = columns(&rows, wide, cells_width);
    let place = Rect {
        height: area.height - detail,
        ..area
    };
    list.draw(canvas, place, &columns, |row, canvas| {
        cells(app, row, wide, canvas)
    });
    if let Some(row) = selected.and_then(|at| rows.get(at)) {
        let place = Rect {
            y: area.bottom() - detail,
            height: detail,
            ..area
        };
        selection(app, row, canvas, place);
    }
}

fn columns(rows: &[&Summary], wide: bool, cells_width: u16) -> Vec<Column> {
    let titles = stage_titles(rows, wide).unwrap_or_else(|| "STAGES".to_owned());
    let mut columns = vec![
        Column::fixed("ST", 2),
        Column::fixed("PIPELINE", if wide { 28 } else { 18 }),
        Column::fixed(titles, cells_width).spare(1),
        Column::fixed("REL", 6).spare(3),
        Column::fixed("SINCE", 7).right().spare(2),
    ];
    if wide {
        columns.push(Column::fixed("OWNER", 12).spare(4));
    }
    columns.push(Column::fill("WHY (most urgent first)"));
    columns
}

fn cells_width(rows: &[&Summary], wide: bool) -> u16 {
    let most = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    let each = if wide { CELL_WIDE } else { 2 };
    u16::try_from((most * each).saturating_sub(1))
        .unwrap_or(u16::MAX)
        .clamp(6, 70)
}

/// A cell with its release: `+r4833 `.
const CELL_WIDE: usize = 7;

/// Titles over the stages, when all pipelines have the same ones.
fn stage_titles(rows: &[&Summary], wide: bool) -> Option<String> {
    let names = |row: &Summary| -> Vec<_> { row.cells.iter().map(|c| c.stage.clone()).collect() };
    let first = names(rows.first()?);
    let same = rows
        .iter()
        .all(|row| row.cells.iter().map(|c| &c.stage).eq(&first));
    let title = |stage: &crate::model::StageName| {
        if wide {
            format!("{:<CELL_WIDE$}", middle_cut(stage.as_str(), CELL_WIDE - 1))
        } else {
            format!("{} ", initial(stage.as_str()))
        }
    };
    same.then(|| {
        first
            .iter()
            .map(title)
            .collect::<String>()
            .trim_end()
            .to_owned()
    })
}

/// One letter for a stage: S and B for source and build, the number of a wave, else its first.
pub(super) fn initial(stage: &str) -> char {
    let last = stage.chars().last().filter(char::is_ascii_digit);
    let first = stage.chars().next().unwrap_or('?');
    match stage {
        "source" | "build" => first.to_ascii_uppercase(),
        _ => last.unwrap_or(first),
    }
}

fn cells(app: &App, row: &Summary, wide: bool, canvas: &Canvas<'_>) -> Vec<Line> {
    let theme = canvas.theme;
    let old = app.link.age(app.ui.now).is_none();
    // What a dead link shows may be wrong by now, and says so.
    let mark = if old {
        glyph(theme, Role::Status(Status::NoData))
    } else {
        Line::default()
    };
    let since = row
        .since
        .map_or_else(String::new, |since| ago(since, app.server_now()));
    let mut cells = vec![
        glyph(theme, Role::Status(row.status)).join(mark),
        Line::plain(middle_cut(row.pipeline.as_str(), if wide { 28 } else { 18 }).into_owned()),
        stages(&row.cells, wide, theme),
        Line::plain(
            row.release
                .map_or_else(String::new, |release| release.to_string()),
        ),
        Line::plain(since),
    ];
    if wide {
        cells.push(Line::plain(row.owner.to_string()));
    }
    cells.push(Line::plain(row.why.clone()));
    cells
}

fn stages(cells: &[Cell], wide: bool, theme: &Theme) -> Line {
    let mut line = Line::default();
    for cell in cells {
        let start = line.width();
        line = line.join(glyph(theme, Role::Status(cell.status)));
        if let Some(release) = cell.release.filter(|_| wide) {
            line = line.then(Role::Plain, release.to_string());
        }
        line = line.to(start + if wide { CELL_WIDE } else { 2 });
    }
    line
}

/// The selected pipeline in words, for what the row had no room for.
fn selection(app: &App, row: &Summary, canvas: &mut Canvas<'_>, area: Rect) {
    let since = row.since.map_or_else(String::new, |at| {
        format!(" for {}", ago(at, app.server_now()))
    });
    let line = Line::of(Role::Title, format!(" {}  ", row.pipeline))
        .join(badge(canvas.theme, row.status))
        .then(Role::Plain, since)
        .then(Role::Label, "  owner ")
        .then(Role::Plain, row.owner.to_string())
        .then(Role::Label, "  service ")
        .then(Role::Plain, row.service.to_string());
    canvas.line(area, &line);
    let why = Sanitized::from(format!(" {}", row.why));
    canvas.line(below(area, 1), &Line::of(Role::Plain, why));
}

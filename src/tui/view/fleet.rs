//! The fleet list: one row per pipeline, what needs a human first.

use crate::{
    model::{Cell, StageName, Status, Summary},
    tui::{
        app::App,
        rows,
        screen::FleetScreen,
        text::{Sanitized, ago, middle_cut},
        theme::{Role, Theme},
        view::{
            footer,
            list::{List, Pages},
        },
        widgets::{Canvas, Column, Line, badge, canvas::below, glyph},
    },
};
use ratatui::layout::Rect;

/// From this width on owners have a column, and from the second on every stage shows its release.
const OWNERS: u16 = 110;
const RELEASES: u16 = 160;

/// `42 pipelines  ! 2 alarm  X 3 fail`: states that want somebody, with how many pipelines; without
/// the words where there is no room.
pub(super) fn counts(app: &App, theme: &Theme, cells: usize) -> Line {
    let total = app.replica.rows.len();
    let head = Line::of(Role::Title, format!("{total} pipelines"));
    let words = counted(app, theme, true);
    if head.width() + words.width() <= cells {
        head.join(words)
    } else {
        head.join(counted(app, theme, false))
    }
}

fn counted(app: &App, theme: &Theme, words: bool) -> Line {
    let mut line = Line::default();
    for status in Status::ALL {
        let rows = app
            .replica
            .rows
            .values()
            .filter(|row| row.status == status)
            .count();
        let quiet = matches!(status, Status::Ok | Status::NotYet | Status::Superseded);
        if rows > 0 && !quiet {
            let role = Role::Status(status);
            let word = if words {
                format!(" {}", theme.word(role).to_lowercase())
            } else {
                String::new()
            };
            line = line
                .then(Role::Plain, "  ")
                .then(role, format!("{} {rows}{word}", theme.glyph(role)));
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
        pages: Pages::FromStart,
    };
    let detail = 2;
    let area = below(body, 1);
    let place = Rect {
        height: area.height - detail,
        ..area
    };
    let shape = Shape::of(list.page(place), body.width);
    list.draw(canvas, place, &shape.columns(), |row, canvas| {
        cells(app, row, &shape, canvas)
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

/// How wide the columns are that depend on the rows of the page.
struct Shape {
    name: u16,
    /// Cells of one stage: its sign, or its sign and release.
    stage: usize,
    titles: String,
    stages: u16,
    owners: bool,
}

impl Shape {
    fn of(page: &[&Summary], width: u16) -> Self {
        let stage = if width >= RELEASES { 7 } else { 2 };
        let most = page.iter().map(|row| row.cells.len()).max().unwrap_or(0);
        let name = page.iter().map(|row| row.pipeline.as_str().len()).max();
        let longest = if width >= OWNERS { 32 } else { 18 };
        let stages = (most * stage).saturating_sub(1).clamp(6, 112);
        Self {
            name: u16::try_from(name.unwrap_or(0))
                .unwrap_or(longest)
                .clamp(8, longest),
            stage,
            titles: titles(page, stage).unwrap_or_else(|| "STAGES".to_owned()),
            stages: u16::try_from(stages).unwrap_or(u16::MAX),
            owners: width >= OWNERS,
        }
    }

    fn columns(&self) -> Vec<Column> {
        let mut columns = vec![
            Column::fixed("ST", 2),
            Column::fixed("PIPELINE", self.name),
            Column::fixed(self.titles.clone(), self.stages).spare(1),
            Column::fixed("REL", 5).spare(3),
            Column::fixed("SINCE", 6).right().spare(2),
        ];
        if self.owners {
            columns.push(Column::fixed("OWNER", 12).spare(4));
        }
        columns.push(Column::fill("WHY"));
        columns
    }
}

/// Titles over the stages, when all pipelines of the page have the same ones.
fn titles(page: &[&Summary], cells: usize) -> Option<String> {
    let (first, others) = page.split_first()?;
    let names = |row: &'_ Summary| row.cells.iter().map(|cell| cell.stage.clone()).collect();
    let names: Vec<StageName> = names(first);
    let same = |row: &&Summary| row.cells.iter().map(|cell| &cell.stage).eq(&names);
    let title = |stage: &StageName| {
        let name = if cells > 2 {
            middle_cut(stage.as_str(), cells - 1).into_owned()
        } else {
            initial(stage.as_str()).to_string()
        };
        format!("{name:<cells$}")
    };
    let titles = || names.iter().map(title).collect::<String>();
    others
        .iter()
        .all(same)
        .then(|| titles().trim_end().to_owned())
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

fn cells(app: &App, row: &Summary, shape: &Shape, canvas: &Canvas<'_>) -> Vec<Line> {
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
    let release = row
        .release
        .map_or_else(String::new, |release| release.to_string());
    let name = middle_cut(row.pipeline.as_str(), usize::from(shape.name));
    let mut cells = vec![
        glyph(theme, Role::Status(row.status)).join(mark),
        Line::plain(name.into_owned()),
        stages(&row.cells, shape.stage, theme),
        Line::plain(release),
        Line::plain(since),
    ];
    if shape.owners {
        cells.push(Line::plain(row.owner.to_string()));
    }
    cells.push(Line::plain(row.why.clone()));
    cells
}

fn stages(cells: &[Cell], width: usize, theme: &Theme) -> Line {
    let mut line = Line::default();
    for (at, cell) in cells.iter().enumerate() {
        line = line
            .to(at * width)
            .join(glyph(theme, Role::Status(cell.status)));
        if let Some(release) = cell.release.filter(|_| width > 2) {
            line = line.then(Role::Plain, release.to_string());
        }
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

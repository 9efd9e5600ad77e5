//! The fleet list: one row per pipeline, what needs a human first. What a row says is in `columns`,
//! what is said of the selected one in `selection`.

mod columns;
mod selection;

use crate::{
    model::Status,
    tui::{
        app::App,
        rows::{self, FleetRows},
        screen::{FleetScreen, FleetView},
        theme::{Role, Theme},
        view::footer,
        widgets::{Canvas, Line, Row, Shown, canvas::below, rule, shared, table},
    },
};
use columns::Shape;
use ratatui::layout::Rect;
use selection::Why;

/// Rows that are titles or the rule below the list.
const FURNITURE: u16 = 2;
/// From this height on there is room for why the selected pipeline is as it is.
const TALL: u16 = 16;

/// `42 pipelines  ! 2 alarm  X 3 fail`: states that want somebody, with how many pipelines; without
/// the words where there is no room.
pub(super) fn counts(app: &App, theme: &Theme, cells: usize) -> Line {
    let by_status = Status::ALL.map(|status| app.replica.rows.count(status));
    let head = Line::of(Role::Title, format!("{} pipelines", app.replica.rows.len()));
    let words = counted(&by_status, theme, |role| {
        format!(" {}", theme.word(role).to_lowercase())
    });
    if head.width() + words.width() <= cells {
        head.join(words)
    } else {
        head.join(counted(&by_status, theme, |_| String::new()))
    }
}

/// The same in the fewest cells: `! 2  X 3`.
pub(super) fn signs(app: &App, theme: &Theme) -> Line {
    let by_status = Status::ALL.map(|status| app.replica.rows.count(status));
    counted(&by_status, theme, |_| String::new())
}

fn counted(by_status: &[usize], theme: &Theme, word: impl Fn(Role) -> String) -> Line {
    let mut line = Line::default();
    for (status, rows) in Status::ALL.into_iter().zip(by_status) {
        if *rows > 0 && !status.is_at_rest() {
            let role = Role::Status(status);
            line = line
                .then(Role::Plain, "  ")
                .then(role, format!("{} {rows}{}", theme.glyph(role), word(role)));
        }
    }
    line
}

pub(super) fn draw(app: &App, screen: &FleetScreen, canvas: &mut Canvas<'_>, body: Rect) {
    if app.replica.rows.is_empty() {
        return footer::waiting(app, canvas, body);
    }
    let detail = if body.height >= TALL { 3 } else { 2 };
    let area = below(body, 1);
    let place = Rect {
        height: area.height.saturating_sub(detail),
        ..area
    };
    let height = usize::from(place.height.saturating_sub(FURNITURE));
    let found = rows::page(app, screen, height);
    canvas.line(body, &views(app, screen, &found));
    list(app, screen, &found, (canvas, place));
    let name = found
        .selected
        .and_then(|at| found.page.get(at - found.first));
    if let Some(row) = name {
        let place = Rect {
            y: area.bottom() - detail,
            height: detail,
            ..area
        };
        let columns = Shape::of(app, &found.page, area.width).columns();
        let told = crate::tui::text::width(&row.why) <= shared(&columns, area.width);
        let why = if told { Why::InItsRow } else { Why::Cut };
        selection::draw(app, (row, why), canvas, place);
    } else {
        let text = " no pipeline passes: v for another view, Esc takes the filter off";
        canvas.line(below(place, 1), &Line::of(Role::Label, text));
    }
}

/// `view: [attention] mine team all   sort: name   filter: (none)   hidden by filter: 0`.
fn views(app: &App, screen: &FleetScreen, found: &FleetRows<'_>) -> Line {
    let mut line = Line::of(Role::Label, "view:");
    for view in FleetView::ALL {
        if view == screen.view {
            line = line.then(Role::Title, format!(" [{}]", view.word()));
        } else if view != FleetView::Marked || !screen.marked.is_empty() {
            line = line.then(Role::Label, format!(" {}", view.word()));
        }
    }
    if !screen.marked.is_empty() {
        line = line.then(Role::Human, format!(" ({})", screen.marked.len()));
    }
    if screen.sort != screen.view.sort() {
        line = line
            .then(Role::Label, "  sort: ")
            .then(Role::Plain, screen.sort.word());
    }
    let filter = match screen.filter.as_str() {
        "" => "(none)",
        text => text,
    };
    let hidden = app.replica.rows.len() - found.of;
    line.then(Role::Label, "  filter: ")
        .then(Role::Plain, filter.to_owned())
        .then(Role::Label, format!("  hidden: {hidden}"))
}

fn list(
    app: &App,
    screen: &FleetScreen,
    found: &FleetRows<'_>,
    (canvas, place): (&mut Canvas<'_>, Rect),
) {
    let shape = Shape::of(app, &found.page, place.width);
    let rows = found.page.iter().zip(found.first..).map(|(row, at)| Row {
        cells: columns::cells(app, row, &shape, (canvas.theme, screen)),
        selected: found.selected == Some(at),
    });
    let rows: Vec<Row> = rows.collect();
    let shown = Shown {
        first: found.first,
        rows: rows.len(),
        of: found.of,
    };
    let body = Rect {
        height: place.height.saturating_sub(1),
        ..place
    };
    table(canvas, body, &shape.columns(), rows.into_iter());
    let last = Rect {
        y: place.bottom().saturating_sub(1),
        height: 1,
        ..place
    };
    rule(canvas, last, shown);
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

//! Draws the app and never changes it. Two header lines, the screen, a line for the last result and
//! a line of keys; dialogs lie above. Only rows that are seen are built.
//!
//! ```text
//! header.rs   PROD > checkout > gamma                     ana RW LIVE 2s 03:12:45Z
//!             banner, or what is in force, or the screen's summary
//! fleet.rs board.rs stage.rs alarms.rs blockers.rs events.rs release.rs tickets.rs metrics.rs help.rs     dialog.rs
//! footer.rs   last result, or the line being typed
//!             keys
//! ```

mod alarms;
mod blockers;
mod board;
mod card;
mod dialog;
mod events;
mod fleet;
mod footer;
mod header;
mod help;
mod list;
mod metrics;
mod palette;
mod release;
mod stage;
mod svg;
mod tickets;

use crate::tui::{
    app::{App, Size},
    pointer::Spot,
    screen::Screen,
    theme::{Glyphs, Theme},
    viewport::is_too_small,
    widgets::Canvas,
};
use ratatui::{
    Frame,
    buffer::Buffer,
    layout::{Position, Rect},
    style::Modifier,
};

pub use svg::svg;

/// Draws one frame.
pub fn draw(app: &App, theme: &Theme, frame: &mut Frame<'_>) {
    render(app, theme, frame.buffer_mut());
}

/// Draws into a buffer of any size.
pub fn render(app: &App, theme: &Theme, buffer: &mut Buffer) {
    let area = buffer.area;
    let mut canvas = Canvas::new(buffer, theme);
    draw_on(app, &mut canvas, area);
    if theme.glyphs == Glyphs::Ascii {
        only_ascii(buffer);
    }
}

/// What of the screen is at a cell, for a pointer.
pub fn spot(app: &App, theme: &Theme, (x, y): (u16, u16)) -> Option<Spot> {
    let Size { width, height } = app.ui.size;
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    let area = buffer.area;
    let mut canvas = Canvas::new(&mut buffer, theme);
    draw_on(app, &mut canvas, area);
    canvas.spot(Position { x, y })
}

fn draw_on(app: &App, canvas: &mut Canvas<'_>, area: Rect) {
    let Rect { width, height, .. } = area;
    if is_too_small(Size { width, height }) {
        header::too_small(app, canvas, area);
    } else {
        whole(app, canvas, area);
    }
}

/// A picture of the screen as text, one line per row, without trailing spaces.
pub fn text(app: &App, theme: &Theme, width: u16, height: u16) -> String {
    let mut buffer = Buffer::empty(Rect::new(0, 0, width, height));
    render(app, theme, &mut buffer);
    let rows = buffer.content.chunks(usize::from(width.max(1)));
    let lines = rows.map(|row| {
        let mut line = String::new();
        let mut covered = 0;
        for cell in row {
            if covered == 0 {
                line.push_str(cell.symbol());
                covered = crate::tui::text::width(cell.symbol());
            }
            covered = covered.saturating_sub(1);
        }
        format!("{}\n", line.trim_end())
    });
    lines.collect()
}

fn whole(app: &App, canvas: &mut Canvas<'_>, area: Rect) {
    let row = |y: u16| Rect {
        y: area.y + y,
        height: 1,
        ..area
    };
    let body = Rect {
        y: area.y + 2,
        height: area.height - 4,
        ..area
    };
    header::place(app, canvas, row(0));
    header::state(app, canvas, row(1));
    match app.screen() {
        Screen::Fleet(screen) => fleet::draw(app, screen, canvas, body),
        Screen::Board(screen) => board::draw(app, screen, canvas, body),
        Screen::Stage(screen) => stage::draw(app, screen, canvas, body),
        Screen::Alarms(screen) => alarms::draw(app, screen, canvas, body),
        Screen::Blockers(screen) => blockers::draw(app, screen, canvas, body),
        Screen::Events(screen) => events::draw(app, screen, canvas, body),
        Screen::Release(screen) => release::draw(app, screen, canvas, body),
        Screen::Tickets(screen) => tickets::draw(app, screen, canvas, body),
        Screen::Metrics(screen) => metrics::draw(app, screen, canvas, body),
        Screen::Help(screen) => help::draw(app, screen, canvas, body),
    }
    if app.is_old() {
        dim(canvas.buffer, body);
    }
    if let Some(open) = &app.ui.dialog {
        dialog::draw(app, open, canvas, body);
    }
    footer::menu(app, canvas, body);
    palette::draw(app, canvas, body);
    footer::result(app, canvas, row(area.height - 2));
    footer::keys(app, canvas, row(area.height - 1));
}

/// What may be wrong by now recedes; the sign beside each state says it, too.
fn dim(buffer: &mut Buffer, area: Rect) {
    for position in area.positions() {
        buffer[position].modifier |= Modifier::DIM;
    }
}

/// A terminal that is not known to speak UTF-8 may take its bytes for controls, so it gets none.
fn only_ascii(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if !cell.symbol().is_ascii() {
            cell.set_symbol("?");
        }
    }
}

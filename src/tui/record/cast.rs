//! A recording as an asciicast (version 2), which asciinema and web pages play: every frame that the
//! terminal would have been sent, with its moment.

use crate::tui::{
    app::{App, Size},
    paint::Painter,
    record::{line, tape::Tape},
    theme::Theme,
    view,
};
use serde_json::json;

/// Players make every pause shorter than this many seconds.
const IDLE_SECONDS: u32 = 3;

/// The whole file, line by line.
pub fn cast(tape: &Tape, theme: &Theme) -> Vec<String> {
    let mut app = tape.app(0);
    let start = tape.at(0).unwrap_or(app.ui.now);
    let Size { width, height } = app.ui.size;
    let mut lines = vec![line(&json!({
        "version": 2,
        "width": width,
        "height": height,
        "timestamp": start.0.div_euclid(1_000),
        "idle_time_limit": IDLE_SECONDS,
        "title": app.ui.title,
    }))];
    let mut painter = Painter::new(width, height, false);
    let mut frame = |app: &App, seconds: f64, lines: &mut Vec<String>| {
        let Size { width, height } = app.ui.size;
        if painter.size() != (width, height) {
            painter.reset(width, height);
            lines.push(line(&json!([seconds, "r", format!("{width}x{height}")])));
        }
        if let Some(bytes) = painter.frame(|buffer| view::render(app, theme, buffer)) {
            let text = String::from_utf8_lossy(&bytes);
            lines.push(line(&json!([seconds, "o", text])));
        }
    };
    lines.push(line(&json!([0.0, "o", "\x1b[?25l"])));
    frame(&app, 0.0, &mut lines);
    for step in 0..tape.len() {
        tape.step(&mut app, step);
        let passed = tape.at(step).unwrap_or(start).since(start);
        #[expect(
            clippy::cast_precision_loss,
            reason = "a recording is shorter than the millennia at which milliseconds are lost"
        )]
        let seconds = passed.0 as f64 / 1_000.0;
        frame(&app, seconds, &mut lines);
    }
    lines
}

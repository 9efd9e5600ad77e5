//! When the screen changes by time alone. All that is shown of time is counted at full steps of the
//! server's clock, so between two of them an idle screen stays as it is, to the last cell, and nobody
//! needs to wake.

use crate::{
    client::Link,
    model::{Span, Time},
    tui::{app::App, viewport::is_too_small},
};

const SECOND: Span = Span::seconds(1);

/// The local moment at which another frame is due though nothing happens; none while nothing that is
/// shown counts time.
pub fn next_frame(app: &App) -> Option<Time> {
    if is_too_small(app.ui.size) {
        return None;
    }
    let step = if counts_seconds(app) {
        SECOND
    } else {
        app.step()
    };
    Some(app.full(app.ui.now, step) + step)
}

/// Whether something is shown whose seconds matter, however finely the ages count: data that may be
/// old, a plan that expires, an answer that has not come.
fn counts_seconds(app: &App) -> bool {
    let quiet = matches!(app.link, Link::Live { .. } | Link::Connecting);
    let awaited = app.ui.dialog.is_some() || !app.ui.in_flight.is_empty();
    app.frozen.is_none() && !quiet || awaited
}

//! The delivery figures that a screen asks for, once they have come, and the pipeline under its
//! cursor.

use crate::{
    model::{DeliveryReport, PipelineName},
    tui::{app::App, screen::MetricsScreen},
};

pub fn delivery<'a>(app: &'a App, screen: &MetricsScreen) -> Option<&'a DeliveryReport> {
    let report = app.replica.delivery.as_deref();
    report.filter(|report| report.days == screen.days && report.owner == screen.owner)
}

/// The chosen pipeline while the figures name it, else the first.
pub fn selected_delivery<'a>(app: &'a App, screen: &MetricsScreen) -> Option<&'a PipelineName> {
    let rows = &delivery(app, screen)?.pipelines;
    let chosen = screen.selected.as_ref();
    let found = chosen.and_then(|name| rows.iter().find(|row| row.pipeline == *name));
    found.or(rows.first()).map(|row| &row.pipeline)
}

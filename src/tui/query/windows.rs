//! Time windows: per stage, region and window, whether deployments may start now and when that
//! changes next.

use crate::model::{Definition, Pipeline, Region, RegionName, StageName, Time, Window, WindowName};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowRow {
    pub stage: StageName,
    pub region: RegionName,
    pub zone: chrono_tz::Tz,
    pub window: WindowName,
    /// What the rule says.
    pub rule: String,
    /// `file:line` of the rule.
    pub origin: String,
    pub open: bool,
    /// When `open` turns next; none when it never does.
    pub changes: Option<Time>,
}

/// Every window of every stage; regions in one time zone are one row.
pub fn window_rows(pipeline: &Pipeline, now: Time) -> Vec<WindowRow> {
    let Some(definition) = pipeline.definition.as_deref() else {
        return Vec::new();
    };
    let mut rows: Vec<WindowRow> = Vec::new();
    for (stage, window, region) in places(definition) {
        let told = |row: &WindowRow| {
            row.stage == *stage && row.window == window.name && row.zone == region.time_zone
        };
        if !rows.iter().any(told) {
            rows.push(row(stage, window, region, now));
        }
    }
    rows
}

/// The next moment at which any window of the pipeline opens or closes, with the window's name.
pub fn next_change(pipeline: &Pipeline, now: Time) -> Option<(Time, WindowName, bool)> {
    let rows = window_rows(pipeline, now).into_iter();
    rows.filter_map(|row| Some((row.changes?, row.window, !row.open)))
        .min()
}

fn places(definition: &Definition) -> impl Iterator<Item = (&StageName, &Window, &Region)> {
    definition.stages.iter().flat_map(move |stage| {
        let windows = stage
            .windows
            .iter()
            .filter_map(|name| definition.window(name));
        windows.flat_map(move |window| stage.regions.iter().map(move |r| (&stage.name, window, r)))
    })
}

fn row(stage: &StageName, window: &Window, region: &Region, now: Time) -> WindowRow {
    let zone = region.time_zone;
    WindowRow {
        stage: stage.clone(),
        region: region.name.clone(),
        zone,
        window: window.name.clone(),
        rule: window.rule(),
        origin: window.origin.clone(),
        open: window.is_open(now, zone),
        changes: window.next_change(now, zone),
    }
}

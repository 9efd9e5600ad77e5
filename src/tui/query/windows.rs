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
    let rules = [&window.allow, &window.deny];
    let is_open = |at: Time| {
        let denied = window
            .deny
            .as_ref()
            .is_some_and(|deny| deny.is_open(at, zone));
        let allowed = window
            .allow
            .as_ref()
            .is_none_or(|allow| allow.is_open(at, zone));
        allowed && !denied
    };
    let open = is_open(now);
    // A change of one rule need not change the answer: deny beats allow. Each is looked at in turn.
    let mut changes = None;
    let mut at = now;
    for _ in 0..CHANGES_MAX {
        let next = rules
            .iter()
            .filter_map(|rule| rule.as_ref()?.next_change(at, zone))
            .min();
        let Some(next) = next else { break };
        if is_open(next) != open {
            changes = Some(next);
            break;
        }
        at = next;
    }
    let words = [("allow", &window.allow), ("deny", &window.deny)];
    let words = words
        .iter()
        .filter_map(|(word, rule)| Some(format!("{word} {}", rule.as_ref()?)));
    WindowRow {
        stage: stage.clone(),
        region: region.name.clone(),
        zone,
        window: window.name.clone(),
        rule: words.collect::<Vec<_>>().join(", "),
        origin: window.origin.clone(),
        open,
        changes,
    }
}

/// How many changes of the rules are looked at; two rules of a week seldom meet more often.
const CHANGES_MAX: usize = 16;

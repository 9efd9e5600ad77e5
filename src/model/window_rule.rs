//! The windows of a pipeline as rules to be read: which stages ask them, in which zone, where they
//! stand, when they change next. Pure.

use crate::model::{Pipeline, RegionName, Shift, StageName, Time, WindowName};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A window in one time zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WindowRule {
    pub window: WindowName,
    pub stages: Vec<StageName>,
    pub regions: Vec<RegionName>,
    #[schemars(with = "String")]
    pub time_zone: chrono_tz::Tz,
    /// What it says.
    pub rule: String,
    /// `file:line` of it.
    pub origin: String,
    pub open: bool,
    /// When `open` turns next; none when it never does.
    pub changes: Option<Time>,
    /// When the clocks of its zone change next, if they do within a year.
    pub shift: Option<Shift>,
}

/// Every window with the stages that name it, once for each time zone.
pub fn window_rules(pipeline: &Pipeline, now: Time) -> Vec<WindowRule> {
    let Some(definition) = pipeline.definition.as_deref() else {
        return Vec::new();
    };
    let mut rules: Vec<WindowRule> = Vec::new();
    for stage in &definition.stages {
        let windows = stage
            .windows
            .iter()
            .filter_map(|name| definition.window(name));
        for (window, region) in windows.flat_map(|w| stage.regions.iter().map(move |r| (w, r))) {
            let zone = region.time_zone;
            let same =
                |rule: &&mut WindowRule| rule.window == window.name && rule.time_zone == zone;
            let Some(rule) = rules.iter_mut().find(same) else {
                rules.push(WindowRule {
                    window: window.name.clone(),
                    stages: vec![stage.name.clone()],
                    regions: vec![region.name.clone()],
                    time_zone: zone,
                    rule: window.rule(),
                    origin: window.origin.clone(),
                    open: window.is_open(now, zone),
                    changes: window.next_change(now, zone),
                    shift: Shift::next(zone, now),
                });
                continue;
            };
            if !rule.stages.contains(&stage.name) {
                rule.stages.push(stage.name.clone());
            }
            if !rule.regions.contains(&region.name) {
                rule.regions.push(region.name.clone());
            }
        }
    }
    rules
}

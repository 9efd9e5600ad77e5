//! One `[[stage]]`: how it deploys, where, what must pass, and what it refers to. It checks itself
//! against the names that the rest of the definition gives.

use crate::{
    definition::{
        Place,
        anomalies::Lookout,
        approval,
        fields::{At, Fields},
        node::Value,
        opening,
        readable::{Readable, Undone},
        source::positive,
        strategy, suggest,
    },
    model::{
        Actor, Alarm, AlarmName, BakeRule, BakeRules, Deploy, Gate, GroupName, Phase, Region, Span,
        Stage, StageName, TargetName, Window, WindowName, Zone,
    },
};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
};

/// What a stage may refer to, and what it must not use again.
#[derive(Debug)]
pub(crate) struct Surroundings<'a> {
    // Each is none when something is wrong in it, so that nothing is said about what it lacks.
    pub(crate) alarms: Option<&'a [Alarm]>,
    pub(crate) windows: Option<&'a [Window]>,
    /// Whether an alarm of wider scope would roll any stage back.
    pub(crate) watched: bool,
    /// Whether each stage has an alarm for anomalies.
    pub(crate) anomalies: bool,
    pub(crate) groups: Option<&'a BTreeMap<GroupName, Vec<Actor>>>,
    /// Every target seen so far and its place.
    pub(crate) targets: RefCell<BTreeMap<TargetName, Place>>,
}

pub(crate) fn stage(fields: &Fields<'_>, around: &Surroundings<'_>) -> Option<Stage> {
    let name: Option<StageName> = fields.get("name");
    let phase: Option<Phase> = fields.get("phase");
    let deploy = fields.table("deploy").map(|fields| deploy(&fields, phase));
    let regions = regions(fields, around);
    let alarms: Vec<At<AlarmName>> = fields.list("alarms");
    let windows: Vec<At<WindowName>> = fields.list("windows");
    let mut approval = approval::gates(fields, around);
    let (bake, stage_bake) = bakes(fields);
    fields.finish();

    if let Some(known) = around.alarms {
        let known = known.iter().map(|alarm| alarm.name.as_str());
        refer(fields, "alarm", &alarms, known);
    }
    if let Some(known) = around.windows {
        let known = known.iter().map(|window| window.name.as_str());
        refer(fields, "window", &windows, known);
    }
    opening::together(fields, &windows, around.windows.unwrap_or_default());
    place_bake(fields, &mut approval, stage_bake);
    let (name, phase, deploy) = (name?, phase?, deploy??);
    if name == StageName::source() || name == StageName::build() {
        let what = format!("{name} is the name of a stage that every pipeline has; choose another");
        fields.report().problem(fields.place_of("name"), what);
    }
    let anomaly = around.anomalies.then(|| Lookout::name(&name)).flatten();
    let stage = Stage {
        name,
        phase,
        deploy,
        regions,
        approval,
        bake,
        windows: windows.into_iter().map(|window| window.value).collect(),
        alarms: alarms
            .into_iter()
            .map(|alarm| alarm.value)
            .chain(anomaly)
            .collect(),
    };
    judge(fields, &stage, around.watched);
    Some(stage)
}

fn deploy(fields: &Fields<'_>, phase: Option<Phase>) -> Option<Deploy> {
    let run = fields.get("run");
    let check = fields.optional("check");
    let timeout = positive(fields, "timeout");
    let strategy = strategy::strategy(fields, phase);
    let one_box = fields.or("one_box", &Value::Flag(phase == Some(Phase::Production)));
    let max_unavailable = fields.get("max_unavailable");
    let rollback_max_unavailable = fields.get("rollback_max_unavailable");
    let undone: Option<Undone> = fields.get("rollback");
    fields.finish();
    Some(Deploy {
        run: run?,
        check,
        timeout: timeout?,
        strategy: strategy?,
        one_box: one_box?,
        max_unavailable: max_unavailable?,
        rollback_max_unavailable: rollback_max_unavailable?,
        one_way: undone? == Undone::OneWay,
    })
}

fn regions(stage: &Fields<'_>, around: &Surroundings<'_>) -> Vec<Region> {
    let tables = stage.tables("regions");
    if tables.is_empty() {
        let what = format!(
            "{} has no region; add regions = [{{ name = \"...\", time_zone = \"...\", zones = {{ a = [\"...\"] }} }}]",
            stage.subject()
        );
        stage.report().absence(stage.place_of("regions"), what);
    }
    tables
        .iter()
        .filter_map(|fields| region(fields, around))
        .collect()
}

fn region(fields: &Fields<'_>, around: &Surroundings<'_>) -> Option<Region> {
    let name = fields.get("name");
    let time_zone = fields.get("time_zone");
    let mut zones = Vec::new();
    for entry in fields.named("zones") {
        let zone = Value::Text(entry.key.clone());
        let name = Readable::read(&zone).map_err(|why: String| {
            fields
                .report()
                .problem(&entry.place, format!("{}.zones {why}", fields.subject()));
        });
        let Value::List(items) = &entry.node.value else {
            let what = format!(
                "{}.zones.{} must be a list of targets",
                fields.subject(),
                entry.key
            );
            fields.report().problem(&entry.node.place, what);
            continue;
        };
        let targets = items
            .iter()
            .filter_map(|item| {
                let target: TargetName = fields.read("zones", item)?;
                unique(fields, &target, &item.place, around);
                Some(target)
            })
            .collect();
        zones.extend(name.ok().map(|name| Zone { name, targets }));
    }
    fields.finish();
    if fields.has("zones") && zones.iter().all(|zone| zone.targets.is_empty()) {
        let what = format!(
            "{} has no target; name at least one in its zones",
            fields.subject()
        );
        fields.report().problem(fields.place_of("zones"), what);
    }
    Some(Region {
        name: name?,
        time_zone: time_zone?,
        zones,
    })
}

/// A target belongs to one stage of a pipeline.
fn unique(fields: &Fields<'_>, target: &TargetName, place: &Place, around: &Surroundings<'_>) {
    let mut seen = around.targets.borrow_mut();
    if let Some(first) = seen.get(target) {
        let what = format!("target {target} is there twice; the first is at {first}");
        fields.report().problem(place, what);
    } else {
        seen.insert(target.clone(), place.clone());
    }
}

/// The bakes inside the rollout, and the one of the whole stage.
fn bakes(stage: &Fields<'_>) -> (BakeRules, BakeRule) {
    let fields = stage.table_or_empty("bake");
    let time = |key| {
        fields
            .or::<Span>(key, &Value::Text("0s".to_owned()))
            .unwrap_or_default()
    };
    let points = fields.get("data_points").unwrap_or_default();
    let counted = |time: Span| BakeRule {
        time,
        points: if time.is_zero() { 0 } else { points },
    };
    let rules = BakeRules {
        one_box: counted(time("one_box")),
        // A zone that was just filled has few requests of its own; it bakes by time.
        zone: BakeRule {
            time: time("zone"),
            points: 0,
        },
    };
    let whole = counted(time("stage"));
    fields.finish();
    (rules, whole)
}

/// The bake of the stage is a step of its workflow: after the tests, before people are asked.
fn place_bake(fields: &Fields<'_>, approval: &mut Vec<Gate>, rule: BakeRule) {
    if rule.time.is_zero() {
        return;
    }
    if approval.iter().any(|gate| matches!(gate, Gate::Bake(_))) {
        let what = format!(
            "{0} bakes twice: in {0}.approval and as {0}.bake.stage; keep one",
            fields.subject()
        );
        fields.report().problem(fields.place_of("bake"), what);
    }
    let asked = approval
        .iter()
        .position(|gate| matches!(gate, Gate::Manual(_)));
    approval.insert(asked.unwrap_or(approval.len()), Gate::Bake(rule));
}

/// Reports names that nothing has.
fn refer<'a, T: Display>(
    fields: &Fields<'_>,
    what: &str,
    names: &[At<T>],
    known: impl Iterator<Item = &'a str>,
) {
    let known: BTreeSet<&str> = known.collect();
    for At { place, value } in names {
        let name = value.to_string();
        if !known.contains(name.as_str()) {
            let hint = suggest::hint(&name, known.iter().copied());
            fields
                .report()
                .problem(place, format!("there is no {what} {name}{hint}"));
        }
    }
}

/// What is written correctly but cannot work, or is probably not meant.
fn judge(fields: &Fields<'_>, stage: &Stage, watched: bool) {
    let report = fields.report();
    let subject = fields.subject();
    let bakes = stage.approval.iter().filter_map(|gate| match gate {
        Gate::Bake(rule) => Some(rule),
        Gate::Test(_) | Gate::Manual(_) | Gate::Coverage(_) => None,
    });
    let counts = bakes
        .chain([&stage.bake.one_box])
        .any(|rule| rule.points > 0);
    if counts && stage.alarms.is_empty() {
        let what = format!(
            "{subject} bakes for data points but has no alarm that counts them; name its alarms or drop data_points"
        );
        report.absence(&fields.place, what);
    }
    if stage.phase == Phase::Production && stage.alarms.is_empty() && !watched {
        let what = format!("{subject} is production without an alarm: nothing would roll it back");
        report.warning(&fields.place, what);
    }
    if !stage.deploy.one_box && !stage.bake.one_box.time.is_zero() {
        let what = format!("{subject}.bake.one_box never happens, because deploy.one_box is false");
        report.warning(fields.place_of("bake"), what);
    }
}

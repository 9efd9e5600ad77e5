//! Which way each value may go: what a parent can protect, and whether one value is looser than
//! another. It compares two values and does not know whose they are.

use crate::{
    definition::{
        node::{Node, Value},
        readable::{Fire, Limit, Readable},
    },
    model::{AlarmScope, Measure, Ppm, Severity, Weekly},
};
use std::fmt;

/// What a parent can protect (DESIGN.md 4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Topic {
    Windows,
    Alarms,
    Bake,
    Review,
    Approvals,
}

/// What a value may become without loosening anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// As much or more: a length of time or a count.
    More,
    /// As much or less: a length of time or a count.
    Less,
    /// As large a share or a smaller one.
    SmallerShare,
    /// As high a limit or a lower one, in the same unit.
    Lower,
    /// As low a limit or a higher one, in the same unit.
    Higher,
    /// The same items, and perhaps others.
    AllOf,
    /// True once it is true.
    True,
    /// What it is.
    Same,
    /// Anything, but it must not vanish.
    There,
    /// No minute of the week more, or no minute less.
    NarrowerWeek,
    WiderWeek,
    /// As wide a scope or a wider one.
    AsWide,
    /// As severe or more.
    AsSevere,
    /// Firing after as few readings of as many, or sooner.
    SoonerFire,
}

use Direction::{
    AllOf, AsSevere, AsWide, Higher, Less, Lower, More, NarrowerWeek, Same, SmallerShare,
    SoonerFire, There, True, WiderWeek,
};

/// Each kind of value that can be loosened, what protects it, and which way it may go.
const RULES: &[(&str, Option<Topic>, Direction)] = &[
    ("stage.windows", Some(Topic::Windows), AllOf),
    ("window.allow", Some(Topic::Windows), NarrowerWeek),
    ("window.deny", Some(Topic::Windows), WiderWeek),
    ("window.calendars", Some(Topic::Windows), AllOf),
    ("window.stagger", Some(Topic::Windows), More),
    ("window.quota", Some(Topic::Windows), Less),
    ("stage.alarms", Some(Topic::Alarms), AllOf),
    ("watch.every", Some(Topic::Alarms), Less),
    ("watch.max_age", Some(Topic::Alarms), Less),
    ("alarm.scope", Some(Topic::Alarms), AsWide),
    ("alarm.severity", Some(Topic::Alarms), AsSevere),
    ("alarm.fire", Some(Topic::Alarms), SoonerFire),
    ("alarm.clear", Some(Topic::Alarms), More),
    ("alarm.scrape.url", Some(Topic::Alarms), Same),
    ("alarm.scrape.window", Some(Topic::Alarms), Same),
    ("alarm.scrape.ratio.of", Some(Topic::Alarms), Same),
    ("alarm.scrape.ratio.to", Some(Topic::Alarms), Same),
    ("alarm.scrape.above", Some(Topic::Alarms), SmallerShare),
    ("alarm.scrape.below", Some(Topic::Alarms), Higher),
    ("alarm.scrape.minimum", Some(Topic::Alarms), Less),
    ("alarm.prometheus.url", Some(Topic::Alarms), Same),
    ("alarm.prometheus.query", Some(Topic::Alarms), Same),
    ("alarm.prometheus.above", Some(Topic::Alarms), Lower),
    ("alarm.prometheus.below", Some(Topic::Alarms), Higher),
    ("alarm.alertmanager.url", Some(Topic::Alarms), Same),
    ("alarm.alertmanager.matchers", Some(Topic::Alarms), Same),
    ("alarm.alertmanager.watchdog", Some(Topic::Alarms), Same),
    ("alarm.webhook.secret_file", Some(Topic::Alarms), Same),
    ("alarm.webhook.matchers", Some(Topic::Alarms), Same),
    ("alarm.webhook.watchdog", Some(Topic::Alarms), Same),
    ("alarm.webhook.max_gap", Some(Topic::Alarms), Less),
    ("alarm.json.url", Some(Topic::Alarms), Same),
    ("alarm.json.pointer", Some(Topic::Alarms), Same),
    ("alarm.json.above", Some(Topic::Alarms), Lower),
    ("alarm.json.below", Some(Topic::Alarms), Higher),
    ("alarm.command", Some(Topic::Alarms), Same),
    ("watch.anomalies.url", Some(Topic::Alarms), Same),
    ("watch.anomalies.requests", Some(Topic::Alarms), Same),
    ("watch.anomalies.faults", Some(Topic::Alarms), Same),
    ("watch.anomalies.latency", Some(Topic::Alarms), Same),
    ("watch.anomalies.window", Some(Topic::Alarms), Same),
    ("watch.anomalies.minimum", Some(Topic::Alarms), Less),
    ("watch.prometheus.url", Some(Topic::Alarms), Same),
    ("watch.alertmanager.url", Some(Topic::Alarms), Same),
    ("watch.webhook.secret_file", Some(Topic::Alarms), Same),
    ("watch.webhook.watchdog", Some(Topic::Alarms), Same),
    ("watch.webhook.max_gap", Some(Topic::Alarms), Less),
    ("stage.bake.one_box", Some(Topic::Bake), More),
    ("stage.bake.zone", Some(Topic::Bake), More),
    ("stage.bake.stage", Some(Topic::Bake), More),
    ("stage.bake.data_points", Some(Topic::Bake), More),
    ("stage.approval.bake", Some(Topic::Bake), More),
    ("stage.approval.data_points", Some(Topic::Bake), More),
    ("stage.deploy.weight_bake", Some(Topic::Bake), More),
    ("stage.deploy.weight_data_points", Some(Topic::Bake), More),
    // Without a one-box there is none to bake.
    ("stage.deploy.one_box", Some(Topic::Bake), True),
    ("source.review.trailer", Some(Topic::Review), Same),
    ("source.review.not_author", Some(Topic::Review), True),
    ("stage.approval.manual", Some(Topic::Approvals), There),
    ("stage.approval.from", Some(Topic::Approvals), Same),
    ("stage.approval.count", Some(Topic::Approvals), More),
    ("stage.approval.expires", Some(Topic::Approvals), Less),
    ("stage.approval.not_author", Some(Topic::Approvals), True),
    ("stage.approval.test", None, There),
    ("stage.deploy.check", None, There),
    ("stage.deploy.test", None, There),
    ("build.checks.name", None, There),
    ("build.coverage.report", None, There),
    ("build.coverage.lines", None, Same),
    ("build.coverage.minimum", None, More),
    ("source.also.review.trailer", Some(Topic::Review), Same),
    ("source.also.review.not_author", Some(Topic::Review), True),
    ("stage.name", None, There),
];

/// What protects a kind of value, and which way it may go; none when any way is as good.
pub(crate) fn rule(kind: &str) -> Option<(Option<Topic>, Direction)> {
    let rule = RULES.iter().find(|(known, ..)| *known == kind);
    rule.map(|(_, topic, direction)| (*topic, *direction))
}

impl Direction {
    /// Whether a value that was there is looser now. One that cannot be read is a problem of its
    /// own, and one that is new loosens nothing.
    pub(crate) fn is_left(self, old: &Value, new: Option<&Value>) -> bool {
        let Some(new) = new else {
            return true;
        };
        match self {
            There => false,
            Same => old.to_string() != new.to_string(),
            True => both(old, new, |old: &bool, new| *old && !new),
            AllOf => !lacking(old, new).is_empty(),
            More => size(old).zip(size(new)).is_some_and(|(old, new)| new < old),
            Less => size(old).zip(size(new)).is_some_and(|(old, new)| new > old),
            SmallerShare => both(old, new, |old: &Ppm, new| new.0 > old.0),
            Lower => both(old, new, |old: &Measure, new| {
                new.unit != old.unit || new.millionths > old.millionths
            }),
            Higher => both(old, new, |old: &Measure, new| {
                new.unit != old.unit || new.millionths < old.millionths
            }),
            NarrowerWeek => both(old, new, |old: &Weekly, new| {
                !new.week().without(&old.week()).is_never()
            }),
            WiderWeek => both(old, new, |old: &Weekly, new| {
                !old.week().without(&new.week()).is_never()
            }),
            AsWide => both(old, new, |old: &AlarmScope, new| new < old),
            AsSevere => both(old, new, |old: &Severity, new| new > old),
            SoonerFire => both(old, new, |old: &Fire, new| new.0 > old.0 || new.1 < old.1),
        }
    }

    /// How a wrong value stands to the one that it had to follow.
    pub(crate) fn against(self) -> &'static str {
        match self {
            There | Same => "not",
            True | AllOf | More | Less | SmallerShare | Lower | Higher | NarrowerWeek
            | WiderWeek | AsWide | AsSevere | SoonerFire => "looser than",
        }
    }

    /// What to write instead.
    pub(crate) fn wanted(self, old: &Value) -> String {
        match self {
            There | Same => format!("use {old}"),
            True => "say true".to_owned(),
            AllOf => format!("list all of {old}"),
            More | Higher => format!("use {old} or more"),
            Less | SmallerShare | Lower => format!("use {old} or less"),
            NarrowerWeek => format!("allow nothing outside {old}"),
            WiderWeek => format!("deny all of {old}"),
            AsWide => format!("use {old} or a wider one"),
            AsSevere => format!("use {old} or a higher one"),
            SoonerFire => format!("use {old} or what fires sooner"),
        }
    }
}

fn both<T: Readable>(old: &Value, new: &Value, looser: impl Fn(&T, &T) -> bool) -> bool {
    let read = T::read(old).ok().zip(T::read(new).ok());
    read.is_some_and(|(old, new)| looser(&old, &new))
}

/// Times in milliseconds, where never is the longest, or counts; a key is always one of these.
fn size(value: &Value) -> Option<u64> {
    let limit = Limit::read(value).ok();
    let time = limit.map(|limit| limit.0.map_or(u64::MAX, |span| span.0));
    time.or_else(|| u64::read(value).ok())
}

/// The items of the old list that the new one has not.
fn lacking(old: &Value, new: &Value) -> Vec<String> {
    let (Value::List(old), Value::List(new)) = (old, new) else {
        return Vec::new();
    };
    let text = |item: &Node| item.value.to_string();
    let new: Vec<String> = new.iter().map(text).collect();
    old.iter()
        .map(text)
        .filter(|item| !new.contains(item))
        .collect()
}

/// As a definition writes it.
impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Topic::Windows => "windows",
            Topic::Alarms => "alarms",
            Topic::Bake => "bake",
            Topic::Review => "review",
            Topic::Approvals => "approvals",
        })
    }
}

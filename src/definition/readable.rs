//! How single values are written: each type that a definition can hold, read from a TOML value,
//! with words for a person who wrote something else.

use crate::{
    definition::{loosening::Topic, node::Value, shape::Shape, words},
    model::{
        Actor, AlarmName, AlarmScope, CountedLines, Glob, GroupName, Kind, MailTls, Measure,
        NoticeKind, Phase, PipelineName, Ppm, Rate, RegionName, Role, RouteName, Series,
        ServiceName, Severity, Share, SourceName, Span, StageName, TargetName, TeamName, Template,
        WallTime, Weekly, WindowName, ZoneName,
    },
};
use chrono_tz::Tz;
use serde_json::json;
use std::{fmt, str::FromStr};

pub(crate) trait Readable: Sized {
    /// What should stand there, as in `must be ...`.
    const WANTED: &'static str;

    /// # Errors
    /// The end of a sentence that starts with the key.
    fn read(value: &Value) -> Result<Self, String>;

    /// What it looks like, with examples that can be read.
    fn shape() -> Shape {
        Shape::described(Self::WANTED)
    }
}

fn wanted<T: Readable>(value: &Value) -> String {
    format!("must be {}, not {}", T::WANTED, value.describe())
}

/// A length of time after which something ends, or none: it never does.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit(pub(crate) Option<Span>);

impl Readable for Limit {
    const WANTED: &'static str = "a length of time such as \"24h\", or \"never\"";

    fn read(value: &Value) -> Result<Self, String> {
        let Value::Text(text) = value else {
            return Err(wanted::<Self>(value));
        };
        let span = (text != "never").then(|| Span::read(value)).transpose();
        span.map(Limit)
    }

    fn shape() -> Shape {
        Shape::text(Self::WANTED, &["'24h'"])
    }
}

/// Reads a text by its `FromStr`.
fn parse<T: Readable + FromStr<Err: ToString>>(value: &Value) -> Result<T, String> {
    let Value::Text(text) = value else {
        return Err(wanted::<T>(value));
    };
    text.parse()
        .map_err(|why: T::Err| format!("is wrong: {}", why.to_string()))
}

macro_rules! texts {
    ($($name:ident is $wanted:literal $(as $example:literal)?;)*) => {$(
        impl Readable for $name {
            const WANTED: &'static str = $wanted;
            fn read(value: &Value) -> Result<Self, String> { parse(value) }
            fn shape() -> Shape {
                Shape::text(Self::WANTED, &[$(concat!("'", $example, "'"))?])
            }
        }
    )*};
}

texts! {
    String is "a text" as "a";
    PipelineName is "a name" as "a";
    ServiceName is "a name" as "a";
    TeamName is "a name" as "a";
    SourceName is "a name" as "a";
    StageName is "a name" as "a";
    RegionName is "a name" as "a";
    ZoneName is "a name" as "a";
    TargetName is "a name" as "a";
    AlarmName is "a name" as "a";
    WindowName is "a name" as "a";
    GroupName is "a name" as "a";
    RouteName is "a name" as "a";
    Glob is "a pattern for names such as \"checkout-*\"" as "*";
    Rate is "how many notices in how long, such as \"20 in 10m\"" as "20 in 10m";
    Template is "a text with words in braces such as \"{severity}: {title}\"" as "{title}";
    Actor is "a login name" as "a";
    Span is "a length of time such as \"30s\" or \"1h30m\"" as "1h";
    WallTime is "a local time such as \"2026-11-23 09:00\"" as "2026-11-23 09:00";
    Weekly is "a weekly window such as \"Mon..Fri 09:00-17:00\"" as "Mon..Fri 09:00-17:00";
    Series is "a counter such as 'requests_total{code=\"500\"}'" as "requests_total";
}

macro_rules! choices {
    ($($name:ident: $wanted:literal { $($word:literal => $variant:ident),* $(,)? })*) => {$(
        impl Readable for $name {
            const WANTED: &'static str = $wanted;
            fn read(value: &Value) -> Result<Self, String> {
                let Value::Text(text) = value else {
                    return Err(wanted::<Self>(value));
                };
                match text.as_str() {
                    $($word => Ok($name::$variant),)*
                    _ => Err(wanted::<Self>(value)),
                }
            }
            fn shape() -> Shape {
                Shape {
                    schema: json!({ "enum": [$($word),*] }),
                    examples: &[$(concat!("'", $word, "'")),*],
                }
            }
        }
    )*};
}

choices! {
    Kind: "one of application, infrastructure, os-patch, configuration, feature-flags, static-assets, operator-tooling" {
        "application" => Application,
        "infrastructure" => Infrastructure,
        "os-patch" => OsPatch,
        "configuration" => Configuration,
        "feature-flags" => FeatureFlags,
        "static-assets" => StaticAssets,
        "operator-tooling" => OperatorTooling,
    }
    Phase: "\"test\" or \"production\"" { "test" => Test, "production" => Production }
    StrategyName: "one of rolling, all-at-once, canary, blue-green" {
        "rolling" => Rolling,
        "all-at-once" => AllAtOnce,
        "canary" => Canary,
        "blue-green" => BlueGreen,
    }
    Undone: "\"both-ways\", or \"one-way\" where a rollback does not undo what a release did" {
        "both-ways" => BothWays,
        "one-way" => OneWay,
    }
    CountedLines: "\"changed\" or \"all\"" { "changed" => Changed, "all" => All }
    AlarmScope: "one of stage, pipeline, service, organization" {
        "stage" => Stage,
        "pipeline" => Pipeline,
        "service" => Service,
        "organization" => Organization,
    }
    Topic: "one of windows, alarms, bake, review, approvals" {
        "windows" => Windows,
        "alarms" => Alarms,
        "bake" => Bake,
        "review" => Review,
        "approvals" => Approvals,
    }
    NoticeKind: "one of ticket, rollback, approval, passed, override, hold" {
        "ticket" => Ticket,
        "rollback" => Rollback,
        "approval" => Approval,
        "passed" => Passed,
        "override" => Override,
        "hold" => Hold,
    }
    Role: "one of viewer, approver, operator, admin" {
        "viewer" => Viewer,
        "approver" => Approver,
        "operator" => Operator,
        "admin" => Admin,
    }
    MailTls: "one of tls, starttls, none" { "tls" => Tls, "starttls" => Starttls, "none" => None }
    Severity: "one of high, medium, low" { "high" => High, "medium" => Medium, "low" => Low }
}

/// A strategy before the keys that only it has are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StrategyName {
    Rolling,
    AllAtOnce,
    Canary,
    BlueGreen,
}

impl fmt::Display for StrategyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            StrategyName::Rolling => "rolling",
            StrategyName::AllAtOnce => "all-at-once",
            StrategyName::Canary => "canary",
            StrategyName::BlueGreen => "blue-green",
        })
    }
}

/// Whether a rollback undoes what a release did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Undone {
    BothWays,
    OneWay,
}

impl Readable for bool {
    const WANTED: &'static str = "true or false";
    fn read(value: &Value) -> Result<Self, String> {
        let Value::Flag(flag) = value else {
            return Err(wanted::<Self>(value));
        };
        Ok(*flag)
    }
    fn shape() -> Shape {
        Shape {
            schema: json!({ "type": "boolean" }),
            examples: &["true", "false"],
        }
    }
}

macro_rules! counts {
    ($($number:ty: $wanted:literal;)*) => {$(
        impl Readable for $number {
            const WANTED: &'static str = $wanted;
            fn read(value: &Value) -> Result<Self, String> {
                let Value::Integer(digits) = value else {
                    return Err(wanted::<Self>(value));
                };
                digits.parse().map_err(|_out_of_range| wanted::<Self>(value))
            }
            fn shape() -> Shape {
                Shape {
                    schema: json!({ "type": "integer", "minimum": 0 }),
                    examples: &["1"],
                }
            }
        }
    )*};
}

counts! {
    u32: "a whole number from 0";
    u64: "a whole number from 0";
}

impl Readable for Tz {
    const WANTED: &'static str = "a time zone such as \"Europe/Berlin\" or \"UTC\"";
    fn read(value: &Value) -> Result<Self, String> {
        let Value::Text(text) = value else {
            return Err(wanted::<Self>(value));
        };
        words::time_zone(text).map_err(|why| format!("is wrong: {why}"))
    }
    fn shape() -> Shape {
        Shape::text(Self::WANTED, &["'UTC'"])
    }
}

/// A share in percent, or a count of targets.
impl Readable for Share {
    const WANTED: &'static str =
        "a percentage from \"1%\" to \"100%\" or a count of targets from 1";
    fn read(value: &Value) -> Result<Self, String> {
        let share = if let Value::Text(text) = value {
            let percent = text.strip_suffix('%').and_then(|text| text.parse().ok());
            percent
                .filter(|percent| (1..=100).contains(percent))
                .map(Share::Percent)
        } else if let Value::Integer(digits) = value {
            let count = digits.parse().ok().filter(|count| *count > 0);
            count.map(Share::Count)
        } else {
            None
        };
        share.ok_or_else(|| wanted::<Self>(value))
    }
    fn shape() -> Shape {
        let percent = json!({ "type": "string" });
        let count = json!({ "type": "integer", "minimum": 1 });
        Shape {
            schema: json!({ "anyOf": [percent, count], "description": Self::WANTED }),
            examples: &["'50%'", "1"],
        }
    }
}

impl Readable for Ppm {
    const WANTED: &'static str = "a share such as \"5%\" or 0.05";
    fn read(value: &Value) -> Result<Self, String> {
        number(value)
    }
    fn shape() -> Shape {
        number_shape(Self::WANTED)
    }
}

impl Readable for Measure {
    const WANTED: &'static str = "a share such as \"5%\" or a number such as 0.8";
    fn read(value: &Value) -> Result<Self, String> {
        number(value)
    }
    fn shape() -> Shape {
        number_shape(Self::WANTED)
    }
}

/// A number, or a text that is read as one.
fn number<T: Readable + FromStr>(value: &Value) -> Result<T, String> {
    let (Value::Text(text) | Value::Fraction(text) | Value::Integer(text)) = value else {
        return Err(wanted::<T>(value));
    };
    text.parse().map_err(|_why| wanted::<T>(value))
}

fn number_shape(wanted: &str) -> Shape {
    Shape {
        schema: json!({ "type": ["string", "number"], "description": wanted }),
        examples: &["'5%'"],
    }
}

/// How many of how many readings: `3 of 5`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fire(pub(crate) u32, pub(crate) u32);

impl Readable for Fire {
    const WANTED: &'static str = "readings such as \"3 of 5\", at most 100 of them";
    fn read(value: &Value) -> Result<Self, String> {
        let Value::Text(text) = value else {
            return Err(wanted::<Self>(value));
        };
        text.split_once(" of ")
            .and_then(|(m, n)| Some((m.trim().parse().ok()?, n.trim().parse().ok()?)))
            .filter(|(m, n)| (1..=*n).contains(m) && *n <= 100)
            .map(|(m, n)| Fire(m, n))
            .ok_or_else(|| wanted::<Self>(value))
    }
    fn shape() -> Shape {
        Shape::text(Self::WANTED, &["'3 of 5'"])
    }
}

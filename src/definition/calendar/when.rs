//! Dates and times of a calendar: days, floating times, times of a zone, and how long an event
//! lasts. A zone that the zone database does not know is an error, never UTC.

use crate::{
    definition::words,
    model::{Time, instants_of, wall},
};
use chrono::{NaiveDate, NaiveDateTime};
use chrono_tz::Tz;
use icalendar::parser::{Component, Property};

const DAY: i64 = 86_400_000;

/// What a time is a reading of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A whole day, in every zone its own.
    Date,
    /// A reading of whatever clock one looks at.
    Floating,
    Zone(Tz),
}

/// A date or a time as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct When {
    pub(super) kind: Kind,
    /// The reading, written as if it was UTC.
    pub(super) wall: Time,
}

impl Kind {
    /// A reading as closures have it: the instant where the zone is known, else as it is. A reading
    /// that the clock skips is when it skips; one that comes twice is the first.
    pub(super) fn instant(self, reading: Time) -> Time {
        match self {
            Kind::Date | Kind::Floating => reading,
            Kind::Zone(zone) => {
                let reached = instants_of(reading, zone);
                let reached = reached.into_iter().filter(|at| wall(*at, zone) >= reading);
                reached.min().unwrap_or(reading)
            }
        }
    }
}

impl When {
    /// What the clock of another kind reads then.
    pub(super) fn wall_in(&self, kind: Kind) -> Result<Time, String> {
        match (self.kind, kind) {
            (Kind::Zone(_), Kind::Zone(zone)) => Ok(wall(self.kind.instant(self.wall), zone)),
            (Kind::Date, Kind::Date) | (Kind::Floating, Kind::Floating) => Ok(self.wall),
            (Kind::Date | Kind::Floating | Kind::Zone(_), Kind::Date | Kind::Floating | Kind::Zone(_)) => {
                Err("its dates are of another kind than DTSTART (days, times without a zone, times of a zone)".to_owned())
            }
        }
    }
}

pub(super) fn parameter<'a>(property: &'a Property<'_>, key: &str) -> Option<&'a str> {
    let found = property
        .params
        .iter()
        .find(|p| p.key.as_str().eq_ignore_ascii_case(key))?;
    found
        .val
        .as_ref()
        .map(|value| value.as_str().trim_matches('"'))
}

/// The one date or time of a property.
pub(super) fn single(property: &Property<'_>) -> Result<When, String> {
    read(property, property.val.as_str())
}

/// The dates of a list, as readings of the clock that the event is written in.
pub(super) fn walls(property: &Property<'_>, kind: Kind) -> Result<Vec<Time>, String> {
    let values = property.val.as_str().split(',');
    values
        .map(|value| read(property, value)?.wall_in(kind))
        .collect()
}

fn read(property: &Property<'_>, text: &str) -> Result<When, String> {
    let name = property.name.as_str();
    let wrong = || format!("{name} {text:?} is not a date or a time that can be read");
    let text = text.trim();
    if let Ok(day) = NaiveDate::parse_from_str(text, "%Y%m%d") {
        let kind = Kind::Date;
        return when(kind, day.and_time(chrono::NaiveTime::MIN), wrong);
    }
    let (digits, is_utc) = match text.strip_suffix('Z') {
        Some(digits) => (digits, true),
        None => (text, false),
    };
    let reading = NaiveDateTime::parse_from_str(digits, "%Y%m%dT%H%M%S").map_err(|_why| wrong())?;
    let kind = match parameter(property, "TZID") {
        _ if is_utc => Kind::Zone(Tz::UTC),
        None => Kind::Floating,
        Some(zone) => Kind::Zone(words::time_zone(zone).map_err(|why| {
            format!("{name} is in a zone that is not in the zone database, as Outlook writes them: {why}")
        })?),
    };
    when(kind, reading, wrong)
}

/// Years in which somebody may mean it: what is far outside is a slip, and costs time to expand.
fn when(kind: Kind, reading: NaiveDateTime, wrong: impl Fn() -> String) -> Result<When, String> {
    let year = chrono::Datelike::year(&reading);
    if !(1970..=2200).contains(&year) {
        return Err(wrong());
    }
    let wall = Time(reading.and_utc().timestamp_millis());
    Ok(When { kind, wall })
}

/// How long an event lasts, in milliseconds: up to its end, else its duration, else the one day.
pub(super) fn length(component: &Component<'_>, start: &When) -> Result<i64, String> {
    let length = match (
        component.find_prop("DTEND"),
        component.find_prop("DURATION"),
    ) {
        (Some(end), None) => {
            let end = single(end)?;
            // Of different zones, too: what counts is the time between the two instants.
            end.wall_in(start.kind)?;
            end.kind.instant(end.wall).0 - start.kind.instant(start.wall).0
        }
        (None, Some(duration)) => span(duration.val.as_str())?,
        (None, None) if start.kind == Kind::Date => DAY,
        (None, None) => {
            return Err("the event has a start and no end; add DTEND or DURATION".to_owned());
        }
        (Some(_), Some(_)) => return Err("the event has DTEND and DURATION; keep one".to_owned()),
    };
    if length <= 0 {
        return Err("the event ends before it has begun".to_owned());
    }
    Ok(length)
}

/// `P1W`, `P1DT12H`, `PT90M`.
fn span(text: &str) -> Result<i64, String> {
    let wrong = || format!("DURATION {text:?} is not a length of time such as P1D or PT90M");
    let mut rest = text
        .strip_prefix('+')
        .unwrap_or(text)
        .strip_prefix('P')
        .ok_or_else(wrong)?;
    let mut total = 0_i64;
    let mut in_time = false;
    while !rest.is_empty() {
        if let Some(time) = rest.strip_prefix('T') {
            (rest, in_time) = (time, true);
            continue;
        }
        let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(wrong)?;
        let (number, tail) = rest.split_at(digits);
        let number: i64 = number.parse().map_err(|_empty_or_huge| wrong())?;
        let mut tail = tail.chars();
        let size = match (tail.next(), in_time) {
            (Some('W'), false) => 7 * DAY,
            (Some('D'), false) => DAY,
            (Some('H'), true) => DAY / 24,
            (Some('M'), true) => 60_000,
            (Some('S'), true) => 1_000,
            _ => return Err(wrong()),
        };
        let part = number.checked_mul(size).ok_or_else(wrong)?;
        total = total.checked_add(part).ok_or_else(wrong)?;
        rest = tail.as_str();
    }
    Ok(total)
}

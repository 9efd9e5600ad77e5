//! Recurring events: the readings of the clock at which a rule lets them begin, up to a horizon.
//! The rule is expanded on the wall clock, so that an occurrence in a skipped hour is not lost.
//!
//! The crate that expands rules has no bound of its own: rules of hours, minutes and seconds, and
//! rules that name times of the day, could keep it busy for hours, so they are not read.

use crate::{
    definition::calendar::when::{Kind, When},
    model::{Time, wall},
};
use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use icalendar::{RRule, RRuleSet, Tz, rrule::Unvalidated};
use std::collections::BTreeSet;

/// Parts of a rule that multiply the occurrences of a day.
const TIMES_OF_DAY: [&str; 3] = ["BYHOUR", "BYMINUTE", "BYSECOND"];

/// The readings at which an event with this rule begins before a horizon. `steps` is what may still
/// be looked at in the whole calendar.
pub(super) fn walls(
    rule: &str,
    start: &When,
    horizon: Time,
    steps: &mut usize,
) -> Result<BTreeSet<Time>, String> {
    let wrong = |why: String| format!("RRULE {rule:?} cannot be read: {why}");
    // The crate cuts days of the week between bytes, and panics inside of a letter.
    if !rule.is_ascii() {
        return Err(wrong("it is not in plain letters".to_owned()));
    }
    let (mut kept, mut until, mut is_finite) = (Vec::new(), None, false);
    for part in rule.split(';').filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let key = key.trim().to_ascii_uppercase();
        let value = value.trim();
        if key == "FREQ" && !["YEARLY", "MONTHLY", "WEEKLY", "DAILY"].contains(&value) {
            return Err(wrong(format!(
                "it recurs {value}; only YEARLY, MONTHLY, WEEKLY and DAILY are expanded"
            )));
        }
        if TIMES_OF_DAY.contains(&key.as_str()) {
            return Err(wrong(format!(
                "{key}: make it one event for each time of day"
            )));
        }
        is_finite |= key == "UNTIL" || key == "COUNT";
        if key == "UNTIL" {
            until = Some(last(value, start.kind).ok_or_else(|| wrong(format!("UNTIL {value}")))?);
        } else {
            kept.push(format!("{key}={value}"));
        }
    }
    let first = start.wall.utc().with_timezone(&Tz::UTC);
    let parsed: Result<RRule<Unvalidated>, _> = kept.join(";").parse();
    let mut parsed = parsed.map_err(|why| wrong(why.to_string()))?;
    if let Some(until) = until {
        parsed = parsed.until(until.utc().with_timezone(&Tz::UTC));
    }
    let set: RRuleSet = parsed.build(first).map_err(|why| wrong(why.to_string()))?;
    let mut found = BTreeSet::new();
    // What a zone is away from its reading is far less than what the horizon is from today.
    for begin in &set.limit() {
        let begin = Time(begin.timestamp_millis());
        if begin >= horizon {
            return Ok(found);
        }
        *steps = steps
            .checked_sub(1)
            .ok_or_else(|| wrong("the calendar has too many occurrences to look at".to_owned()))?;
        found.insert(begin);
    }
    // The expansion came to its end by itself. A rule without an end that does so has been given up.
    if is_finite && !found.is_empty() {
        Ok(found)
    } else {
        Err(wrong("it comes to no date".to_owned()))
    }
}

/// The last reading at which the rule may let an event begin.
fn last(value: &str, kind: Kind) -> Option<Time> {
    if let Ok(day) = NaiveDate::parse_from_str(value, "%Y%m%d") {
        let end = day.and_time(NaiveTime::from_hms_opt(23, 59, 59)?);
        return Some(Time(end.and_utc().timestamp_millis()));
    }
    let (digits, is_utc) = match value.strip_suffix('Z') {
        Some(digits) => (digits, true),
        None => (value, false),
    };
    let reading = NaiveDateTime::parse_from_str(digits, "%Y%m%dT%H%M%S").ok()?;
    let reading = Time(reading.and_utc().timestamp_millis());
    match kind {
        Kind::Zone(zone) if is_utc => Some(wall(reading, zone)),
        Kind::Zone(_) | Kind::Date | Kind::Floating => Some(reading),
    }
}

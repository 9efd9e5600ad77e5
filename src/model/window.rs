//! Weekly time windows: `Mon..Fri 09:00-17:00; Sat 22:00-02:00`. Whether one is open is a question
//! about the wall clock of a time zone, so gaps, overlaps and overnight windows behave as the zone
//! database says (DESIGN.md 5, rule 5). Pure: it knows no definition and no current time.

mod week;

pub use week::Week;

use crate::model::{Span, Time};
use chrono::{Datelike, Days, NaiveDateTime, Offset, TimeZone, Timelike, Weekday};
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// When something is open, week by week. Slots may overlap; being in any of them is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(into = "String", try_from = "String")]
pub struct Weekly {
    slots: Vec<Slot>,
}

/// A stretch of the named days, `from <= wall clock < to`. With `to < from` it runs past midnight
/// and belongs to the day on which it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Slot {
    days: Vec<Weekday>,
    from: u32,
    to: u32,
}

/// How far ahead a change is looked for: a weekly window whose only hour falls into a skipped
/// stretch of the wall clock opens a fortnight later, so three weeks see every change there is.
const HORIZON_DAYS: u64 = 21;

/// Nearly every change is nearer than this, so it is looked for here first.
const NEAR_DAYS: u64 = 3;
const DAY: u32 = 24 * 60;

impl Weekly {
    /// Whether the window is open at an instant in a zone.
    pub fn is_open(&self, at: Time, zone: Tz) -> bool {
        let local = at.utc().with_timezone(&zone).naive_local();
        self.slots.iter().any(|slot| slot.contains(local))
    }

    /// The first instant after `at` at which the answer of [`Weekly::is_open`] differs, or none
    /// when it never does.
    pub fn next_change(&self, at: Time, zone: Tz) -> Option<Time> {
        let open = self.is_open(at, zone);
        let search = |days: u64| {
            let within = at..=at + Span::hours(days * 24);
            let candidates = self.candidates(at, days, zone);
            candidates
                .into_iter()
                .find(|then| within.contains(then) && self.is_open(*then, zone) != open)
        };
        search(NEAR_DAYS).or_else(|| search(HORIZON_DAYS))
    }

    /// The last instant at or before `at` since which the answer has been the same, looked for
    /// within the horizon; the horizon's start when it has always been so.
    pub fn unchanged_since(&self, at: Time, zone: Tz) -> Time {
        let open = self.is_open(at, zone);
        let start = |days: u64| Time(at.0.saturating_sub(days.cast_signed() * 86_400_000));
        let differs = |then: Time| self.is_open(Time(then.0 - 1), zone) != open;
        let search = |days: u64| {
            let candidates = self.candidates(start(days), days, zone);
            candidates
                .into_iter()
                .rev()
                .find(|&then| then <= at && differs(then))
        };
        search(NEAR_DAYS)
            .or_else(|| search(HORIZON_DAYS))
            .unwrap_or_else(|| start(HORIZON_DAYS))
    }

    /// Every instant within some days after `from` at which the answer may change, in order:
    /// where the wall clock reads a slot's start or end, and where the zone's offset changes.
    fn candidates(&self, from: Time, days: u64, zone: Tz) -> Vec<Time> {
        let today = from.utc().with_timezone(&zone).date_naive();
        let first = today.checked_sub_days(Days::new(1)).unwrap_or(today);
        let mut found = zone_changes(from, days, zone);
        for day in first
            .iter_days()
            .take(usize::try_from(days).unwrap_or(21) + 3)
        {
            for minute in self.slots.iter().flat_map(|slot| [slot.from, slot.to]) {
                let wall = day.and_hms_opt(minute % DAY / 60, minute % 60, 0);
                let days = Days::new(u64::from(minute / DAY));
                let wall = wall.and_then(|wall| wall.checked_add_days(days));
                let instants = wall.map(|wall| zone.from_local_datetime(&wall));
                found.extend(instants.iter().flat_map(|instants| {
                    let both = [instants.earliest(), instants.latest()];
                    both.into_iter()
                        .flatten()
                        .map(|at| Time(at.timestamp_millis()))
                }));
            }
        }
        found.sort_unstable();
        found
    }
}

/// Instants within some days at which the zone's offset changes, found by bisection because the
/// zone database has no public list of them.
fn zone_changes(at: Time, days: u64, zone: Tz) -> Vec<Time> {
    const STEP: Span = Span::hours(12);
    let offset = |at: Time| zone.offset_from_utc_datetime(&at.utc().naive_utc()).fix();
    let mut found = Vec::new();
    let mut low = at;
    for _ in 0..days * 2 {
        let high = low + STEP;
        if offset(low) != offset(high) {
            let (mut before, mut after) = (low.0, high.0);
            while after - before > 1 {
                let middle = before + (after - before) / 2;
                if offset(Time(middle)) == offset(low) {
                    before = middle;
                } else {
                    after = middle;
                }
            }
            found.push(Time(after));
        }
        low = high;
    }
    found
}

/// A change of a zone's clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Shift {
    pub at: Time,
    /// How far they go forward; negative for back.
    pub minutes: i32,
}

impl Shift {
    /// The first one after a moment; none when there is none within a year.
    pub fn next(zone: Tz, at: Time) -> Option<Self> {
        const YEAR_DAYS: u64 = 366;
        let shift = zone_changes(at, YEAR_DAYS, zone).into_iter().next()?;
        let offset = |at: Time| {
            let offset = zone.offset_from_utc_datetime(&at.utc().naive_utc());
            offset.fix().local_minus_utc() / 60
        };
        Some(Self {
            at: shift,
            minutes: offset(shift) - offset(Time(shift.0 - 1)),
        })
    }
}

/// What the wall clock of a zone shows, written as if it was UTC.
pub(crate) fn wall(at: Time, zone: Tz) -> Time {
    let local = at.utc().with_timezone(&zone).naive_local();
    Time(local.and_utc().timestamp_millis())
}

/// The instants at which the wall clock of a zone comes to a reading, or skips it or falls back
/// behind it.
pub(crate) fn instants_of(reading: Time, zone: Tz) -> Vec<Time> {
    let found = zone.from_local_datetime(&reading.utc().naive_utc());
    if let Some(only) = found.single() {
        return vec![Time(only.timestamp_millis())];
    }
    let both = [found.earliest(), found.latest()].into_iter().flatten();
    let both = both.map(|at| Time(at.timestamp_millis()));
    let nearby = zone_changes(Time(reading.0 - 36 * 3_600_000), 3, zone);
    both.chain(nearby).collect()
}

impl Slot {
    fn contains(&self, local: NaiveDateTime) -> bool {
        let minute = local.hour() * 60 + local.minute();
        let today = local.weekday();
        if self.from < self.to {
            self.days.contains(&today) && (self.from..self.to).contains(&minute)
        } else {
            (self.days.contains(&today) && minute >= self.from)
                || (self.days.contains(&today.pred()) && minute < self.to)
        }
    }
}

/// Why a text is not a window.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadWindow {
    #[error("{0:?} is not of the form `DAYS HH:MM-HH:MM`, such as `Mon..Fri 09:00-17:00`")]
    Form(String),
    #[error(
        "{0:?} is not a day; use Mon Tue Wed Thu Fri Sat Sun, `Mon..Fri`, `Sat,Sun` or `daily`"
    )]
    Day(String),
    #[error("{0:?} is not a time of day between 00:00 and 23:59 (24:00 is allowed as an end)")]
    Clock(String),
    #[error("{0:?} starts and ends at the same time; write 00:00-24:00 for a whole day")]
    Empty(String),
}

impl FromStr for Weekly {
    type Err = BadWindow;
    fn from_str(text: &str) -> Result<Self, BadWindow> {
        let slots = text
            .split(';')
            .map(|slot| slot.trim().parse())
            .collect::<Result<_, _>>()?;
        Ok(Self { slots })
    }
}

impl FromStr for Slot {
    type Err = BadWindow;
    fn from_str(text: &str) -> Result<Self, BadWindow> {
        let form = || BadWindow::Form(text.to_owned());
        let (days, clock) = text.split_once(char::is_whitespace).ok_or_else(form)?;
        let (from, to) = clock.trim().split_once('-').ok_or_else(form)?;
        let (from, to) = (minute(from.trim())?, minute(to.trim())?);
        if from == DAY {
            return Err(BadWindow::Clock("24:00".to_owned()));
        }
        if from == to || (from == 0 && to == 0) {
            return Err(BadWindow::Empty(text.to_owned()));
        }
        Ok(Self {
            days: parse_days(days)?,
            from,
            to,
        })
    }
}

fn minute(text: &str) -> Result<u32, BadWindow> {
    let wrong = || BadWindow::Clock(text.to_owned());
    let (hours, minutes) = text.split_once(':').ok_or_else(wrong)?;
    let number = |digits: &str| {
        let two = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
        two.then(|| digits.parse::<u32>().ok())
            .flatten()
            .ok_or_else(wrong)
    };
    match (number(hours)?, number(minutes)?) {
        (24, 0) => Ok(DAY),
        (hours @ 0..=23, minutes @ 0..=59) => Ok(hours * 60 + minutes),
        _ => Err(wrong()),
    }
}

fn parse_days(text: &str) -> Result<Vec<Weekday>, BadWindow> {
    if text.eq_ignore_ascii_case("daily") {
        return Ok(WEEK.to_vec());
    }
    let mut days: Vec<Weekday> = Vec::new();
    for part in text.split(',') {
        match part.split_once("..") {
            Some((first, last)) => {
                let (first, last) = (day(first)?, day(last)?);
                let span = (last.num_days_from_monday() + 7 - first.num_days_from_monday()) % 7;
                let from = usize::try_from(first.num_days_from_monday()).unwrap_or(0);
                days.extend(WEEK.iter().cycle().skip(from).take(span as usize + 1));
            }
            None => days.push(day(part)?),
        }
    }
    let named = WEEK.into_iter().filter(|day| days.contains(day));
    Ok(named.collect())
}

const WEEK: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

fn day(text: &str) -> Result<Weekday, BadWindow> {
    WEEK.into_iter()
        .find(|day| day.to_string().eq_ignore_ascii_case(text))
        .ok_or_else(|| BadWindow::Day(text.to_owned()))
}

impl fmt::Display for Weekly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slots: Vec<String> = self.slots.iter().map(Slot::to_string).collect();
        f.pad(&slots.join("; "))
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days: Vec<String> = self.days.iter().map(Weekday::to_string).collect();
        let days = match days.as_slice() {
            all if all.len() == 7 => "daily".to_owned(),
            [first, .., last] if self.is_run() => format!("{first}..{last}"),
            some => some.join(","),
        };
        let clock = |minute: u32| format!("{:02}:{:02}", minute / 60, minute % 60);
        write!(f, "{days} {}-{}", clock(self.from), clock(self.to))
    }
}

impl Slot {
    fn is_run(&self) -> bool {
        self.days.len() > 2 && self.days.windows(2).all(|pair| pair[0].succ() == pair[1])
    }
}

impl TryFrom<String> for Weekly {
    type Error = BadWindow;
    fn try_from(text: String) -> Result<Self, BadWindow> {
        text.parse()
    }
}

impl From<Weekly> for String {
    fn from(weekly: Weekly) -> String {
        weekly.to_string()
    }
}

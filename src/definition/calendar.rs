//! iCalendar files (RFC 5545) made into the closures of a window. A calendar is not ours: it is
//! bounded in every direction, and whatever cannot be read for certain is a problem with its line,
//! because an event that is left out would be a freeze that does not freeze.
//!
//! It expands recurring events here and now, for a few years around the day that the caller gives;
//! what comes after is closed (`model::Calendar`).

mod recur;
mod text;
mod when;

use crate::definition::{Place, Problem, Texts, files};
use crate::model::{Calendar, Closure, Event, Time};
use chrono::{Datelike, NaiveDate};
use icalendar::parser::{Component, Property};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use text::Block;
use when::{Kind, When};

/// No calendar of holidays and freezes is near these.
const CLOSURES_MAX: usize = 5_000;
const STEPS_MAX: usize = 500_000;
/// More is not worth reading: whoever wrote it meant something else.
const PROBLEMS_MAX: usize = 8;

/// What is wrong with a calendar: the line, and what.
pub(crate) type Wrong = (usize, String);

/// The calendars among the texts of a directory, each read once.
#[derive(Debug)]
pub(crate) struct Shelf<'a> {
    texts: &'a Texts,
    today: NaiveDate,
    read: RefCell<BTreeMap<String, Result<Calendar, Vec<Wrong>>>>,
}

impl<'a> Shelf<'a> {
    pub(crate) fn new(texts: &'a Texts, today: Time) -> Self {
        Self {
            texts,
            today: today.utc().date_naive(),
            read: RefCell::default(),
        }
    }

    /// The calendars there are.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let names = self.texts.keys().map(String::as_str);
        names.filter(|name| files::is_calendar(name))
    }

    /// A calendar, or what keeps it from being read for certain; none when there is no such text.
    pub(crate) fn calendar(&self, file: &str) -> Option<Result<Calendar, Vec<Wrong>>> {
        let text = self.texts.get(file)?;
        let mut read = self.read.borrow_mut();
        let calendar = read
            .entry(file.to_owned())
            .or_insert_with(|| calendar(file, text, self.today));
        Some(calendar.clone())
    }
}

/// What is wrong with a calendar, as problems at its lines.
pub(crate) fn problems(file: &str, wrong: Vec<Wrong>) -> Vec<Problem> {
    let problem = |(line, what): Wrong| {
        let place = Place {
            file: Arc::from(file),
            line,
            column: 1,
        };
        Problem::at(&place, what)
    };
    wrong.into_iter().map(problem).collect()
}

/// Reads the text of a calendar.
pub(crate) fn calendar(file: &str, text: &str, today: NaiveDate) -> Result<Calendar, Vec<Wrong>> {
    let blocks = text::events(text).map_err(|wrong| vec![wrong])?;
    let years = |year: i32| {
        let day = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
        Time(
            day.and_time(chrono::NaiveTime::MIN)
                .and_utc()
                .timestamp_millis(),
        )
    };
    let mut reading = Reading {
        from: years(today.year() - 1),
        until: years(today.year() + 3),
        steps: STEPS_MAX,
        calendar: Calendar {
            file: file.to_owned(),
            until: years(today.year() + 3),
            events: Vec::new(),
            closures: Vec::new(),
        },
    };
    let mut wrong = Vec::new();
    let moved = moved(&blocks, &mut wrong);
    for block in &blocks {
        if wrong.len() >= PROBLEMS_MAX {
            break;
        }
        if let Err(why) = reading.event(block, &moved) {
            wrong.push((block.line, why));
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    reading.calendar.closures.sort_by_key(|c| (c.from, c.to));
    Ok(reading.calendar)
}

/// Occurrences that another event of the same identity replaces or cancels, by identity.
type Moved = BTreeMap<String, Vec<When>>;

fn moved(blocks: &[Block<'_>], wrong: &mut Vec<Wrong>) -> Moved {
    let mut moved = Moved::new();
    for block in blocks {
        let Some(property) = block.component.find_prop("RECURRENCE-ID") else {
            continue;
        };
        let replaced = when::single(property).and_then(|when| {
            if when::parameter(property, "RANGE").is_some() {
                return Err("RECURRENCE-ID with RANGE cannot be read; end the first series and begin another".to_owned());
            }
            let uid = block.component.find_prop("UID");
            let uid = uid.ok_or("RECURRENCE-ID without UID replaces nothing that is known")?;
            Ok((uid.val.as_str().to_owned(), when))
        });
        match replaced {
            Ok((uid, when)) => moved.entry(uid).or_default().push(when),
            Err(why) => wrong.push((block.line, why)),
        }
    }
    moved
}

#[derive(Debug)]
struct Reading {
    from: Time,
    until: Time,
    /// How many more occurrences may be looked at.
    steps: usize,
    calendar: Calendar,
}

impl Reading {
    fn event(&mut self, block: &Block<'_>, moved: &Moved) -> Result<(), String> {
        let component = &block.component;
        let cancelled = |status: &Property<'_>| status.val.as_str() == "CANCELLED";
        if component.find_prop("STATUS").is_some_and(cancelled) {
            return Ok(());
        }
        if component.find_prop("EXRULE").is_some() {
            return Err("EXRULE cannot be read; name the days in EXDATE".to_owned());
        }
        let start = component.find_prop("DTSTART");
        let start = when::single(start.ok_or("the event has no DTSTART")?)?;
        let length = when::length(component, &start)?;
        let mut begins = self.series(component, &start)?;
        for property in component.properties.iter().filter(|p| p.name == "RDATE") {
            begins.extend(when::walls(property, start.kind)?);
        }
        let mut left_out = BTreeSet::new();
        for property in component.properties.iter().filter(|p| p.name == "EXDATE") {
            left_out.extend(when::walls(property, start.kind)?);
        }
        if component.find_prop("RECURRENCE-ID").is_none()
            && let Some(uid) = component.find_prop("UID")
            && let Some(replaced) = moved.get(uid.val.as_str())
        {
            for when in replaced {
                left_out.insert(when.wall_in(start.kind)?);
            }
        }
        begins.retain(|wall| !left_out.contains(wall));
        self.add(block, start.kind, length, &begins)
    }

    /// When the event begins, once or by its rule.
    fn series(
        &mut self,
        component: &Component<'_>,
        start: &When,
    ) -> Result<BTreeSet<Time>, String> {
        let rules: Vec<_> = component
            .properties
            .iter()
            .filter(|p| p.name == "RRULE")
            .collect();
        match rules.as_slice() {
            [] => Ok(BTreeSet::from([start.wall])),
            [rule] => recur::walls(rule.val.as_str(), start, self.until, &mut self.steps),
            [..] => Err("the event has several RRULEs; make them several events".to_owned()),
        }
    }

    fn add(
        &mut self,
        block: &Block<'_>,
        kind: Kind,
        length: i64,
        begins: &BTreeSet<Time>,
    ) -> Result<(), String> {
        let event = self.calendar.events.len();
        let before = self.calendar.closures.len();
        for wall in begins {
            let from = kind.instant(*wall);
            let to = Time(from.0.saturating_add(length));
            if to <= self.from || from >= self.until {
                continue;
            }
            if self.calendar.closures.len() >= CLOSURES_MAX {
                return Err(format!(
                    "the calendar has more than {CLOSURES_MAX} occurrences in four years"
                ));
            }
            self.calendar.closures.push(Closure {
                from,
                to,
                local: matches!(kind, Kind::Date | Kind::Floating),
                event,
            });
        }
        if self.calendar.closures.len() > before {
            self.calendar.events.push(Event {
                summary: text::summary(&block.component),
                line: block.line,
            });
        }
        Ok(())
    }
}

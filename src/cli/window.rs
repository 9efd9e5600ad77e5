//! `pilothouse window`: whether a weekly window is open at some instants, and when that changes.

use crate::{
    cli::{
        failure::{Exit, Failure},
        output,
    },
    clock, definition,
    model::{Span, Time, Weekly, Window, WindowName},
};
use chrono::SecondsFormat;
use chrono_tz::Tz;
use serde::Serialize;
use std::path::PathBuf;

/// Say whether a weekly window is open, and when that changes
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// `DAYS HH:MM-HH:MM`, several joined by `;`; days as `Mon..Fri`, `Sat,Sun` or `daily`
    #[arg(value_name = "WINDOW")]
    weekly: Weekly,
    /// The zone whose wall clock counts
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = definition::time_zone)]
    time_zone: Tz,
    /// An instant, such as 2026-03-06T14:00:00Z; may be given several times [default: now]
    #[arg(long, value_name = "TIME")]
    at: Vec<Time>,
    /// An iCalendar file whose events close it; may be given several times
    #[arg(long, value_name = "FILE")]
    calendar: Vec<PathBuf>,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Answer {
    at: String,
    local: String,
    open: bool,
    /// Why it is closed, where calendars have a say.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    next_change: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let now = [clock::now()];
    let instants = if arguments.at.is_empty() {
        &now[..]
    } else {
        &arguments.at
    };
    // Recurring events are expanded around the moment that is asked about.
    let today = instants.first().copied().unwrap_or_default();
    let calendars = arguments.calendar.iter();
    let calendars = calendars.map(|path| definition::calendar(path, today));
    let window = Window {
        name: WindowName::parse("window")
            .map_err(|why| Failure::new(Exit::Usage, why.to_string()))?,
        allow: Some(arguments.weekly.clone()),
        deny: None,
        calendars: calendars.collect::<Result<_, _>>()?,
        stagger: Span::ZERO,
        quota: None,
        origin: String::new(),
    };
    for at in instants {
        let answer = answer(&window, *at, arguments.time_zone);
        if arguments.json {
            output::json(&answer)?;
        } else {
            output::line(&answer.in_words())?;
        }
    }
    Ok(())
}

fn answer(window: &Window, at: Time, zone: Tz) -> Answer {
    let closed = window.closed(at, zone);
    let local = at.utc().with_timezone(&zone);
    Answer {
        at: in_seconds(at),
        local: local.to_rfc3339_opts(SecondsFormat::Secs, false),
        open: closed.is_none(),
        next_change: window.next_change(at, zone).map(in_seconds),
        why: closed
            .map(|closed| closed.why)
            .filter(|_| !window.calendars.is_empty()),
    }
}

fn in_seconds(at: Time) -> String {
    at.utc().to_rfc3339_opts(SecondsFormat::Secs, true)
}

impl Answer {
    fn in_words(&self) -> String {
        let state = if self.open { "open" } else { "closed" };
        let why = self.why.iter().map(|why| format!("; the window {why}"));
        let why: String = why.collect();
        match &self.next_change {
            Some(next) => format!("{} ({}): {state} until {next}{why}", self.at, self.local),
            None => format!("{} ({}): {state}, always{why}", self.at, self.local),
        }
    }
}

//! `pilothouse window`: whether a weekly window is open at some instants, and when that changes.

use crate::{
    cli::{failure::Failure, output},
    clock, definition,
    model::{Time, Weekly},
};
use chrono::SecondsFormat;
use chrono_tz::Tz;
use serde::Serialize;

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
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Answer {
    at: String,
    local: String,
    open: bool,
    next_change: Option<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let now = [clock::now()];
    let instants = if arguments.at.is_empty() {
        &now[..]
    } else {
        &arguments.at
    };
    for at in instants {
        let answer = answer(&arguments.weekly, *at, arguments.time_zone);
        if arguments.json {
            output::json(&answer)?;
        } else {
            output::line(&answer.in_words())?;
        }
    }
    Ok(())
}

fn answer(weekly: &Weekly, at: Time, zone: Tz) -> Answer {
    let local = at.utc().with_timezone(&zone);
    Answer {
        at: in_seconds(at),
        local: local.to_rfc3339_opts(SecondsFormat::Secs, false),
        open: weekly.is_open(at, zone),
        next_change: weekly.next_change(at, zone).map(in_seconds),
    }
}

fn in_seconds(at: Time) -> String {
    at.utc().to_rfc3339_opts(SecondsFormat::Secs, true)
}

impl Answer {
    fn in_words(&self) -> String {
        let state = if self.open { "open" } else { "closed" };
        match &self.next_change {
            Some(next) => format!("{} ({}): {state} until {next}", self.at, self.local),
            None => format!("{} ({}): {state}, always", self.at, self.local),
        }
    }
}

//! Observes: reads the alarms of a pipeline from the systems that know. It applies the alarms' own
//! smoothing (M of N to fire, K to clear) and knows nothing of what a level leads to.
//!
//! ```text
//! fetch (one per URL) -> exposition -> counter (increase since the last page) -> window -> level
//!                                          `-> apart (by target)                          `-> sights
//! ```
//!
//! Whatever is not surely good or bad is no data, with the reason in words (DESIGN.md 5, rule 6).

mod apart;
mod counter;
mod exposition;
mod fetch;
mod level;
mod pace;
mod sights;

pub use sights::Sights;

use crate::{
    clock::{self, Stopwatch},
    model::{
        Alarm, AlarmLevel, AlarmName, AlarmSource, Observation, Ppm, Reading, Scrape, Sight, Span,
        Time,
    },
};
use apart::Apart;
use counter::{Counter, Window};
use exposition::{Page, PageError};
use fetch::{FetchError, fetch};
use futures_util::future::join_all;
use level::Level;
use pace::Pace;
use sights::Seen;
use std::collections::{BTreeMap, BTreeSet};

/// The alarms of one pipeline, with the memory their windows need.
#[derive(Debug)]
pub struct Watch {
    http: reqwest::Client,
    alarms: Vec<Watched>,
    since: Stopwatch,
    pace: Pace,
    sights: Sights,
}

impl Watch {
    /// Watches these alarms; the memory starts empty, so the first readings have no data. What is
    /// there to be looked at goes into the sights.
    pub fn new(alarms: &[Alarm], http: reqwest::Client, sights: Sights) -> Watch {
        sights.keep(&alarms.iter().map(|alarm| alarm.name.clone()).collect());
        Watch {
            sights,
            http,
            alarms: alarms.iter().map(Watched::new).collect(),
            since: Stopwatch::start(),
            pace: Pace::start(),
        }
    }

    /// Reads every alarm once, all at the same time. Never fails: a source that does not answer is
    /// a reading without data.
    pub async fn observe(&mut self) -> Observation {
        let urls: BTreeSet<&str> = self.alarms.iter().map(|a| a.scrape.url.as_str()).collect();
        let fetched = urls.into_iter().map(async |url| {
            let page = fetch(&self.http, url).await;
            (url.to_owned(), page)
        });
        let pages: Pages = join_all(fetched).await.into_iter().collect();
        let (at, now) = (self.since.elapsed(), clock::now());
        let round = self.alarms.iter_mut().map(|a| a.read(at, now, &pages));
        Observation {
            elapsed: self.pace.lap(),
            readings: self.sights.take(now, round.collect()),
        }
    }
}

type Pages = BTreeMap<String, Result<Page, FetchError>>;

#[derive(Debug)]
struct Watched {
    name: AlarmName,
    scrape: Scrape,
    numerator: Counter,
    denominator: Counter,
    window: Window,
    apart: Apart,
    level: Level,
}

impl Watched {
    fn new(alarm: &Alarm) -> Self {
        let AlarmSource::Scrape(scrape) = &alarm.source;
        Self {
            name: alarm.name.clone(),
            scrape: scrape.clone(),
            numerator: Counter::default(),
            denominator: Counter::default(),
            window: Window::new(scrape.window),
            apart: Apart::new(scrape.window),
            level: Level::new(scrape.fire, scrape.clear),
        }
    }

    fn read(&mut self, at: Span, now: Time, pages: &Pages) -> Seen {
        let mut sight = Sight::default();
        let (points, value) = match self.count(at, pages) {
            Ok(points) => {
                sight.answered = Some(now);
                sight.targets = self.apart.counted();
                (points, self.value())
            }
            Err(why) => {
                self.numerator.interrupted();
                self.denominator.interrupted();
                sight.trouble = Some((now, why.clone()));
                (0, Err(why))
            }
        };
        let (level, value, why) = match value {
            Ok(ratio) => {
                let firing = self.level.reading(ratio > self.scrape.above);
                let level = if firing {
                    AlarmLevel::Firing
                } else {
                    AlarmLevel::Ok
                };
                (level, Some(ratio), String::new())
            }
            Err(why) => {
                self.level.no_data();
                (AlarmLevel::NoData, None, why)
            }
        };
        sight.above = self.level.above();
        let reading = Reading {
            alarm: self.name.clone(),
            level,
            value,
            why,
            points,
        };
        Seen {
            reading,
            now: sight,
        }
    }

    /// Takes the counters of a round. Gives the requests since the round before.
    fn count(&mut self, at: Span, pages: &Pages) -> Result<u64, String> {
        let url = &self.scrape.url;
        let page = match pages.get(url) {
            Some(Ok(page)) => page,
            Some(Err(why)) => return Err(why.to_string()),
            None => return Err(format!("{url} was not read")),
        };
        let of_page = |why: PageError| format!("{url}: {why}");
        let denominator = page.counters(&self.scrape.denominator).map_err(of_page)?;
        let numerator = page.counters(&self.scrape.numerator).map_err(of_page)?;
        if denominator.is_empty() {
            let missing = PageError::NoSeries(self.scrape.denominator.clone());
            return Err(of_page(missing));
        }
        self.apart.take(at, &numerator, &denominator);
        self.numerator.advance(numerator);
        let points = self.denominator.advance(denominator);
        self.window
            .push(at, self.numerator.total, self.denominator.total);
        Ok(points)
    }

    /// The share over the window, when there is enough to judge.
    fn value(&self) -> Result<Ppm, String> {
        let window = self.scrape.window;
        let Some((part, whole)) = self.window.increase() else {
            return Err("read once so far; a rate needs two readings".to_owned());
        };
        let (few, needed) = (whole < self.scrape.minimum, self.scrape.minimum);
        match Ppm::ratio(part, whole) {
            Some(_) if few => Err(format!("only {whole} requests in {window}, needs {needed}")),
            Some(ratio) => Ok(ratio),
            None => Err(format!("no requests in {window}")),
        }
    }
}

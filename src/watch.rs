//! Observes: reads the alarms of a pipeline from the systems that know. It applies the alarms' own
//! smoothing (M of N to fire, K to clear) and knows nothing of what a level leads to.
//!
//! ```text
//! fetch (one per URL) -> exposition -> counter (increase since the last page) -> window -> level
//! ```
//!
//! Whatever is not surely good or bad is no data, with the reason in words (DESIGN.md 5, rule 6).

mod counter;
mod exposition;
mod fetch;
mod level;
mod pace;

use crate::{
    clock::Stopwatch,
    model::{Alarm, AlarmLevel, AlarmName, AlarmSource, Observation, Ppm, Reading, Scrape, Span},
};
use counter::{Counter, Window};
use exposition::{Page, PageError};
use fetch::{FetchError, fetch};
use futures_util::future::join_all;
use level::Level;
use pace::Pace;
use std::collections::{BTreeMap, BTreeSet};

/// The alarms of one pipeline, with the memory their windows need.
#[derive(Debug)]
pub struct Watch {
    http: reqwest::Client,
    alarms: Vec<Watched>,
    since: Stopwatch,
    pace: Pace,
}

impl Watch {
    /// Watches these alarms; the memory starts empty, so the first readings have no data.
    pub fn new(alarms: &[Alarm], http: reqwest::Client) -> Watch {
        Watch {
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
        let at = self.since.elapsed();
        Observation {
            elapsed: self.pace.lap(),
            readings: self.alarms.iter_mut().map(|a| a.read(at, &pages)).collect(),
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
            level: Level::new(scrape.fire, scrape.clear),
        }
    }

    fn read(&mut self, at: Span, pages: &Pages) -> Reading {
        let (points, value) = match self.count(at, pages) {
            Ok(points) => (points, self.value()),
            Err(why) => {
                self.numerator.interrupted();
                self.denominator.interrupted();
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
        Reading {
            alarm: self.name.clone(),
            level,
            value,
            why,
            points,
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

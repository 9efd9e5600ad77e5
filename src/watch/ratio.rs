//! The share of one counter in another over a window, scraped from a `/metrics` page: of the
//! requests, how many failed.

use crate::{
    model::{Ppm, Scrape, Span, Time},
    watch::{
        apart::Apart,
        ask::{Answers, Ask},
        counter::{Counter, Window},
        exposition::PageError,
        source::{Judged, Look, Source},
    },
};

#[derive(Debug)]
pub(crate) struct Ratio {
    scrape: Scrape,
    numerator: Counter,
    denominator: Counter,
    window: Window,
    apart: Apart,
}

impl Source for Ratio {
    fn asks(&self) -> Vec<Ask> {
        vec![Ask::Metrics(self.scrape.server.clone())]
    }

    fn read(&mut self, at: Span, _now: Time, answers: &Answers) -> Look {
        match self.count(at, answers) {
            Ok(points) => Look {
                answered: true,
                targets: self.apart.counted(),
                ..Look::of(self.value(), points)
            },
            Err(why) => {
                self.numerator.interrupted();
                self.denominator.interrupted();
                Look::of(Err(why), 0)
            }
        }
    }
}

impl Ratio {
    pub(crate) fn new(scrape: &Scrape) -> Self {
        Self {
            scrape: scrape.clone(),
            numerator: Counter::default(),
            denominator: Counter::default(),
            window: Window::new(scrape.window),
            apart: Apart::new(scrape.window),
        }
    }

    /// Takes the counters of a round. Gives the requests since the round before.
    fn count(&mut self, at: Span, answers: &Answers) -> Result<u64, String> {
        let server = &self.scrape.server;
        let page = answers.page(server)?;
        let of_page = |why: PageError| format!("{}: {why}", server.shown());
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
    fn value(&self) -> Result<Judged, String> {
        let window = self.scrape.window;
        let Some((part, whole)) = self.window.increase() else {
            return Err("read once so far; a rate needs two readings".to_owned());
        };
        let (few, needed) = (whole < self.scrape.minimum, self.scrape.minimum);
        match Ppm::ratio(part, whole) {
            Some(_) if few => Err(format!("only {whole} requests in {window}, needs {needed}")),
            Some(share) => Ok(Judged::against(share.into(), self.scrape.limit())),
            None => Err(format!("no requests in {window}")),
        }
    }
}

//! The source behind the built-in detection of anomalies: counts what each target of a stage answers,
//! keeps what was usual for it, and freezes that while a release is on it. What is out of the usual
//! is `model::anomaly`; it knows no releases, only which targets were touched.

mod lane;

use crate::{
    model::{Anomalies, Crowd, Diagnosis, Scene, Span, TargetName, Time, Touch, diagnose},
    watch::{
        apart,
        ask::{Answers, Ask},
        exposition::{Labels, PageError},
        source::{Judged, Look, Source},
    },
};
use lane::{Lane, Page};
use std::collections::BTreeMap;

#[derive(Debug)]
pub(crate) struct Detector {
    source: Anomalies,
    lanes: BTreeMap<TargetName, Lane>,
    touched: BTreeMap<TargetName, Touch>,
}

impl Source for Detector {
    fn asks(&self) -> Vec<Ask> {
        vec![Ask::Metrics(self.source.server.clone())]
    }

    fn touched(&mut self, touched: &BTreeMap<TargetName, Touch>) {
        touched.clone_into(&mut self.touched);
    }

    fn read(&mut self, at: Span, _now: Time, answers: &Answers) -> Look {
        let points = match self.count(at, answers) {
            Ok(points) => points,
            Err(why) => {
                self.lanes.values_mut().for_each(Lane::interrupted);
                return Look::of(Err(why), 0);
            }
        };
        let diagnosis = diagnose(&self.scene());
        let (judged, told) = match diagnosis {
            Diagnosis::Usual(value) => (Ok(Judged::new(false, Some(value))), String::new()),
            Diagnosis::TooLittle => (Ok(Judged::new(false, None)), String::new()),
            Diagnosis::Anomaly(found) => (
                Ok(Judged::new(true, Some(found.value()))),
                found.to_string(),
            ),
            Diagnosis::Everywhere(found) => (Err(found.to_string()), String::new()),
        };
        Look {
            answered: true,
            told,
            ..Look::of(judged, points)
        }
    }
}

impl Detector {
    pub(crate) fn new(source: &Anomalies) -> Self {
        Self {
            source: source.clone(),
            lanes: BTreeMap::new(),
            touched: BTreeMap::new(),
        }
    }

    /// Takes the counters of a round. Gives the stage's requests since the round before.
    fn count(&mut self, at: Span, answers: &Answers) -> Result<u64, String> {
        let server = &self.source.server;
        let of_page = |why: PageError| format!("{}: {why}", server.shown());
        let page = answers.page(server)?;
        let requests = page.counters(&self.source.requests).map_err(of_page)?;
        // Who tells neither of both has given them other names.
        let faults = page.counters(&self.source.faults);
        let latency = page.counters(&self.source.latency);
        let (faults, latency) = match (faults, latency) {
            (Err(PageError::NoSeries(faults)), Err(PageError::NoSeries(_))) => {
                return Err(of_page(PageError::NoSeries(faults)));
            }
            (faults, latency) => (
                there(faults).map_err(of_page)?,
                there(latency).map_err(of_page)?,
            ),
        };
        let mut pages: BTreeMap<TargetName, Page> = BTreeMap::new();
        for (series, take) in [
            (requests, Page::take_request as fn(&mut Page, Labels, u64)),
            (faults, Page::take_fault),
            (latency, Page::take_bucket),
        ] {
            for (labels, value) in series {
                if let Some(target) = self.own(&labels) {
                    take(pages.entry(target).or_default(), labels, value);
                }
            }
        }
        if pages.is_empty() {
            let metric = &self.source.requests.metric;
            return Err(format!(
                "{}: {metric} names no target of the stage in its label `{}`",
                server.shown(),
                apart::LABEL
            ));
        }
        let window = self.source.window;
        let touched = &self.touched;
        let counted = pages.into_iter().map(|(target, page)| {
            let touch = touched.get(&target).copied();
            let lane = self.lanes.entry(target);
            lane.or_insert_with(|| Lane::new(window))
                .take(at, touch, page)
        });
        Ok(counted.fold(0, u64::saturating_add))
    }

    /// The target of the stage that a series is of.
    fn own(&self, labels: &Labels) -> Option<TargetName> {
        let target = apart::target(labels)?;
        self.source.targets.contains(&target).then_some(target)
    }

    /// Those with the release against those without; without a deployment, all against the past.
    fn scene(&self) -> Scene {
        let serving = self
            .touched
            .iter()
            .any(|(target, touch)| *touch == Touch::Serving && self.lanes.contains_key(target));
        let (mut judged, mut control) = (Vec::new(), Vec::new());
        for (target, lane) in &self.lanes {
            let Some(now) = lane.now() else { continue };
            let member = (now, lane.before().collect());
            match (self.touched.get(target), serving) {
                (Some(Touch::Working), _) => {}
                (Some(Touch::Serving), _) | (None, false) => judged.push(member),
                (None, true) => control.push(member),
            }
        }
        Scene {
            judged: Crowd::of(&judged),
            control: Crowd::of(&control),
            minimum: self.source.minimum,
            stretch: self.source.window,
        }
    }
}

/// The series, or none of them where the page tells no such metric.
fn there(
    series: Result<BTreeMap<Labels, u64>, PageError>,
) -> Result<BTreeMap<Labels, u64>, PageError> {
    match series {
        Err(PageError::NoSeries(_)) => Ok(BTreeMap::new()),
        other => other,
    }
}

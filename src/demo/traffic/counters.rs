//! How many requests each target has answered, good and faulty, as a page in Prometheus' text
//! format. Every series is there from the start, at zero.

use crate::{demo::fleet::Station, model::TargetName};
use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::atomic::{AtomicU64, Ordering},
};

#[derive(Debug)]
pub(super) struct Counters {
    targets: BTreeMap<TargetName, Answered>,
    shed: AtomicU64,
}

#[derive(Debug)]
struct Answered {
    /// Labels of the target, without braces.
    labels: String,
    good: AtomicU64,
    faults: AtomicU64,
}

impl Counters {
    pub(super) fn new(stations: &[Station]) -> Self {
        let answered = |station: &Station| {
            let spot = &station.spot;
            let labels = format!(
                "service=\"{}\",stage=\"{}\",region=\"{}\",zone=\"{}\",target=\"{}\"",
                spot.service, spot.stage, spot.region, spot.zone, spot.target
            );
            let answered = Answered {
                labels,
                good: AtomicU64::new(0),
                faults: AtomicU64::new(0),
            };
            (spot.target.clone(), answered)
        };
        Self {
            targets: stations.iter().map(answered).collect(),
            shed: AtomicU64::new(0),
        }
    }

    pub(super) fn count(&self, target: &TargetName, fault: bool) {
        if let Some(answered) = self.targets.get(target) {
            let counter = if fault {
                &answered.faults
            } else {
                &answered.good
            };
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn shed(&self) {
        self.shed.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn page(&self) -> String {
        let mut page = String::from(
            "# HELP requests_total Requests answered by a target, by class of status.\n\
             # TYPE requests_total counter\n",
        );
        for Answered {
            labels,
            good,
            faults,
        } in self.targets.values()
        {
            for (code, counter) in [("2xx", good), ("5xx", faults)] {
                let count = counter.load(Ordering::Relaxed);
                // Writing into a String cannot fail.
                let _never = writeln!(page, "requests_total{{{labels},code=\"{code}\"}} {count}");
            }
        }
        let shed = self.shed.load(Ordering::Relaxed);
        let _never = write!(
            page,
            "# HELP shed_total Requests for which no target was in rotation.\n\
             # TYPE shed_total counter\nshed_total {shed}\n"
        );
        page
    }
}

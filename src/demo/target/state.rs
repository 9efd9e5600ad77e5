//! A target while it runs: what is installed, which epochs it has seen, how many requests it has
//! answered. After a restart all of it but the counters comes back from the packages and the log.

use crate::{
    demo::target::{
        Event, LogError, Package, Record, TargetError,
        log::{self, Log},
        log_file,
        package::Answer,
    },
    model::{EffectId, PipelineName, ReleaseId, Span},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

/// What a pipeline deploys onto a target. Each layer has one package at a time.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, clap::ValueEnum,
)]
#[serde(rename_all = "kebab-case")]
pub enum Layer {
    Application,
    Configuration,
    Os,
}

#[derive(Debug)]
pub(super) struct Target {
    name: String,
    directory: PathBuf,
    out: AtomicBool,
    answered: Answered,
    installed: Mutex<Installed>,
    /// One deployment at a time, whichever pipeline it comes from.
    pub(super) turn: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
struct Installed {
    packages: BTreeMap<Layer, Package>,
    /// Who runs here, for health checks.
    releases: BTreeMap<PipelineName, ReleaseId>,
    /// The highest epoch seen of each pipeline.
    epochs: BTreeMap<PipelineName, u64>,
    done: BTreeSet<EffectId>,
    log: Log,
}

#[derive(Debug, Default)]
struct Answered {
    good: AtomicU64,
    faults: AtomicU64,
}

/// What ran here before the first deployment: the demo takes over a service that exists.
const BEFORE: &str = "route / 200 4\n";

impl Target {
    pub(super) fn open(name: &str, directory: &Path) -> Result<Self, TargetError> {
        let path = log_file(directory);
        let mut installed = Installed {
            packages: BTreeMap::from([(Layer::Application, Package::parse(BEFORE))]),
            releases: BTreeMap::new(),
            epochs: BTreeMap::new(),
            done: BTreeSet::new(),
            log: Log::open(&path)?,
        };
        for record in log::read(&path)? {
            installed.remember(&record);
        }
        let target = Self {
            name: name.to_owned(),
            directory: directory.to_owned(),
            out: AtomicBool::new(false),
            answered: Answered::default(),
            installed: Mutex::new(installed),
            turn: tokio::sync::Mutex::new(()),
        };
        for layer in [Layer::Application, Layer::Configuration, Layer::Os] {
            if let Ok(text) = std::fs::read_to_string(target.package_file(layer)) {
                target.hold(layer, Package::parse(&text));
            }
        }
        Ok(target)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn package_file(&self, layer: Layer) -> PathBuf {
        let name = match layer {
            Layer::Application => "application.pkg",
            Layer::Configuration => "configuration.pkg",
            Layer::Os => "os.pkg",
        };
        self.directory.join(name)
    }

    pub(super) fn is_out(&self) -> bool {
        self.out.load(Ordering::Relaxed)
    }

    pub(super) fn set_out(&self, out: bool) {
        self.out.store(out, Ordering::Relaxed);
    }

    /// Runs another package from here on.
    pub(super) fn hold(&self, layer: Layer, package: Package) {
        self.lock().packages.insert(layer, package);
    }

    pub(super) fn write_down(&self, record: &Record) -> Result<(), LogError> {
        let mut installed = self.lock();
        installed.log.add(record)?;
        installed.remember(record);
        Ok(())
    }

    /// The highest epoch of a pipeline that was ever asked for here.
    pub(super) fn epoch(&self, pipeline: &PipelineName) -> u64 {
        self.lock().epochs.get(pipeline).copied().unwrap_or(0)
    }

    pub(super) fn has_done(&self, effect: &EffectId) -> bool {
        self.lock().done.contains(effect)
    }

    pub(super) fn installed(&self) -> BTreeMap<PipelineName, ReleaseId> {
        self.lock().releases.clone()
    }

    /// The application answers; what lies under it only adds to the time.
    pub(super) fn answer(&self, path: &str, query: &str) -> Answer {
        let installed = self.lock();
        let packages = &installed.packages;
        let delay = packages.values().fold(Span::ZERO, |sum, p| sum + p.delay());
        let answered = packages.values().find_map(|p| p.answer(path, query));
        let nothing = Answer {
            status: 500,
            takes: Span(1),
            text: "nothing is installed".to_owned(),
        };
        let answer = answered.unwrap_or(nothing);
        Answer {
            takes: answer.takes + delay,
            ..answer
        }
    }

    pub(super) fn count(&self, status: u16) {
        let counter = if status < 500 {
            &self.answered.good
        } else {
            &self.answered.faults
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn metrics(&self) -> String {
        let name = &self.name;
        let good = self.answered.good.load(Ordering::Relaxed);
        let faults = self.answered.faults.load(Ordering::Relaxed);
        format!(
            "# TYPE answered_total counter\n\
             answered_total{{target=\"{name}\",code=\"2xx\"}} {good}\n\
             answered_total{{target=\"{name}\",code=\"5xx\"}} {faults}\n"
        )
    }

    /// A panic elsewhere leaves nothing half done here, so its poison does not matter.
    fn lock(&self) -> MutexGuard<'_, Installed> {
        self.installed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Installed {
    fn remember(&mut self, record: &Record) {
        let seen = self.epochs.entry(record.pipeline.clone()).or_insert(0);
        *seen = record.epoch.max(*seen);
        if record.event == Event::Finished {
            self.done.insert(record.effect.clone());
            self.releases
                .insert(record.pipeline.clone(), record.release);
        }
    }
}

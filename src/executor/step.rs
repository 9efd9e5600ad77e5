//! One effect in progress: its log, its clock, its way to be stopped. It turns the ends of commands
//! into results (DESIGN.md 4: 0, 75, anything else) and does not know which effect it serves.

use crate::{
    clock::Stopwatch,
    executor::{
        Confinement,
        ended::Ended,
        found::{self, Found},
        log::Log,
        process::{Process, Stop},
    },
    model::{Artifact, EffectId, Run, Span, StepResult},
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::sync::OwnedMutexGuard;

/// `EX_TEMPFAIL` of sysexits: the machinery failed, not the change.
const TEMPORARY: i32 = 75;

pub(crate) struct Step {
    pub(crate) id: EffectId,
    pub(crate) folder: PathBuf,
    /// The program of which keepers are made.
    pub(crate) keeper: PathBuf,
    pub(crate) confinement: Arc<Confinement>,
    pub(crate) environment: Vec<(String, String)>,
    /// Names this try of the step, for its commands.
    pub(crate) key: String,
    pub(crate) n_checks: u32,
    /// What the last command said last.
    pub(crate) last_line: String,
    pub(crate) stop: Stop,
    /// What an earlier server made of it.
    pub(crate) found: Found,
    /// The target that it holds since.
    pub(crate) held: Option<OwnedMutexGuard<()>>,
    pub(crate) watch: Stopwatch,
}

impl Step {
    /// Runs the effect's only or decisive command in a directory, or goes on with it where an earlier
    /// server began it.
    pub(crate) async fn work(&mut self, run: &Run, directory: &Path, time_limit: Span) -> Ended {
        if self.found == Found::Nothing {
            self.announce(run);
        }
        let (key, end) = (
            found::key_of_work(&self.key),
            found::end_of_work(&self.folder),
        );
        self.command((run, directory, time_limit), &key, end).await
    }

    /// Asks a target for its health.
    pub(crate) async fn check(&mut self, run: &Run, directory: &Path, time_limit: Span) -> Ended {
        self.n_checks += 1;
        let key = format!("{}.{}", self.key, self.n_checks + 1);
        let end = found::end_of_check(&self.folder);
        self.command((run, directory, time_limit), &key, end).await
    }

    async fn command(
        &mut self,
        (run, directory, time_limit): (&Run, &Path, Span),
        key: &str,
        end: PathBuf,
    ) -> Ended {
        let process = Process {
            keeper: &self.keeper,
            confined: self.confinement.of(&self.id),
            user: self.confinement.user(),
            limits: self.confinement.limits(run.limits()),
            run,
            directory,
            environment: &self.environment,
            time_limit,
            folder: &self.folder,
            key,
            end,
        };
        let end = process.run(&mut self.stop).await;
        self.last_line = end.last_line;
        end.ended
    }

    /// Running time since it was begun, by whichever server.
    pub(crate) fn elapsed(&self) -> Span {
        let before = match self.found {
            Found::Nothing => Span::ZERO,
            Found::Begun(ago) => ago,
        };
        before + self.watch.elapsed()
    }

    /// A line in the log that says which command's output follows.
    pub(crate) fn announce(&mut self, run: &Run) {
        self.say(&run.to_string());
    }

    /// A line of our own in the log.
    pub(crate) fn say(&mut self, text: &str) {
        self.last_line.clear();
        let said = Log::resume(&self.folder.join("log")).and_then(|mut log| {
            log.heading(text);
            log.pause()
        });
        if let Err(why) = said {
            tracing::warn!(step = %self.id, %why, "the log of a step is incomplete");
        }
    }

    /// What the end of the effect's only or decisive command means.
    pub(crate) fn result(&self, ended: Ended, time_limit: Span) -> StepResult {
        match ended {
            Ended::Exit(0) => self.succeeded(None),
            Ended::Exit(TEMPORARY) => self.infrastructure(self.with_output("exit 75, try again")),
            Ended::Exit(code) => self.failed(self.with_output(&format!("exit {code}"))),
            Ended::Signal(signal) => {
                self.failed(self.with_output(&format!("killed by {}", signal_name(signal))))
            }
            Ended::OutOfMemory(limit) => {
                self.failed(self.with_output(&format!("killed: out of memory (limit {limit})")))
            }
            Ended::TimedOut => {
                self.failed(self.with_output(&format!("did not end within {time_limit}")))
            }
            Ended::Stopped => self.stopped(),
            Ended::NotStarted(why) => self.infrastructure(why),
            Ended::Lost(why) => StepResult::Unknown { why },
        }
    }

    pub(crate) fn succeeded(&self, artifact: Option<Artifact>) -> StepResult {
        StepResult::Succeeded {
            took: self.elapsed(),
            artifact,
        }
    }

    pub(crate) fn failed(&self, why: String) -> StepResult {
        StepResult::Failed {
            took: self.elapsed(),
            why,
        }
    }

    pub(crate) fn infrastructure(&self, why: String) -> StepResult {
        StepResult::Infrastructure {
            took: self.elapsed(),
            why,
        }
    }

    pub(crate) fn stopped(&self) -> StepResult {
        let why = if self.stop.is_wanted() {
            "stopped: not wanted any more"
        } else {
            "stopped: somebody asked its keeper to end"
        };
        self.infrastructure(why.to_owned())
    }

    /// `exit 3: connection refused (log: steps/checkout-17/log)`.
    pub(crate) fn with_output(&self, what: &str) -> String {
        let log = format!("(log: steps/{}/log)", self.id);
        match &self.last_line {
            line if line.is_empty() => format!("{what} {log}"),
            line => format!("{what}: {line} {log}"),
        }
    }
}

/// Whether an end leaves the question open, so that asking again may help.
pub(crate) fn is_answer(ended: &Ended) -> bool {
    match ended {
        Ended::Exit(code) => *code == 0,
        Ended::Signal(_) | Ended::OutOfMemory(_) => false,
        Ended::TimedOut | Ended::Stopped | Ended::NotStarted(_) | Ended::Lost(_) => true,
    }
}

fn signal_name(signal: i32) -> String {
    nix::sys::signal::Signal::try_from(signal).map_or_else(
        |_real_time| format!("signal {signal}"),
        |name| name.to_string(),
    )
}

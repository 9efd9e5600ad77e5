//! Does effects: git, builds, deployments and tests as processes of this machine, the artifact
//! store between them, and the delivery of notices. It knows no rules and no retry policy: trouble of the machinery comes back as
//! a `StepResult` like any other end. Start at `Executor::run`.
//!
//! ```text
//! state/  artifacts/<sha256>   git/<mirror>   workspaces/<pipeline>/<release>[.<source>]   steps/<id>/{log,keeper,end,health}
//!         signing-key
//! ```

mod artifact;
mod build;
mod capability;
mod cgroup;
mod confinement;
mod coverage;
mod deploy;
mod ended;
mod environment;
mod error;
mod found;
#[cfg(feature = "fuzzed")]
pub mod fuzzed;
mod git;
mod given;
mod group;
mod hold;
mod keeper;
mod leftover;
mod locks;
mod log;
mod notify;
mod process;
mod retention;
mod running;
mod shortage;
mod signing;
mod step;
mod tree;
mod user;

pub use confinement::{Confinement, controllers_of_machine};
pub use error::{ExecutorError, GitError};
pub use keeper::{Arguments as KeeperArguments, keep};
pub use notify::{Undelivered, deliver};
pub use user::{StepUser, StepUserError};

use crate::{
    clock::Stopwatch,
    executor::{ended::Unreadable, found::Found},
    model::{Digest, Effect, EffectId, Head, Owed, PipelineName, Sha, Source, StepResult},
};
use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf, absolute},
    sync::Arc,
};

/// Runs steps. Cheap to clone; all clones share one state directory.
#[derive(Debug, Clone)]
pub struct Executor {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    /// The program of which keepers are made.
    keeper: PathBuf,
    confinement: Arc<Confinement>,
    steps: PathBuf,
    artifacts: artifact::Store,
    signing: signing::Signing,
    workspaces: build::Workspaces,
    git: git::Git,
    targets: locks::Locks,
    running: running::Running,
    /// How often the journal was restored from a backup.
    restores: u64,
}

impl Executor {
    /// Opens a state directory, making what is missing. Of the steps that an earlier server left
    /// running, those that are `owed` go on and wait for [`Executor::run`], the others are ended, and
    /// so is its git.
    /// `restores` is how often its journal was restored from a backup, `program` this program, which
    /// is started again as the keeper of every command, `confinement` what that keeps it to.
    pub fn open<'a>(
        state: &Path,
        restores: u64,
        (program, confinement): (&Path, &Confinement),
        owed: impl IntoIterator<Item = &'a Owed>,
    ) -> Result<Executor, ExecutorError> {
        let made = |name: &str| -> Result<PathBuf, ExecutorError> {
            let path = state.join(name);
            let made = absolute(&path).and_then(|path| {
                fs::create_dir_all(&path)?;
                Ok(path)
            });
            made.map_err(|source| ExecutorError::File {
                operation: "make the folder",
                path,
                source,
            })
        };
        if let Some(complaint) = confinement.complaint() {
            tracing::info!("{complaint}");
        }
        let steps = made("steps")?;
        let artifacts = made("artifacts")?;
        let signing = signing::Signing::open(state.join("signing-key"))?;
        let (workspaces, mirrors) = (made("workspaces")?, made("git")?);
        let user = confinement.user();
        if let Some(user) = user {
            user.admit(state, [&workspaces, &artifacts])?;
        }
        let objects = user.map_or(git::Objects::Borrowed, |_alone| git::Objects::Copied);
        let executor = Executor {
            shared: Arc::new(Shared {
                keeper: program.to_owned(),
                confinement: Arc::new(confinement.clone()),
                steps,
                artifacts: artifact::Store(artifacts),
                signing,
                workspaces: build::Workspaces::new(workspaces, user.cloned()),
                git: git::Git::new(mirrors, objects),
                targets: locks::Locks::default(),
                running: running::Running::default(),
                restores,
            }),
        };
        let kept = owed.into_iter().filter_map(|owed| {
            let found = executor.find(owed).transpose()?;
            Some(found.map_err(ExecutorError::from))
        });
        let kept = kept.collect::<Result<_, _>>()?;
        leftover::end_all(&executor.shared.steps, &kept, confinement)?;
        leftover::end_git();
        Ok(executor)
    }

    /// Does an effect and says how it ended; goes on with one that an earlier server began. Trouble of
    /// the machinery is `StepResult::Infrastructure`, never an error. Dropping the future leaves a
    /// command running that has begun: it is found again by whoever opens the state directory next.
    pub async fn run(&self, pipeline: &PipelineName, owed: &Owed) -> StepResult {
        let watch = Stopwatch::start();
        let infrastructure = |why: String| StepResult::Infrastructure {
            took: watch.elapsed(),
            why,
        };
        let Some(entry) = self.shared.running.enter(&owed.id) else {
            return infrastructure(format!("the step {} is running already", owed.id));
        };
        let folder = self.folder(&owed.id);
        let tried = self.tried(owed);
        let (looked, held) = match self.shared.running.take_found(&owed.id) {
            Some(earlier) => (found::look(&folder, &tried), earlier.held),
            None => (Ok(Found::Nothing), None),
        };
        let found = match looked {
            Ok(found) => found,
            Err(why) => {
                return StepResult::Unknown {
                    why: why.to_string(),
                };
            }
        };
        let log = folder.join("log");
        if found == Found::Nothing
            && let Err(why) = begin(&folder, &log)
        {
            return infrastructure(format!(
                "cannot write the log of the step in {}: {why}",
                folder.display()
            ));
        }
        let artifact = |digest: &_| environment::path_value(&self.shared.artifacts.path(digest));
        let restores = self.shared.restores;
        let environment = environment::of(&owed.id, pipeline, &owed.effect, artifact, restores);
        let mut step = step::Step {
            id: owed.id.clone(),
            folder,
            keeper: self.shared.keeper.clone(),
            confinement: Arc::clone(&self.shared.confinement),
            key: tried,
            n_checks: 0,
            last_line: String::new(),
            environment: match self.shared.confinement.user() {
                Some(user) => environment::of_user(user, environment),
                None => environment,
            },
            stop: entry.stop(),
            found,
            held,
            watch,
        };
        let result = self.perform(&mut step, pipeline, &owed.effect).await;
        if let Err(why) = log::Log::finish(&log) {
            tracing::warn!(step = %owed.id, %why, "the log of a step is incomplete");
        }
        result
    }

    /// Whether an earlier server began a step, and nobody waits for it yet.
    pub fn is_found(&self, id: &EffectId) -> bool {
        self.shared.running.is_found(id)
    }

    /// Ends what nobody waits for any more. Blocks until it is gone.
    pub fn end_left(&self) -> Result<(), ExecutorError> {
        leftover::end_all(
            &self.shared.steps,
            &BTreeSet::new(),
            &self.shared.confinement,
        )
    }

    /// Ends a step with all its processes; `run` then returns.
    pub fn cancel(&self, id: &EffectId) {
        self.shared.running.stop(id);
    }

    /// Whether a step is being run now.
    pub fn is_running(&self, id: &EffectId) -> bool {
        self.shared.running.contains(id) || self.is_found(id)
    }

    /// Removes some of the artifacts that are not retained and of the logs of old steps, nothing of
    /// the last day; gives how much went. Blocks for as long as that takes.
    pub fn prune(&self, retained: &BTreeSet<Digest>) -> Result<usize, ExecutorError> {
        let (store, steps) = (&self.shared.artifacts.0, &self.shared.steps);
        let artifacts = retention::artifacts(store, retained);
        let logs = retention::steps(steps);
        let gone = artifacts.and_then(|artifacts| Ok(artifacts + logs?));
        gone.map_err(|(path, source)| ExecutorError::File {
            operation: "remove the old",
            path,
            source,
        })
    }

    /// Where a step's output is. The id may come from outside: it cannot leave the state directory.
    pub fn log_path(&self, id: &EffectId) -> PathBuf {
        self.folder(id).join("log")
    }

    /// Looks at the source's branch. None when its head is still `known[0]` (newest first).
    pub async fn head(&self, source: &Source, known: &[Sha]) -> Result<Option<Head>, GitError> {
        self.shared.git.head(source, known).await
    }

    async fn perform(
        &self,
        step: &mut step::Step,
        pipeline: &PipelineName,
        effect: &Effect,
    ) -> StepResult {
        let shared = &*self.shared;
        let job = |release, sha, also, run, time_limit| build::Job {
            pipeline,
            release,
            sha,
            also,
            run,
            time_limit,
        };
        match effect {
            Effect::Build {
                release,
                repository,
                sha,
                also,
                run,
                artifact,
                timeout,
            } => {
                let job = job(*release, sha, also, run, *timeout);
                build::build(shared, step, &job, repository, artifact).await
            }
            Effect::Check {
                release,
                sha,
                also,
                run,
                timeout,
                ..
            } => {
                let job = job(*release, sha, also, run, *timeout);
                build::check(shared, step, &job).await
            }
            Effect::Coverage {
                release,
                repository,
                sha,
                base,
                oldest,
                rule,
                ..
            } => {
                let subject = coverage::Subject {
                    pipeline,
                    release: *release,
                    repository,
                    sha,
                    base: base.as_ref(),
                    oldest,
                };
                coverage::measure(shared, step, &subject, rule).await
            }
            Effect::Deploy(deployment) => deploy::deploy(shared, step, pipeline, deployment).await,
            Effect::Test {
                run,
                directory,
                timeout,
                ..
            } => deploy::test(step, run, directory, *timeout).await,
        }
    }

    /// Takes note of a step that an earlier server began; gives its folder. Its target is held for it
    /// before anything else can ask for that.
    fn find(&self, owed: &Owed) -> Result<Option<PathBuf>, Unreadable> {
        let folder = self.folder(&owed.id);
        if found::look(&folder, &self.tried(owed))? == Found::Nothing {
            return Ok(None);
        }
        let held = match &owed.effect {
            Effect::Deploy(deployment) => self.shared.targets.hold_now(deployment.target.as_str()),
            Effect::Build { .. }
            | Effect::Check { .. }
            | Effect::Coverage { .. }
            | Effect::Test { .. } => None,
        };
        tracing::info!(step = %owed.id, "goes on with a step of an earlier server");
        self.shared.running.find(&owed.id, held);
        Ok(Some(folder))
    }

    /// Names this try of a step.
    fn tried(&self, owed: &Owed) -> String {
        format!("{}.{}", self.shared.restores, owed.tries)
    }

    fn folder(&self, id: &EffectId) -> PathBuf {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let mut name: String =
            id.0.chars()
                .map(|c| if plain(c) { c } else { '_' })
                .collect();
        if name.is_empty() || name.starts_with('.') {
            name.insert(0, '_');
        }
        self.shared.steps.join(name)
    }
}

/// Begins a try of a step with an empty log, and forgets how the one before ended.
fn begin(folder: &Path, log: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    log::Log::begin(log)?;
    for file in [found::end_of_work(folder), found::end_of_check(folder)] {
        match fs::remove_file(file) {
            Err(why) if why.kind() != io::ErrorKind::NotFound => return Err(why),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// This program's file, for keepers: the very one that runs, even when another took its place since.
pub fn this_program() -> io::Result<PathBuf> {
    let running = PathBuf::from("/proc/self/exe");
    if running.exists() {
        return Ok(running);
    }
    std::env::current_exe()
}

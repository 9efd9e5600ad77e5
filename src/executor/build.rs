//! Builds and their checks: commands in a fresh checkout of exactly one commit, and the artifact
//! that the build leaves.

use crate::{
    executor::{
        GitError, Shared, StepUser, artifact::ArtifactError, ended::Ended, environment,
        found::Found, locks::Locks, signing::Statement, step::Step, user::is_usable,
    },
    model::{Pin, PipelineName, ReleaseId, Run, Sha, SourceName, Span, StepResult},
};
use std::{
    io,
    path::{Path, PathBuf},
};

/// What a build or a check of it works on.
pub(crate) struct Job<'a> {
    pub(crate) pipeline: &'a PipelineName,
    pub(crate) release: ReleaseId,
    pub(crate) sha: &'a Sha,
    /// What is checked out beside it.
    pub(crate) also: &'a [Pin],
    pub(crate) run: &'a Run,
    pub(crate) time_limit: Span,
}

/// Checks out, runs the build, and keeps what it left.
pub(crate) async fn build(
    shared: &Shared,
    step: &mut Step,
    job: &Job<'_>,
    repository: &str,
    artifact: &str,
) -> StepResult {
    let place = shared.workspaces.of(job.pipeline, job.release);
    if step.found == Found::Nothing {
        shared.workspaces.prune(job.pipeline, job.release).await;
        let checkout = shared.git.checkout(repository, job.sha, &place);
        if let Err(ended) = check_out(shared, step, checkout, &place).await {
            return ended;
        }
        if let Err(ended) = beside(shared, step, job, true).await {
            return ended;
        }
    }
    match step.work(job.run, &place, job.time_limit).await {
        Ended::Exit(0) => collect(shared, step, job, place, artifact).await,
        ended @ (Ended::Exit(_)
        | Ended::Signal(_)
        | Ended::OutOfMemory(_)
        | Ended::TimedOut
        | Ended::Stopped
        | Ended::NotStarted(_)
        | Ended::Lost(_)) => step.result(ended, job.time_limit),
    }
}

/// Runs a named check in the checkout of the build, made again when it is gone.
pub(crate) async fn check(shared: &Shared, step: &mut Step, job: &Job<'_>) -> StepResult {
    let place = shared.workspaces.of(job.pipeline, job.release);
    if step.found == Found::Nothing
        && let Err(ended) = make_again(shared, step, job, &place).await
    {
        return ended;
    }
    let ended = step.work(job.run, &place, job.time_limit).await;
    step.result(ended, job.time_limit)
}

async fn make_again(
    shared: &Shared,
    step: &mut Step,
    job: &Job<'_>,
    place: &Path,
) -> Result<(), StepResult> {
    let name = place.to_string_lossy();
    let _making = shared.workspaces.making.hold(&name).await;
    if !shared.workspaces.has(place) {
        step.say(&format!(
            "the checkout of {} is gone: made again at {}, without what the build left in it",
            job.release, job.sha
        ));
        let checkout = shared.git.checkout_again(job.sha, place);
        check_out(shared, step, checkout, place).await?;
    }
    beside(shared, step, job, false).await
}

/// Checks out the other sources beside the main one, each where the environment says. Without
/// `fresh`, those that are there already stay as the build left them.
async fn beside(
    shared: &Shared,
    step: &mut Step,
    job: &Job<'_>,
    fresh: bool,
) -> Result<(), StepResult> {
    for pin in job.also {
        let place = shared
            .workspaces
            .beside(job.pipeline, job.release, &pin.name);
        if fresh || !shared.workspaces.has(&place) {
            let checkout = shared.git.checkout(&pin.repository, &pin.sha, &place);
            check_out(shared, step, checkout, &place).await?;
        }
        step.environment.extend(environment::of_source(pin, &place));
    }
    Ok(())
}

/// Waits for a checkout, and gives it to whoever its commands run as.
async fn check_out(
    shared: &Shared,
    step: &mut Step,
    checkout: impl Future<Output = Result<(), GitError>>,
    place: &Path,
) -> Result<(), StepResult> {
    let done = tokio::select! {
        done = checkout => done,
        () = step.stop.wanted() => return Err(step.stopped()),
    };
    done.map_err(|why| step.infrastructure(why.to_string()))?;
    let given = shared.workspaces.give(place).await;
    given.map_err(|why| {
        let place = place.display();
        step.infrastructure(format!("cannot give the checkout {place} away: {why}"))
    })
}

async fn collect(
    shared: &Shared,
    step: &Step,
    job: &Job<'_>,
    place: PathBuf,
    file: &str,
) -> StepResult {
    let (store, name) = (shared.artifacts.clone(), file.to_owned());
    let collected = tokio::task::spawn_blocking(move || store.collect(&place, &name)).await;
    match collected {
        Ok(Ok(mut artifact)) => {
            let statement = Statement {
                pipeline: job.pipeline.clone(),
                release: job.release,
                commit: job.sha.clone(),
                digest: artifact.digest.clone(),
            };
            artifact.signature = shared.signing.sign(&statement);
            step.succeeded(Some(artifact))
        }
        Ok(Err(
            why @ (ArtifactError::Missing(_)
            | ArtifactError::Outside(_)
            | ArtifactError::NotTheirs { .. }),
        )) => step.failed(step.with_output(&why.to_string())),
        Ok(Err(
            why @ (ArtifactError::NotStored(_)
            | ArtifactError::Damaged { .. }
            | ArtifactError::File { .. }),
        )) => step.infrastructure(why.to_string()),
        Err(why) => step.infrastructure(format!("cannot store the artifact: {why}")),
    }
}

/// The checkouts of builds, `workspaces/<pipeline>/<release>`, and beside them those of other sources,
/// `<release>.<source>`.
#[derive(Debug)]
pub(crate) struct Workspaces {
    root: PathBuf,
    /// Checks that run side by side make a lost checkout again once.
    making: Locks,
    /// Whose they are; none when the server's.
    user: Option<StepUser>,
}

/// Older checkouts stay a while for the person who looks into a failure.
const CHECKOUTS_KEPT: u32 = 3;

impl Workspaces {
    pub(crate) fn new(root: PathBuf, user: Option<StepUser>) -> Self {
        let making = Locks::default();
        Self { root, making, user }
    }

    /// Whether a checkout is there, and whole: one that is somebody else's was made for who steps ran as
    /// before, or has yet to be given away.
    fn has(&self, place: &Path) -> bool {
        is_usable(place, self.user.as_ref())
    }

    /// Gives a new checkout to whoever its commands run as, and lets them get there.
    async fn give(&self, place: &Path) -> io::Result<()> {
        let Some(user) = self.user.clone() else {
            return Ok(());
        };
        let place = place.to_owned();
        let give = move || {
            place
                .parent()
                .map_or(Ok(()), |pipeline| user.let_through(pipeline))?;
            user.give(&place)
        };
        tokio::task::spawn_blocking(give).await?
    }

    pub(crate) fn of(&self, pipeline: &PipelineName, release: ReleaseId) -> PathBuf {
        self.root.join(pipeline.as_str()).join(release.to_string())
    }

    fn beside(&self, pipeline: &PipelineName, release: ReleaseId, source: &SourceName) -> PathBuf {
        let name = format!("{release}.{source}");
        self.root.join(pipeline.as_str()).join(name)
    }

    /// Removes checkouts of the pipeline that are older than those kept.
    async fn prune(&self, pipeline: &PipelineName, building: ReleaseId) {
        let Ok(mut all) = tokio::fs::read_dir(self.root.join(pipeline.as_str())).await else {
            return;
        };
        while let Ok(Some(entry)) = all.next_entry().await {
            let old = |release: ReleaseId| release.0.saturating_add(CHECKOUTS_KEPT) <= building.0;
            let release = entry
                .file_name()
                .to_str()
                .and_then(|name| name.split('.').next()?.parse().ok());
            if release.is_some_and(old) {
                remove(&entry.path()).await;
            }
        }
    }
}

async fn remove(path: &Path) {
    if let Err(why) = tokio::fs::remove_dir_all(path).await {
        tracing::warn!(path = %path.display(), %why, "cannot remove an old checkout");
    }
}

//! Deployments and tests: commands beside the definition. A deployment ends well only when its
//! check found the target healthy.

use crate::{
    executor::{
        Shared,
        ended::Ended,
        found::Found,
        signing::{Signing, Statement},
        step::{Step, is_answer},
    },
    model::{Deployment, PipelineName, Run, Span, StepResult},
};
use std::path::{Path, PathBuf, absolute};
use tokio::time::sleep;

/// Between two health checks: quick at first, because most targets are, then polite.
const CHECK_AGAIN: (Span, Span) = (Span(200), Span(1_000));

/// Runs a deployment while its target is held.
///
/// A target is held by its name alone, over all pipelines: those of one service deploy to the same
/// hosts, and two deployments at once would leave a target that is neither release (INVARIANTS
/// I01). The hold lasts until all of the step's processes are gone, however it ends.
pub(crate) async fn deploy(
    shared: &Shared,
    step: &mut Step,
    pipeline: &PipelineName,
    deployment: &Deployment,
) -> StepResult {
    let _held = if let Some(held) = step.held.take() {
        held
    } else {
        tokio::select! {
            held = shared.targets.hold(deployment.target.as_str()) => held,
            () = step.stop.wanted() => return step.stopped(),
        }
    };
    // What is on its way to the target has been looked at before.
    if step.found == Found::Nothing
        && let Err(why) = check_artifact(shared, pipeline, deployment).await
    {
        return step.infrastructure(why);
    }
    let directory = whole(&deployment.directory);
    let started = step.elapsed();
    let limit = deployment.timeout;
    let ended = step.work(&deployment.run, &directory, limit).await;
    match (&deployment.check, ended) {
        (Some(check), Ended::Exit(0)) => {
            let used = match step.found {
                Found::Nothing => step.elapsed().saturating_sub(started),
                Found::Begun(_) => step.elapsed(),
            };
            let left = limit.saturating_sub(used);
            see_healthy(step, check, &directory, (left, limit)).await
        }
        (None | Some(_), ended) => step.result(ended, limit),
    }
}

/// Why the artifact must not get to a target.
async fn check_artifact(
    shared: &Shared,
    pipeline: &PipelineName,
    deployment: &Deployment,
) -> Result<(), String> {
    check_signature(&shared.signing, pipeline, deployment)?;
    let (store, digest) = (shared.artifacts.clone(), deployment.artifact.clone());
    let verified = tokio::task::spawn_blocking(move || store.verify(&digest)).await;
    match verified {
        Ok(verified) => verified.map_err(|why| why.to_string()),
        Err(why) => Err(format!("cannot check the artifact: {why}")),
    }
}

/// Whether this server built the artifact, from that commit and as that release. A mismatch never
/// reaches a target, and is no evidence against the change.
fn check_signature(
    signing: &Signing,
    pipeline: &PipelineName,
    deployment: &Deployment,
) -> Result<(), String> {
    let (release, digest) = (deployment.release, &deployment.artifact);
    let instead = "deploy a release that it built";
    let (Some(commit), Some(signature)) = (&deployment.commit, &deployment.signature) else {
        return Err(format!(
            "the artifact {digest} of {release} is not signed by this server: {instead}"
        ));
    };
    let statement = Statement {
        pipeline: pipeline.clone(),
        release,
        commit: commit.clone(),
        digest: digest.clone(),
    };
    if signing.holds(&statement, signature) {
        return Ok(());
    }
    Err(format!(
        "the signature under the artifact {digest} of {release} is not of the key {}: put back the key that it was built with, or {instead}",
        signing.path.display()
    ))
}

/// Runs a test of an approval workflow.
pub(crate) async fn test(step: &mut Step, run: &Run, directory: &str, limit: Span) -> StepResult {
    let ended = step.work(run, &whole(directory), limit).await;
    step.result(ended, limit)
}

/// Asks for the target's health until it is well or the deployment's time is over.
async fn see_healthy(
    step: &mut Step,
    check: &Run,
    directory: &Path,
    (left, limit): (Span, Span),
) -> StepResult {
    step.announce(check);
    let over = step.elapsed().0.saturating_add(left.0);
    let remaining = |step: &Step| Span(over.saturating_sub(step.elapsed().0));
    let mut pause = CHECK_AGAIN.0;
    loop {
        let ended = step.check(check, directory, remaining(step)).await;
        let unhealthy = format!("not healthy within {limit}");
        if matches!(ended, Ended::TimedOut) {
            return step.failed(step.with_output(&format!("{unhealthy}, its check did not end")));
        }
        if is_answer(&ended) {
            return step.result(ended, limit);
        }
        if remaining(step) <= pause {
            return match step.result(ended, limit) {
                StepResult::Failed { why, .. } => step.failed(format!("{unhealthy}: {why}")),
                other @ (StepResult::Infrastructure { .. }
                | StepResult::Succeeded { .. }
                | StepResult::Unknown { .. }) => other,
            };
        }
        tokio::select! {
            () = sleep(pause.std()) => {}
            () = step.stop.wanted() => return step.stopped(),
        }
        pause = Span(pause.0 * 2).min(CHECK_AGAIN.1);
    }
}

/// The definition's folder as a path that holds wherever a step goes.
fn whole(directory: &str) -> PathBuf {
    absolute(directory).unwrap_or_else(|_no_working_directory| directory.into())
}

//! The environment of a step: a few names of this machine and the `PILOTHOUSE_*` values of the
//! effect. Nothing else is inherited, so that no secret of the server reaches a build by accident,
//! and values are never put into command text.

use crate::{
    executor::{
        StepUser,
        hold::{Holder, this_process},
    },
    model::{Deployment, Digest, Effect, EffectId, Pin, PipelineName, Run},
};
use std::path::Path;

/// Epochs of a journal that was restored begin above all that the one before can have given out:
/// targets have seen epochs since the backup that the restored journal knows nothing of.
const RESTORED: u64 = 1_000_000_000;

/// Everything that the commands of an effect get to see.
pub(crate) fn of(
    id: &EffectId,
    pipeline: &PipelineName,
    effect: &Effect,
    artifact: impl Fn(&Digest) -> String,
    restores: u64,
) -> Vec<(String, String)> {
    let mut all: Vec<(String, String)> = inherited(&Run::INHERITED).collect();
    let mut set = |name: &str, value: String| all.push((format!("PILOTHOUSE_{name}"), value));
    set("PIPELINE", pipeline.to_string());
    set("EFFECT_ID", id.to_string());
    match effect {
        Effect::Build { release, sha, .. }
        | Effect::Check { release, sha, .. }
        | Effect::Coverage { release, sha, .. } => {
            set("STAGE", "build".to_owned());
            set("RELEASE", release.to_string());
            set("COMMIT", sha.to_string());
        }
        Effect::Deploy(deployment) => {
            set("ARTIFACT", artifact(&deployment.artifact));
            for (name, value) in of_deployment(deployment, restores) {
                set(name, value);
            }
        }
        Effect::Test {
            stage,
            release,
            artifact: digest,
            ..
        } => {
            set("STAGE", stage.to_string());
            set("RELEASE", release.to_string());
            set("ARTIFACT", artifact(digest));
            set("DIGEST", digest.to_string());
        }
    }
    all
}

fn of_deployment(deployment: &Deployment, restores: u64) -> Vec<(&'static str, String)> {
    let weight = deployment.part.weight().map(|weight| weight.to_string());
    let kept = deployment.keep.map(|keep| (keep.0 / 1_000).to_string());
    let values = [
        ("STAGE", deployment.stage.to_string()),
        ("REGION", deployment.region.to_string()),
        ("ZONE", deployment.zone.to_string()),
        ("TARGET", deployment.target.to_string()),
        ("RELEASE", deployment.release.to_string()),
        ("DIGEST", deployment.artifact.to_string()),
        (
            "EPOCH",
            (restores * RESTORED + deployment.epoch).to_string(),
        ),
        ("ROLLBACK", u8::from(deployment.rollback).to_string()),
        ("PART", deployment.part.word().to_owned()),
    ];
    let weight = weight.map(|weight| ("WEIGHT", weight));
    let kept = kept.map(|seconds| ("KEEP_SECONDS", seconds));
    values.into_iter().chain(weight).chain(kept).collect()
}

/// In the environment of what works for a server and must not outlive it: who that is, for ever.
const SERVER: &str = "PILOTHOUSE_SERVER";

/// Names this server to whoever finds a process of it.
pub(crate) fn of_server() -> (&'static str, String) {
    (SERVER, this_process())
}

/// Whether an environment, as the kernel shows it, names a server that is gone.
pub(crate) fn is_of_dead_server(environment: &[u8]) -> bool {
    let mut variables = environment.split(|byte| *byte == 0);
    let server = variables.find_map(|one| {
        let (name, server) = str::from_utf8(one).ok()?.split_once('=')?;
        (name == SERVER).then(|| Holder::parse(server)).flatten()
    });
    server.is_some_and(|server| !server.lives())
}

/// As another user finds it, who has a home of its own.
pub(crate) fn of_user(user: &StepUser, all: Vec<(String, String)>) -> Vec<(String, String)> {
    let own = [
        ("HOME", path_value(user.home())),
        ("USER", user.name().to_owned()),
    ];
    let others = all
        .into_iter()
        .filter(|(name, _)| own.iter().all(|(own, _)| own != name));
    let others: Vec<_> = others.collect();
    let own = own.map(|(name, value)| (name.to_owned(), value));
    own.into_iter().chain(others).collect()
}

/// Variables of this process, those that are set and are text.
pub(crate) fn inherited(names: &[&str]) -> impl Iterator<Item = (String, String)> {
    names
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), std::env::var(name).ok()?)))
}

/// The artifact's path as a value for the environment.
pub(crate) fn path_value(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// Where another source is checked out, and at which commit.
pub(crate) fn of_source(pin: &Pin, place: &Path) -> [(String, String); 2] {
    let key = pin.name.env_key();
    [
        (format!("PILOTHOUSE_SOURCE_{key}"), path_value(place)),
        (
            format!("PILOTHOUSE_SOURCE_{key}_COMMIT"),
            pin.sha.to_string(),
        ),
    ]
}

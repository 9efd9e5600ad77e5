//! Work to be done outside, with all it needs, so that whoever runs it needs no definition. It runs
//! at least once under a stable id; a target turns down an epoch older than one it has seen.

use crate::model::{
    AttemptId, Coverage, Digest, EffectId, Part, RegionName, ReleaseId, Run, Sha, Signature,
    SourceName, Span, StageName, TargetName, Time, ZoneName,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An effect that is owed: opened by a fact and not yet closed by one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Owed {
    pub id: EffectId,
    pub attempt: AttemptId,
    pub effect: Effect,
    /// Starts at 1; more after infrastructure errors (rule 13).
    pub tries: u32,
    /// Not to be run before this, when a retry backs off.
    pub not_before: Option<Time>,
    pub started: Time,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "work")]
pub enum Effect {
    /// Check out a commit, run the build, keep the artifact.
    Build {
        release: ReleaseId,
        repository: String,
        sha: Sha,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        also: Vec<Pin>,
        run: Run,
        artifact: String,
        timeout: Span,
    },
    /// Run a named check in the checkout of the build.
    Check {
        release: ReleaseId,
        sha: Sha,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        also: Vec<Pin>,
        gate: usize,
        name: String,
        run: Run,
        timeout: Span,
    },
    /// Read from the build's report how much its tests ran.
    Coverage {
        release: ReleaseId,
        repository: String,
        sha: Sha,
        /// The commit of the last release that passed its build; the changes counted follow it.
        base: Option<Sha>,
        /// The first change that counts where there is no such release.
        oldest: Sha,
        gate: usize,
        rule: Coverage,
    },
    /// Put a release on one target and see it healthy.
    Deploy(Deployment),
    /// Run a test of an approval workflow.
    Test {
        stage: StageName,
        release: ReleaseId,
        artifact: Digest,
        gate: usize,
        name: String,
        run: Run,
        directory: String,
        timeout: Span,
    },
}

/// A commit of a source beside the main one, to be checked out beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pin {
    pub name: SourceName,
    pub repository: String,
    pub sha: Sha,
}

/// One release onto one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Deployment {
    pub stage: StageName,
    pub region: RegionName,
    pub zone: ZoneName,
    pub target: TargetName,
    pub release: ReleaseId,
    pub artifact: Digest,
    /// The commit that the artifact was built from, and the signature that says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<Sha>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
    #[serde(default)]
    pub part: Part,
    /// More parts of the attempt follow on this target.
    #[serde(default)]
    pub more: bool,
    /// How long what served before stays where it can be switched back to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<Span>,
    /// Rises with every deployment to the target; what carries an older one is late.
    pub epoch: u64,
    pub rollback: bool,
    pub run: Run,
    pub check: Option<Run>,
    pub directory: String,
    pub timeout: Span,
}

impl Deployment {
    fn title(&self) -> String {
        let (release, target) = (self.release, &self.target);
        match (self.part, self.rollback) {
            (Part::Deploy, false) => format!("deploy {release} to {target}"),
            (Part::Deploy, true) => format!("roll {target} back to {release}"),
            (Part::Install, false) => format!("install {release} beside on {target}"),
            (Part::Install, true) => format!("install {release} again beside on {target}"),
            (Part::Test, _) => format!("test {release} beside on {target}"),
            (Part::Switch, false) => format!("switch {target} to {release}"),
            (Part::Switch, true) => format!("switch {target} back to {release}"),
            (Part::Shift(_), true) => format!("shift {target} back to {release}"),
            (Part::Shift(weight), false) => format!("shift {weight}% of {target} to {release}"),
        }
    }
}

impl Effect {
    /// What it is called within its stage; a deployment goes by its target instead.
    pub fn name(&self) -> Option<&str> {
        match self {
            Effect::Build { .. } => Some("build"),
            Effect::Check { name, .. } | Effect::Test { name, .. } => Some(name),
            Effect::Coverage { .. } => Some("coverage"),
            Effect::Deploy(_) => None,
        }
    }

    /// A few words for screens and logs.
    pub fn title(&self) -> String {
        match self {
            Effect::Build { release, .. } => format!("build {release}"),
            Effect::Check { name, release, .. } => format!("check {name} of {release}"),
            Effect::Coverage { release, .. } => format!("coverage of {release}"),
            Effect::Deploy(deployment) => deployment.title(),
            Effect::Test { name, release, .. } => format!("test {name} of {release}"),
        }
    }
}

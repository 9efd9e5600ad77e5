//! One release: what is in it, what it was built to, and where it is now.

use crate::model::{Change, Pipeline, ReleaseId, StageName, Time};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseFacts<'a> {
    pub id: ReleaseId,
    pub cut: Time,
    pub changes: &'a [Change],
    /// File and short digest of the artifact, once it is built.
    pub artifact: Option<(&'a str, &'a str)>,
    /// Stages on whose targets it runs, with how many.
    pub runs_on: Vec<(StageName, usize)>,
    /// Why it may not deploy, when it may not.
    pub quarantine: Option<&'a str>,
}

pub fn release(pipeline: &Pipeline, id: ReleaseId) -> Option<ReleaseFacts<'_>> {
    let release = pipeline.releases.get(id)?;
    let columns = pipeline
        .definition
        .iter()
        .flat_map(|definition| definition.columns());
    let runs_on = columns.filter_map(|stage| {
        let targets = pipeline.running(&stage).remove(&Some(id))?;
        Some((stage, targets))
    });
    let artifact = release.artifact.as_ref();
    Some(ReleaseFacts {
        id,
        cut: release.cut,
        changes: &release.changes,
        artifact: artifact.map(|built| (built.file.as_str(), built.digest.short())),
        runs_on: runs_on.collect(),
        quarantine: pipeline.quarantined(id).map(|entry| entry.why.as_str()),
    })
}

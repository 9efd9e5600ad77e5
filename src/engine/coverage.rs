//! What the coverage gate of a build is to measure: the lines of every change that no release which
//! passed the build stage has brought, so that what failed here once is counted until it passes.

use crate::engine::draft::Draft;
use crate::model::{Attempt, Coverage, Effect};

/// Starts the measurement for a gate of the build stage.
pub(super) fn start(draft: &mut Draft<'_>, attempt: &Attempt, gate: usize, rule: &Coverage) {
    let Some(definition) = draft.in_force(&attempt.stage) else {
        return;
    };
    let Some(release) = draft.pipeline.releases.get(attempt.release) else {
        return;
    };
    let oldest = draft.pipeline.releases.lineage(release.id).last();
    let oldest = oldest
        .and_then(|oldest| oldest.changes.iter().find(|change| change.source.is_none()))
        .map_or(&release.sha, |change| &change.sha);
    let effect = Effect::Coverage {
        release: release.id,
        repository: definition.source.repository.clone(),
        sha: release.sha.clone(),
        base: draft
            .pipeline
            .built_before(release.id)
            .map(|base| base.sha.clone()),
        oldest: oldest.clone(),
        gate,
        rule: rule.clone(),
    };
    draft.start_step(attempt.id, effect);
}

//! What came of a demo, as one value that prints as JSON or as lines: how far each release got, what
//! was rolled back and why, what stood in the way, and whether the rules held.

use crate::{
    demo::{
        chronicle::{AttemptTale, Chronicle, Tale},
        invariants::{self, Invariant},
        lookout::View,
    },
    model::{
        Actor, Blocker, BlockerId, BlockerKind, Cause, Fact, PipelineName, Purpose, ReleaseId, Sha,
        Span, StageName,
    },
};
use serde::Serialize;
use std::{collections::BTreeMap, fmt};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    pub took: Span,
    /// What should have happened and did not; empty when all is well.
    pub missing: Vec<String>,
    pub releases: Vec<ReleaseLine>,
    pub rollbacks: Vec<RollbackLine>,
    pub blockers: Vec<BlockerLine>,
    pub overrides: Vec<OverrideLine>,
    pub approvals: Vec<ApprovalLine>,
    pub invariants: Vec<Invariant>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReleaseLine {
    pub pipeline: PipelineName,
    pub release: ReleaseId,
    pub commit: Sha,
    pub title: String,
    /// The last column that it passed.
    pub passed: Option<StageName>,
    pub end: ReleaseEnd,
    /// Why an attempt with it failed or had to be paused, if one did.
    pub failed: Option<String>,
}

/// What became of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReleaseEnd {
    /// It passed the last column of the board.
    Everywhere,
    RolledBack,
    Superseded,
    Underway,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RollbackLine {
    pub pipeline: PipelineName,
    pub stage: StageName,
    pub release: ReleaseId,
    pub cause: Cause,
    pub automatic: bool,
    /// How many targets were taken back.
    pub targets: usize,
    /// From the decision until the last target was back; none when it did not come to that.
    pub took: Option<Span>,
}

/// A blocker that stood at some moment when somebody looked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BlockerLine {
    pub pipeline: PipelineName,
    pub stage: StageName,
    pub release: ReleaseId,
    pub blocker: BlockerId,
    pub kind: BlockerKind,
    pub why: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OverrideLine {
    pub pipeline: PipelineName,
    pub stage: StageName,
    pub release: ReleaseId,
    pub blockers: Vec<BlockerId>,
    pub by: Actor,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ApprovalLine {
    pub pipeline: PipelineName,
    pub stage: StageName,
    pub release: ReleaseId,
    pub by: Actor,
}

/// Blockers as they are seen, each once.
#[derive(Debug, Default)]
pub(super) struct Sightings(BTreeMap<(PipelineName, StageName, ReleaseId, BlockerId), Blocker>);

impl Sightings {
    pub(super) fn add(&mut self, view: &View) {
        for (name, pipeline) in &view.pipelines {
            for (stage, state) in &pipeline.stages {
                let Some((release, _)) = state.waiting.last() else {
                    continue;
                };
                for blocker in view.blockers(name.as_str(), stage) {
                    let key = (name.clone(), stage.clone(), *release, blocker.id.clone());
                    self.0.entry(key).or_insert(blocker);
                }
            }
        }
    }

    fn lines(self) -> Vec<BlockerLine> {
        let line = |((pipeline, stage, release, blocker), seen): (_, Blocker)| BlockerLine {
            pipeline,
            stage,
            release,
            blocker,
            kind: seen.kind,
            why: seen.why,
        };
        self.0.into_iter().map(line).collect()
    }
}

impl Report {
    pub(super) fn new(
        chronicle: &Chronicle,
        sightings: Sightings,
        missing: Vec<String>,
        took: Span,
    ) -> Self {
        let tales = || chronicle.tales.iter();
        let mut report = Self {
            took,
            missing,
            releases: tales().flat_map(releases).collect(),
            rollbacks: tales().flat_map(rollbacks).collect(),
            blockers: sightings.lines(),
            overrides: tales().flat_map(overrides).collect(),
            approvals: tales().flat_map(approvals).collect(),
            invariants: invariants::check(chronicle),
        };
        report.demand();
        report
    }

    /// Adds what a whole story must show.
    fn demand(&mut self) {
        let automatic = |line: &&RollbackLine| line.automatic && line.took.is_some();
        let n_rollbacks = self.rollbacks.iter().filter(automatic).count();
        let window = |line: &BlockerLine| line.kind == BlockerKind::Window;
        let demands = [
            (
                n_rollbacks == 1,
                format!("one automatic rollback, there were {n_rollbacks}"),
            ),
            (
                self.blockers.iter().any(window),
                "a closed window in the way".to_owned(),
            ),
            (
                self.overrides.len() == 1,
                format!("one override, there were {}", self.overrides.len()),
            ),
            (
                !self.approvals.is_empty(),
                "an approval by a person".to_owned(),
            ),
        ];
        let unmet = demands.into_iter().filter(|(met, _)| !met);
        self.missing.extend(unmet.map(|(_, what)| what));
        for invariant in &self.invariants {
            let name = invariant.name;
            if invariant.checked == 0 {
                self.missing
                    .push(format!("{name}: there was nothing to check"));
            }
            let violations = invariant.violations.iter();
            self.missing
                .extend(violations.map(|violation| format!("{name}: {violation}")));
        }
    }

    /// Whether everything happened that should, and nothing that must not.
    pub fn is_good(&self) -> bool {
        self.missing.is_empty()
    }
}

fn releases(tale: &Tale) -> Vec<ReleaseLine> {
    let columns: Vec<StageName> = tale.definition.columns().collect();
    let line = |fact: &Fact| {
        let Fact::ReleaseCut {
            release,
            sha,
            changes,
            ..
        } = fact
        else {
            return None;
        };
        let passed = columns
            .iter()
            .skip(1)
            .take_while(|column| tale.passed(column, *release).is_some())
            .last()
            .cloned();
        Some(ReleaseLine {
            pipeline: tale.name.clone(),
            release: *release,
            commit: sha.clone(),
            title: changes.last().map_or(String::new(), |c| c.title.clone()),
            end: end(tale, *release, passed.as_ref()),
            passed,
            failed: tale
                .attempts
                .values()
                .filter(|attempt| attempt.release == *release)
                .find_map(|attempt| attempt.failed.clone()),
        })
    };
    let facts = tale.entries.iter().map(|entry| &entry.fact);
    facts.filter_map(line).collect()
}

fn end(tale: &Tale, release: ReleaseId, passed: Option<&StageName>) -> ReleaseEnd {
    let back = |attempt: &AttemptTale| {
        attempt.release == release && matches!(attempt.purpose, Purpose::Rollback(_))
    };
    let left =
        |fact: &Fact| matches!(fact, Fact::Superseded { release: old, .. } if *old == release);
    if tale.attempts.values().any(back) {
        ReleaseEnd::RolledBack
    } else if passed.is_some() && passed == tale.definition.columns().last().as_ref() {
        ReleaseEnd::Everywhere
    } else if tale.entries.iter().any(|entry| left(&entry.fact)) {
        ReleaseEnd::Superseded
    } else {
        ReleaseEnd::Underway
    }
}

fn rollbacks(tale: &Tale) -> Vec<RollbackLine> {
    let line = |attempt: &AttemptTale| {
        let Purpose::Rollback(rollback) = &attempt.purpose else {
            return None;
        };
        Some(RollbackLine {
            pipeline: tale.name.clone(),
            stage: attempt.stage.clone(),
            release: attempt.release,
            automatic: !matches!(rollback.cause, Cause::Operator { .. }),
            cause: rollback.cause.clone(),
            targets: rollback.destinations.len(),
            took: attempt.rolled_back.map(|at| at.since(attempt.started)),
        })
    };
    tale.attempts.values().filter_map(line).collect()
}

fn overrides(tale: &Tale) -> Vec<OverrideLine> {
    let line = |fact: &Fact| {
        let Fact::Overridden {
            blockers,
            stage,
            release,
            by,
            reason,
            ..
        } = fact
        else {
            return None;
        };
        Some(OverrideLine {
            pipeline: tale.name.clone(),
            stage: stage.clone(),
            release: *release,
            blockers: blockers.clone(),
            by: by.clone(),
            reason: reason.clone(),
        })
    };
    let facts = tale.entries.iter().map(|entry| &entry.fact);
    facts.filter_map(line).collect()
}

fn approvals(tale: &Tale) -> Vec<ApprovalLine> {
    let line = |fact: &Fact| {
        let Fact::Approved { attempt, by, .. } = fact else {
            return None;
        };
        let attempt = tale.attempts.get(attempt)?;
        Some(ApprovalLine {
            pipeline: tale.name.clone(),
            stage: attempt.stage.clone(),
            release: attempt.release,
            by: by.clone(),
        })
    };
    let facts = tale.entries.iter().map(|entry| &entry.fact);
    facts.filter_map(line).collect()
}

/// For people.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "releases")?;
        for line in &self.releases {
            let passed = line.passed.as_ref().map_or("nothing", StageName::as_str);
            let end = match line.end {
                ReleaseEnd::Everywhere => ", which is all",
                ReleaseEnd::RolledBack => ", then rolled back",
                ReleaseEnd::Superseded => ", then superseded",
                ReleaseEnd::Underway => "",
            };
            let (pipeline, release, title) = (&line.pipeline, line.release, &line.title);
            writeln!(f, "  {pipeline} {release} passed {passed}{end}: {title}")?;
            if let Some(why) = &line.failed {
                writeln!(f, "    failed: {why}")?;
            }
        }
        writeln!(f, "rollbacks")?;
        for line in &self.rollbacks {
            let took = line
                .took
                .map_or("unfinished".to_owned(), |took| took.to_string());
            let how = if line.automatic {
                "by itself"
            } else {
                "by a person"
            };
            let (pipeline, release, stage) = (&line.pipeline, line.release, &line.stage);
            writeln!(f, "  {pipeline} {release} at {stage}, {how}, in {took}")?;
        }
        writeln!(f, "rules")?;
        for Invariant {
            name,
            checked,
            violations,
        } in &self.invariants
        {
            writeln!(
                f,
                "  {name}: {checked} checked, {} violations",
                violations.len()
            )?;
        }
        if self.is_good() {
            return writeln!(f, "all is well after {}", self.took);
        }
        writeln!(f, "missing after {}", self.took)?;
        for what in &self.missing {
            writeln!(f, "  {what}")?;
        }
        Ok(())
    }
}

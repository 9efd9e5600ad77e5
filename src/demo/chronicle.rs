//! Both sides of what happened: the journal's entries as the public interface gives them, and the
//! logs that the targets kept themselves. Gathered at the end, compared in `invariants`.

use crate::{
    client::{Client, ClientError},
    demo::{
        DemoError,
        fleet::{Spot, Station},
        target::{self, Event, Record},
    },
    model::{
        AttemptId, Definition, Digest, Effect, EffectId, Entry, Fact, Owed, Phase, PipelineName,
        Purpose, ReleaseId, Revision, StageName, StepResult, Time,
    },
};
use std::collections::BTreeMap;

/// One page of entries: large enough for a whole demo in a few requests.
const PAGE: usize = 500;

#[derive(Debug)]
pub(super) struct Chronicle {
    pub(super) tales: Vec<Tale>,
    /// Records of all targets, in the order of their time.
    pub(super) records: Vec<(Spot, Record)>,
}

/// One pipeline, with what its entries say in a form that can be asked.
#[derive(Debug)]
pub(super) struct Tale {
    pub(super) name: PipelineName,
    pub(super) definition: Definition,
    pub(super) entries: Vec<Entry>,
    pub(super) attempts: BTreeMap<AttemptId, AttemptTale>,
    /// Every step that was ever started, with when.
    pub(super) steps: BTreeMap<EffectId, (Time, Owed)>,
    pub(super) abandoned: BTreeMap<EffectId, Time>,
    pub(super) built: BTreeMap<ReleaseId, Digest>,
}

#[derive(Debug)]
pub(super) struct AttemptTale {
    pub(super) stage: StageName,
    pub(super) release: ReleaseId,
    pub(super) purpose: Purpose,
    pub(super) started: Time,
    pub(super) passed: Option<Time>,
    /// Why it ended otherwise.
    pub(super) failed: Option<String>,
    pub(super) rolled_back: Option<Time>,
    /// When its first bake in the rollout was finished.
    pub(super) one_box_baked: Option<Time>,
}

/// Reads everything there is.
pub(super) async fn gather(client: &Client, stations: &[Station]) -> Result<Chronicle, DemoError> {
    let mut tales = Vec::new();
    for row in client.fleet().await?.rows {
        let entries = entries(client, &row.pipeline).await?;
        tales.extend(Tale::new(row.pipeline, entries));
    }
    let mut records = Vec::new();
    for station in stations {
        let log = target::read_log(&target::log_file(&station.directory))?;
        records.extend(log.into_iter().map(|record| (station.spot.clone(), record)));
    }
    records.sort_by_key(|(_, record)| record.at);
    Ok(Chronicle { tales, records })
}

async fn entries(client: &Client, name: &PipelineName) -> Result<Vec<Entry>, ClientError> {
    let mut entries: Vec<Entry> = Vec::new();
    loop {
        let after = entries.last().map_or(Revision(0), |entry| entry.revision);
        let page = client.events(name, after, PAGE).await?;
        let is_last = page.entries.is_empty();
        entries.extend(page.entries);
        if is_last {
            return Ok(entries);
        }
    }
}

impl Chronicle {
    pub(super) fn tale(&self, name: &PipelineName) -> Option<&Tale> {
        self.tales.iter().find(|tale| tale.name == *name)
    }

    /// Deployments that targets began, with the tale they belong to.
    pub(super) fn starts(&self) -> impl Iterator<Item = (&Tale, &Spot, &Record)> {
        self.records.iter().filter_map(|(spot, record)| {
            let started = record.event == Event::Started;
            let tale = self.tale(&record.pipeline)?;
            started.then_some((tale, spot, record))
        })
    }

    /// The same, without rollbacks and outside test stages.
    pub(super) fn production_starts(&self) -> impl Iterator<Item = (&Tale, &Spot, &Record)> {
        self.starts()
            .filter(|(_, spot, record)| spot.phase == Phase::Production && !record.rollback)
    }
}

impl Tale {
    /// None for entries without a definition, of which there is nothing to tell.
    fn new(name: PipelineName, entries: Vec<Entry>) -> Option<Self> {
        let definition = entries.iter().rev().find_map(|entry| {
            if let Fact::Defined { definition } = &entry.fact {
                Some((**definition).clone())
            } else {
                None
            }
        });
        let mut tale = Self {
            name,
            definition: definition?,
            entries: Vec::new(),
            attempts: BTreeMap::new(),
            steps: BTreeMap::new(),
            abandoned: BTreeMap::new(),
            built: BTreeMap::new(),
        };
        for entry in &entries {
            tale.note(entry);
        }
        tale.entries = entries;
        Some(tale)
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "a few facts are looked for; all others are none of them"
    )]
    fn note(&mut self, entry: &Entry) {
        let at = entry.at;
        match &entry.fact {
            Fact::AttemptStarted {
                attempt,
                stage,
                release,
                purpose,
                ..
            } => {
                let started = AttemptTale {
                    stage: stage.clone(),
                    release: *release,
                    purpose: purpose.clone(),
                    started: at,
                    passed: None,
                    failed: None,
                    rolled_back: None,
                    one_box_baked: None,
                };
                self.attempts.insert(*attempt, started);
            }
            Fact::AttemptPassed { attempt } => self.with(*attempt, |tale| tale.passed = Some(at)),
            Fact::AttemptFailed { attempt, why } | Fact::AttemptPaused { attempt, why } => {
                self.with(*attempt, |tale| tale.failed = Some(why.clone()));
            }
            Fact::RolledBack { attempt } => {
                self.with(*attempt, |tale| tale.rolled_back = Some(at));
            }
            Fact::BakeFinished { attempt, .. } => self.with(*attempt, |tale| {
                tale.one_box_baked.get_or_insert(at);
            }),
            Fact::StepStarted { owed } => {
                self.steps.insert(owed.id.clone(), (at, (**owed).clone()));
            }
            Fact::StepAbandoned { id, .. } => {
                self.abandoned.insert(id.clone(), at);
            }
            Fact::StepFinished {
                id,
                result:
                    StepResult::Succeeded {
                        artifact: Some(artifact),
                        ..
                    },
            } => {
                if let Some((_, owed)) = self.steps.get(id)
                    && let Effect::Build { release, .. } = &owed.effect
                {
                    self.built.insert(*release, artifact.digest.clone());
                }
            }
            _ => {}
        }
    }

    fn with(&mut self, attempt: AttemptId, change: impl FnOnce(&mut AttemptTale)) {
        if let Some(tale) = self.attempts.get_mut(&attempt) {
            change(tale);
        }
    }

    /// When a release passed a stage for the first time.
    pub(super) fn passed(&self, stage: &StageName, release: ReleaseId) -> Option<Time> {
        let passes = self.attempts.values().filter(|attempt| {
            attempt.stage == *stage
                && attempt.release == release
                && matches!(attempt.purpose, Purpose::Forward)
        });
        passes.filter_map(|attempt| attempt.passed).min()
    }

    /// The column before a stage.
    pub(super) fn before(&self, stage: &StageName) -> Option<StageName> {
        let columns = self.definition.columns();
        columns.take_while(|column| column != stage).last()
    }
}

//! Taking the definitions in again while everything runs: planned first, refused as a whole when
//! anything is wrong. What is in flight finishes its stage under the definition it entered with,
//! and a pipeline whose file is gone goes on as it is until the next start.

use crate::{
    api::{Affected, DefinitionsPlan, InFlight},
    clock,
    definition::{self, Comparison, Loaded, Problem, Texts},
    model::{
        Actor, Definition, Fingerprint, GroupName, Pipeline, PipelineName, Redefinition,
        RedefinitionKind, Route, Stream, Time,
    },
    service::{
        CommandError, ReloadError, Service, ServiceError, mailbox::Reloaded,
        organization::Settings, pipeline, wall::Reading,
    },
};
use std::{collections::BTreeMap, path::PathBuf};
use tokio::task::spawn_blocking;

/// Who may reload, when the organization has such a group; else everybody who can ask.
const ADMINS: &str = "admins";

/// What the running definitions were made from. Held while they are exchanged, so that they are
/// exchanged by one at a time.
#[derive(Debug)]
pub(super) struct Applied {
    pub(super) directory: PathBuf,
    pub(super) texts: Texts,
    /// The day around which recurring events of calendars were expanded.
    pub(super) today: Time,
    /// Pipelines of the journal that had no definition at the start.
    pub(super) resting: BTreeMap<PipelineName, Pipeline>,
}

/// What was read, and what it changes.
struct Read {
    loaded: Loaded,
    comparison: Comparison,
}

impl Service {
    /// What taking definitions in would change: those of the texts, else of the directory that is
    /// served. Changes nothing.
    pub async fn plan_definitions(
        &self,
        texts: Option<Texts>,
    ) -> Result<DefinitionsPlan, ReloadError> {
        let applied = self.running.applied.lock().await;
        let read = read(&applied, texts).await?;
        Ok(self.affected(&read).await)
    }

    /// Reads the directory again and takes over all that changed, or nothing. `by` is none for a
    /// signal; `expect` is the digest of the plan that was looked at.
    ///
    /// # Errors
    /// [`ReloadError`]; the pipelines go on under the definitions they have.
    pub async fn reload(
        &self,
        by: Option<Actor>,
        expect: Option<Fingerprint>,
    ) -> Result<DefinitionsPlan, ReloadError> {
        self.permit(by.as_ref())?;
        let mut applied = self.running.applied.lock().await;
        let read = read(&applied, None).await?;
        let plan = self.affected(&read).await;
        if let Some(expected) = expect
            && expected != plan.digest
        {
            let digest = plan.digest;
            return Err(ReloadError::Changed { digest });
        }
        let Read {
            mut loaded,
            comparison,
        } = read;
        if comparison != Comparison::default() {
            let settings = Settings::take(&mut loaded);
            self.announce(by, settings, &comparison).await?;
            self.define(&mut applied, loaded.definitions, &comparison)
                .await?;
            self.reroute(loaded.routes).await;
            self.grant(loaded.access);
            applied.texts = loaded.texts;
            applied.today = loaded.today;
        }
        Ok(plan)
    }

    fn permit(&self, by: Option<&Actor>) -> Result<(), ReloadError> {
        let org = self.running.shared.org.borrow();
        let group = GroupName::parse(ADMINS).ok();
        let members = group.and_then(|group| org.groups.get(&group));
        match (by, members) {
            (Some(by), Some(members)) if !members.contains(by) => Err(ReloadError::NotAdmin {
                by: by.clone(),
                admins: members.clone(),
            }),
            _ => Ok(()),
        }
    }

    async fn affected(&self, read: &Read) -> DefinitionsPlan {
        let mut pipelines = Vec::new();
        for change in &read.comparison.pipelines {
            let in_flight = match self.pipeline(&change.pipeline).await {
                Some(snapshot) => in_flight(&snapshot.pipeline),
                None => Vec::new(),
            };
            pipelines.push(Affected {
                change: change.clone(),
                in_flight,
            });
        }
        // A new pipeline's values are not listed, so the digest takes in all definitions.
        let definitions = read.loaded.definitions.iter();
        let digests: Vec<_> = definitions.map(|each| (&each.name, &each.digest)).collect();
        let warnings = read.loaded.warnings.iter().map(Problem::to_string);
        DefinitionsPlan {
            digest: Fingerprint::of(&(&read.comparison, digests)),
            pipelines,
            organization: read.comparison.organization.clone(),
            warnings: warnings.collect(),
        }
    }

    /// Tells people on the routes that there are now.
    async fn reroute(&self, routes: Vec<Route>) {
        let shared = &self.running.shared;
        let last = shared.hub.cursor().seq;
        let started = shared.hub.desk().change(routes, last, &shared.stopped);
        self.running.tasks.lock().await.extend(started);
    }

    /// Records who changed what, with the groups, which approvals of the new definitions need.
    async fn announce(
        &self,
        by: Option<Actor>,
        settings: Settings,
        comparison: &Comparison,
    ) -> Result<(), ReloadError> {
        let of = |gone: bool| {
            let changes = comparison.pipelines.iter();
            let some = changes.filter(move |each| (each.change == RedefinitionKind::Gone) == gone);
            some.map(|each| each.pipeline.clone()).collect()
        };
        let reloaded = Reloaded {
            by,
            settings,
            pipelines: of(false),
            gone: of(true),
        };
        for name in &reloaded.gone {
            tracing::warn!(
                pipeline = %name,
                "has no definition any more: it goes on under the last one until the server is restarted, and rests then"
            );
        }
        Ok(self.running.organization.reloaded(reloaded).await?)
    }

    async fn define(
        &self,
        applied: &mut Applied,
        definitions: Vec<Definition>,
        comparison: &Comparison,
    ) -> Result<(), ReloadError> {
        let named = |change: &Redefinition, name: &PipelineName| change.pipeline == *name;
        for definition in definitions {
            let name = &definition.name;
            if !comparison.pipelines.iter().any(|each| named(each, name)) {
                continue;
            }
            match self.mailbox(Some(name)) {
                Ok(mailbox) => mailbox.define(definition).await?,
                Err(_unknown) => self.start_one(applied, definition).await?,
            }
        }
        Ok(())
    }

    /// Starts a pipeline that was not running: from the journal if it is known there.
    async fn start_one(
        &self,
        applied: &mut Applied,
        definition: Definition,
    ) -> Result<(), ServiceError> {
        let shared = &self.running.shared;
        let (resting, clocks) = (&mut applied.resting, Reading::now());
        let started = pipeline::start_all(shared, resting, vec![definition], clocks).await?;
        let mut tasks = self.running.tasks.lock().await;
        for (name, mailbox, task) in started {
            tracing::info!(pipeline = %name, "runs now");
            self.running.mailboxes().insert(name, mailbox);
            tasks.push(task);
        }
        Ok(())
    }
}

async fn read(applied: &Applied, texts: Option<Texts>) -> Result<Read, ReloadError> {
    let (directory, old) = (applied.directory.clone(), applied.texts.clone());
    let (then, now) = (applied.today, clock::now());
    let work = move || {
        let loaded = match texts {
            Some(texts) => definition::load_texts(&directory, texts, now)?,
            None => definition::load(&directory, now)?,
        };
        let comparison = definition::compare(&directory, (&old, then), (&loaded.texts, now))?;
        Ok(Read { loaded, comparison })
    };
    let read = spawn_blocking(work).await;
    read.map_err(|_broken_off| {
        let stream = Stream::Organization;
        ReloadError::Service(ServiceError::Died { stream })
    })?
}

fn in_flight(pipeline: &Pipeline) -> Vec<InFlight> {
    let attempts = pipeline.active();
    attempts
        .map(|attempt| InFlight {
            stage: attempt.stage.clone(),
            release: attempt.release,
        })
        .collect()
}

impl From<CommandError> for ReloadError {
    fn from(why: CommandError) -> Self {
        Self::Command(Box::new(why))
    }
}

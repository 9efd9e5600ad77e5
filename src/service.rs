//! The shell around the engine: receive, decide, append, apply, publish, run. Engine, journal,
//! executor and watch meet here only. One task owns each pipeline and one the organization, so
//! nothing is decided on a state that somebody else is changing. It knows no HTTP and no rules.
//!
//! ```text
//!   operator, steps, observers --> mailbox --> engine::decide --> journal --> apply
//!                                     ^                                         |
//!                                     +---- outcomes <---- steps <---- hub <----+
//! ```

mod access;
mod ending;
mod error;
mod heard;
mod housekeeping;
mod hub;
mod keyring;
mod ledger;
mod mailbox;
mod meters;
mod news;
mod notify;
mod observe;
mod organization;
mod pages;
mod pipeline;
mod pushed;
mod recover;
mod reload;
mod restore;
mod resume;
mod settings;
mod settle;
mod shared;
mod sights;
mod snapshot;
mod steps;
mod wall;

pub use crate::executor::Confinement;
pub use error::{CommandError, ReloadError, ServiceError, TokenError};
pub use meters::{APPEND_BOUNDS, Appends, Counted, DELIVERY_DAYS};
pub use news::News;
pub use restore::{RestoreError, Restored, restore};

use crate::{
    api::{self, Cursor, Settled},
    clock, definition, engine,
    executor::Executor,
    http,
    journal::{Conflict, Journal as _, Sqlite, Writer, WriterError},
    model::{
        AccessRule, Actor, Definition, EffectId, Forecast, Owed, Pipeline, PipelineName, Plan,
        Refusal, Request, RequestKey, RouteName, Stream, Time,
    },
    service::{
        hub::Hub, keyring::Keyring, ledger::Ledgers, mailbox::Mailbox, meters::Meters,
        notify::Desk, organization::Organization, pushed::Unreadable, reload::Applied,
        shared::Shared, snapshot::Snapshots, wall::Reading,
    },
    watch::Inboxes,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{Arc, Mutex as Lock, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Mutex, watch},
    task::JoinHandle,
};

/// How long a source of alarms may take to answer.
const ALARM_ANSWER: Duration = Duration::from_secs(5);

/// What a server serves, and where it keeps it.
#[derive(Debug, Clone)]
pub struct Setup {
    pub loaded: definition::Loaded,
    pub state: PathBuf,
    /// This program, which is started again as the keeper of every command.
    pub program: PathBuf,
    /// What those keep their commands to.
    pub confinement: Confinement,
}

/// A running engine. Clones are the same one; it stops with `stop`, or when the last is dropped.
#[derive(Debug, Clone)]
pub struct Service {
    running: Arc<Running>,
}

#[derive(Debug)]
struct Running {
    shared: Shared,
    organization: Mailbox,
    pipelines: Lock<BTreeMap<PipelineName, Mailbox>>,
    applied: Mutex<Applied>,
    unreadable: Unreadable,
    /// What those at the socket may do.
    access: Lock<Arc<[AccessRule]>>,
    keyring: Arc<Keyring>,
    stop: watch::Sender<bool>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Running {
    /// Never held while waiting for anything.
    fn mailboxes(&self) -> MutexGuard<'_, BTreeMap<PipelineName, Mailbox>> {
        self.pipelines
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Service {
    /// Opens the state directory, recovers by folding the journal, takes the definitions in and
    /// runs what is owed. Returns when every pipeline is up.
    pub async fn start(setup: Setup) -> Result<Service, ServiceError> {
        let journal = Sqlite::open(&setup.state)?.serving()?;
        let restores = journal.restores();
        let writer = Writer::start(Box::new(journal))?;
        let mut loaded = setup.loaded;
        let settings = organization::Settings::take(&mut loaded);
        let (last, _) = writer.last().await?;
        let desk = Desk::open(&setup.state, writer.epoch(), last, loaded.routes)?;
        let snapshots = Snapshots::of(&setup.state);
        let world = recover::recover(&writer, &snapshots, &desk).await?;
        let (last, mut resting) = (world.last, world.folded.pipelines);
        // Only now, holding the journal, is it certain that no other server's steps are ended.
        let executor = Executor::open(
            &setup.state,
            restores,
            (&setup.program, &setup.confinement),
            owed(&loaded.definitions, &resting),
        )?;
        let keyring = Arc::new(Keyring::open(&setup.state)?);
        let (stop, stopped) = watch::channel(false);
        let (organization, org) = watch::channel(Arc::new(world.folded.org));
        let shared = Shared {
            hub: Arc::new(Hub::new(&writer, last, desk)),
            ledgers: Arc::new(Ledgers::new(world.folded.ledgers)),
            writer,
            executor,
            http: http::outbound(ALARM_ANSWER).map_err(ServiceError::Http)?,
            inboxes: Inboxes::default(),
            meters: Meters::default(),
            org,
            stopped,
        };
        let mut tasks = shared.hub.desk().start(&shared.stopped);
        tasks.push(tokio::spawn(recover::keep(shared.clone(), snapshots)));
        let (organization, task) =
            Organization::start(&shared, organization, settings, &keyring).await?;
        tasks.push(task);
        let clocks = wall::noted::last(&setup.state).unwrap_or_else(Reading::now);
        let definitions = loaded.definitions;
        let started = pipeline::start_all(&shared, &mut resting, definitions, clocks).await?;
        // Not before: that the clock was set is in the journal now.
        let noting = wall::noted::keep(setup.state, shared.stopped.clone());
        tasks.push(tokio::spawn(noting));
        for name in resting.keys() {
            tracing::warn!(pipeline = %name, "is in the journal but not defined any more: it rests");
        }
        let mut pipelines = BTreeMap::new();
        for (name, mailbox, task) in started {
            pipelines.insert(name, mailbox);
            tasks.push(task);
        }
        let running = Running {
            shared,
            organization,
            pipelines: Lock::new(pipelines),
            applied: Mutex::new(Applied {
                directory: loaded.directory,
                texts: loaded.texts,
                today: loaded.today,
                resting,
            }),
            unreadable: Unreadable::default(),
            access: Lock::new(loaded.access.into()),
            keyring,
            stop,
            tasks: Mutex::new(tasks),
        };
        let running = Arc::new(running);
        let house = housekeeping::keep(Arc::downgrade(&running), running.shared.stopped.clone());
        running.tasks.lock().await.push(tokio::spawn(house));
        Ok(Service { running })
    }

    /// Everything a client starts from. Its stream continues after the cursor without a gap.
    pub fn fleet(&self, by: &Actor) -> api::Fleet {
        let shared = &self.running.shared;
        // The cursor first: what is read later can only be newer, and then comes once more.
        let (cursor, rows) = shared.hub.rows();
        api::Fleet {
            cursor,
            now: self.now(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            operator: by.clone(),
            access: None, // The door knows.
            heartbeat: api::HEARTBEAT,
            rows,
            org: shared.org.borrow().as_ref().clone(),
        }
    }

    /// One pipeline's whole state; none when there is no such pipeline, or the service stops.
    pub async fn pipeline(&self, name: &PipelineName) -> Option<api::Snapshot> {
        let mailbox = self.mailbox(Some(name)).ok()?;
        let cursor = self.running.shared.hub.cursor();
        let pipeline = mailbox.show().await.ok()?;
        Some(api::Snapshot {
            cursor,
            now: self.now(),
            pipeline,
        })
    }

    /// What is expected of a pipeline; none as for [`Service::pipeline`]. Worked out on a copy, so
    /// that no decision waits for it.
    pub async fn forecast(&self, name: &PipelineName) -> Option<Forecast> {
        let snapshot = self.pipeline(name).await?;
        let org = Arc::clone(&self.running.shared.org.borrow());
        let work = move || engine::forecast(&snapshot.pipeline, &org, snapshot.now);
        tokio::task::spawn_blocking(work).await.ok()
    }

    /// What its alarms say and what there is to see of them; none as for [`Service::pipeline`].
    pub async fn alarms(&self, name: &PipelineName) -> Option<api::Alarms> {
        self.mailbox(Some(name)).ok()?.alarms().await.ok()
    }

    /// When its stages let releases in between two moments; none as for [`Service::pipeline`].
    /// Worked out on a copy, so that no decision waits for it.
    pub async fn windows(&self, name: &PipelineName, bounds: (Time, Time)) -> Option<api::Windows> {
        let snapshot = self.pipeline(name).await?;
        let org = Arc::clone(&self.running.shared.org.borrow());
        let work = move || sights::windows(&snapshot.pipeline, &org, snapshot.now, bounds);
        tokio::task::spawn_blocking(work).await.ok()
    }

    /// Removes what nothing needs any more, as is done every hour.
    pub async fn tidy(&self) {
        housekeeping::tidy(&self.running).await;
    }

    /// How every route does on which people are told.
    pub fn notices(&self) -> Vec<api::RouteState> {
        self.running.shared.hub.desk().states(self.now())
    }

    /// Tries a route out; none when there is no such route.
    pub async fn test_route(&self, route: &RouteName, by: Actor) -> Option<api::TestAnswer> {
        self.running.shared.hub.desk().test(route, by).await
    }

    /// The dry run of a command.
    pub async fn plan(&self, by: Actor, request: api::PlanRequest) -> Result<Plan, CommandError> {
        let mailbox = self.mailbox(request.pipeline.as_ref())?;
        mailbox.plan(by, request.command).await
    }

    /// Carries a command out, or refuses it; either way it is in the audit once. The same request
    /// again gets the first answer.
    pub async fn commit(
        &self,
        by: Actor,
        request: api::CommitRequest,
    ) -> Result<Settled, CommandError> {
        let meters = &self.running.shared.meters;
        let refused = |why: &CommandError| meters.command(Err(why));
        let mailbox = self.mailbox(request.pipeline.as_ref());
        let mailbox = mailbox.inspect_err(refused)?;
        let stream = request
            .pipeline
            .map_or(Stream::Organization, Stream::Pipeline);
        let request = request.request;
        let first = self.first_answer(&stream, &by, &request).await;
        if let Some(first) = first.inspect_err(refused)? {
            return Ok(first);
        }
        match mailbox.commit(by.clone(), request.clone()).await {
            // The same request came twice at once; the other one was first.
            Err(CommandError::Journal(WriterError::Conflict(Conflict::KeyUsed { .. }))) => {
                let first = self.first_answer(&stream, &by, &request).await?;
                first.ok_or(CommandError::Refused(Refusal::KeyReused))
            }
            answer => {
                meters.command(answer.as_ref());
                answer
            }
        }
    }

    /// What became of a request; none when it never arrived.
    pub async fn settled(&self, key: &RequestKey) -> Result<Option<Settled>, ServiceError> {
        let entry = self.running.shared.writer.request(key.clone()).await?;
        Ok(entry.as_ref().and_then(settle::settled))
    }

    /// Whether a step's process is there now: its log may still grow.
    pub fn is_running(&self, id: &EffectId) -> bool {
        self.running.shared.executor.is_running(id)
    }

    pub fn log_path(&self, id: &EffectId) -> PathBuf {
        self.running.shared.executor.log_path(id)
    }

    /// Rows of all pipelines, and the entries of the organization and of the pipelines asked for:
    /// everything after the cursor, or from now on. It ends on stop and after a `Reset`.
    pub fn subscribe(
        &self,
        after: Option<Cursor>,
        pipelines: BTreeSet<PipelineName>,
    ) -> impl futures_util::Stream<Item = Arc<News>> + Send + 'static + use<> {
        resume::subscribe(&self.running.shared, after, pipelines)
    }

    /// Why the server itself has stopped the line; nothing when it has not.
    pub fn stops(&self) -> Vec<String> {
        let org = self.running.shared.org.borrow();
        let own = org.holds.values().filter(|hold| hold.cause.is_own());
        own.map(|hold| hold.reason.clone()).collect()
    }

    /// Engine time: the clock, but never before anything that is known.
    pub fn now(&self) -> Time {
        clock::now().max(self.running.shared.hub.at())
    }

    fn mailbox(&self, pipeline: Option<&PipelineName>) -> Result<Mailbox, CommandError> {
        let Some(name) = pipeline else {
            return Ok(self.running.organization.clone());
        };
        let mailboxes = self.running.mailboxes();
        let mailbox = mailboxes.get(name).cloned();
        mailbox.ok_or_else(|| CommandError::UnknownPipeline {
            name: name.clone(),
            known: mailboxes.keys().cloned().collect(),
        })
    }

    async fn first_answer(
        &self,
        stream: &Stream,
        by: &Actor,
        request: &Request,
    ) -> Result<Option<Settled>, CommandError> {
        let entry = self.running.shared.writer.request(request.key.clone());
        let Some(entry) = entry.await? else {
            return Ok(None);
        };
        if entry.stream == *stream && settle::is_same(&entry.fact, by, &request.command) {
            Ok(settle::settled(&entry))
        } else {
            Err(CommandError::Refused(Refusal::KeyReused))
        }
    }
}

/// What defined pipelines owe. The steps of those at rest have nobody who would wait for them.
fn owed<'a>(
    definitions: &'a [Definition],
    pipelines: &'a BTreeMap<PipelineName, Pipeline>,
) -> impl Iterator<Item = &'a Owed> {
    let defined = definitions.iter().map(|each| &each.name);
    let defined = defined.filter_map(|name| pipelines.get(name));
    defined.flat_map(|pipeline| pipeline.steps.values().map(Arc::as_ref))
}

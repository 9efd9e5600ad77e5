//! The task that owns the organization: who is in which group, the stops that reach more than one
//! pipeline, and the tokens. Every pipeline hears of each change.

mod tokens;

use crate::{
    api::Settled,
    definition::Loaded,
    engine,
    journal::{Commit, Space, WriterError},
    model::{
        Actor, Entry, Fact, GroupName, Org, Request, RequestKey, Rota, Span, Stream, TeamName, Time,
    },
    service::{
        CommandError, ServiceError,
        keyring::Keyring,
        mailbox::{Letter, Mailbox, Reloaded, answer},
        settle,
        shared::{LOOK_AGAIN, Shared, in_time, stopping},
    },
};
use std::{collections::BTreeMap, mem, sync::Arc, time::Duration};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time::{MissedTickBehavior, interval, sleep},
};

/// How often the disk is looked at. A full one is noticed by a commit, too.
const DISK: Duration = Duration::from_secs(2);

/// Why everything stops then.
const FULL: &str = "the disk of the state directory is full: make room there; what was reserved is \
                    for what runs and for rollbacks";

/// What `organization.toml` says of those things that the journal keeps.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) groups: BTreeMap<GroupName, Vec<Actor>>,
    pub(super) drain: Span,
    pub(super) rotas: BTreeMap<TeamName, Rota>,
}

impl Settings {
    /// Of what was loaded, which has them no longer.
    pub(super) fn take(loaded: &mut Loaded) -> Self {
        Self {
            groups: mem::take(&mut loaded.groups),
            drain: loaded.drain,
            rotas: mem::take(&mut loaded.rotas),
        }
    }
}

pub(super) struct Organization {
    shared: Shared,
    org: watch::Sender<Arc<Org>>,
    letters: mpsc::Receiver<Letter>,
    keyring: Arc<Keyring>,
}

impl Organization {
    /// Records the settings that changed, and what became of the tokens, then serves.
    pub(super) async fn start(
        shared: &Shared,
        org: watch::Sender<Arc<Org>>,
        settings: Settings,
        keyring: &Arc<Keyring>,
    ) -> Result<(Mailbox, JoinHandle<()>), ServiceError> {
        let (mailbox, letters) = Mailbox::new();
        let mut organization = Self {
            shared: shared.clone(),
            org,
            letters,
            keyring: Arc::clone(keyring),
        };
        let (known, now) = organization.now();
        let facts = changed(&known, settings);
        organization.record(&known, now, facts, None).await?;
        organization.tell_tokens().await?;
        // Before any pipeline starts something.
        organization.look_at_disk().await?;
        Ok((mailbox, tokio::spawn(organization.serve())))
    }

    async fn serve(mut self) {
        let mut stopped = self.shared.stopped.clone();
        let mut disk = interval(DISK);
        disk.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // It was looked at when this began.
        disk.reset();
        loop {
            let next_look = self.next_look();
            let letter = tokio::select! {
                biased;
                () = stopping(&mut stopped) => return,
                letter = self.letters.recv() => letter,
                () = in_time(next_look) => {
                    self.tick().await;
                    continue;
                }
                _ = disk.tick() => {
                    if let Err(why) = self.look_at_disk().await {
                        tracing::error!(%why, "how full the disk is cannot be recorded");
                    }
                    continue;
                }
            };
            match letter {
                Some(Letter::Commit(by, request, to)) => {
                    answer(to, self.command(by, request).await);
                }
                Some(Letter::Plan(by, command, to)) => {
                    let (org, _) = self.now();
                    let plan = engine::plan_org(&org, &by, &command);
                    answer(to, plan.map_err(CommandError::from));
                }
                // Steps, observers and snapshots belong to pipelines.
                Some(
                    Letter::Outcome(_)
                    | Letter::Seen(..)
                    | Letter::Show(_)
                    | Letter::Alarms(_)
                    | Letter::Define(..),
                ) => {}
                Some(Letter::Reloaded(reloaded, to)) => {
                    answer(to, self.reloaded(*reloaded).await);
                }
                Some(Letter::MakeToken(asked, by, to)) => {
                    answer(to, self.make_token(asked, by).await);
                }
                Some(Letter::RevokeToken(name, by, to)) => {
                    answer(to, self.revoke_token(&name, by).await);
                }
                None => return,
            }
        }
    }

    /// How long to sleep until a hold may have run out; none when none will.
    fn next_look(&self) -> Option<Span> {
        let (org, now) = self.now();
        engine::next_org_wake(&org, now).map(|due| due.since(now).min(LOOK_AGAIN))
    }

    async fn tick(&mut self) {
        let (org, now) = self.now();
        let facts = engine::tick_org(&org, now);
        if let Err(why) = self.record(&org, now, facts, None).await {
            tracing::error!(%why, "that a hold has run out cannot be recorded");
            // What cannot be written now cannot be written at once either.
            sleep(LOOK_AGAIN.std()).await;
        }
    }

    /// Stops the line while the journal's disk is full, and lets it go on by itself.
    async fn look_at_disk(&mut self) -> Result<(), WriterError> {
        let low = match self.shared.writer.look().await? {
            Space::Enough => None,
            Space::Low => Some(FULL.to_owned()),
        };
        let (org, now) = self.now();
        let facts = engine::space_org(&org, low);
        self.record(&org, now, facts, None).await?;
        Ok(())
    }

    async fn reloaded(&mut self, reloaded: Reloaded) -> Result<(), CommandError> {
        let (known, now) = self.now();
        let Reloaded {
            by,
            settings,
            pipelines,
            gone,
        } = reloaded;
        let mut facts = changed(&known, settings);
        facts.push(Fact::Reloaded {
            by,
            pipelines,
            gone,
        });
        self.record(&known, now, facts, None).await?;
        Ok(())
    }

    async fn command(&mut self, by: Actor, request: Request) -> Result<Settled, CommandError> {
        let (org, now) = self.now();
        let key = request.key.clone();
        let facts = match engine::decide_org(&org, &by, request.clone()) {
            Ok(facts) => facts,
            Err(refusal) => vec![engine::refused(by, request, refusal)],
        };
        let entries = self.record(&org, now, facts, Some(key)).await?;
        let settled = entries.iter().find_map(settle::settled);
        settled.ok_or(CommandError::Stopping)
    }

    async fn record(
        &mut self,
        org: &Org,
        at: Time,
        facts: Vec<Fact>,
        request: Option<RequestKey>,
    ) -> Result<Vec<Entry>, WriterError> {
        let commit = Commit {
            stream: Stream::Organization,
            expect: org.revision,
            at,
            facts,
            request,
        };
        let entries = self.shared.append(commit).await?;
        if entries.is_empty() {
            return Ok(entries);
        }
        let mut next = org.clone();
        let applied = entries.iter().try_for_each(|entry| next.apply(entry));
        if let Err(why) = applied {
            tracing::error!(%why, "the organization took a step that it cannot follow");
            let why = why.to_string();
            return Err(WriterError::Broken { why });
        }
        self.org.send_replace(Arc::new(next));
        self.shared.hub.publish(&entries, BTreeMap::new());
        Ok(entries)
    }

    fn now(&self) -> (Arc<Org>, Time) {
        let org = Arc::clone(&self.org.borrow());
        let now = self.shared.now(org.at);
        (org, now)
    }
}

/// What is new in the settings.
fn changed(known: &Org, settings: Settings) -> Vec<Fact> {
    let Settings {
        groups,
        drain,
        rotas,
    } = settings;
    let groups = (known.groups != groups).then_some(Fact::GroupsDefined { groups });
    let drain = (known.drain != drain).then_some(Fact::DrainDefined { drain });
    let rotas = (known.rotas != rotas).then_some(Fact::RotasDefined { rotas });
    groups.into_iter().chain(drain).chain(rotas).collect()
}

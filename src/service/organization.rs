//! The task that owns the organization: who is in which group, and the stops that reach more than
//! one pipeline. Every pipeline hears of each change.

use crate::{
    api::Settled,
    engine,
    journal::{Commit, WriterError},
    model::{Actor, Entry, Fact, GroupName, Org, Request, RequestKey, Stream, Time},
    service::{
        CommandError, ServiceError,
        mailbox::{Letter, Mailbox, answer},
        settle,
        shared::{Shared, stopping},
    },
};
use std::{collections::BTreeMap, sync::Arc};
use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
};

pub(super) struct Organization {
    shared: Shared,
    org: watch::Sender<Arc<Org>>,
    letters: mpsc::Receiver<Letter>,
}

impl Organization {
    /// Records the groups if they changed, then serves.
    pub(super) async fn start(
        shared: &Shared,
        org: watch::Sender<Arc<Org>>,
        groups: BTreeMap<GroupName, Vec<Actor>>,
    ) -> Result<(Mailbox, JoinHandle<()>), ServiceError> {
        let (mailbox, letters) = Mailbox::new();
        let mut organization = Self {
            shared: shared.clone(),
            org,
            letters,
        };
        let (known, now) = organization.now();
        if known.groups != groups {
            let facts = vec![Fact::GroupsDefined { groups }];
            organization.record(&known, now, facts, None).await?;
        }
        Ok((mailbox, tokio::spawn(organization.serve())))
    }

    async fn serve(mut self) {
        let mut stopped = self.shared.stopped.clone();
        loop {
            let letter = tokio::select! {
                biased;
                () = stopping(&mut stopped) => return,
                letter = self.letters.recv() => letter,
            };
            match letter {
                Some(Letter::Commit(by, request, to)) => {
                    answer(to, self.command(by, request).await);
                }
                Some(Letter::Plan(by, command, to)) => {
                    let (org, now) = self.now();
                    let plan = engine::plan_org(&org, now, &by, &command);
                    answer(to, plan.map_err(CommandError::from));
                }
                // Steps, observers and snapshots belong to pipelines.
                Some(Letter::Outcome(_) | Letter::Seen(..) | Letter::Show(_)) => {}
                None => return,
            }
        }
    }

    async fn command(&mut self, by: Actor, request: Request) -> Result<Settled, CommandError> {
        let (org, now) = self.now();
        let key = request.key.clone();
        let facts = match engine::decide_org(&org, now, &by, request.clone()) {
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
        let mut next = org.clone();
        let applied = entries.iter().try_for_each(|entry| next.apply(entry));
        if let Err(why) = applied {
            tracing::error!(%why, "the organization took a step that it cannot follow");
            let why = why.to_string();
            return Err(WriterError::Broken { why });
        }
        self.org.send_replace(Arc::new(next));
        self.shared.hub.publish(&entries);
        Ok(entries)
    }

    fn now(&self) -> (Arc<Org>, Time) {
        let org = Arc::clone(&self.org.borrow());
        let now = self.shared.now(org.at);
        (org, now)
    }
}

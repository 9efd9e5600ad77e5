//! What can be sent to a task that owns a pipeline or the organization, and how to send it.

use crate::{
    api::{Alarms, Settled, Token, TokenMade, TokenRequest},
    model::{
        Actor, Command, Definition, Outcome, Pipeline, PipelineName, Plan, Request, TokenName,
    },
    service::{CommandError, TokenError, organization::Settings},
};
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot, watch};

/// Letters that may wait. Steps of one pipeline run by the dozen and observers wait for each
/// answer, so this is for a burst of operators; who finds it full waits.
const WAITING: usize = 256;

#[derive(Debug)]
pub(super) enum Letter {
    /// A step ended.
    Outcome(Outcome),
    /// An observer saw something, and waits until it is taken in before it looks again.
    Seen(Outcome, oneshot::Sender<()>),
    Commit(Actor, Request, Answer<Settled>),
    Plan(Actor, Command, Answer<Plan>),
    Show(oneshot::Sender<Pipeline>),
    Alarms(oneshot::Sender<Alarms>),
    /// The pipeline's definition changed.
    Define(Box<Definition>, Answer<()>),
    /// Definitions changed; the groups with them.
    Reloaded(Box<Reloaded>, Answer<()>),
    MakeToken(TokenRequest, Actor, Kept<TokenMade>),
    RevokeToken(TokenName, Actor, Kept<Token>),
}

/// What taking definitions in again changes for the organization.
#[derive(Debug)]
pub(super) struct Reloaded {
    /// None for a signal.
    pub(super) by: Option<Actor>,
    pub(super) settings: Settings,
    pub(super) pipelines: Vec<PipelineName>,
    pub(super) gone: Vec<PipelineName>,
}

pub(super) type Answer<T> = oneshot::Sender<Result<T, CommandError>>;
pub(super) type Kept<T> = oneshot::Sender<Result<T, TokenError>>;

#[derive(Debug, Clone)]
pub(super) struct Mailbox {
    letters: mpsc::Sender<Letter>,
    /// Any number of wakes before an observer looks are one.
    looks: watch::Sender<()>,
    /// What the task follows, for who may not cost it anything; none at first.
    following: watch::Sender<Option<Arc<Definition>>>,
}

impl Mailbox {
    pub(super) fn new() -> (Self, mpsc::Receiver<Letter>) {
        let (sender, receiver) = mpsc::channel(WAITING);
        let looks = watch::Sender::new(());
        let mailbox = Self {
            letters: sender,
            looks,
            following: watch::Sender::new(None),
        };
        (mailbox, receiver)
    }

    pub(super) async fn commit(
        &self,
        by: Actor,
        request: Request,
    ) -> Result<Settled, CommandError> {
        self.ask(|answer| Letter::Commit(by, request, answer))
            .await?
    }

    pub(super) async fn plan(&self, by: Actor, command: Command) -> Result<Plan, CommandError> {
        self.ask(|answer| Letter::Plan(by, command, answer)).await?
    }

    pub(super) async fn show(&self) -> Result<Pipeline, CommandError> {
        self.ask(Letter::Show).await
    }

    pub(super) async fn alarms(&self) -> Result<Alarms, CommandError> {
        self.ask(Letter::Alarms).await
    }

    pub(super) async fn define(&self, definition: Definition) -> Result<(), CommandError> {
        self.ask(|answer| Letter::Define(Box::new(definition), answer))
            .await?
    }

    pub(super) async fn reloaded(&self, reloaded: Reloaded) -> Result<(), CommandError> {
        self.ask(|answer| Letter::Reloaded(Box::new(reloaded), answer))
            .await?
    }

    pub(super) async fn make_token(
        &self,
        asked: TokenRequest,
        by: Actor,
    ) -> Result<TokenMade, TokenError> {
        self.ask(|answer| Letter::MakeToken(asked, by, answer))
            .await?
    }

    pub(super) async fn revoke_token(
        &self,
        name: TokenName,
        by: Actor,
    ) -> Result<Token, TokenError> {
        self.ask(|answer| Letter::RevokeToken(name, by, answer))
            .await?
    }

    /// Sends the end of a step. That nobody is there any more is fine: the step stays owed.
    pub(super) async fn ended(&self, outcome: Outcome) {
        self.letters
            .send(Letter::Outcome(outcome))
            .await
            .unwrap_or_else(drop);
    }

    /// Sends what an observer saw, and returns when it was taken in, or nobody is there any more.
    pub(super) async fn seen(&self, outcome: Outcome) -> Result<(), CommandError> {
        self.ask(|taken| Letter::Seen(outcome, taken)).await
    }

    /// Wakes the observers of branches, which then look before their time.
    pub(super) fn look(&self) {
        self.looks.send_replace(());
    }

    /// Where an observer learns that it is to look.
    pub(super) fn looks(&self) -> watch::Receiver<()> {
        self.looks.subscribe()
    }

    /// Says what the task follows from now on.
    pub(super) fn follows(&self, definition: &Arc<Definition>) {
        self.following.send_replace(Some(Arc::clone(definition)));
    }

    /// What the task follows. It is not asked.
    pub(super) fn following(&self) -> Option<Arc<Definition>> {
        self.following.borrow().clone()
    }

    async fn ask<T>(
        &self,
        letter: impl FnOnce(oneshot::Sender<T>) -> Letter,
    ) -> Result<T, CommandError> {
        let (answer, answered) = oneshot::channel();
        let sent = self.letters.send(letter(answer)).await;
        sent.map_err(|_unsent| CommandError::Stopping)?;
        answered.await.map_err(|_unanswered| CommandError::Stopping)
    }
}

/// Answers somebody who may have gone away meanwhile.
pub(super) fn answer<T>(to: oneshot::Sender<T>, with: T) {
    drop(to.send(with));
}

//! Carries requests out, each in a task of its own, and collects the answers. It never does anything
//! twice: a commit that got no answer is answered with just that.

use crate::{
    api::PlanRequest,
    client::{Client, ClientError, FeedCommand},
    entropy,
    model::{PipelineName, RequestKey, Revision},
    tui::{
        app::ENTRIES_PAGE,
        driver::{
            clipboard::{self, Clipboard},
            save,
        },
        event::{Answered, Event, PlanAnswer, SettledAnswer},
        request::{Question, Request},
    },
};
use std::{collections::BTreeSet, future::Future, path::PathBuf, sync::Arc};
use tokio::sync::mpsc;

/// Answers come one for each request, and requests come from keys: never many at a time.
const ANSWERS: usize = 64;

pub(super) struct Performer {
    client: Client,
    feed: mpsc::Sender<FeedCommand>,
    watched: BTreeSet<PipelineName>,
    /// Where exported lists are written.
    exports: Option<PathBuf>,
    /// Where copied text goes that the terminal does not get.
    pub(super) clipboard: Clipboard,
    into: mpsc::Sender<Event>,
    answers: mpsc::Receiver<Event>,
}

impl Performer {
    pub(super) fn new(
        client: Client,
        feed: mpsc::Sender<FeedCommand>,
        exports: Option<PathBuf>,
    ) -> Self {
        let (into, answers) = mpsc::channel(ANSWERS);
        Self {
            client,
            feed,
            watched: BTreeSet::new(),
            exports,
            clipboard: Clipboard::Off,
            into,
            answers,
        }
    }

    /// The next answer. Nothing is lost when the future is dropped.
    pub(super) async fn answer(&mut self) -> Event {
        match self.answers.recv().await {
            Some(answer) => answer,
            // Not while `into` lives, which is as long as this does.
            None => std::future::pending().await,
        }
    }

    pub(super) fn perform(&mut self, request: Request) {
        let client = self.client.clone();
        match request {
            Request::LoadPlan {
                asked,
                pipeline,
                command,
            } => self.answer_with(async move {
                let request = PlanRequest { pipeline, command };
                let answer = plan_answer(client.plan(&request).await);
                Event::Planned { asked, answer }
            }),
            Request::Commit(request) => self.answer_with(async move {
                let key = request.request.key.clone();
                let answer = client.commit(&request).await.into();
                Event::Committed { key, answer }
            }),
            Request::AskSettled(key) => self.answer_with(ask_settled(client, key)),
            Request::LoadEarlier { pipeline, until } => {
                self.answer_with(load_earlier(client, pipeline, until));
            }
            Request::AskAccess => self.answer_with(async move {
                match client.fleet().await {
                    Ok(fleet) => Event::Granted(fleet.access.unwrap_or_default()),
                    // The feed says so, too, and asks again.
                    Err(why) => Event::Trouble(format!("what you may do is not known: {why}")),
                }
            }),
            Request::LoadDelivery { days, owner } => self.answer_with(async move {
                let report = client.delivery(days, owner.as_ref()).await;
                Event::Delivery(report.map(Box::new).map_err(|why| why.to_string()))
            }),
            Request::Save { file, text } => {
                let directory = self.exports.clone();
                self.answer_with(save::save(directory, file, text));
            }
            Request::NewKey => self.answer_with(async {
                entropy::request_key().map_or_else(
                    |why| Event::Trouble(format!("no request key can be made: {why}")),
                    Event::NewKey,
                )
            }),
            Request::Watch(watched) => {
                self.watched.clone_from(&watched);
                self.tell_feed([FeedCommand::Watch(watched)]);
            }
            Request::Reload(lost) => {
                // The feed loads what it was not watching.
                let others = self.watched.difference(&lost).cloned().collect();
                let all = self.watched.clone();
                self.tell_feed([FeedCommand::Watch(others), FeedCommand::Watch(all)]);
            }
            Request::Ask { pipeline, question } => {
                self.answer_with(ask(client, pipeline, question));
            }
            Request::RetryLink => self.tell_feed([FeedCommand::RetryNow]),
            Request::Copy(text) => self.copy(text),
            // The driver does these itself, on the terminal that it owns.
            Request::Record
            | Request::Snap
            | Request::Theme(_)
            | Request::Slow(_)
            | Request::Mouse(_)
            | Request::Time
            | Request::Locate { .. }
            | Request::Suspend
            | Request::Retake
            | Request::Redraw
            | Request::Quit(_) => {}
        }
    }

    /// Text that the terminal does not get.
    fn copy(&self, text: String) {
        if let Clipboard::Native(programs) = self.clipboard.clone() {
            self.answer_with(clipboard::give(programs, text));
            return;
        }
        self.answer_with(async {
            let why = "nothing was copied: clipboard = \"off\" in config.toml";
            Event::Trouble(why.to_owned())
        });
    }

    fn answer_with(&self, answer: impl Future<Output = Event> + Send + 'static) {
        let into = self.into.clone();
        tokio::spawn(async move {
            // When nobody listens any more the program is leaving.
            let _leaving = into.send(answer.await).await;
        });
    }

    /// Tells the feed in order, without waiting for it: it may itself be waiting for us.
    fn tell_feed<const N: usize>(&self, commands: [FeedCommand; N]) {
        let feed = self.feed.clone();
        let mut rest = commands.into_iter();
        for command in rest.by_ref() {
            if let Err(mpsc::error::TrySendError::Full(command)) = feed.try_send(command) {
                let late: Vec<FeedCommand> = [command].into_iter().chain(rest).collect();
                tokio::spawn(async move {
                    for command in late {
                        let _leaving = feed.send(command).await;
                    }
                });
                return;
            }
        }
    }
}

fn plan_answer(answer: Result<crate::model::Plan, ClientError>) -> PlanAnswer {
    match answer {
        Ok(plan) => PlanAnswer::Ready(Box::new(plan)),
        Err(ClientError::Refused { refusal }) => PlanAnswer::Refused(refusal),
        Err(why) => PlanAnswer::Failed(why.to_string()),
    }
}

async fn ask(client: Client, pipeline: PipelineName, question: Question) -> Event {
    let answer = match question {
        Question::Forecast => {
            let forecast = client.forecast(&pipeline).await.map(Box::new);
            Answered::Forecast(forecast.map_err(|why| why.to_string()))
        }
        Question::Settings => {
            let settings = client.settings(&pipeline).await;
            Answered::Settings(settings.map_err(|why| why.to_string()))
        }
        Question::Log { step, from, wait } => {
            let piece = client.log(&pipeline, &step, (from, wait)).await;
            let answer = piece.map_err(|why| why.to_string());
            Answered::Log { step, answer }
        }
        Question::Alarms => {
            let alarms = client.alarms(&pipeline).await.map(Arc::new);
            Answered::Alarms(alarms.map_err(|why| why.to_string()))
        }
        Question::Windows { bounds } => {
            let windows = client.windows(&pipeline, bounds).await.map(Arc::new);
            let answer = windows.map_err(|why| why.to_string());
            let from = bounds.0;
            Answered::Windows { from, answer }
        }
    };
    Event::Answered { pipeline, answer }
}

async fn load_earlier(client: Client, pipeline: PipelineName, until: Revision) -> Event {
    let kept = u64::try_from(ENTRIES_PAGE).unwrap_or(u64::MAX);
    let after = Revision(until.0.saturating_sub(kept));
    match client.events(&pipeline, after, ENTRIES_PAGE).await {
        Ok(events) => Event::Earlier {
            pipeline,
            entries: events.entries,
        },
        Err(why) => Event::Trouble(why.to_string()),
    }
}

async fn ask_settled(client: Client, key: RequestKey) -> Event {
    let answer = match client.settled(&key).await {
        Ok(Some(settled)) => SettledAnswer::Settled(settled),
        Ok(None) => SettledAnswer::NeverArrived,
        Err(why) => SettledAnswer::Unreachable(why.to_string()),
    };
    Event::SettledAnswer { key, answer }
}

//! The terminal as lines, for screen readers and braille displays (`--linear` or `ACCESSIBLE=1`): no
//! screen is drawn, nothing already said changes, the message stands before its moment, and choices
//! are numbers. The state, what may be done and what must be filled in are those of the screens; what
//! is decided goes the way of every verb: planned, shown, confirmed by hand, sent once.

mod ask;
mod input;
mod say;

use crate::{
    cli::{commit, failure::Failure, open, output, session::Session},
    client::{Feed, FeedCommand, FeedEvent},
    clock,
    model::{PipelineName, StageName, Status},
    tui::{
        action::Action,
        app::{App, Size},
        event::Event,
        gate,
        keymap::Keymap,
        request::Request,
        update::{Place, Start, start, update},
    },
};
use input::Input;
use std::collections::{BTreeMap, BTreeSet};

/// Pages of the screens are counted by this; lines have none.
const SIZE: Size = Size {
    width: 200,
    height: 60,
};

/// Talks until the operator leaves or the input ends.
pub(crate) async fn run(
    session: &Session,
    terminal: &open::Arguments,
    from: &Start,
) -> Result<(), Failure> {
    let client = session.client()?;
    let options = session.terminal(client.address().clone(), "PILOTHOUSE");
    let keymap = Keymap::built_in().map_err(Failure::of)?;
    let mut app = App::new(options.title, keymap, SIZE, clock::now());
    app.ui.access = terminal.access(session);
    let mut talk = Talk {
        session,
        app,
        feed: Feed::start(client, BTreeSet::new()),
        told: BTreeMap::new(),
        greeted: false,
    };
    let requests = start(&mut talk.app, from);
    talk.perform(requests).await;
    talk.go_on().await
}

/// What is known, and what was said of it.
struct Talk<'a> {
    session: &'a Session,
    app: App,
    feed: Feed,
    /// The status and the reason of each pipeline, as they were said last.
    told: BTreeMap<PipelineName, (Status, String)>,
    /// Whether the first list was said.
    greeted: bool,
}

impl Talk<'_> {
    async fn go_on(&mut self) -> Result<(), Failure> {
        let mut input = Input::open()?;
        loop {
            tokio::select! {
                event = self.feed.next() => {
                    let Some(event) = event else {
                        return output::line("The connection is gone for good.");
                    };
                    self.hear(event).await?;
                }
                line = input.line(), if self.greeted => {
                    let Some(line) = line else {
                        return Ok(());
                    };
                    if !self.answer(line.trim(), &mut input).await? {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Takes in what the server told, and says what is new in it.
    async fn hear(&mut self, event: FeedEvent) -> Result<(), Failure> {
        let news = say::news(&self.app, &event);
        let fleet = matches!(event, FeedEvent::Fleet(_));
        let snapshot = matches!(event, FeedEvent::Snapshot(_));
        let requests = update(&mut self.app, clock::now(), Event::Feed(event));
        self.perform(requests).await;
        for line in news {
            output::line(&line)?;
        }
        let before = std::mem::replace(&mut self.told, say::fleet_state(&self.app));
        if self.greeted {
            for line in say::changes(&self.app, &before) {
                output::line(&line)?;
            }
        }
        let at_pipeline = self.app.screen().pipeline().is_some();
        if (fleet && !self.greeted && !at_pipeline) || snapshot {
            self.greeted = true;
            self.here()?;
        }
        Ok(())
    }

    /// Only the feed is told anything; everything else is for screens.
    async fn perform(&self, requests: Vec<Request>) {
        for request in requests {
            if let Request::Watch(pipelines) = request {
                self.feed.command(FeedCommand::Watch(pipelines)).await;
            }
        }
    }

    /// Says where one is and what can be chosen.
    fn here(&self) -> Result<(), Failure> {
        let lines = say::here(&self.app);
        lines.iter().try_for_each(|line| output::line(line))
    }

    /// Does what was typed. Whether it goes on.
    async fn answer(&mut self, typed: &str, input: &mut Input) -> Result<bool, Failure> {
        match typed {
            "" | "l" => self.here()?,
            "q" => return Ok(false),
            "b" => self.back().await?,
            "e" => {
                for line in say::events(&self.app) {
                    output::line(&line)?;
                }
            }
            "a" => self.act(input).await?,
            number => match say::chosen(&self.app, number) {
                Some((pipeline, stage)) => self.go(pipeline, stage).await?,
                None => output::line(&format!("{number:?} is none of the choices."))?,
            },
        }
        Ok(true)
    }

    async fn back(&mut self) -> Result<(), Failure> {
        let screen = self.app.screen();
        match (screen.pipeline().cloned(), say::stage(&self.app)) {
            (Some(pipeline), Some(_stage)) => self.go(pipeline, None).await,
            (Some(_pipeline), None) => {
                self.app.ui.screens.truncate(1);
                self.here()
            }
            (None, _) => output::line("This is the first list; q leaves."),
        }
    }

    /// To a pipeline or a stage of it. A pipeline that is new here is told of when it has come.
    async fn go(
        &mut self,
        pipeline: PipelineName,
        stage: Option<StageName>,
    ) -> Result<(), Failure> {
        let known = self.app.pipeline(&pipeline).is_some();
        self.app.ui.screens.truncate(1);
        let release = None;
        let place = Place {
            pipeline,
            stage,
            release,
        };
        let requests = start(&mut self.app, &Start::At(place));
        self.perform(requests).await;
        if known { self.here() } else { Ok(()) }
    }

    /// Lets one of the verbs be chosen that are possible here, and does it.
    async fn act(&mut self, input: &mut Input) -> Result<(), Failure> {
        let verbs: Vec<Action> = Action::all()
            .filter(|action| matches!(action, Action::Ask(_)))
            .collect();
        let disabled: Vec<Option<String>> = verbs
            .iter()
            .map(|action| gate::disabled(&self.app, *action))
            .collect();
        for (at, (action, why)) in verbs.iter().zip(&disabled).enumerate() {
            let name = say::verb(*action);
            let why = why.as_ref().map(|why| format!(", not possible: {why}"));
            output::line(&format!("{}. {name}{}", at + 1, why.unwrap_or_default()))?;
        }
        output::line("Type the number of what to do, or nothing.")?;
        let chosen = ask::number(input, verbs.len()).await;
        let Some(Action::Ask(verb)) = chosen.and_then(|at| verbs.get(at)) else {
            return output::line("Nothing was done.");
        };
        let opening = match gate::opening(&self.app, *verb) {
            Ok(opening) if gate::disabled(&self.app, Action::Ask(*verb)).is_none() => opening,
            Ok(_) => return output::line("Not possible: this terminal is read-only."),
            Err(why) => return output::line(&format!("Not possible: {why}.")),
        };
        let Some((pipeline, command)) = ask::command(input, opening, clock::now()).await? else {
            return output::line("Nothing was done.");
        };
        // What went wrong is said, and the talk goes on.
        let flags = commit::Flags::default();
        if let Err(failure) = commit::carry_out(self.session, pipeline, command, &flags).await {
            let _status = failure.tell();
        }
        Ok(())
    }
}

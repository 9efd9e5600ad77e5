//! Somebody at a terminal, for the tests of keys: an app, the real engine behind it, and every
//! request that was made.

use crate::{
    fixture::{self, board_of, name},
    world::{World, definition, success},
};
use pilothouse::{
    api::{CommitRequest, Settled, StreamEvent},
    client::{FeedEvent, Link},
    engine::{self, Input},
    model::*,
    tui::{
        app::{App, Opened},
        dialog::{Dialog, Focus, Value},
        event::{CommitAnswer, Event, PlanAnswer},
        gate,
        request::Request,
        screen::Screen,
        update::{deadline, update},
    },
};
use std::collections::VecDeque;

/// A release that has gone through beta and asks for approval in gamma; an approval can be taken
/// back for ten seconds.
pub(crate) fn asking() -> World {
    let mut world = World::bare();
    let mut definition = definition();
    for gate in definition.stages.iter_mut().flat_map(|s| &mut s.approval) {
        if let Gate::Manual(manual) = gate {
            manual.undo = Span::seconds(10);
        }
    }
    world.input(Input::Define(Box::new(definition))).unwrap();
    world.push("chen", &["ana"], "Raise the pool from 40 to 64", &[]);
    while let Some(owed) = world.pipeline.steps.values().next().cloned() {
        world.finish(&owed.id, success(&owed.effect));
    }
    world
}

/// Somebody at a terminal with a server that plans but never settles by itself.
pub(crate) struct Seat {
    pub(crate) app: App,
    pub(crate) world: World,
    pub(crate) now: Time,
    pub(crate) n_keys: u32,
    /// Every request so far, in order.
    pub(crate) asked: Vec<Request>,
}

impl Seat {
    pub(crate) fn on(screen: Option<Screen>) -> Self {
        Self::over(asking(), screen)
    }

    pub(crate) fn over(world: World, screen: Option<Screen>) -> Self {
        let now = world.now;
        let mut app = fixture::app(80, 24);
        app.ui.now = now;
        app.link = Link::Live {
            since: now,
            last: now,
        };
        app.ui.screens.extend(screen);
        let opened = Opened {
            pipeline: world.pipeline.clone(),
            entries: VecDeque::new(),
        };
        app.replica.opened.insert(name("checkout"), opened);
        app.replica.org = world.org.clone();
        Seat {
            app,
            world,
            now,
            n_keys: 0,
            asked: Vec::new(),
        }
    }

    pub(crate) fn event(&mut self, event: Event) -> Vec<Request> {
        let requests = update(&mut self.app, self.now, event);
        self.asked.extend(requests.clone());
        for request in &requests {
            self.answer(request);
        }
        requests
    }

    /// What a server would answer at once.
    pub(crate) fn answer(&mut self, request: &Request) {
        match request {
            Request::NewKey => {
                self.n_keys += 1;
                self.event(Event::NewKey(name(&format!("key-{}", self.n_keys))));
            }
            Request::LoadPlan {
                asked,
                pipeline,
                command,
            } => {
                let World {
                    pipeline: state,
                    org,
                    ..
                } = &self.world;
                let plan = match pipeline {
                    Some(_) => engine::plan(state, org, self.now, &name("ana"), command),
                    None => engine::plan_org(org, &name("ana"), command),
                };
                let answer = match plan {
                    Ok(plan) => PlanAnswer::Ready(Box::new(plan)),
                    Err(refusal) => PlanAnswer::Refused(Box::new(refusal)),
                };
                self.event(Event::Planned {
                    asked: *asked,
                    answer,
                });
            }
            _ => {}
        }
    }

    /// What a server does with a commit: it decides, tells the facts, and answers.
    pub(crate) fn serve(&mut self, commit: &CommitRequest) -> Settled {
        let known = self.world.entries.len();
        self.world.now = self.now;
        let request = commit.request.clone();
        let key = request.key.clone();
        let at = self.now;
        let settled = match self.world.request(name("ana"), request) {
            Ok(_) => Settled::Accepted {
                key,
                at,
                revision: self.world.entries[known].revision,
            },
            Err(refusal) => Settled::Refused { key, at, refusal },
        };
        self.tell(known);
        settled
    }

    /// Tells the terminal the facts from a place in the journal on.
    pub(crate) fn tell(&mut self, from: usize) {
        let told: Vec<Entry> = self.world.entries[from..].to_vec();
        for entry in told {
            self.event(Event::Feed(FeedEvent::Event(StreamEvent::Entry(entry))));
        }
    }

    /// Presses the focused commit button and has the commit served and answered.
    pub(crate) fn commit(&mut self) {
        self.press("Enter");
        let commit = self
            .commits()
            .last()
            .map(|commit| (*commit).clone())
            .unwrap();
        let settled = self.serve(&commit);
        self.wait(300);
        let answer = CommitAnswer::Settled(settled);
        let key = commit.request.key;
        self.event(Event::Committed { key, answer });
    }

    /// Keys at the pace of a person who looks.
    pub(crate) fn press(&mut self, keys: &str) -> Vec<Request> {
        let mut requests = Vec::new();
        for key in keys.split_whitespace() {
            self.wait(500);
            requests.extend(self.event(Event::Key(key.parse().unwrap())));
        }
        requests
    }

    /// Letters at the pace of a typist.
    pub(crate) fn type_in(&mut self, text: &str) {
        for c in text.chars() {
            let c = if c == ' ' {
                "Space".to_owned()
            } else {
                c.to_string()
            };
            self.now = self.now + Span(60);
            self.event(Event::Key(c.parse().unwrap()));
        }
        self.wait(500);
    }

    /// Time goes on, with the ticks that the driver would send.
    pub(crate) fn wait(&mut self, milliseconds: u64) {
        let until = self.now + Span(milliseconds);
        while let Some(due) = deadline(&self.app).filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.event(Event::Tick);
        }
        self.now = until;
    }

    pub(crate) fn dialog(&self) -> &Dialog {
        let flash = || format!("no dialog is open: {:?}", self.app.ui.flash);
        self.app
            .ui
            .dialog
            .as_ref()
            .unwrap_or_else(|| panic!("{}", flash()))
    }

    pub(crate) fn token(&self) -> String {
        let plan = self.dialog().plan().unwrap();
        plan.confirm.clone().unwrap_or_default()
    }

    pub(crate) fn commits(&self) -> Vec<&CommitRequest> {
        let commit = |request: &'_ Request| matches!(request, Request::Commit(_));
        let found = self.asked.iter().filter(|request| commit(request));
        found
            .filter_map(|request| match request {
                Request::Commit(commit) => Some(&**commit),
                _ => None,
            })
            .collect()
    }

    /// The approval of r1 in gamma, filled in and ready, with the commit button focused.
    pub(crate) fn approval() -> Self {
        let mut seat = Seat::on(Some(board_of("gamma")));
        seat.press("A");
        seat.press("Tab Tab");
        seat.type_in("dashboards looked at");
        seat.press("Tab");
        let token = seat.token();
        seat.type_in(&token);
        seat.press("Tab Tab");
        assert_eq!(seat.dialog().focus, Focus::Commit);
        assert_eq!(
            gate::missing(&seat.app, seat.dialog()),
            Vec::<String>::new()
        );
        seat
    }
}

pub(crate) fn requests(keys: &str, screen: Option<Screen>) -> Vec<String> {
    let mut seat = Seat::on(screen);
    let found = seat.press(keys);
    found.iter().map(|request| format!("{request:?}")).collect()
}

pub(crate) fn text_of(field: &pilothouse::tui::dialog::Field) -> &str {
    match &field.value {
        Value::Text { input, .. } | Value::Token { input, .. } => input.value(),
        Value::Choice { .. } | Value::Checks { .. } => "",
    }
}

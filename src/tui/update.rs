//! What every event does to the app, and what must be done outside because of it. Pure: no clock, no
//! randomness, no I/O, nothing is awaited. The parent routes; each screen and dialog has its file.
//!
//! A key goes to the dialog if one is open, else to the line being typed, else through the keymap.

mod act;
mod board;
mod dialog;
mod feed;
mod fields;
mod freeze;
mod keys;
mod leads;
mod load;
mod log;
mod navigate;
mod open;
mod pointer;
mod prompt;
mod sent;
mod sights;
mod start;

pub use sights::bounds;

use crate::{
    model::{PipelineName, Time},
    tui::{
        app::{App, Flash, FlashLevel},
        event::Event,
        report,
        request::{Leave, Request},
    },
};
use std::collections::BTreeSet;

pub use start::{Place, Start, start};

/// Takes one event in. `now` is the local clock; it never runs backwards here.
pub fn update(app: &mut App, now: Time, event: Event) -> Vec<Request> {
    app.ui.now = app.ui.now.max(now);
    let requests = route(app, event);
    open::pin(app);
    sights::pin(app);
    requests.into_iter().chain(due(app)).collect()
}

fn route(app: &mut App, event: Event) -> Vec<Request> {
    match event {
        Event::Key(key) => keys::key(app, key),
        Event::Paste(text) => keys::paste(app, &text),
        Event::Resize(size) => {
            app.ui.size = size;
            Vec::new()
        }
        Event::Focus(focused) => {
            app.ui.focused = Some(focused);
            Vec::new()
        }
        Event::Here => vec![Request::Time],
        Event::RoundTrip(span) => {
            app.ui.round_trip = Some(span);
            let text = format!("{}ms", span.0);
            app.ui.report.set(report::ROUND_TRIP, text);
            Vec::new()
        }
        Event::Pointer(said) => pointer::pointer(app, said),
        Event::Pointed(spot) => pointer::pointed(app, spot),
        Event::Feed(news) => freeze::feed(app, news),
        Event::Remembered(seen) => {
            feed::remember(app, *seen);
            Vec::new()
        }
        Event::Tick => Vec::new(),
        Event::NewKey(key) => {
            dialog::new_key(app, key);
            Vec::new()
        }
        Event::Planned { asked, answer } => {
            dialog::planned(app, asked, answer);
            Vec::new()
        }
        Event::Committed { key, answer } => sent::committed(app, &key, answer),
        Event::SettledAnswer { key, answer } => sent::settled(app, &key, answer),
        Event::Earlier { pipeline, entries } => {
            feed::earlier(app, &pipeline, &entries);
            Vec::new()
        }
        Event::Answered { pipeline, answer } => {
            load::answered(app, &pipeline, answer);
            Vec::new()
        }
        Event::Granted(access) => feed::granted(app, &access),
        Event::Delivery(answer) => {
            leads::delivered(app, answer);
            Vec::new()
        }
        Event::Trouble(text) => {
            flash(app, FlashLevel::Error, text);
            Vec::new()
        }
        Event::Done(text) => {
            flash(app, FlashLevel::Info, text);
            Vec::new()
        }
        Event::Worn(theme) => {
            flash(app, FlashLevel::Info, format!("theme: {theme}"));
            app.ui.report.set(report::THEME, theme);
            Vec::new()
        }
        Event::Slow(slow) => {
            spare(app, slow);
            Vec::new()
        }
        Event::Pause => vec![Request::Suspend],
        Event::Resumed => vec![Request::Retake],
        Event::Stop(_) => vec![Request::Quit(Leave::Nothing)],
    }
}

/// Frames are few and plain from now on, or no longer.
fn spare(app: &mut App, slow: bool) {
    let (text, word) = if slow {
        (
            "slow link: two plain frames a second; :slow off ends it",
            "yes, two frames a second",
        )
    } else {
        ("full speed again", "no")
    };
    flash(app, FlashLevel::Info, text.to_owned());
    app.ui.slow = slow;
    app.ui.report.set(report::SLOW, word.to_owned());
}

/// When the next [`Event::Tick`] is needed, at the latest, for something other than ages.
pub fn deadline(app: &App) -> Option<Time> {
    let plan = app.ui.dialog.as_ref().and_then(dialog::deadline);
    let (loads, sights) = (load::deadline(app), sights::deadline(app));
    plan.into_iter()
        .chain(sent::deadline(app))
        .chain(loads)
        .chain(sights)
        .min()
}

/// What became due by now, whatever the event was.
fn due(app: &mut App) -> Vec<Request> {
    let mut requests = sent::ask_again(app);
    requests.extend(dialog::ask_again(app));
    requests.extend(load::due(app));
    requests.extend(sights::ask(app));
    requests
}

/// The pipelines whose facts the screens need.
fn watched(app: &App) -> BTreeSet<PipelineName> {
    let screens = app.ui.screens.iter();
    screens
        .filter_map(|screen| screen.pipeline())
        .cloned()
        .collect()
}

fn flash(app: &mut App, level: FlashLevel, text: impl Into<String>) {
    let (text, at) = (text.into(), app.ui.now);
    app.ui.flash = Some(Flash { level, text, at });
}

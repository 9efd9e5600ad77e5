//! What becomes of a command after it was sent. A lost answer is UNKNOWN OUTCOME and is settled by
//! asking about the request key; a command is never sent a second time (UX.md, S11).

use crate::{
    api::Settled,
    model::{RequestKey, Span, Time},
    tui::{
        app::{App, Asking, FlashLevel, InFlight},
        dialog::{FENCE, Focus, Phase},
        event::{CommitAnswer, SettledAnswer},
        request::Request,
        update::flash,
    },
};

/// A server that has not seen the key may still get it from a slow network: so many times it must
/// say so, before nothing was done.
const NEVER_SEEN: u32 = 3;
/// Between two questions, and while one is under way.
const BETWEEN: Span = Span::seconds(2);
const UNDER_WAY: Span = Span::seconds(15);

pub(super) fn committed(app: &mut App, key: &RequestKey, answer: CommitAnswer) -> Vec<Request> {
    match answer {
        CommitAnswer::Settled(settled) => finish(app, key, end_of(settled)),
        CommitAnswer::NotSent(why) => finish(app, key, Phase::NotSent(why)),
        CommitAnswer::NotPermitted(why) => {
            finish(app, key, Phase::NotPermitted(why));
            // It was thought to be permitted.
            return vec![Request::AskAccess];
        }
        CommitAnswer::Unknown(why) => {
            let now = app.ui.now;
            if let Some(flight) = flight(app, key) {
                let tries = 0;
                flight.asking = Some(Asking {
                    why,
                    tries,
                    next: now,
                });
            }
            show_asking(app, key);
        }
    }
    Vec::new()
}

pub(super) fn settled(app: &mut App, key: &RequestKey, answer: SettledAnswer) -> Vec<Request> {
    let now = app.ui.now;
    let Some(asking) = flight(app, key).and_then(|flight| flight.asking.as_mut()) else {
        return Vec::new();
    };
    asking.next = now + BETWEEN;
    match answer {
        SettledAnswer::Settled(settled) => finish(app, key, end_of(settled)),
        SettledAnswer::NeverArrived if asking.tries >= NEVER_SEEN => {
            let why = "the server has never seen the request: nothing was done".to_owned();
            finish(app, key, Phase::NotSent(why));
        }
        SettledAnswer::NeverArrived => {
            "the server has not seen it yet".clone_into(&mut asking.why);
        }
        SettledAnswer::Unreachable(why) => asking.why = why,
    }
    show_asking(app, key);
    Vec::new()
}

/// When the next question is due.
pub(super) fn deadline(app: &App) -> Option<Time> {
    let asking = app.ui.in_flight.values().filter_map(|f| f.asking.as_ref());
    asking.map(|asking| asking.next).min()
}

/// Asks what became of every request whose answer was lost.
pub(super) fn ask_again(app: &mut App) -> Vec<Request> {
    let now = app.ui.now;
    let mut keys = Vec::new();
    for flight in app.ui.in_flight.values_mut() {
        if let Some(asking) = flight.asking.as_mut().filter(|asking| asking.next <= now) {
            asking.tries += 1;
            asking.next = now + UNDER_WAY;
            keys.push(flight.key.clone());
        }
    }
    for key in &keys {
        show_asking(app, key);
    }
    keys.into_iter().map(Request::AskSettled).collect()
}

fn flight<'a>(app: &'a mut App, key: &RequestKey) -> Option<&'a mut InFlight> {
    let mut flights = app.ui.in_flight.values_mut();
    flights.find(|flight| flight.key == *key)
}

fn end_of(settled: Settled) -> Phase {
    match settled {
        Settled::Accepted { at, revision, .. } => Phase::Accepted { at, revision },
        Settled::Refused { refusal, .. } => Phase::Refused(Box::new(refusal)),
    }
}

/// The request has come to its end: said in its dialog, or, when that was closed, as a flash.
fn finish(app: &mut App, key: &RequestKey, end: Phase) {
    let found = app.ui.in_flight.iter().find(|(_, f)| f.key == *key);
    let Some(stream) = found.map(|(stream, _)| stream.clone()) else {
        return;
    };
    let title = app
        .ui
        .in_flight
        .remove(&stream)
        .map_or_else(String::new, |f| f.title);
    let now = app.ui.now;
    let open = app.ui.dialog.as_mut();
    if let Some(dialog) = open.filter(|dialog| dialog.key.as_ref() == Some(key)) {
        dialog.phase = end;
        dialog.focus = Focus::Cancel;
        dialog.fence = now + FENCE;
        return;
    }
    match end {
        Phase::Refused(refusal) => {
            flash(
                app,
                FlashLevel::Error,
                format!("{title}: REFUSED: {refusal}"),
            );
        }
        Phase::NotPermitted(why) => {
            flash(app, FlashLevel::Error, format!("{title}: REFUSED: {why}"));
        }
        Phase::NotSent(why) => {
            flash(app, FlashLevel::Error, format!("{title}: NOT DONE: {why}"));
        }
        Phase::Accepted { .. } | Phase::Filling | Phase::Sent { .. } | Phase::Unknown { .. } => {
            flash(app, FlashLevel::Info, format!("{title}: accepted"));
        }
    }
}

/// Shows in the request's dialog how the asking goes.
fn show_asking(app: &mut App, key: &RequestKey) {
    let Some(flight) = flight(app, key).cloned() else {
        return;
    };
    let open = app.ui.dialog.as_mut();
    let dialog = open.filter(|dialog| dialog.key.as_ref() == Some(key));
    if let (Some(dialog), Some(asking)) = (dialog, flight.asking) {
        dialog.phase = Phase::Unknown {
            sent: flight.sent,
            why: asking.why,
            tries: asking.tries,
            next: asking.next,
        };
    }
}

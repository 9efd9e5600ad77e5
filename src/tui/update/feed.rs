//! What the server tells: rows, snapshots, entries, and how the link is. The replica folds the same
//! facts by the same rules as the server; what does not fit asks for the state anew.

use crate::{
    api::{Fleet, Snapshot, StreamEvent},
    client::FeedEvent,
    model::{Access, Entry, Fact, PipelineName, Stream, Time},
    tui::{
        app::{App, ENTRIES_KEPT, FlashLevel, Opened, Remembered},
        request::Request,
        update::{dialog, flash, watched},
    },
};
use std::collections::{BTreeSet, VecDeque};

pub(super) fn feed(app: &mut App, news: FeedEvent) -> Vec<Request> {
    match news {
        FeedEvent::Fleet(fleet) => {
            take_fleet(app, *fleet);
            Vec::new()
        }
        FeedEvent::Snapshot(snapshot) => take_snapshot(app, *snapshot),
        FeedEvent::Event(event) => stream_event(app, event),
        FeedEvent::Link(link) => {
            if link.last().is_none() {
                // Nobody tells who is there.
                app.replica.viewers.clear();
            }
            app.link = link;
            Vec::new()
        }
        FeedEvent::Resynced { missed } => {
            app.replica.missed = missed.filter(|missed| *missed > 0);
            let text = match app.replica.missed {
                Some(missed) => format!("resynced, {missed} events missed: press e"),
                None => "resynced".to_owned(),
            };
            flash(app, FlashLevel::Info, text);
            Vec::new()
        }
    }
}

/// What the last time has left, unless the server was faster.
pub(super) fn remember(app: &mut App, seen: Remembered) {
    if app.replica.rows.is_empty() {
        app.replica.rows = seen.rows.into_iter().collect();
        app.replica.org = seen.org;
        app.replica.remembered = Some(seen.at);
    }
}

fn take_fleet(app: &mut App, fleet: Fleet) {
    set_clock(app, fleet.now);
    app.replica.remembered = None;
    app.replica.rows = fleet.rows.into_iter().collect();
    app.replica.org = fleet.org;
    app.replica.operator = Some(fleet.operator);
    app.replica.access = fleet.access;
    app.replica.version = Some(fleet.version);
    dialog::moved(app, None);
}

fn take_snapshot(app: &mut App, snapshot: Snapshot) -> Vec<Request> {
    let name = snapshot.pipeline.name.clone();
    if !watched(app).contains(&name) {
        return Vec::new();
    }
    set_clock(app, snapshot.now);
    let until = snapshot.pipeline.revision;
    let opened = Opened {
        pipeline: snapshot.pipeline,
        entries: VecDeque::new(),
    };
    app.replica.opened.insert(name.clone(), opened);
    dialog::moved(app, Some(&name));
    vec![Request::LoadEarlier {
        pipeline: name,
        until,
    }]
}

fn stream_event(app: &mut App, event: StreamEvent) -> Vec<Request> {
    match event {
        StreamEvent::Summary(row) => {
            app.replica.rows.insert(row);
            Vec::new()
        }
        StreamEvent::Entry(entry) => take_entry(app, entry),
        StreamEvent::Viewers(viewers) => {
            app.replica.viewers = viewers;
            Vec::new()
        }
        StreamEvent::Heartbeat { now, .. } => {
            set_clock(app, now);
            Vec::new()
        }
        StreamEvent::Reset { .. } => vec![Request::Reload(watched(app))],
    }
}

fn take_entry(app: &mut App, entry: Entry) -> Vec<Request> {
    let relevant = changes_plans(&entry.fact);
    // Who may do what is in no fact, and read again with everything else.
    let regranted = matches!(entry.fact, Fact::Reloaded { .. });
    let Stream::Pipeline(name) = entry.stream.clone() else {
        // What does not fit the organization is behind the fleet answer that replaces it.
        if app.replica.org.apply(&entry).is_ok() && relevant {
            dialog::moved(app, None);
        }
        return Vec::from_iter(regranted.then_some(Request::AskAccess));
    };
    let Some(opened) = app.replica.opened.get_mut(&name) else {
        return Vec::new();
    };
    if opened.pipeline.apply(&entry).is_err() {
        return vec![Request::Reload(BTreeSet::from([name]))];
    }
    opened.entries.push_back(entry);
    if opened.entries.len() > ENTRIES_KEPT {
        opened.entries.pop_front();
    }
    if relevant {
        dialog::moved(app, Some(&name));
    }
    Vec::new()
}

/// Counting goes on all the time and is part of no plan; everything else may change one.
fn changes_plans(fact: &Fact) -> bool {
    !matches!(
        fact,
        Fact::BakeCounted { .. } | Fact::StaleResult { .. } | Fact::CommandRefused { .. }
    )
}

/// What the operator may do from now on, also behind a screen that stands still.
pub(super) fn granted(app: &mut App, access: &Access) -> Vec<Request> {
    let live = app.frozen.as_mut().map(|frozen| &mut frozen.live);
    for replica in [&mut app.replica].into_iter().chain(live) {
        replica.access = Some(access.clone());
    }
    Vec::new()
}

/// Entries from before the snapshot go before those that came since.
pub(super) fn earlier(app: &mut App, name: &PipelineName, entries: &[Entry]) {
    let live = app.frozen.as_mut().map(|frozen| &mut frozen.live);
    for replica in [&mut app.replica].into_iter().chain(live) {
        if let Some(opened) = replica.opened.get_mut(name) {
            put_before(opened, entries);
        }
    }
}

fn put_before(opened: &mut Opened, entries: &[Entry]) {
    let first = opened.entries.front().map(|entry| entry.revision);
    let head = opened.pipeline.revision;
    for entry in entries.iter().rev() {
        let wanted = entry.revision <= head && first.is_none_or(|first| entry.revision < first);
        if wanted && opened.entries.len() < ENTRIES_KEPT {
            opened.entries.push_front(entry.clone());
        }
    }
}

fn set_clock(app: &mut App, server: Time) {
    app.replica.offset_ms = server.0.saturating_sub(app.ui.now.0);
}

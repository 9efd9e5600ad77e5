//! `f`: the screen stands still while somebody reads it, and the world goes on behind it. What comes
//! from the server is folded into the live replica all the same, and counted.

use crate::{
    api::StreamEvent,
    client::FeedEvent,
    tui::{
        app::{App, FlashLevel, Frozen},
        request::Request,
        update::{feed, flash},
    },
};

pub(super) fn switch(app: &mut App) {
    if app.frozen.is_some() {
        thaw(app);
        return flash(app, FlashLevel::Info, "live again");
    }
    app.frozen = Some(Box::new(Frozen {
        live: app.replica.clone(),
        at: app.ui.now,
        events: 0,
    }));
    flash(app, FlashLevel::Info, "frozen: f shows what happened since");
}

/// Shows the world as it is.
pub(super) fn thaw(app: &mut App) {
    if let Some(frozen) = app.frozen.take() {
        app.replica = frozen.live;
    }
}

/// Takes news in behind the frozen screen, or on the screen when it is live.
pub(super) fn feed(app: &mut App, news: FeedEvent) -> Vec<Request> {
    let Some(mut frozen) = app.frozen.take() else {
        return feed::feed(app, news);
    };
    if matches!(
        news,
        FeedEvent::Event(StreamEvent::Summary(_) | StreamEvent::Entry(_))
    ) {
        frozen.events += 1;
    }
    // A screen that was opened since has nothing to stand still on yet.
    let opened = match &news {
        FeedEvent::Snapshot(snapshot) => Some(snapshot.pipeline.name.clone()),
        FeedEvent::Fleet(_) | FeedEvent::Event(_) | FeedEvent::Link(_) => None,
        FeedEvent::Resynced { .. } => None,
    };
    std::mem::swap(&mut app.replica, &mut frozen.live);
    let requests = feed::feed(app, news);
    std::mem::swap(&mut app.replica, &mut frozen.live);
    if let Some(name) = opened
        && !app.replica.opened.contains_key(&name)
        && let Some(opened) = frozen.live.opened.get(&name)
    {
        app.replica.opened.insert(name, opened.clone());
    }
    app.frozen = Some(frozen);
    requests
}

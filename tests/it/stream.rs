//! The event stream from the journal to a reader: resumed without a gap or a duplicate, loaded
//! anew when it cannot be resumed, and never in the way of a server that stops.

use crate::serving::{PATIENCE, hold, name, on_socket, serve, service};
use pilothouse::{
    api::{Cursor, StreamEvent},
    client::{Address, Client, EventStream, Feed, FeedCommand, FeedEvent, Link},
    model::{Entry, Fact, PipelineName, Revision},
    server::Listen,
};
use std::{collections::BTreeSet, future::Future};

async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    let done = tokio::time::timeout(PATIENCE, future).await;
    done.unwrap_or_else(|_late| panic!("waited too long for {what}"))
}

fn watched(names: &[&str]) -> BTreeSet<PipelineName> {
    names.iter().map(|text| name(text)).collect()
}

/// The next entry about a hold, with its cursor; everything else is passed over.
async fn next_hold(stream: &mut EventStream) -> (Cursor, Entry) {
    loop {
        let next = soon("an entry", stream.next()).await.unwrap();
        let (cursor, event) = next.expect("the stream goes on");
        if let StreamEvent::Entry(entry) = event
            && matches!(entry.fact, Fact::HoldPlaced { .. })
        {
            return (cursor.expect("entries have cursors"), entry);
        }
    }
}

fn reason(entry: &Entry) -> &str {
    let Fact::HoldPlaced { reason, .. } = &entry.fact else {
        panic!("{:?} is no hold", entry.fact);
    };
    reason
}

#[tokio::test]
async fn a_stream_resumes_without_gap_or_duplicate() {
    let (_directory, serving) = on_socket().await;
    let client = &serving.client;
    let wanted = watched(&["cart"]);
    let mut cursors = vec![client.fleet().await.unwrap().cursor];
    let mut seen = Vec::new();
    for number in 0..9 {
        // What happens before a stream is opened comes out of the journal, the rest is news.
        let opened_late = number % 3 == 0;
        if opened_late {
            place(client, number).await;
        }
        let after = cursors.last().unwrap();
        let mut stream = client.stream(Some(after), &wanted).await.unwrap();
        if !opened_late {
            place(client, number).await;
        }
        let (cursor, entry) = next_hold(&mut stream).await;
        seen.push(reason(&entry).to_owned());
        cursors.push(cursor);
    }
    let expected: Vec<String> = (0..9).map(|number| format!("cart {number}")).collect();
    assert_eq!(seen, expected);

    let mut again = client.stream(Some(&cursors[4]), &wanted).await.unwrap();
    for expected in &expected[4..] {
        assert_eq!(reason(&next_hold(&mut again).await.1), expected);
    }
    serving.stop().await.stop().await;
}

/// A fact that is asked for, and one that is not.
async fn place(client: &Client, number: usize) {
    hold(client, "cart", &format!("cart {number}"))
        .await
        .unwrap();
    hold(client, "checkout", "not asked for").await.unwrap();
}

#[tokio::test]
async fn a_cursor_of_another_journal_is_reset() {
    let (_directory, serving) = on_socket().await;
    let client = &serving.client;
    let here = client.fleet().await.unwrap().cursor;
    let elsewhere = Cursor {
        epoch: "another".to_owned(),
        seq: here.seq,
    };
    let beyond = Cursor {
        epoch: here.epoch,
        seq: here.seq + 1_000,
    };
    for cursor in [elsewhere, beyond] {
        let mut stream = client.stream(Some(&cursor), &watched(&[])).await.unwrap();
        let next = soon("the reset", stream.next()).await.unwrap();
        let (_, event) = next.expect("a reset comes first");
        assert!(matches!(event, StreamEvent::Reset { .. }), "{event:?}");
    }
    serving.stop().await.stop().await;
}

#[tokio::test]
async fn a_stop_ends_open_streams() {
    let (_directory, serving) = on_socket().await;
    let mut stream = serving.client.stream(None, &watched(&[])).await.unwrap();
    let service = soon("the stop", serving.stop()).await;
    // What was sent before comes first; then the end, not a broken connection.
    while soon("the end", stream.next()).await.unwrap().is_some() {}
    service.stop().await;
}

/// Reads the feed up to what is looked for.
async fn until<T>(feed: &mut Feed, what: &str, mut found: impl FnMut(FeedEvent) -> Option<T>) -> T {
    let search = async {
        loop {
            let event = feed.next().await.expect("the feed goes on");
            if let Some(found) = found(event) {
                return found;
            }
        }
    };
    soon(what, search).await
}

fn word(event: &FeedEvent) -> &'static str {
    match event {
        FeedEvent::Link(link) => link.word(),
        FeedEvent::Fleet(_)
        | FeedEvent::Snapshot(_)
        | FeedEvent::Event(_)
        | FeedEvent::Resynced { .. } => "",
    }
}

/// The reason and revision of the next hold that the feed tells.
async fn told(feed: &mut Feed) -> (String, Revision) {
    until(feed, "a hold", |event| match event {
        FeedEvent::Event(StreamEvent::Entry(entry)) => {
            let hold = matches!(entry.fact, Fact::HoldPlaced { .. });
            hold.then(|| (reason(&entry).to_owned(), entry.revision))
        }
        FeedEvent::Resynced { .. } => panic!("nothing was missed"),
        FeedEvent::Event(_) | FeedEvent::Fleet(_) | FeedEvent::Snapshot(_) | FeedEvent::Link(_) => {
            None
        }
    })
    .await
}

#[tokio::test]
async fn a_feed_outlives_its_server() {
    let (directory, serving) = on_socket().await;
    let mut feed = Feed::start(serving.client.clone(), watched(&["cart"]));
    let mut first = Vec::new();
    until(&mut feed, "the link", |event| {
        let live = word(&event) == "LIVE";
        first.push(event);
        live.then_some(())
    })
    .await;
    let order = first.iter().map(|event| match event {
        FeedEvent::Fleet(_) => "fleet",
        FeedEvent::Snapshot(_) => "snapshot",
        FeedEvent::Event(_) => "event",
        FeedEvent::Link(link) => link.word(),
        FeedEvent::Resynced { .. } => "resynced",
    });
    let order: Vec<&str> = order.collect();
    assert_eq!(order, ["CONNECTING", "fleet", "snapshot", "LIVE"]);

    hold(&serving.client, "cart", "before").await.unwrap();
    let (before, at) = told(&mut feed).await;
    assert_eq!(before, "before");

    let service = serving.stop().await;
    until(&mut feed, "DOWN", |event| {
        (word(&event) == "DOWN").then_some(())
    })
    .await;
    let serving = serve(service, Listen::Unix(directory.path().join("run/socket")));
    hold(&serving.client, "cart", "meanwhile").await.unwrap();
    feed.command(FeedCommand::RetryNow).await;
    let (meanwhile, then) = told(&mut feed).await;
    assert_eq!(meanwhile, "meanwhile");
    assert!(then > at);

    feed.command(FeedCommand::Watch(watched(&["checkout"])))
        .await;
    let shown = until(&mut feed, "the other snapshot", |event| match event {
        FeedEvent::Snapshot(snapshot) => Some(snapshot.pipeline.name),
        FeedEvent::Fleet(_)
        | FeedEvent::Event(_)
        | FeedEvent::Link(_)
        | FeedEvent::Resynced { .. } => None,
    });
    assert_eq!(shown.await, name("checkout"));
    hold(&serving.client, "cart", "no longer watched")
        .await
        .unwrap();
    hold(&serving.client, "checkout", "watched now")
        .await
        .unwrap();
    assert_eq!(told(&mut feed).await.0, "watched now");
    serving.stop().await.stop().await;
}

#[tokio::test]
async fn a_feed_says_so_when_the_journal_is_another() {
    let (directory, serving) = on_socket().await;
    let path = directory.path().join("run/socket");
    let mut feed = Feed::start(serving.client.clone(), watched(&["cart"]));
    until(&mut feed, "LIVE", |event| {
        (word(&event) == "LIVE").then_some(())
    })
    .await;
    serving.stop().await.stop().await;
    let other = tempfile::tempdir().unwrap();
    let serving = serve(service(other.path()).await, Listen::Unix(path));
    feed.command(FeedCommand::RetryNow).await;
    let mut loaded = Vec::new();
    let missed = until(&mut feed, "the new state", |event| match event {
        FeedEvent::Fleet(fleet) => {
            loaded.push(fleet.cursor.epoch);
            None
        }
        FeedEvent::Resynced { missed } => Some(missed),
        FeedEvent::Snapshot(_) | FeedEvent::Event(_) | FeedEvent::Link(_) => None,
    });
    let missed = missed.await;
    assert_eq!(missed, None, "positions of two journals cannot be compared");
    assert_eq!(loaded.len(), 1);
    let told = until(&mut feed, "LIVE", |event| match event {
        FeedEvent::Link(link @ Link::Live { .. }) => Some(link),
        FeedEvent::Link(_)
        | FeedEvent::Fleet(_)
        | FeedEvent::Snapshot(_)
        | FeedEvent::Event(_)
        | FeedEvent::Resynced { .. } => None,
    });
    assert_eq!(told.await.word(), "LIVE");
    serving.stop().await.stop().await;
}

#[tokio::test]
async fn a_pipeline_that_is_gone_does_not_keep_the_others_from_being_watched() {
    let (directory, serving) = on_socket().await;
    let client = Client::new(Address::Unix(directory.path().join("run/socket"))).unwrap();
    let mut feed = Feed::start(client, watched(&["cart", "gone"]));
    until(&mut feed, "LIVE", |event| {
        (word(&event) == "LIVE").then_some(())
    })
    .await;
    hold(&serving.client, "cart", "here").await.unwrap();
    let (reason, revision) = told(&mut feed).await;
    assert_eq!(reason, "here");
    assert!(revision > Revision(0));
    serving.stop().await.stop().await;
}

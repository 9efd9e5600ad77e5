//! Streams: everything once and in order, whether it is read from the journal or told live, and a
//! reset where that is impossible.

use super::world::{World, actor, hold, plan_and_commit};
use futures_util::StreamExt as _;
use pilothouse::{
    api::{Cursor, StreamEvent},
    model::{Entry, HoldScope, PipelineName, Stream},
    service::{News, Service},
};
use std::{collections::BTreeSet, pin::Pin, sync::Arc, time::Duration};

type Events = Pin<Box<dyn futures_util::Stream<Item = Arc<News>> + Send>>;

#[tokio::test]
async fn a_stream_has_neither_gap_nor_double() {
    let world = World::new(&["a", "b", "c"]);
    let service = world.start().await;
    let start = service.fleet(&actor("ana")).cursor;
    let mut live = subscribe(&service, Some(&start), &["a", "b", "c"]);
    // Side by side, so that appends finish in any order.
    let holds = (0..30).map(|n| {
        let pipeline = [Some("a"), Some("b"), Some("c"), None][n % 4];
        let scope = pipeline.map_or(HoldScope::Organization, |_| HoldScope::Pipeline);
        plan_and_commit(&service, pipeline, hold(scope))
    });
    futures_util::future::join_all(holds).await;
    let last = service.fleet(&actor("ana")).cursor.seq;
    assert!(last >= start.seq + 30, "each request left an entry");
    let told = entries(&mut live, last).await;
    let expected: Vec<u64> = (start.seq + 1..=last).collect();
    assert_eq!(seqs(&told), expected);

    // A reader that comes back gets exactly the rest, from wherever it was.
    for missed in [1, 7, 29] {
        let seen = told.len() - missed;
        let cursor = Cursor {
            epoch: start.epoch.clone(),
            seq: told[seen - 1].seq,
        };
        let mut again = subscribe(&service, Some(&cursor), &["a", "b", "c"]);
        let rest = entries(&mut again, last).await;
        assert_eq!(rest, told[seen..]);
    }
    service.stop().await;
}

#[tokio::test]
async fn a_stream_tells_only_what_was_asked_for_and_the_rows_of_all() {
    let world = World::new(&["a", "b"]);
    let service = world.start().await;
    let start = service.fleet(&actor("ana")).cursor;
    for pipeline in [Some("a"), Some("b"), None] {
        let scope = pipeline.map_or(HoldScope::Organization, |_| HoldScope::Pipeline);
        plan_and_commit(&service, pipeline, hold(scope)).await;
    }
    let mut events = subscribe(&service, Some(&start), &["b"]);
    let mut rows = BTreeSet::new();
    let mut streams = BTreeSet::new();
    while rows.len() < 2 || streams.len() < 2 {
        match next(&mut events).await.unwrap().1 {
            StreamEvent::Summary(row) => drop(rows.insert(row.pipeline)),
            StreamEvent::Entry(entry) => drop(streams.insert(entry.stream)),
            StreamEvent::Heartbeat { .. } | StreamEvent::Viewers(_) => {}
            StreamEvent::Reset { why } => panic!("{why}"),
        }
    }
    let b = Stream::Pipeline(PipelineName::parse("b").unwrap());
    assert_eq!(streams, BTreeSet::from([Stream::Organization, b]));
    service.stop().await;
}

#[tokio::test]
async fn a_position_that_cannot_be_resumed_is_reset() {
    let world = World::new(&["a"]);
    let service = world.start().await;
    let here = service.fleet(&actor("ana")).cursor;
    let other = Cursor {
        epoch: "other".to_owned(),
        seq: 1,
    };
    let future = Cursor {
        seq: here.seq + 1_000,
        ..here
    };
    for (cursor, word) in [(other, "another journal"), (future, "does not reach")] {
        let mut events = subscribe(&service, Some(&cursor), &[]);
        let Some((None, StreamEvent::Reset { why })) = next(&mut events).await else {
            panic!("no reset");
        };
        assert!(why.contains(word), "{why}");
        assert!(next(&mut events).await.is_none());
    }
    service.stop().await;
}

#[tokio::test]
async fn a_reader_that_falls_behind_is_reset_and_holds_nobody_up() {
    let world = World::new(&["a"]);
    let service = world.start().await;
    let mut slow = subscribe(&service, None, &["a"]);
    let mut last = 0;
    // More news than are kept: every hold is two entries and a row.
    while last < 4_200 {
        let holds = (0..64).map(|_| plan_and_commit(&service, None, hold(HoldScope::Organization)));
        futures_util::future::join_all(holds).await;
        last = service.fleet(&actor("ana")).cursor.seq;
    }
    let reset = loop {
        match next(&mut slow).await {
            Some((_, StreamEvent::Reset { why })) => break why,
            Some(_) => {}
            None => panic!("it ended without a reset"),
        }
    };
    assert!(reset.contains("too slow"), "{reset}");
    service.stop().await;
}

#[tokio::test]
async fn a_stream_begins_with_a_sign_of_life_and_ends_on_stop() {
    let world = World::new(&["a"]);
    let service = world.start().await;
    let mut events = subscribe(&service, None, &[]);
    let first = next(&mut events).await.unwrap().1;
    let StreamEvent::Heartbeat { cursor, .. } = first else {
        panic!("{first:?}");
    };
    assert!(cursor.seq <= service.fleet(&actor("ana")).cursor.seq);
    service.stop().await;
    while next(&mut events).await.is_some() {}
}

/// A thousand readers cost one writing of what they are told, not a thousand.
#[tokio::test]
async fn what_many_are_told_is_written_once() {
    let world = World::new(&["a"]);
    let service = world.start().await;
    let mut readers = [(); 3].map(|()| subscribe(&service, None, &[]));
    plan_and_commit(&service, None, hold(HoldScope::Organization)).await;
    let (mut told, mut n_written) = ([const { Vec::new() }; 3], 0);
    for (reader, told) in readers.iter_mut().zip(&mut told) {
        // That it was accepted, and the hold.
        while told.len() < 2 {
            let news = news(reader).await.unwrap();
            let write = |event: &StreamEvent| {
                n_written += 1;
                serde_json::to_string(event)
            };
            if matches!(news.event, StreamEvent::Entry(_)) {
                told.push(news.written(write).unwrap().to_owned());
            }
        }
    }
    assert_eq!(n_written, 2, "{told:?}");
    assert!(told[1] == told[0] && told[2] == told[0], "{told:?}");
    service.stop().await;
}

fn subscribe(service: &Service, after: Option<&Cursor>, pipelines: &[&str]) -> Events {
    let pipelines = pipelines
        .iter()
        .map(|name| PipelineName::parse(name).unwrap());
    Box::pin(service.subscribe(after.cloned(), pipelines.collect()))
}

async fn next(events: &mut Events) -> Option<(Option<Cursor>, StreamEvent)> {
    let news = news(events).await?;
    Some((news.cursor.clone(), news.event.clone()))
}

async fn news(events: &mut Events) -> Option<Arc<News>> {
    let next = tokio::time::timeout(Duration::from_secs(30), events.next());
    next.await.unwrap()
}

/// The entries up to a position, each with the cursor it is resumed by.
async fn entries(events: &mut Events, last: u64) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    while entries.last().is_none_or(|entry| entry.seq < last) {
        match next(events).await.unwrap() {
            (cursor, StreamEvent::Entry(entry)) => {
                assert_eq!(cursor.unwrap().seq, entry.seq);
                entries.push(entry);
            }
            (
                _,
                StreamEvent::Summary(_) | StreamEvent::Heartbeat { .. } | StreamEvent::Viewers(_),
            ) => {}
            (_, StreamEvent::Reset { why }) => panic!("{why}"),
        }
    }
    entries
}

fn seqs(entries: &[Entry]) -> Vec<u64> {
    entries.iter().map(|entry| entry.seq).collect()
}

//! What must hold of whatever comes in from outside, a function for each way in: nothing panics,
//! nothing goes on for ever, and what is let in is what it says it is. Called by the property tests of
//! `cargo test` and by the fuzz targets beside this file, with bytes of any kind.

use pilothouse::{
    api::{CommitRequest, PlanRequest},
    client::{EVENT_LIMIT, Parser},
    definition, engine, executor,
    model::{Actor, Entry, Org, Pipeline, Time, is_unseen},
    tui::text::Sanitized,
    watch,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::Path, sync::LazyLock};

pub(crate) type Target = fn(&[u8]);

pub(crate) const ALL: [(&str, Target); 9] = [
    ("definitions", definitions),
    ("calendars", calendars),
    ("stream", stream),
    ("alerts", alerts),
    ("answers", answers),
    ("commands", commands),
    ("references", references),
    ("records", records),
    ("texts", texts),
];

/// Some day; nothing here looks at a clock.
const TODAY: Time = Time(1_790_000_000_000);

/// A pipeline in which much goes on, as `PILOTHOUSE_FUZZ_STATE=1 cargo test fuzz` wrote it.
pub(crate) static STATE: LazyLock<(Pipeline, Org)> = LazyLock::new(|| {
    let text = include_str!("state.json");
    serde_json::from_str(text).expect("state.json is of another time: write it anew")
});

/// A definition beside a known good one: both or neither is taken, and what was taken explains itself.
pub(crate) fn definitions(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let texts = BTreeMap::from([("fuzzed.toml".to_owned(), text)]);
    let folder = Path::new("definitions");
    match definition::load_texts(folder, texts.clone(), TODAY) {
        Ok(loaded) => {
            for definition in loaded.definitions {
                let explained =
                    definition::explain_texts(folder, (&texts, TODAY), &definition.name);
                assert!(explained.is_ok(), "taken, and not explained");
            }
        }
        Err(problems) => assert!(!problems.to_string().is_empty(), "refused without a word"),
    }
}

/// A calendar that a window closes by.
pub(crate) fn calendars(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let pipeline = include_str!("calendar.toml").to_owned();
    let texts = BTreeMap::from([
        ("shop.toml".to_owned(), pipeline),
        ("holidays.ics".to_owned(), text),
    ]);
    if let Err(problems) = definition::load_texts(Path::new("definitions"), texts, TODAY) {
        assert!(problems.to_string().contains("holidays.ics"), "{problems}");
    }
}

/// Server-sent events: however they are cut, they say the same.
pub(crate) fn stream(bytes: &[u8]) {
    let read = |size: usize| {
        let mut parser = Parser::new(EVENT_LIMIT);
        let mut messages = Vec::new();
        let fits = bytes
            .chunks(size.max(1))
            .all(|piece| parser.push(piece, &mut messages).is_ok());
        (
            fits,
            messages
                .iter()
                .map(|m| format!("{m:?}"))
                .collect::<Vec<_>>(),
        )
    };
    let whole = read(bytes.len());
    for size in [1, 2, 7] {
        assert_eq!(read(size), whole, "in pieces of {size}");
    }
}

/// What an Alertmanager pushes.
pub(crate) fn alerts(bytes: &[u8]) {
    let inbox = watch::Inbox::default();
    let first = inbox.take(TODAY, bytes);
    assert_eq!(
        inbox.take(TODAY, bytes),
        first,
        "the same again is the same"
    );
}

/// Answers of alarm sources: a page of metrics, and JSON of a Prometheus. Garbage is never well.
pub(crate) fn answers(bytes: &[u8]) {
    watch::fuzzed::page(bytes);
    let well = watch::fuzzed::prometheus(bytes, TODAY);
    if well {
        let text = String::from_utf8_lossy(bytes);
        assert!(text.contains("success"), "well without saying so: {text}");
    }
}

/// What is posted: a command that can be read is planned or refused, and is written as it was read.
pub(crate) fn commands(bytes: &[u8]) {
    let (pipeline, org) = &*STATE;
    if let Some(request) = written_as_read::<PlanRequest>(bytes) {
        let by = Actor::parse("ana").expect("a plain name");
        let planned = engine::plan(pipeline, org, pipeline.at, &by, &request.command);
        if let Err(refusal) = planned {
            assert!(!refusal.to_string().is_empty());
        }
    }
    let _any = written_as_read::<CommitRequest>(bytes);
}

/// Repositories, branches and trailers that git is given as arguments.
pub(crate) fn references(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if executor::fuzzed::is_branch(&text) {
        assert!(!text.starts_with('-') && !text.contains("..") && !text.is_empty());
        assert!(!text.chars().any(|c| c.is_control() || c == ' '));
    }
    if executor::fuzzed::is_repository(&text) {
        assert!(!text.starts_with('-') && !text.starts_with("ext::"));
        let shown = executor::fuzzed::shown(&text);
        let authority = shown
            .split_once("://")
            .and_then(|(_, rest)| rest.split('/').next());
        let names_somebody = authority.is_some_and(|it| it.contains('@'));
        assert!(!(names_somebody && text.starts_with("https://")), "{shown}");
    }
}

/// Entries as a journal keeps them: one that can be read folds or is impossible, and is written as it
/// was read.
pub(crate) fn records(bytes: &[u8]) {
    let Some(mut entry) = written_as_read::<Entry>(bytes) else {
        return;
    };
    let (pipeline, org) = &*STATE;
    let mut org = org.clone();
    entry.revision = org.revision.next();
    let _folds_or_not = org.apply(&entry);
    let mut pipeline = pipeline.clone();
    entry.revision = pipeline.revision.next();
    let _folds_or_not = pipeline.apply(&entry);
}

/// Text on its way to a terminal.
pub(crate) fn texts(bytes: &[u8]) {
    let text = Sanitized::from(String::from_utf8_lossy(bytes).into_owned());
    assert!(
        !text
            .as_str()
            .chars()
            .any(|c| c.is_control() || is_unseen(c))
    );
    let again = Sanitized::from(text.as_str().to_owned());
    assert_eq!(again.as_str(), text.as_str(), "it is clean already");
    let _cells = text.width();
}

/// A value, if the bytes are one. What it is written as must be read as the same.
fn written_as_read<T: Serialize + for<'a> Deserialize<'a> + PartialEq + std::fmt::Debug>(
    bytes: &[u8],
) -> Option<T> {
    let value: T = serde_json::from_slice(bytes).ok()?;
    let written = serde_json::to_vec(&value).expect("what was read can be written");
    let again: T = serde_json::from_slice(&written).expect("what was written can be read");
    assert_eq!(again, value);
    Some(value)
}

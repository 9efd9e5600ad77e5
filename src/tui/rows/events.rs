//! The entries that the events screen lists: of the kinds that were chosen, passing the filter, not
//! older than it says.

use crate::{
    model::{Entry, Pipeline, Span, Time},
    tui::{
        app::App,
        filter::{Field, Filter},
        screen::{EventKinds, EventsScreen},
    },
};

const FIELDS: [&str; 3] = ["kind", "who", "stage"];

/// Entries that pass, oldest first.
pub fn events<'a>(app: &'a App, screen: &EventsScreen) -> Vec<&'a Entry> {
    let Some(opened) = app.replica.opened.get(&screen.pipeline) else {
        return Vec::new();
    };
    let (text, oldest) = since(&screen.filter, app.server_now());
    let filter = Filter::parse(&text, &FIELDS);
    let all = filter.is_empty() && screen.kinds == EventKinds::All;
    let entries = opened.entries.iter();
    entries
        .filter(|entry| oldest.is_none_or(|oldest| entry.at >= oldest))
        .filter(|entry| all || passes(&opened.pipeline, entry, screen.kinds, &filter))
        .collect()
}

/// The filter without its `since:2h`, and the moment that this means.
fn since(filter: &str, now: Time) -> (String, Option<Time>) {
    let mut oldest = None;
    let words = filter.split_whitespace().filter(|word| {
        let span = word.strip_prefix("since:");
        let span: Option<Span> = span.and_then(|span| span.parse().ok());
        oldest = oldest.or(span.map(|span| Time(now.0.saturating_sub(span.0.cast_signed()))));
        !word.starts_with("since:")
    });
    let words: Vec<&str> = words.collect();
    (words.join(" "), oldest)
}

fn passes(pipeline: &Pipeline, entry: &Entry, kinds: EventKinds, filter: &Filter) -> bool {
    let told = entry.fact.told_by(&entry.fact.known(pipeline));
    if !kinds.shows(told.kind) {
        return false;
    }
    if filter.is_empty() {
        return true;
    }
    let who = told.who.unwrap_or_default();
    let stage = entry.fact.stage(pipeline);
    let stage = stage.map_or_else(String::new, |stage| stage.to_string());
    let field = |name, text| Field { name, text };
    filter.matches(&[
        field("kind", told.kind),
        field("who", &who),
        field("stage", &stage),
        field("", &told.what),
    ])
}

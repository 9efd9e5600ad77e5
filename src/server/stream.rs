//! `GET /v1/stream`: what happens, as server-sent events, from a cursor on. The service publishes;
//! here it only gets its form. A stream ends when the server stops, and when the token it was opened with
//! counts no longer.

use crate::{
    api::{Cursor, ProblemKind, StreamEvent, StreamQuery},
    model::PipelineName,
    server::{
        Shared,
        auth::Operator,
        permit::Permit,
        problem::{Fault, fault},
    },
    service::News,
};
use axum::{
    Extension,
    extract::{Query, State, rejection::QueryRejection},
    http::HeaderMap,
    response::{IntoResponse, Response, Sse, sse::Event},
};
use futures_util::StreamExt;
use std::collections::BTreeSet;

/// Clients that follow at once; each is a connection and what it is behind by.
pub(super) const CLIENTS: usize = 1_000;

pub(super) async fn stream(
    State(shared): State<Shared>,
    Extension(Operator(by)): Extension<Operator>,
    Extension(permit): Extension<Permit>,
    wanted: Result<Query<StreamQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Fault> {
    let Query(wanted) = wanted?;
    let after = cursor(&headers, wanted.after)?;
    let pipelines = pipelines(&wanted.pipelines)?;
    let place = shared.streams.try_acquire_owned().map_err(|_full| {
        let detail = format!("{CLIENTS} clients follow the stream already; try again later");
        fault(ProblemKind::TooManyClients, detail)
    })?;
    let mut seat = shared
        .viewers
        .join(by, pipelines.clone(), shared.service.now());
    let mut stopping = shared.stopping.clone();
    let service = shared.service.clone();
    let stopped = async move {
        tokio::select! {
            // An error means that the server is gone, which is the same.
            _gone = stopping.wait_for(|stopping| *stopping) => {}
            () = permit.ended(&service) => {}
        }
    };
    let events = shared
        .service
        .subscribe(after, pipelines)
        .flat_map(move |news| {
            // Held as long as the stream is.
            let _place = &place;
            // Who is there is told with the beat: it is no news that anybody waits for.
            let beat = matches!(news.event, StreamEvent::Heartbeat { .. });
            let others = beat.then(|| seat.news()).flatten();
            let others = others.map(|others| News::new(None, StreamEvent::Viewers(others)));
            let others = others.as_ref().map(form);
            let told = form(&news);
            futures_util::stream::iter(others.into_iter().chain([told]))
        })
        .take_until(stopped);
    Ok(Sse::new(events).into_response())
}

/// Where to resume. The header is what a reconnect says, so it is newer than the address.
fn cursor(headers: &HeaderMap, after: Option<String>) -> Result<Option<Cursor>, Fault> {
    let text = match headers.get("last-event-id") {
        Some(value) => Some(value.to_str().unwrap_or("(not text)").to_owned()),
        None => after,
    };
    let cursor = text
        .filter(|text| !text.is_empty())
        .map(|text| text.parse());
    cursor
        .transpose()
        .map_err(|why: String| fault(ProblemKind::BadCursor, why))
}

fn pipelines(names: &str) -> Result<BTreeSet<PipelineName>, Fault> {
    let names = names.split(',').filter(|name| !name.is_empty());
    names
        .map(PipelineName::parse)
        .collect::<Result<_, _>>()
        .map_err(|why| {
            let detail = why.to_string();
            fault(ProblemKind::BadName, detail)
        })
}

/// The variant is the event's name, its value alone the data.
fn form(news: &News) -> Result<Event, String> {
    let data = news.written(data).map_err(ToString::to_string)?;
    let form = Event::default().event(name(&news.event)).data(data);
    Ok(match &news.cursor {
        Some(cursor) => form.id(cursor.to_string()),
        None => form,
    })
}

fn name(event: &StreamEvent) -> &'static str {
    match event {
        StreamEvent::Summary(_) => "summary",
        StreamEvent::Entry(_) => "entry",
        StreamEvent::Viewers(_) => "viewers",
        StreamEvent::Heartbeat { .. } => "heartbeat",
        StreamEvent::Reset { .. } => "reset",
    }
}

fn data(event: &StreamEvent) -> serde_json::Result<String> {
    match event {
        StreamEvent::Summary(row) => serde_json::to_string(row),
        StreamEvent::Entry(entry) => serde_json::to_string(entry),
        StreamEvent::Viewers(others) => serde_json::to_string(others),
        StreamEvent::Heartbeat { now, cursor } => {
            Ok(serde_json::json!({ "now": now, "cursor": cursor }).to_string())
        }
        StreamEvent::Reset { why } => Ok(serde_json::json!({ "why": why }).to_string()),
    }
}

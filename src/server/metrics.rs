//! `GET /metrics`: how the server and its pipelines are, in Prometheus' text format. It needs the same
//! proof as everything under `/v1`, because names of pipelines are in it. What it says is worked out
//! when it is asked for, from what the fleet list shows and what the service counts of itself.

mod counted;
mod delivery;
mod page;

use crate::{
    api::{Fleet, RouteState},
    model::{AlarmLevel, Status, Summary, Time},
    server::{Shared, auth::Operator, logs, stream},
};
use axum::{
    Extension,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use page::{Kind, Page, Value};
use std::collections::BTreeMap;

const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

pub(super) async fn metrics(
    State(shared): State<Shared>,
    Extension(Operator(by)): Extension<Operator>,
) -> Response {
    let fleet = shared.service.fleet(&by);
    let mut page = Page::default();
    server(&mut page, &shared, &fleet);
    states(&mut page, &fleet.rows);
    waiting(&mut page, &fleet);
    alarms_and_tickets(&mut page, &fleet.rows);
    routes(&mut page, &shared.service.notices());
    let (counted, is_broken) = (shared.service.counted(), shared.service.is_broken());
    counted::counted(&mut page, &counted, is_broken, &fleet);
    if let Some(figures) = shared.service.delivered().await {
        delivery::delivery(&mut page, &figures);
    }
    ([(header::CONTENT_TYPE, CONTENT_TYPE)], page.text()).into_response()
}

fn server(page: &mut Page, shared: &Shared, fleet: &Fleet) {
    let build = [("version", fleet.version.as_str())];
    page.family(
        "build_info",
        Kind::Gauge,
        "The version that runs; always 1.",
    );
    page.sample(&build, Value::Count(1));
    page.family(
        "journal_facts_total",
        Kind::Counter,
        "Facts that the journal holds and everybody was told of.",
    );
    page.sample(&[], Value::Count(fleet.cursor.seq));
    let taken = |most: usize, free: usize| Value::of(most.saturating_sub(free));
    page.family(
        "stream_clients",
        Kind::Gauge,
        "Clients that follow the stream of events.",
    );
    page.sample(
        &[],
        taken(stream::CLIENTS, shared.streams.available_permits()),
    );
    page.family(
        "log_followers",
        Kind::Gauge,
        "Requests that wait for lines of a step's log.",
    );
    page.sample(
        &[],
        taken(logs::FOLLOWERS, shared.followers.available_permits()),
    );
}

/// Pipelines and stages by status; each status is there, so that none of a kind is a zero.
fn states(page: &mut Page, rows: &[Summary]) {
    let stages = rows.iter().flat_map(|row| &row.cells);
    let stages = by_status(stages.map(|cell| cell.status));
    let pipelines = by_status(rows.iter().map(|row| row.status));
    for (name, help, counts) in [
        (
            "pipelines",
            "Pipelines by their most urgent status.",
            pipelines,
        ),
        ("stages", "Stages of all pipelines by status.", stages),
    ] {
        page.family(name, Kind::Gauge, help);
        for status in Status::ALL {
            let word = label(status);
            let count = counts.get(&status).copied().unwrap_or(0);
            page.sample(&[("status", &word)], Value::Count(count));
        }
    }
}

/// `no_data`: a status as dashboards spell it.
fn label(status: Status) -> String {
    status.word().to_lowercase().replace([' ', '-'], "_")
}

fn by_status(statuses: impl Iterator<Item = Status>) -> BTreeMap<Status, u64> {
    let mut counts = BTreeMap::new();
    for status in statuses {
        *counts.entry(status).or_insert(0) += 1;
    }
    counts
}

/// What waits, for how long, and how far production is behind.
fn waiting(page: &mut Page, fleet: &Fleet) {
    let oldest = |wanted: Status| {
        let rows = fleet.rows.iter().filter(|row| row.status == wanted);
        let since: Option<Time> = rows.filter_map(|row| row.since).min();
        since.map_or(Value::Count(0), |since| {
            Value::Seconds(fleet.now.since(since))
        })
    };
    page.family("oldest_status_seconds", Kind::Gauge, "For how long the longest of the pipelines has been in what a person deals with; 0 when none is.");
    for status in [
        Status::Alarm,
        Status::Fail,
        Status::Approve,
        Status::Blocked,
        Status::Held,
        Status::NoData,
    ] {
        let word = label(status);
        page.sample(&[("status", &word)], oldest(status));
    }
    page.family(
        "pipeline_releases_behind",
        Kind::Gauge,
        "Releases that were cut after the one that production runs.",
    );
    for row in &fleet.rows {
        let labels = of_pipeline(row);
        page.sample(&labels, Value::Count(row.detail.behind.into()));
    }
}

fn alarms_and_tickets(page: &mut Page, rows: &[Summary]) {
    page.family(
        "pipeline_alarms_not_ok",
        Kind::Gauge,
        "Alarms of a pipeline that were read and are not well, by level.",
    );
    for row in rows {
        for (word, level) in [
            ("firing", AlarmLevel::Firing),
            ("no_data", AlarmLevel::NoData),
        ] {
            let such = row.detail.troubled.iter();
            let such = such.filter(|alarm| alarm.state.level == level);
            let [pipeline, owner] = of_pipeline(row);
            page.sample(&[pipeline, owner, ("level", word)], Value::of(such.count()));
        }
    }
    page.family(
        "pipeline_tickets_open",
        Kind::Gauge,
        "Open tickets of a pipeline, by whether somebody has them.",
    );
    for row in rows {
        let all = row.detail.tickets.len();
        let nobody = row
            .detail
            .tickets
            .iter()
            .filter(|ticket| ticket.hands().is_empty());
        let nobody = nobody.count();
        for (taken, count) in [("no", nobody), ("yes", all - nobody)] {
            let [pipeline, owner] = of_pipeline(row);
            page.sample(&[pipeline, owner, ("taken", taken)], Value::of(count));
        }
    }
}

fn of_pipeline(row: &Summary) -> [(&'static str, &str); 2] {
    [
        ("pipeline", row.pipeline.as_str()),
        ("owner", row.owner.as_str()),
    ]
}

/// How people are told.
fn routes(page: &mut Page, routes: &[RouteState]) {
    type Figure = fn(&RouteState) -> Value;
    let figures: [(&str, Kind, &str, Figure); 4] = [
        (
            "notices_delivered_total",
            Kind::Counter,
            "Notices that a route delivered.",
            |route| Value::Count(route.delivered),
        ),
        (
            "notices_given_up_total",
            Kind::Counter,
            "Notices that a route gave up.",
            |route| Value::Count(route.given_up),
        ),
        (
            "notices_waiting",
            Kind::Gauge,
            "Notices that a route has not delivered.",
            |route| Value::of(route.waiting),
        ),
        (
            "notice_route_troubled",
            Kind::Gauge,
            "Whether somebody should look after a route.",
            |route| Value::Count(route.is_troubled().into()),
        ),
    ];
    for (name, kind, help, figure) in figures {
        page.family(name, kind, help);
        for route in routes {
            page.sample(&[("route", route.route.as_str())], figure(route));
        }
    }
}

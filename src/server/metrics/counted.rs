//! The families of what the service counts of itself: the journal, commands, what is owed and waits.

use crate::{
    api::Fleet,
    model::{Effect, RefusalClass, Time, Waits},
    server::metrics::{
        of_pipeline,
        page::{Kind, Page, Value},
    },
    service::{APPEND_BOUNDS, Counted},
};

pub(super) fn counted(page: &mut Page, counted: &Counted, is_broken: bool, fleet: &Fleet) {
    journal(page, counted, is_broken);
    commands(page, counted);
    owed(page, counted, fleet.now);
    waits(page, counted, fleet);
}

fn journal(page: &mut Page, counted: &Counted, is_broken: bool) {
    page.family(
        "journal_append_seconds",
        Kind::Histogram,
        "From handing facts over to the journal until they are durable.",
    );
    let appends = &counted.appends;
    let within: Vec<_> = APPEND_BOUNDS.into_iter().zip(appends.within).collect();
    page.histogram(&within, appends.count, appends.sum);
    page.family(
        "journal_broken",
        Kind::Gauge,
        "Whether the journal takes no more facts until the server is started again.",
    );
    page.sample(&[], Value::Count(is_broken.into()));
    page.family(
        "pipelines_halted",
        Kind::Gauge,
        "Pipelines that do not move until the server is started again.",
    );
    page.sample(&[], Value::of(counted.halted.len()));
}

/// Commands since the start; each class is there, so that none of it is a zero.
fn commands(page: &mut Page, counted: &Counted) {
    let total = [
        (
            "commands_accepted_total",
            "Commands that were accepted.",
            counted.accepted,
        ),
        (
            "commands_unanswered_total",
            "Commands without an answer, because the journal failed or the server stopped.",
            counted.unanswered,
        ),
    ];
    for (name, help, value) in total {
        page.family(name, Kind::Counter, help);
        page.sample(&[], Value::Count(value));
    }
    page.family(
        "commands_refused_total",
        Kind::Counter,
        "Commands that were refused, by what somebody would do about it.",
    );
    for class in RefusalClass::ALL {
        let refused = counted.refused.get(&class).copied().unwrap_or(0);
        page.sample(&[("reason", class.word())], Value::Count(refused));
    }
}

/// What is to be done outside, over all pipelines.
fn owed(page: &mut Page, counted: &Counted, now: Time) {
    let of = |kind| {
        let waits = counted.waits.values();
        waits.filter_map(move |waits: &Waits| waits.owed.get(kind))
    };
    page.family(
        "effects_owed",
        Kind::Gauge,
        "Steps that were begun and have not ended, by kind.",
    );
    for kind in Effect::KINDS {
        let owed = of(kind).map(|(owed, _)| *owed);
        page.sample(&[("kind", kind)], Value::Count(owed.sum()));
    }
    page.family(
        "effects_owed_oldest_seconds",
        Kind::Gauge,
        "For how long the first of these has been owed; 0 when none is.",
    );
    for kind in Effect::KINDS {
        let since = of(kind).map(|(_, since)| *since).min();
        page.sample(&[("kind", kind)], age(since, now));
    }
}

/// What waits in each pipeline, whatever is most urgent in it.
fn waits(page: &mut Page, counted: &Counted, fleet: &Fleet) {
    type Since = fn(&Waits) -> Option<Time>;
    let ages: [(&str, &str, Since); 2] = [
        (
            "pipeline_oldest_change_seconds",
            "Age of the oldest change that most of production lacks; 0 when it lacks none.",
            |waits| waits.change,
        ),
        (
            "pipeline_oldest_approval_seconds",
            "For how long people have been asked for the approval that was asked for first; 0 when none is.",
            |waits| waits.approval,
        ),
    ];
    for (name, help, since) in ages {
        page.family(name, Kind::Gauge, help);
        for row in &fleet.rows {
            let waits = counted.waits.get(&row.pipeline);
            page.sample(&of_pipeline(row), age(waits.and_then(since), fleet.now));
        }
    }
}

fn age(since: Option<Time>, now: Time) -> Value {
    since.map_or(Value::Count(0), |since| Value::Seconds(now.since(since)))
}

//! The rows of each list: a name, the columns, and the whole as JSON. Pure.

use crate::{
    cli::{events::Memory, get::Resource, output, why, world::World},
    model::{
        Alarm, AlarmState, Entry, Fact, OnCall, Pipeline, PipelineName, Stream, Summary, Ticket,
        Time, board,
    },
};
use serde::Serialize;
use serde_json::{Value, json};

#[derive(Debug)]
pub(crate) struct Row {
    /// None for what concerns every pipeline.
    pub(crate) pipeline: Option<PipelineName>,
    /// Names the same thing for ever: `checkout/gamma`.
    pub(crate) name: String,
    pub(crate) cells: Vec<String>,
    /// More columns, for those who have the room.
    pub(crate) wide: Vec<String>,
    pub(crate) json: Value,
}

/// The column that is different at every look.
const AGE: &str = "FOR";

/// The names of the columns, and of those that only `wide` has.
fn columns(what: Resource) -> (&'static [&'static str], &'static [&'static str]) {
    match what {
        Resource::Pipelines => (
            &["STATUS", "PIPELINE", "STAGES", "RELEASE", AGE, "WHY"],
            &["OWNER", "ON-CALL", "SERVICE", "KIND"],
        ),
        Resource::Stages => (
            &["PIPELINE", "STAGE", "STATUS", "RELEASE", AGE, "WHY"],
            &["RUNNING"],
        ),
        Resource::Alarms => (
            &["PIPELINE", "ALARM", "LEVEL", AGE, "VALUE", "LIMIT", "WHY"],
            &["SEVERITY", "STAGES", "RUNBOOK"],
        ),
        Resource::Blockers => (
            &[
                "PIPELINE", "STAGE", "RELEASE", "BLOCKER", AGE, "CLEARS", "WHY",
            ],
            &["PASSAGE"],
        ),
        Resource::Events => (
            &["PIPELINE", "REVISION", "AT", "KIND", "STAGE", "WHO", "WHAT"],
            &[],
        ),
        Resource::Tickets => (
            &[
                "PIPELINE", "TICKET", AGE, "STAGE", "RELEASE", "AGAIN", "WHO", "TITLE",
            ],
            &["CAUSE"],
        ),
        Resource::Ops => (
            &["PIPELINE", "REQUEST", "AT", "WHO", "VERB", "BECAME"],
            &["REASON"],
        ),
    }
}

/// The rows under the names of their columns, as lines.
pub(crate) fn table(what: Resource, rows: &[Row], wide: bool) -> Vec<String> {
    let (names, more) = columns(what);
    let more_names = if wide { more } else { &[] };
    let header = names.iter().chain(more_names);
    let mut table = vec![header.map(|name| (*name).to_owned()).collect::<Vec<_>>()];
    table.extend(rows.iter().map(|row| {
        let more: &[String] = if wide { &row.wide } else { &[] };
        [&row.cells, more].concat()
    }));
    output::table(&table)
}

/// What is there now of everything but entries.
pub(crate) fn of(what: Resource, world: &World, now: Time) -> Vec<Row> {
    let each = |rows: fn(&World, &Pipeline, Time) -> Vec<Row>| {
        let pipelines = world.pipelines.values();
        pipelines
            .flat_map(|pipeline| rows(world, pipeline, now))
            .collect()
    };
    match what {
        Resource::Pipelines => fleet(world, now),
        Resource::Stages => each(stages),
        Resource::Alarms => each(alarms),
        Resource::Blockers => each(blocking),
        Resource::Tickets => each(|_, pipeline, now| tickets(pipeline, now, false)),
        Resource::Events | Resource::Ops => Vec::new(),
    }
}

impl Row {
    /// What it says without its age.
    pub(crate) fn lasting(&self, what: Resource) -> Vec<String> {
        let cells = self.cells.iter().zip(columns(what).0);
        let lasting = cells.filter(|(_, name)| **name != AGE);
        let lasting = lasting.map(|(cell, _)| cell);
        lasting.chain(&self.wide).cloned().collect()
    }
}

fn row<'a>(
    pipeline: impl Into<Option<&'a PipelineName>>,
    name: String,
    cells: Vec<String>,
    what: &impl Serialize,
) -> Row {
    let pipeline = pipeline.into();
    let mut json = json!({ "name": name, "pipeline": pipeline });
    if let (Ok(Value::Object(own)), Some(json)) = (serde_json::to_value(what), json.as_object_mut())
    {
        json.extend(own);
    }
    Row {
        pipeline: pipeline.cloned(),
        name,
        cells,
        wide: Vec::new(),
        json,
    }
}

/// A pipeline's row with who deals with it.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    summary: &'a Summary,
    on_call: Option<OnCall<'a>>,
}

fn fleet(world: &World, now: Time) -> Vec<Row> {
    let mut rows: Vec<&Summary> = world.rows.values().collect();
    rows.sort_by_key(|row| (row.status, &row.pipeline));
    let shown = rows.into_iter().map(|summary| {
        let cells = summary.cells.iter();
        let stages = cells.map(|cell| format!("{}:{}", cell.stage, cell.status));
        let cells = vec![
            summary.status.to_string(),
            summary.pipeline.to_string(),
            stages.collect::<Vec<_>>().join(" "),
            or_dash(summary.release),
            age(summary.since, now),
            summary.why.clone(),
        ];
        let name = summary.pipeline.to_string();
        let on_call = world.org.on_call(&summary.owner, now);
        let told = Told { summary, on_call };
        Row {
            wide: vec![
                summary.owner.to_string(),
                or_dash(told.on_call.as_ref().and_then(|on_call| on_call.who)),
                summary.service.to_string(),
                word(&summary.kind),
            ],
            ..row(&summary.pipeline, name, cells, &told)
        }
    });
    shown.collect()
}

pub(crate) fn stages(world: &World, pipeline: &Pipeline, now: Time) -> Vec<Row> {
    let views = board(pipeline, &world.org, now).into_iter();
    let rows = views.map(|view| {
        let cells = vec![
            pipeline.name.to_string(),
            view.stage.to_string(),
            view.status.to_string(),
            or_dash(view.release),
            age(view.since, now),
            view.why.clone(),
        ];
        let running = pipeline.running(&view.stage);
        let running = running
            .iter()
            .map(|(release, n)| format!("{}x{n}", or_dash(*release)));
        Row {
            wide: vec![running.collect::<Vec<_>>().join(" ")],
            ..row(
                &pipeline.name,
                format!("{}/{}", pipeline.name, view.stage),
                cells,
                &view,
            )
        }
    });
    rows.collect()
}

/// An alarm as it is written and as it is.
#[derive(Serialize)]
struct Watched<'a> {
    alarm: &'a Alarm,
    state: Option<&'a AlarmState>,
}

fn alarms(_world: &World, pipeline: &Pipeline, now: Time) -> Vec<Row> {
    let Some(definition) = &pipeline.definition else {
        return Vec::new();
    };
    let rows = definition.alarms.iter().map(|alarm| {
        let state = pipeline.alarms.get(&alarm.name);
        let cells = vec![
            pipeline.name.to_string(),
            alarm.name.to_string(),
            state.map_or("no data".to_owned(), |state| word(&state.level)),
            age(state.map(|state| state.since), now),
            or_dash(state.and_then(|state| state.value)),
            or_dash(
                alarm
                    .source
                    .limit()
                    .map(|limit| format!("{} {limit}", limit.sign())),
            ),
            state.map_or(String::new(), |state| state.why.clone()),
        ];
        let guarded = definition.stages.iter().filter(|stage| {
            let alarms = definition.alarms_of(stage);
            alarms.iter().any(|each| each.name == alarm.name)
        });
        let guarded: Vec<&str> = guarded.map(|stage| stage.name.as_str()).collect();
        Row {
            wide: vec![
                word(&alarm.severity),
                guarded.join(" "),
                alarm.runbook.clone().unwrap_or_default(),
            ],
            ..row(
                &pipeline.name,
                format!("{}/{}", pipeline.name, alarm.name),
                cells,
                &Watched { alarm, state },
            )
        }
    });
    rows.collect()
}

fn blocking(world: &World, pipeline: &Pipeline, now: Time) -> Vec<Row> {
    let columns = pipeline.columns();
    let found = columns.iter().flat_map(|stage| {
        let release = why::candidate(pipeline, stage, false);
        let found = release.map_or_else(Vec::new, |release| {
            why::at(pipeline, &world.org, now, stage, release)
        });
        found
            .into_iter()
            .map(move |blocker| (stage, release, blocker))
    });
    let rows = found.map(|(stage, release, blocker)| {
        let cells = vec![
            pipeline.name.to_string(),
            stage.to_string(),
            or_dash(release),
            blocker.id.to_string(),
            age(Some(blocker.since), now),
            blocker.clears.words(),
            blocker.why.clone(),
        ];
        let name = format!("{}/{stage}/{}", pipeline.name, blocker.id);
        let json = json!({ "stage": stage, "release": release, "blocker": blocker });
        Row {
            wide: vec![why::passage(&blocker)],
            ..row(&pipeline.name, name, cells, &json)
        }
    });
    rows.collect()
}

/// The tickets of a pipeline, newest first; with `all` the resolved ones too.
pub(crate) fn tickets(pipeline: &Pipeline, now: Time, all: bool) -> Vec<Row> {
    let tickets = pipeline.guards.tickets.values().rev();
    let shown = tickets.filter(|ticket| all || ticket.is_open());
    let rows = shown.map(|each| ticket(&pipeline.name, each, now));
    rows.collect()
}

pub(crate) fn ticket(pipeline: &PipelineName, ticket: &Ticket, now: Time) -> Row {
    let who = match ticket.resolved {
        Some(at) => format!("resolved {at}"),
        None => ticket.hands(),
    };
    let cells = vec![
        pipeline.to_string(),
        ticket.id.to_string(),
        age(Some(ticket.opened), now),
        ticket.stage.to_string(),
        ticket.release.to_string(),
        ticket.again.map_or(0, |(times, _)| times).to_string(),
        if who.is_empty() { "-".to_owned() } else { who },
        ticket.title.clone(),
    ];
    let name = format!("{pipeline}/{}", ticket.id);
    Row {
        wide: vec![ticket.cause.clone()],
        ..row(pipeline, name, cells, ticket)
    }
}

/// The row of an entry; of requests only those that a person made have one.
pub(crate) fn entry(what: Resource, entry: &Entry, memory: &mut Memory) -> Option<Row> {
    if what == Resource::Ops {
        return op(entry);
    }
    let (pipeline, place) = place(&entry.stream);
    let line = memory.tell(entry);
    let cells = vec![
        place.to_owned(),
        entry.revision.to_string(),
        entry.at.to_string(),
        line.kind.to_owned(),
        or_dash(line.stage),
        or_dash(line.who),
        line.what,
    ];
    let name = format!("{place}/{}", entry.revision);
    Some(row(pipeline, name, cells, entry))
}

#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "only two of all facts are about requests"
)]
fn op(entry: &Entry) -> Option<Row> {
    let (key, by, command, became) = match &entry.fact {
        Fact::CommandAccepted {
            key, by, command, ..
        } => (key, by, command, "accepted".to_owned()),
        Fact::CommandRefused {
            key,
            by,
            command,
            refusal,
        } => (key, by, command, format!("refused: {refusal}")),
        _ => return None,
    };
    let (pipeline, place) = place(&entry.stream);
    let cells = vec![
        place.to_owned(),
        key.to_string(),
        entry.at.to_string(),
        by.to_string(),
        command.verb().to_owned(),
        became,
    ];
    let wide = vec![command.reason().to_owned()];
    let name = format!("{place}/{key}");
    Some(Row {
        wide,
        ..row(pipeline, name, cells, entry)
    })
}

/// The pipeline of a stream, and what stands in its column; no pipeline is called `*`.
fn place(stream: &Stream) -> (Option<&PipelineName>, &str) {
    match stream {
        Stream::Organization => (None, "*"),
        Stream::Pipeline(name) => (Some(name), name.as_str()),
    }
}

fn age(since: Option<Time>, now: Time) -> String {
    since.map_or("-".to_owned(), |since| now.since(since).short())
}

fn or_dash(value: Option<impl ToString>) -> String {
    value.map_or("-".to_owned(), |value| value.to_string())
}

/// How a plain enum is written on the wire, which is how people write it too.
fn word(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value);
    let word = value
        .ok()
        .and_then(|value| value.as_str().map(str::to_owned));
    word.unwrap_or_default()
}

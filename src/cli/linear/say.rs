//! What is said, as sentences: lists with numbers, what stands in the way, and what is new. Pure.

use crate::{
    api::StreamEvent,
    cli::why,
    client::FeedEvent,
    model::{PipelineName, StageName, StageView, Status, Stream, Summary, Time, board},
    tui::{
        action::Action,
        app::App,
        query, rows,
        screen::{FleetScreen, Screen},
    },
};
use std::collections::BTreeMap;

/// So many events are told on request.
const EVENTS: usize = 15;

/// Where one is, with what can be chosen there.
pub(super) fn here(app: &App) -> Vec<String> {
    let Some(name) = app.screen().pipeline() else {
        return fleet(app);
    };
    match stage(app) {
        Some(stage) => stage_lines(app, name, &stage),
        None => pipeline(app, name),
    }
}

/// The stage that was chosen.
pub(super) fn stage(app: &App) -> Option<StageName> {
    if let Screen::Stage(screen) = app.screen() {
        return Some(screen.stage.clone());
    }
    None
}

/// What a number means here.
pub(super) fn chosen(app: &App, number: &str) -> Option<(PipelineName, Option<StageName>)> {
    let at = number.parse::<usize>().ok()?.checked_sub(1)?;
    match app.screen().pipeline() {
        None => listed(app).get(at).map(|row| (row.pipeline.clone(), None)),
        Some(name) => {
            let stage = views(app, name).into_iter().nth(at)?.stage;
            Some((name.clone(), Some(stage)))
        }
    }
}

fn listed(app: &App) -> Vec<&Summary> {
    match app.ui.screens.first() {
        Some(Screen::Fleet(fleet)) => rows::fleet(app, fleet),
        _ => rows::fleet(app, &FleetScreen::default()),
    }
}

fn views(app: &App, name: &PipelineName) -> Vec<StageView> {
    let pipeline = app.pipeline(name);
    pipeline.map_or_else(Vec::new, |pipeline| {
        board(pipeline, &app.replica.org, app.server_now())
    })
}

fn fleet(app: &App) -> Vec<String> {
    let listed = listed(app);
    let mut lines = vec![match listed.len() {
        1 => "1 pipeline.".to_owned(),
        n => format!("{n} pipelines, most urgent first."),
    }];
    lines.extend(listed.iter().enumerate().map(|(at, row)| {
        let since = since(app, row.since);
        format!(
            "{}. {}: {}{}{since}",
            at + 1,
            row.pipeline,
            row.status,
            reason(&row.why)
        )
    }));
    lines.push("Type a number to open one, l to hear this again, q to leave.".to_owned());
    lines
}

fn pipeline(app: &App, name: &PipelineName) -> Vec<String> {
    let views = views(app, name);
    let mut lines = vec![format!("{name}, {} stages.", views.len())];
    lines.extend(on_call(app, name));
    lines.extend(views.iter().enumerate().map(|(at, view)| {
        let (release, since) = (about(view), since(app, view.since));
        format!(
            "{}. {}: {}{release}{}{since}",
            at + 1,
            view.stage,
            view.status,
            reason(&view.why)
        )
    }));
    lines.push(
        "Type a number for a stage, e for events, a to act, b to go back, q to leave.".to_owned(),
    );
    lines
}

/// `On call for payments: ana (you), then li from Mon 09:00Z.`
fn on_call(app: &App, name: &PipelineName) -> Option<String> {
    let owner = &app.replica.rows.get(name)?.owner;
    let who = query::on_call(app, owner)?;
    let next = query::next_on_call(app, owner);
    let next = next.map(|(who, from)| format!(", then {who} from {}", app.times().moment(from)));
    Some(format!(
        "On call for {owner}: {who}{}.",
        next.unwrap_or_default()
    ))
}

/// Why something is as it is, after what it is; nothing where nothing is to be said.
fn reason(why: &str) -> String {
    if why.is_empty() {
        String::new()
    } else {
        format!(", {why}")
    }
}

/// A stage with everything that stands in the way of its next release.
fn stage_lines(app: &App, name: &PipelineName, stage: &StageName) -> Vec<String> {
    let view = views(app, name)
        .into_iter()
        .find(|view| view.stage == *stage);
    let (Some(pipeline), Some(view)) = (app.pipeline(name), view) else {
        return vec![format!("{name} has no stage {stage}.")];
    };
    let (release, since) = (about(&view), since(app, view.since));
    let mut lines = vec![format!(
        "{stage} of {name}: {}{release}, {}{since}",
        view.status, view.why
    )];
    if let Some(release) = why::candidate(pipeline, stage, false) {
        let now = app.server_now();
        let found = why::at(pipeline, &app.replica.org, now, stage, release);
        if found.is_empty() {
            lines.push(format!("Nothing blocks {release}."));
        }
        lines.extend(found.iter().map(|blocker| {
            let since = now.since(blocker.since).short();
            format!(
                "{} blocks {release}: {}; clears {}; {}. for {since}",
                blocker.id,
                blocker.why,
                blocker.clears.words(),
                why::passage(blocker)
            )
        }));
    }
    lines.push("Type a to act, e for events, b to go back, q to leave.".to_owned());
    lines
}

/// The newest events of the pipeline, oldest first.
pub(super) fn events(app: &App) -> Vec<String> {
    let opened = app
        .screen()
        .pipeline()
        .and_then(|name| app.replica.opened.get(name));
    let Some(opened) = opened else {
        return vec!["Open a pipeline first.".to_owned()];
    };
    let skipped = opened.entries.len().saturating_sub(EVENTS);
    let told = opened.entries.iter().skip(skipped);
    let mut lines: Vec<String> = told
        .map(|entry| {
            let told = query::event(&opened.pipeline, &opened.entries, entry);
            format!("{}. {}", told.text, clock(entry.at))
        })
        .collect();
    if lines.is_empty() {
        lines.push("Nothing has happened since you came.".to_owned());
    }
    lines
}

/// What an event of the feed is worth saying by itself, before it is taken in.
pub(super) fn news(app: &App, event: &FeedEvent) -> Vec<String> {
    match event {
        FeedEvent::Link(link) if link.word() != app.link.word() => {
            vec![format!(
                "Connection: {}. {}",
                link.word(),
                clock(app.server_now())
            )]
        }
        FeedEvent::Resynced { missed } => {
            let missed = missed.map_or("some".to_owned(), |missed| missed.to_string());
            vec![format!("Resynced, {missed} events were missed.")]
        }
        FeedEvent::Event(StreamEvent::Entry(entry)) => {
            let Stream::Pipeline(name) = &entry.stream else {
                return Vec::new();
            };
            let opened = app.replica.opened.get(name);
            let told = opened.map(|opened| query::event(&opened.pipeline, &opened.entries, entry));
            let said = told.map_or_else(
                || format!("{name}: {}", entry.fact.told().what),
                |told| format!("{name} {}: {}", told.stage, told.text),
            );
            vec![format!("{said}. {}", clock(entry.at))]
        }
        FeedEvent::Link(_) | FeedEvent::Fleet(_) | FeedEvent::Snapshot(_) | FeedEvent::Event(_) => {
            Vec::new()
        }
    }
}

/// What is said of each pipeline when it changes.
pub(super) fn fleet_state(app: &App) -> BTreeMap<PipelineName, (Status, String)> {
    let rows = app.replica.rows.all();
    rows.map(|row| (row.pipeline.clone(), (row.status, row.why.clone())))
        .collect()
}

/// The pipelines whose state is another than it was said to be.
pub(super) fn changes(app: &App, before: &BTreeMap<PipelineName, (Status, String)>) -> Vec<String> {
    let rows = app.replica.rows.all();
    let changed = rows.filter(|row| {
        let before = before.get(&row.pipeline);
        // How far something has come changes all the time, and is told when somebody asks.
        let counts = matches!(row.status, Status::Run | Status::Bake);
        before.is_none_or(|(status, why)| *status != row.status || (*why != row.why && !counts))
    });
    changed
        .map(|row| {
            let (name, now) = (&row.pipeline, clock(app.server_now()));
            format!("{name} is now {}, {}. {now}", row.status, row.why)
        })
        .collect()
}

/// `roll back` and so on, as the keymap calls it.
pub(super) fn verb(action: Action) -> &'static str {
    let id = action.id();
    id.strip_suffix(".open").unwrap_or(id)
}

fn about(view: &StageView) -> String {
    view.release
        .map_or(String::new(), |release| format!(" {release}"))
}

fn since(app: &App, since: Option<Time>) -> String {
    since.map_or(".".to_owned(), |since| {
        format!(". for {}", app.server_now().since(since).short())
    })
}

fn clock(at: Time) -> String {
    at.utc().format("%H:%MZ").to_string()
}

//! Opening and moving in the screens about releases, tickets and delivery figures.

use crate::{
    model::{DeliveryReport, ReleaseId, board},
    tui::{
        action::Side,
        app::{App, FlashLevel},
        event::DeliveryAnswer,
        gate,
        request::Request,
        rows,
        screen::{
            MetricsPane, MetricsScreen, ReleaseScreen, ReleaseTab, Screen, TicketsScreen, WINDOWS,
        },
        update::{flash, open},
    },
};

/// The release that the selection is about: of the selected stage, else the one in motion.
pub(super) fn release(app: &mut App) -> Vec<Request> {
    let Some(pipeline) = gate::pipeline(app).cloned() else {
        return Vec::new();
    };
    let Some(release) = selected_release(app) else {
        flash(
            app,
            FlashLevel::Info,
            format!("{pipeline} has no release yet"),
        );
        return Vec::new();
    };
    let next = ReleaseScreen::of(pipeline, release);
    open::once(app, Screen::Release(next))
}

fn selected_release(app: &App) -> Option<ReleaseId> {
    let name = gate::pipeline(app)?;
    let row = app.replica.rows.get(name);
    let stage = gate::stage(app);
    let shown = stage.zip(app.pipeline(name)).and_then(|(stage, pipeline)| {
        let views = board(pipeline, &app.replica.org, app.server_now());
        let view = views.into_iter().find(|view| view.stage == stage);
        view.and_then(|view| view.release)
    });
    shown.or(row.and_then(|row| row.release.or(row.detail.newest)))
}

pub(super) fn tickets(app: &mut App) -> Vec<Request> {
    let mut screen = TicketsScreen::default();
    screen.selected = rows::selected_ticket(app, &screen);
    open::once(app, Screen::Tickets(screen))
}

/// The figures of every team. The answer fills the screen when it comes.
pub(super) fn metrics(app: &mut App) -> Vec<Request> {
    let screen = MetricsScreen::default();
    let load = load(&screen);
    let mut requests = open::once(app, Screen::Metrics(screen));
    requests.push(load);
    requests
}

fn load(screen: &MetricsScreen) -> Request {
    Request::LoadDelivery {
        days: screen.days,
        owner: screen.owner.clone(),
    }
}

pub(super) fn delivered(app: &mut App, answer: DeliveryAnswer) {
    match answer {
        Ok(report) => {
            app.replica.delivery = Some(report);
            app.replica.delivery_trouble = None;
        }
        Err(why) => app.replica.delivery_trouble = Some(why),
    }
}

/// The next or the previous tab of a release, or window of the figures.
pub(super) fn tab(app: &mut App, side: Side) -> Vec<Request> {
    let forward = side == Side::Right;
    match app.ui.screens.last_mut() {
        Some(Screen::Release(screen)) => {
            screen.tab = beside(&ReleaseTab::ALL, screen.tab, forward);
            screen.top = 0;
            Vec::new()
        }
        Some(Screen::Metrics(screen)) => {
            screen.days = beside(&WINDOWS, screen.days, forward);
            vec![load(screen)]
        }
        Some(_) | None => Vec::new(),
    }
}

/// The one after, or before, around the end.
fn beside<T: Copy + PartialEq>(all: &[T], here: T, forward: bool) -> T {
    let at = all.iter().position(|one| *one == here).unwrap_or(0);
    let step = if forward { 1 } else { all.len() - 1 };
    all[(at + step) % all.len()]
}

/// Compares the release with what runs in the next stage, and after the last with nothing.
pub(super) fn compare(app: &mut App) {
    let Screen::Release(screen) = app.screen() else {
        return;
    };
    let pipeline = app.pipeline(&screen.pipeline);
    let stages = pipeline
        .iter()
        .filter_map(|pipeline| pipeline.definition.as_ref());
    let stages: Vec<_> = stages
        .flat_map(|definition| &definition.stages)
        .map(|stage| stage.name.clone())
        .collect();
    let at = stages
        .iter()
        .position(|stage| Some(stage) == screen.against.as_ref());
    let next = stages.get(at.map_or(0, |at| at + 1)).cloned();
    if let Some(Screen::Release(screen)) = app.ui.screens.last_mut() {
        screen.against = next;
        screen.tab = ReleaseTab::Changes;
        screen.top = 0;
    }
}

pub(super) fn definitions(app: &mut App) {
    if let Some(Screen::Metrics(screen)) = app.ui.screens.last_mut() {
        screen.pane = match screen.pane {
            MetricsPane::Figures => MetricsPane::Definitions,
            MetricsPane::Definitions => MetricsPane::Figures,
        };
    }
}

/// The list on the screen as a file: events as JSON lines, figures as CSV.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the other screens have nothing to export"
)]
pub(super) fn export(app: &mut App) -> Vec<Request> {
    let (stem, end, lines) = match app.screen() {
        Screen::Events(screen) => {
            let entries = rows::events(app, screen).into_iter();
            let lines = entries.filter_map(|entry| serde_json::to_string(entry).ok());
            (
                format!("{}-events", screen.pipeline),
                "jsonl",
                lines.collect(),
            )
        }
        Screen::Metrics(screen) => {
            let report = rows::delivery(app, screen);
            let lines = report.map_or_else(Vec::new, DeliveryReport::csv);
            (format!("delivery-{}d", screen.days), "csv", lines)
        }
        _ => return Vec::new(),
    };
    let lines: Vec<String> = lines;
    if lines.is_empty() {
        flash(app, FlashLevel::Info, "there is nothing to export yet");
        return Vec::new();
    }
    let at = app.server_now().utc().format("%Y%m%dT%H%M%SZ");
    vec![Request::Save {
        file: format!("{stem}-{at}.{end}"),
        text: lines.join("\n") + "\n",
    }]
}

/// The entry under the cursor of the events, as JSON.
pub(super) fn entry_json(app: &App) -> Option<String> {
    let Screen::Events(screen) = app.screen() else {
        return None;
    };
    let entries = rows::events(app, screen);
    let chosen = screen.selected;
    let found = entries.iter().find(|entry| Some(entry.revision) == chosen);
    serde_json::to_string(found.or(entries.last())?).ok()
}

//! The two lines on top: where one is, who one is, how old the data is; then what is wrong, what is
//! in force, or what the screen is about.

use crate::{
    client::Link,
    model::{PipelineName, Span, Status, Summary, Time},
    tui::{
        app::{Access, App},
        gate, query,
        screen::{AlarmsOf, Screen},
        text::{ClockMode, Sanitized, Times, middle_cut},
        theme::Role,
        view::fleet::{counts, signs},
        viewport::SMALLEST,
        widgets::{Canvas, Line, badge},
    },
};
use chrono_tz::Tz;
use ratatui::layout::Rect;

/// From this width on the clock is shown in two zones.
const TWO_CLOCKS: u16 = 120;

/// Line 1: `PROD > checkout > gamma            ana  RW  LIVE 2s  03:12:45Z`.
pub(super) fn place(app: &App, canvas: &mut Canvas<'_>, row: Rect) {
    let access = match app.ui.access {
        Access::ReadWrite if gate::may_act(app) => "RW",
        Access::ReadWrite | Access::ReadOnly | Access::Paused => "RO",
    };
    let who = app
        .replica
        .operator
        .as_ref()
        .map_or_else(String::new, ToString::to_string);
    let right = Line::of(
        Role::Label,
        Sanitized::from(middle_cut(&who, 16).into_owned()),
    )
    .then(Role::Title, format!("  {access}  "))
    .join(link(app))
    .join(round_trip(app, row.width))
    .then(Role::Plain, format!("  {}", clock(app, row.width)));
    let mut left = Line::of(Role::Environment, format!(" {} ", app.ui.title));
    for crumb in crumbs(app) {
        left = left.then(Role::Plain, " > ").then(Role::Title, crumb);
    }
    // Where one is comes first: others are named where there is room left.
    let others = others(app);
    let fits = left.width() + 1 + others.width() + right.width() <= usize::from(row.width);
    let right = if fits { others.join(right) } else { right };
    canvas.ends(row, &left, &right);
}

fn crumbs(app: &App) -> Vec<String> {
    let of = |pipeline: &dyn ToString, what: &str| vec![pipeline.to_string(), what.to_owned()];
    let mut crumbs = match app.screen() {
        Screen::Fleet(_) => vec!["fleet".to_owned()],
        Screen::Board(screen) => vec![screen.pipeline.to_string()],
        Screen::Stage(screen) => of(&screen.pipeline, screen.stage.as_str()),
        Screen::Alarms(screen) => match screen.scope {
            AlarmsOf::Pipeline => of(&screen.pipeline, "alarms"),
            AlarmsOf::Fleet(_) => of(&"fleet", "alarms"),
        },
        Screen::Blockers(screen) => of(&screen.pipeline, "blockers & windows"),
        Screen::Events(screen) => of(&screen.pipeline, "events & audit"),
        Screen::Release(screen) => of(&screen.pipeline, &format!("release {}", screen.release)),
        Screen::Tickets(_) => vec!["tickets".to_owned()],
        Screen::Metrics(_) => vec!["delivery".to_owned()],
        Screen::Help(_) => vec!["help".to_owned()],
    };
    crumbs.extend(
        app.ui
            .dialog
            .as_ref()
            .map(|dialog| dialog.act.verb().to_owned()),
    );
    crumbs
}

/// The clock, also in the local zone where there is room. It goes on over a frozen screen.
fn clock(app: &App, width: u16) -> String {
    let now = app.on_server(app.second());
    let times = app.times();
    let local = Times {
        mode: ClockMode::Local,
        ..times
    };
    let counts_minutes = app.step() > Span::seconds(1);
    let wall = |times: Times| {
        if counts_minutes {
            times.wall_minutes(now)
        } else {
            times.wall(now)
        }
    };
    match times.mode {
        ClockMode::Local => wall(local),
        ClockMode::Utc | ClockMode::Relative if width < TWO_CLOCKS || times.zone == Tz::UTC => {
            wall(times)
        }
        ClockMode::Utc | ClockMode::Relative => format!("{} | {}", wall(times), wall(local)),
    }
}

/// How old the data is, in a word and a number.
fn link(app: &App) -> Line {
    let now = app.second();
    let spared = app.step() > Span::seconds(1);
    if let Some(frozen) = &app.frozen {
        let text = if spared {
            format!("FROZEN +{}", frozen.events)
        } else {
            let age = now.since(frozen.at).short();
            format!("FROZEN {age} +{}", frozen.events)
        };
        return Line::of(Role::Warning, text);
    }
    let age = |last: Time| now.since(last).short();
    match &app.link {
        Link::Connecting => match app.replica.remembered {
            Some(at) => Line::of(
                Role::Danger,
                format!("STALE {}", app.shown_now().since(at).short()),
            ),
            None => Line::of(Role::Warning, "CONNECTING"),
        },
        // Its age would cost a slow link bytes, and says only that all is well.
        Link::Live { .. } if spared => Line::of(Role::Good, "LIVE"),
        Link::Live { last, .. } => Line::of(Role::Good, format!("LIVE {}", age(*last))),
        Link::Slow { last, .. } => Line::of(Role::Warning, format!("SLOW {}", age(*last))),
        Link::Stale { last, .. } => Line::of(Role::Danger, format!("STALE {}", age(*last))),
        Link::Down {
            tries, retry_at, ..
        } => {
            let next = retry_at.since(now).short();
            Line::of(Role::Danger, format!("DOWN try {} in {next}", tries + 1))
        }
    }
}

/// Who else has this pipeline open; on the other screens how many are there.
fn others(app: &App) -> Line {
    let pipeline = app.screen().pipeline();
    let others = query::others(&app.replica, pipeline);
    if others.is_empty() {
        return Line::default();
    }
    let mut names = others.keys();
    let text = match (pipeline, names.next()) {
        (Some(_), Some(first)) if others.len() == 1 => format!("with {first}  "),
        (Some(_), Some(first)) => format!("with {first} +{}  ", others.len() - 1),
        (Some(_) | None, _) => format!("{} more here  ", others.len()),
    };
    Line::of(Role::Key, Sanitized::from(text))
}

/// How far away the terminal is, where there is room and it was asked.
fn round_trip(app: &App, width: u16) -> Line {
    match app.ui.round_trip {
        Some(span) if width >= TWO_CLOCKS => Line::of(Role::Label, format!(" (rtt {}ms)", span.0)),
        Some(_) | None => Line::default(),
    }
}

/// Line 2: the banner when something is wrong, else the summary with what is in force.
pub(super) fn state(app: &App, canvas: &mut Canvas<'_>, row: Rect) {
    if let Some(text) = banner(app) {
        canvas.line(row, &Line::of(Role::Banner, format!(" {text} ")));
        return;
    }
    let right = in_force(app, canvas);
    let room = usize::from(row.width).saturating_sub(right.width() + 2);
    canvas.ends(row, &summary(app, canvas, room), &right);
}

/// What everybody must know before they trust the screen, the worst first.
fn banner(app: &App) -> Option<String> {
    let old = |last: Time| app.second().since(last).short();
    let asking = app.ui.in_flight.values().find_map(|sent| {
        let asking = sent.asking.as_ref()?;
        Some(format!(
            "UNKNOWN OUTCOME of {}: sent {} ago, not sent again; asking, try {}",
            sent.title,
            app.second().since(sent.sent).short(),
            asking.tries
        ))
    });
    let link = match &app.link {
        Link::Down { why, .. } if app.replica.rows.is_empty() => {
            Some(format!("NO CONNECTION: {why}"))
        }
        Link::Down { why, .. } => Some(format!("NO CONNECTION, what you see is old: {why}")),
        Link::Stale { last, .. } => Some(format!(
            "STALE: nothing heard for {}; only hold, reject, rollback",
            old(*last)
        )),
        Link::Connecting if app.replica.rows.is_empty() => None,
        Link::Connecting if app.replica.remembered.is_some() => {
            Some("CONNECTING, what you see is from the last time".to_owned())
        }
        Link::Connecting => Some("CONNECTING, what you see may be old".to_owned()),
        Link::Live { .. } | Link::Slow { .. } => None,
    };
    let missed = app.replica.missed.map(|missed| {
        format!("resynced, {missed} events missed: press e on a pipeline to read them")
    });
    let skew = Span(app.replica.offset_ms.unsigned_abs());
    let skew = (skew > SKEW_MOST)
        .then(|| format!("this machine's clock is {} off the server's", skew.short()));
    let ours = env!("CARGO_PKG_VERSION");
    let version = app.replica.version.as_deref();
    let version = version.filter(|theirs| *theirs != ours).map(|theirs| {
        format!("the server is version {theirs}, this terminal {ours}: it may not show all of it")
    });
    asking.or(link).or(missed).or(skew).or(version)
}

/// A clock further off than this makes ages wrong enough to mislead.
const SKEW_MOST: Span = Span::seconds(5);

/// What the screen is about, as many words as fit whole.
fn summary(app: &App, canvas: &Canvas<'_>, room: usize) -> Line {
    let Some(name) = about(app) else {
        return counts(app, canvas.theme, room);
    };
    let Some(row) = app.replica.rows.get(name) else {
        return Line::of(Role::Label, "waiting for the server");
    };
    let now = app.shown_now();
    let said =
        |label: &'static str, text: String| Line::of(Role::Label, label).then(Role::Plain, text);
    let change = app
        .pipeline(name)
        .and_then(|pipeline| query::next_change(pipeline, now));
    let change = change.map(|(at, window, opens)| {
        let verb = if opens { "opens" } else { "closes" };
        said(
            "  window ",
            format!("{window} {verb} {}", app.times().moment(at)),
        )
    });
    let words = [
        Some(said("  owner ", row.owner.to_string())),
        on_call(app, row),
        next_on_call(app, row),
        change,
        Some(said(
            "  service ",
            format!("{}, {}", row.service, kind(row.kind)),
        )),
    ];
    let mut line = Line::plain(" ").join(badge(canvas.theme, row.status));
    for word in words.into_iter().flatten() {
        if line.width() + word.width() <= room {
            line = line.join(word);
        }
    }
    line
}

/// The pipeline that the screen is about, if it is one.
fn about(app: &App) -> Option<&PipelineName> {
    let screen = app.screen();
    let of_all = matches!(screen, Screen::Alarms(of) if matches!(of.scope, AlarmsOf::Fleet(_)));
    screen.pipeline().filter(|_| !of_all)
}

/// Who is to be called, and until when, where the team has a rota.
fn on_call(app: &App, row: &Summary) -> Option<Line> {
    let who = Sanitized::from(query::on_call(app, &row.owner)?);
    Some(Line::of(Role::Label, "  on-call ").then(Role::Plain, who))
}

fn next_on_call(app: &App, row: &Summary) -> Option<Line> {
    let (who, from) = query::next_on_call(app, &row.owner)?;
    let text = format!("{who} {}", app.times().moment(from));
    Some(Line::of(Role::Label, " | next ").then(Role::Plain, Sanitized::from(text)))
}

fn kind(kind: crate::model::Kind) -> &'static str {
    use crate::model::Kind;
    match kind {
        Kind::Application => "application",
        Kind::Infrastructure => "infrastructure",
        Kind::OsPatch => "os patch",
        Kind::Configuration => "configuration",
        Kind::FeatureFlags => "feature flags",
        Kind::StaticAssets => "static assets",
        Kind::OperatorTooling => "operator tooling",
    }
}

/// Holds and overrides stay in sight until they end: the first by name, the others counted.
fn in_force(app: &App, canvas: &Canvas<'_>) -> Line {
    let pipeline = about(app).and_then(|name| app.pipeline(name));
    let orders = query::standing_orders(pipeline, &app.replica.org, app.shown_now());
    let Some(first) = orders.first() else {
        return Line::default();
    };
    let role = if first.what.starts_with("hold") {
        Role::Status(Status::Held)
    } else {
        Role::Overridden
    };
    let left = first
        .expires
        .map(|at| format!(" {} left", at.since(app.shown_now()).short()));
    let more = match orders.len() {
        1 => String::new(),
        more => format!(" +{}", more - 1),
    };
    let left = left.unwrap_or_default();
    let text = format!(
        "{} {} by {}{left}{more} ",
        canvas.theme.glyph(role),
        first.what,
        first.by
    );
    Line::of(role, text)
}

/// All that a tiny terminal can say.
pub(super) fn too_small(app: &App, canvas: &mut Canvas<'_>, area: Rect) {
    let (width, height) = SMALLEST;
    let text = format!(
        "pilothouse: terminal {}x{}, need {width}x{height} |",
        area.width, area.height
    );
    let theme = canvas.theme;
    canvas.line(area, &Line::plain(text).join(signs(app, theme)));
}

//! One stage as a card: state, release, since when; then what is in the way, how far it is, and what
//! it waits for. The most urgent lines come first, because a small card shows only those.

use crate::{
    model::{AlarmLevel, Blocker, BlockerKind, Clears, Status},
    tui::{
        app::{App, Grain},
        query::{self, Card},
        text::{ago, until, wrap},
        theme::{Role, Theme},
        widgets::{Canvas, Line, badge, bar, canvas::below, frame, glyph},
    },
};
use ratatui::layout::Rect;

/// Cells of the label of a line.
const LABEL: usize = 8;
/// Rows from which a card has bars.
const BARS_FROM: u16 = 10;

pub(super) fn draw(
    app: &App,
    card: &Card<'_>,
    (at, selected): (usize, bool),
    canvas: &mut Canvas<'_>,
    area: Rect,
) {
    let role = if selected {
        Role::Selection
    } else {
        Role::Title
    };
    let mark = if selected { ">" } else { "" };
    let title = Line::of(Role::Key, mark).then(role, format!("{} {}", at + 1, card.view.stage));
    let inner = frame(canvas, area, &title, &Line::default());
    let old = app.link.last().is_none();
    let question = if old { " ?" } else { "" };
    let state = badge(canvas.theme, card.view.status).then(Role::Plain, question);
    let release = card
        .view
        .release
        .map_or_else(String::new, |release| release.to_string());
    canvas.ends(inner, &state, &Line::of(Role::Title, release));
    let rest = below(inner, 1);
    let lines = lines(
        app,
        card,
        canvas.theme,
        (usize::from(inner.width), rest.height),
    );
    let used = canvas.lines(rest, &lines);
    let hidden = lines.len().saturating_sub(usize::from(used));
    if hidden > 0 && inner.height > 2 {
        let last = Rect {
            y: inner.bottom() - 1,
            height: 1,
            ..inner
        };
        super::footer::clear(canvas, last);
        canvas.line(
            last,
            &Line::of(Role::Label, format!("{} more (Enter)", hidden + 1)),
        );
    }
}

fn lines(app: &App, card: &Card<'_>, theme: &Theme, (width, rows): (usize, u16)) -> Vec<Line> {
    let bars = (rows >= BARS_FROM).then_some(width);
    let now = app.shown_now();
    let mut lines = Vec::new();
    if let Some(since) = card.view.since {
        lines.push(labelled("for", ago(since, now)));
    }
    let told_below = matches!(
        card.view.status,
        Status::Ok
            | Status::Approve
            | Status::Bake
            | Status::NotYet
            | Status::Blocked
            | Status::Held
    );
    if !told_below && !card.view.why.is_empty() {
        let why = wrap(&card.view.why, width);
        lines.extend(
            why.into_iter()
                .take(2)
                .map(|line| Line::of(Role::Warning, line)),
        );
    }
    lines.extend(request(app, card));
    lines.extend(blockers(app, &card.blockers, theme));
    lines.extend(deploy(card, bars));
    lines.extend(lanes(card, theme, bars));
    lines.extend(baking(card, bars));
    lines.extend(alarms(app, card, theme));
    if card.armed {
        lines.push(Line::of(Role::Warning, "auto-rollback armed"));
    }
    lines.extend(runs(card));
    lines.extend(gates(card, theme));
    lines.extend(source(app, card));
    lines.extend(building(app, card));
    lines.extend(past(app, card));
    lines
}

fn labelled(label: &'static str, text: impl Into<crate::tui::text::Sanitized>) -> Line {
    Line::of(Role::Label, label)
        .to(LABEL)
        .then(Role::Plain, text)
}

fn request(app: &App, card: &Card<'_>) -> Vec<Line> {
    let Some(request) = &card.request else {
        return Vec::new();
    };
    let mut lines = vec![
        labelled("asks", request.from.clone()),
        labelled(
            "given",
            format!("{} of {}, {}", request.given, request.wanted, request.name),
        ),
    ];
    if let Some(at) = request.takes_effect {
        let times = app.times();
        let left = match app.ui.grain {
            Grain::Seconds if !app.ui.slow => format!("for {}", until(at, times.now)),
            // It is a matter of seconds, which the screen does not count.
            Grain::Seconds | Grain::Minutes => format!("until {}", at.utc().format("%H:%M:%SZ")),
        };
        lines.push(labelled("undo", format!("{left}, then it takes effect")));
    }
    let mut authors: Vec<&str> = request.changes.iter().map(|c| c.author.login()).collect();
    authors.sort_unstable();
    authors.dedup();
    let changes = match request.changes.len() {
        1 => "1 change".to_owned(),
        many => format!("{many} changes"),
    };
    lines.push(Line::of(
        Role::Human,
        format!("{changes} by {}", authors.join(", ")),
    ));
    let mine = app
        .replica
        .operator
        .as_ref()
        .is_some_and(|me| request.members.contains(me));
    if mine {
        lines.push(Line::of(Role::Human, "you may approve"));
    }
    lines
}

/// The whole list, each with when it clears.
fn blockers(app: &App, blockers: &[Blocker], theme: &Theme) -> Vec<Line> {
    if blockers.is_empty() {
        return Vec::new();
    }
    let standing = blockers.iter().filter(|blocker| blocker.blocks()).count();
    let mut lines = vec![labelled("blocked", format!("by {standing}"))];
    for blocker in blockers {
        let role = if blocker.blocks() {
            Role::Status(query::kind_status(blocker.kind))
        } else {
            Role::Overridden
        };
        let name = blocker.id.0.rsplit('/').next().unwrap_or_default();
        let until = match (blocker.overridden, &blocker.clears) {
            (Some(id), _) => format!(" by {id}"),
            (None, Clears::At(at)) => format!(" {}", app.times().moment(*at)),
            (None, Clears::When(_)) => String::new(),
        };
        let kind = if blocker.kind == BlockerKind::Hold {
            "hold "
        } else {
            ""
        };
        let text = format!("{kind}{name}{until}");
        lines.push(glyph(theme, role).then(Role::Plain, format!(" {text}")));
    }
    lines
}

/// A bar's width, where the card is tall enough for bars.
type Bars = Option<usize>;

fn deploy(card: &Card<'_>, bars: Bars) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(next) = card.next.filter(|next| Some(*next) != card.view.release) {
        lines.push(labelled("next", next.to_string()));
    }
    if !card.inside.is_empty() {
        let older: Vec<String> = card.inside.iter().map(ToString::to_string).collect();
        lines.push(labelled("inside", older.join(" ")));
    }
    if let Some((done, total)) = card.deploy {
        let percent = (done * 100).checked_div(total).unwrap_or(0);
        lines.push(labelled("deploy", format!("{done}/{total} {percent:>3}%")));
        if let Some(width) = bars.filter(|_| done < total) {
            lines.push(Line::plain(bar(count(done), count(total), width)));
        }
    }
    lines
}

/// The regions side by side, on a card that has the room.
fn lanes(card: &Card<'_>, theme: &Theme, bars: Bars) -> Vec<Line> {
    if bars.is_none() || card.lanes.len() < 2 {
        return Vec::new();
    }
    let rows = card.lanes.iter().map(|lane| {
        let zone = match (&lane.zone, lane.one_box) {
            (_, true) => " one-box".to_owned(),
            (Some(zone), false) => format!(" zone {zone}"),
            (None, false) => String::new(),
        };
        let text = format!(" {} {}/{}{zone}", lane.region, lane.done, lane.total);
        glyph(theme, Role::Status(lane.status)).then(Role::Plain, text)
    });
    rows.collect()
}

/// What runs there now; `?` is nothing certain.
fn runs(card: &Card<'_>) -> Option<Line> {
    let running: Vec<String> = card
        .running
        .iter()
        .map(|(release, targets)| match release {
            Some(release) => format!("{release} on {targets}"),
            None => format!("? on {targets}"),
        })
        .collect();
    (!running.is_empty()).then(|| labelled("runs", running.join(", ")))
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

fn baking(card: &Card<'_>, bars: Bars) -> Vec<Line> {
    let Some(bake) = &card.baking else {
        return Vec::new();
    };
    let paused = if bake.paused.is_some() { " PAUSED" } else { "" };
    let text = format!("{}/{}{paused}", bake.healthy.short(), bake.wanted.short());
    let mut lines = vec![labelled("bake", text)];
    if bake.points_wanted > 0 {
        lines.push(labelled(
            "points",
            format!("{}/{}", bake.points, bake.points_wanted),
        ));
    }
    match (&bake.paused, bars) {
        (Some(why), _) => lines.push(Line::of(Role::Warning, why.clone())),
        (None, Some(width)) => lines.push(Line::plain(bar(bake.healthy.0, bake.wanted.0, width))),
        (None, None) => {}
    }
    lines
}

fn alarms(app: &App, card: &Card<'_>, theme: &Theme) -> Vec<Line> {
    let count = card.alarms;
    if count.total() == 0 {
        return Vec::new();
    }
    let mut words = Vec::new();
    if count.firing > 0 {
        words.push(format!("{} FIRING", count.firing));
    }
    if count.no_data > 0 {
        words.push(format!("{} no data", count.no_data));
    }
    if count.ok > 0 {
        words.push(format!("{} ok", count.ok));
    }
    let role = if count.firing > 0 {
        Role::Danger
    } else {
        Role::Plain
    };
    let mut lines = vec![
        Line::of(Role::Label, "alarms")
            .to(LABEL)
            .then(role, words.join(" ")),
    ];
    for (alarm, level, since) in &card.troubled {
        let status = match level {
            AlarmLevel::Firing => Status::Alarm,
            AlarmLevel::NoData => Status::NoData,
            AlarmLevel::Ok => Status::Ok,
        };
        let text = format!(" {alarm} {}", ago(*since, app.shown_now()));
        lines.push(glyph(theme, Role::Status(status)).then(Role::Plain, text));
    }
    lines
}

fn gates(card: &Card<'_>, theme: &Theme) -> Vec<Line> {
    let shown = card.gates.iter().filter(|gate| gate.kind != "approval");
    shown
        .map(|gate| {
            let name = if gate.name.is_empty() {
                gate.kind
            } else {
                gate.name
            };
            let why = if gate.why.is_empty() {
                String::new()
            } else {
                format!(": {}", gate.why)
            };
            glyph(theme, Role::Status(gate.status)).then(Role::Plain, format!(" {name}{why}"))
        })
        .collect()
}

fn source(app: &App, card: &Card<'_>) -> Vec<Line> {
    let Some(source) = &card.source else {
        return Vec::new();
    };
    let repository = source
        .repository
        .rsplit(['/', ':'])
        .next()
        .unwrap_or_default();
    let mut lines = vec![labelled(
        "branch",
        format!("{repository} {}", source.branch),
    )];
    if let Some(change) = source.newest {
        lines.push(labelled(
            "commit",
            format!("{} {}", change.sha.short(), change.author.login()),
        ));
        lines.push(Line::plain(change.title.clone()));
    }
    if let Some(moved) = source.moved {
        lines.push(labelled(
            "moved",
            format!("{} ago", ago(moved, app.shown_now())),
        ));
    }
    lines.extend(
        source
            .releases
            .iter()
            .map(|(id, sha)| Line::plain(format!("{id:<6}{sha}"))),
    );
    lines
}

fn building(app: &App, card: &Card<'_>) -> Option<Line> {
    let since = card.building?;
    Some(labelled("build", ago(since, app.shown_now())))
}

fn past(app: &App, card: &Card<'_>) -> Vec<Line> {
    if card.past.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![Line::of(Role::Label, "before")];
    lines.extend(card.past.iter().map(|(release, word, ended, _)| {
        Line::plain(format!(
            "{release:<6}{word} {}",
            ago(*ended, app.shown_now())
        ))
    }));
    lines
}

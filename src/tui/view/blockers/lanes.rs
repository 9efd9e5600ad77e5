//! One lane for each stage over the hours of a day or of three: when releases may start, and what
//! keeps them out. The answer comes from the server, which asks what the engine obeys.

use crate::{
    model::{Passing, Pipeline, Span, Status, Time, Timeline, timelines},
    tui::{
        app::App,
        screen::BlockersScreen,
        text::{Sanitized, Times},
        theme::Role,
        update::bounds,
        widgets::{Axis, Canvas, Line, Piece, Scale, Track, canvas::below, timeline},
    },
};
use chrono::Timelike as _;
use ratatui::layout::Rect;

/// What is drawn for a state, and with which word in the legend.
const SIGNS: [(Passing, &str, &str); 7] = [
    (Passing::Open, "=", "may start"),
    (Passing::Closed, "#", "closed"),
    (Passing::Frozen, "F", "freeze"),
    (Passing::Alarm, "!", "alarm"),
    (Passing::NoData, "?", "no data"),
    (Passing::Overridden, "o", "overridden"),
    (Passing::Held, "H", "held"),
];

/// The legend needs more than this.
const LEGEND_FROM: u16 = 10;

/// Draws them and says how many rows that took.
pub(super) fn draw(app: &App, screen: &BlockersScreen, canvas: &mut Canvas<'_>, area: Rect) -> u16 {
    let Some(windows) = screen.windows.answer.as_deref() else {
        let why = screen.windows.trouble.as_ref();
        let text = why.map_or_else(
            || " waiting for the windows of this day".to_owned(),
            |why| format!(" the windows are not to be had: {why}"),
        );
        canvas.line(area, &Line::of(Role::Label, text));
        return 2;
    };
    let legend = u16::from(area.height >= LEGEND_FROM);
    let room = usize::from(area.height.saturating_sub(2 + legend));
    let (tracks, hidden) = tracks(&windows.timelines, room);
    let from = bounds(screen, app.shown_now()).0;
    let scale = Scale::fit(from, area.width);
    let axis = axis(app, scale, from, hidden);
    let used = timeline(canvas, area, scale, &axis, &tracks);
    if legend > 0 {
        canvas.line(below(area, used), &legend_line());
    }
    used + legend
}

/// The next 24 hours, as the replica knows them; says how many rows that took.
pub(in crate::tui::view) fn next_day(
    app: &App,
    pipeline: &Pipeline,
    canvas: &mut Canvas<'_>,
    area: Rect,
) -> u16 {
    const QUARTER: i64 = 15 * 60_000;
    const GUTTER: u16 = 16;
    let now = app.shown_now();
    let (columns, minutes) = if area.width < 96 + GUTTER {
        (48, 30)
    } else {
        (96, 15)
    };
    let scale = Scale {
        from: Time(now.0.div_euclid(QUARTER) * QUARTER),
        step: Span::minutes(minutes),
        columns,
        gutter: GUTTER,
    };
    let bounds = (scale.from, scale.to());
    let found = timelines(pipeline, &app.replica.org, now, bounds);
    let room = usize::from(area.height.saturating_sub(4));
    let (tracks, hidden) = tracks(&found, room);
    let axis = axis(app, scale, now, hidden);
    let title = Line::of(Role::Title, " WINDOWS & BLOCKERS, next 24h");
    canvas.line(area, &title.then(Role::Label, "  # tells the rules"));
    let used = 1 + timeline(canvas, below(area, 1), scale, &axis, &tracks);
    canvas.line(below(area, used), &legend_line());
    used + 1
}

/// The stages that are not always open first to be kept where not all fit, in their order; and how
/// many are left out.
fn tracks(timelines: &[Timeline], room: usize) -> (Vec<Track>, usize) {
    let always_open = |timeline: &&Timeline| {
        let mut stretches = timeline.stretches.iter();
        stretches.all(|stretch| stretch.state == Passing::Open)
    };
    let all = timelines.iter();
    let open = all.clone().filter(always_open).count();
    let spare = all.len().saturating_sub(room).min(open);
    let mut left_out = 0;
    let kept = all.filter(|timeline| {
        let leave = left_out < spare && always_open(timeline);
        left_out += usize::from(leave);
        !leave
    });
    let tracks: Vec<Track> = kept.take(room).map(track).collect();
    let hidden = timelines.len() - tracks.len();
    (tracks, hidden)
}

fn track(timeline: &Timeline) -> Track {
    let pieces = timeline.stretches.iter().map(|stretch| {
        let (sign, role) = look(stretch.state);
        let weight = Passing::ALL
            .iter()
            .position(|state| *state == stretch.state);
        Piece {
            from: stretch.from,
            to: stretch.to,
            sign,
            role,
            weight: weight.and_then(|at| u8::try_from(at).ok()).unwrap_or(0),
        }
    });
    Track {
        label: Sanitized::of(&timeline.stage),
        pieces: pieces.collect(),
    }
}

fn look(state: Passing) -> (&'static str, Role) {
    let sign = SIGNS.iter().find(|(known, _, _)| *known == state);
    let sign = sign.map_or("?", |(_, sign, _)| *sign);
    let role = match state {
        Passing::Open => Role::Good,
        Passing::Closed => Role::Status(Status::Blocked),
        Passing::Frozen => Role::Warning,
        Passing::Alarm => Role::Status(Status::Alarm),
        Passing::NoData => Role::Status(Status::NoData),
        Passing::Overridden => Role::Overridden,
        Passing::Held => Role::Status(Status::Held),
    };
    (sign, role)
}

/// What stands above the lanes; the zone is named as it is at a moment.
fn axis(app: &App, scale: Scale, zone_at: Time, hidden: usize) -> Axis {
    let (now, times) = (app.shown_now(), app.times());
    Axis {
        label: Sanitized::from(times.zone_word(zone_at)),
        ticks: ticks(scale, times),
        now,
        now_words: Sanitized::from(times.wall(now)),
        note: Sanitized::from(note(scale, hidden)),
    }
}

/// Hours, as many as are legible; a day begins with its name.
fn ticks(scale: Scale, times: Times) -> Vec<(Time, Sanitized)> {
    let every = match scale.step.0 / 60_000 {
        0..30 => 2,
        30..60 => 4,
        _ => 6,
    };
    let mut ticks = Vec::new();
    let mut at = scale.from;
    while at < scale.to() {
        let reading = times.reading(at);
        if reading.minute() == 0 && reading.hour().is_multiple_of(every) {
            let form = if reading.hour() == 0 { "%a" } else { "%H" };
            ticks.push((at, Sanitized::from(reading.format(form).to_string())));
        }
        // Clocks are off by quarters of an hour from one another.
        at = at + Span::minutes(15);
    }
    ticks
}

/// Which days are shown, and what is not.
fn note(scale: Scale, hidden: usize) -> String {
    let first = scale.from.utc();
    let last = Time(scale.to().0 - 1).utc();
    let day = |at: chrono::DateTime<chrono::Utc>| at.format("%a %m-%d").to_string();
    let days = if first.date_naive() == last.date_naive() {
        day(first)
    } else {
        format!("{} to {}", day(first), day(last))
    };
    match hidden {
        0 => days,
        hidden => format!("+{hidden} stages  {days}"),
    }
}

fn legend_line() -> Line {
    let line = Line::plain(" ");
    SIGNS.iter().fold(line, |line, (state, sign, words)| {
        let (_, role) = look(*state);
        line.then(role, *sign)
            .then(Role::Label, format!(" {words}  "))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::text::ClockMode;

    /// The hours on the axis with those of UTC at which they stand, from midnight in UTC to noon.
    fn hours(mode: ClockMode, zone: &str, day: &str) -> String {
        let from: Time = format!("{day}T00:00:00Z").parse().unwrap();
        let times = Times {
            mode,
            zone: zone.parse().unwrap(),
            now: from,
        };
        let scale = Scale {
            from,
            step: Span::minutes(20),
            columns: 36,
            gutter: 8,
        };
        let ticks = ticks(scale, times).into_iter();
        let ticks = ticks.map(|(at, words)| format!("{words}@{}", at.utc().format("%H:%M")));
        ticks.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn an_axis_on_days_that_are_shorter_and_longer() {
        for (mode, zone, day, expected) in [
            (
                ClockMode::Utc,
                "Europe/Berlin",
                "2026-03-29",
                "Sun@00:00 02@02:00 04@04:00 06@06:00 08@08:00 10@10:00",
            ),
            (
                ClockMode::Local,
                "Europe/Berlin",
                "2026-03-29",
                "04@02:00 06@04:00 08@06:00 10@08:00 12@10:00",
            ),
            (
                ClockMode::Local,
                "Europe/Berlin",
                "2026-10-25",
                "02@00:00 02@01:00 04@03:00 06@05:00 08@07:00 10@09:00 12@11:00",
            ),
            (
                ClockMode::Local,
                "Asia/Kathmandu",
                "2026-03-29",
                "06@00:15 08@02:15 10@04:15 12@06:15 14@08:15 16@10:15",
            ),
        ] {
            assert_eq!(hours(mode, zone, day), expected, "{zone} {day}");
        }
    }
}

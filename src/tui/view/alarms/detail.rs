//! Everything there is to see of one alarm: what it read around the last deployment, targets with the
//! new release against those without, whether it would roll back and when, its source, its runbook.

use crate::{
    model::{
        AlarmLevel, AlarmSight, Contrast, Mark, Measure, Sample, Side, Span, StageName, Time,
        Watching,
    },
    tui::{
        app::App,
        query::{self, AlarmRow, Chart},
        text::{Sanitized, Times, ago, wrap},
        theme::Role,
        widgets::{Bar, Canvas, Line, SPARK_GUTTER, Spark, canvas::below},
    },
};
use ratatui::layout::Rect;

/// Rows that the detail wants at least: with fewer the list gives way.
pub(super) const LEAST: u16 = 8;
/// Rows of the chart, where there is room for it and for the words.
const CHART_MOST: u16 = 8;

pub(super) fn draw(
    app: &App,
    every: Span,
    row: &AlarmRow<'_>,
    canvas: &mut Canvas<'_>,
    area: Rect,
) {
    let now = app.shown_now();
    let width = usize::from(area.width.saturating_sub(2));
    let words = words(row, every, now);
    let words = words.iter().flat_map(|(role, text)| {
        let lines = wrap(text, width).into_iter();
        lines.map(|line| Line::of(*role, format!(" {line}")))
    });
    let words: Vec<Line> = words.collect();
    let n_words = u16::try_from(words.len()).unwrap_or(u16::MAX);
    let room = area.height.saturating_sub(n_words.saturating_add(2));
    let chart_rows = room.clamp(2, CHART_MOST).min(area.height.saturating_sub(2));
    let place = Rect {
        height: chart_rows + 2,
        ..area
    };
    let used = if let Some(seen) = row.seen {
        draw_chart(seen, (every, app.times()), canvas, place)
    } else {
        let text = format!(" {}: waiting for what it read lately", row.sight.alarm);
        canvas.line(area, &Line::of(Role::Label, text));
        1
    };
    canvas.lines(below(area, used), &words);
}

/// The title, the chart and its axis; says how many rows that took.
fn draw_chart(
    seen: &AlarmSight,
    (every, times): (Span, Times),
    canvas: &mut Canvas<'_>,
    area: Rect,
) -> u16 {
    let columns = usize::from(area.width.saturating_sub(SPARK_GUTTER + 1)).min(60);
    let chart = query::chart(&seen.trace, columns, every, times.now);
    let stages: Vec<&str> = seen.bearing.stages.iter().map(StageName::as_str).collect();
    let length = Span(chart.step.0 * u64::try_from(columns).unwrap_or(1));
    let limit = seen.limit.map(|limit| format!(", limit {limit}"));
    let limit = limit.unwrap_or_default();
    let title = Line::of(Role::Title, format!(" {}", seen.alarm))
        .then(Role::Plain, format!("  {}", stages.join(" ")))
        .then(
            Role::Label,
            format!("  last {length}, 1 char = {}{limit}", chart.step),
        );
    let bars: Vec<Bar> = chart
        .columns
        .iter()
        .map(|sample| bar(sample.as_ref()))
        .collect();
    canvas.line(area, &legend(title, &bars));
    let limit = seen.limit.unwrap_or(Measure::number(0));
    let highest = Measure {
        millionths: Spark::highest(&bars, limit.millionths),
        ..limit
    };
    let spark = Spark {
        bars,
        limit: limit.millionths,
        bad: limit.bad,
        top: Sanitized::of(&highest),
        at_limit: Sanitized::of(&limit),
    };
    let place = Rect {
        height: area.height - 2,
        ..below(area, 1)
    };
    spark.draw(canvas, place);
    let marks = &seen.bearing.marks;
    let row = below(area, area.height - 1);
    canvas.line(row, &axis(&chart, marks, (columns, times), canvas));
    area.height
}

fn bar(sample: Option<&Sample>) -> Bar {
    let Some(Sample { level, value, .. }) = sample else {
        return Bar::Blank;
    };
    match (level, value) {
        (_, Some(value)) => Bar::Value(value.millionths),
        (AlarmLevel::NoData, None) => Bar::NoData,
        (AlarmLevel::Ok, None) => Bar::Fine,
        (AlarmLevel::Firing, None) => Bar::Firing,
    }
}

/// The title with the meaning of each sign that stands for no figure.
fn legend(mut title: Line, bars: &[Bar]) -> Line {
    for bar in [Bar::NoData, Bar::Fine, Bar::Firing] {
        if let Some((role, sign, meaning)) = bar.told().filter(|_| bars.contains(&bar)) {
            title = title
                .then(Role::Plain, "  ")
                .then(role, sign)
                .then(Role::Label, format!(" {meaning}"));
        }
    }
    title
}

/// Where the chart begins, a mark for each deployment with its release, and now. `<` is a rollback.
fn axis(
    chart: &Chart,
    marks: &[Mark],
    (columns, times): (usize, Times),
    canvas: &Canvas<'_>,
) -> Line {
    let (gutter, now) = (usize::from(SPARK_GUTTER), times.now);
    let mut shown: Vec<(usize, &Mark)> = Vec::new();
    for mark in marks {
        // Newest first: of several in one column that one is told.
        let column = chart.column(mark.at, now);
        let column = column.filter(|column| shown.iter().all(|(known, _)| known != column));
        shown.extend(column.map(|column| (column, mark)));
    }
    shown.reverse();
    let back = chart
        .step
        .0
        .saturating_mul(u64::try_from(columns).unwrap_or(0));
    let begins = Time(now.0 - i64::try_from(back).unwrap_or(0));
    let begin = times.moment(begins);
    let mut line = Line::default().to(gutter);
    if shown
        .first()
        .is_none_or(|(column, _)| *column > begin.len())
    {
        line = line.then(Role::Label, begin);
    }
    for (at, (column, mark)) in shown.iter().enumerate() {
        let next = shown.get(at + 1).map(|(next, _)| *next);
        line = line
            .to(gutter + column)
            .then(Role::Key, canvas.sign("^", "▲"));
        let words = told(mark, next.is_none(), times);
        if next.is_none_or(|next| column + 1 + words.len() < next) {
            line = line.then(Role::Plain, words);
        }
    }
    let end = gutter + columns;
    if line.width() + 4 > end {
        return line;
    }
    line.to(end - 3).then(Role::Label, "now")
}

/// `r3`, `<r3`; of the newest with its moment.
fn told(mark: &Mark, newest: bool, times: Times) -> String {
    let sign = if mark.rollback { "<" } else { "" };
    let at = if newest {
        format!(" {}", times.moment(mark.at))
    } else {
        String::new()
    };
    format!("{sign}{}{at}", mark.release)
}

/// What there is to say in words, the most urgent first.
fn words(row: &AlarmRow<'_>, every: Span, now: Time) -> Vec<(Role, String)> {
    let sight = &row.sight;
    let mut words: Vec<(Role, String)> = Vec::new();
    let story = (Role::Warning, sight.state.told());
    let contrast = row.seen.and_then(|seen| seen.contrast.as_ref());
    words.extend(contrast.into_iter().flat_map(compared));
    words.extend(Some(story).filter(|(_, text)| !text.is_empty()));
    words.extend(rollback(row, every));
    words.extend(row.seen.map(|seen| source(seen, every, now)));
    words.extend(sight.runbook.iter().map(|link| {
        let text = format!("runbook: {link}  (y u copies)");
        (Role::Plain, text)
    }));
    words
}

fn compared(contrast: &Contrast) -> [(Role, String); 2] {
    let side = |side: &Side| {
        let share = side.counted.share();
        let share = share.map_or_else(|| "nothing".to_owned(), |share| share.to_string());
        let plural = if side.targets == 1 { "" } else { "s" };
        format!(
            "{share} of {} ({} target{plural})",
            side.counted.whole, side.targets
        )
    };
    let figures = format!(
        "with {} {} | without it {}",
        contrast.by.release,
        side(&contrast.touched),
        side(&contrast.untouched)
    );
    [
        (Role::Plain, figures),
        (Role::Title, format!("=> {}", contrast.words())),
    ]
}

/// Whether it rolls anything back, and at the earliest when.
fn rollback(row: &AlarmRow<'_>, every: Span) -> Vec<(Role, String)> {
    let bearing = &row.sight.bearing;
    let told = |watching: &Watching| format!("{} in {}", watching.release, watching.stage);
    let mut words: Vec<(Role, String)> = Vec::new();
    words.extend(
        bearing
            .rolling_back
            .iter()
            .map(|watching| (Role::Danger, format!("rolling back {}", told(watching)))),
    );
    let worse = row.sight.limit.map_or("worse", Measure::worse);
    words.extend(bearing.known.iter().map(|watching| {
        let text = format!(
            "KNOWN when {} was let in: rolls it back only if it gets {worse}",
            told(watching)
        );
        (Role::Warning, text)
    }));
    let rule = row.seen.map_or(row.sight.firing, |seen| seen.firing);
    let side = row.sight.limit.map_or("above", Measure::side);
    words.extend(bearing.armed.iter().map(|watching| {
        let missing = rule.of.saturating_sub(rule.above);
        let earliest = Span(every.0.saturating_mul(missing.into()));
        let when = match row.sight.state.level {
            AlarmLevel::Firing => "fires now".to_owned(),
            AlarmLevel::Ok | AlarmLevel::NoData => format!(
                "fires when {} of {} readings are {side} ({} now), in {} at the earliest",
                rule.of,
                rule.readings,
                rule.above,
                earliest.short()
            ),
        };
        let text = format!("auto-rollback of {}: ARMED, {when}", told(watching));
        (Role::Warning, text)
    }));
    if words.is_empty() {
        let text = "auto-rollback: not armed, nothing that it watches is being deployed";
        words.push((Role::Label, text.to_owned()));
    }
    words
}

fn source(seen: &AlarmSight, every: Span, now: Time) -> (Role, String) {
    let source = &seen.source;
    let answered = source.answered.map_or_else(
        || "no answer yet".to_owned(),
        |at| format!("answered {} ago", ago(at, now)),
    );
    let place = format!(
        "{} {}, every {every}, {answered}",
        source.kind, source.place
    );
    match &source.trouble {
        Some((since, _)) => {
            let text = format!("{place}, FAILING for {}", ago(*since, now));
            (Role::Danger, text)
        }
        None => (Role::Label, place),
    }
}

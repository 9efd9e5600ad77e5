//! The report as Markdown for a chat or a page, with nothing in it that Markdown or a terminal would
//! obey. Pure.

use crate::{
    cli::{
        handover::report::{Counts, Of, Report, Story},
        output,
    },
    model::{Status, Time},
};

pub(super) fn lines(report: &Report<'_>) -> Vec<String> {
    let mut lines = vec![format!("# Handover {} to {}", report.from, report.to)];
    lines.extend([String::new(), fleet(report)]);
    lines.extend(on_call(report));
    section(&mut lines, "What happened", Vec::new());
    for told in &report.happened {
        story(&mut lines, told);
    }
    if report.happened.is_empty() {
        lines.push("Nothing.".to_owned());
    }
    let now = report.to;
    section(&mut lines, "What is open", open(report, now));
    section(&mut lines, "What is under way", under_way(report, now));
    section(
        &mut lines,
        "Holds, overrides and quarantines in force",
        in_force(report, now),
    );
    section(&mut lines, "What happens next", next(report, now));
    lines
}

/// `Pipelines: 1 ALARM, 2 APPROVE, 11 OK`.
fn fleet(report: &Report<'_>) -> String {
    let of = |status: Status| report.fleet.iter().filter(|own| **own == status).count();
    let counted = Status::ALL.map(|status| (of(status), status));
    let counted = counted.into_iter().filter(|(n, _)| *n > 0);
    let words: Vec<String> = counted
        .map(|(n, status)| format!("{n} {}", status.word()))
        .collect();
    if words.is_empty() {
        return "Pipelines: none".to_owned();
    }
    format!("Pipelines: {}", words.join(", "))
}

/// `On call: payments ana, then li from 2026-11-30T00:00:00Z`.
fn on_call(report: &Report<'_>) -> Option<String> {
    let duties = report.on_call.iter();
    let duties: Vec<String> = duties
        .map(|(team, duty)| format!("{team} {duty}"))
        .collect();
    (!duties.is_empty()).then(|| format!("On call: {}", duties.join("; ")))
}

/// A heading with its points beneath it.
fn section(lines: &mut Vec<String>, title: &str, points: Vec<String>) {
    lines.extend([String::new(), format!("## {title}"), String::new()]);
    lines.extend(points);
}

fn story(lines: &mut Vec<String>, story: &Story) {
    if lines.last().is_some_and(|line| !line.is_empty()) {
        lines.push(String::new());
    }
    lines.push(format!("### {}", story.pipeline));
    lines.push(String::new());
    lines.push(format!(
        "Now {}: {}. {}",
        story.status.word(),
        text(&story.why),
        counts(&story.counts)
    ));
    if !story.events.is_empty() {
        lines.push(String::new());
    }
    lines.extend(story.events.iter().map(|event| {
        let place = if event.stage.is_empty() {
            String::new()
        } else {
            format!(" {}", event.stage)
        };
        format!(
            "- {} {}{place}: {} ({})",
            clock(event.at),
            event.kind,
            text(&event.text),
            text(&event.actor)
        )
    }));
}

fn counts(counts: &Counts) -> String {
    format!(
        "Releases {}, production stages passed {}, failures {}, rollbacks {}.",
        counts.releases, counts.production_stages_passed, counts.failures, counts.rollbacks
    )
}

fn open(report: &Report<'_>, now: Time) -> Vec<String> {
    let needs = report.open.iter().map(|open| {
        let need = &open.what;
        format!(
            "- {} {}: {}{} ({})",
            need.status.word(),
            place(open, &[&need.stage.to_string(), &or_none(need.release)]),
            text(&need.text),
            age(need.since, now),
            need.remedy
        )
    });
    let tickets = report.tickets.iter().map(|open| {
        let ticket = &open.what;
        let hands = match ticket.hands() {
            hands if hands.is_empty() => "nobody has it".to_owned(),
            hands => hands,
        };
        let at = [&ticket.stage.to_string(), &ticket.release.to_string()];
        format!(
            "- ticket {} {}: {}{} ({})",
            ticket.id,
            place(open, &at.map(String::as_str)),
            text(&ticket.title),
            age(Some(ticket.opened), now),
            text(&hands)
        )
    });
    or_nothing(needs.chain(tickets).collect())
}

fn under_way(report: &Report<'_>, now: Time) -> Vec<String> {
    let points = report.under_way.iter().map(|open| {
        let own = &open.what;
        format!(
            "- {} {}: {}{}",
            own.status.word(),
            place(open, &[&own.stage.to_string(), &or_none(own.release)]),
            text(&own.progress),
            age(own.since, now)
        )
    });
    or_nothing(points.collect())
}

fn in_force(report: &Report<'_>, now: Time) -> Vec<String> {
    let points = report.in_force.iter().map(|open| {
        let own = &open.what;
        let until = own.expires.map_or_else(
            || "until somebody lifts it".to_owned(),
            |at| format!("until {} ({} left)", clock(at), at.since(now).short()),
        );
        format!(
            "- {}: {} by {}, {until}: {}",
            place(open, &[]),
            own.what,
            text(own.by.as_str()),
            text(&own.reason)
        )
    });
    let quarantines = report.quarantines.iter().map(|open| {
        let own = &open.what;
        format!(
            "- {}: {} is in quarantine since the rollback of {}{}: {}",
            place(open, &[]),
            own.culprit,
            own.release,
            age(Some(own.at), now),
            text(&own.why)
        )
    });
    or_nothing(points.chain(quarantines).collect())
}

fn next(report: &Report<'_>, now: Time) -> Vec<String> {
    let moments = report.next.iter().map(|open| {
        let own = &open.what;
        let ahead = own.at.since(now).short();
        format!(
            "- {} in {ahead}: {} {}",
            clock(own.at),
            place(open, &[]),
            own.what
        )
    });
    let waits = report.waits.iter().map(|open| {
        let own = &open.what;
        let why = match own.why.as_slice() {
            [] => "a person decides".to_owned(),
            why => why.join("; "),
        };
        let (stage, release) = (own.stage.to_string(), own.release.to_string());
        format!(
            "- {} waits until somebody acts: {}",
            place(open, &[&stage, &release]),
            text(&why)
        )
    });
    or_nothing(moments.chain(waits).collect())
}

/// `checkout gamma r4`; what belongs to no pipeline belongs to all.
fn place<T>(of: &Of<T>, more: &[&str]) -> String {
    let pipeline = of.pipeline.as_ref();
    let mut words = vec![pipeline.map_or_else(|| "all pipelines".to_owned(), ToString::to_string)];
    words.extend(
        more.iter()
            .filter(|word| !word.is_empty())
            .map(|word| (*word).to_owned()),
    );
    words.join(" ")
}

fn or_none(what: Option<impl ToString>) -> String {
    what.map_or_else(String::new, |what| what.to_string())
}

fn or_nothing(points: Vec<String>) -> Vec<String> {
    if points.is_empty() {
        return vec!["Nothing.".to_owned()];
    }
    points
}

fn age(since: Option<Time>, now: Time) -> String {
    since.map_or_else(String::new, |since| {
        format!(", for {}", now.since(since).short())
    })
}

fn clock(at: Time) -> String {
    at.utc().format("%a %H:%MZ").to_string()
}

/// Foreign words on one line, with what Markdown would obey written out.
fn text(foreign: &str) -> String {
    let plain = output::plain(foreign);
    let mut text = String::with_capacity(plain.len());
    let mut before = ' ';
    let mut letters = plain.chars().peekable();
    while let Some(c) = letters.next() {
        let after = letters.peek().copied().unwrap_or(' ');
        // Within a word, as in `p99_latency`, it is only itself.
        let within = before.is_alphanumeric() && after.is_alphanumeric();
        match c {
            '\n' => text.push(' '),
            '\\' | '`' | '*' | '[' | ']' | '<' | '~' => text.extend(['\\', c]),
            '_' if !within => text.extend(['\\', c]),
            c => text.push(c),
        }
        before = c;
    }
    text
}

//! The selected blocker in full: why and until when, the rule behind it with its file and line, and
//! the override that passes it with what is left of that.

use crate::{
    model::{Blocker, Pipeline, Shift, Span, StageName, Time, WindowRule},
    tui::{
        app::App,
        screen::BlockersScreen,
        text::{Times, wrap},
        theme::Role,
        view::stage::clears,
        widgets::Line,
    },
};

pub(super) fn lines(
    app: &App,
    screen: &BlockersScreen,
    pipeline: &Pipeline,
    (stage, blocker): (&StageName, &Blocker),
    width: usize,
) -> Vec<Line> {
    let now = app.shown_now();
    let place = match &blocker.region {
        Some(region) => format!("{stage}, {region}: "),
        None => format!("{stage}: "),
    };
    let until = clears(blocker, app.times());
    let mut words = vec![(
        Role::Plain,
        format!("{place}{}; until {until}", blocker.why),
    )];
    if let Some(rule) = rule(screen, blocker) {
        words.push((Role::Label, origin(rule)));
        words.push((Role::Label, change(rule, app.times())));
    }
    words.extend(passed(pipeline, blocker, now).map(|text| (Role::Overridden, text)));
    let lines = words.into_iter().flat_map(|(role, text)| {
        let lines = wrap(&text, width).into_iter();
        lines.map(move |line| Line::of(role, format!(" {line}")))
    });
    lines.collect()
}

/// The rule of the window that a blocker is about, in the zone of its region.
fn rule<'a>(screen: &'a BlockersScreen, blocker: &Blocker) -> Option<&'a WindowRule> {
    let (kind, window) = blocker.id.0.split_once('/')?;
    if !matches!(kind, "window" | "stagger" | "quota") {
        return None;
    }
    let rules = &screen.windows.answer.as_deref()?.rules;
    let mut rules = rules.iter().filter(|rule| rule.window.as_str() == window);
    rules.find(|rule| {
        let region = blocker.region.as_ref();
        region.is_none_or(|region| rule.regions.contains(region))
    })
}

fn origin(rule: &WindowRule) -> String {
    format!(
        "defined in {}: {}; time zone of the rule: {}",
        rule.origin, rule.rule, rule.time_zone
    )
}

fn change(rule: &WindowRule, times: Times) -> String {
    let next = rule.changes.map_or_else(
        || "it never changes".to_owned(),
        |at| {
            let verb = if rule.open { "closes" } else { "opens" };
            format!("{verb} {}", times.due(at))
        },
    );
    let shift = rule.shift.map(|shift| format!("; {}", shifted(shift)));
    format!("next change: {next}{}", shift.unwrap_or_default())
}

/// `clocks move +1h on 03-29 at 01:00Z`
pub(super) fn shifted(shift: Shift) -> String {
    let length = Span::minutes(shift.minutes.unsigned_abs().into());
    let sign = if shift.minutes < 0 { '-' } else { '+' };
    let at = shift.at.utc().format("%m-%d at %H:%MZ");
    format!("clocks move {sign}{length} on {at}")
}

fn passed(pipeline: &Pipeline, blocker: &Blocker, now: Time) -> Option<String> {
    let id = blocker.overridden?;
    let given = pipeline.guards.overrides.get(&id)?;
    let left = given.expires.since(now).short();
    let ticket = given.ticket.as_ref();
    let ticket = ticket.map_or_else(String::new, |ticket| format!(" {ticket}"));
    Some(format!(
        "{id} of {} lets {} pass, {left} left{ticket}: {}",
        given.by, given.release, given.reason
    ))
}

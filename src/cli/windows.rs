//! `pilothouse windows`: when each stage of a pipeline lets releases in, and the rules that say so.

use crate::{
    api::Windows,
    cli::{failure::Failure, output, session, session::Session},
    model::{Barrier, PipelineName, RegionName, Span, StageName, Stretch, Time, WindowRule},
};

/// Show when each stage of a pipeline lets releases in, and the rules with their file and line
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    pipeline: PipelineName,
    /// From when, such as 2026-03-06T00:00:00Z [default: now]
    #[arg(long, value_name = "TIME")]
    from: Option<Time>,
    /// For how long
    #[arg(long = "for", value_name = "LENGTH", default_value = "24h")]
    lasts: Span,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let client = session.client()?;
    // An unknown name is answered with those there are.
    let now = session::snapshot(&client, &arguments.pipeline).await?.now;
    let from = arguments.from.unwrap_or(now);
    let bounds = (from, from + arguments.lasts);
    let windows = client.windows(&arguments.pipeline, bounds).await?;
    if arguments.json {
        return output::json(&windows);
    }
    lines(&windows)
        .iter()
        .try_for_each(|line| output::line(line))
}

fn lines(windows: &Windows) -> Vec<String> {
    let header = ["STAGE", "FROM", "TO", "STATE", "BECAUSE"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for timeline in &windows.timelines {
        let stage = &timeline.stage;
        let stretches = timeline.stretches.iter();
        rows.extend(stretches.map(|stretch| row(stage, stretch)));
    }
    let mut lines = output::table(&rows);
    let told = windows.rules.iter();
    lines.extend(told.map(|rule| rule_in_words(rule, windows.now)));
    if windows.rules.is_empty() {
        lines.push("no stage names a window".to_owned());
    }
    lines
}

fn row(stage: &StageName, stretch: &Stretch) -> Vec<String> {
    let because: Vec<String> = stretch.barriers.iter().map(barrier).collect();
    vec![
        stage.to_string(),
        moment(stretch.from),
        moment(stretch.to),
        stretch.state.word().to_owned(),
        because.join("; "),
    ]
}

fn barrier(barrier: &Barrier) -> String {
    match &barrier.overridden {
        Some(id) => format!("{}, passed by override {id}", barrier.why),
        None => barrier.why.clone(),
    }
}

fn rule_in_words(rule: &WindowRule, now: Time) -> String {
    let stages: Vec<&str> = rule.stages.iter().map(StageName::as_str).collect();
    let regions: Vec<&str> = rule.regions.iter().map(RegionName::as_str).collect();
    let state = if rule.open { "open" } else { "closed" };
    let until = rule.changes.map_or_else(
        || "always".to_owned(),
        |at| format!("until {} ({})", moment(at), at.since(now).short()),
    );
    let shift = rule.shift.map_or_else(String::new, |shift| {
        let hours = Span::minutes(shift.minutes.unsigned_abs().into());
        let sign = if shift.minutes < 0 { '-' } else { '+' };
        format!("; clocks move {sign}{hours} on {}", moment(shift.at))
    });
    format!(
        "window {}: {} ({}) at {}; {} {}; {state} {until}{shift}",
        rule.window,
        rule.rule,
        rule.time_zone,
        rule.origin,
        stages.join(","),
        regions.join(","),
    )
}

fn moment(at: Time) -> String {
    at.utc().format("%Y-%m-%dT%H:%MZ").to_string()
}

//! `pilothouse alarms`: what the alarms of a pipeline say, what that does, and whether it is the
//! release or the world.

use crate::{
    api::Alarms,
    cli::{failure::Failure, output, session, session::Session},
    model::{AlarmSight, Contrast, PipelineName, SourceSight, StageName, Time, Watching},
};

/// Show the alarms of a pipeline, most urgent first: value, limit, effect, source
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    pipeline: PipelineName,
    /// Print one JSON object, with what each alarm read within the last hour
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let client = session.client()?;
    // An unknown name is answered with those there are.
    session::snapshot(&client, &arguments.pipeline).await?;
    let alarms = client.alarms(&arguments.pipeline).await?;
    if arguments.json {
        return output::json(&alarms);
    }
    if alarms.alarms.is_empty() {
        let text = format!("the definition of {} names no alarm", arguments.pipeline);
        return output::line(&text);
    }
    lines(&alarms)
        .iter()
        .try_for_each(|line| output::line(line))
}

/// The table, then what there is to say of each alarm.
fn lines(alarms: &Alarms) -> Vec<String> {
    let header = [
        "STATE", "SEV", "ALARM", "STAGES", "FOR", "VALUE", "LIMIT", "EFFECT",
    ];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    rows.extend(alarms.alarms.iter().map(|sight| row(sight, alarms.now)));
    let mut lines = output::table(&rows);
    for sight in &alarms.alarms {
        let told = notes(sight, alarms.now).into_iter();
        lines.extend(told.map(|note| format!("{}: {note}", sight.alarm)));
    }
    lines
}

fn row(sight: &AlarmSight, now: Time) -> Vec<String> {
    let stages: Vec<&str> = sight.bearing.stages.iter().map(StageName::as_str).collect();
    vec![
        sight.urgency.word().to_owned(),
        sight.severity.word().to_owned(),
        sight.alarm.to_string(),
        if stages.is_empty() {
            "-".to_owned()
        } else {
            stages.join(",")
        },
        now.since(sight.state.since).short(),
        sight
            .state
            .value
            .map_or_else(|| "-".to_owned(), |value| value.to_string()),
        sight
            .limit
            .map_or_else(String::new, |limit| format!("{} {limit}", limit.sign())),
        sight.bearing.effect(sight.state.level),
    ]
}

fn notes(sight: &AlarmSight, now: Time) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    if !sight.state.why.is_empty() {
        notes.push(sight.state.told());
    }
    let rule = sight.firing;
    notes.extend(
        sight
            .bearing
            .armed
            .iter()
            .map(|Watching { stage, release }| {
                format!(
                    "armed: rolls {release} back in {stage} when {} of {} readings are bad; {} are",
                    rule.of, rule.readings, rule.above
                )
            }),
    );
    notes.extend(
        sight
            .bearing
            .known
            .iter()
            .map(|Watching { stage, release }| {
                format!(
                    "was known when {release} entered {stage}: rolls it back only if it worsens"
                )
            }),
    );
    notes.extend(sight.contrast.as_ref().map(compared));
    notes.push(source(&sight.source, now));
    notes.extend(sight.runbook.iter().map(|link| format!("runbook {link}")));
    notes
}

/// `r3 in wave-1: touched 9.00% of 100 on 1 target, others 1.00% of 900 on 9: only ...`
fn compared(contrast: &Contrast) -> String {
    let side = |side: &crate::model::Side| {
        let share = side.counted.share();
        let share = share.map_or_else(|| "nothing".to_owned(), |share| share.to_string());
        format!(
            "{share} of {} on {} targets",
            side.counted.whole, side.targets
        )
    };
    format!(
        "{} in {}: with it {}, without it {}: {}",
        contrast.by.release,
        contrast.by.stage,
        side(&contrast.touched),
        side(&contrast.untouched),
        contrast.words()
    )
}

fn source(source: &SourceSight, now: Time) -> String {
    let answered = match source.answered {
        Some(at) => format!("answered {} ago", now.since(at).short()),
        None => "has not answered yet".to_owned(),
    };
    let trouble = source
        .trouble
        .as_ref()
        .map_or_else(String::new, |(since, why)| {
            format!(", failing for {}: {why}", now.since(*since).short())
        });
    format!("{} {}, {answered}{trouble}", source.kind, source.place)
}

//! `pilothouse metrics`: the delivery figures of all pipelines or of one team, for people, as JSON or
//! as CSV.

use crate::{
    cli::{failure::Failure, output, session::Session},
    model::{DELIVERY_DEFINITIONS, DeliveryReport, Figures, Ppm, Span, Spread, TeamName},
};

/// Show how well changes reach production: frequency, lead time, failures, waits
#[derive(Debug, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch on the command line"
)]
pub(crate) struct Arguments {
    /// The window, compared with the one before it
    #[arg(long, value_name = "DAYS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=90))]
    days: u32,
    /// Only the pipelines of this team
    #[arg(long, value_name = "TEAM")]
    owner: Option<TeamName>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
    /// Print one line per pipeline, as CSV
    #[arg(long, conflicts_with = "json")]
    csv: bool,
    /// Say what every number means
    #[arg(long, conflicts_with_all = ["json", "csv"])]
    definitions: bool,
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    if arguments.definitions {
        return DELIVERY_DEFINITIONS
            .iter()
            .try_for_each(|(name, meaning)| output::line(&format!("{name}: {meaning}")));
    }
    let client = session.client()?;
    let owner = arguments.owner.as_ref();
    let report = client.delivery(arguments.days, owner).await?;
    if arguments.json {
        return output::json(&report);
    }
    let lines = if arguments.csv {
        report.csv()
    } else {
        told(&report)
    };
    lines.iter().try_for_each(|line| output::line(line))
}

fn told(report: &DeliveryReport) -> Vec<String> {
    let of = report.owner.as_ref();
    let of = of.map_or("all teams".to_owned(), ToString::to_string);
    let mut lines = vec![format!(
        "{of}, {} pipelines, the last {} days and those before, {}",
        report.pipelines.len(),
        report.days,
        report.now
    )];
    let (now, before) = (rows(&report.current), rows(&report.previous));
    let both = now.iter().zip(before);
    lines.extend(output::table(
        &both
            .map(|((label, now), (_, before))| {
                vec![format!("  {label}"), now.clone(), format!("({before})")]
            })
            .collect::<Vec<_>>(),
    ));
    lines.push("where the time goes, on average:".to_owned());
    let legs = report.legs.iter().map(|leg| {
        let stage = format!("  {} {}", leg.stage, leg.activity.word());
        vec![stage, leg.mean.short(), leg.share.to_string()]
    });
    lines.extend(output::table(&legs.collect::<Vec<_>>()));
    let header = [
        "PIPELINE",
        "DEPLOYS",
        "LEAD",
        "FAILED",
        "APPROVAL",
        "WINDOW",
        "OVERRIDES",
    ];
    let mut table = vec![header.map(str::to_owned).to_vec()];
    table.extend(report.pipelines.iter().map(|row| {
        let figures = &row.figures;
        vec![
            row.pipeline.to_string(),
            figures.deployments.to_string(),
            middle(figures.lead),
            share(figures.change_failure),
            middle(figures.approval),
            share(figures.blocked_window),
            figures.overrides.to_string(),
        ]
    }));
    lines.extend(output::table(&table));
    lines
}

/// Every figure with its name.
fn rows(figures: &Figures) -> Vec<(&'static str, String)> {
    let spread = |spread: Option<Spread>| {
        spread.map_or("-".to_owned(), |s| {
            format!("p50 {} p90 {}", s.p50.short(), s.p90.short())
        })
    };
    let span = |span: Option<Span>| span.map_or("-".to_owned(), Span::short);
    let blocked = format!(
        "window {} alarm {} hold {}",
        share(figures.blocked_window),
        share(figures.blocked_alarm),
        share(figures.blocked_hold)
    );
    let rollbacks = format!(
        "{} auto, {} by a person",
        figures.rollbacks_auto, figures.rollbacks_manual
    );
    vec![
        ("deployments", figures.deployments.to_string()),
        ("changes delivered", figures.changes.to_string()),
        ("lead time", spread(figures.lead)),
        ("change failure", share(figures.change_failure)),
        ("restore p50", span(figures.restore)),
        ("approval wait", spread(figures.approval)),
        ("blocked", blocked),
        ("overrides", figures.overrides.to_string()),
        ("rollbacks", rollbacks),
        ("hands-off", share(figures.hands_off)),
        ("human time per change", span(figures.human_per_change)),
    ]
}

fn middle(spread: Option<Spread>) -> String {
    spread.map_or("-".to_owned(), |spread| spread.p50.short())
}

fn share(share: Option<Ppm>) -> String {
    share.map_or("-".to_owned(), |share| share.to_string())
}

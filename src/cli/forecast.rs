//! `pilothouse forecast`: when things are expected to happen if nothing goes wrong.

use crate::{
    cli::{failure::Failure, output, session, session::Session},
    model::{Forecast, Moment, PipelineName, Wait},
};

/// Say when each stage is expected to be reached and passed, and what that hangs on
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    pipeline: PipelineName,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let client = session.client()?;
    // An unknown name is answered with those there are.
    session::snapshot(&client, &arguments.pipeline).await?;
    let forecast = client.forecast(&arguments.pipeline).await?;
    if arguments.json {
        return output::json(&forecast);
    }
    lines(&forecast)
        .iter()
        .try_for_each(|line| output::line(line))
}

/// The forecast for people: moments, what is left waiting, what was taken for granted.
fn lines(forecast: &Forecast) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    if forecast.moments.is_empty() && forecast.waits.is_empty() {
        lines.push("nothing is under way and nothing waits".to_owned());
    }
    lines.extend(forecast.moments.iter().map(|moment| told(moment, forecast)));
    lines.extend(forecast.waits.iter().map(still));
    if forecast.cut_short {
        lines.push("and more, later than this looks".to_owned());
    }
    lines.extend(
        forecast
            .assumes
            .iter()
            .map(|what| format!("assumes {what}")),
    );
    lines
}

fn told(moment: &Moment, forecast: &Forecast) -> String {
    let ahead = moment.at.since(forecast.from).short();
    let when = moment.at.utc().format("%a %H:%MZ");
    format!(
        "{when}  in {ahead}  {} {} {}",
        moment.release,
        moment.event.word(),
        moment.stage
    )
}

fn still(wait: &Wait) -> String {
    let reasons: Vec<&str> = wait.blockers.iter().map(|b| b.why.as_str()).collect();
    let reasons = if reasons.is_empty() {
        "a person decides".to_owned()
    } else {
        reasons.join("; ")
    };
    format!("{} still waits at {}: {reasons}", wait.release, wait.stage)
}

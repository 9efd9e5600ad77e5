//! `pilothouse lift`: takes away a hold, an override, or the quarantine of a release.

use crate::{
    cli::{
        commit,
        failure::{Exit, Failure},
        session::Session,
    },
    model::{Command, Lift, PipelineName, ReleaseId},
};

/// Lift a hold (h1), an override (o1), with --quarantine what a rollback left behind, or with
/// --clock the doubt about a clock that stepped
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The pipeline, unless the hold is of a service or of the organization; then the id
    #[arg(required = true, num_args = 1..=2, value_names = ["PIPELINE", "ID"])]
    what: Vec<String>,
    /// The rolled-back release whose changes may deploy again
    #[arg(long, value_name = "RELEASE")]
    quarantine: Option<ReleaseId>,
    /// The clock is right: what it stepped over is believed
    #[arg(long, conflicts_with = "quarantine")]
    clock: bool,
    /// Why, for the audit
    #[arg(long, default_value = "")]
    reason: String,
    #[command(flatten)]
    flags: commit::Flags,
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let (pipeline, what) = parse(&arguments.what, arguments.quarantine, arguments.clock)
        .map_err(|why| Failure::new(Exit::Usage, why))?;
    let command = Command::Lift {
        what,
        reason: arguments.reason.clone(),
    };
    commit::carry_out(session, pipeline, command, &arguments.flags).await
}

fn parse(
    words: &[String],
    quarantine: Option<ReleaseId>,
    clock: bool,
) -> Result<(Option<PipelineName>, Lift), String> {
    let pipeline = |word: &String| PipelineName::parse(word).map_err(|why| why.to_string());
    if clock {
        let [name] = words else {
            return Err("say either an id or --clock".to_owned());
        };
        return Ok((Some(pipeline(name)?), Lift::Clock));
    }
    match (words, quarantine) {
        ([name], Some(release)) => Ok((Some(pipeline(name)?), Lift::Quarantine(release))),
        ([_, id], Some(release)) => Err(format!("say either {id} or --quarantine {release}")),
        ([id], None) => Ok((None, guard(id)?)),
        ([name, id], None) => Ok((Some(pipeline(name)?), guard(id)?)),
        _ => Err("say what to lift: h1, o1, --quarantine RELEASE or --clock".to_owned()),
    }
}

fn guard(id: &str) -> Result<Lift, String> {
    let hold = id.parse().map(Lift::Hold);
    hold.or_else(|_no_hold| id.parse().map(Lift::Override))
        .map_err(|_no_override: String| {
            format!("{id:?} is neither a hold (h1) nor an override (o1)")
        })
}

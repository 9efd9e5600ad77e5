//! `pilothouse approve` and `reject`: yes or no to exactly what the attempt shows now.

use crate::{
    cli::{
        commit,
        failure::{Exit, Failure},
        session,
        session::Session,
    },
    model::{Attempt, Command, Pipeline, PipelineName, ReleaseId, StageName, Verdict, evidence},
};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The pipeline; approve without one opens the terminal on all that waits
    pub(crate) pipeline: Option<PipelineName>,
    /// The stage that asks [default: the only one that does]
    #[arg(long, requires = "pipeline")]
    stage: Option<StageName>,
    /// The release it asks for; another one there is refused
    #[arg(long, requires = "pipeline")]
    release: Option<ReleaseId>,
    /// Why, for the audit
    #[arg(long, default_value = "")]
    reason: String,
    #[command(flatten)]
    flags: commit::Flags,
}

pub(crate) async fn run(
    session: &Session,
    arguments: &Arguments,
    command: fn(Verdict) -> Command,
) -> Result<(), Failure> {
    let Some(name) = &arguments.pipeline else {
        let message = "say which pipeline; `pilothouse get pipelines` lists them";
        return Err(Failure::new(Exit::Usage, message));
    };
    if commit::already(session, &arguments.flags).await? {
        return Ok(());
    }
    let snapshot = session::snapshot(&session.client()?, name).await?;
    let attempt = asking(&snapshot.pipeline, arguments)?;
    let verdict = Verdict {
        stage: attempt.stage.clone(),
        release: attempt.release,
        attempt: attempt.id,
        evidence: evidence(&snapshot.pipeline, attempt),
        reason: arguments.reason.clone(),
    };
    let pipeline = Some(name.clone());
    commit::carry_out(session, pipeline, command(verdict), &arguments.flags).await
}

/// The one attempt that waits for people and is meant.
fn asking<'a>(pipeline: &'a Pipeline, arguments: &Arguments) -> Result<&'a Attempt, Failure> {
    let asking: Vec<&Attempt> = pipeline
        .active()
        .filter(|attempt| attempt.asked().is_some())
        .collect();
    let meant = |attempt: &&&Attempt| {
        arguments
            .stage
            .as_ref()
            .is_none_or(|stage| *stage == attempt.stage)
            && arguments
                .release
                .is_none_or(|release| release == attempt.release)
    };
    let found: Vec<&Attempt> = asking.iter().filter(meant).copied().collect();
    let words = |attempts: &[&Attempt]| {
        let each = attempts
            .iter()
            .map(|attempt| format!("{} of {}", attempt.stage, attempt.release));
        each.collect::<Vec<_>>().join(", ")
    };
    match found.as_slice() {
        [attempt] => Ok(attempt),
        [] if asking.is_empty() => {
            let message = format!("nothing in {} waits for an approval", pipeline.name);
            Err(Failure::new(Exit::Refused, message))
        }
        [] => {
            let message = format!(
                "that does not wait for an approval; what does: {}",
                words(&asking)
            );
            Err(Failure::new(Exit::Refused, message))
        }
        several => {
            let message = format!(
                "several wait for an approval: {}; say which with --stage",
                words(several)
            );
            Err(Failure::new(Exit::Usage, message))
        }
    }
}

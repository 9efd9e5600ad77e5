//! How every command that changes something is carried out: planned, shown, confirmed, committed
//! once with the plan's digest and a key. Without an answer it asks about the key; it never sends
//! twice (DESIGN.md 5, rule 15; UX.md, S11).

use crate::{
    api::{CommitRequest, PlanRequest, Settled},
    cli::{
        confirm::{Question, agree},
        failure::{Exit, Failure, exit_of},
        output, plan,
        session::Session,
    },
    client::{Client, ClientError},
    entropy,
    model::{Command, Fingerprint, PipelineName, Plan, Refusal, Request, RequestKey},
};
use serde_json::json;
use std::time::Duration;

/// An answer that was lost on the way is usually there a moment later.
const ASKED_AGAIN: u32 = 5;
const PAUSE: Duration = Duration::from_millis(400);

#[derive(Debug, Default, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch that stands alone on the command line"
)]
pub(crate) struct Flags {
    /// Show what would happen, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Do it only if the plan still has this digest
    #[arg(long, value_name = "DIGEST")]
    expect: Option<Fingerprint>,
    /// Do not ask; without a terminal --expect is needed too
    #[arg(long)]
    yes: bool,
    /// Name of the request; with the name of an earlier one it only says what became of that
    #[arg(long, value_name = "KEY")]
    key: Option<RequestKey>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Plans the command and carries it out, as far as the flags want.
pub(crate) async fn carry_out(
    session: &Session,
    pipeline: Option<PipelineName>,
    command: Command,
    flags: &Flags,
) -> Result<(), Failure> {
    if already(session, flags).await? {
        return Ok(());
    }
    let client = session.client()?;
    let request = PlanRequest {
        pipeline: pipeline.clone(),
        command,
    };
    let plan = client
        .plan(&request)
        .await
        .map_err(|error| refused(error, flags.json))?;
    if flags.dry_run {
        return plan::show(&plan, flags.json);
    }
    ask(&plan, flags)?;
    let key = match &flags.key {
        Some(key) => key.clone(),
        None => entropy::request_key().map_err(|error| {
            Failure::new(Exit::Failed, format!("no random request key: {error}"))
        })?,
    };
    let request = CommitRequest {
        pipeline,
        request: Request {
            key,
            expect: flags.expect.clone().unwrap_or_else(|| plan.digest.clone()),
            command: plan.command,
        },
    };
    let settled = send(&client, &request)
        .await
        .map_err(|error| refused(error, flags.json))?;
    tell(&settled, flags.json)
}

/// Whether the flags name an earlier request; then it says what became of that. To be asked before
/// anything about the present, in which the earlier request has long been carried out.
pub(crate) async fn already(session: &Session, flags: &Flags) -> Result<bool, Failure> {
    let Some(key) = &flags.key else {
        return Ok(false);
    };
    match session.client()?.settled(key).await? {
        Some(settled) => tell(&settled, flags.json).map(|()| true),
        None => Ok(false),
    }
}

/// Returns when the operator has agreed to the plan.
fn ask(plan: &Plan, flags: &Flags) -> Result<(), Failure> {
    let look = plan.command.twin(plan.pipeline.as_ref(), None);
    let question = Question {
        plan: plan::in_words(plan),
        digest: &plan.digest,
        wanted: plan.confirm.as_deref().unwrap_or("y"),
        look: format!("{look} --dry-run"),
    };
    agree(&question, flags.yes, flags.expect.as_ref())
}

/// Sends it once. When no answer comes it asks what became of it.
async fn send(client: &Client, request: &CommitRequest) -> Result<Settled, ClientError> {
    let lost = match client.commit(request).await {
        Err(error @ ClientError::UnknownOutcome { .. }) => error,
        answer => return answer,
    };
    for _ in 0..ASKED_AGAIN {
        tokio::time::sleep(PAUSE).await;
        if let Ok(Some(settled)) = client.settled(&request.request.key).await {
            return Ok(settled);
        }
    }
    Err(lost)
}

/// Says what became of a request; one that was refused is a failure.
pub(crate) fn tell(settled: &Settled, json: bool) -> Result<(), Failure> {
    if json {
        output::json(settled)?;
    }
    match settled {
        Settled::Accepted { .. } if json => Ok(()),
        Settled::Accepted { at, revision, key } => output::line(&format!(
            "done at {at}, revision {revision} (request {key})"
        )),
        Settled::Refused { refusal, .. } => Err(failure(refusal, json)),
    }
}

/// A refusal of the server, said in the way that was asked for.
fn refused(error: ClientError, json: bool) -> Failure {
    match error {
        ClientError::Refused { refusal } => {
            if json
                && let Err(failure) =
                    output::json(&json!({ "settled": "refused", "refusal": *refusal }))
            {
                return failure;
            }
            failure(&refusal, json)
        }
        ClientError::UnknownOutcome { ref key, .. } => {
            let again =
                format!("the same command with --key {key}: it asks first what became of it");
            Failure::from(error).hint(again)
        }
        other @ (ClientError::Address { .. }
        | ClientError::Unreachable { .. }
        | ClientError::TimedOut { .. }
        | ClientError::Broken { .. }
        | ClientError::Problem { .. }
        | ClientError::Garbage { .. }
        | ClientError::Version { .. }) => other.into(),
    }
}

fn failure(refusal: &Refusal, json: bool) -> Failure {
    let exit = exit_of(refusal);
    if json {
        return Failure::new(exit, "");
    }
    let mut message = format!("refused: {refusal}");
    if let Refusal::PlanChanged { plan } = refusal {
        message = format!("{message}\n{}", plan::in_words(plan).join("\n"));
    }
    Failure::new(exit, message)
}

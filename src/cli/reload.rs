//! `pilothouse reload`: the running server reads its definitions again. As every command that changes
//! something it is planned and shown first; the same words tell what a directory would change.

use crate::{
    api::{Affected, DefinitionsPlan, DefinitionsRequest, ProblemKind, ReloadRequest},
    cli::{
        confirm::{Question, agree},
        failure::{Exit, Failure},
        output,
        session::Session,
    },
    client::ClientError,
    definition::Texts,
    model::{Difference, Fingerprint, RedefinitionKind},
};

/// Let the running server read its definitions again and take over what changed
#[derive(Debug, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch that stands alone on the command line"
)]
pub(crate) struct Arguments {
    /// Show what would change, and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Do it only if the plan still has this digest
    #[arg(long, value_name = "DIGEST")]
    expect: Option<Fingerprint>,
    /// Do not ask; without a terminal --expect is needed too
    #[arg(long)]
    yes: bool,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let plan = plan(session, None).await?;
    let nothing = plan.pipelines.is_empty() && plan.organization.is_empty();
    if arguments.dry_run || nothing {
        return show(&plan, arguments.json);
    }
    ask(&plan, arguments)?;
    let expect = arguments.expect.clone().unwrap_or(plan.digest);
    let client = session.client()?;
    let done = client.reload(&ReloadRequest { expect }).await;
    let done = done.map_err(told)?;
    if arguments.json {
        return output::json(&done);
    }
    output::line(&format!("done: {}", counted(&done)))
}

/// What definitions would change: those of the texts, else of the server's own directory.
pub(crate) async fn plan(
    session: &Session,
    files: Option<Texts>,
) -> Result<DefinitionsPlan, Failure> {
    let client = session.client()?;
    let plan = client.plan_definitions(&DefinitionsRequest { files }).await;
    plan.map_err(told)
}

pub(crate) fn show(plan: &DefinitionsPlan, json: bool) -> Result<(), Failure> {
    if json {
        return output::json(plan);
    }
    in_words(plan)
        .iter()
        .try_for_each(|line| output::line(line))
}

fn ask(plan: &DefinitionsPlan, arguments: &Arguments) -> Result<(), Failure> {
    let question = Question {
        plan: in_words(plan),
        digest: &plan.digest,
        wanted: "y",
        look: "pilothouse reload --dry-run".to_owned(),
    };
    agree(&question, arguments.yes, arguments.expect.as_ref())
}

fn in_words(plan: &DefinitionsPlan) -> Vec<String> {
    let mut lines = vec![counted(plan)];
    lines.extend(plan.pipelines.iter().flat_map(affected));
    lines.extend(plan.organization.iter().map(difference));
    let loosened = plan.pipelines.iter().flat_map(|each| {
        let looser = each.change.differences.iter().filter(|each| each.loosens);
        looser.map(|looser| format!("{} {}", each.change.pipeline, looser.path))
    });
    let loosened: Vec<String> = loosened.collect();
    if !loosened.is_empty() {
        lines.push(format!("WARNING: loosened: {}", loosened.join(", ")));
    }
    let warnings = plan.warnings.iter();
    lines.extend(warnings.map(|warning| format!("WARNING: {warning}")));
    lines.push(format!("digest: {}", plan.digest));
    lines
}

fn counted(plan: &DefinitionsPlan) -> String {
    let count = |kind| {
        let some = plan
            .pipelines
            .iter()
            .filter(|each| each.change.change == kind);
        some.count()
    };
    format!(
        "{} changed, {} new, {} gone, {} of the organization",
        count(RedefinitionKind::Changed),
        count(RedefinitionKind::New),
        count(RedefinitionKind::Gone),
        plan.organization.len()
    )
}

fn affected(affected: &Affected) -> Vec<String> {
    let change = &affected.change;
    let what = match change.change {
        RedefinitionKind::New => "new",
        RedefinitionKind::Changed if change.differences.is_empty() => "changed in order only",
        RedefinitionKind::Changed => "changed",
        RedefinitionKind::Gone => {
            "gone: it goes on under its last definition until the server is restarted, and rests then"
        }
    };
    let mut lines = vec![format!("{}: {what}", change.pipeline)];
    lines.extend(change.differences.iter().map(difference));
    lines.extend(affected.in_flight.iter().map(|flying| {
        let (release, stage) = (flying.release, &flying.stage);
        format!("  {release} finishes {stage} under the definition it entered with")
    }));
    lines
}

fn difference(difference: &Difference) -> String {
    let value = |value: &Option<String>| value.clone().unwrap_or("(nothing)".to_owned());
    let place = difference.place.iter().map(|place| format!("  # {place}"));
    let looser = if difference.loosens { "  LOOSER" } else { "" };
    format!(
        "  {}: {} -> {}{looser}{}",
        difference.path,
        value(&difference.old),
        value(&difference.new),
        place.collect::<String>()
    )
}

/// Policy and change have exit statuses of their own.
fn told(error: ClientError) -> Failure {
    let is = |kind| matches!(&error, ClientError::Problem { problem, .. } if problem.is(kind));
    if is(ProblemKind::NotAdmin) {
        Failure::new(Exit::Refused, error.to_string())
    } else if is(ProblemKind::PlanChanged) {
        Failure::new(Exit::Changed, error.to_string())
    } else {
        error.into()
    }
}

//! The rules (DESIGN.md 5). `decide` takes a pipeline as it is, the organization, the time and one
//! input, and says which facts follow; it changes nothing itself. It knows no clock, no I/O, no
//! async and no randomness, and it reads definitions only as the fold recorded them.
//!
//! An input is first taken in (`outcome`, `source`, `command`), then the pipeline is settled: every
//! rule that can move it on does, until none can (`settle`).
//!
#![doc = include_str!("engine/states.md")]

mod attempt;
mod bake;
mod blocked;
mod command;
mod coverage;
mod draft;
mod forecast;
mod org;
mod outcome;
mod plan;
mod promote;
mod request;
mod rollback;
mod rollout;
mod settle;
mod source;
mod ticket;
mod wake;
mod workflow;

pub use forecast::forecast;
pub use org::{decide_org, plan_org, space_org, tick_org};
pub use plan::plan;
pub use wake::{next_org_wake, next_wake};

use crate::engine::draft::Draft;
use crate::model::planted::{Bug, planted};
use crate::model::{
    Actor, Definition, Fact, Fingerprint, Org, Outcome, Pipeline, Refusal, Request, Time,
};

/// What can make a pipeline move.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// An operator's request, with the operator that the server saw.
    Command { by: Actor, request: Request },
    /// Something came back from outside.
    Outcome(Outcome),
    /// A checked definition, at start and whenever its files changed.
    Define(Box<Definition>),
    /// Time has passed; see [`next_wake`].
    Tick,
}

/// Decides what follows from an input. Only a command can be refused; the refusal is then recorded
/// with [`refused`] and nothing else happens.
pub fn decide(
    pipeline: &Pipeline,
    org: &Org,
    now: Time,
    input: Input,
) -> Result<Vec<Fact>, Refusal> {
    let mut draft = Draft::new(pipeline, org, now);
    match input {
        Input::Command { by, request } => return commit(&draft, by, request),
        Input::Outcome(outcome) => outcome::take(&mut draft, outcome),
        Input::Define(definition) => draft.record(Fact::Defined { definition }),
        Input::Tick => {}
    }
    settle::settle(&mut draft);
    Ok(draft.into_facts())
}

/// Commits a command that was planned: what follows is what the plan was read from, behind the fact
/// that it was accepted, which changes nothing.
fn commit(before: &Draft<'_>, by: Actor, request: Request) -> Result<Vec<Fact>, Refusal> {
    let weighed = plan::weigh(before, &by, &request.command)?;
    if weighed.plan.digest != request.expect && !planted(Bug::PlanDigestIgnored) {
        return Err(Refusal::PlanChanged {
            plan: Box::new(weighed.plan),
        });
    }
    command::check_reason(&request.command)?;
    let mut facts = vec![accepted(by, request)];
    if planted(Bug::CommandNotAudited) {
        facts.clear();
    }
    facts.extend(weighed.after.into_facts());
    Ok(facts)
}

/// The fact that puts a refused request into the audit. A plan in the refusal is for the operator,
/// target by target; the audit keeps its digest and its rows.
pub fn refused(by: Actor, request: Request, mut refusal: Refusal) -> Fact {
    if let Refusal::PlanChanged { plan } = &mut refusal {
        plan.targets.clear();
    }
    Fact::CommandRefused {
        key: request.key,
        by,
        command: request.command,
        refusal,
    }
}

fn accepted(by: Actor, request: Request) -> Fact {
    let plan: Fingerprint = request.expect;
    Fact::CommandAccepted {
        key: request.key,
        by,
        command: request.command,
        plan,
    }
}

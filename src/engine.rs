//! The rules (DESIGN.md 5). `decide` takes a pipeline as it is, the organization, the time and one
//! input, and says which facts follow; it changes nothing itself. It knows no clock, no I/O, no
//! async and no randomness, and it reads definitions only as the fold recorded them.

use crate::model::{
    Actor, Command, Definition, Fact, Org, Outcome, Pipeline, Plan, Refusal, Request, Time,
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
pub fn decide(_p: &Pipeline, _org: &Org, _now: Time, _input: Input) -> Result<Vec<Fact>, Refusal> {
    Ok(Vec::new())
}

/// The dry run of a command: what `decide` would do, in words, with the digest to commit it by.
pub fn plan(
    _p: &Pipeline,
    _org: &Org,
    _now: Time,
    _by: &Actor,
    _command: &Command,
) -> Result<Plan, Refusal> {
    Err(Refusal::Undefined)
}

/// As `decide`, for a command to the organization.
pub fn decide_org(
    _org: &Org,
    _now: Time,
    _by: &Actor,
    _request: Request,
) -> Result<Vec<Fact>, Refusal> {
    Ok(Vec::new())
}

/// As `plan`, for a command to the organization.
pub fn plan_org(_org: &Org, _now: Time, _by: &Actor, _command: &Command) -> Result<Plan, Refusal> {
    Err(Refusal::Undefined)
}

/// The fact that puts a refused request into the audit.
pub fn refused(by: Actor, request: Request, refusal: Refusal) -> Fact {
    Fact::CommandRefused {
        key: request.key,
        by,
        command: request.command,
        refusal,
    }
}

/// When the pipeline wants a [`Input::Tick`] although nothing happens; none when never.
pub fn next_wake(_p: &Pipeline, _org: &Org, _now: Time) -> Option<Time> {
    None
}

//! Whether what the operator is granted allows a command, as the server last said. The server asks
//! again, whatever is said here; what it did not say is left to it.

use crate::{
    model::{Command, PipelineName, Role, TeamName},
    tui::{action::Verb, app::App, gate::act},
};

/// Why the operator's role does not allow what a key asks for on the selected pipeline.
pub(super) fn of_verb(app: &App, verb: Verb) -> Option<String> {
    let owner = act::pipeline(app).and_then(|name| owner(app, name))?;
    lacks(app, takes(verb), Some(owner))
}

/// Why it does not allow a command to a pipeline; to none: to more than one.
pub(super) fn of_command(
    app: &App,
    (stream, command): (Option<&PipelineName>, &Command),
) -> Option<String> {
    let owner = stream.and_then(|name| owner(app, name));
    lacks(app, Role::of(command), owner)
}

/// Whether there is any command that it allows.
pub fn may_act(app: &App) -> bool {
    let access = app.replica.access.as_ref();
    access.is_none_or(|access| access.is_anywhere(Role::Approver))
}

/// Why nothing can be done at all.
pub(super) fn of_nothing(app: &App) -> Option<String> {
    if may_act(app) {
        None
    } else {
        lacks(app, Role::Approver, None)
    }
}

fn owner<'a>(app: &'a App, name: &PipelineName) -> Option<&'a TeamName> {
    app.replica.rows.get(name).map(|row| &row.owner)
}

fn lacks(app: &App, role: Role, owner: Option<&TeamName>) -> Option<String> {
    let access = app.replica.access.as_ref()?;
    let reach = role.reaching(owner);
    (!access.holds(role, owner))
        .then(|| format!("you are {access}: it takes the role {reach}, which an admin can grant"))
}

/// The role that the commands of a verb take.
fn takes(verb: Verb) -> Role {
    match verb {
        Verb::Approve | Verb::Reject | Verb::Undo | Verb::Yield | Verb::Ticket(_) => Role::Approver,
        Verb::Override | Verb::Rollback | Verb::Hold | Verb::Lift | Verb::Retry => Role::Operator,
    }
}

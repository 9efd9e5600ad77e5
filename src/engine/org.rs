//! Commands to the organization: stopping the line, or a service, and letting it go on. It knows no
//! pipeline; every pipeline reads the organization's holds when it looks at its blockers.

use crate::engine::{accepted, command, plan};
use crate::model::{
    Actor, Command, Fact, HoldCause, HoldId, HoldScope, Lift, Org, Plan, Refusal, Request, Time,
};

/// As `decide`, for a command to the organization.
pub fn decide_org(org: &Org, by: &Actor, request: Request) -> Result<Vec<Fact>, Refusal> {
    let (plan, fact) = weigh(org, by, &request.command)?;
    if plan.digest != request.expect {
        return Err(Refusal::PlanChanged {
            plan: Box::new(plan),
        });
    }
    command::check_reason(&request.command)?;
    Ok(vec![accepted(by.clone(), request), fact])
}

/// What time alone changes: holds that have run out end, so that the audit says so.
pub fn tick_org(org: &Org, now: Time) -> Vec<Fact> {
    let run_out = org.holds.values().filter(|hold| !hold.is_active(now));
    run_out
        .map(|hold| Fact::HoldLifted {
            id: hold.id,
            by: None,
            reason: "expired".to_owned(),
        })
        .collect()
}

/// What follows from how much room the journal's disk has: while it has none, and `low` says so,
/// everything is on hold. Somebody who lifts that hold meanwhile finds the next one in its place.
pub fn space_org(org: &Org, low: Option<String>) -> Vec<Fact> {
    let mut holds = org.holds.values();
    let standing = holds.find(|hold| hold.cause == HoldCause::Space);
    match (low, standing) {
        (Some(reason), None) => vec![Fact::HoldPlaced {
            id: HoldId(org.holds_placed + 1),
            scope: HoldScope::Organization,
            by: Actor::server(),
            reason,
            lasts: None,
            cause: HoldCause::Space,
        }],
        (None, Some(hold)) => vec![Fact::HoldLifted {
            id: hold.id,
            by: None,
            reason: "there is space again".to_owned(),
        }],
        (Some(_), Some(_)) | (None, None) => Vec::new(),
    }
}

/// As `plan`, for a command to the organization.
pub fn plan_org(org: &Org, by: &Actor, command: &Command) -> Result<Plan, Refusal> {
    weigh(org, by, command).map(|(plan, _)| plan)
}

/// What a command records, and that in words.
fn weigh(org: &Org, by: &Actor, command: &Command) -> Result<(Plan, Fact), Refusal> {
    let fact = fact(org, by, command)?;
    let title = match (command, org_hold(org, command)) {
        (
            Command::Hold {
                scope: HoldScope::Service(service),
                ..
            },
            _,
        ) => {
            format!("hold every pipeline of service {service}")
        }
        (Command::Lift { .. }, Some(hold)) if hold.cause == HoldCause::Restore => {
            format!("lift hold {}: go on from the restored journal", hold.id)
        }
        (Command::Lift { .. }, Some(hold)) => format!("lift hold {} of {}", hold.id, hold.by),
        _ => "stop the line: hold every pipeline of the organization".to_owned(),
    };
    let notes = vec![match org_hold(org, command) {
        Some(hold) if hold.cause == HoldCause::Restore => {
            "what the journal owes is run at once, though it may have been done since the backup: \
             look at the targets first"
                .to_owned()
        }
        Some(hold) if hold.scope == HoldScope::Organization && !org.drain.is_zero() => format!(
            "its pipelines begin within {}, each at its own moment",
            org.drain
        ),
        Some(_) => "its pipelines go on at once".to_owned(),
        None => "no new deployment starts; what runs finishes; rollbacks go on".to_owned(),
    }];
    let confirm = matches!(command, Command::Lift { .. }).then(|| "organization".to_owned());
    let plan = plan::assemble(plan::Draft {
        pipeline: None,
        command: command.clone(),
        title,
        rows: Vec::new(),
        targets: Vec::new(),
        notes,
        warnings: Vec::new(),
        confirm,
        revision: org.revision,
        facts: Vec::new(),
        recorded: vec![fact.clone()],
    });
    Ok((plan, fact))
}

fn org_hold<'a>(org: &'a Org, command: &Command) -> Option<&'a crate::model::Hold> {
    if let Command::Lift {
        what: Lift::Hold(id),
        ..
    } = command
    {
        org.holds.get(id)
    } else {
        None
    }
}

fn fact(org: &Org, by: &Actor, command: &Command) -> Result<Fact, Refusal> {
    match command {
        Command::Hold {
            scope: scope @ (HoldScope::Service(_) | HoldScope::Organization),
            reason,
            lasts,
        } => Ok(Fact::HoldPlaced {
            id: HoldId(org.holds_placed + 1),
            scope: scope.clone(),
            by: by.clone(),
            reason: reason.clone(),
            lasts: *lasts,
            cause: HoldCause::Wish,
        }),
        Command::Lift {
            what: Lift::Hold(id),
            reason,
        } => {
            org.holds.get(id).ok_or_else(|| Refusal::UnknownHold {
                hold: *id,
                known: org.holds.keys().copied().collect(),
            })?;
            Ok(Fact::HoldLifted {
                id: *id,
                by: Some(by.clone()),
                reason: reason.clone(),
            })
        }
        Command::Hold { .. }
        | Command::Lift { .. }
        | Command::Approve(_)
        | Command::Reject(_)
        | Command::Override { .. }
        | Command::Rollback { .. }
        | Command::Retry { .. }
        | Command::Undo { .. }
        | Command::Ticket { .. }
        | Command::Yield { .. } => Err(Refusal::WrongStream),
    }
}

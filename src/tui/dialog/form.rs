//! From fields to a command and back: which fields an act has, what command they say, and what is
//! still missing. Pure; it knows no keys.

use crate::{
    model::{
        Blocker, Command, HoldScope, Lift, Passage, PipelineName, RollbackScope, Span, Verdict,
    },
    tui::dialog::{Act, Check, Dialog, Field, FieldId, Liftable, Value},
};
use tui_input::Input;

/// Visible characters that a reason needs when rules are broken.
const REASON_LEAST: usize = 20;
/// And otherwise: one word at least.
const REASON_SHORT: usize = 3;

/// How long an override may last, first the default. There is no "for ever" (S13).
const OVERRIDE_LASTS: [Span; 4] = [
    Span::minutes(30),
    Span::hours(1),
    Span::hours(2),
    Span::hours(4),
];
/// How long a hold may last; the first stands until somebody lifts it.
const HOLD_LASTS: [Option<Span>; 4] = [
    None,
    Some(Span::hours(1)),
    Some(Span::hours(4)),
    Some(Span::hours(24)),
];

/// The fields of an act. `blockers` is what stands in the way of an override.
pub(super) fn fields(act: &Act, blockers: &[Blocker]) -> Vec<Field> {
    match act {
        Act::Approve(_) => vec![reason(REASON_SHORT), token()],
        Act::Reject(_) => vec![reason(REASON_SHORT)],
        Act::Override { .. } => vec![
            checks(blockers),
            choice(
                FieldId::Expiry,
                "Expires",
                OVERRIDE_LASTS.map(|lasts| lasts.to_string()).into(),
            ),
            text(FieldId::Ticket, "Ticket", 0),
            reason(REASON_LEAST),
            token(),
        ],
        Act::Rollback { stage, .. } => vec![
            choice(
                FieldId::Scope,
                "Scope",
                vec![
                    format!("only {stage}"),
                    "every stage that holds the change".to_owned(),
                ],
            ),
            reason(REASON_SHORT),
            token(),
        ],
        Act::Hold { stage, service } => {
            let mut scopes: Vec<String> = stage.iter().map(|s| format!("only {s}")).collect();
            scopes.push("this pipeline".to_owned());
            scopes.push(format!("service {service}"));
            scopes.push("the whole organization (stop the line)".to_owned());
            let lasts = HOLD_LASTS
                .map(|lasts| lasts.map_or("when lifted".to_owned(), |lasts| lasts.to_string()));
            vec![
                choice(FieldId::Scope, "Scope", scopes),
                choice(FieldId::Expiry, "Expires", lasts.into()),
                reason(REASON_SHORT),
            ]
        }
        Act::Lift { first, others } => vec![
            choice(
                FieldId::What,
                "What",
                [first].into_iter().chain(others).map(lift_title).collect(),
            ),
            reason(REASON_SHORT),
            token(),
        ],
        Act::Retry { .. } => vec![token()],
    }
}

fn lift_title(lift: &Liftable) -> String {
    match &lift.what {
        Lift::Hold(id) => format!("hold {id}"),
        Lift::Override(id) => format!("override {id}"),
        Lift::Quarantine(release) => format!("quarantine of {release}"),
        Lift::Clock => "doubt about the clock".to_owned(),
    }
}

fn reason(least: usize) -> Field {
    text(FieldId::Reason, "Reason", least)
}

fn text(id: FieldId, label: &'static str, least: usize) -> Field {
    let input = Input::default();
    Field {
        id,
        label,
        value: Value::Text { input, least },
    }
}

fn token() -> Field {
    let value = Value::Token {
        input: Input::default(),
        wanted: None,
    };
    Field {
        id: FieldId::Token,
        label: "Type by hand",
        value,
    }
}

fn choice(id: FieldId, label: &'static str, options: Vec<String>) -> Field {
    let value = Value::Choice { options, chosen: 0 };
    Field { id, label, value }
}

/// One box per blocker. The first that can be overridden is ticked; what nobody may pass is shown,
/// so that the operator sees what would still block (S12).
fn checks(blockers: &[Blocker]) -> Field {
    let mut options: Vec<Check> = blockers
        .iter()
        .map(|blocker| Check {
            blocker: blocker.id.clone(),
            why: blocker.why.clone(),
            ticked: false,
            locked: match (blocker.passage, &blocker.overridden) {
                (_, Some(id)) => Some(format!("overridden by {id}")),
                (Passage::Override, None) => None,
                (Passage::Lift, None) => Some("must be lifted".to_owned()),
                (Passage::Nobody, None) => Some("nobody may pass it".to_owned()),
            },
        })
        .collect();
    let first = options.iter().position(|check| check.locked.is_none());
    let cursor = first.unwrap_or(0);
    if let Some(check) = first.and_then(|index| options.get_mut(index)) {
        check.ticked = true;
    }
    Field {
        id: FieldId::Blockers,
        label: "Blockers",
        value: Value::Checks { options, cursor },
    }
}

impl Dialog {
    /// The command that the fields say, and the stream it goes to.
    pub fn command(&self) -> (Option<PipelineName>, Command) {
        let here = Some(self.pipeline.clone());
        match &self.act {
            Act::Approve(verdict) => (here, Command::Approve(self.verdict(verdict))),
            Act::Reject(verdict) => (here, Command::Reject(self.verdict(verdict))),
            Act::Override { stage, release } => {
                let lasts = self.chosen(FieldId::Expiry);
                let command = Command::Override {
                    stage: stage.clone(),
                    release: *release,
                    blockers: self.ticked(),
                    reason: self.text(FieldId::Reason),
                    lasts: OVERRIDE_LASTS
                        .get(lasts)
                        .copied()
                        .unwrap_or(OVERRIDE_LASTS[0]),
                    ticket: Some(self.text(FieldId::Ticket)).filter(|text| !text.is_empty()),
                    uses: 1,
                };
                (here, command)
            }
            Act::Rollback { stage, release } => {
                let scope = match self.chosen(FieldId::Scope) {
                    0 => RollbackScope::Stage(stage.clone()),
                    _ => RollbackScope::Everywhere,
                };
                let command = Command::Rollback {
                    scope,
                    release: *release,
                    reason: self.text(FieldId::Reason),
                };
                (here, command)
            }
            Act::Hold { stage, service } => {
                let mut scopes: Vec<HoldScope> =
                    stage.iter().cloned().map(HoldScope::Stage).collect();
                scopes.push(HoldScope::Pipeline);
                scopes.push(HoldScope::Service(service.clone()));
                scopes.push(HoldScope::Organization);
                let scope = scopes
                    .into_iter()
                    .nth(self.chosen(FieldId::Scope))
                    .unwrap_or(HoldScope::Pipeline);
                let stream = match scope {
                    HoldScope::Stage(_) | HoldScope::Pipeline => here,
                    HoldScope::Service(_) | HoldScope::Organization => None,
                };
                let lasts = HOLD_LASTS.get(self.chosen(FieldId::Expiry)).copied();
                let command = Command::Hold {
                    scope,
                    reason: self.text(FieldId::Reason),
                    lasts: lasts.flatten(),
                };
                (stream, command)
            }
            Act::Lift { first, others } => {
                let chosen = self.chosen(FieldId::What).checked_sub(1);
                let lift = chosen.and_then(|at| others.get(at)).unwrap_or(first);
                let command = Command::Lift {
                    what: lift.what.clone(),
                    reason: self.text(FieldId::Reason),
                };
                (lift.pipeline.clone(), command)
            }
            Act::Retry { stage, release } => {
                let (stage, release) = (stage.clone(), *release);
                (here, Command::Retry { stage, release })
            }
        }
    }

    fn verdict(&self, seen: &Verdict) -> Verdict {
        Verdict {
            reason: self.text(FieldId::Reason),
            ..seen.clone()
        }
    }

    fn value(&self, id: FieldId) -> Option<&Value> {
        self.fields
            .iter()
            .find(|field| field.id == id)
            .map(|field| &field.value)
    }

    /// Which option of a choice is taken.
    fn chosen(&self, id: FieldId) -> usize {
        match self.value(id) {
            Some(Value::Choice { chosen, .. }) => *chosen,
            Some(Value::Checks { .. } | Value::Text { .. } | Value::Token { .. }) | None => 0,
        }
    }

    fn text(&self, id: FieldId) -> String {
        match self.value(id) {
            Some(Value::Text { input, .. }) => input.value().trim().to_owned(),
            Some(Value::Choice { .. } | Value::Checks { .. } | Value::Token { .. }) | None => {
                String::new()
            }
        }
    }

    fn ticked(&self) -> Vec<crate::model::BlockerId> {
        match self.value(FieldId::Blockers) {
            Some(Value::Checks { options, .. }) => options
                .iter()
                .filter(|check| check.ticked)
                .map(|check| check.blocker.clone())
                .collect(),
            Some(Value::Choice { .. } | Value::Text { .. } | Value::Token { .. }) | None => {
                Vec::new()
            }
        }
    }
}

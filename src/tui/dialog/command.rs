//! From the fields of a dialog to the command that they say, and the stream it goes to. The only
//! translation there is: the plan, the twin and the commit are all made of it.

use crate::{
    model::{
        Actor, BlockerId, Command, HoldScope, PipelineName, RollbackScope, ServiceName, StageName,
        Verdict,
    },
    tui::dialog::{
        Act, Dialog, FieldId, Value,
        form::{self, HOLD_LASTS, OVERRIDE_LASTS, USES},
    },
};

impl Dialog {
    /// The command that the fields say, and the stream it goes to.
    pub fn command(&self) -> (Option<PipelineName>, Command) {
        let here = Some(self.pipeline.clone());
        let reason = self.reason();
        let command = match &self.act {
            Act::Approve(verdict) => Command::Approve(said(verdict, reason)),
            Act::Reject(verdict) => Command::Reject(said(verdict, reason)),
            Act::Override { stage, release } => Command::Override {
                stage: stage.clone(),
                release: *release,
                blockers: self.ticked(),
                reason,
                lasts: *self.one_of(FieldId::Expiry, &OVERRIDE_LASTS),
                ticket: Some(self.text(FieldId::Ticket)).filter(|text| !text.is_empty()),
                uses: *self.one_of(FieldId::Uses, &USES),
            },
            Act::Rollback {
                stage,
                release,
                scopes,
                ..
            } => {
                let wider = self.chosen(FieldId::Scope).checked_sub(1);
                let scope = wider.and_then(|at| scopes.get(at)).cloned();
                Command::Rollback {
                    scope: scope.unwrap_or_else(|| RollbackScope::Stage(stage.clone())),
                    release: *release,
                    reason,
                }
            }
            Act::Hold { stage, service } => return self.hold(stage.as_ref(), service),
            Act::Lift { first, others } => {
                let chosen = self.chosen(FieldId::What).checked_sub(1);
                let lift = chosen.and_then(|at| others.get(at)).unwrap_or(first);
                let what = lift.what.clone();
                return (lift.pipeline.clone(), Command::Lift { what, reason });
            }
            Act::Retry { stage, release } => {
                let (stage, release) = (stage.clone(), *release);
                Command::Retry { stage, release }
            }
            Act::Undo { stage, release } => {
                let (stage, release) = (stage.clone(), *release);
                Command::Undo { stage, release }
            }
            Act::Yield { stage, release } => Command::Yield {
                stage: stage.clone(),
                release: *release,
                reason,
            },
            Act::Ticket {
                deed,
                first,
                others,
                me,
            } => {
                let chosen = self.chosen(FieldId::What).checked_sub(1);
                let ticket = chosen.and_then(|at| others.get(at)).unwrap_or(first);
                // A text that is no login keeps the button locked.
                let to = Actor::parse(&self.text(FieldId::To)).unwrap_or_else(|_| me.clone());
                Command::Ticket {
                    id: ticket.id,
                    action: deed.action(to),
                    reason,
                }
            }
        };
        (here, command)
    }

    fn hold(
        &self,
        stage: Option<&StageName>,
        service: &ServiceName,
    ) -> (Option<PipelineName>, Command) {
        let mut scopes: Vec<HoldScope> = stage.cloned().map(HoldScope::Stage).into_iter().collect();
        scopes.push(HoldScope::Pipeline);
        scopes.push(HoldScope::Service(service.clone()));
        scopes.push(HoldScope::Organization);
        let scope = scopes
            .into_iter()
            .nth(self.chosen(FieldId::Scope))
            .unwrap_or(HoldScope::Pipeline);
        let stream = match scope {
            HoldScope::Stage(_) | HoldScope::Pipeline => Some(self.pipeline.clone()),
            HoldScope::Service(_) | HoldScope::Organization => None,
        };
        let command = Command::Hold {
            scope,
            reason: self.reason(),
            lasts: *self.one_of(FieldId::Expiry, &HOLD_LASTS),
        };
        (stream, command)
    }

    /// The likely reason that was chosen, and what was typed.
    fn reason(&self) -> String {
        let typed = self.text(FieldId::Reason);
        let whys = match &self.act {
            Act::Rollback { alarms, .. } => form::whys(alarms),
            Act::Approve(_)
            | Act::Reject(_)
            | Act::Override { .. }
            | Act::Hold { .. }
            | Act::Lift { .. }
            | Act::Retry { .. }
            | Act::Undo { .. }
            | Act::Yield { .. }
            | Act::Ticket { .. } => return typed,
        };
        let why = whys.into_iter().nth(self.chosen(FieldId::Why));
        match why.filter(|why| why != form::OTHER) {
            None => typed,
            Some(why) if typed.is_empty() => why,
            Some(why) => format!("{why}: {typed}"),
        }
    }

    fn value(&self, id: FieldId) -> Option<&Value> {
        self.fields
            .iter()
            .find(|field| field.id == id)
            .map(|field| &field.value)
    }

    /// Which option of a choice is taken.
    pub(super) fn chosen(&self, id: FieldId) -> usize {
        match self.value(id) {
            Some(Value::Choice { chosen, .. }) => *chosen,
            Some(Value::Checks { .. } | Value::Text { .. } | Value::Token { .. }) | None => 0,
        }
    }

    /// The one of the values behind a choice that is taken.
    fn one_of<'a, T, const N: usize>(&self, id: FieldId, values: &'a [T; N]) -> &'a T {
        &values[self.chosen(id).min(N - 1)]
    }

    fn text(&self, id: FieldId) -> String {
        match self.value(id) {
            Some(Value::Text { input, .. }) => input.value().trim().to_owned(),
            Some(Value::Choice { .. } | Value::Checks { .. } | Value::Token { .. }) | None => {
                String::new()
            }
        }
    }

    fn ticked(&self) -> Vec<BlockerId> {
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

fn said(seen: &Verdict, reason: String) -> Verdict {
    Verdict {
        reason,
        ..seen.clone()
    }
}

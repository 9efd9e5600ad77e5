//! Which fields an act has, and how much they must say. What command they say is `command`; it
//! knows no keys.

use crate::{
    model::{
        Actor, Blocker, Class, Command, Lift, Passage, RollbackScope, ServiceName, Span, StageName,
    },
    tui::dialog::{Act, Check, Deed, Dialog, Field, FieldId, Liftable, OpenTicket, Value},
};
use tui_input::Input;

/// Visible characters that a reason needs when rules are broken.
const REASON_LEAST: usize = 20;
/// And otherwise: one word at least.
const REASON_SHORT: usize = 3;

/// How long an override may last, first the default. There is no "for ever" (S13).
pub(super) const OVERRIDE_LASTS: [Span; 4] = [
    Span::minutes(30),
    Span::hours(1),
    Span::hours(2),
    Span::hours(4),
];
/// By how many attempts it may be used, first the default.
pub(super) const USES: [u32; 4] = [1, 2, 3, 5];
/// How long a hold may last; the first stands until somebody lifts it.
pub(super) const HOLD_LASTS: [Option<Span>; 4] = [
    None,
    Some(Span::hours(1)),
    Some(Span::hours(4)),
    Some(Span::hours(24)),
];
/// The reason that must be typed.
pub(super) const OTHER: &str = "other";

/// The fields of an act. `blockers` is what stands in the way of an override.
pub(super) fn fields(act: &Act, blockers: &[Blocker]) -> Vec<Field> {
    match act {
        Act::Approve(_) | Act::Yield { .. } => vec![reason(), token()],
        Act::Reject(_) => vec![reason()],
        Act::Override { .. } => vec![
            checks(blockers),
            choice(
                FieldId::Expiry,
                "Expires",
                OVERRIDE_LASTS.map(|lasts| lasts.to_string()).into(),
            ),
            choice(
                FieldId::Uses,
                "Attempts",
                USES.map(|uses| uses.to_string()).into(),
            ),
            text(FieldId::Ticket, "Ticket", Input::default()),
            reason(),
            token(),
        ],
        Act::Rollback {
            stage,
            scopes,
            alarms,
            ..
        } => {
            let stage = [format!("only {stage}")];
            let scopes = stage.into_iter().chain(scopes.iter().map(scope));
            vec![
                choice(FieldId::Scope, "Scope", scopes.collect()),
                choice(FieldId::Why, "Why", whys(alarms)),
                reason(),
                token(),
            ]
        }
        Act::Hold { stage, service } => of_hold(stage.as_ref(), service),
        Act::Lift { first, others } => {
            let all = [first].into_iter().chain(others).map(lift_title);
            vec![
                choice(FieldId::What, "What", all.collect()),
                reason(),
                token(),
            ]
        }
        Act::Retry { .. } => vec![token()],
        Act::Undo { .. } => Vec::new(),
        Act::Ticket {
            deed,
            first,
            others,
            me,
        } => of_ticket(*deed, [first].into_iter().chain(others).collect(), me),
    }
}

fn of_hold(stage: Option<&StageName>, service: &ServiceName) -> Vec<Field> {
    let mut scopes: Vec<String> = stage.iter().map(|s| format!("only {s}")).collect();
    scopes.push("this pipeline".to_owned());
    scopes.push(format!("service {service}"));
    scopes.push("the whole organization (stop the line)".to_owned());
    let lasts =
        HOLD_LASTS.map(|lasts| lasts.map_or("when lifted".to_owned(), |lasts| lasts.to_string()));
    vec![
        choice(FieldId::Scope, "Scope", scopes),
        choice(FieldId::Expiry, "Expires", lasts.into()),
        reason(),
    ]
}

/// Saying that one has seen a ticket needs nothing more.
fn of_ticket(deed: Deed, all: Vec<&OpenTicket>, me: &Actor) -> Vec<Field> {
    let title = |ticket: &OpenTicket| {
        let OpenTicket { id, stage, title } = ticket;
        format!("{id} {stage}: {title}")
    };
    let titles = all.into_iter().map(title).collect();
    let mut fields = vec![choice(FieldId::What, "Ticket", titles)];
    if deed == Deed::Assign {
        let me = Input::new(me.to_string());
        fields.push(text(FieldId::To, "To", me));
    }
    if deed != Deed::Acknowledge {
        fields.push(reason());
    }
    fields
}

impl Dialog {
    /// How much the reason must say for the command as it stands; the fields change with it.
    pub fn measure(&mut self) {
        let needed = self.reason_needed();
        for field in &mut self.fields {
            if let (FieldId::Reason, Value::Text { least, .. }) = (field.id, &mut field.value) {
                *least = needed;
            }
        }
    }

    fn reason_needed(&self) -> usize {
        let (_, command) = self.command();
        let chosen = match &self.act {
            Act::Rollback { alarms, .. } => whys(alarms).get(self.chosen(FieldId::Why)).cloned(),
            Act::Approve(_)
            | Act::Reject(_)
            | Act::Override { .. }
            | Act::Hold { .. }
            | Act::Lift { .. }
            | Act::Retry { .. }
            | Act::Undo { .. }
            | Act::Yield { .. }
            | Act::Ticket { .. } => None,
        };
        match (&command, command.class()) {
            (_, Class::RuleBreaking) => REASON_LEAST,
            (Command::Rollback { .. }, _) if chosen.is_some_and(|why| why != OTHER) => 0,
            (Command::Lift { .. }, Class::Safer) => 0,
            (Command::Ticket { action, .. }, _) if !action.needs_words() => 0,
            (_, Class::Safer | Class::Restore | Class::Riskier) => REASON_SHORT,
        }
    }
}

/// Reasons that are likely, those that fire first.
pub(super) fn whys(alarms: &[String]) -> Vec<String> {
    let others = [OTHER, "errors", "bad data"].map(str::to_owned);
    let alarms = alarms.iter().map(|alarm| format!("alarm {alarm}"));
    alarms.chain(others).collect()
}

fn scope(scope: &RollbackScope) -> String {
    match scope {
        RollbackScope::Stage(stage) => format!("only {stage}"),
        RollbackScope::Region { region, .. } => format!("region {region}"),
        RollbackScope::Target { target, .. } => format!("target {target}"),
        RollbackScope::Everywhere => "every stage that holds the change".to_owned(),
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

fn reason() -> Field {
    text(FieldId::Reason, "Reason", Input::default())
}

fn text(id: FieldId, label: &'static str, input: Input) -> Field {
    let value = Value::Text { input, least: 0 };
    Field { id, label, value }
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

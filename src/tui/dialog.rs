//! The dialog in which a command is considered: bound to the ids it was opened on, with fields, the
//! server's plan, and two buttons of which Cancel has the focus first. Everything that mutates goes
//! through one of these (UX.md, "Safety rules"). What keys do to it is `update::dialog`.

mod act;
mod command;
mod form;

pub use act::{Act, Deed, Liftable, OpenTicket};

use crate::model::{
    BlockerId, Class, PipelineName, Plan, Refusal, RequestKey, Revision, Span, StageName, Time,
};
use crate::tui::gate::Opening;
use std::collections::BTreeSet;
use tui_input::Input;

#[derive(Debug, Clone)]
pub struct Dialog {
    /// What it was opened on; nothing that happens later changes it (S8).
    pub pipeline: PipelineName,
    pub act: Act,
    pub fields: Vec<Field>,
    pub focus: Focus,
    pub preview: Preview,
    pub phase: Phase,
    /// Names the request; made for this dialog, used once.
    pub key: Option<RequestKey>,
    /// Keys before this moment are dropped (S7).
    pub fence: Time,
    /// When a key last arrived, dropped or not.
    pub last_key: Time,
    /// What the dialog has to say to the last key, such as that pasting is refused.
    pub notice: Option<String>,
    /// Number of the newest question for a plan; answers to older ones are ignored.
    pub asked: u64,
    /// The page that was turned to; none follows the focus. Counted beyond the last one, it begins
    /// again with the first.
    pub page: Option<i32>,
    /// When it was sent, once it was.
    pub sent: Option<Time>,
    /// When a new plan is to be asked for: shortly after the last letter, not at each.
    pub replan: Option<Time>,
}

#[derive(Debug, Clone)]
pub struct Field {
    pub id: FieldId,
    pub label: &'static str,
    pub value: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldId {
    Scope,
    Blockers,
    What,
    Expiry,
    Uses,
    /// Who a ticket is given to.
    To,
    /// Why, out of the reasons that are likely.
    Why,
    Ticket,
    Reason,
    Token,
}

#[derive(Debug, Clone)]
pub enum Value {
    /// One of several, chosen with the arrows.
    Choice { options: Vec<String>, chosen: usize },
    /// Any of several, ticked with Space.
    Checks { options: Vec<Check>, cursor: usize },
    /// A line of text with at least this many visible characters.
    Text { input: Input, least: usize },
    /// Typed by hand, in full, exactly (S5). What is wanted comes with the plan.
    Token {
        input: Input,
        wanted: Option<String>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    pub blocker: BlockerId,
    pub why: String,
    pub ticked: bool,
    /// Why it cannot be ticked.
    pub locked: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    Field(usize),
    Cancel,
    Commit,
}

/// The server's dry run of exactly the command that the fields say (S9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Preview {
    /// No plan has come yet.
    Asking {
        since: Time,
    },
    Ready(Box<Previewed>),
    /// The command would be refused as it stands.
    Refused(Box<Refusal>),
    /// The plan could not be had.
    Failed(String),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Previewed {
    pub plan: Plan,
    /// When it came.
    pub at: Time,
    /// Lines that differ from the plan before: drawn with a `*`.
    pub changed: BTreeSet<PlanLine>,
    /// Why it does not count any more, while a new one is under way.
    pub outdated: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlanLine {
    Title,
    Row(StageName),
    Note(usize),
    Warning(usize),
}

/// How far the command has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    Filling,
    Sent {
        at: Time,
    },
    Accepted {
        at: Time,
        revision: Revision,
    },
    /// Nothing was done. With `PlanChanged` the new plan can be opened.
    Refused(Box<Refusal>),
    /// Nothing was done: it takes another role, as the server says in words.
    NotPermitted(String),
    /// It never left this machine, or the server did not take it.
    NotSent(String),
    /// Sent, and no answer: we ask what became of the key (S11).
    Unknown {
        sent: Time,
        why: String,
        tries: u32,
        next: Time,
    },
}

/// A plan older than this must be made anew before the commit (S9).
pub const PREVIEW_LASTS: Span = Span::seconds(30);
/// Keys that come sooner after the opening were typed for another screen (S7).
pub const FENCE: Span = Span(400);
/// The commit needs this much quiet before it: a held-down Enter is not a decision (S7).
pub const QUIET: Span = Span(150);

impl Dialog {
    /// A dialog just opened: Cancel has the focus, a plan is due at once, and keys that are typed
    /// already are dropped.
    pub fn open(opening: Opening, now: Time) -> Self {
        let mut dialog = Self {
            fields: form::fields(&opening.act, &opening.blockers),
            pipeline: opening.pipeline,
            act: opening.act,
            focus: Focus::Cancel,
            preview: Preview::Asking { since: now },
            phase: Phase::Filling,
            key: None,
            fence: now + FENCE,
            last_key: now,
            notice: None,
            // Far from the numbers of any dialog before, whose answers may still come.
            asked: now.0.unsigned_abs() * 1_000,
            page: None,
            sent: None,
            replan: Some(now),
        };
        dialog.measure();
        dialog
    }

    /// After a refusal: the same act once more, under a new key, with a new plan, and with what must
    /// be typed by hand to be typed again.
    pub fn reopen(&mut self, now: Time) {
        self.phase = Phase::Filling;
        self.key = None;
        self.sent = None;
        self.page = None;
        self.focus = Focus::Cancel;
        self.fence = now + FENCE;
        for field in &mut self.fields {
            if let Value::Token { input, .. } = &mut field.value {
                input.reset();
            }
        }
        self.outdate("the old one was refused", now);
    }

    /// Says that the plan does not count any more, and when the next one is due.
    pub fn outdate(&mut self, why: &str, due: Time) {
        if self.phase != Phase::Filling {
            return;
        }
        if let Preview::Ready(previewed) = &mut self.preview {
            previewed.outdated = Some(why.to_owned());
        }
        self.replan = Some(due);
    }

    /// Sets what must be typed by hand.
    pub fn want(&mut self, token: Option<&str>) {
        for field in &mut self.fields {
            if let Value::Token { wanted, .. } = &mut field.value {
                *wanted = token.map(ToOwned::to_owned);
            }
        }
    }

    /// The value of the field that has the focus; none on a button.
    pub fn focused(&mut self) -> Option<&mut Value> {
        match self.focus {
            Focus::Field(at) => self.fields.get_mut(at).map(|field| &mut field.value),
            Focus::Cancel | Focus::Commit => None,
        }
    }

    /// Fields from top to bottom, Cancel, Commit, and round again. After the sending there are only
    /// the buttons.
    pub fn focus_next(&mut self) {
        self.page = None;
        let n_fields = self.n_open_fields();
        self.focus = match self.focus {
            Focus::Field(at) if at + 1 < n_fields => Focus::Field(at + 1),
            Focus::Field(_) => Focus::Cancel,
            Focus::Cancel => Focus::Commit,
            Focus::Commit if n_fields > 0 => Focus::Field(0),
            Focus::Commit => Focus::Cancel,
        };
    }

    pub fn focus_previous(&mut self) {
        self.page = None;
        let n_fields = self.n_open_fields();
        self.focus = match self.focus {
            Focus::Field(0) => Focus::Commit,
            Focus::Field(at) => Focus::Field(at - 1),
            Focus::Commit => Focus::Cancel,
            Focus::Cancel if n_fields > 0 => Focus::Field(n_fields - 1),
            Focus::Cancel => Focus::Commit,
        };
    }

    fn n_open_fields(&self) -> usize {
        match self.phase {
            Phase::Filling => self.fields.len(),
            Phase::Sent { .. }
            | Phase::Accepted { .. }
            | Phase::Refused(_)
            | Phase::NotPermitted(_)
            | Phase::NotSent(_)
            | Phase::Unknown { .. } => 0,
        }
    }

    /// The plan, when there is one, whether it still counts or not.
    pub fn plan(&self) -> Option<&Plan> {
        match &self.preview {
            Preview::Ready(previewed) => Some(&previewed.plan),
            Preview::Asking { .. } | Preview::Refused(_) | Preview::Failed(_) => None,
        }
    }

    /// How much friction the command as it stands deserves.
    pub fn class(&self) -> Class {
        self.command().1.class()
    }

    /// What the two buttons say; some ends leave nothing to do but to close.
    pub fn buttons(&self) -> (&'static str, Option<&'static str>) {
        match &self.phase {
            Phase::Filling => ("Cancel", Some(self.act.button())),
            Phase::Sent { .. } => ("Close", None),
            Phase::Accepted { .. } => ("Close", Some("Show events")),
            Phase::Refused(_) | Phase::NotPermitted(_) | Phase::NotSent(_) => {
                ("Close", Some("Open new preview"))
            }
            Phase::Unknown { .. } => ("Close", Some("Ask now")),
        }
    }

    /// Turns to the page after or before the one that is shown.
    pub fn turn(&mut self, by: i32) {
        self.page = Some(self.page.unwrap_or(0).wrapping_add(by));
    }

    /// The command line that does the same.
    pub fn twin(&self) -> String {
        let (pipeline, command) = self.command();
        let expect = self.plan().map(|plan| plan.digest.clone());
        command.twin(pipeline.as_ref(), expect.as_ref())
    }
}

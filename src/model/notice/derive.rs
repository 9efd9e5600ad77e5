//! From a fact to what is told of it, or to nothing: most facts concern nobody who is not looking.

use crate::model::{
    AttemptId, Entry, Fact, Gate, Notice, NoticeAction, NoticeKind, Pipeline, Severity, StageName,
    Ticket, TicketChange, TicketId, Time, notice::severity, plain,
};

/// Characters of a line of a notice.
const TEXT_MOST: usize = 1_000;

/// What to tell of an entry of a pipeline, with the state right after it. `journal` names the journal
/// in the keys, so that another journal in its place does not use them again.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "of most facts there is nothing to tell"
)]
pub fn notice(journal: &str, entry: &Entry, pipeline: &Pipeline) -> Option<Notice> {
    let teller = Teller {
        journal,
        entry,
        pipeline,
    };
    let told = match &entry.fact {
        Fact::TicketOpened { id, .. } => {
            teller.ticket(*id, NoticeAction::Trigger, |ticket| ticket.title.clone())
        }
        Fact::TicketChanged { id, change } => teller.ticket_change(*id, change),
        Fact::TicketResolved { id, why, .. } => {
            teller.ticket(*id, NoticeAction::Resolve, |ticket| {
                format!("{id} is resolved, {why}: {}", ticket.title)
            })
        }
        Fact::RolledBack { attempt } => teller.rolled_back(*attempt),
        Fact::AttemptPassed { attempt } => teller.passed(*attempt),
        Fact::ApprovalRequested { attempt, gate } => teller.approval_wanted(*attempt, *gate),
        Fact::GatePassed { attempt, gate } if teller.is_manual(*attempt, *gate) => {
            teller.approval_settled(*attempt, "is approved")
        }
        Fact::Rejected { attempt, .. } => teller.approval_settled(*attempt, "is rejected"),
        Fact::AttemptWithdrawn { attempt, .. } => {
            teller.approval_settled(*attempt, "needs no approval any more")
        }
        Fact::Overridden { stage, release, .. } => {
            let mut notice = teller.about("override", NoticeKind::Override, Severity::Medium)?;
            notice.stage = Some(stage.clone());
            notice.release = Some(*release);
            Some(notice)
        }
        Fact::HoldPlaced { .. } | Fact::HoldLifted { .. } => {
            teller.about("hold", NoticeKind::Hold, Severity::Low)
        }
        _ => None,
    };
    told.map(bounded)
}

/// Nobody reads a title of a megabyte, and none is kept.
fn bounded(notice: Notice) -> Notice {
    let details = notice.details.iter();
    Notice {
        title: plain(&notice.title, TEXT_MOST),
        details: details.map(|line| plain(line, TEXT_MOST)).collect(),
        ..notice
    }
}

struct Teller<'a> {
    journal: &'a str,
    entry: &'a Entry,
    pipeline: &'a Pipeline,
}

impl Teller<'_> {
    /// A notice with the fact's own words for a title.
    fn about(&self, what: &str, kind: NoticeKind, severity: Severity) -> Option<Notice> {
        let definition = self.pipeline.definition.as_ref()?;
        let told = self.entry.fact.told();
        let name = &self.pipeline.name;
        let by = told.who.as_ref();
        let by = by.map_or_else(String::new, |who| format!(", by {who}"));
        Some(Notice {
            key: format!("{}:{}", self.journal, self.entry.seq),
            seq: self.entry.seq,
            at: self.entry.at,
            kind,
            action: NoticeAction::Tell,
            severity,
            about: format!("{}:{name}/{what}", self.journal),
            pipeline: Some(name.clone()),
            owner: Some(definition.owner.clone()),
            stage: None,
            release: None,
            ticket: None,
            title: format!("{name}: {} {}{by}", told.kind.to_lowercase(), told.what),
            by: told.who.and_then(|who| who.parse().ok()),
            details: Vec::new(),
            runbook: definition.runbook.clone(),
        })
    }

    fn ticket(
        &self,
        id: TicketId,
        action: NoticeAction,
        title: impl FnOnce(&Ticket) -> String,
    ) -> Option<Notice> {
        let ticket = self.pipeline.guards.tickets.get(&id)?;
        let severity = severity::of_ticket(self.pipeline, ticket);
        let notice = self.about(&id.to_string(), NoticeKind::Ticket, severity)?;
        let hands = ticket.hands();
        let again = ticket
            .again
            .map(|(times, last)| format!("came again {times} times, last at {}", second(last)));
        let details = [
            Some(format!("opened {}", second(ticket.opened))),
            again,
            Some(hands).filter(|hands| !hands.is_empty()),
        ];
        Some(Notice {
            action,
            title: format!("{}: {}", self.pipeline.name, title(ticket)),
            stage: Some(ticket.stage.clone()),
            release: Some(ticket.release),
            ticket: Some(id),
            details: details.into_iter().flatten().collect(),
            ..notice
        })
    }

    fn ticket_change(&self, id: TicketId, change: &TicketChange) -> Option<Notice> {
        match change {
            TicketChange::Acknowledged { by } => {
                self.ticket(id, NoticeAction::Acknowledge, |ticket| {
                    format!("{id} is acknowledged by {by}: {}", ticket.title)
                })
            }
            TicketChange::Assigned { to, by } => self.ticket(id, NoticeAction::Tell, |ticket| {
                format!("{id} is assigned to {to} by {by}: {}", ticket.title)
            }),
            TicketChange::Noted { by, text } => self.ticket(id, NoticeAction::Tell, |ticket| {
                format!("{id}, {by} notes: {text} ({})", ticket.title)
            }),
            // The first time, the second, the fourth, the eighth: a cause that comes every minute
            // says less and less that is new.
            TicketChange::Recurred { title } => {
                let ticket = self.pipeline.guards.tickets.get(&id)?;
                let (times, _) = ticket.again?;
                let worth_telling = times.is_power_of_two();
                worth_telling.then(|| {
                    self.ticket(id, NoticeAction::Trigger, |_| format!("again: {title}"))
                })?
            }
        }
    }

    /// What worked needs nobody, whatever it was about.
    fn rolled_back(&self, id: AttemptId) -> Option<Notice> {
        let (stage, release) = self.pipeline.place_of(id)?;
        let notice = self.about(&id.to_string(), NoticeKind::Rollback, Severity::Low)?;
        Some(Notice {
            title: format!(
                "{}: the rollback of {release} in {stage} is through",
                self.pipeline.name
            ),
            stage: Some(stage.clone()),
            release: Some(release),
            ..notice
        })
    }

    fn passed(&self, id: AttemptId) -> Option<Notice> {
        let (stage, release) = self.pipeline.place_of(id)?;
        if *stage == StageName::build() {
            return None;
        }
        let notice = self.about(&id.to_string(), NoticeKind::Passed, Severity::Low)?;
        Some(Notice {
            title: format!("{}: {release} passed {stage}", self.pipeline.name),
            stage: Some(stage.clone()),
            release: Some(release),
            ..notice
        })
    }

    fn approval_wanted(&self, id: AttemptId, gate: usize) -> Option<Notice> {
        let attempt = self.pipeline.attempt(id)?;
        let Gate::Manual(manual) = &attempt.gates.get(gate)?.gate else {
            return None;
        };
        let from = manual
            .from
            .as_ref()
            .map_or_else(String::new, |group| format!(" by {group}"));
        let count = match manual.count {
            1 => String::new(),
            count => format!(", {count} people"),
        };
        self.approval(id, NoticeAction::Trigger, |release, stage| {
            format!(
                "{release} waits in {stage} for the approval {:?}{from}{count}",
                manual.name
            )
        })
    }

    fn approval_settled(&self, id: AttemptId, how: &str) -> Option<Notice> {
        self.approval(id, NoticeAction::Resolve, |release, stage| {
            format!("{release} {how} in {stage}")
        })
    }

    fn approval(
        &self,
        id: AttemptId,
        action: NoticeAction,
        words: impl FnOnce(String, &StageName) -> String,
    ) -> Option<Notice> {
        let (stage, release) = self.pipeline.place_of(id)?;
        let about = format!("approval/{id}");
        let notice = self.about(&about, NoticeKind::Approval, Severity::Low)?;
        let words = words(release.to_string(), stage);
        Some(Notice {
            action,
            title: format!("{}: {words}", self.pipeline.name),
            stage: Some(stage.clone()),
            release: Some(release),
            ..notice
        })
    }

    fn is_manual(&self, id: AttemptId, gate: usize) -> bool {
        let attempt = self.pipeline.attempt(id);
        let gate = attempt.and_then(|attempt| attempt.gates.get(gate));
        gate.is_some_and(|gate| matches!(gate.gate, Gate::Manual(_)))
    }
}

/// Nobody needs the milliseconds.
fn second(at: Time) -> Time {
    Time(at.0 - at.0.rem_euclid(1_000))
}

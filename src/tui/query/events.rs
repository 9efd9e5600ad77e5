//! One entry of the journal as one line: when, what kind, who, where, and what happened in words.

mod commands;
mod work;

use crate::model::{
    AlarmLevel, AlarmState, AttemptId, Entry, Fact, Pipeline, ReleaseId, Revision, StageName, Time,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRow {
    pub revision: Revision,
    pub at: Time,
    /// One word in capitals of at most eight letters.
    pub kind: &'static str,
    /// A person's name; `pipeline`, `monitor` or `git` where no person acted.
    pub actor: String,
    /// Empty where no stage is meant.
    pub stage: String,
    pub text: String,
}

/// What a fact says, before time and place are put to it.
struct Told {
    kind: &'static str,
    actor: String,
    stage: Option<StageName>,
    text: String,
}

impl Told {
    fn by_pipeline(kind: &'static str, stage: Option<StageName>, text: String) -> Self {
        Self {
            kind,
            actor: "pipeline".to_owned(),
            stage,
            text,
        }
    }
}

/// The line of an entry. The pipeline, as it is now, tells which stage an attempt was in.
pub fn event(pipeline: &Pipeline, entry: &Entry) -> EventRow {
    let told = tell(pipeline, &entry.fact);
    EventRow {
        revision: entry.revision,
        at: entry.at,
        kind: told.kind,
        actor: told.actor,
        stage: told
            .stage
            .map_or_else(String::new, |stage| stage.to_string()),
        text: told.text,
    }
}

fn tell(pipeline: &Pipeline, fact: &Fact) -> Told {
    match fact {
        Fact::Defined { definition } => {
            let text = format!(
                "definition {} from {}",
                definition.digest.short(),
                definition.file
            );
            Told::by_pipeline("DEFINE", None, text)
        }
        Fact::GroupsDefined { groups } => Told::by_pipeline(
            "DEFINE",
            None,
            format!("{} groups of approvers", groups.len()),
        ),
        Fact::HeadMoved { .. }
        | Fact::SourceFailed { .. }
        | Fact::SourceRecovered
        | Fact::ReleaseCut { .. }
        | Fact::Superseded { .. } => source(fact),
        Fact::AttemptStarted { .. }
        | Fact::StepStarted { .. }
        | Fact::StepRetried { .. }
        | Fact::StepFinished { .. }
        | Fact::StepAbandoned { .. }
        | Fact::StaleResult { .. }
        | Fact::DeploymentDone { .. }
        | Fact::AttemptPaused { .. }
        | Fact::AttemptResumed { .. }
        | Fact::AttemptPassed { .. }
        | Fact::AttemptFailed { .. }
        | Fact::AttemptPreempted { .. }
        | Fact::AttemptWithdrawn { .. }
        | Fact::RolledBack { .. } => work::attempt(pipeline, fact),
        Fact::BakeStarted { .. }
        | Fact::BakeCounted { .. }
        | Fact::BakePaused { .. }
        | Fact::BakeResumed { .. }
        | Fact::BakeRestarted { .. }
        | Fact::BakeFinished { .. } => work::bake(pipeline, fact),
        Fact::ApprovalRequested { .. }
        | Fact::Approved { .. }
        | Fact::GatePassed { .. }
        | Fact::Rejected { .. } => work::gate(pipeline, fact),
        Fact::AlarmChanged { alarm, state } => Told {
            kind: "ALARM",
            actor: "monitor".to_owned(),
            stage: None,
            text: format!("{alarm} {}", alarm_text(state)),
        },
        Fact::Quarantined { .. }
        | Fact::QuarantineLifted { .. }
        | Fact::HoldPlaced { .. }
        | Fact::HoldLifted { .. }
        | Fact::Overridden { .. }
        | Fact::OverrideEnded { .. }
        | Fact::TicketOpened { .. }
        | Fact::TicketResolved { .. }
        | Fact::CommandAccepted { .. }
        | Fact::CommandRefused { .. } => commands::tell(fact),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the caller routes by kind")]
fn source(fact: &Fact) -> Told {
    let git = |text: String| Told {
        kind: "SOURCE",
        actor: "git".to_owned(),
        stage: Some(StageName::source()),
        text,
    };
    match fact {
        Fact::HeadMoved { head } => git(format!(
            "head is {}, {} new changes",
            head.sha.short(),
            head.changes.len()
        )),
        Fact::SourceFailed { why } => git(format!("repository does not answer: {why}")),
        Fact::SourceRecovered => git("repository answers again".to_owned()),
        Fact::ReleaseCut {
            release,
            sha,
            changes,
            ..
        } => {
            let title = changes.last().map_or("", |change| change.title.as_str());
            git(format!("{release} cut at {}: {title}", sha.short()))
        }
        Fact::Superseded { stage, release, by } => Told::by_pipeline(
            "SKIP",
            Some(stage.clone()),
            format!("{release} superseded by {by}"),
        ),
        other => Told::by_pipeline("OTHER", None, format!("{other:?}")),
    }
}

fn alarm_text(state: &AlarmState) -> String {
    let value = state
        .value
        .map(|value| format!(" at {value}"))
        .unwrap_or_default();
    match state.level {
        AlarmLevel::Ok => format!("is OK{value}"),
        AlarmLevel::Firing => format!("FIRES{value}"),
        AlarmLevel::NoData => format!("has NO DATA: {}", state.why),
    }
}

/// The stage and release of an attempt, as far as they are still known.
fn place(pipeline: &Pipeline, id: AttemptId) -> Option<(StageName, ReleaseId)> {
    pipeline.stages.iter().find_map(|(stage, state)| {
        let newest = state.attempt.as_ref().filter(|attempt| attempt.id == id);
        let past = state.past.iter().find(|attempt| attempt.id == id);
        let release = newest.map(|a| a.release).or(past.map(|a| a.release))?;
        Some((stage.clone(), release))
    })
}

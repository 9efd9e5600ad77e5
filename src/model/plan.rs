//! The dry run of a command: what would happen, what to think of first, and a digest. Committing a
//! command names the digest, so what was confirmed is what is done (DESIGN.md 5, rule 15).

use crate::model::{
    Class, Command, Fingerprint, PipelineName, ReleaseId, Revision, Span, StageName, TargetName,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Plan {
    /// None for a command to the organization.
    pub pipeline: Option<PipelineName>,
    pub command: Command,
    pub class: Class,
    /// One sentence: `roll wave-1 back from r7 to r5`.
    pub title: String,
    /// What a careful person weighs before the button, in the order of reading. No part of the
    /// digest: that a bake has gone on changes no consequence.
    #[serde(default)]
    pub facts: Vec<PlanFact>,
    pub rows: Vec<PlanRow>,
    /// Where every single target goes, as far as a command decides that.
    #[serde(default)]
    pub targets: Vec<PlanTarget>,
    /// What else happens, and what does not.
    pub notes: Vec<String>,
    /// What a careful person would want to know before the button.
    pub warnings: Vec<String>,
    /// What must be typed by hand to confirm; none for the safer class.
    pub confirm: Option<String>,
    pub revision: Revision,
    pub digest: Fingerprint,
}

/// One thing to weigh, that the server knows for sure.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlanFact {
    pub topic: Topic,
    pub speaks: Speaks,
    pub text: String,
}

/// What a fact is about: the label it stands under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    What,
    Evidence,
    Rule,
    Effect,
    Blast,
    When,
    Undo,
    Policy,
    Safe,
}

/// Whether a fact is a reason for the command or one against it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Speaks {
    For,
    Against,
    Neither,
}

/// What happens to one stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlanRow {
    pub stage: StageName,
    pub now: String,
    pub after: String,
    pub targets: usize,
    /// By how long the last deployments to these targets took; none when none was measured. It is
    /// no part of the digest.
    pub estimate: Option<Span>,
    pub note: String,
}

/// What happens to one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlanTarget {
    pub stage: StageName,
    pub target: TargetName,
    /// What runs there; none when nobody can say.
    pub now: Option<ReleaseId>,
    /// What will; none when it is left as it is, and the note says why.
    pub to: Option<ReleaseId>,
    pub note: String,
}

impl Topic {
    /// The label, at most eight letters.
    pub fn word(self) -> &'static str {
        match self {
            Topic::What => "WHAT",
            Topic::Evidence => "EVIDENCE",
            Topic::Rule => "RULE",
            Topic::Effect => "EFFECT",
            Topic::Blast => "BLAST",
            Topic::When => "WHEN",
            Topic::Undo => "UNDO",
            Topic::Policy => "POLICY",
            Topic::Safe => "SAFE?",
        }
    }
}

impl Speaks {
    /// The sign for it, which is also the sign of a status.
    pub fn sign(self) -> &'static str {
        match self {
            Speaks::For => "+ ",
            Speaks::Against => "! ",
            Speaks::Neither => "",
        }
    }
}

/// So many targets are named one by one before the rest is counted.
const NAMED: usize = 3;

impl Plan {
    /// What happens to the targets, in lines short enough for a person: targets of a stage that fare
    /// alike share one.
    pub fn target_lines(&self) -> Vec<String> {
        let mut alike: Vec<(&PlanTarget, Vec<&TargetName>)> = Vec::new();
        for entry in &self.targets {
            let fate = |t: &PlanTarget| (t.now, t.to);
            let same = |(first, _): &&mut (&PlanTarget, Vec<&TargetName>)| {
                let alike = fate(first) == fate(entry) && first.note == entry.note;
                alike && first.stage == entry.stage
            };
            match alike.iter_mut().find(same) {
                Some((_, names)) => names.push(&entry.target),
                None => alike.push((entry, vec![&entry.target])),
            }
        }
        let line = |(first, names): (&PlanTarget, Vec<&TargetName>)| {
            let release = |r: Option<ReleaseId>| r.map_or("-".to_owned(), |r| r.to_string());
            let PlanTarget { stage, note, .. } = first;
            let fate = match first.to {
                Some(to) => format!("{} -> {to}", release(first.now)),
                None => format!("SKIPPED, stays at {}", release(first.now)),
            };
            let note = if note.is_empty() {
                String::new()
            } else {
                format!(", {note}")
            };
            format!("{stage} {}: {fate}{note}", few(&names))
        };
        alike.into_iter().map(line).collect()
    }
}

/// Some names, the first of them in full: `h1, h2, h3 and 9 more`.
pub fn few<T: ToString>(names: &[T]) -> String {
    let shown: Vec<String> = names.iter().take(NAMED).map(ToString::to_string).collect();
    let shown = shown.join(", ");
    match names.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

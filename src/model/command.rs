//! What an operator asks for. A command is planned first and committed with the plan's digest and
//! an idempotency key (DESIGN.md 5, rule 15). It does not know whether it will be accepted.

use crate::model::planted::{Bug, planted};
use crate::model::{
    AttemptId, BlockerId, Fingerprint, HoldId, HoldScope, OverrideId, PipelineName, RegionName,
    ReleaseId, RequestKey, Span, StageName, TargetName, TicketAction, TicketId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "verb")]
pub enum Command {
    Approve(Verdict),
    Reject(Verdict),
    Override {
        stage: StageName,
        release: ReleaseId,
        blockers: Vec<BlockerId>,
        reason: String,
        lasts: Span,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ticket: Option<String>,
        /// How many attempts may use it.
        #[serde(default = "crate::model::guard::once")]
        uses: u32,
    },
    Rollback {
        scope: RollbackScope,
        release: ReleaseId,
        reason: String,
    },
    Hold {
        scope: HoldScope,
        reason: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lasts: Option<Span>,
    },
    Lift {
        what: Lift,
        reason: String,
    },
    /// Try again what failed or is paused in a stage.
    Retry {
        stage: StageName,
        release: ReleaseId,
    },
    /// Take one's own approval back before it takes effect.
    Undo {
        stage: StageName,
        release: ReleaseId,
    },
    /// Let the newer candidate take the place of a release that waits for people.
    Yield {
        stage: StageName,
        release: ReleaseId,
        reason: String,
    },
    /// Deal with a ticket.
    Ticket {
        id: TicketId,
        action: TicketAction,
        reason: String,
    },
}

/// A yes or no to exactly what somebody saw (rule 4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Verdict {
    pub stage: StageName,
    pub release: ReleaseId,
    pub attempt: AttemptId,
    pub evidence: Fingerprint,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RollbackScope {
    Stage(StageName),
    Region {
        stage: StageName,
        region: RegionName,
    },
    Target {
        stage: StageName,
        target: TargetName,
    },
    /// Every stage that holds the changes of the release.
    Everywhere,
}

impl RollbackScope {
    /// The one stage it is about; none when it is about all.
    pub fn stage(&self) -> Option<&StageName> {
        match self {
            RollbackScope::Stage(stage)
            | RollbackScope::Region { stage, .. }
            | RollbackScope::Target { stage, .. } => Some(stage),
            RollbackScope::Everywhere => None,
        }
    }

    /// Whether a target of a stage that it is about is meant.
    pub fn covers(&self, region: &RegionName, target: &TargetName) -> bool {
        match self {
            _ if planted(Bug::RollbackBeyondItsScope) => true,
            RollbackScope::Stage(_) | RollbackScope::Everywhere => true,
            RollbackScope::Region { region: only, .. } => region == only,
            RollbackScope::Target { target: only, .. } => target == only,
        }
    }
}

impl fmt::Display for RollbackScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RollbackScope::Stage(stage) => write!(f, "{stage}"),
            RollbackScope::Region { stage, region } => write!(f, "{region} of {stage}"),
            RollbackScope::Target { stage, target } => write!(f, "{target} of {stage}"),
            RollbackScope::Everywhere => f.write_str("any stage"),
        }
    }
}

/// What a lift takes away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Lift {
    Hold(HoldId),
    Override(OverrideId),
    /// The quarantine that the rollback of this release left behind.
    Quarantine(ReleaseId),
    /// The doubt about the clock after it stepped.
    Clock,
}

/// How much friction an action deserves (UX.md, safety rules).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    Safer,
    Restore,
    Riskier,
    RuleBreaking,
}

impl Command {
    /// The word for it, the same on keys, on the command line and in the audit.
    pub fn verb(&self) -> &'static str {
        match self {
            Command::Approve(_) => "approve",
            Command::Reject(_) => "reject",
            Command::Override { .. } => "override",
            Command::Rollback { .. } => "rollback",
            Command::Hold { .. } => "hold",
            Command::Lift { .. } => "lift",
            Command::Retry { .. } => "retry",
            Command::Undo { .. } => "undo",
            Command::Yield { .. } => "yield",
            Command::Ticket { .. } => "ticket",
        }
    }

    pub fn class(&self) -> Class {
        match self {
            Command::Reject(_)
            | Command::Hold { .. }
            | Command::Undo { .. }
            | Command::Ticket { .. } => Class::Safer,
            Command::Lift {
                what: Lift::Override(_),
                ..
            } => Class::Safer,
            Command::Rollback { .. } => Class::Restore,
            Command::Approve(_) | Command::Retry { .. } | Command::Yield { .. } => Class::Riskier,
            Command::Lift {
                what: Lift::Hold(_) | Lift::Clock,
                ..
            } => Class::Riskier,
            Command::Override { .. }
            | Command::Lift {
                what: Lift::Quarantine(_),
                ..
            } => Class::RuleBreaking,
        }
    }

    pub fn reason(&self) -> &str {
        match self {
            Command::Approve(verdict) | Command::Reject(verdict) => &verdict.reason,
            Command::Override { reason, .. }
            | Command::Rollback { reason, .. }
            | Command::Hold { reason, .. }
            | Command::Lift { reason, .. }
            | Command::Ticket { reason, .. }
            | Command::Yield { reason, .. } => reason,
            Command::Retry { .. } | Command::Undo { .. } => "",
        }
    }

    /// The command line that does the same (UX.md, principle 8). `None` is the organization.
    pub fn twin(&self, pipeline: Option<&PipelineName>, expect: Option<&Fingerprint>) -> String {
        let mut words = vec!["pilothouse".to_owned(), self.verb().to_owned()];
        words.extend(pipeline.map(ToString::to_string));
        match self {
            Command::Approve(v) | Command::Reject(v) => {
                words.push(format!("--stage {} --release {}", v.stage, v.release));
            }
            Command::Override {
                stage,
                release,
                blockers,
                lasts,
                ticket,
                uses,
                ..
            } => {
                words.extend(blockers.iter().map(ToString::to_string));
                words.push(format!("--stage {stage} --release {release} --for {lasts}"));
                if *uses != 1 {
                    words.push(format!("--uses {uses}"));
                }
                words.extend(
                    ticket
                        .iter()
                        .map(|ticket| format!("--ticket {}", quoted(ticket))),
                );
            }
            Command::Rollback { scope, release, .. } => {
                words.push(match scope {
                    RollbackScope::Stage(stage) => format!("--stage {stage}"),
                    RollbackScope::Region { stage, region } => {
                        format!("--stage {stage} --region {region}")
                    }
                    RollbackScope::Target { stage, target } => {
                        format!("--stage {stage} --target {target}")
                    }
                    RollbackScope::Everywhere => "--everywhere".to_owned(),
                });
                words.push(format!("--release {release}"));
            }
            Command::Hold { scope, lasts, .. } => {
                match scope {
                    HoldScope::Stage(stage) => words.push(format!("--stage {stage}")),
                    HoldScope::Pipeline => {}
                    HoldScope::Service(service) => words.push(format!("--service {service}")),
                    HoldScope::Organization => words.push("--organization".to_owned()),
                }
                words.extend(lasts.iter().map(|lasts| format!("--for {lasts}")));
            }
            Command::Lift { what, .. } => words.push(match what {
                Lift::Hold(id) => id.to_string(),
                Lift::Override(id) => id.to_string(),
                Lift::Quarantine(release) => format!("--quarantine {release}"),
                Lift::Clock => "--clock".to_owned(),
            }),
            Command::Ticket { id, action, .. } => words.push(format!("{id} {}", action.switch())),
            Command::Retry { stage, release }
            | Command::Undo { stage, release }
            | Command::Yield { stage, release, .. } => {
                words.push(format!("--stage {stage} --release {release}"));
            }
        }
        if !self.reason().is_empty() {
            words.push(format!("--reason {}", quoted(self.reason())));
        }
        words.extend(expect.map(|digest| format!("--expect {digest}")));
        words.join(" ")
    }
}

/// A word as a POSIX shell reads it back.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// A command on its way to be committed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Request {
    pub key: RequestKey,
    /// The digest of the plan that the operator saw; a changed world refuses with the new plan.
    pub expect: Fingerprint,
    pub command: Command,
}

//! The vocabulary of Pilothouse (DESIGN.md 3) and the whole contract between its parts: `Command`
//! (an operator asks), `Fact` (it happened), `Effect` (must be done outside), `Outcome` (what came
//! back). It knows no clock, no I/O, no async, no hash-map order and no floats.
//!
//! Start at `fact` for what can happen, at `pipeline` for the fold, at `blockers` and `status` for
//! the questions everybody asks of it.

mod access;
mod alarm;
mod alarm_source;
mod anomaly;
mod approvals;
mod attempt;
mod base64;
mod bearing;
mod blocker;
mod blockers;
mod brought;
mod calendar;
mod change;
mod command;
mod contrast;
mod definition;
mod delivery;
mod effect;
mod evidence;
mod fact;
mod fingerprint;
mod folded;
mod forecast;
mod gate;
mod guard;
mod hex;
mod id;
mod matcher;
mod measure;
mod notice;
mod opening;
mod org;
mod outbox;
mod outcome;
mod pairs;
mod pipeline;
mod plain;
mod plan;
pub mod planted;
mod ran;
mod redefinition;
mod refusal;
mod release;
mod retained;
mod rollout;
mod rota;
mod route;
mod sight;
mod status;
mod strategy;
mod summary;
mod ticket;
mod time;
mod timeline;
mod told;
mod touched;
mod trace;
mod waits;
mod wall_time;
mod window;
mod window_rule;

pub use access::{Access, AccessRule, Grant, Groups, Role, TokenTerms, Whom};
pub use alarm::{AlarmLevel, AlarmState, Observation, Ppm, Reading};
pub use alarm_source::{
    AlarmSource, Alertmanager, Anomalies, Json, Login, Prometheus, Scrape, Series, Server, Webhook,
};
pub use anomaly::{Crowd, Diagnosis, Finding, Scene, Traffic, diagnose};
pub use approvals::{Lapse, Tally, tally};
pub use attempt::{
    Approval, Attempt, AttemptState, Cause, GateProgress, GateState, Purpose, Rollback,
};
pub use base64::{BASE64, BASE64_FOR_URLS, base64, base64_digits, from_base64_url};
pub use bearing::{Bearing, Does, Mark, Watching, bearing};
pub use blocker::{Blocker, BlockerKind, Clears, Passage};
pub use blockers::{Candidate, Fine, blockers, fine, target_blockers};
pub use brought::Brought;
pub use calendar::{Calendar, Closure, Event};
pub use change::{Change, ChangeSize, Person};
pub use command::{Class, Command, Lift, Request, RollbackScope, Verdict};
pub use contrast::{Contrast, Says, Side, contrast};
pub use definition::{
    Alarm, AlarmScope, Also, BadLimit, BadSecretName, BakeRules, Build, Bytes, CountedLines,
    Coverage, CpuPercent, Definition, Kind, Limits, Phase, Region, ReviewRule, Run, Secret,
    SecretName, Severity, Source, Stage, Window, Zone,
};
pub use delivery::{
    Activity, DEFINITIONS as DELIVERY_DEFINITIONS, Delivery, DeliveryReport, Figures, LegTime,
    PipelineDelivery, Spread, WINDOW_DAYS_MAX, delivery_report,
};
pub use effect::{Deployment, Effect, Owed, Pin};
pub use evidence::evidence;
pub use fact::{Entry, Fact, Stream};
pub use fingerprint::{Digest, Fingerprint, Sha, Signature};
pub use folded::{FOLD, Folded};
pub use forecast::{Expected, Forecast, Moment, Wait};
pub use gate::{BakeRule, Gate, Manual, Test};
pub use guard::{
    ClockHold, Culprit, Hold, HoldCause, HoldScope, Override, Pass, Quarantine, Rejection,
};
pub use hex::{hex, unhex};
pub use id::{
    Actor, AlarmName, AttemptId, BadName, BlockerId, EffectId, GroupName, HoldId, OverrideId,
    PipelineName, RegionName, ReleaseId, RequestKey, Revision, RouteName, ServiceName, SourceName,
    StageName, TargetName, TeamName, TicketId, TokenName, WindowName, ZoneName,
};
pub use matcher::{BadMatcher, Matcher};
pub use measure::{Bad, Measure, Unit};
pub use notice::{
    BadTemplate, Notice, NoticeAction, NoticeKind, TEMPLATE_WORDS, Template, digest, notice,
};
pub use opening::Closed;
pub use org::Org;
pub use outbox::{Next, Outbox, WAITING_MOST};
pub use outcome::{Artifact, Head, Outcome, StepResult};
pub use pipeline::{
    Beside, Counters, GOOD_KEPT, Good, Guards, Impossible, PAST_KEPT, PastAttempt, Pipeline,
    SourceState, StageState, TICKETS_KEPT, TargetState,
};
pub use plain::{is_unseen, plain};
pub use plan::{Plan, PlanFact, PlanRow, PlanTarget, Speaks, Topic, few};
pub use ran::{End, Ended, Ran, ran};
pub use redefinition::{Difference, Redefinition, RedefinitionKind};
pub use refusal::{ChangeLine, Refusal, RefusalClass};
pub use release::{Release, Releases};
pub use rollout::{Bake, BakePlace, BakeState, Batch, Lane, Progress, Rollout, Turn};
pub use rota::{Cover, NextOnCall, OnCall, Rota};
pub use route::{Channel, Glob, Mail, MailTls, Quiet, Rate, Route};
pub use sight::{AlarmSight, FiringRule, SourceSight, sights};
pub use status::{StageView, Status, board};
pub use strategy::{BlueGreen, Canary, Deploy, Part, Share, Strategy};
pub use summary::{Cell, RowDetail, Summary, TroubledAlarm, summary};
pub use ticket::{NOTES_KEPT, Note, Ticket, TicketAction, TicketChange};
pub use time::{Micros, Span, Time};
pub use timeline::{Barrier, Passing, Stretch, Timeline, timelines};
pub use told::{Known, Told};
pub use touched::Touch;
pub use trace::{Counted, Sample, Sight, TRACE_REACH, Trace, Urgency};
pub use waits::{Waits, waits};
pub use wall_time::WallTime;
pub use window::{BadWindow, Shift, Week, Weekly};
pub(crate) use window::{instants_of, wall};
pub use window_rule::{WindowRule, window_rules};

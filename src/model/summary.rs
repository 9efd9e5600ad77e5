//! One pipeline as one row of the fleet list: state, cells per stage, what is most urgent and since
//! when. Computed by the server from the fold; the list never guesses (UX.md, principle 3).

mod detail;

use crate::model::{
    Kind, Org, Pipeline, PipelineName, ReleaseId, Revision, ServiceName, StageName, StageView,
    Status, TeamName, Time, board,
};
pub(super) use detail::production;
pub use detail::{RowDetail, TroubledAlarm};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    pub pipeline: PipelineName,
    pub service: ServiceName,
    pub owner: TeamName,
    pub kind: Kind,
    pub revision: Revision,
    /// The most urgent status of all stages: what the list is sorted by.
    pub status: Status,
    pub cells: Vec<Cell>,
    /// The newest release in motion, else the newest there is.
    pub release: Option<ReleaseId>,
    /// The stage that `why` is about.
    pub stage: Option<StageName>,
    pub since: Option<Time>,
    pub why: String,
    #[serde(default)]
    pub detail: Box<RowDetail>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Cell {
    pub stage: StageName,
    pub status: Status,
    pub release: Option<ReleaseId>,
}

/// The row of a pipeline; none before it has a definition.
pub fn summary(pipeline: &Pipeline, org: &Org, now: Time) -> Option<Summary> {
    let definition = pipeline.definition.as_ref()?;
    let board = board(pipeline, org, now);
    let urgent = board
        .iter()
        .min_by_key(|view| (view.status, view.since))?
        .clone();
    let open = pipeline
        .guards
        .tickets
        .values()
        .any(|ticket| ticket.resolved.is_none());
    Some(Summary {
        pipeline: pipeline.name.clone(),
        service: definition.service.clone(),
        owner: definition.owner.clone(),
        kind: definition.kind,
        revision: pipeline.revision,
        status: urgent.status,
        release: urgent
            .release
            .or_else(|| pipeline.releases.newest().map(|release| release.id)),
        stage: Some(urgent.stage.clone()),
        since: urgent.since,
        why: why(&urgent, open),
        detail: Box::new(detail::detail(pipeline, definition, &urgent, (org, now))),
        cells: board.into_iter().map(cell).collect(),
    })
}

fn why(urgent: &StageView, open_ticket: bool) -> String {
    match urgent.status {
        Status::Ok | Status::NotYet | Status::Superseded if open_ticket => {
            "idle, with an open ticket".to_owned()
        }
        Status::Ok => "idle, all stages passed".to_owned(),
        Status::NotYet | Status::Superseded => "nothing has been released yet".to_owned(),
        Status::Alarm
        | Status::Fail
        | Status::Approve
        | Status::Rollback
        | Status::Blocked
        | Status::Held
        | Status::NoData
        | Status::Partial
        | Status::Run
        | Status::Bake => format!("{} {}", urgent.stage, urgent.why),
    }
}

fn cell(view: StageView) -> Cell {
    Cell {
        stage: view.stage,
        status: view.status,
        release: view.release,
    }
}

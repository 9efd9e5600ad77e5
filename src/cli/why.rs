//! `pilothouse why`: the whole list of what stands in the way, not the first reason.

use crate::{
    cli::{
        failure::{Exit, Failure},
        output, session,
        session::Session,
    },
    model::{
        AlarmLevel, AlarmName, Blocker, BlockerKind, Brought, Candidate, OnCall, Org, Pipeline,
        PipelineName, ReleaseId, StageName, StageView, Status, Time, blockers, board,
    },
};
use serde::Serialize;

/// Say why a pipeline does not move: every blocker, since when, what clears it, who may pass it
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    pipeline: PipelineName,
    /// Only this stage, even when nothing waits for it
    #[arg(long)]
    stage: Option<StageName>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Answer<'a> {
    pipeline: PipelineName,
    now: Time,
    /// Who deals with it, where its team has a rota.
    on_call: Option<OnCall<'a>>,
    stages: Vec<Standing>,
    /// Alarms that are not ok, whether anything waits for them or not.
    alarms: Vec<Unwell>,
}

#[derive(Debug, Serialize)]
struct Unwell {
    alarm: AlarmName,
    level: AlarmLevel,
}

/// What is going on at a stage, and what its next release waits for.
#[derive(Debug, Serialize)]
struct Standing {
    view: StageView,
    /// The release that waits, or that is on its way through.
    candidate: Option<ReleaseId>,
    /// The changes that it brings there, newest first.
    brings: Vec<Brought>,
    blockers: Vec<Blocker>,
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let client = session.client()?;
    let snapshot = session::snapshot(&client, &arguments.pipeline).await?;
    let org = client.fleet().await?.org;
    let (pipeline, now) = (snapshot.pipeline, snapshot.now);
    let mut stages = Vec::new();
    for view in board(&pipeline, &org, now) {
        if arguments
            .stage
            .as_ref()
            .is_some_and(|stage| *stage != view.stage)
        {
            continue;
        }
        let candidate = candidate(&pipeline, &view.stage, arguments.stage.is_some());
        let blockers = candidate.map_or(Vec::new(), |release| {
            at(&pipeline, &org, now, &view.stage, release)
        });
        if arguments.stage.is_some() || candidate.is_some() || view.status < Status::Run {
            let brings = candidate.map_or(Vec::new(), |release| {
                pipeline.brings(&view.stage, release).0
            });
            stages.push(Standing {
                view,
                candidate,
                brings,
                blockers,
            });
        }
    }
    if let (Some(stage), true) = (&arguments.stage, stages.is_empty()) {
        let known: Vec<String> = board(&pipeline, &org, now)
            .iter()
            .map(|view| view.stage.to_string())
            .collect();
        let message = format!(
            "there is no stage {stage}; the stages are {}",
            known.join(", ")
        );
        return Err(Failure::new(Exit::Failed, message));
    }
    let unwell = pipeline
        .alarms
        .iter()
        .filter(|(_, it)| it.level != AlarmLevel::Ok);
    let unwell = unwell.map(|(alarm, it)| Unwell {
        alarm: alarm.clone(),
        level: it.level,
    });
    let owner = pipeline.definition.as_ref().map(|it| &it.owner);
    let answer = Answer {
        on_call: owner.and_then(|owner| org.on_call(owner, now)),
        alarms: unwell.collect(),
        pipeline: pipeline.name,
        now,
        stages,
    };
    if arguments.json {
        return output::json(&answer);
    }
    answer.print()
}

/// The release that waits for the stage; when it was asked for by name, else the newest there is.
pub(crate) fn candidate(
    pipeline: &Pipeline,
    stage: &StageName,
    by_name: bool,
) -> Option<ReleaseId> {
    let state = pipeline.stage(stage)?;
    let waiting = state.waiting.iter().map(|(release, _)| *release).max();
    let under_way = state.attempt.iter().filter(|attempt| attempt.is_working());
    let under_way = under_way.map(|attempt| attempt.release).next();
    let newest = || {
        pipeline
            .releases
            .newest()
            .map(|release| release.id)
            .filter(|_| by_name)
    };
    waiting.or(under_way).or_else(newest)
}

pub(crate) fn at(
    pipeline: &Pipeline,
    org: &Org,
    now: Time,
    stage: &StageName,
    release: ReleaseId,
) -> Vec<Blocker> {
    let state = pipeline.stage(stage);
    let inside = state.and_then(|state| state.attempt.as_ref());
    let inside = inside.is_some_and(|attempt| attempt.is_active() && attempt.release == release);
    let mut found = blockers(pipeline, org, now, Candidate { stage, release });
    // What is in the stage already does not wait for itself, nor for the stage before.
    found.retain(|blocker| {
        !(inside && matches!(blocker.kind, BlockerKind::Busy | BlockerKind::NotApproved))
    });
    found
}

impl Answer<'_> {
    /// What is wrong although nothing waits for it.
    fn wrong(&self) -> String {
        if self.alarms.is_empty() {
            return " and nothing is wrong".to_owned();
        }
        let told = self.alarms.iter().map(|Unwell { alarm, level }| {
            let word = match level {
                AlarmLevel::Ok => "is ok",
                AlarmLevel::Firing => "fires",
                AlarmLevel::NoData => "has no data",
            };
            format!("alarm {alarm} {word}")
        });
        format!("; {}", told.collect::<Vec<_>>().join(", "))
    }

    fn print(&self) -> Result<(), Failure> {
        if self.stages.is_empty() {
            output::line(&format!("{}: nothing waits{}", self.pipeline, self.wrong()))?;
        }
        for Standing {
            view,
            candidate,
            brings,
            blockers,
        } in &self.stages
        {
            let about = view
                .release
                .map_or(String::new(), |release| format!(" {release}"));
            output::line(&format!(
                "{} {}{about}: {}",
                view.stage, view.status, view.why
            ))?;
            let Some(candidate) = candidate else {
                continue;
            };
            for change in brings {
                output::line(&format!("  {candidate} brings {}", change.words()))?;
            }
            if blockers.is_empty() && view.status != Status::Approve {
                output::line(&format!("  nothing blocks {candidate}"))?;
            }
            for blocker in blockers {
                let since = self.now.since(blocker.since).short();
                output::line(&format!(
                    "  {} blocks {candidate} for {since}: {}",
                    blocker.id, blocker.why
                ))?;
                output::line(&format!(
                    "    clears {}; {}",
                    blocker.clears.words(),
                    passage(blocker)
                ))?;
            }
        }
        self.print_on_call()
    }

    fn print_on_call(&self) -> Result<(), Failure> {
        let Some(on_call) = &self.on_call else {
            return Ok(());
        };
        output::line(&format!("on call: {on_call}"))
    }
}

pub(crate) fn passage(blocker: &Blocker) -> String {
    match &blocker.overridden {
        Some(id) => format!("passed by override {id}"),
        None => blocker.passage.who().to_owned(),
    }
}

//! `pilothouse watch`: one line whenever the pipeline's state is different, until a condition holds.

use crate::{
    cli::{
        failure::{Exit, Failure},
        output, session,
        session::Session,
        world::World,
    },
    client::Feed,
    clock,
    model::{
        Attempt, Org, Pipeline, PipelineName, ReleaseId, Span, StageName, Status, Summary, board,
        summary,
    },
};
use std::{collections::BTreeSet, str::FromStr};

/// Follow a pipeline until a condition holds
#[derive(Debug, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch that stands alone on the command line"
)]
pub(crate) struct Arguments {
    pipeline: PipelineName,
    /// `stage=S,release=rN`: the release has passed the stage; `stage=S,state=ok` or `state=ok`:
    /// the stage or the whole pipeline is in that state
    #[arg(long, value_name = "CONDITION")]
    until: Option<Until>,
    /// End with status 1 as soon as something fails, alarms or rolls back
    #[arg(long)]
    fail_fast: bool,
    /// End when nothing moves any more, with status 1 if something is wrong then
    #[arg(long, conflicts_with = "until")]
    exit_status: bool,
    /// Only a line when the state, the stage or the release is another
    #[arg(long)]
    compact: bool,
    /// End with status 124 after this time
    #[arg(long, value_name = "SPAN")]
    timeout: Option<Span>,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

/// What to wait for; every part that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Until {
    stage: Option<StageName>,
    release: Option<ReleaseId>,
    state: Option<Status>,
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let client = session.client()?;
    let name = &arguments.pipeline;
    let snapshot = session::snapshot(&client, name).await?;
    if let Some(stage) = arguments
        .until
        .as_ref()
        .and_then(|until| until.stage.as_ref())
        && snapshot.pipeline.stage(stage).is_none()
    {
        let message = format!("{name} has no stage {stage}");
        return Err(Failure::new(Exit::Failed, message));
    }
    let feed = Feed::start(client, BTreeSet::from([name.clone()]));
    let mut watcher = Watcher {
        arguments,
        world: World::default(),
        shown: None,
    };
    let Some(timeout) = arguments.timeout else {
        return watcher.follow(feed).await;
    };
    match tokio::time::timeout(timeout.std(), watcher.follow(feed)).await {
        Ok(ended) => ended,
        Err(_elapsed) => {
            let message = format!("{name} is not there yet after {timeout}");
            Err(Failure::new(Exit::TimedOut, message))
        }
    }
}

struct Watcher<'a> {
    arguments: &'a Arguments,
    world: World,
    /// The row printed last.
    shown: Option<Summary>,
}

impl Watcher<'_> {
    async fn follow(&mut self, mut feed: Feed) -> Result<(), Failure> {
        while let Some(event) = feed.next().await {
            if self.world.take(event)? && self.look()? {
                return Ok(());
            }
        }
        Err(Failure::new(
            Exit::Failed,
            "the connection is gone for good",
        ))
    }

    /// Shows what is different. Whether that is the end.
    fn look(&mut self) -> Result<bool, Failure> {
        let (now, org) = (clock::now(), &self.world.org);
        let Some(pipeline) = self.world.pipelines.get(&self.arguments.pipeline) else {
            return Ok(false);
        };
        let Some(row) = summary(pipeline, org, now) else {
            return Ok(false);
        };
        let until = self.arguments.until.as_ref();
        let met = until.is_some_and(|until| until.holds(pipeline, org, &row));
        let rests = self.arguments.exit_status && rests(pipeline);
        if self
            .shown
            .as_ref()
            .is_none_or(|shown| self.differs(shown, &row))
        {
            if self.arguments.json {
                output::json(&row)?;
            } else {
                let release = row
                    .release
                    .map_or("-".to_owned(), |release| release.to_string());
                output::line(&format!("{now} {:<8} {release} {}", row.status, row.why))?;
            }
        }
        let bad = matches!(row.status, Status::Alarm | Status::Fail | Status::Rollback);
        let why = row.why.clone();
        self.shown = Some(row);
        if bad && !met && (self.arguments.fail_fast || rests) {
            return Err(Failure::new(
                Exit::Failed,
                format!("{}: {why}", self.arguments.pipeline),
            ));
        }
        Ok(met || rests)
    }

    fn differs(&self, old: &Summary, new: &Summary) -> bool {
        let state = |row: &Summary| (row.status, row.release, row.stage.clone());
        let more = |row: &Summary| (row.why.clone(), row.cells.clone());
        state(old) != state(new) || (!self.arguments.compact && more(old) != more(new))
    }
}

/// Whether nothing moves by itself: people, windows or nothing at all are waited for.
fn rests(pipeline: &Pipeline) -> bool {
    let moves = |attempt: &Attempt| attempt.is_working() && attempt.asked().is_none();
    pipeline.releases.newest().is_some() && !pipeline.active().any(moves)
}

impl Until {
    fn holds(&self, pipeline: &Pipeline, org: &Org, row: &Summary) -> bool {
        let last = || {
            pipeline
                .definition
                .as_ref()
                .and_then(|definition| definition.columns().last())
        };
        let passed = |stage: &StageName| {
            let passed = pipeline
                .stage(stage)
                .and_then(|stage| stage.passed.as_ref());
            passed.map(|(release, _)| *release)
        };
        let released = self.release.is_none_or(|release| {
            let stage = self.stage.clone().or_else(last);
            stage
                .and_then(|stage| passed(&stage))
                .is_some_and(|passed| passed >= release)
        });
        let status = match &self.stage {
            None => Some(row.status),
            Some(stage) => {
                let board = board(pipeline, org, clock::now());
                board
                    .into_iter()
                    .find(|view| view.stage == *stage)
                    .map(|view| view.status)
            }
        };
        released && self.state.is_none_or(|state| status == Some(state))
    }
}

impl FromStr for Until {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let mut until = Self::default();
        for part in text.split(',') {
            match part.split_once('=') {
                Some(("stage", name)) => {
                    let name = StageName::parse(name).map_err(|why| why.to_string())?;
                    until.stage = Some(name);
                }
                Some(("release", id)) => until.release = Some(id.parse()?),
                Some(("state", word)) => until.state = Some(state(word)?),
                _ => {
                    return Err(format!(
                        "{part:?} is not stage=NAME, release=rN or state=WORD"
                    ));
                }
            }
        }
        if until.release.is_none() && until.state.is_none() {
            return Err("say release=rN or state=WORD too".to_owned());
        }
        Ok(until)
    }
}

/// A status as it is shown, in small letters and with `-` for a space.
fn state(word: &str) -> Result<Status, String> {
    let written = |status: &Status| status.word().to_lowercase().replace(' ', "-");
    Status::ALL
        .into_iter()
        .find(|status| written(status) == word)
        .ok_or_else(|| {
            let known: Vec<String> = Status::ALL.iter().map(written).collect();
            format!("{word:?} is not a state; use one of {}", known.join(", "))
        })
}

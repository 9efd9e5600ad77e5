//! `pilothouse logs`: what a step printed, on request as it prints it, and which steps there were.

use crate::{
    api::LogState,
    cli::{
        failure::{Exit, Failure},
        output, session,
        session::Session,
    },
    client::Client,
    model::{EffectId, Entry, PipelineName, Ran, Revision, Span, StageName, ran},
    tui::log::Log,
};
use serde_json::json;

/// The server answers at most so many entries at a time.
const PAGE: usize = 500;
/// How long one question waits for lines of a step that runs.
const WAIT: Span = Span::seconds(10);
/// One piece has at most so many lines, and all of them are printed before the next one comes.
const LINES: usize = 65_537;
/// How long to wait before a step that is to be tried again is looked at again.
const AGAIN: Span = Span::seconds(2);

/// Show what a step printed: a build, a test, a deployment; the newest unless one is named
#[derive(Debug, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(crate) struct Arguments {
    pipeline: PipelineName,
    /// Only steps of this stage
    #[arg(long)]
    stage: Option<StageName>,
    /// The step, as `--steps` lists it
    #[arg(long, value_name = "ID")]
    step: Option<String>,
    /// List the steps, newest first, and no log
    #[arg(long, conflicts_with_all = ["step", "follow"])]
    steps: bool,
    /// Go on with what it prints until it ends
    #[arg(long)]
    follow: bool,
    /// Print one JSON object a line
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let client = session.client()?;
    let steps = steps(&client, arguments).await?;
    if arguments.steps {
        return list(&steps, arguments.json);
    }
    let named = |step: &&Ran| arguments.step.as_ref().is_none_or(|id| step.id.0 == *id);
    let Some(step) = steps.iter().find(named) else {
        let what = arguments.step.as_ref().map_or_else(
            || "no step was run".to_owned(),
            |id| format!("there is no step {id}"),
        );
        let place = arguments
            .stage
            .as_ref()
            .map_or_else(String::new, |stage| format!(" in {stage}"));
        let of = &arguments.pipeline;
        let message = format!("{what}{place}; see: pilothouse logs {of} --steps");
        return Err(Failure::new(Exit::Failed, message));
    };
    Reader {
        client,
        arguments,
        log: Log::keeping(LINES),
        told: 0,
    }
    .read(&step.id)
    .await
}

/// Steps of the pipeline, newest first, from everything that was journaled.
async fn steps(client: &Client, arguments: &Arguments) -> Result<Vec<Ran>, Failure> {
    let snapshot = session::snapshot(client, &arguments.pipeline).await?;
    let mut entries: Vec<Entry> = Vec::new();
    loop {
        let last = entries.last().map_or(Revision(0), |entry| entry.revision);
        let page = client.events(&arguments.pipeline, last, PAGE).await?;
        let newest = page.entries.last().map(|entry| entry.revision);
        entries.extend(page.entries);
        if newest.is_none_or(|newest| newest >= page.head) {
            break;
        }
    }
    let mut found = ran(&entries, snapshot.pipeline.owed());
    found.retain(|step| arguments.stage.as_ref().is_none_or(|s| step.stage == *s));
    Ok(found)
}

fn list(steps: &[Ran], json: bool) -> Result<(), Failure> {
    if json {
        return steps.iter().try_for_each(output::json);
    }
    let rows: Vec<Vec<String>> = steps
        .iter()
        .map(|step| {
            let end = step.ended.as_ref().map_or_else(
                || "runs".to_owned(),
                |end| match end.why.as_str() {
                    "" => end.how.word().to_owned(),
                    why => format!("{}: {why}", end.how.word()),
                },
            );
            vec![
                step.id.to_string(),
                step.stage.to_string(),
                step.started.to_string(),
                step.title.clone(),
                end,
            ]
        })
        .collect();
    let lines = output::table(&rows);
    lines.iter().try_for_each(|line| output::line(line))
}

struct Reader<'a> {
    client: Client,
    arguments: &'a Arguments,
    log: Log,
    /// The number of the first line that was not printed yet.
    told: u64,
}

impl Reader<'_> {
    async fn read(mut self, id: &EffectId) -> Result<(), Failure> {
        loop {
            let wait = if self.arguments.follow {
                WAIT
            } else {
                Span::ZERO
            };
            let from = self.log.next();
            let piece = self
                .client
                .log(&self.arguments.pipeline, id, (from, wait))
                .await?;
            if piece.from < from {
                // It was tried again, and its log began anew.
                self.told = 0;
            }
            let state = piece.state;
            self.log.take(&piece);
            self.tell(id)?;
            match state {
                LogState::More => {}
                LogState::Running if self.arguments.follow => {}
                LogState::Ended if self.arguments.follow && self.is_owed(id).await? => {
                    tokio::time::sleep(AGAIN.std()).await;
                }
                LogState::Running | LogState::Ended => return self.tell_rest(id),
            }
        }
    }

    async fn is_owed(&self, id: &EffectId) -> Result<bool, Failure> {
        let snapshot = session::snapshot(&self.client, &self.arguments.pipeline).await?;
        Ok(snapshot.pipeline.steps.contains_key(id))
    }

    /// Prints the lines that are whole.
    fn tell(&mut self, id: &EffectId) -> Result<(), Failure> {
        while self.told < self.log.n_whole() {
            let text = self.log.line(self.told).map(|line| line.text());
            self.print(id, &text.unwrap_or_default())?;
            self.told += 1;
        }
        Ok(())
    }

    fn tell_rest(&mut self, id: &EffectId) -> Result<(), Failure> {
        self.tell(id)?;
        match self.log.line(self.told) {
            Some(rest) => self.print(id, &rest.text()),
            None => Ok(()),
        }
    }

    fn print(&self, id: &EffectId, text: &str) -> Result<(), Failure> {
        if self.arguments.json {
            return output::json(&json!({ "step": id, "line": text }));
        }
        output::line(text)
    }
}

//! `pilothouse get`: lists for scripts. One row for each thing, under a name that stays the same, in
//! columns, as names alone or as JSON; with `--watch` each row again when it is different.

pub(crate) mod rows;

use crate::{
    cli::{
        events::{self, Memory},
        failure::{Exit, Failure},
        output, session,
        session::Session,
        world::World,
    },
    client::{Client, Feed},
    clock,
    model::{Entry, PipelineName, Revision, Stream},
};
use rows::Row;
use serde_json::json;
use std::collections::BTreeMap;

/// List things, one a row: for scripts
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// What to list
    what: Resource,
    /// Only those of this pipeline
    pipeline: Option<PipelineName>,
    /// How to print each
    #[arg(short, long, value_enum, default_value_t = Format::Table)]
    output: Format,
    /// Leave the names of the columns out
    #[arg(long)]
    no_headers: bool,
    /// Go on with each row that is different, until interrupted
    #[arg(long)]
    watch: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Resource {
    /// Most urgent first
    Pipelines,
    /// The columns of the board
    Stages,
    /// Their level and what they guard
    Alarms,
    /// What stands between a stage and its next release
    Blockers,
    /// What happened, oldest first
    Events,
    /// What on-call must deal with
    Tickets,
    /// What operators asked for, oldest first
    Ops,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// Columns
    Table,
    /// More columns
    Wide,
    /// One JSON object a line
    Json,
    /// Names alone
    Name,
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let client = session.client()?;
    let names = names(&client, arguments).await?;
    let mut printer = Printer {
        what: arguments.what,
        format: arguments.output,
        headers: !arguments.no_headers,
        shown: BTreeMap::new(),
    };
    match arguments.what {
        Resource::Events | Resource::Ops => {
            let mut streams: Vec<_> = names.into_iter().map(Stream::Pipeline).collect();
            if arguments.pipeline.is_none() {
                streams.insert(0, Stream::Organization);
            }
            entries(&client, streams, &mut printer, arguments.watch).await
        }
        Resource::Pipelines
        | Resource::Stages
        | Resource::Alarms
        | Resource::Blockers
        | Resource::Tickets => state(&client, &names, &mut printer, arguments).await,
    }
}

/// The pipelines that are meant.
async fn names(client: &Client, arguments: &Arguments) -> Result<Vec<PipelineName>, Failure> {
    let Some(name) = &arguments.pipeline else {
        let rows = client.fleet().await?.rows;
        return Ok(rows.into_iter().map(|row| row.pipeline).collect());
    };
    session::snapshot(client, name).await?;
    Ok(vec![name.clone()])
}

/// Rows of what is.
async fn state(
    client: &Client,
    names: &[PipelineName],
    printer: &mut Printer,
    arguments: &Arguments,
) -> Result<(), Failure> {
    let what = arguments.what;
    // The fleet alone tells all about its rows.
    let opened = if what == Resource::Pipelines {
        &[]
    } else {
        names
    };
    let only = arguments.pipeline.as_ref();
    let of = |world: &World| {
        let mut rows = rows::of(what, world, clock::now());
        rows.retain(|row| only.is_none_or(|name| row.pipeline.as_ref() == Some(name)));
        rows
    };
    if !arguments.watch {
        return printer.print(of(&World::load(client, opened).await?));
    }
    let mut feed = Feed::start(client.clone(), opened.iter().cloned().collect());
    let mut world = World::default();
    while let Some(event) = feed.next().await {
        let new = world.take(event)?;
        if new && world.pipelines.len() >= opened.len() {
            printer.print(of(&world))?;
        }
    }
    Err(gone())
}

/// Rows of what happened.
async fn entries(
    client: &Client,
    streams: Vec<Stream>,
    printer: &mut Printer,
    watch: bool,
) -> Result<(), Failure> {
    let what = printer.what;
    let mut memory = Memory::default();
    let mut print = |entry: &Entry| printer.add(rows::entry(what, entry, &mut memory));
    let start = streams.into_iter().map(|stream| (stream, Revision(0)));
    let mut last: BTreeMap<Stream, Revision> = start.collect();
    for (stream, last) in &mut last {
        events::catch_up(client, stream, last, &mut print).await?;
    }
    if watch {
        events::follow(client, &mut last, &mut print).await?;
        return Err(gone());
    }
    Ok(())
}

fn gone() -> Failure {
    Failure::new(Exit::Failed, "the connection is gone for good")
}

/// Remembers what it has printed, so that with `--watch` only what is different comes again.
#[derive(Debug)]
struct Printer {
    what: Resource,
    format: Format,
    /// Whether the names of the columns are still to be printed.
    headers: bool,
    /// What each row said, without its age.
    shown: BTreeMap<String, Vec<String>>,
}

impl Printer {
    /// Prints the rows that are new or different, and names those that are gone.
    fn print(&mut self, rows: Vec<Row>) -> Result<(), Failure> {
        let now: BTreeMap<String, Vec<String>> = rows
            .iter()
            .map(|row| (row.name.clone(), row.lasting(self.what)))
            .collect();
        let before = std::mem::replace(&mut self.shown, now);
        let changed = rows
            .into_iter()
            .filter(|row| before.get(&row.name) != self.shown.get(&row.name));
        let changed: Vec<Row> = changed.collect();
        self.write(&changed)?;
        for name in before.keys().filter(|name| !self.shown.contains_key(*name)) {
            match self.format {
                Format::Json => output::json(&json!({ "name": name, "gone": true }))?,
                Format::Table | Format::Wide => output::line(&format!("{name}  gone"))?,
                // Whoever wants names alone wants those that are there.
                Format::Name => {}
            }
        }
        Ok(())
    }

    /// Prints a row that never changes, if there is one.
    fn add(&mut self, row: Option<Row>) -> Result<(), Failure> {
        row.map_or(Ok(()), |row| self.write(&[row]))
    }

    fn write(&mut self, rows: &[Row]) -> Result<(), Failure> {
        match self.format {
            Format::Json => rows.iter().try_for_each(|row| output::json(&row.json)),
            Format::Name => rows.iter().try_for_each(|row| output::line(&row.name)),
            Format::Table | Format::Wide => {
                let headers = std::mem::take(&mut self.headers);
                let wide = self.format == Format::Wide;
                let lines = rows::table(self.what, rows, wide);
                let mut lines = lines.iter().skip(usize::from(!headers));
                lines.try_for_each(|line| output::line(line))
            }
        }
    }
}

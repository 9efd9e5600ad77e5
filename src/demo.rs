//! A real small world on this machine to try everything on: git repositories, builds, targets as
//! processes, traffic, alarms, and a story that keeps it moving. It uses only what any pipeline
//! could use: no other module knows that there is a demo.
//!
//! Start at `run`. `place` is the directory, `definitions` and `content` what is written into it,
//! `fleet`, `target` and `traffic` what runs, `story` what happens, `report` what came of it.

pub mod install;
pub mod probe;
pub mod target;

mod chronicle;
mod content;
mod definitions;
mod fleet;
mod invariants;
mod lookout;
mod operator;
mod place;
mod report;
mod repository;
mod story;
mod traffic;
mod world;

pub use invariants::Invariant;
pub use report::{
    ApprovalLine, BlockerLine, OverrideLine, ReleaseEnd, ReleaseLine, Report, RollbackLine,
};

use crate::{
    client::{Address, ClientError},
    clock::Stopwatch,
    definition,
    model::TargetName,
    server::ServerError,
    service::ServiceError,
    tui::TuiError,
};
use lookout::Lookout;
use report::Sightings;
use std::{path::PathBuf, time::Duration};
use story::{Audience, Pace, Story};
use tokio::signal::unix::{Signal, SignalKind, signal};
use world::World;

/// How long a story to be told to its end may take, of the 90 seconds that a whole run has.
const PATIENCE: Duration = Duration::from_secs(80);

/// For somebody who watches: time to read what happened.
const LIVELY: Pace = Pace {
    think: Duration::from_secs(12),
    between: Some(Duration::from_secs(20)),
};

/// For a run that is waited for.
const BRISK: Pace = Pace {
    think: Duration::from_secs(1),
    between: None,
};

/// Arguments of `pilothouse demo`.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// Where to put everything; new or empty, and removed at the end [default: a temporary directory]
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Whether changes, good and bad, come by themselves
    #[arg(long, value_name = "YES|NO", value_enum, default_value = "yes")]
    #[arg(num_args = 0..=1, default_missing_value = "yes")]
    pub story: Telling,
    /// Play without a terminal, saying what happens line by line
    #[arg(long)]
    pub no_tui: bool,
    /// When to end without a terminal: when the story is told and approved to its end
    #[arg(long, value_name = "WHEN", requires = "no_tui")]
    pub until: Option<Until>,
    /// Print one JSON report at the end
    #[arg(long, requires = "until")]
    pub json: bool,
}

impl Options {
    /// A demo to practise on: in a directory that is gone at the end, with changes good and bad.
    pub fn drill() -> Self {
        Self {
            dir: None,
            story: Telling::Yes,
            no_tui: false,
            until: None,
            json: false,
        }
    }
}

/// Whether the demo tells its story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Telling {
    Yes,
    No,
}

/// When a demo without a terminal is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Until {
    /// Every release has reached the stage it is meant to reach.
    Settled,
}

#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    #[error("without a story there is nothing to wait for; leave out --until or --story no")]
    NoStory,
    #[error("{} is not empty; name a new directory with --dir, or none", path.display())]
    NotEmpty { path: PathBuf },
    #[error("{} is too long for a socket; name a shorter directory with --dir", path.display())]
    PathTooLong { path: PathBuf },
    #[error("cannot write {}", path.display())]
    Directory {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the system gives no random bytes")]
    Random(#[source] std::io::Error),
    #[error("who is running this cannot be found out: {0}")]
    Operator(String),
    #[error("this program's own file cannot be found")]
    Program(#[source] std::io::Error),
    #[error("git {what} in {} failed: {why}", directory.display())]
    Git {
        what: String,
        directory: PathBuf,
        why: String,
    },
    #[error("the demo's definitions are wrong: {0}")]
    Definitions(#[from] definition::Problems),
    #[error("target {target} does not start")]
    Launch {
        target: TargetName,
        #[source]
        source: std::io::Error,
    },
    #[error("cannot listen on 127.0.0.1")]
    Listen(#[source] std::io::Error),
    #[error("cannot make an HTTP client")]
    Http(#[source] reqwest::Error),
    #[error("the system lets no signals be waited for")]
    Signals(#[source] std::io::Error),
    #[error("the demo's service does not start")]
    Service(#[from] ServiceError),
    #[error("the demo's server failed")]
    Server(#[from] ServerError),
    #[error("the demo cannot read from its own server")]
    Client(#[from] ClientError),
    #[error("the terminal failed")]
    Terminal(#[source] TuiError),
    #[error("what a target wrote down cannot be read")]
    Log(#[from] target::LogError),
}

/// Runs the demo until somebody or something ends it. Without a terminal and until settled it gives
/// a report; everything it made is gone by then. `terminal` opens the screen on the demo's server.
///
/// # Errors
/// When the demo cannot be set up: the directory, git, the targets, the server.
pub async fn run(
    options: Options,
    terminal: impl AsyncFnOnce(Address) -> Result<(), TuiError>,
) -> Result<Option<Report>, DemoError> {
    // On the heap, because it holds a whole world.
    Box::pin(perform(options, terminal)).await
}

async fn perform(
    options: Options,
    terminal: impl AsyncFnOnce(Address) -> Result<(), TuiError>,
) -> Result<Option<Report>, DemoError> {
    let watch = Stopwatch::start();
    if options.until.is_some() && options.story == Telling::No {
        return Err(DemoError::NoStory);
    }
    // Before there is anything to remove, so that no moment is without them.
    let end = Endings::listen()?;
    let world = World::start(&options).await?;
    let played = if options.no_tui {
        Box::pin(play(&options, &world, end, watch)).await
    } else {
        show(&options, &world, end, terminal).await.map(|()| None)
    };
    world.end().await;
    played
}

/// The terminal over the embedded server, with the story behind it.
async fn show(
    options: &Options,
    world: &World,
    mut end: Endings,
    terminal: impl AsyncFnOnce(Address) -> Result<(), TuiError>,
) -> Result<(), DemoError> {
    let (lookout, looking) = Lookout::new(world.client.clone());
    let story = story(world, lookout, Audience::Screen, LIVELY);
    let behind = async {
        if options.story == Telling::Yes {
            tokio::join!(looking, tell(&story));
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        shown = terminal(world.client.address().clone()) => shown.map_err(DemoError::Terminal),
        () = behind => Ok(()),
        () = end.any() => Ok(()),
    }
}

/// The story without a terminal: to its end with a report, or until somebody ends it.
async fn play(
    options: &Options,
    world: &World,
    mut end: Endings,
    watch: Stopwatch,
) -> Result<Option<Report>, DemoError> {
    let (lookout, looking) = Lookout::new(world.client.clone());
    let audience = Audience::Reader(watch);
    let socket = world.socket().display();
    audience.say(&format!(
        "demo: `pilothouse status --socket {socket}` looks at it"
    ));
    if options.until.is_none() {
        let story = story(world, lookout, audience, LIVELY);
        let told = async {
            if options.story == Telling::Yes {
                tell(&story).await;
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = looking => {}
            () = told => {}
            () = end.any() => {}
        }
        return Ok(None);
    }
    let mut sightings = Sightings::default();
    let story = story(world, lookout.clone(), audience, BRISK);
    let seeing = see(lookout.clone(), &mut sightings);
    let settled = async {
        tell(&story).await;
        let _over = lookout.until(|view| story::missing(view).is_empty()).await;
    };
    tokio::select! {
        () = looking => {}
        () = operator::watch(&world.client, lookout.clone(), audience) => {}
        () = seeing => {}
        _late_or_not = tokio::time::timeout(PATIENCE, settled) => {}
        () = end.any() => return Ok(None),
    }
    let missing = story::missing(&lookout.view());
    let chronicle = chronicle::gather(&world.client, &world.fleet.stations).await?;
    Ok(Some(Report::new(
        &chronicle,
        sightings,
        missing,
        watch.elapsed(),
    )))
}

fn story(world: &World, lookout: Lookout, audience: Audience, pace: Pace) -> Story {
    Story {
        repositories: world.repositories.clone(),
        lookout,
        audience,
        pace,
    }
}

async fn tell(story: &Story) {
    if let Err(error) = story.tell().await {
        tracing::error!(%error, "the story stopped");
        story.audience.say(&format!("the story stopped: {error}"));
    }
}

async fn see(mut lookout: Lookout, sightings: &mut Sightings) {
    while let Ok(view) = lookout.next().await {
        sightings.add(&view);
    }
}

/// Signals that ask a program to end.
#[derive(Debug)]
struct Endings([Signal; 3]);

impl Endings {
    fn listen() -> Result<Self, DemoError> {
        let listen = |kind| signal(kind).map_err(DemoError::Signals);
        Ok(Self([
            listen(SignalKind::interrupt())?,
            listen(SignalKind::terminate())?,
            listen(SignalKind::hangup())?,
        ]))
    }

    async fn any(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}

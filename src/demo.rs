//! A real small world on this machine to try everything on: git repositories, builds, targets as
//! processes, traffic, alarms, and a story that keeps it moving. It uses only what any pipeline
//! could use: no other module knows that there is a demo.
//!
//! Start at `run`. `place` is the directory, `definitions` and `content` what is written into it,
//! `fleet`, `target` and `traffic` what runs, `story` what happens, `report` what came of it.

pub mod install;
pub mod probe;
pub mod target;

mod content;
mod definitions;
mod fleet;
mod place;
mod repository;
mod traffic;

use crate::{
    definition,
    model::{Actor, TargetName},
};
use place::Place;
use std::path::PathBuf;

/// Arguments of `pilothouse demo`.
#[derive(Debug, Clone, clap::Args)]
pub struct Options {
    /// Where to put everything; new or empty, and removed at the end [default: a temporary directory]
    #[arg(long, value_name = "DIR")]
    pub dir: Option<PathBuf>,
    /// Whether changes, good and bad, come by themselves
    #[arg(long, value_name = "YES|NO", default_value = "yes", value_parser = yes_or_no)]
    pub story: bool,
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

/// When a demo without a terminal is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Until {
    /// Every release has reached the stage it is meant to reach.
    Settled,
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text {
        "yes" | "true" => Ok(true),
        "no" | "false" => Ok(false),
        _ => Err("use yes or no".to_owned()),
    }
}

#[derive(Debug, thiserror::Error)]
pub enum DemoError {
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
    Client(#[source] reqwest::Error),
}

/// The login name of whoever runs this.
fn operator() -> Result<Actor, DemoError> {
    let user = nix::unistd::User::from_uid(nix::unistd::getuid());
    let user = user.map_err(|error| DemoError::Operator(error.to_string()))?;
    let user = user.ok_or_else(|| DemoError::Operator("the user has no name".to_owned()))?;
    Actor::parse(&user.name).map_err(|bad| DemoError::Operator(bad.to_string()))
}

#[expect(dead_code, reason = "the story comes next")]
async fn world(options: &Options) -> Result<(), DemoError> {
    let (place, _removal) = Place::create(options.dir.clone())?;
    let program = std::env::current_exe().map_err(DemoError::Program)?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await;
    let listener = listener.map_err(DemoError::Listen)?;
    let metrics = listener.local_addr().map_err(DemoError::Listen)?;
    let metrics = format!("http://{metrics}/metrics");
    definitions::write(&place, &metrics, &operator()?, &program)?;
    let loaded = definition::load(&place.definitions())?;
    content::create(&place, crate::clock::now()).await?;
    let fleet = fleet::Fleet::start(&place, &loaded, &program).await?;
    let _traffic = traffic::Traffic::start(listener, &fleet.stations)?;
    Ok(())
}

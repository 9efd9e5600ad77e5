//! `pilothouse yield`: lets the newer candidate take the place of a release that waits for people.

use crate::{
    cli::{failure::Failure, place, session::Session},
    model::Command,
};

/// Let the newer candidate take the place of a release that waits for an approval
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: place::Arguments,
    /// Why, for the audit
    #[arg(long, default_value = "")]
    reason: String,
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let reason = arguments.reason.clone();
    let give_way = |stage, release| Command::Yield {
        stage,
        release,
        reason,
    };
    place::run(session, &arguments.place, give_way).await
}

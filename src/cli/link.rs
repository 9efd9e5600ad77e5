//! `pilothouse open`: the terminal at a place that somebody was sent to, such as by a link in a chat.

use crate::{
    cli::{
        failure::{Exit, Failure},
        open, session,
        session::Session,
    },
    tui::update::{Place, Start},
};

/// Open the terminal at a pipeline, a stage of it, or a release in it
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Such as checkout/gamma/r4
    #[arg(value_name = "PIPELINE[/STAGE[/RELEASE]]")]
    place: Place,
}

/// Nobody is sent to a place that is not there.
pub(crate) async fn run(
    session: &Session,
    looks: &open::Arguments,
    arguments: &Arguments,
) -> Result<(), Failure> {
    let Place {
        pipeline,
        stage,
        release,
    } = &arguments.place;
    open::reach(session)?;
    let snapshot = session::snapshot(&session.client()?, pipeline).await?;
    let found = &snapshot.pipeline;
    if let Some(stage) = stage
        && !found.columns().contains(stage)
    {
        let known: Vec<String> = found.columns().iter().map(ToString::to_string).collect();
        let message = format!(
            "{pipeline} has no stage {stage}; the stages are {}",
            known.join(", ")
        );
        return Err(Failure::new(Exit::Failed, message));
    }
    if let Some(release) = release
        && found.releases.get(*release).is_none()
    {
        return Err(Failure::new(
            Exit::Failed,
            format!("{pipeline} has no release {release}"),
        ));
    }
    open::over_server(session, looks, Start::At(arguments.place.clone())).await
}

//! `pilothouse open`: the terminal at a place that somebody was sent to, such as by a link in a chat.

use crate::{
    cli::{
        failure::{Exit, Failure},
        open, session,
        session::Session,
    },
    client::Address,
    tui::update::{Place, Start},
};
use std::str::FromStr;

/// Open the terminal at a pipeline, a stage of it, or a release in it
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Such as checkout/gamma/r4, or a link to it: http://127.0.0.1:7070/checkout/gamma/r4
    #[arg(value_name = "[URL/]PIPELINE[/STAGE][/RELEASE]")]
    link: Link,
}

/// A place, and in a whole link the server that it is on.
#[derive(Debug, Clone)]
struct Link {
    server: Option<String>,
    place: Place,
}

impl FromStr for Link {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let Some((scheme, rest)) = text.split_once("://") else {
            let place = text.parse()?;
            return Ok(Self {
                server: None,
                place,
            });
        };
        let (host, place) = rest
            .split_once('/')
            .ok_or_else(|| format!("{text:?} names a server and no pipeline on it"))?;
        Ok(Self {
            server: Some(format!("{scheme}://{host}")),
            place: place.trim_end_matches('/').parse()?,
        })
    }
}

/// A link must not choose who is sent the operator's token: it has to be to the server that is asked.
fn on_this_server(session: &Session, server: &str) -> Result<(), Failure> {
    let asked = session.connection.address(&session.environment)?;
    let own = match &asked {
        Address::Tcp { url, .. } | Address::Tls { url, .. } => url.trim_end_matches('/').to_owned(),
        Address::Unix(path) => path.display().to_string(),
    };
    if own == server {
        return Ok(());
    }
    let message = format!("the link is to {server}, and the server that is asked is {own}");
    let hint = format!("if you trust the link: --url {server}");
    Err(Failure::new(Exit::Usage, message).hint(hint))
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
    } = &arguments.link.place;
    if let Some(server) = &arguments.link.server {
        on_this_server(session, server)?;
    }
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
    open::over_server(session, looks, Start::At(arguments.link.place.clone())).await
}

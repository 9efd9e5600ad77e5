//! Where the terminal opens: on the fleet, on what waits for people, or at one place that somebody
//! was sent to.

use crate::{
    model::{PipelineName, ReleaseId, StageName},
    tui::{
        app::{App, FlashLevel},
        request::Request,
        screen::Screen,
        update::{flash, open},
    },
};
use std::str::FromStr;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Start {
    #[default]
    Fleet,
    /// The pipelines in which somebody is asked for an approval.
    Waiting,
    At(Place),
}

/// `checkout/gamma/r4`, as a chat links to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub pipeline: PipelineName,
    pub stage: Option<StageName>,
    pub release: Option<ReleaseId>,
}

/// Puts up the screens to begin with, and says what must be done outside for them.
pub fn start(app: &mut App, start: &Start) -> Vec<Request> {
    match start {
        Start::Fleet => Vec::new(),
        Start::Waiting => {
            if let Some(filter) = app.ui.screens.last_mut().and_then(Screen::filter_mut) {
                "st:approve".clone_into(filter);
            }
            Vec::new()
        }
        Start::At(place) => at(app, place),
    }
}

fn at(app: &mut App, place: &Place) -> Vec<Request> {
    if let Some(Screen::Fleet(fleet)) = app.ui.screens.last_mut() {
        fleet.selected = Some(place.pipeline.clone());
    }
    let board = open::board(app, place.pipeline.clone());
    let mut requests = open::push(app, board);
    if let (Some(stage), Some(Screen::Board(board))) = (&place.stage, app.ui.screens.last_mut()) {
        board.selected = Some(stage.clone());
        requests.extend(open::selected(app));
    }
    if let Some(release) = place.release {
        flash(
            app,
            FlashLevel::Info,
            format!("you were sent here about {release}"),
        );
    }
    requests
}

impl FromStr for Place {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split('/');
        let mut part = || parts.next();
        let pipeline = part().unwrap_or_default();
        let pipeline = PipelineName::parse(pipeline).map_err(|why| why.to_string())?;
        let stage = part().map(StageName::parse).transpose();
        let stage = stage.map_err(|why| why.to_string())?;
        let release = part().map(str::parse).transpose()?;
        if part().is_some() {
            return Err(format!("{text:?} is not PIPELINE/STAGE/RELEASE"));
        }
        Ok(Self {
            pipeline,
            stage,
            release,
        })
    }
}

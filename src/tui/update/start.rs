//! Where the terminal opens: on the fleet, on what waits for people, or at one place that somebody
//! was sent to.

use crate::{
    model::{PipelineName, ReleaseId, StageName},
    tui::{
        app::App,
        request::Request,
        screen::{ReleaseScreen, Screen},
        update::open,
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

/// `checkout/gamma/r4` or `checkout/r4`, as a chat links to it.
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
    }
    if let Some(release) = place.release {
        let screen = ReleaseScreen::of(place.pipeline.clone(), release);
        requests.extend(open::push(app, Screen::Release(screen)));
    } else if place.stage.is_some() {
        requests.extend(open::selected(app));
    }
    requests
}

impl FromStr for Place {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('/').collect();
        let (pipeline, stage, release) = match parts.as_slice() {
            [pipeline] => (pipeline, None, None),
            // A stage that is named as a release is needs its release to be told apart.
            [pipeline, release] if release.parse::<ReleaseId>().is_ok() => {
                (pipeline, None, Some(release))
            }
            [pipeline, stage] => (pipeline, Some(stage), None),
            [pipeline, stage, release] => (pipeline, Some(stage), Some(release)),
            _ => {
                return Err(format!(
                    "{text:?} is not PIPELINE, PIPELINE/STAGE, PIPELINE/RELEASE or PIPELINE/STAGE/RELEASE"
                ));
            }
        };
        let pipeline = PipelineName::parse(pipeline).map_err(|why| why.to_string())?;
        let stage = stage.map(|stage| StageName::parse(stage)).transpose();
        let stage = stage.map_err(|why| why.to_string())?;
        let release = release.map(|release| release.parse()).transpose()?;
        Ok(Self {
            pipeline,
            stage,
            release,
        })
    }
}

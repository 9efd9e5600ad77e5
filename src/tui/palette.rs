//! What a line typed after `:` can mean, best first, each with what it does and why it may not be
//! done now. The palette looks and opens, like the keys: what changes a deployment is only ever a
//! dialog (UX.md, S3). What a suggestion then does is `update::prompt`.

use crate::{
    model::{Pipeline, PipelineName, ReleaseId, StageName},
    tui::{action::Action, app::App, gate, rows, screen::FleetView},
};
use std::cmp::Reverse;

/// As many as stand above the line.
pub const LISTED: usize = 8;

/// So many of the newest releases can be typed.
const RELEASES: usize = 20;

/// What running a suggestion does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Errand {
    Act(Action),
    /// The board of a pipeline.
    Pipeline(PipelineName),
    Stage(PipelineName, StageName),
    Release(PipelineName, ReleaseId),
    View(FleetView),
    /// What is known of this terminal.
    Terminal,
    Theme(String),
    /// Few and plain frames, or all of them.
    Slow(bool),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What could be typed for it in full.
    pub text: String,
    pub what: String,
    pub errand: Errand,
}

/// Short words for actions that people know from other programs.
const WORDS: [(&str, Action, &str); 7] = [
    (
        "ro",
        Action::ReadOnly,
        "Read-only: nothing can be sent from this terminal.",
    ),
    (
        "rw",
        Action::ReadWrite,
        "Read-write again, as far as your role and the start allow it.",
    ),
    ("q", Action::Quit, "Leave; deployments go on."),
    ("help", Action::Help, "Every key that holds here."),
    (
        "snap",
        Action::Snap,
        "Write this screen to a file, as text and with its colours.",
    ),
    (
        "record",
        Action::Record,
        "Write what happened of late to a file, for `pilothouse replay`.",
    ),
    (
        "export",
        Action::Export,
        "Write the listed events or figures to a file.",
    ),
];

/// The suggestions for what has been typed; all there is for nothing.
pub fn suggestions(app: &App, typed: &str) -> Vec<Suggestion> {
    let typed = typed.trim().to_lowercase();
    let mut found: Vec<(Fit, usize, Suggestion)> = everything(app)
        .into_iter()
        .enumerate()
        .filter_map(|(at, suggestion)| Some((fit(&suggestion.text, &typed)?, at, suggestion)))
        .collect();
    found.sort_by_key(|(fit, at, _)| (Reverse(*fit), *at));
    let best = found.into_iter().take(LISTED);
    best.map(|(_, _, suggestion)| suggestion).collect()
}

/// Why a suggestion cannot be followed now.
pub fn disabled(app: &App, errand: &Errand) -> Option<String> {
    match errand {
        Errand::Act(action) => gate::disabled(app, *action),
        Errand::Pipeline(_)
        | Errand::Stage(..)
        | Errand::Release(..)
        | Errand::View(_)
        | Errand::Terminal
        | Errand::Theme(_)
        | Errand::Slow(_) => None,
    }
}

/// How well a text fits what was typed, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// Its letters are there in this order.
    Letters,
    Inside,
    WordBegins,
    Begins,
    Whole,
}

fn fit(text: &str, typed: &str) -> Option<Fit> {
    let text = text.to_lowercase();
    if text == typed {
        return Some(Fit::Whole);
    }
    if text.starts_with(typed) {
        return Some(Fit::Begins);
    }
    let words = text.split(['.', ' ', '-']).skip(1);
    if words.into_iter().any(|word| word.starts_with(typed)) {
        return Some(Fit::WordBegins);
    }
    if text.contains(typed) {
        return Some(Fit::Inside);
    }
    let mut letters = text.chars();
    let there = typed.chars().all(|wanted| letters.any(|c| c == wanted));
    there.then_some(Fit::Letters)
}

/// All that can be typed: short words, actions, views, stages and releases of the
/// pipeline at hand, pipelines.
fn everything(app: &App) -> Vec<Suggestion> {
    let word = |text: &str, action: Action, what: &str| Suggestion {
        text: text.to_owned(),
        what: what.to_owned(),
        errand: Errand::Act(action),
    };
    let short = WORDS
        .iter()
        .map(|(text, action, what)| word(text, *action, what));
    let actions = Action::all().filter_map(|action| {
        let mut bindings = app.ui.keymap.all().iter();
        let binding = bindings.find(|binding| binding.action == action)?;
        Some(word(action.id(), action, &binding.help))
    });
    let views = FleetView::ALL.into_iter().map(|view| Suggestion {
        text: format!("view {}", view.word()),
        what: "The fleet list in this saved view.".to_owned(),
        errand: Errand::View(view),
    });
    let paces = [
        ("slow", "Two plain frames a second, for a slow link.", true),
        (
            "slow off",
            "As many frames as the terminal takes again.",
            false,
        ),
    ];
    let paces = paces.map(|(text, what, slow)| Suggestion {
        text: text.to_owned(),
        what: what.to_owned(),
        errand: Errand::Slow(slow),
    });
    let themes = app.ui.themes.iter().map(|name| Suggestion {
        text: format!("theme {name}"),
        what: "Colours and signs of this theme.".to_owned(),
        errand: Errand::Theme(name.clone()),
    });
    let terminal = Suggestion {
        text: "term".to_owned(),
        what: "What is known of this terminal, for a bug report.".to_owned(),
        errand: Errand::Terminal,
    };
    let here = gate::pipeline(app);
    let releases = here.and_then(|name| app.pipeline(name)).map(releases);
    let stages = here.and_then(|name| app.pipeline(name)).map(|pipeline| {
        let stages = rows::stages(pipeline).into_iter();
        stages.map(|stage| Suggestion {
            text: format!("stage {stage}"),
            what: format!("The stage {stage} of {}.", pipeline.name),
            errand: Errand::Stage(pipeline.name.clone(), stage),
        })
    });
    let pipelines = app.replica.rows.all().map(|row| Suggestion {
        text: format!("p {}", row.pipeline),
        what: format!("{}: {}", row.status.word(), row.why),
        errand: Errand::Pipeline(row.pipeline.clone()),
    });
    short
        .chain(actions)
        .chain(views)
        .chain(paces)
        .chain(themes)
        .chain([terminal])
        .chain(stages.into_iter().flatten())
        .chain(releases.into_iter().flatten())
        .chain(pipelines)
        .collect()
}

/// The newest releases of a pipeline.
fn releases(pipeline: &Pipeline) -> impl Iterator<Item = Suggestion> {
    let newest = pipeline.releases.0.keys().rev().take(RELEASES);
    newest.map(|release| Suggestion {
        text: format!("release {release}"),
        what: format!("The release {release} of {}.", pipeline.name),
        errand: Errand::Release(pipeline.name.clone(), *release),
    })
}

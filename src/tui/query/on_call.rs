//! Who is on call for a team's pipelines at the moment that the screen shows, and who comes next.

use crate::{
    model::{Actor, TeamName, Time},
    tui::app::App,
};

/// `ana (you)`; none for a team without a rota.
pub fn on_call(app: &App, team: &TeamName) -> Option<String> {
    let rota = app.replica.org.rotas.get(team)?;
    let who = rota.who(app.shown_now());
    Some(who.map_or_else(|| "nobody yet".to_owned(), |who| named(app, who)))
}

/// The next who is somebody else, and from when; none where that never changes.
pub fn next_on_call(app: &App, team: &TeamName) -> Option<(String, Time)> {
    let rota = app.replica.org.rotas.get(team)?;
    let next = rota.on_call(app.shown_now()).next?;
    Some((named(app, next.who), next.from))
}

fn named(app: &App, who: &Actor) -> String {
    if app.replica.operator.as_ref() == Some(who) {
        format!("{who} (you)")
    } else {
        who.to_string()
    }
}

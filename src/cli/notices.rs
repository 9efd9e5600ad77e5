//! `pilothouse notices`: the routes on which people are told, what waits on them, and whether they
//! deliver.

use crate::{
    api::{RouteState, TestRequest},
    cli::{
        failure::{Exit, Failure},
        output,
        session::Session,
    },
    model::{RouteName, Time},
};

/// Show the routes on which people are told: what waits, what arrives, what fails
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Send a notice that means nothing on this route, and say whether it arrived
    #[arg(long, value_name = "ROUTE")]
    test: Option<RouteName>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    let client = session.client()?;
    if let Some(route) = arguments.test.clone() {
        let request = TestRequest {
            route: route.clone(),
        };
        let answer = client.test_route(&request).await?;
        if arguments.json {
            output::json(&answer)?;
        }
        return match answer.failed {
            Some(why) => Err(Failure::new(
                Exit::Failed,
                format!("the route {route} did not deliver: {why}"),
            )),
            None if arguments.json => Ok(()),
            None => output::line(&format!("the route {route} delivered a test notice")),
        };
    }
    let states = client.notices().await?;
    if arguments.json {
        return output::json(&states);
    }
    if states.is_empty() {
        return output::line("nobody is told anything: organization.toml has no [[route]]");
    }
    let now = client.fleet().await?.now;
    lines(&states, now)
        .iter()
        .try_for_each(|line| output::line(line))
}

/// The table, then what there is to say of each route.
fn lines(states: &[RouteState], now: Time) -> Vec<String> {
    let header = [
        "STATE",
        "ROUTE",
        "WAITING",
        "DELIVERED",
        "GIVEN UP",
        "LAST",
        "TO",
    ];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    rows.extend(states.iter().map(|state| row(state, now)));
    let mut lines = output::table(&rows);
    for state in states {
        let told = notes(state, now).into_iter();
        lines.extend(told.map(|note| format!("{}: {note}", state.route)));
    }
    lines
}

fn row(state: &RouteState, now: Time) -> Vec<String> {
    let word = match (&state.failing, state.held_until) {
        (Some(_), _) => "FAILS",
        (None, _) if state.is_troubled() => "LOST",
        (None, Some(_)) => "HOLDS",
        (None, None) => "OK",
    };
    let last = state
        .last_success
        .map_or_else(|| "-".to_owned(), |at| now.since(at).short());
    vec![
        word.to_owned(),
        state.route.to_string(),
        state.waiting.to_string(),
        state.delivered.to_string(),
        state.given_up.to_string(),
        last,
        state.to.clone(),
    ]
}

fn notes(state: &RouteState, now: Time) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(failing) = &state.failing {
        notes.push(format!(
            "fails for {}, tried {} times, again in {}: {}",
            now.since(failing.since).short(),
            failing.tries,
            failing.again_at.since(now).short(),
            failing.why
        ));
    }
    if let Some((at, why)) = &state.last_given_up {
        notes.push(format!("gave up {} ago: {why}", now.since(*at).short()));
    }
    if let Some(until) = state.held_until {
        let held = until.since(now).short();
        notes.push(format!("tells the rest in {held}, together"));
    }
    notes
}

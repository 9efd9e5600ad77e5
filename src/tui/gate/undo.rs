//! What `u` takes back: the newest of one's own approvals, overrides and holds that still can be
//! (UX.md, S15). A rollback is not among them: its inverse is a new deployment.

use crate::{
    model::{Lift, Pipeline, Time, tally},
    tui::{
        app::App,
        dialog::{Act, Liftable},
    },
};

pub(super) fn newest(app: &App, state: &Pipeline) -> Result<Act, String> {
    let Some(me) = &app.replica.operator else {
        return Err("the server has not said who you are".to_owned());
    };
    let now = app.server_now();
    let approvals = state.active().filter_map(|attempt| {
        let open = tally(state, attempt)?;
        let mine = open.given().find(|approval| approval.by == *me)?;
        let (stage, release) = (attempt.stage.clone(), attempt.release);
        Some((mine.at, Act::Undo { stage, release }))
    });
    let here = Some(&state.name);
    let overrides = state.guards.overrides.values();
    let overrides = overrides
        .filter(|given| given.by == *me && now < given.expires)
        .map(|given| (given.at, lift(here, Lift::Override(given.id))));
    let own = state.guards.holds.values().map(|hold| (here, hold));
    let wide = app.replica.org.holds.values().map(|hold| (None, hold));
    let holds = own
        .chain(wide)
        .filter(|(_, hold)| hold.by == *me && hold.is_active(now))
        .map(|(stream, hold)| (hold.at, lift(stream, Lift::Hold(hold.id))));
    let found = approvals.chain(overrides).chain(holds);
    let newest: Option<(Time, Act)> = found.max_by_key(|(at, _)| *at);
    newest.map(|(_, act)| act).ok_or_else(|| {
        format!(
            "no approval, override or hold of yours can be taken back in {}",
            state.name
        )
    })
}

fn lift(stream: Option<&crate::model::PipelineName>, what: Lift) -> Act {
    let first = Liftable {
        pipeline: stream.cloned(),
        what,
    };
    Act::Lift {
        first,
        others: Vec::new(),
    }
}

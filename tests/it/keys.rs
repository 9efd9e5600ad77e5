//! Keys in, requests out: what the terminal may and may not do, without a terminal. The plans come
//! from the real engine, so a dialog that is filled here is one that would be filled there.

mod answers;
mod dialogs;
mod fuzz;
mod gates;
mod keymap;
mod palette;
mod roles;
pub(crate) mod seat;
mod verbs;

use crate::fixture::{board_of, name};
use crate::keys::seat::{Seat, requests};
use pilothouse::{
    api::StreamEvent,
    client::FeedEvent,
    model::*,
    tui::{
        app::FlashLevel,
        event::Event,
        request::{Leave, Request},
        screen::{FleetSort, Screen},
    },
};

#[test]
fn keys_ask_for_this_and_nothing_else() {
    let board = || Some(board_of("gamma"));
    let watch = "Watch({PipelineName(\"payments-api\")})".to_owned();
    let alarms = "Ask { pipeline: PipelineName(\"checkout\"), question: Alarms }".to_owned();
    let table: [(&str, Option<Screen>, Vec<String>); 12] = [
        ("j j k G g g", None, vec![]),
        ("g g Enter", None, vec![watch.clone()]),
        ("Enter Esc", None, vec![watch, "Watch({})".to_owned()]),
        ("q", None, vec!["Quit(Nothing)".to_owned()]),
        ("Esc Esc", None, Vec::new()),
        ("Q", None, vec!["Quit(Frame)".to_owned()]),
        (
            "Ctrl-z Ctrl-l",
            None,
            vec!["Suspend".to_owned(), "Redraw".to_owned()],
        ),
        ("y i", None, vec!["Copy(\"payments-api\")".to_owned()]),
        ("e Esc ? Esc", board(), vec![]),
        ("! Esc", board(), vec![alarms]),
        ("t s l l h", board(), vec![]),
        (": q Enter", None, vec!["Quit(Frame)".to_owned()]),
    ];
    for (keys, screen, wanted) in table {
        assert_eq!(requests(keys, screen), wanted, "{keys}");
    }
}

#[test]
fn ctrl_c_leaves_only_when_pressed_twice_soon() {
    let mut seat = Seat::on(None);
    assert_eq!(seat.press("Ctrl-c"), []);
    assert_eq!(
        seat.app.ui.flash.as_ref().unwrap().level,
        FlashLevel::Leaving
    );
    seat.wait(2_000);
    assert_eq!(seat.press("Ctrl-c"), []);
    assert_eq!(seat.press("Ctrl-c"), [Request::Quit(Leave::Nothing)]);
}

#[test]
fn the_selection_stays_on_its_row_when_rows_reorder() {
    let mut seat = Seat::on(None);
    seat.press("j j j");
    let chosen = match seat.app.screen() {
        Screen::Fleet(fleet) => fleet.selected.clone().unwrap(),
        other => panic!("{other:?}"),
    };
    let mut row = seat.app.replica.rows.get(&chosen).unwrap().clone();
    row.status = Status::Ok;
    row.since = None;
    seat.event(Event::Feed(FeedEvent::Event(StreamEvent::Summary(row))));
    seat.press("Enter");
    assert_eq!(seat.app.screen().pipeline(), Some(&chosen));
    seat.press("Esc s");
    let Screen::Fleet(fleet) = seat.app.screen() else {
        panic!("the fleet")
    };
    assert_eq!(
        (fleet.sort, &fleet.selected),
        (FleetSort::Name, &Some(chosen))
    );
}

#[test]
fn an_entry_that_does_not_fit_asks_for_the_pipeline_anew() {
    let mut seat = Seat::on(Some(board_of("gamma")));
    let mut entry = seat.world.entries.last().unwrap().clone();
    entry.revision = Revision(entry.revision.0 + 7);
    let requests = seat.event(Event::Feed(FeedEvent::Event(StreamEvent::Entry(entry))));
    assert_eq!(requests, [Request::Reload([name("checkout")].into())]);
}

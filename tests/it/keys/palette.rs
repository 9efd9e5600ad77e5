//! What a line after `:` comes to: the best fit first, disabled ones with their reason, and never
//! more than a dialog that opens.

use crate::fixture::{self, board_of};
use crate::keys::seat::Seat;
use pilothouse::tui::{
    app::Access,
    palette::{disabled, suggestions},
    request::{Leave, Request},
    screen::{HelpTab, Screen},
    update::{Place, Start, start},
};

#[test]
fn what_is_typed_finds_what_is_meant() {
    let seat = Seat::on(Some(board_of("gamma")));
    let table = [
        ("ro", "ro"),
        ("rb", "rollback.open"),
        ("rollback", "rollback.open"),
        ("appr", "approve.open"),
        ("p pay", "p payments-api"),
        ("geo", "p geo-lookup"),
        ("stage w", "stage wave-1"),
        ("wave-2", "stage wave-2"),
        ("mine", "view mine"),
        ("QUIT", "quit"),
        ("snap", "snap"),
        ("term", "term"),
        ("export", "export"),
        ("record", "record"),
        ("release r1", "release r1"),
    ];
    for (typed, wanted) in table {
        let found = suggestions(&seat.app, typed);
        assert_eq!(found[0].text, wanted, "{typed}");
        assert!(found.len() <= 8, "{typed}");
    }
    assert_eq!(suggestions(&seat.app, "xyzzy"), []);
}

#[test]
fn keys_move_complete_and_run() {
    let mut seat = Seat::on(Some(board_of("gamma")));
    seat.press(":");
    seat.type_in("wave");
    seat.press("Down Down Enter");
    let Screen::Stage(stage) = seat.app.screen() else {
        panic!("{:?}", seat.app.screen())
    };
    assert_eq!(stage.stage.as_str(), "wave-2");
    seat.press(":");
    seat.type_in("hol");
    seat.press("Tab");
    let prompt = seat.app.ui.prompt.as_ref().unwrap();
    assert_eq!(prompt.input.value(), "hold.open");
    seat.press("Enter");
    assert_eq!(seat.dialog().act.verb(), "hold");
    seat.press("Esc");
    seat.press(":");
    assert_eq!(seat.press("Enter"), [], "an empty line does nothing");
    seat.press(":");
    seat.type_in("q");
    assert_eq!(seat.press("Enter"), [Request::Quit(Leave::Frame)]);
}

#[test]
fn what_may_not_be_done_says_why_and_does_nothing() {
    let mut seat = Seat::on(Some(board_of("gamma")));
    let found = suggestions(&seat.app, "retry.open");
    let why = disabled(&seat.app, &found[0].errand).unwrap();
    assert_eq!(why, "nothing has failed or is paused in gamma");
    seat.press(":");
    seat.type_in("retry");
    assert_eq!(seat.press("Enter"), []);
    assert!(seat.app.ui.dialog.is_none());
    assert!(seat.app.ui.flash.as_ref().unwrap().text.contains(&why));
}

#[test]
fn read_write_comes_back_only_where_it_was_taken_here() {
    let typed = |seat: &mut Seat, text: &str| {
        seat.press(":");
        seat.type_in(text);
        seat.press("Enter");
    };
    let mut seat = Seat::on(Some(board_of("gamma")));
    typed(&mut seat, "rw");
    assert!(seat.app.ui.flash.as_ref().unwrap().text.contains("already"));
    typed(&mut seat, "ro");
    seat.press("B");
    assert!(seat.app.ui.dialog.is_none());
    typed(&mut seat, "rw");
    seat.press("B");
    assert_eq!(seat.dialog().act.verb(), "rollback");
    let mut seat = Seat::on(Some(board_of("gamma")));
    seat.app.ui.access = Access::ReadOnly;
    typed(&mut seat, "rw");
    assert_eq!(seat.app.ui.access, Access::ReadOnly);
}

#[test]
fn words_open_a_release_and_what_is_known_of_the_terminal() {
    let mut seat = Seat::on(Some(board_of("gamma")));
    seat.press(":");
    seat.type_in("release r1");
    seat.press("Enter");
    let Screen::Release(screen) = seat.app.screen() else {
        panic!("{:?}", seat.app.screen())
    };
    assert_eq!(screen.release.to_string(), "r1");
    seat.press(":");
    seat.type_in("term");
    seat.press("Enter");
    let Screen::Help(screen) = seat.app.screen() else {
        panic!("{:?}", seat.app.screen())
    };
    assert_eq!(screen.tab, HelpTab::Terminal);
    let here = suggestions(&seat.app, "export");
    let why = disabled(&seat.app, &here[0].errand);
    assert_eq!(why.as_deref(), Some("only on the events and the metrics"));
}

#[test]
fn a_link_leads_to_the_release() {
    let mut app = fixture::app(80, 24);
    let place = "checkout/gamma/r4".parse().unwrap();
    start(&mut app, &Start::At(place));
    let Screen::Release(screen) = app.screen() else {
        panic!("{:?}", app.screen())
    };
    assert_eq!(screen.release.to_string(), "r4");
    for (text, stage, release) in [
        ("checkout", None, None),
        ("checkout/r4", None, Some("r4")),
        ("checkout/gamma", Some("gamma"), None),
        ("checkout/gamma/r4", Some("gamma"), Some("r4")),
    ] {
        let place: Place = text.parse().unwrap();
        let told = (
            place.stage.map(|stage| stage.to_string()),
            place.release.map(|release| release.to_string()),
        );
        let expected = (stage.map(str::to_owned), release.map(str::to_owned));
        assert_eq!(told, expected, "{text}");
    }
    assert!("checkout/gamma/r4/x".parse::<Place>().is_err());
}

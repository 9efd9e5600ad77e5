//! Filling dialogs: what is missing is said, what is typed ahead, held down or pasted commits
//! nothing.

use crate::fixture::{board_of, name};
use crate::keys::seat::{Seat, text_of};
use pilothouse::{
    model::*,
    tui::{dialog::Focus, event::Event},
};

#[test]
fn a_filled_dialog_sends_once_and_names_the_plan() {
    let mut seat = Seat::approval();
    let digest = seat.dialog().plan().unwrap().digest.clone();
    seat.press("Enter");
    seat.press("Enter Enter");
    let commits = seat.commits();
    assert_eq!(commits.len(), 1);
    assert_eq!(commits[0].request.expect, digest);
    assert_eq!(commits[0].request.key, name("key-1"));
    let Command::Approve(verdict) = &commits[0].request.command else {
        panic!("an approval")
    };
    let attempt = seat.world.pipeline.attempt(verdict.attempt).unwrap();
    assert_eq!(verdict.evidence, evidence(&seat.world.pipeline, attempt));
    assert_eq!(verdict.reason, "dashboards looked at");
}

#[test]
fn what_is_missing_locks_the_button_and_is_said() {
    let mut seat = Seat::on(Some(board_of("gamma")));
    seat.press("A");
    assert_eq!(seat.dialog().focus, Focus::Cancel);
    seat.press("Tab Enter");
    let said = seat.dialog().notice.clone().unwrap();
    assert!(
        said.starts_with("locked: ") && said.contains("reason"),
        "{said}"
    );
    assert_eq!(seat.commits().len(), 0);
    assert!(seat.press("Tab Tab Tab Enter").is_empty());
    assert!(seat.app.ui.dialog.is_none(), "Enter on Cancel closes");
}

#[test]
fn typing_ahead_through_a_dialog_commits_nothing() {
    let mut seat = Seat::on(Some(board_of("gamma")));
    for key in ["A", "Tab", "Tab", "x", "y", "z", "Tab"] {
        seat.event(Event::Key(key.parse().unwrap()));
    }
    for c in "checkout".chars() {
        seat.event(Event::Key(c.to_string().parse().unwrap()));
    }
    for key in ["Tab", "Tab", "Enter", "Enter"] {
        seat.event(Event::Key(key.parse().unwrap()));
    }
    assert_eq!(seat.commits().len(), 0);
    assert_eq!(seat.dialog().focus, Focus::Cancel, "every key was dropped");
}

#[test]
fn a_held_down_enter_does_not_commit() {
    let mut seat = Seat::approval();
    seat.press("Tab");
    for _ in 0..50 {
        seat.now = seat.now + Span(30);
        seat.event(Event::Key("Tab".parse().unwrap()));
        seat.now = seat.now + Span(30);
        seat.event(Event::Key("Enter".parse().unwrap()));
    }
    assert_eq!(seat.commits().len(), 0);
}

#[test]
fn a_token_is_typed_and_never_pasted() {
    let mut seat = Seat::on(Some(board_of("gamma")));
    seat.press("A Tab Tab");
    seat.wait(500);
    seat.event(Event::Paste("pasted\x1b[31m reason\n".to_owned()));
    seat.press("Tab");
    let token = seat.token();
    seat.event(Event::Paste(token));
    assert!(seat.dialog().notice.as_ref().unwrap().contains("by hand"));
    let values: Vec<&str> = seat.dialog().fields.iter().map(text_of).collect();
    assert_eq!(values, ["pasted[31m reason ", ""]);
}

//! The choke point of every command: link, role and one at a time.

use crate::fixture::{self, board_of};
use crate::keys::seat::Seat;
use pilothouse::{
    client::Link,
    tui::{app::Access, dialog::Preview, gate},
};

#[test]
fn the_link_and_the_role_gate_what_may_be_sent() {
    let since = fixture::now();
    let stale = Link::Stale { since, last: since };
    let down = Link::Down {
        tries: 3,
        retry_at: since,
        why: "refused".to_owned(),
    };
    let table = [
        (Link::Connecting, "A", false),
        (stale.clone(), "A", false),
        (stale.clone(), "H", true),
        (stale, "B", true),
        (down.clone(), "H", false),
        (down, "B", false),
        (Link::Slow { since, last: since }, "A", true),
    ];
    for (link, key, allowed) in table {
        let mut seat = Seat::on(Some(board_of("gamma")));
        seat.press(key);
        seat.app.link = link.clone();
        let missing = gate::missing(&seat.app, seat.dialog()).join(", ");
        let gated = link
            .allows(seat.dialog().class())
            .err()
            .unwrap_or("nothing");
        assert_eq!(
            !missing.contains(gated),
            allowed,
            "{key} on {link:?}: {missing}"
        );
    }
}

#[test]
fn read_only_refuses_every_action_and_a_dialog_that_is_open() {
    let mut seat = Seat::on(Some(board_of("gamma")));
    seat.app.ui.access = Access::ReadOnly;
    for keys in ["A", "a p", "a r", "O", "B", "H", "L", "a t"] {
        assert_eq!(seat.press(keys), [], "{keys}");
        assert!(seat.app.ui.dialog.is_none(), "{keys}");
    }
    let mut seat = Seat::approval();
    seat.app.ui.access = Access::ReadOnly;
    seat.press("Enter");
    assert_eq!(seat.commits().len(), 0);
}

#[test]
fn only_one_command_of_a_pipeline_is_under_way() {
    let mut seat = Seat::approval();
    seat.press("Enter");
    seat.press("Esc H");
    let missing = gate::missing(&seat.app, seat.dialog()).join(", ");
    assert!(missing.contains("already under way"), "{missing}");
    assert!(matches!(
        seat.dialog().preview,
        Preview::Ready(_) | Preview::Refused(_)
    ));
}

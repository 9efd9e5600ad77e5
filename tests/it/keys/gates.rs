//! The choke point of every command: link, role and one at a time.

use crate::fixture::{self, board_of};
use crate::keys::seat::Seat;
use pilothouse::{
    client::Link,
    tui::{dialog::Preview, gate},
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
        (stale.clone(), "a h", true),
        (stale, "B", true),
        (down.clone(), "a h", false),
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
fn only_one_command_of_a_pipeline_is_under_way() {
    let mut seat = Seat::approval();
    seat.press("Enter");
    seat.press("Esc a h");
    let missing = gate::missing(&seat.app, seat.dialog()).join(", ");
    assert!(missing.contains("already under way"), "{missing}");
    assert!(matches!(
        seat.dialog().preview,
        Preview::Ready(_) | Preview::Refused(_)
    ));
}

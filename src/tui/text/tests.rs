//! Hostile text becomes visible, and cuts fall where a reader expects them.

use super::{ClockMode, Names, Sanitized, Times, end_cut, middle_cut, width, wrap};
use crate::model::Time;

#[test]
fn what_cannot_be_seen_is_a_question_mark() {
    let cases = [
        ("plain text", "plain text"),
        ("\u{1b}[31mred", "?[31mred"),
        ("\u{9b}2J", "?2J"),
        ("tab\tnew\nline\r", "tab?new?line?"),
        ("del\u{7f}", "del?"),
        ("abc\u{202e}cba", "abc?cba"),
        ("zero\u{200b}width\u{200d}join", "zero?width?join"),
        ("heart\u{2764}\u{fe0f}", "heart\u{2764}?"),
        ("tag\u{e0041}", "tag?"),
        (
            "na\u{ef}ve caf\u{e9} \u{6f22}",
            "na\u{ef}ve caf\u{e9} \u{6f22}",
        ),
        ("e\u{301}\u{301}\u{301}\u{301}", "e\u{301}\u{301}??"),
        ("\u{301}x", "?x"),
    ];
    for (given, wanted) in cases {
        assert_eq!(
            Sanitized::from(given.to_owned()).as_str(),
            wanted,
            "{given:?}"
        );
    }
    assert_eq!(Sanitized::from("x".repeat(10_000)).width(), 1_000);
}

#[test]
fn cuts_fit_and_say_so() {
    let cases = [
        ("checkout", 8, "checkout", "checkout"),
        ("checkout-service", 10, "checkout..", "chec..vice"),
        ("checkout", 2, "ch", "ch"),
        (
            "\u{6f22}\u{5b57}\u{6f22}\u{5b57}",
            6,
            "\u{6f22}\u{5b57}..",
            "\u{6f22}..\u{5b57}",
        ),
        ("abc", 0, "", ""),
    ];
    for (text, cells, end, middle) in cases {
        assert_eq!(end_cut(text, cells), end, "{text} {cells}");
        assert_eq!(middle_cut(text, cells), middle, "{text} {cells}");
        assert!(width(&end_cut(text, cells)) <= cells && width(&middle_cut(text, cells)) <= cells);
    }
}

#[test]
fn wrapping_breaks_at_spaces_and_cuts_long_words() {
    assert_eq!(wrap("one two three", 8), ["one two", "three"]);
    assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
    assert_eq!(
        wrap("run --release now", 6),
        ["run", "--rele", "ase", "now"]
    );
    assert_eq!(wrap("", 4), Vec::<String>::new());
}

#[test]
fn names_lose_what_they_share_before_they_lose_their_middle() {
    let cases: [(&[&str], usize, &[&str]); 6] = [
        (&["pay-api", "pay-web"], 8, &["pay-api", "pay-web"]),
        (
            &["eu-central-1/zone-a/host-1", "eu-central-1/zone-b/host-2"],
            16,
            &["..a/host-1", "..b/host-2"],
        ),
        // Only whole words go, and one name alone shares nothing.
        (
            &["checkout-one", "checkin-two"],
            9,
            &["chec..one", "chec..two"],
        ),
        (&["checkout-service"], 10, &["chec..vice"]),
        // A name that is the beginning of the others keeps its last word.
        (
            &["orders-archive", "orders-archive-old-files"],
            14,
            &["..archive", "..archi..files"],
        ),
        (&[], 4, &[]),
    ];
    for (names, cells, wanted) in cases {
        let column = Names::of(names.iter().copied(), cells);
        let fitted: Vec<_> = names.iter().map(|name| column.fit(name)).collect();
        assert_eq!(fitted, wanted, "{names:?} in {cells}");
    }
}

#[test]
fn instants_are_written_as_the_operator_wants_them() {
    let at = |text: &str| -> Time { text.parse().unwrap() };
    let now = at("2026-03-06T03:12:45Z");
    let cases = [
        ("2026-03-06T09:00:00Z", "09:00Z", "18:00", "in 5h47m"),
        ("2026-03-06T16:00:00Z", "16:00Z", "Sat 01:00", "in 12h47m"),
        (
            "2026-03-09T09:00:00Z",
            "Mon 09:00Z",
            "Mon 18:00",
            "in 3d05h",
        ),
        (
            "2026-04-01T09:00:00Z",
            "04-01 09:00Z",
            "04-01 18:00",
            "in 26d05h",
        ),
        ("2026-03-06T03:07:45Z", "03:07Z", "12:07", "5m00s ago"),
    ];
    let times = |mode| Times {
        mode,
        zone: chrono_tz::Asia::Tokyo,
        now,
    };
    let modes = [ClockMode::Utc, ClockMode::Local, ClockMode::Relative].map(times);
    for (instant, utc, local, relative) in cases {
        let written = modes.map(|times| times.moment(at(instant)));
        assert_eq!(written, [utc, local, relative], "{instant}");
    }
    let before = at("2026-03-06T02:54:41Z");
    let clocks = modes.map(|times| times.clock(before));
    assert_eq!(clocks, ["02:54:41Z", "11:54:41 ", "   18m04s"]);
    let walls = modes.map(|times| times.wall(before));
    assert_eq!(walls, ["02:54:41Z", "11:54:41 JST", "02:54:41Z"]);
    let due = modes.map(|times| times.due(now + crate::model::Span::minutes(5)));
    assert_eq!(due, ["03:17Z in 5m00s", "12:17 in 5m00s", "in 5m00s"]);
}

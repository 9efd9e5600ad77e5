//! Hostile text becomes visible, and cuts fall where a reader expects them.

use super::{Sanitized, end_cut, middle_cut, moment, width, wrap};
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
fn moments_grow_with_their_distance() {
    let now: Time = "2026-03-06T03:12:45Z".parse().unwrap();
    let cases = [
        ("2026-03-06T09:00:00Z", "09:00Z"),
        ("2026-03-09T09:00:00Z", "Mon 09:00Z"),
        ("2026-04-01T09:00:00Z", "04-01 09:00Z"),
    ];
    for (at, wanted) in cases {
        assert_eq!(moment(at.parse().unwrap(), now), wanted);
    }
}

//! Masks against every way of cutting what they look for.

use super::*;

fn masked(secrets: &[&str], pieces: &[&[u8]]) -> String {
    let mut mask = Mask::of(secrets.iter().map(|&secret| secret.to_owned()));
    let mut written = Vec::new();
    for piece in pieces {
        written.extend(mask.pass(piece));
    }
    written.extend(mask.finish());
    String::from_utf8(written).unwrap()
}

#[test]
fn a_secret_is_found_however_it_is_cut() {
    let text = "a hunter22 b hunt\ner22, hunter2 hunter22";
    for first in 0..text.len() {
        for second in first..text.len() {
            let (a, rest) = text.as_bytes().split_at(first);
            let (b, c) = rest.split_at(second - first);
            let seen = masked(&["hunter22"], &[a, b, c]);
            assert_eq!(seen, "a *** b ***, hunter2 ***", "{first} {second}");
        }
    }
    let bytes: Vec<&[u8]> = text.as_bytes().chunks(1).collect();
    assert_eq!(masked(&["hunter22"], &bytes), "a *** b ***, hunter2 ***");
}

#[test]
fn of_two_that_begin_alike_the_longer_is_found_whole() {
    for pieces in [
        &[&b"x abcdef y abcd z abcdeq"[..]][..],
        &[b"x abcd", b"ef y abcd z abcde", b"q"],
    ] {
        assert_eq!(masked(&["abcd", "abcdef"], pieces), "x *** y *** z ***eq");
    }
    assert_eq!(
        masked(&["aaab"], &[b"aaaaab a", b"aab aaa"]),
        "aa*** *** aaa"
    );
}

#[test]
fn a_secret_is_found_in_the_forms_of_other_programs() {
    let secret = "p\"a/s s\\w&örd+1";
    for form in [
        "p\\\"a/s s\\\\w&örd+1",
        "p\\\"a\\/s s\\\\w&örd+1",
        "p\\\"a/s s\\\\w\\u0026örd+1",
        "p\\\"a/s s\\\\w&\\u00f6rd+1",
        "p%22a%2Fs%20s%5Cw%26%C3%B6rd%2B1",
        "p%22a%2fs%20s%5cw%26%c3%b6rd%2b1",
        "p%22a%2Fs+s%5Cw%26%C3%B6rd%2B1",
        "p%22a/s%20s%5Cw%26%C3%B6rd%2B1",
        "cCJhL3Mgc1x3JsO2cmQrMQ",
    ] {
        assert_eq!(masked(&[secret], &[form.as_bytes()]), "***", "{form}");
    }
    // Alone, and as the password of `user:` and of `me:`, where its first bits share a digit.
    for (form, seen) in [
        ("aHVudGVyMjI=", "***="),
        ("dXNlcjpodW50ZXIyMg==", "dXNlcjpo***=="),
        ("bWU6aHVudGVyMjI=", "bWU6***="),
        ("LWh1bnRlcjIyLQ==", "LW***Q=="),
        ("aHVu\ndGVyMjI=", "***="),
    ] {
        let masked = masked(&["hunter22"], &[form.as_bytes()]);
        assert!(
            !masked.contains("ZXIyM") && !masked.contains("dGVyM") && !masked.contains("bnRlcjIy"),
            "{form}: {masked}"
        );
        assert!(
            masked.contains("***") && masked.len() <= seen.len() + 1,
            "{form}: {masked}"
        );
    }
}

#[test]
fn nothing_is_held_back_that_cannot_be_a_secret() {
    let mut mask = Mask::of(std::iter::once("hunter22".to_owned()));
    assert_eq!(mask.pass(b"progress 50%"), b"progress 50%");
    assert_eq!(mask.pass(b" hunt"), b" ");
    assert_eq!(mask.pass(b"ing"), b"hunting");
    assert_eq!(Mask::default().pass(b"hunter22"), b"hunter22");
}

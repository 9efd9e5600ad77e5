//! Bytes of a terminal: keys and pastes are read, and nothing that a terminal says by itself is ever
//! a key, whole or in pieces.

use pilothouse::tui::{
    chord::{Code, Key},
    pointer::Pointer,
    terminal::input::{Decoder, Input},
};

/// What terminals answer when some program asked: modes, colours, names, positions.
const REPLIES: [&str; 9] = [
    "\x1b[?2026;2$y",
    "\x1b[?997;1n",
    "\x1b]11;rgb:1e1e/1e1e/1e1e\x07",
    "\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\",
    "\x1bP>|xterm(370)\x1b\\",
    "\x1bP1$r0m\x1b\\",
    "\x1b[?62;4;22c",
    "\x1b[24;80R",
    "\x1b_Gi=1;OK\x1b\\",
];

#[test]
fn keys_are_read() {
    let cases = [
        ("j", Key::plain(Code::Char('j'))),
        ("é", Key::plain(Code::Char('é'))),
        ("\r", Key::plain(Code::Enter)),
        ("\x7f", Key::plain(Code::Backspace)),
        ("\x03", Key::ctrl('c')),
        ("\n", Key::ctrl('j')),
        ("\x1b[A", Key::plain(Code::Up)),
        ("\x1bOB", Key::plain(Code::Down)),
        (
            "\x1b[1;5C",
            Key {
                code: Code::Right,
                ctrl: true,
            },
        ),
        ("\x1b[Z", Key::plain(Code::BackTab)),
        ("\x1b[3~", Key::plain(Code::Delete)),
        ("\x1b[6~", Key::plain(Code::PageDown)),
        ("\x1bOQ", Key::plain(Code::F(2))),
        ("\x1b[12~", Key::plain(Code::F(2))),
    ];
    for (bytes, key) in cases {
        assert_eq!(read(&[bytes]), [Input::Key(key)], "{bytes:?}");
        let each: Vec<String> = bytes.chars().map(String::from).collect();
        let each: Vec<&str> = each.iter().map(String::as_str).collect();
        assert_eq!(read(&each), [Input::Key(key)], "{bytes:?} in pieces");
    }
    let mut decoder = Decoder::default();
    assert_eq!(decoder.take(b"\x1b"), []);
    assert!(decoder.patience().is_some());
    assert_eq!(decoder.pause(), Some(Input::Key(Key::plain(Code::Esc))));
    assert_eq!(decoder.patience(), None);
    for (bytes, focused) in [("\x1b[I", true), ("\x1b[O", false)] {
        assert_eq!(read(&[bytes]), [Input::Focus(focused)]);
    }
    // With Alt, and what is no key of ours.
    for bytes in ["\x1bx", "\x1b[1;3A", "\x1b[15~", "\x00"] {
        assert_eq!(read(&[bytes]), [], "{bytes:?}");
    }
}

#[test]
fn a_mouse_is_heard_and_never_types() {
    let click = Input::Pointer(Pointer::Click { x: 4, y: 5 });
    let cases = [
        ("\x1b[<0;5;6M", vec![click]),
        ("\x1b[<64;1;1M", vec![Input::Pointer(Pointer::WheelUp)]),
        ("\x1b[<65;1;1M", vec![Input::Pointer(Pointer::WheelDown)]),
        // Let go, another button, with a key held, moved, from nowhere.
        ("\x1b[<0;5;6m", vec![]),
        ("\x1b[<2;5;6M", vec![]),
        ("\x1b[<16;5;6M", vec![]),
        ("\x1b[<35;5;6M", vec![]),
        ("\x1b[<0;0;6M", vec![]),
        ("\x1b[<0;5M", vec![]),
        ("\x1b[<0;99999;6M", vec![]),
        // The old way, whose last bytes are letters.
        ("\x1b[M Bq", vec![]),
    ];
    let j = Input::Key(Key::plain(Code::Char('j')));
    for (bytes, mut wanted) in cases {
        wanted.push(j.clone());
        for cut in 2..=bytes.len() {
            let (one, two) = bytes.split_at(cut);
            assert_eq!(read(&[one, two, "j"]), wanted, "{one:?} {two:?}");
        }
    }
}

#[test]
fn a_paste_is_one_text_and_has_an_end() {
    let text = "name\r\x1b[A\u{e9}";
    let pasted = format!("\x1b[200~{text}\x1b[201~");
    let (one, two) = pasted.split_at(9);
    assert_eq!(read(&[one, two]), [Input::Paste(text.to_owned())]);
    let long = format!("\x1b[200~{}\x1b[201~j", "x".repeat(1 << 20));
    let [Input::Paste(kept), Input::Key(_)] = &read(&[&long])[..] else {
        panic!("a long paste and a key");
    };
    assert_eq!(kept.len(), 64 << 10);
}

#[test]
fn no_reply_is_a_key_and_the_key_after_it_is() {
    let j = Input::Key(Key::plain(Code::Char('j')));
    for reply in REPLIES {
        // An ESC alone, with nothing after it for a while, cannot be told from the key.
        for cut in 2..=reply.len() {
            let (one, two) = reply.split_at(cut);
            assert_eq!(read(&[one, two, "j"]), vec![j.clone()], "{one:?} {two:?}");
        }
    }
    // One that never ends is given up, and Ctrl-c ends it at once.
    let mut decoder = Decoder::default();
    assert_eq!(decoder.take(b"\x1b]11;rgb:"), []);
    assert_eq!(decoder.pause(), None);
    assert_eq!(decoder.take(b"j"), vec![j.clone()]);
    assert_eq!(read(&["\x1b]11;rgb:", "\x03", "j"]), [j]);
}

fn read(pieces: &[&str]) -> Vec<Input> {
    let mut decoder = Decoder::default();
    let pieces = pieces.iter();
    pieces
        .flat_map(|piece| decoder.take(piece.as_bytes()))
        .collect()
}

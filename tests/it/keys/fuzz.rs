//! Random keys, pastes and late terminal replies in every context, against a server that watches:
//! nothing is committed that a person has not decided. What a decision is, is kept here in a book of
//! its own, from the events alone, so that the dialog cannot vouch for itself (UX.md, S3 to S10).
//!
//! `PILOTHOUSE_KEYS=10000000 cargo test --test it fuzz` presses ten million.

use crate::fixture::{board_of, name};
use crate::keys::seat::Seat;
use pilothouse::{
    api::CommitRequest,
    model::*,
    tui::{
        chord::{Chord, Code, Key},
        dialog::{Act, Dialog, FENCE, Focus, PREVIEW_LASTS, QUIET, Value},
        event::{CommitAnswer, Event, SettledAnswer},
        keymap::Keymap,
        pointer::{Pointer, Spot},
        request::Request,
    },
};

/// As many as a debug build presses in half a minute.
const KEYS: u64 = 1_000_000;

/// Keys that lead to each context.
const CONTEXTS: [&str; 19] = [
    "",
    "s",
    ": r",
    "/ s t",
    "?",
    "? Tab Tab Tab",
    "!",
    "#",
    "e",
    "R",
    "T",
    "M",
    "Enter",
    "a",
    "A",
    "B",
    "a h",
    "a r",
    "u",
];

/// Answers of terminals that come late and unasked, as the letters that a parser might make of them.
const REPLIES: [&str; 5] = [
    "[?2026;2$y",
    "[?997;1n",
    "]11;rgb:0000/0000/0000",
    "P>|tmux 3.5",
    "[>0;276;0c",
];

struct Random(u64);

impl Random {
    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }

    fn one_of<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        let at = self.below(of.len() as u64);
        &of[usize::try_from(at).unwrap()]
    }
}

/// What was seen of the dialog that is open, by somebody beside the terminal.
struct Book {
    opened: Time,
    about: (PipelineName, Act),
    /// Letters pressed one by one with the cursor in the field that must be typed by hand.
    by_hand: String,
    last_key: Time,
    commits: u64,
    by_token: u64,
}

fn token(dialog: &Dialog) -> Option<(usize, String)> {
    let mut fields = dialog.fields.iter().enumerate();
    fields.find_map(|(at, field)| match &field.value {
        Value::Token { input, .. } => Some((at, input.value().to_owned())),
        Value::Choice { .. } | Value::Checks { .. } | Value::Text { .. } => None,
    })
}

impl Book {
    /// One event, watched from before to after.
    fn watch(&mut self, seat: &mut Seat, event: Event) {
        let before = seat.app.ui.dialog.clone();
        let (now, seen) = (seat.now, seat.asked.len());
        let (key, pasted) = match &event {
            Event::Key(key) => (Some(*key), false),
            Event::Paste(_) => (None, true),
            _ => (None, false),
        };
        let quiet = now.since(self.last_key) >= QUIET;
        if key.is_some() || pasted {
            self.last_key = now;
        }
        seat.event(event);
        let asked = seat.asked[seen..].to_vec();
        for request in asked {
            if let Request::Commit(commit) = request {
                let dialog = before.as_ref().expect("a commit without a dialog");
                assert_eq!(key, Some(Key::plain(Code::Enter)), "{commit:?}");
                assert!(quiet, "Enter came too soon: {commit:?}");
                self.decided(dialog, &commit, now);
                self.serve(seat, &commit);
            }
        }
        self.follow(seat, before.as_ref(), (key, pasted));
    }

    fn decided(&mut self, dialog: &Dialog, commit: &CommitRequest, now: Time) {
        assert!(now >= self.opened + FENCE, "typed ahead: {commit:?}");
        assert_eq!(dialog.focus, Focus::Commit, "{commit:?}");
        let plan = dialog.plan().expect("a commit without a plan");
        assert_eq!(commit.request.expect, plan.digest);
        assert_eq!(commit.request.command, plan.command);
        let pilothouse::tui::dialog::Preview::Ready(previewed) = &dialog.preview else {
            panic!("no preview")
        };
        assert!(previewed.outdated.is_none() && now.since(previewed.at) <= PREVIEW_LASTS);
        if let Some(wanted) = &plan.confirm {
            assert_eq!(&self.by_hand, wanted, "{commit:?}");
            self.by_token += 1;
        }
        self.commits += 1;
    }

    /// The server does it; now and then the answer is lost on the way back.
    fn serve(&self, seat: &mut Seat, commit: &CommitRequest) {
        let settled = seat.serve(commit);
        let key = commit.request.key.clone();
        let lost = self.commits.is_multiple_of(3);
        let answer = if lost {
            CommitAnswer::Unknown("the link was cut".to_owned())
        } else {
            CommitAnswer::Settled(settled.clone())
        };
        let sent = seat.commits().len();
        seat.event(Event::Committed {
            key: key.clone(),
            answer,
        });
        if lost {
            let answer = SettledAnswer::Settled(settled);
            seat.event(Event::SettledAnswer { key, answer });
        }
        assert_eq!(seat.commits().len(), sent, "sent again");
    }

    /// Keeps the book: what the dialog is about never changes, and only keys fill its token.
    fn follow(&mut self, seat: &Seat, before: Option<&Dialog>, (key, pasted): (Option<Key>, bool)) {
        let Some(after) = &seat.app.ui.dialog else {
            self.by_hand.clear();
            return;
        };
        let Some(before) = before else {
            self.opened = seat.now;
            self.about = (after.pipeline.clone(), after.act.clone());
            self.by_hand.clear();
            assert_eq!(after.focus, Focus::Cancel);
            return;
        };
        let about = (after.pipeline.clone(), after.act.clone());
        assert_eq!(about, self.about, "the target changed beneath the dialog");
        let (Some((at, was)), Some((_, is))) = (token(before), token(after)) else {
            return;
        };
        if was != is {
            let typed = matches!(
                key,
                Some(Key {
                    code: Code::Char(_) | Code::Backspace | Code::Delete,
                    ..
                })
            );
            let anew = is.is_empty();
            assert!(
                !pasted && (typed || anew),
                "{key:?} made {was:?} into {is:?}"
            );
            assert!(anew || before.focus == Focus::Field(at));
            assert!(
                is.chars().count() <= was.chars().count() + 1,
                "{was:?} {is:?}"
            );
            self.by_hand = is;
        }
    }
}

#[test]
fn no_key_paste_or_reply_commits_what_nobody_decided() {
    let keys = std::env::var("PILOTHOUSE_KEYS").ok();
    let keys = keys.map_or(KEYS, |keys| {
        keys.parse().expect("PILOTHOUSE_KEYS is a number")
    });
    let alphabet = alphabet();
    let (mut commits, mut by_token) = (0, 0);
    for (context, seed) in CONTEXTS.iter().zip(1_u64..) {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let share = keys / CONTEXTS.len() as u64;
        let mut pressed = 0;
        while pressed < share {
            // A new seat now and then: the world of an old one is full of what was done in it.
            let screen = (!context.is_empty()).then(|| board_of("gamma"));
            let mut seat = Seat::on(screen);
            let mut book = Book {
                opened: seat.now,
                about: (name("checkout"), nothing()),
                by_hand: String::new(),
                last_key: seat.now,
                commits: 0,
                by_token: 0,
            };
            for key in context.split_whitespace() {
                seat.wait(500);
                book.watch(&mut seat, Event::Key(key.parse().unwrap()));
            }
            let until = (pressed + 1_500).min(share);
            while pressed < until {
                pressed += press(&mut seat, &mut book, &mut random, &alphabet);
            }
            (commits, by_token) = (commits + book.commits, by_token + book.by_token);
        }
    }
    // Else the keys never got as far as where something could go wrong.
    println!("{commits} commits, {by_token} by a token");
    assert!(
        commits > keys / 10_000 && by_token > keys / 50_000,
        "{commits} commits, {by_token} by a token"
    );
}

/// One burst: a key, a paste, a reply, or what somebody types who means it, at any pace.
fn press(seat: &mut Seat, book: &mut Book, random: &mut Random, alphabet: &[Key]) -> u64 {
    let dialog = seat.app.ui.dialog.as_ref();
    let wanted = dialog.and_then(|dialog| dialog.plan()?.confirm.clone());
    let on_token = dialog.is_some_and(|dialog| {
        token(dialog)
            .is_some_and(|(at, typed)| dialog.focus == Focus::Field(at) && typed.is_empty())
    });
    match (random.below(110), wanted) {
        (0..3, Some(wanted)) => book.watch(seat, Event::Paste(wanted)),
        (3..5, _) => {
            let pasted = random.one_of(&["checkout\tcheckout\r", "looked at it", "\x1b[31m"]);
            book.watch(seat, Event::Paste((*pasted).to_owned()));
        }
        (100..110, _) => {
            let event = pointing(random);
            book.watch(seat, event);
        }
        (5..8, _) => {
            let reply = random.one_of(&REPLIES);
            return letters(seat, book, reply, 0);
        }
        (8..60, Some(wanted)) if on_token => {
            let pace = random.below(120);
            return letters(seat, book, &wanted, pace);
        }
        (60..75, _) if dialog.is_some() => {
            seat.wait(random.below(900));
            book.watch(seat, Event::Key(Key::plain(Code::Tab)));
        }
        (75..85, _) if dialog.is_some() => {
            seat.wait(random.below(700));
            book.watch(seat, Event::Key(Key::plain(Code::Enter)));
        }
        (85..88, _) if dialog.is_some() => return decide(seat, book, random),
        _ => {
            seat.wait(random.below(300));
            let key = *random.one_of(alphabet);
            book.watch(seat, Event::Key(key));
        }
    }
    1
}

/// A mouse anywhere, and what it may have hit.
fn pointing(random: &mut Random) -> Event {
    let (x, y) = (random.below(80), random.below(24));
    let cell = |at: u64| u16::try_from(at).unwrap();
    let far = i32::from(cell(random.below(9))) - 4;
    match random.below(5) {
        0 => Event::Pointer(Pointer::WheelUp),
        1 => Event::Pointer(Pointer::WheelDown),
        2 => Event::Pointed(Spot::Row(far)),
        3 => Event::Pointed(Spot::Column(far)),
        _ => Event::Pointer(Pointer::Click {
            x: cell(x),
            y: cell(y),
        }),
    }
}

/// Somebody who means it: every field in turn, then the button, at a pace that is sometimes too fast.
fn decide(seat: &mut Seat, book: &mut Book, random: &mut Random) -> u64 {
    let mut pressed = 0;
    for _ in 0..12 {
        let Some(dialog) = &seat.app.ui.dialog else {
            return pressed;
        };
        let pace = random.below(90);
        let wanted = dialog.plan().and_then(|plan| plan.confirm.clone());
        let text = match dialog.focus {
            Focus::Commit => {
                seat.wait(random.below(600));
                book.watch(seat, Event::Key(Key::plain(Code::Enter)));
                return pressed + 1;
            }
            Focus::Cancel => None,
            Focus::Field(at) => match &dialog.fields[at].value {
                Value::Text { .. } => Some("it is time that this is done".to_owned()),
                Value::Token { input, .. } if input.value().is_empty() => wanted,
                Value::Choice { .. } | Value::Checks { .. } | Value::Token { .. } => None,
            },
        };
        pressed += text.map_or(0, |text| letters(seat, book, &text, pace));
        seat.wait(random.below(500));
        let back = dialog_on(seat, Focus::Cancel) && pressed > 0;
        let key = if back { "Right" } else { "Tab" };
        book.watch(seat, Event::Key(key.parse().unwrap()));
        pressed += 1;
    }
    pressed
}

fn dialog_on(seat: &Seat, focus: Focus) -> bool {
    let dialog = seat.app.ui.dialog.as_ref();
    dialog.is_some_and(|dialog| dialog.focus == focus)
}

fn letters(seat: &mut Seat, book: &mut Book, text: &str, pace: u64) -> u64 {
    for letter in text.chars() {
        seat.wait(pace);
        book.watch(seat, Event::Key(Key::plain(Code::Char(letter))));
    }
    text.len() as u64
}

fn nothing() -> Act {
    Act::Retry {
        stage: name("gamma"),
        release: name("r1"),
    }
}

/// Every key of the keymap, the keys of dialogs, and letters.
fn alphabet() -> Vec<Key> {
    let keymap = Keymap::built_in().unwrap();
    let chords = keymap.all().iter().flat_map(|binding| &binding.keys);
    let mut keys: Vec<Key> = chords.flat_map(|Chord(keys)| keys.clone()).collect();
    let dialog = "Tab Tab Tab Shift-Tab Enter Enter Enter Space Backspace Left Right Up Down F2 a b c h k u o t e";
    keys.extend(dialog.split(' ').map(|key| key.parse::<Key>().unwrap()));
    // Leaving the program is not what is looked for.
    keys.retain(|key| *key != "Q".parse().unwrap());
    keys
}

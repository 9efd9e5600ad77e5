//! The same screens on terminals that can do much and little, on a small one, and on one at which
//! nothing happens.

use crate::{
    pty::terminal::{Start, Terminal},
    serving::{self, Serving},
};
use pilothouse::client::Address;
use std::{path::Path, time::Duration};

/// For the age of the connection and the clock, on a slow link.
const BYTES_PER_SECOND: usize = 40;
/// For an age that counts seconds.
const BYTES_PER_AGE: usize = 12;
const MEASURED: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_terminal_shows_it() {
    let (home, serving) = serving::on_socket().await;
    // What it may do with colours: nothing, the sixteen that every terminal has, or more.
    let kinds = [
        ("dumb", Colours::None),
        ("vt100", Colours::None),
        ("linux", Colours::Sixteen),
        ("screen", Colours::Sixteen),
        ("tmux-256color", Colours::Any),
        ("xterm-256color", Colours::Any),
    ];
    for (kind, colours) in kinds {
        let start = start(home.path(), &serving).with("TERM", kind);
        let bytes = look_around(&mut start.spawn(), kind);
        assert!(bytes.is_ascii(), "{kind}");
        let text = String::from_utf8_lossy(&bytes);
        let titled = text.contains("\x1b]2;PILOTHOUSE pilothouse\x07");
        let is_window = !["dumb", "vt100", "linux"].contains(&kind);
        assert_eq!(titled, is_window, "{kind}");
        let used = colours_in(&bytes);
        match colours {
            Colours::None => assert_eq!(used, Vec::<u16>::new(), "{kind}"),
            Colours::Sixteen => assert!(
                !used.is_empty() && !used.contains(&38) && !used.contains(&48),
                "{kind}: {used:?}"
            ),
            Colours::Any => assert!(!used.is_empty(), "{kind}"),
        }
    }
    serving.stop().await.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_color_means_none_and_a_selection_is_seen_all_the_same() {
    let (home, serving) = serving::on_socket().await;
    let start = start(home.path(), &serving)
        .with("COLORTERM", "truecolor")
        .with("NO_COLOR", "1");
    let mut terminal = start.spawn();
    terminal.see("a selected row", |screen| {
        is_fleet(screen) && screen.contains("\n> ")
    });
    assert!(terminal.look(any_cell_reversed));
    let bytes = look_around(&mut terminal, "NO_COLOR");
    assert_eq!(colours_in(&bytes), Vec::<u16>::new());
    serving.stop().await.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn utf8_is_used_where_it_is_proven() {
    let (home, serving) = serving::on_socket().await;
    for (locale, ascii) in [("C", true), ("de_DE", true), ("de_DE.UTF-8", false)] {
        let start = start(home.path(), &serving).with("LANG", locale);
        let bytes = look_around(&mut start.spawn(), locale);
        assert_eq!(bytes.is_ascii(), ascii, "{locale}");
        assert!(String::from_utf8(bytes).is_ok(), "{locale}");
    }
    serving.stop().await.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_that_is_too_small_says_so_until_it_grows() {
    let (home, serving) = serving::on_socket().await;
    let mut terminal = start(home.path(), &serving).sized(52, 12).spawn();
    let one_line = |size: &'static str| {
        move |screen: &str| {
            screen.starts_with(&format!("pilothouse: terminal {size}, need 60x16"))
                && screen.lines().count() == 1
        }
    };
    terminal.see("one line", one_line("52x12"));
    terminal.resize(80, 24);
    terminal.see("the fleet", is_fleet);
    terminal.resize(60, 16);
    terminal.see("the fleet in the smallest size", is_fleet);
    terminal.resize(59, 16);
    terminal.see("one line again", one_line("59x16"));
    terminal.resize(200, 60);
    terminal.see("the fleet in a large size", is_fleet);
    terminal.send("q");
    assert!(terminal.ended().success());
    serving.stop().await.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_screen_costs_next_to_nothing() {
    let (home, serving) = serving::on_socket().await;
    let mut terminal = start(home.path(), &serving).spawn();
    terminal.see("a fleet to which nothing more happens", |screen| {
        is_fleet(screen) && screen.contains("? 2 no data")
    });
    // Two rows and the line about the selected one have an age, below an hour in seconds.
    assert_idle(&terminal, BYTES_PER_SECOND + 3 * BYTES_PER_AGE);
    terminal.send("e");
    terminal.see("the events", |screen| {
        screen.contains("> events") && screen.contains("1-2/2")
    });
    assert_idle(&terminal, BYTES_PER_SECOND);
    serving.stop().await.stop().await;
}

fn assert_idle(terminal: &Terminal, most: usize) {
    // Not synchronisation but a measurement, which takes its time.
    let before = terminal.bytes().len();
    std::thread::sleep(MEASURED);
    let bytes = terminal.bytes().split_off(before);
    assert!(!bytes.is_empty(), "the clock stands still");
    // A measurement may begin just before a second and end just after one.
    let n_seconds = usize::try_from(MEASURED.as_secs()).unwrap() + 1;
    let told = String::from_utf8_lossy(&bytes);
    let n_bytes = bytes.len();
    assert!(n_bytes <= n_seconds * most, "{n_bytes} bytes: {told:?}");
}

/// What a kind of terminal may be sent.
enum Colours {
    None,
    Sixteen,
    Any,
}

pub(super) fn start(home: &Path, serving: &Serving) -> Start {
    let Address::Unix(socket) = &serving.address else {
        panic!("{:?} is not a socket", serving.address);
    };
    Start::pilothouse(home, &["--socket", socket.to_str().unwrap()])
}

pub(super) fn is_fleet(screen: &str) -> bool {
    let words = [
        "PILOTHOUSE  > fleet",
        "LIVE",
        "PIPELINE",
        " cart ",
        " checkout ",
        "? help",
    ];
    words.iter().all(|word| screen.contains(word))
}

/// Through the fleet, a board and the help, and out; everything that it wrote.
fn look_around(terminal: &mut Terminal, kind: &str) -> Vec<u8> {
    terminal.see(&format!("the fleet on {kind}"), is_fleet);
    terminal.send("\r");
    terminal.see(&format!("a board on {kind}"), |screen| {
        let words = [
            "PILOTHOUSE  > c",
            "source",
            "build",
            "beta",
            "NEEDS A HUMAN",
            "RECENT",
        ];
        words.iter().all(|word| screen.contains(word))
    });
    terminal.send("?");
    terminal.see(&format!("the help on {kind}"), |screen| {
        screen.contains("[This screen]") && screen.contains("board.fit")
    });
    let bytes = terminal.bytes();
    terminal.send("qqq");
    assert!(terminal.ended().success(), "{kind}");
    bytes
}

fn any_cell_reversed(screen: &vt100::Screen) -> bool {
    let (rows, columns) = screen.size();
    (0..rows.get())
        .flat_map(|row| (0..columns.get()).map(move |column| (row, column)))
        .any(|(row, column)| screen.cell(row, column).is_some_and(vt100::Cell::inverse))
}

/// The colour codes in all the SGR sequences of some bytes.
fn colours_in(bytes: &[u8]) -> Vec<u16> {
    let text = String::from_utf8_lossy(bytes);
    let sequences = text.split("\x1b[").skip(1).filter_map(|rest| {
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != ';')?;
        rest[end..].starts_with('m').then_some(&rest[..end])
    });
    let codes = sequences.flat_map(|codes| codes.split(';'));
    let numbers = codes.filter_map(|code| code.parse().ok());
    let colours = numbers.filter(|code| matches!(code, 30..=49 | 90..=107));
    colours.collect()
}

#[test]
fn colours_are_found() {
    let bytes = b"\x1b[1;31mred\x1b[m \x1b[4;5H\x1b[7mplain\x1b[;92m\x1b[48;5;2m";
    assert_eq!(colours_in(bytes), [31, 92, 48]);
}

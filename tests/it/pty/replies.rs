//! What a terminal says by itself while somebody types, and a window that is dragged about.

use crate::{
    pty::{
        looks::{is_fleet, start},
        terminal::Start,
    },
    serving,
};
use std::{path::Path, time::Duration};

#[test]
fn a_player_of_recordings_is_not_driven_by_replies() {
    let home = tempfile::tempdir().unwrap();
    let recordings = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings");
    let recording = recordings.join("looking.jsonl");
    let arguments = ["replay", recording.to_str().unwrap()];
    let mut terminal = Start::pilothouse(home.path(), &arguments).spawn();
    terminal.send(" g");
    terminal.see("the beginning", |screen| {
        screen.contains("REPLAY 0/") && screen.contains("paused")
    });
    // Read as keys, this seeks, ends and leaves.
    terminal.send("\x1b]11;rgb:1919/G/q\x07.");
    terminal.see("one step further", |screen| {
        screen.contains("REPLAY 1/") && screen.contains("paused")
    });
    terminal.resize(60, 16);
    terminal.see("the player's line at the new foot", |screen| {
        let last = screen.lines().nth(15);
        last.is_some_and(|line| line.contains("REPLAY 1/"))
    });
    terminal.send("q");
    assert!(terminal.ended().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn late_replies_of_a_terminal_type_nothing() {
    let (home, serving) = serving::on_socket().await;
    let mut terminal = start(home.path(), &serving).spawn();
    terminal.see("the fleet", is_fleet);
    terminal.send("/");
    terminal.see("a line to type on", |screen| screen.contains("/[_"));
    let replies = [
        "\x1b[?2026;2$y",
        "\x1b[?997;1n",
        "\x1b]11;rgb:1e1e/1e1e/1e1e\x07",
        "\x1b]11;rgb:1e1e/1e1e/1e1e\x1b\\",
        "\x1bP>|xterm(370)\x1b\\",
    ];
    let mut typed = String::new();
    for reply in replies {
        terminal.send(&format!("{reply}j"));
        let (one, two) = reply.split_at(6);
        terminal.send(one);
        // A slow link: the rest comes in a read of its own.
        std::thread::sleep(Duration::from_millis(80));
        terminal.send(&format!("{two}k"));
        typed += "jk";
        terminal.see(&typed, |screen| screen.contains(&format!("/[{typed}_")));
    }
    terminal.send("\x03");
    terminal.see("the fleet again", |screen| !screen.contains("/["));
    terminal.send("q");
    assert!(terminal.ended().success());
    serving.stop().await.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_that_is_dragged_about_shows_the_fleet_in_the_end() {
    let (home, serving) = serving::on_socket().await;
    let mut terminal = start(home.path(), &serving).spawn();
    terminal.see("the fleet", is_fleet);
    for n in 0..60_u16 {
        terminal.resize(1 + n * 7 % 200, 1 + n * 5 % 60);
    }
    terminal.resize(1, 1);
    terminal.resize(81, 23);
    terminal.see("the fleet at its last size", is_fleet);
    terminal.send("q");
    assert!(terminal.ended().success());
    serving.stop().await.stop().await;
}

//! What the user keeps beside `config.toml`: keys and themes, with and without mistakes, in the
//! commands that check them and on the screen.

use crate::{
    pty::{looks, terminal::Start},
    serving,
};
use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

const KEYS: &str = r#"[[bind]]
keys = ["X"]
action = "events.open"
[[bind]]
keys = ["Ctrl-b"]
action = "quit"
[[bind]]
keys = ["U"]
action = "fly"
"#;

/// Writes into `~/.config/pilothouse`.
fn write(home: &Path, file: &str, text: &str) {
    let path = home.join(".config/pilothouse").join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// A theme that calls missing data so.
fn theme(word: &str) -> String {
    format!("inherits = \"mono\"\n[status]\nno-data = {{ word = \"{word}\" }}\n")
}

#[test]
fn files_of_ones_own_are_listed_printed_and_checked() {
    let home = tempfile::tempdir().unwrap();
    let say = |arguments: &str| {
        let words: Vec<&str> = arguments.split(' ').collect();
        let mut terminal = Start::pilothouse(home.path(), &words).spawn();
        let good = terminal.ended().success();
        let text = String::from_utf8(terminal.bytes()).unwrap();
        (good, text.trim_end().to_owned())
    };
    assert_eq!(say("keys check"), (true, "ok".to_owned()));
    assert_eq!(say("themes check"), (true, "ok".to_owned()));
    write(home.path(), "keymap.toml", KEYS);
    write(home.path(), "themes/mine.toml", &theme("NOTHING"));
    let (good, listed) = say("themes list");
    assert!(good && listed.starts_with("mine\r\nansi"), "{listed}");
    assert!(say("themes print mine").1.contains("word = \"NOTHING\""));
    assert!(say("themes check").0);
    write(home.path(), "themes/mine.toml", "[status]\nno-dat = {}\n");
    let (good, wrong) = say("themes check");
    assert!(!good && wrong.contains("mine.toml:2:1: \"status.no-dat\" is not"));
    let (good, wrong) = say("keys check");
    assert!(!good && wrong.contains("keymap.toml:4: Ctrl-b"), "{wrong}");
    assert!(wrong.contains("keymap.toml:7: there is no action \"fly\""));
    let (good, printed) = say("keys print");
    let row = printed.lines().find(|line| line.contains("events.open"));
    assert!(
        good && row.is_some_and(|row| row.contains(" X ")),
        "{printed}"
    );
}

/// A desktop's program for its clipboard, by a shell.
const XCLIP: &str = "#!/bin/sh\nread -r text\necho \"$* $text\" > \"$HOME/clipboard\"\n";

#[tokio::test(flavor = "multi_thread")]
async fn copied_text_goes_where_the_configuration_says_and_the_mouse_is_asked_for() {
    let (home, serving) = serving::on_socket().await;
    let programs = home.path().join("bin");
    fs::create_dir(&programs).unwrap();
    let xclip = programs.join("xclip");
    fs::write(&xclip, XCLIP).unwrap();
    fs::set_permissions(xclip, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", programs.display());
    for (clipboard, told) in [
        ("native", "copied with xclip"),
        ("off", "nothing was copied: clipboard = \"off\""),
        ("osc52", "copied: c"),
    ] {
        write(
            home.path(),
            "config.toml",
            &format!("clipboard = \"{clipboard}\"\n"),
        );
        let start = looks::start(home.path(), &serving);
        let mut terminal = start.with("PATH", &path).with("DISPLAY", ":0").spawn();
        terminal.see("the fleet", looks::is_fleet);
        terminal.send("yi");
        terminal.see(told, |screen| screen.contains(told));
        let sent = |bytes: &str| String::from_utf8_lossy(&terminal.bytes()).contains(bytes);
        assert_eq!(sent("\x1b]52;"), clipboard == "osc52", "{clipboard}");
        assert!(!sent("\x1b[?1000h"), "nobody has asked for the mouse");
        terminal.send("m");
        terminal.see("the mouse", |screen| screen.contains("mouse on"));
        assert!(String::from_utf8_lossy(&terminal.bytes()).contains("\x1b[?1000h\x1b[?1006h"));
        // Above everything that can be clicked, then the wheel.
        terminal.send("\x1b[<0;5;1M\x1b[<65;5;5M");
        // Which of the two that is, is a matter of whose repository was missed first.
        terminal.see("the last row", |screen| {
            let mut rows = screen.lines().filter(|line| line.contains(" ?  c"));
            rows.next_back().is_some_and(|row| row.starts_with('>'))
        });
        terminal.send("q");
        assert!(terminal.ended().success());
        let bytes = terminal.bytes();
        assert!(String::from_utf8_lossy(&bytes).contains("\x1b[?1006l\x1b[?1000l"));
    }
    let copied = fs::read_to_string(home.path().join("clipboard")).unwrap();
    assert!(copied.starts_with("-selection clipboard c"), "{copied}");
    serving.stop().await.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ones_own_keys_and_themes_hold_and_mistakes_keep_nobody_out() {
    let (home, serving) = serving::on_socket().await;
    write(home.path(), "keymap.toml", KEYS);
    write(home.path(), "themes/mine.toml", &theme("NOTHING"));
    let mut terminal = looks::start(home.path(), &serving).spawn();
    terminal.see("the fleet, and what is wrong", |screen| {
        looks::is_fleet(screen)
            && screen.contains("2 mistakes: pilothouse keys check; keymap.toml:4: Ctrl-b")
    });
    terminal.send(":theme mine\r");
    terminal.see("the theme's own word", |screen| {
        screen.contains("? NOTHING") && screen.contains("theme: mine")
    });
    write(home.path(), "themes/mine.toml", "[status]\nno-dat = {}\n");
    terminal.see("what is wrong with it now", |screen| {
        screen.contains("? NOTHING") && screen.contains("mine.toml:2:1")
    });
    write(home.path(), "themes/mine.toml", &theme("NO NEWS"));
    terminal.see("its new word", |screen| screen.contains("? NO NEWS"));
    terminal.send("X");
    terminal.see("the events, by a key of one's own", |screen| {
        screen.contains("> events")
    });
    terminal.send("qq");
    assert!(terminal.ended().success());
    serving.stop().await.stop().await;
}

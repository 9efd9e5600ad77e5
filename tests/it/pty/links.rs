//! Links that are slow or stand still, and programs that are stopped and go on.

use crate::{
    pty::{
        looks::{is_fleet, start},
        terminal::{Start, Terminal},
    },
    serving,
};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use std::{path::Path, time::Duration};

/// More whole frames of a large screen than any terminal takes without a reader.
const FRAMES: usize = 60;
/// Longer than the pause between two frames.
const FRAME: Duration = Duration::from_millis(40);
/// A way from which on a link is spared, and a little more.
const FAR: Duration = Duration::from_millis(300);
/// A program whose terminal takes nothing has given up by then.
const PATIENCE: Duration = Duration::from_secs(5);

/// Nobody reads, and the program has more to say than fits.
fn stand_still(terminal: &mut Terminal) {
    terminal.hold(true);
    for _ in 0..FRAMES {
        terminal.send("\x0c");
        std::thread::sleep(FRAME);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_stands_still_is_spared_and_keeps_nobody() {
    let (home, serving) = serving::on_socket().await;
    let mut terminal = start(home.path(), &serving).sized(200, 60).spawn();
    terminal.see("the fleet", is_fleet);
    stand_still(&mut terminal);
    terminal.hold(false);
    terminal.see("a clock of minutes, and no age that moves", |screen| {
        is_fleet(screen)
            && screen
                .lines()
                .next()
                .is_some_and(|line| line.contains("LIVE  "))
    });
    terminal.send(":slow off\r");
    terminal.see("all of it again", |screen| {
        screen.contains("full speed again") && !screen.contains("LIVE  ")
    });
    stand_still(&mut terminal);
    kill(terminal.process(), Signal::SIGTERM).unwrap();
    assert!(terminal.is_gone_within(PATIENCE), "it waits for a terminal");
    terminal.hold(false);
    serving.stop().await.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_link_gets_plain_frames_from_the_start() {
    let (home, serving) = serving::on_socket().await;
    let start = start(home.path(), &serving)
        .with("LANG", "C.UTF-8")
        .with("COLORTERM", "truecolor")
        .also("--slow");
    let mut terminal = start.spawn();
    terminal.see("the fleet", |screen| {
        is_fleet(screen) && screen.contains("slow link")
    });
    let bytes = terminal.bytes();
    assert!(bytes.is_ascii());
    assert!(!String::from_utf8_lossy(&bytes).contains("38;"), "colours");
    terminal.send("q");
    assert!(terminal.ended().success());
    serving.stop().await.stop().await;
}

/// Waits until the terminal has been asked so often whether it is there.
fn asked(terminal: &Terminal, times: usize) {
    terminal.see("a question to the terminal", |_| {
        let bytes = terminal.bytes();
        bytes.windows(4).filter(|four| four == b"\x1b[5n").count() >= times
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_far_away_is_spared_and_how_far_it_is_stands_on_top() {
    let (home, serving) = serving::on_socket().await;
    let far = || start(home.path(), &serving).with("SSH_CONNECTION", "192.0.2.7 4711 192.0.2.1 22");
    let mut terminal = far().sized(120, 40).spawn();
    terminal.see("the fleet", is_fleet);
    asked(&terminal, 1);
    std::thread::sleep(FAR);
    terminal.send("\x1b[0n");
    terminal.see("the round trip", |screen| screen.contains("(rtt "));
    assert!(!terminal.screen().contains("slow link"), "by one answer");
    asked(&terminal, 2);
    std::thread::sleep(FAR);
    terminal.send("\x1b[0n");
    terminal.see("that it is spared", |screen| screen.contains("slow link"));
    // An answer that nobody waits for is no key, and is not timed.
    terminal.send("\x1b[0n");
    terminal.send("q");
    assert!(terminal.ended().success());
    // A multiplexer answers for itself: it is not asked.
    let mut within = far().with("TMUX", "/tmp/tmux-0/default,1,0").spawn();
    within.see("the fleet", is_fleet);
    within.send("q");
    assert!(within.ended().success());
    assert!(!String::from_utf8_lossy(&within.bytes()).contains("\x1b[5n"));
    serving.stop().await.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_was_stopped_draws_anew_when_it_goes_on() {
    let (home, serving) = serving::on_socket().await;
    let mut terminal = start(home.path(), &serving).spawn();
    terminal.see("the fleet", is_fleet);
    let modes = terminal.modes();
    kill(terminal.process(), Signal::SIGSTOP).unwrap();
    let before = terminal.bytes().len();
    kill(terminal.process(), Signal::SIGCONT).unwrap();
    let whole = |_: &str| {
        let since = terminal.bytes().split_off(before);
        let since = String::from_utf8_lossy(&since).into_owned();
        since.contains("\x1b[?1049h") && since.contains("\x1b[2J")
    };
    terminal.see("a whole frame", whole);
    terminal.see("the fleet", is_fleet);
    assert_eq!(terminal.modes(), modes);
    terminal.send("q");
    assert!(terminal.ended().success());
    serving.stop().await.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shell_has_the_terminal_while_the_program_is_suspended() {
    let (home, serving) = serving::on_socket().await;
    let shell = Path::new("/bin/bash");
    if !shell.exists() {
        return serving.stop().await.stop().await;
    }
    let pilothouse = start(home.path(), &serving).line();
    let mut terminal = Start::program(shell, home.path(), &["--norc", "--noprofile", "-i"])
        .with("PS1", "shell$ ")
        .spawn();
    terminal.see("a prompt", |screen| screen.contains("shell$"));
    // Bash itself tells the number of what it becomes.
    terminal.send(&format!(
        "(echo $BASHPID > {}/id; exec {pilothouse})\r",
        home.path().display()
    ));
    terminal.see("the fleet", is_fleet);
    terminal.send("\x1a");
    terminal.see("the shell", |screen| {
        screen.contains("Stopped") && !is_fleet(screen)
    });
    terminal.resize(100, 30);
    terminal.send("fg\r");
    terminal.see("the fleet, as large as the terminal is now", |screen| {
        is_fleet(screen) && screen.lines().count() == 30
    });
    // Somebody stops it from elsewhere: the shell gets its terminal back all the same.
    let id = std::fs::read_to_string(home.path().join("id")).unwrap();
    let id = Pid::from_raw(id.trim().parse().unwrap());
    kill(id, Signal::SIGTSTP).unwrap();
    terminal.see("the shell once more", |screen| !is_fleet(screen));
    terminal.send("fg\r");
    terminal.see("the fleet once more", is_fleet);
    terminal.send("q");
    terminal.see("the shell again", |screen| !is_fleet(screen));
    terminal.send("exit\r");
    let _any_status = terminal.ended();
    serving.stop().await.stop().await;
}

//! Whatever ends the program, the terminal is as it was before, and nothing that the program made is
//! left: no directory, no process.

use crate::{
    demo::{ONE_FLEET, processes_naming},
    pty::{
        shop::Shop,
        terminal::{Start, Terminal},
    },
};
use nix::sys::signal::{Signal, kill};
use std::{fs, path::Path, sync::PoisonError, time::Duration};

/// Says to this test binary that it is the program that panics.
const PANICS: &str = "PILOTHOUSE_TEST_PANICS";

/// A window that is closed must not leave a program behind.
const UNPLUGGED: Duration = Duration::from_secs(2);

/// Makes the program leave.
type Way = Box<dyn Fn(&mut Terminal)>;

#[test]
fn every_way_out_gives_the_terminal_back() {
    let signal = |signal| move |terminal: &mut Terminal| kill(terminal.process(), signal).unwrap();
    let ways: [(&str, Way); 5] = [
        ("q", Box::new(|terminal| terminal.send("q"))),
        ("Q", Box::new(|terminal| terminal.send("Q"))),
        (
            "Ctrl-c twice",
            Box::new(|terminal| terminal.send("\x03\x03")),
        ),
        ("SIGTERM", Box::new(signal(Signal::SIGTERM))),
        ("SIGHUP", Box::new(signal(Signal::SIGHUP))),
    ];
    let shop = Shop::open();
    for (way, leave) in ways {
        let mut terminal = embedded(&shop);
        assert_ne!(terminal.modes(), terminal.modes_before, "{way}");
        leave(&mut terminal);
        let status = terminal.ended();
        assert!(status.success(), "{way}: {status}\n{}", terminal.screen());
        assert_given_back(&terminal, way);
        let kept = terminal.screen().contains("Enter open");
        assert_eq!(kept, way == "Q", "{way}: {}", terminal.screen());
        assert_eq!(shop.left_behind(), Vec::<&Path>::new(), "{way}");
    }
}

#[test]
fn one_ctrl_c_is_not_enough() {
    let shop = Shop::open();
    let mut terminal = embedded(&shop);
    terminal.send("\x03");
    terminal.see("a word about it", |screen| screen.contains("again"));
    terminal.send("q");
    assert!(terminal.ended().success());
}

#[test]
fn an_error_at_the_start_leaves_the_terminal_alone() {
    let shop = Shop::open();
    fs::write(shop.definitions().join("shop.toml"), "name = 7\n").unwrap();
    let definitions = shop.definitions();
    let arguments = ["--embedded", definitions.to_str().unwrap()];
    let cases: [(&[&str], &str, u32); 2] = [
        (&arguments, "shop.toml:1:8", 1),
        (&[], "pilothouse serve", 6),
    ];
    for (arguments, said, code) in cases {
        let mut terminal = Start::pilothouse(shop.home(), arguments).spawn();
        let status = terminal.ended();
        assert_eq!(status.exit_code(), code, "{}", terminal.screen());
        assert!(terminal.screen().contains(said), "{}", terminal.screen());
        assert!(!terminal.bytes().contains(&0x1b), "{}", terminal.screen());
        assert_eq!(terminal.modes(), terminal.modes_before);
        assert_eq!(shop.left_behind(), Vec::<&Path>::new());
    }
}

#[test]
fn a_panic_gives_the_terminal_back_and_is_readable() {
    let home = tempfile::tempdir().unwrap();
    let myself = std::env::current_exe().unwrap();
    let arguments = ["--exact", "pty::exits::panics_when_told_to", "--nocapture"];
    let mut terminal = Start::program(&myself, home.path(), &arguments)
        .with(PANICS, "yes")
        .spawn();
    let status = terminal.ended();
    assert!(!status.success());
    let bytes = String::from_utf8(terminal.bytes()).unwrap();
    assert!(bytes.contains("\x1b[?1049h"), "it never took the terminal");
    assert_given_back(&terminal, "panic");
    let screen = terminal.screen();
    assert!(screen.contains("a bug in the terminal"), "{screen}");
}

/// Not a test by itself: the program that the test above looks at. The product has no way to be made
/// to panic, so this takes the terminal as the product does and panics itself.
#[test]
fn panics_when_told_to() {
    use pilothouse::tui::terminal::{Terminal, Window};
    if std::env::var_os(PANICS).is_some() {
        let _terminal = Terminal::enter(Window::Titled).unwrap();
        panic!("a bug in the terminal");
    }
}

#[test]
fn a_dead_terminal_ends_the_program() {
    let shop = Shop::open();
    let mut terminal = embedded(&shop);
    terminal.unplug();
    let _any_status = terminal.ended_within(UNPLUGGED);
    assert_eq!(shop.left_behind(), Vec::<&Path>::new());
}

#[test]
fn a_dead_terminal_ends_the_demo_and_all_that_it_started() {
    let _alone = ONE_FLEET.lock().unwrap_or_else(PoisonError::into_inner);
    let home = tempfile::tempdir().unwrap();
    let place = home.path().join("demo");
    let arguments = ["demo", "--dir", place.to_str().unwrap()];
    let mut terminal = Start::pilothouse(home.path(), &arguments).spawn();
    terminal.see_within(Duration::from_secs(60), "the fleet", |screen| {
        screen.contains("DEMO  > fleet") && screen.contains("checkout-os")
    });
    assert!(processes_naming(&place).len() > 20);
    terminal.unplug();
    let _any_status = terminal.ended_within(UNPLUGGED);
    assert!(!place.exists(), "the directory is still there");
    assert_eq!(processes_naming(&place), Vec::<String>::new());
}

/// The terminal over the shop, with its fleet on the screen.
fn embedded(shop: &Shop) -> Terminal {
    let definitions = shop.definitions();
    let arguments = ["--embedded", definitions.to_str().unwrap()];
    let terminal = Start::pilothouse(shop.home(), &arguments).spawn();
    terminal.see("the fleet", |screen| {
        screen.contains("EMBEDDED  > fleet") && screen.contains("shop ")
    });
    terminal
}

fn assert_given_back(terminal: &Terminal, way: &str) {
    assert_eq!(terminal.modes(), terminal.modes_before, "{way}");
    let set = terminal.look(|screen| {
        [
            ("alternate screen", screen.alternate_screen()),
            ("hidden cursor", screen.hide_cursor()),
            ("bracketed paste", screen.bracketed_paste()),
        ]
    });
    for (mode, on) in set {
        assert!(!on, "{way} leaves the {mode}");
    }
    let bytes = String::from_utf8_lossy(&terminal.bytes()).into_owned();
    assert!(
        bytes.contains("\x1b[?2004h"),
        "{way}: it never took the terminal"
    );
    // The emulator knows nothing of these.
    for (on, off) in [("\x1b[?1004h", "\x1b[?1004l"), ("\x1b[22;2t", "\x1b[23;2t")] {
        assert!(bytes.contains(on), "{way}: never {on:?}");
        assert!(bytes.rfind(off) > bytes.rfind(on), "{way} leaves {on:?}");
    }
    assert!(
        bytes.rfind("\x1b[?2026l") >= bytes.rfind("\x1b[?2026h"),
        "{way} ends in the middle of a frame"
    );
}

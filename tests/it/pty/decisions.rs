//! An operator's two decisions, from the first key to what comes of them: an approval in the demo,
//! and a rollback of a wave, which keys typed ahead must not decide.

use crate::{
    demo::ONE_FLEET,
    pty::{
        shop::Shop,
        terminal::{Start, Terminal},
    },
};
use pilothouse::tui::dialog::{FENCE, QUIET};
use std::{sync::PoisonError, time::Duration};

#[test]
fn an_approval_at_gamma_lets_the_release_move_on() {
    let _alone = ONE_FLEET.lock().unwrap_or_else(PoisonError::into_inner);
    let home = tempfile::tempdir().unwrap();
    let place = home.path().join("demo");
    let arguments = ["demo", "--story", "no", "--dir", place.to_str().unwrap()];
    let mut terminal = Start::pilothouse(home.path(), &arguments).spawn();
    terminal.see_within(Duration::from_secs(60), "checkout waits", |screen| {
        screen.contains("DEMO  > fleet") && row_of(screen, "checkout").contains('@')
    });

    terminal.see("a title that counts it, and a bell", |_| {
        calls(&terminal.bytes()) && rings(&terminal.bytes()) == 1
    });
    select(&mut terminal, "checkout");
    terminal.send("\r");
    terminal.see("the board", |screen| {
        screen.contains("DEMO  > checkout ") && screen.contains("@ APPROVE")
    });
    stage(&mut terminal, "gamma");
    terminal.send("A");
    terminal.see("the dialog with its plan", |screen| {
        screen.contains("APPROVE r1: DEMO > checkout > gamma")
            && screen.contains("it goes on to wave-1")
            && screen.contains("pilothouse approve checkout --stage gamma --release r1")
    });
    commit(&mut terminal, "\t\t", "dashboards look well", "checkout");
    terminal.see("the answer", |screen| screen.contains("ACCEPTED"));

    close(&mut terminal);
    terminal.see("r1 moves on", |screen| {
        screen.contains("START      wave-1 r1 enters wave-1")
    });
    terminal.send("qq");
    assert!(terminal.ended().success());
    assert!(!place.exists(), "the demo's directory is still there");
}

#[test]
fn a_rollback_is_decided_by_a_person_and_never_by_keys_typed_ahead() {
    let shop = Shop::open();
    let definitions = shop.definitions();
    let arguments = ["--embedded", definitions.to_str().unwrap()];
    let mut terminal = Start::pilothouse(shop.home(), &arguments).spawn();
    let fleet = |release: &'static str| {
        move |screen: &str| screen.contains("idle, all") && row_of(screen, "shop").contains(release)
    };
    terminal.see("the first release everywhere", fleet("r1"));
    shop.change("pears");
    terminal.see("the second release everywhere", fleet("r2"));
    assert_eq!(shop.runs_on("fra-2"), "pears");

    terminal.send("\r");
    stage(&mut terminal, "wave-1");
    // Everything that a rollback takes, before anybody has read what it would do.
    terminal.send("B\t\t\t\x1b[Crush\tshop\t\t\r");
    let untouched = |screen: &str| {
        screen.contains("ROLL BACK r2: EMBEDDED > shop > wave-1")
            && screen.contains("locked")
            && !screen.contains("rush")
    };
    terminal.see("a dialog that took none of it", untouched);
    let told = shop.ask(&["events", "shop", "--json"]);
    assert_eq!(told.matches("\"command_").count(), 0, "{told}");
    close(&mut terminal);

    terminal.send("B");
    terminal.see("the dialog and its twin", |screen| {
        untouched(screen) && screen.contains("pilothouse rollback shop --stage wave-1 --release r2")
    });
    commit(&mut terminal, "\t\t\t\t", "pears are sour", "shop");
    terminal.see("the answer", |screen| screen.contains("ACCEPTED"));
    close(&mut terminal);
    terminal.see("the rollback on the board", |screen| {
        screen.contains("ROLLBACK   wave-1 r2") && screen.contains("runs    r1 on 2")
    });
    assert_eq!(shop.runs_on("fra-1"), "apples");
    assert_eq!(shop.runs_on("fra-2"), "apples");
    assert_eq!(shop.runs_on("beta-1"), "pears", "beta was not meant");
    let told = shop.ask(&["events", "shop", "--json"]);
    assert_eq!(told.matches("\"command_accepted\"").count(), 1, "{told}");
    assert!(told.contains("\"reason\":\"pears are sour\""), "{told}");
}

fn calls(bytes: &[u8]) -> bool {
    String::from_utf8_lossy(bytes).contains("\x1b]2;(!1) DEMO pilothouse\x07")
}

/// The bells that end no title.
fn rings(bytes: &[u8]) -> usize {
    let bells = |text: &str| text.matches('\x07').count();
    let text = String::from_utf8_lossy(bytes);
    bells(&text) - text.matches("\x1b]2;").count()
}

/// Fills in a dialog as a person does, who needs longer than the program's guards against haste:
/// `to_reason` leads from Cancel to the reason.
fn commit(terminal: &mut Terminal, to_reason: &str, reason: &str, name: &str) {
    std::thread::sleep(FENCE.std());
    terminal.send(to_reason);
    terminal.send(reason);
    terminal.see("the reason, and the plan for it", |screen| {
        screen.contains(reason) && screen.contains(&format!("wanted: {name}"))
    });
    terminal.send("\t");
    terminal.send(name);
    terminal.see("an unlocked button", |screen| !screen.contains("locked"));
    terminal.send("\t\t");
    terminal.see("the button in focus", |screen| {
        screen.contains("]   > [") && screen.contains("]  ready")
    });
    std::thread::sleep(QUIET.std());
    terminal.send("\r");
}

/// Closes a dialog, which also guards its panels against haste.
fn close(terminal: &mut Terminal) {
    std::thread::sleep(FENCE.std());
    terminal.send("\x1b");
    terminal.see("a board without a dialog", |screen| {
        !screen.contains("Esc close") && !screen.contains("[ Cancel ]")
    });
}

/// Moves down the fleet to a pipeline.
fn select(terminal: &mut Terminal, pipeline: &str) {
    let chosen = |screen: &str| row_of(screen, pipeline).starts_with('>');
    for _ in 0..20 {
        if chosen(&terminal.screen()) {
            return;
        }
        let before = terminal.screen();
        terminal.send("j");
        terminal.see("the cursor moves", |screen| {
            cursor(screen) != cursor(&before)
        });
    }
    panic!("{pipeline} cannot be selected:\n{}", terminal.screen());
}

/// Moves along the board to a stage.
fn stage(terminal: &mut Terminal, stage: &str) {
    let marked = |screen: &str| {
        let mut places = 1..=9;
        places.find(|at| screen.contains(&format!(">{at} ")))
    };
    let mut at = terminal.see("a selected stage", |screen| marked(screen).is_some());
    while !at.contains(&format!(">{} {stage}", marked(&at).unwrap())) {
        terminal.send("l");
        at = terminal.see("another selected stage", |screen| {
            marked(screen).is_some() && marked(screen) != marked(&at)
        });
    }
}

/// The fleet's row of a pipeline.
fn row_of<'a>(screen: &'a str, pipeline: &str) -> &'a str {
    let mut rows = screen.lines().skip(4);
    let found = rows.find(|row| row.split_whitespace().any(|word| word == pipeline));
    found.unwrap_or_default()
}

fn cursor(screen: &str) -> Option<usize> {
    screen.lines().position(|line| line.starts_with('>'))
}

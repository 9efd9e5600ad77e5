//! The table of keys is whole, and a bad one says where.

use pilothouse::tui::{
    action::{Action, Motion},
    chord::Key,
    keymap::{Context, Keymap, Match},
};

#[test]
fn the_keymap_is_whole() {
    let keymap = Keymap::built_in().unwrap();
    for action in Action::all() {
        let bound = keymap.all().iter().any(|binding| binding.action == action);
        assert!(
            bound || matches!(action, Action::ReadOnly | Action::ReadWrite),
            "{} has no key",
            action.id()
        );
    }
    let g: Key = "g".parse().unwrap();
    assert_eq!(keymap.find(Context::Board, &[g]), Match::Begun);
    assert_eq!(
        keymap.find(Context::Board, &[g, g]),
        Match::Action(Action::Move(Motion::First))
    );
    let menu = keymap.continuations(Context::Board, &["a".parse().unwrap()]);
    let dangers: Vec<_> = menu.iter().map(|(_, binding)| binding.danger).collect();
    assert!(
        dangers.is_sorted(),
        "the least harmful comes first: {dangers:?}"
    );
    assert_eq!(menu.len(), 13);
}

#[test]
fn a_bad_keymap_names_its_line() {
    let row = |keys: &str, action: &str, help: &str| {
        format!(
            "[[bind]]\non = \"global\"\nkeys = [{keys}]\naction = \"{action}\"\nhelp = \"{help}\"\ndanger = \"look\"\n"
        )
    };
    let good = row("\"q\"", "back", "Back.");
    let table = [
        (
            row("\"q\"", "go-back", "Back."),
            "there is no action \"go-back\"",
        ),
        (
            row("\"Ctrl-a\"", "back", "Back."),
            "Ctrl-a belongs to the terminal",
        ),
        (row("\"Alt-x\"", "back", "Back."), "\"Alt-x\" is not a key"),
        (row("", "back", "Back."), "back has no keys"),
        (row("\"x\"", "back", ""), "back needs help text"),
        (
            row("\"q\"", "quit", "Leave."),
            "q (quit) clashes with q (back)",
        ),
        (
            row("\"q q\"", "quit", "Leave."),
            "q q (quit) clashes with q (back)",
        ),
    ];
    for (bad, why) in table {
        let error = Keymap::parse(&format!("{good}{bad}")).unwrap_err();
        assert_eq!(
            (error.line, error.why.starts_with(why)),
            (7, true),
            "{error}"
        );
    }
    let unknown = format!("{good}colour = 1\n");
    assert_eq!(Keymap::parse(&unknown).unwrap_err().line, 7);
}

#[test]
fn ones_own_keys_hold_and_mistakes_are_named_and_left_out() {
    let built_in = Keymap::built_in().unwrap();
    let press = |keymap: &Keymap, context, keys: &str| {
        let keys: Vec<Key> = keys.split(' ').map(|key| key.parse().unwrap()).collect();
        keymap.find(context, &keys)
    };
    let row = |rest: &str| format!("[[bind]]\n{rest}\n");
    let events = Match::Action(Action::parse("events.open").unwrap());
    let (keymap, problems) = built_in.changed_by(&row("keys = [\"X\"]\naction = \"events.open\""));
    assert_eq!(problems, []);
    assert_eq!(press(&keymap, Context::Board, "X"), events);
    assert_eq!(press(&keymap, Context::Board, "e"), Match::Nothing);

    let cases = [
        (
            "keys = [\"X\"]\naction = \"fly\"",
            1,
            "there is no action \"fly\"",
        ),
        (
            "keys = [\"Ctrl-b\"]\naction = \"quit\"",
            1,
            "Ctrl-b belongs to",
        ),
        (
            "keys = [\"X\"]\naction = \"quit\"\nhelp = \"\"",
            4,
            "unknown field `help`",
        ),
        (
            "keys = [\"e\"]\naction = \"quit\"",
            1,
            "e (quit) clashes with e (events.open); global keeps",
        ),
        (
            "on = \"board\"\nkeys = [\"e\"]\naction = \"quit\"",
            1,
            "e hides events.open on board",
        ),
    ];
    for (bad, line, why) in cases {
        let (keymap, problems) = built_in.changed_by(&row(bad));
        assert_eq!(problems.len(), 1, "{bad}: {problems:?}");
        assert_eq!(problems[0].line, line, "{problems:?}");
        assert!(problems[0].why.contains(why), "{problems:?}");
        assert_eq!(press(&keymap, Context::Fleet, "e"), events, "{bad}");
    }
    // One context's mistake leaves the others as they were wanted.
    let both = row("on = \"stage\"\nkeys = [\"X\"]\naction = \"events.open\"")
        + &row("on = \"global\"\nkeys = [\"j\"]\naction = \"events.open\"");
    let (keymap, problems) = built_in.changed_by(&both);
    assert_eq!(problems.iter().map(|bad| bad.line).collect::<Vec<_>>(), [5]);
    assert_eq!(press(&keymap, Context::Stage, "X"), events);
    assert_eq!(press(&keymap, Context::Global, "e"), events);
}

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

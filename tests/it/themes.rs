//! Theme files and the choice of one: mistakes are named with their place, and the configuration wins
//! over the environment.

use pilothouse::tui::theme::{Depth, Glyphs, Look, Theme, Wanted};

#[test]
fn themes_load_and_name_what_is_wrong() {
    for name in Theme::names() {
        Theme::load(&Look {
            theme: name.to_owned(),
            ..Look::plain()
        })
        .unwrap();
    }
    let cases = [
        (
            "inherits = \"ansi\"\n[status]\nalrm = {}\n",
            "t.toml:3:1: \"status.alrm\" is not a role",
        ),
        (
            "[text]\nkey = { fg = \"blue\" }\n",
            "t.toml:2:14: \"blue\" is not a colour",
        ),
        (
            "[text]\nkey = { attr = [\"dim\"] }\n",
            "t.toml:2:16: \"dim\" is not an attribute",
        ),
        (
            "[text]\nkey = { bg = \"red\" }\n",
            "t.toml:2:9: \"bg\" is not known here",
        ),
        (
            "inherits = \"solarized\"\n",
            "t.toml:1:12: there is no theme \"solarized\"",
        ),
        (
            "[status]\nok = { glyph = [\"ok\", \"ok\"] }\n",
            "t.toml:2:16: give two signs of one cell",
        ),
        ("[text\n", "t.toml:1:"),
    ];
    for (text, wanted) in cases {
        let error = Theme::read("t.toml", text, &Look::plain())
            .unwrap_err()
            .to_string();
        assert!(error.starts_with(wanted), "{error}\nwanted {wanted}");
    }
}

#[test]
fn the_look_follows_the_configuration_then_the_environment() {
    let cases = [
        (
            "TERM=xterm-256color LANG=en_US.UTF-8",
            None,
            ("ansi", Depth::Indexed, Glyphs::Unicode),
        ),
        (
            "TERM=xterm COLORTERM=truecolor LANG=C",
            None,
            ("ansi", Depth::True, Glyphs::Ascii),
        ),
        (
            "TERM=tmux-256color COLORTERM=truecolor",
            None,
            ("ansi", Depth::Indexed, Glyphs::Ascii),
        ),
        (
            "TERM=xterm NO_COLOR=1 LANG=C.UTF-8",
            None,
            ("mono", Depth::Ansi, Glyphs::Unicode),
        ),
        (
            "TERM=xterm NO_COLOR=1",
            Some("contrast"),
            ("contrast", Depth::Ansi, Glyphs::Ascii),
        ),
        (
            "TERM=dumb LC_ALL=ja_JP.UTF-8",
            None,
            ("mono", Depth::None, Glyphs::Ascii),
        ),
        (
            "TERM=xterm COLORFGBG=0;15",
            Some("cvd"),
            ("cvd-light", Depth::Ansi, Glyphs::Ascii),
        ),
        (
            "TERM=xterm LC_ALL=C LANG=en_US.UTF-8",
            Some("cvd"),
            ("cvd-dark", Depth::Ansi, Glyphs::Ascii),
        ),
    ];
    for (variables, theme, (wanted, depth, glyphs)) in cases {
        let env = variables
            .split(' ')
            .filter_map(|pair| pair.split_once('='))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        let asked = Wanted {
            theme: theme.map(str::to_owned),
            glyphs: None,
        };
        let look = Look::decide(&asked, &env);
        assert_eq!(
            (look.theme.as_str(), look.depth, look.glyphs),
            (wanted, depth, glyphs),
            "{variables}"
        );
    }
}

//! Theme files and the choice of one: mistakes are named with their place, and the configuration wins
//! over the environment.

use pilothouse::{
    config::Background,
    tui::theme::{Depth, Glyphs, Look, Role, Shelf, Theme, Wanted},
};
use std::collections::BTreeMap;

#[test]
fn themes_load_and_name_what_is_wrong() {
    for theme in Theme::shipped() {
        Theme::load(&Look {
            theme,
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
        (
            "[env.prod]\nheder = {}\n",
            "t.toml:2:1: \"heder\" is not known here; use header",
        ),
    ];
    for (text, wanted) in cases {
        let error = Theme::read(&Shelf::default(), "t.toml", text, &Look::plain())
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
            "TERM=dumb CLICOLOR_FORCE=1",
            None,
            ("ansi", Depth::Ansi, Glyphs::Ascii),
        ),
        (
            "TERM=xterm CLICOLOR_FORCE=1 NO_COLOR=1",
            None,
            ("mono", Depth::Ansi, Glyphs::Ascii),
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
            ..Wanted::default()
        };
        let look = Look::decide(&asked, &env);
        assert_eq!(
            (look.theme.as_str(), look.depth, look.glyphs),
            (wanted, depth, glyphs),
            "{variables}"
        );
    }
}

#[test]
fn the_configuration_says_what_the_terminal_writes_on_and_in() {
    let env = |text: &str| -> BTreeMap<String, String> {
        let pairs = text.split(' ').filter_map(|pair| pair.split_once('='));
        pairs
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect()
    };
    let wanted = Wanted {
        theme: Some("cvd".to_owned()),
        background: Some(Background::Light),
        depth: Some(Depth::True),
        ..Wanted::default()
    };
    let look = Look::decide(&wanted, &env("TERM=dumb COLORFGBG=15;0 NO_COLOR=1"));
    assert_eq!(
        (look.theme.as_str(), look.depth),
        ("cvd-light", Depth::True)
    );
}

#[test]
fn a_theme_of_ones_own_inherits_and_changes_a_part() {
    let own = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let shelf = Shelf(BTreeMap::from([
        own("ours", "inherits = \"mine\"\n[palette]\nok = \"#102030\"\n"),
        own(
            "mine",
            "inherits = \"gruvbox\"\n[status]\nok = { word = \"FINE\" }\n",
        ),
        own("round", "inherits = \"trip\"\n"),
        own("trip", "inherits = \"round\"\n"),
        // Like the one that comes with the program, but for one sign.
        own(
            "mono",
            "inherits = \"mono\"\n[status]\nok = { glyph = [\"*\", \"*\"] }\n",
        ),
        own(
            "red",
            "inherits = \"ansi\"\n[env.prod]\nheader = { fg = \"red\" }\n",
        ),
    ]));
    let look = |theme: &str, environment: &str| Look {
        theme: theme.to_owned(),
        depth: Depth::True,
        glyphs: Glyphs::Ascii,
        environment: environment.to_owned(),
    };
    let load = |theme: &str| shelf.load(&look(theme, "PROD"));
    let ok = Role::Status(pilothouse::model::Status::Ok);
    let ours = load("ours").unwrap();
    assert_eq!(
        ours.style(ok).fg,
        Some(ratatui::style::Color::from_u32(0x10_2030))
    );
    assert_eq!((ours.word(ok), ours.glyph(ok)), ("FINE", "+"));
    assert_eq!(load("mono").unwrap().glyph(ok), "*");
    let trip = load("round").unwrap_err().to_string();
    assert!(
        trip.starts_with("trip.toml:1:12: there is no theme \"round\""),
        "{trip}"
    );
    let header = |environment| {
        let theme = shelf.load(&look("red", environment)).unwrap();
        theme.style(Role::Environment).fg
    };
    assert_eq!(header("PROD"), Some(ratatui::style::Color::Red));
    assert_eq!(header("BETA"), None);
}

/// WCAG's bound for text, on the background that a theme names as its own.
#[test]
fn every_colour_of_a_theme_can_be_read_on_its_background() {
    let mut n_themes = 0;
    for entry in std::fs::read_dir("themes").unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let theme: toml::Table = text.parse().unwrap();
        let Some(palette) = theme.get("palette").and_then(toml::Value::as_table) else {
            continue;
        };
        n_themes += 1;
        let behind = luminance(palette["background"].as_str().unwrap());
        for (name, colour) in palette.iter().filter(|(name, _)| *name != "background") {
            let colour = luminance(colour.as_str().unwrap());
            let (light, dark) = (behind.max(colour), behind.min(colour));
            let contrast = (light + 0.05) / (dark + 0.05);
            assert!(
                contrast >= 4.5,
                "{}: {name} has {contrast:.2}",
                path.display()
            );
        }
    }
    assert_eq!(n_themes, 7, "themes with colours of their own");
}

fn luminance(colour: &str) -> f64 {
    let part = |at: usize| {
        let part = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

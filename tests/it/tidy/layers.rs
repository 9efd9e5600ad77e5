//! Which module may use which, and a check that sees every way of writing it.

use crate::tidy::{Source, code, everywhere, source};

/// Which modules each module may use (DESIGN.md, layers).
const LAYERS: [(&str, &[&str]); 19] = [
    // The build script.
    ("build", &[]),
    ("model", &[]),
    ("clock", &["model"]),
    ("entropy", &["model"]),
    ("durable", &[]),
    ("http", &[]),
    ("secret", &[]),
    ("api", &["model"]),
    ("definition", &["model"]),
    ("engine", &["model"]),
    ("journal", &["model", "clock", "entropy", "durable"]),
    (
        "executor",
        &["model", "clock", "entropy", "durable", "http", "secret"],
    ),
    ("watch", &["model", "clock", "http", "secret"]),
    (
        "service",
        &[
            "model",
            "clock",
            "entropy",
            "durable",
            "http",
            "secret",
            "api",
            "definition",
            "engine",
            "journal",
            "executor",
            "watch",
        ],
    ),
    ("client", &["model", "clock", "entropy", "http", "api"]),
    (
        "server",
        &[
            "model", "clock", "entropy", "http", "secret", "api", "client", "service",
        ],
    ),
    (
        "tui",
        &["model", "clock", "entropy", "api", "client", "config"],
    ),
    ("config", &["model", "client"]),
    (
        "demo",
        &[
            "model",
            "clock",
            "entropy",
            "http",
            "api",
            "definition",
            "client",
            "server",
            "service",
            "tui",
            "config",
        ],
    ),
];

/// Modules at the edge, which may use everything.
const EDGE: [&str; 3] = ["cli", "lib", "main"];

/// The modules of this crate that a text names: `crate::a`, and each `a` of `crate::{a, b::c}`.
fn named(text: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        let letters = text
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '_');
        letters.collect()
    };
    let code = code(text);
    let mut names = Vec::new();
    for (at, found) in code.match_indices("crate::") {
        let rest = &code[at + found.len()..];
        let Some(group) = rest.strip_prefix('{') else {
            names.push(word(rest));
            continue;
        };
        let mut depth = 0_usize;
        let mut starts = true;
        for (at, letter) in group.char_indices() {
            match letter {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => starts = true,
                _ if starts && !letter.is_whitespace() => {
                    names.push(word(&group[at..]));
                    starts = false;
                }
                _ => {}
            }
        }
    }
    names
}

fn layers(source: &Source) -> Vec<String> {
    let Some(inside) = source.path.strip_prefix("src/") else {
        return Vec::new();
    };
    let module = inside.split(['/', '.']).next().unwrap_or_default();
    if EDGE.contains(&module) {
        return Vec::new();
    }
    let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == module) else {
        return vec![format!("{}: {module} has no place in LAYERS", source.path)];
    };
    let known = |name: &String| LAYERS.iter().any(|(known, _)| known == name) || name == "cli";
    let wrong = named(&source.text)
        .into_iter()
        .filter(|name| known(name) && name != module && !allowed.contains(&name.as_str()));
    wrong
        .map(|name| format!("{}: {module} must not use {name}", source.path))
        .collect()
}

#[test]
fn modules_use_only_what_is_above_them() {
    everywhere(layers);
}

#[test]
fn the_layer_check_can_fail() {
    let table = [
        ("src/model/a.rs", "use crate::engine::decide;", 1),
        (
            "src/model/a.rs",
            "use crate::{\n    model::{A, B},\n    engine::decide,\n};",
            1,
        ),
        (
            "src/model/a.rs",
            "fn a() { crate::service::b(crate::tui::c()) }",
            2,
        ),
        (
            "src/engine.rs",
            "use crate::{clock, model::{self, engine}};",
            1,
        ),
        (
            "src/tui/view.rs",
            "use crate::{engine::{self}, server::serve};",
            2,
        ),
        ("src/newcomer.rs", "", 1),
        (
            "src/model/a.rs",
            "/// See `crate::engine`.\n//! crate::service\n// crate::tui",
            0,
        ),
        ("src/model/a.rs", "use crate::model::{engine, service};", 0),
        ("src/cli/status.rs", "use crate::{tui, service};", 0),
        ("tests/it/a.rs", "use crate::engine;", 0),
    ];
    for (path, text, expected) in table {
        let complaints = layers(&source(path, text));
        assert_eq!(complaints.len(), expected, "{path}: {text}: {complaints:?}");
    }
}

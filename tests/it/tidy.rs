//! Rules of the house that no compiler checks: layers, headers, sizes, banned words and what lies
//! at the top of the repository. Each check is a function from text to complaints, shown here to be
//! able to fail, and then run over every source file.

mod layers;

use std::{
    fs,
    path::{Path, PathBuf},
};

const FILE_LINES: usize = 400;
const FUNCTION_LINES: usize = 70;

/// Words that must not stand in code, with the one file that may use them after all.
const BANNED: [(&str, &str, &str); 11] = [
    (".unwrap()", "", "say what to do when it is not there"),
    ("todo!", "", "do it, or leave it away"),
    ("unimplemented!", "", "do it, or leave it away"),
    ("dbg!", "", "remove it"),
    (
        "unbounded_channel",
        "",
        "every queue has a bound and a reason for it",
    ),
    (
        "SystemTime::now",
        "src/clock.rs",
        "take `now` as an argument",
    ),
    ("Instant::now", "src/clock.rs", "take `now` as an argument"),
    ("Utc::now", "src/clock.rs", "take `now` as an argument"),
    ("super::super", "", "use `crate::`"),
    (
        "\\u{202e}",
        "src/model/plain.rs",
        "use `is_unseen`, which knows all such characters",
    ),
    (
        "Client::new()",
        "",
        "it panics without certificates; use `http`",
    ),
];

const TOP: [&str; 7] = [
    "Cargo.lock",
    "Cargo.toml",
    "README.md",
    "assets",
    "src",
    "tests",
    "themes",
];

/// A source file: its path from the root of the repository, and its text.
struct Source {
    path: String,
    text: String,
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn sources() -> Vec<Source> {
    let mut folders = vec![root().join("src"), root().join("tests")];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                let path = path.strip_prefix(root()).unwrap().display().to_string();
                sources.push(Source { path, text });
            }
        }
    }
    assert!(sources.len() > 50, "the sources are somewhere else now");
    sources
}

/// Runs a check over every file and shows all complaints at once.
fn everywhere(check: impl Fn(&Source) -> Vec<String>) {
    let complaints: Vec<String> = sources().iter().flat_map(check).collect();
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

fn source(path: &str, text: &str) -> Source {
    Source {
        path: path.to_owned(),
        text: text.to_owned(),
    }
}

/// The text with the lines emptied that are only a comment.
fn code(text: &str) -> String {
    let lines = text.lines().map(|line| match line.trim_start() {
        comment if comment.starts_with("//") => "",
        _ => line,
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn header(source: &Source) -> Vec<String> {
    let lines = source
        .text
        .lines()
        .map_while(|line| line.strip_prefix("//!"));
    let words: usize = lines.map(|line| line.split_whitespace().count()).sum();
    if words < 6 {
        return vec![format!("{}: say at the top what this file is", source.path)];
    }
    Vec::new()
}

fn size(source: &Source) -> Vec<String> {
    let lines = source.text.lines().count();
    if lines > FILE_LINES {
        return vec![format!(
            "{}: {lines} lines; {FILE_LINES} is the most",
            source.path
        )];
    }
    Vec::new()
}

/// A function ends at the first line that is its own indentation and a brace. As clippy does, only
/// lines inside that hold code are counted.
fn functions(source: &Source) -> Vec<String> {
    let lines: Vec<&str> = source.text.lines().collect();
    let mut complaints = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let text = line.trim_start();
        let before = text.split("fn ").next().unwrap_or_default();
        let words = [
            "pub",
            "pub(crate)",
            "pub(super)",
            "async",
            "const",
            "extern",
            "unsafe",
        ];
        let begins = text.contains("fn ") && before.split_whitespace().all(|w| words.contains(&w));
        if !begins || text.ends_with([';', '}']) {
            continue;
        }
        let end = format!("{}}}", &line[..line.len() - text.len()]);
        let body = lines[start..].iter().take_while(|line| **line != end);
        let body = body.skip_while(|line| !line.ends_with('{'));
        let code = body.filter(|line| {
            let text = line.trim_start();
            !text.is_empty() && !text.starts_with("//")
        });
        let n_lines = code.count().saturating_sub(1);
        if n_lines > FUNCTION_LINES {
            let at = start + 1;
            complaints.push(format!(
                "{}:{at}: {n_lines} lines in one function; {FUNCTION_LINES} is the most",
                source.path
            ));
        }
    }
    complaints
}

fn banned(source: &Source) -> Vec<String> {
    if source.path.starts_with("tests/") || source.path.ends_with("/tests.rs") {
        return Vec::new();
    }
    let text = source.text.split("#[cfg(test)]").next().unwrap_or_default();
    let code = code(text);
    let found = code.lines().enumerate().flat_map(|(at, line)| {
        let words = BANNED
            .iter()
            .filter(move |(word, _, _)| line.contains(word));
        words.map(move |(word, allowed, instead)| (at + 1, word, allowed, instead))
    });
    found
        .filter(|(_, _, allowed, _)| **allowed != source.path)
        .map(|(at, word, _, instead)| format!("{}:{at}: {word}: {instead}", source.path))
        .collect()
}

fn top(names: &[String]) -> Vec<String> {
    let strange = names.iter().filter(|name| {
        let tool = name.starts_with('.') || *name == "target";
        !tool && !TOP.contains(&name.as_str())
    });
    strange
        .map(|name| format!("{name} does not belong at the top of the repository"))
        .collect()
}

#[test]
fn every_file_says_what_it_is() {
    everywhere(header);
}

#[test]
fn the_header_check_can_fail() {
    for (text, expected) in [
        ("use std::fs;\n", 1),
        ("//! Files.\n", 1),
        ("/// Not a header of the file at all.\n", 1),
        ("//! Files of a directory, read and\n//! checked.\n", 0),
    ] {
        assert_eq!(header(&source("src/a.rs", text)).len(), expected, "{text}");
    }
}

#[test]
fn files_and_functions_fit() {
    everywhere(|source| [size(source), functions(source)].concat());
}

#[test]
fn the_size_checks_can_fail() {
    for (lines, expected) in [(FILE_LINES, 0), (FILE_LINES + 1, 1)] {
        assert_eq!(
            size(&source("src/a.rs", &"//\n".repeat(lines))).len(),
            expected
        );
    }
    for (lines, expected) in [(FUNCTION_LINES, 0), (FUNCTION_LINES + 1, 1)] {
        for (start, line, end) in [
            ("fn a() {", "    b();\n", "}"),
            ("    pub(super) async fn a() {", "        {}\n", "    }"),
        ] {
            let text = format!(
                "{start}\n    // why\n\n{}{end}\nfn c() {{}}\n",
                line.repeat(lines)
            );
            let complaints = functions(&source("src/a.rs", &text));
            assert_eq!(
                complaints.len(),
                expected,
                "{start} {lines} lines: {complaints:?}"
            );
        }
    }
}

#[test]
fn banned_words_are_not_used() {
    everywhere(banned);
}

#[test]
fn the_ban_can_fail() {
    for (word, allowed, _) in BANNED {
        let text = format!("//! Header.\nfn a() {{ x{word} }}\n");
        assert_eq!(banned(&source("src/a.rs", &text)).len(), 1, "{word}");
        assert_eq!(banned(&source("tests/it/a.rs", &text)).len(), 0, "{word}");
        let spoken = format!("// never {word}\n");
        assert_eq!(banned(&source("src/a.rs", &spoken)).len(), 0, "{word}");
        if !allowed.is_empty() {
            assert_eq!(banned(&source(allowed, &text)).len(), 0, "{word}");
        }
    }
}

#[test]
fn nothing_else_lies_at_the_top() {
    let entries = fs::read_dir(root()).unwrap();
    let names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(top(&names), Vec::<String>::new());
    let strange = [".gitignore", "notes.txt", "src", "target", "scratch"].map(str::to_owned);
    assert_eq!(top(&strange).len(), 2);
}

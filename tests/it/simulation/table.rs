//! The table of invariants is whole, and what it names exists.

use std::{fs, path::Path};

const TABLE: &str = include_str!("table.txt");

#[test]
fn every_invariant_has_somebody_who_holds_to_it() {
    let rows: Vec<Vec<&str>> = TABLE
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.split_whitespace().collect())
        .collect();
    let mut wanted: Vec<String> = (1..=48).map(|n| format!("I{n:02}")).collect();
    wanted.extend((1..=4).map(|n| format!("L{n}")));
    let mut named: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    named.dedup();
    assert_eq!(named, wanted);
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let (mut simulator, mut all) = (String::new(), String::new());
    read(&tests.join("simulation"), &mut simulator);
    read(&tests, &mut all);
    for row in &rows {
        assert!(row.len() > 2, "{} names nobody", row[0]);
        for name in &row[2..] {
            let (invariant, kind) = (row[0], row[1]);
            let holds = match kind {
                "simulator" => bodies(&simulator, name).any(|body| body.contains(invariant)),
                "test" => bodies(&all, name)
                    .any(|body| body.contains("#[test]") || body.contains("#[tokio::test")),
                other => panic!("{invariant}: neither simulator nor test: {other}"),
            };
            assert!(holds, "{invariant}: no {kind} {name} holds to it");
        }
    }
}

/// Every function of a name, from the line before its attributes and comment to its end.
fn bodies<'a>(text: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let head = format!("fn {name}(");
    let heads: Vec<usize> = text.match_indices(&head).map(|(at, _)| at).collect();
    heads.into_iter().map(|at| {
        let start = text[..at].rfind("\n\n").unwrap_or(0);
        let line = text[..at].rfind('\n').map_or(at, |line| line + 1);
        let indent = text[line..].len() - text[line..].trim_start().len();
        let end = text[at..].find(&format!("\n{}}}\n", " ".repeat(indent)));
        &text[start..at + end.unwrap_or(text.len() - at)]
    })
}

fn read(directory: &Path, text: &mut String) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, text);
        } else if path.extension().is_some_and(|end| end == "rs") {
            text.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

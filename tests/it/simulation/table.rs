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
    let named: Vec<&str> = rows.iter().map(|row| row[0]).collect();
    assert_eq!(named, wanted);
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it");
    let (mut simulator, mut all) = (String::new(), String::new());
    read(&tests.join("simulation"), &mut simulator);
    read(&tests, &mut all);
    for row in &rows {
        let place = match row[1] {
            "simulator" => &simulator,
            "test" => &all,
            other => panic!("{}: neither simulator nor test: {other}", row[0]),
        };
        assert!(row.len() > 2, "{} names nobody", row[0]);
        for name in &row[2..] {
            let found = place.contains(&format!("fn {name}("));
            assert!(found, "{}: there is no {name}", row[0]);
        }
        // What the simulator asserts also says which rule was broken.
        let says = simulator.contains(row[0]);
        assert!(row[1] == "test" || says, "{}: nothing says so", row[0]);
    }
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

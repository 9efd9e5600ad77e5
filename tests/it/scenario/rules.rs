//! Every rule of DESIGN.md 5 has a scenario that names it, in its first line: `# Rules 4, 15.`

use std::{collections::BTreeSet, fs, path::Path};

const RULES: u32 = 18;

#[test]
fn every_rule_has_a_scenario() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut named = BTreeSet::new();
    for file in fs::read_dir(directory).unwrap() {
        let file = file.unwrap().path();
        let text = fs::read_to_string(&file).unwrap();
        let first = text.lines().next().unwrap_or_default();
        let rules = first
            .strip_prefix("# Rules ")
            .and_then(|r| r.strip_suffix('.'));
        let rules = rules.unwrap_or_else(|| panic!("{} does not name its rules", file.display()));
        for rule in rules.split(", ") {
            let rule: u32 = rule.parse().unwrap();
            assert!(
                (1..=RULES).contains(&rule),
                "{}: rule {rule}",
                file.display()
            );
            named.insert(rule);
        }
    }
    let missing: Vec<u32> = (1..=RULES).filter(|rule| !named.contains(rule)).collect();
    assert!(missing.is_empty(), "no scenario for the rules {missing:?}");
}

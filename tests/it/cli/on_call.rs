//! Who is on call, as every command tells it, against a real server: the same name in columns, words
//! and JSON, and another one as soon as the rota was changed.

use super::{served::Served, stderr, stdout};
use serde_json::Value;
use std::fs;

/// A turn of a hundred years, so that nobody else comes while the test runs.
const ROTA: &str = r#"
[on_call.team]
people = ["ana", "li"]
since = "2020-01-01 09:00"
turn = "36500d"
time_zone = "Asia/Tokyo"
"#;

const THEN: &str = "ana, then li from 2119-12-08T00:00:00Z";

#[test]
fn every_command_names_who_is_on_call() {
    let served = Served::failing_with(ROTA);
    served.until(0, &["status", "web"]);

    let why = stdout(&served.run(&["why", "web"]));
    assert!(why.ends_with(&format!("on call: {THEN}\n")), "{why}");
    let wide = stdout(&served.run(&["get", "pipelines", "-o", "wide"]));
    let row = wide.lines().find(|line| line.contains("web")).unwrap();
    let of_team = row.split_whitespace().skip_while(|word| *word != "team");
    let of_team: Vec<&str> = of_team.take(3).collect();
    assert_eq!(of_team, ["team", "ana", "web"], "{wide}");
    let report = stdout(&served.run(&["handover"]));
    let line = format!("\nOn call: team {THEN}\n");
    assert!(report.contains(&line), "{report}");

    for (arguments, path) in [
        (&["get", "pipelines", "-o", "json"][..], "/on_call"),
        (&["why", "web", "--json"], "/on_call"),
        (&["status", "web", "--json"], "/on_call"),
        (&["status", "--json"], "/on_call/team"),
        (&["handover", "--json"], "/on_call/team"),
    ] {
        let told = stdout(&served.run(arguments));
        let told: Value = serde_json::from_str(&told).unwrap();
        let on_call = told.pointer(path).unwrap_or(&Value::Null);
        assert_eq!(on_call["who"], "ana", "{arguments:?}: {told}");
        assert_eq!(on_call["next"]["who"], "li", "{arguments:?}: {told}");
    }
}

#[test]
fn a_changed_rota_counts_at_the_next_reload() {
    let served = Served::failing_with(ROTA);
    served.until(0, &["status", "web"]);
    let file = served.home.path().join("definitions/organization.toml");
    let covered = format!(
        "{ROTA}[[on_call.team.cover]]\nperson = \"bo\"\nfrom = \"2020-01-02 09:00\"\nuntil = \"2100-01-01 09:00\"\n"
    );
    fs::write(&file, &covered).unwrap();
    let plan = served.json(&["reload", "--dry-run"]);
    assert_eq!(
        plan["organization"][0]["path"], "on_call.team.cover.1.person",
        "{plan}"
    );
    let digest = plan["digest"].as_str().unwrap();
    let output = served.run(&["reload", "--yes", "--expect", digest]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let why = stdout(&served.run(&["why", "web"]));
    let then = "on call: bo, then ana from 2100-01-01T00:00:00Z\n";
    assert!(why.ends_with(then), "{why}");

    // A team that owns nothing is most likely misspelt.
    fs::write(&file, covered.replace("on_call.team", "on_call.tean")).unwrap();
    let definitions = file.parent().unwrap().to_str().unwrap();
    let output = served.run(&["check", definitions]);
    let said = format!("{}{}", stdout(&output), stderr(&output));
    let warned = "organization.toml:2:10: no pipeline has the owner tean, for whom somebody is on call; did you mean `team`?";
    assert!(said.contains(warned), "{said}");
}

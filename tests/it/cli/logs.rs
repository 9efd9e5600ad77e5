//! `pilothouse logs` against steps that really run, and where settings come from.

use super::served::Served;
use crate::cli::stdout;
use std::fs;

#[test]
fn a_log_is_followed_to_the_end_of_its_step() {
    let build = "sh -c 'echo begun; sleep 1; echo over; cp file package'";
    let served = Served::building(build);
    served.until(0, &["logs", "web", "--stage", "build"]);
    let followed = served.run(&["logs", "web", "--stage", "build", "--follow"]);
    let text = stdout(&followed);
    let lines: Vec<&str> = text.lines().collect();
    let at = |wanted: &str| lines.iter().position(|line| *line == wanted);
    assert!(at("begun").is_some() && at("begun") < at("over"), "{text}");
    assert_eq!(followed.status.code(), Some(0));
    served.until(0, &["logs", "web", "--stage", "gamma"]);
    let steps = stdout(&served.run(&["logs", "web", "--steps"]));
    let rows: Vec<&str> = steps.lines().collect();
    assert!(rows.first().unwrap().contains("deploy r1 to g1"), "{steps}");
    assert!(rows.last().unwrap().contains("build r1"), "{steps}");
    let first = rows.last().unwrap().split_whitespace().next().unwrap();
    let lines = stdout(&served.run(&["logs", "web", "--step", first, "--json"]));
    let found = serde_json::json!({ "step": first, "line": "over" }).to_string();
    assert!(lines.lines().any(|line| line == found), "{lines}");
    let unknown = served.run(&["logs", "web", "--step", "web-900"]);
    let said = super::stderr(&unknown);
    assert!(said.contains("there is no step web-900"), "{said}");
    let steps = served.home.path().join(".local/state/pilothouse/steps");
    let log = steps.join(first).join("log");
    fs::remove_file(&log).unwrap();
    fs::create_dir(&log).unwrap();
    let unreadable = served.run(&["logs", "web", "--step", first]);
    let said = super::stderr(&unreadable);
    assert!(said.contains("the log cannot be read"), "{said}");
    assert!(said.contains(&format!("{first}: Is a directory")), "{said}");
    assert_eq!(unreadable.status.code(), Some(1));
}

//! The report of a shift, against a real server: what people did, what waits, what is in force, and
//! that foreign words are only words in it.

use super::{served::Served, stderr, stdout};

#[test]
fn the_next_shift_reads_what_waits_and_what_is_in_force() {
    let served = Served::start();
    let approve = ["approve", "web", "--reason", "seen", "--dry-run"];
    served.until(0, &approve);
    let hold = [
        "hold",
        "web",
        "--stage",
        "wave-1",
        "--reason",
        "waits for *INC* <b>",
    ];
    let plan = served.json(&[&hold[..], &["--dry-run"]].concat());
    let digest = plan["digest"].as_str().unwrap();
    served.json(&[&hold[..], &["--yes", "--expect", digest]].concat());

    let output = served.run(&["handover", "--since", "1h"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let text = stdout(&output);
    let mut rest = text.as_str();
    for part in [
        "# Handover 20",
        "\nPipelines: 1 APPROVE\n",
        "\n## What happened\n\n### web\n",
        " Releases 1, production stages passed 0, failures 0, rollbacks 0.\n",
        " HOLD: h1: waits for \\*INC\\* \\<b> (",
        "\n## What is open\n",
        "- APPROVE web gamma r1: ",
        "\n## What is under way\n\nNothing.\n",
        " in force\n\n- web: hold h1 of wave-1 by ",
        ", until somebody lifts it: waits for \\*INC\\* \\<b>\n",
        "\n## What happens next\n",
        "web wave-1 r1 waits until somebody acts: ",
    ] {
        let at = rest.find(part);
        let at = at.unwrap_or_else(|| panic!("{part:?} is missing or too early:\n{text}"));
        rest = &rest[at + part.len()..];
    }
    assert!(!text.contains("ACTION"), "told twice:\n{text}");

    let report = served.json(&["handover", "--owner", "team"]);
    assert_eq!(report["in_force"][0]["pipeline"], "web");
    assert_eq!(report["open"][0]["remedy"], "approve or reject", "{report}");
    assert_eq!(report["happened"][0]["counts"]["releases"], 1);

    let output = served.run(&["handover", "--owner", "tame"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let said = "no pipeline belongs to tame; the teams are team";
    assert!(stderr(&output).contains(said), "{output:?}");
}

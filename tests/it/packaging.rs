//! What lies in assets for those who install it: the unit and the sample definitions start a real
//! server, the licences of all that is in the program are allowed and listed.
//! `PILOTHOUSE_LICENCES=1` writes the list anew.

use crate::tidy::root;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
};
use tempfile::TempDir;

const UNIT: &str = "assets/server/pilothouse.service";

/// The words of a line of the unit, behind `name=`.
fn unit(name: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(UNIT)).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.unwrap().split(' ').map(str::to_owned).collect()
}

#[test]
fn the_unit_starts_a_server_over_the_sample_definitions() {
    let home = TempDir::new().unwrap();
    let place = |of: &str| home.path().join(of).display().to_string();
    let definitions = root().join("assets/server/definitions");
    // As on a machine where it is installed, but for where that is.
    let places = [
        (
            "/usr/bin/pilothouse",
            env!("CARGO_BIN_EXE_pilothouse").to_owned(),
        ),
        ("/etc/pilothouse", definitions.display().to_string()),
        ("/var/lib/pilothouse", place("state")),
        ("/run/pilothouse/socket", place("socket")),
        ("pilothouse", own_group()),
    ];
    let words = unit("ExecStart=").into_iter().map(|word| {
        let here = places.iter().find(|(there, _)| *there == word);
        here.map_or(word, |(_, here)| here.clone())
    });
    let words: Vec<String> = words.collect();
    let mut server = Command::new(&words[0])
        .args(&words[1..])
        .env_clear()
        .env("PATH", env::var("PATH").unwrap())
        .env("HOME", home.path())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    let mut lines = BufReader::new(server.stdout.take().unwrap());
    lines.read_line(&mut said).unwrap();
    assert!(said.starts_with("serving shop on "), "{said:?}");
    let pid = nix::unistd::Pid::from_raw(server.id().cast_signed());
    nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM).unwrap();
    assert!(server.wait().unwrap().success());
}

#[test]
fn the_drop_in_changes_nothing_of_the_units_command_but_the_step_user() {
    let text = fs::read_to_string(root().join("assets/server/step-user.conf")).unwrap();
    let starts: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("ExecStart="))
        .collect();
    let own = unit("ExecStart=").join(" ");
    let user = "pilothouse-steps";
    assert_eq!(starts, ["", &format!("{own} --step-user {user}")]);
    assert!(
        text.contains(&format!("/usr/sbin/nologin {user}\n")),
        "{text}"
    );
}

/// The name of the group that this runs in.
fn own_group() -> String {
    let gid = nix::unistd::Gid::current();
    nix::unistd::Group::from_gid(gid).unwrap().unwrap().name
}

#[test]
fn the_unit_is_one_and_lets_little_through() {
    if Command::new("systemd-analyze")
        .arg("--version")
        .output()
        .is_err()
    {
        println!("skipped: systemd-analyze is not installed (Debian: apt-get install systemd)");
        return;
    }
    let home = TempDir::new().unwrap();
    let text = fs::read_to_string(root().join(UNIT)).unwrap();
    let text = text.replace("/usr/bin/pilothouse", env!("CARGO_BIN_EXE_pilothouse"));
    // The manual is not installed here.
    let text = text.replace("Documentation=man:pilothouse(1)\n", "");
    // Only systemd 254 and newer know it; the others leave it out.
    let text = text.replace("DelegateSubgroup=server\n", "");
    let unit = home.path().join("pilothouse.service");
    fs::write(&unit, text).unwrap();
    let output = Command::new("systemd-analyze")
        .arg("verify")
        .arg(&unit)
        .output()
        .unwrap();
    let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
    let ours = complaints
        .lines()
        .filter(|line| line.contains("pilothouse"));
    assert_eq!(ours.collect::<Vec<_>>(), Vec::<&str>::new());
    let output = Command::new("systemd-analyze")
        .args(["security", "--offline=yes", "--threshold=25"])
        .arg(&unit)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
}

/// A crate of the program: its name and version, and its licence.
type Crates = BTreeMap<String, String>;

/// All that the program is built of, on Linux.
fn crates() -> Crates {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--locked", "--offline", "--format-version=1"])
        .args(["--filter-platform", "x86_64-unknown-linux-gnu"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let list = |value: &Value| value.as_array().unwrap().clone();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut left = vec![text(&metadata["resolve"]["root"])];
    let mut reached = BTreeSet::new();
    while let Some(id) = left.pop() {
        if !reached.insert(id.clone()) {
            continue;
        }
        let nodes = list(&metadata["resolve"]["nodes"]);
        let node = nodes
            .into_iter()
            .find(|node| node["id"] == id.as_str())
            .unwrap();
        let in_program = |kind: &Value| kind["kind"].is_null();
        let needed = list(&node["deps"]).into_iter();
        let needed = needed.filter(|dep| list(&dep["dep_kinds"]).iter().any(in_program));
        left.extend(needed.map(|dep| text(&dep["pkg"])));
    }
    let packages = list(&metadata["packages"]).into_iter();
    let packages = packages.filter(|package| reached.contains(&text(&package["id"])));
    let named = packages.map(|package| {
        let name = format!("{} {}", text(&package["name"]), text(&package["version"]));
        (name, text(&package["license"]))
    });
    named.collect()
}

/// Whether a licence expression (SPDX, or with the slashes of old) is met by some licences.
fn is_met(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let expression = expression.trim();
    let whole = expression
        .strip_prefix('(')
        .and_then(|rest| rest.strip_suffix(')'));
    if let Some(whole) = whole.filter(|whole| !whole.contains('(')) {
        return is_met(whole, allowed);
    }
    let parts = |word: &str| -> Vec<String> {
        let mut depth = 0;
        let mut parts = vec![String::new()];
        for token in expression.replace('/', " OR ").split_whitespace() {
            if depth == 0 && token == word {
                parts.push(String::new());
                continue;
            }
            depth += token.matches('(').count();
            depth -= token.matches(')').count();
            let part = parts.last_mut().unwrap();
            format!("{part} {token}").trim().clone_into(part);
        }
        parts
    };
    let (any, all) = (parts("OR"), parts("AND"));
    if any.len() > 1 {
        return any.iter().any(|part| is_met(part, allowed));
    }
    if all.len() > 1 {
        return all.iter().all(|part| is_met(part, allowed));
    }
    allowed.contains(expression)
}

fn allowed() -> BTreeSet<String> {
    let text = fs::read_to_string(root().join("assets/deny.toml")).unwrap();
    let deny: toml::Table = text.parse().unwrap();
    let list = deny["licenses"]["allow"].as_array().unwrap().clone();
    list.iter()
        .map(|one| one.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn every_licence_is_allowed_and_listed() {
    let (crates, allowed) = (crates(), allowed());
    let own = format!("pilothouse {}", env!("CARGO_PKG_VERSION"));
    let refused: Vec<_> = crates
        .iter()
        .filter(|(_, licence)| !is_met(licence, &allowed))
        .collect();
    assert_eq!(refused, Vec::<(&String, &String)>::new());
    let mut text = String::from(
        "What the program contains on Linux, with the licence of each.\nPILOTHOUSE_LICENCES=1 cargo test licence writes it anew.\n\n",
    );
    for (name, licence) in crates.iter().filter(|(name, _)| **name != own) {
        text = format!("{text}{name}: {licence}\n");
    }
    let path: PathBuf = root().join("assets/licences.txt");
    if env::var_os("PILOTHOUSE_LICENCES").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == text,
        "assets/licences.txt is not current: PILOTHOUSE_LICENCES=1 cargo test licence"
    );
}

#[test]
fn a_licence_that_is_not_allowed_is_seen() {
    let allowed = ["MIT", "ISC"].map(str::to_owned).into();
    for (expression, met) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("MIT/GPL-3.0", true),
        ("GPL-3.0 OR MIT", true),
        ("MIT AND GPL-3.0", false),
        ("(MIT OR GPL-3.0) AND ISC", true),
        ("(MIT OR ISC) AND GPL-3.0", false),
        ("", false),
    ] {
        assert_eq!(is_met(expression, &allowed), met, "{expression}");
    }
}

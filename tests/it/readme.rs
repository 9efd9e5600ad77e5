//! README.md against the program: whoever types what stands there gets what it says.

use std::{
    fmt::Write as _,
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Output, Stdio},
};
use tempfile::TempDir;

const README: &str = include_str!("../../README.md");
const PROGRAM: &str = env!("CARGO_BIN_EXE_pilothouse");

/// How clap begins when it does not understand; the program's own errors begin with its name.
const NOT_UNDERSTOOD: &str = "error:";

#[test]
fn two_commands_stand_first_and_are_those_that_work() {
    let shells = fenced("sh");
    assert_eq!(shells[..2], ["cargo run --release -- demo", "cargo test"]);

    let manifest: toml::Table = fs::read_to_string(root("Cargo.toml"))
        .unwrap()
        .parse()
        .unwrap();
    let binaries = manifest["bin"].as_array().unwrap();
    assert_eq!(binaries.len(), 1, "cargo run would not know which to run");
    assert_eq!(binaries[0]["name"].as_str(), Some("pilothouse"));
    let home = TempDir::new().unwrap();
    let help = shell(home.path(), "pilothouse demo --help");
    assert!(help.status.success(), "{help:?}");
}

#[test]
fn ci_runs_exactly_the_test_command_after_format_and_lints() {
    let script = fs::read_to_string(root(".ci/run")).unwrap();
    let lines: Vec<&str> = script
        .lines()
        .filter(|line| line.starts_with("cargo "))
        .collect();
    let wanted = [
        "cargo fmt --check",
        "cargo clippy --all-targets -- -D warnings",
        "cargo test",
    ];
    assert_eq!(lines, wanted);
}

#[test]
fn every_command_is_understood() {
    let home = TempDir::new().unwrap();
    let fences = fenced("sh");
    let lines = fences.iter().flat_map(|text| text.lines());
    let commands: Vec<&str> = lines
        .chain(inline())
        .filter(|line| line.split(' ').next() == Some("pilothouse"))
        // The only ones that do not end by themselves.
        .filter(|line| !line.contains(" serve "))
        .collect();
    assert!(commands.len() > 10, "{commands:?}");
    for command in commands {
        let said = stderr(&shell(home.path(), command));
        assert!(!said.starts_with(NOT_UNDERSTOOD), "{command}: {said}");
    }
    let said = stderr(&shell(home.path(), "pilothouse status --of everything"));
    assert!(said.starts_with(NOT_UNDERSTOOD), "{said}");
}

#[test]
fn the_pipeline_to_start_from_is_right() {
    let home = TempDir::new().unwrap();
    let definitions = home.path().join("definitions");
    fs::create_dir(&definitions).unwrap();
    let [shop, access, rota, routes] = fenced("toml").try_into().unwrap();
    fs::write(definitions.join("shop.toml"), shop).unwrap();
    let groups = inline().collect::<Vec<_>>();
    let header = groups.iter().position(|&span| span == "[groups]").unwrap();
    let (header, oncall) = (groups[header], groups[header + 1]);
    let organization = format!("{header}\n{oncall}\n{access}\n{rota}\n{routes}");
    fs::write(definitions.join("organization.toml"), organization).unwrap();

    for command in [
        "pilothouse check definitions",
        "pilothouse explain definitions shop",
    ] {
        assert!(fenced("sh").concat().contains(command), "{command}");
        let output = shell(home.path(), command);
        assert!(output.status.success(), "{command}: {output:?}");
    }
    let mut server = Command::new(PROGRAM)
        .args(["serve", "definitions"])
        .current_dir(home.path())
        .env_clear()
        .env("HOME", home.path())
        .env("PATH", std::env::var("PATH").unwrap())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut first = String::new();
    let mut output = BufReader::new(server.stdout.take().unwrap());
    output.read_line(&mut first).unwrap();
    let status = shell(home.path(), "pilothouse status");
    let id = nix::unistd::Pid::from_raw(i32::try_from(server.id()).unwrap());
    nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGTERM).unwrap();
    assert!(server.wait().unwrap().success());
    assert!(first.starts_with("serving shop on "), "{first}");
    let told = String::from_utf8(status.stdout).unwrap();
    assert!(status.status.success() && told.contains("shop"), "{told}");
}

#[test]
fn the_table_of_keys_is_the_keymap() {
    let table = README.split("<!-- keys -->\n").nth(1).unwrap();
    let table = table.split("<!-- /keys -->").next().unwrap();
    assert_eq!(table, keys());
}

#[test]
fn what_it_points_to_is_there() {
    let targets = README.split("](").skip(1);
    let paths = targets.filter_map(|rest| rest.split(')').next());
    let pointed = paths.filter(|path| !path.starts_with("http"));
    let spoken = inline().filter(|span| {
        ["src/", "tests/", "assets/", ".ci/"]
            .iter()
            .any(|folder| span.starts_with(folder))
    });
    let paths: Vec<&str> = pointed.chain(spoken).collect();
    assert!(paths.len() >= 5, "{paths:?}");
    for path in paths {
        assert!(Path::new(&root(path)).exists(), "{path} is not there");
    }
}

fn root(path: &str) -> String {
    format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))
}

/// The blocks of a language.
fn fenced(language: &str) -> Vec<&'static str> {
    let blocks = README.split("\n```").skip(1).step_by(2);
    let texts = blocks.filter_map(|block| block.split_once('\n'));
    texts
        .filter(|(named, _)| *named == language)
        .map(|(_, text)| text)
        .collect()
}

/// The code in running text.
fn inline() -> impl Iterator<Item = &'static str> {
    let prose = README.split("\n```").step_by(2);
    prose.flat_map(|text| text.split('`').skip(1).step_by(2))
}

/// Types a command line, where no server is, as somebody who has the program on their path.
fn shell(home: &Path, command: &str) -> Output {
    let folder = Path::new(PROGRAM).parent().unwrap().display();
    Command::new("sh")
        .args(["-c", command])
        .current_dir(home)
        .env_clear()
        .env("HOME", home)
        .env(
            "PATH",
            format!("{folder}:{}", std::env::var("PATH").unwrap()),
        )
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The keymap as a table.
fn keys() -> String {
    let keymap = include_str!("../../assets/keymap.toml");
    let keymap: toml::Table = keymap.parse().unwrap();
    let mut table = "| on | keys | what it does |\n|---|---|---|\n".to_owned();
    for bind in keymap["bind"].as_array().unwrap() {
        let text = |field: &str| bind[field].as_str().unwrap().to_owned();
        let keys = bind["keys"].as_array().unwrap().iter();
        let keys: Vec<String> = keys
            .map(|key| format!("`{}`", key.as_str().unwrap()))
            .collect();
        let (on, keys, help) = (text("on"), keys.join(", "), text("help"));
        writeln!(table, "| {on} | {keys} | {help} |").unwrap();
    }
    table
}

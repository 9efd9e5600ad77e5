//! Definitions as their authors write them: what is effective, what is inherited, and what exactly
//! is said about everything that is wrong.

mod changes;
mod origins;
mod schema;
mod sources;
mod strategies;

use pilothouse::{
    definition::{self, ExplainError, Loaded},
    model::{
        BakeRule, Definition, Gate, PipelineName, Run, Series, Share, Span, StageName, WindowName,
    },
};
use std::{fmt::Write as _, fs};
use tempfile::TempDir;

/// A complete pipeline that other tests bend.
const CHECKOUT: &str = include_str!("definition/checkout.toml");
const BROKEN: &str = include_str!("definition/broken.txt");

fn directory(files: &[(&str, &str)]) -> TempDir {
    let directory = TempDir::new().unwrap();
    for (name, text) in files {
        fs::write(directory.path().join(name), text).unwrap();
    }
    directory
}

fn load(files: &[(&str, &str)]) -> Loaded {
    definition::load(directory(files).path(), today()).unwrap()
}

/// What is said about the files, with the directory's own name left out.
fn problems(files: &[(&str, &str)]) -> String {
    let directory = directory(files);
    let path = directory.path().display().to_string();
    match definition::load(directory.path(), today()) {
        Ok(_) => "no problem".to_owned(),
        Err(problems) => problems.to_string().replace(&path, "DIR"),
    }
}

fn only(files: &[(&str, &str)]) -> Definition {
    let mut definitions = load(files).definitions;
    assert_eq!(definitions.len(), 1);
    definitions.remove(0)
}

fn stage_name(name: &str) -> StageName {
    StageName::parse(name).unwrap()
}

#[test]
fn a_definition_has_its_values_and_the_defaults() {
    let checkout = only(&[("checkout.toml", CHECKOUT)]);
    let gamma = checkout.stage(&stage_name("gamma")).unwrap();
    let wave = checkout.stage(&stage_name("wave-1")).unwrap();

    assert_eq!(checkout.watch_every, Span::seconds(10));
    assert_eq!(checkout.source.branch, "main");
    assert_eq!(checkout.source.poll_every, Span::seconds(30));
    assert_eq!(checkout.build.timeout, Span::minutes(10));
    let words = ["./integration-tests", "all of them", "--fast"].map(str::to_owned);
    let Gate::Test(integration) = &gamma.approval[0] else {
        panic!("{:?}", gamma.approval)
    };
    assert_eq!(integration.run, Run::Argv(words.to_vec()));
    assert_eq!(integration.timeout, Span::minutes(30));
    assert!(integration.parallel && !checkout.build.checks[0].parallel);
    assert!(
        !gamma.deploy.one_box,
        "a test stage has no one-box by default"
    );
    assert!(wave.deploy.one_box, "production starts with one target");
    assert_eq!(wave.deploy.max_unavailable, Share::Percent(33));
    assert_eq!(gamma.deploy.max_unavailable, Share::Count(1));
    assert_eq!(gamma.deploy.rollback_max_unavailable, Share::Percent(50));
    let zones: Vec<&str> = wave.regions[0]
        .zones
        .iter()
        .map(|zone| zone.name.as_str())
        .collect();
    assert_eq!(
        zones,
        ["b", "a"],
        "zones keep the order in which they were written"
    );
    let window = checkout
        .window(&WindowName::parse("business-hours").unwrap())
        .unwrap();
    assert_eq!(window.origin, "checkout.toml:44");
}

#[test]
fn the_bake_of_a_stage_comes_after_its_tests_and_before_its_people() {
    let checkout = only(&[("checkout.toml", CHECKOUT)]);
    let wave = checkout.stage(&stage_name("wave-1")).unwrap();
    let titles: Vec<String> = wave.approval.iter().map(Gate::title).collect();
    assert_eq!(
        titles,
        ["test smoke", "bake 12h and 100 points", "approval onward"]
    );
    let one_box = BakeRule {
        time: Span::hours(1),
        points: 100,
    };
    assert_eq!(wave.bake.one_box, one_box);
    assert_eq!(wave.bake.zone.time, Span::minutes(30));
}

/// Runs the cases of `definition/broken.txt`, each a few edits of the complete pipeline (and more
/// files), with what is said about it beneath. `ACCEPT=1` writes what is said now.
#[test]
fn everything_wrong_is_said_with_its_place() {
    let mut transcript = String::new();
    for case in BROKEN.split("=== ").skip(1) {
        let (input, _said) = case.split_once("--- says\n").unwrap();
        let (edits, files) = input.split_once("--- file ").unwrap_or((input, ""));
        let checkout = bent(edits);
        let mut all = vec![("checkout.toml", checkout.as_str())];
        let files = files.split("--- file ");
        all.extend(files.filter_map(|file| file.split_once('\n')));
        let said = problems(&all);
        write!(transcript, "=== {input}--- says\n{said}\n").unwrap();
    }
    if std::env::var_os("ACCEPT").is_some() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/it/definition/broken.txt"
        );
        fs::write(path, transcript).unwrap();
    } else {
        assert_eq!(transcript, BROKEN);
    }
}

/// The complete pipeline with the edits of a case, whose first line is its title.
fn bent(edits: &str) -> String {
    let mut checkout = CHECKOUT.to_owned();
    for edit in edits.lines().skip(1) {
        let (old, new) = edit.split_once(" => ").unwrap_or_else(|| panic!("{edit}"));
        assert!(checkout.contains(old), "{edit}: there is no such text");
        checkout = checkout.replacen(old, &new.replace("\\n", "\n"), 1);
    }
    checkout
}

#[test]
fn a_child_takes_what_it_does_not_say() {
    let parent = CHECKOUT.replace(
        "name = \"checkout\"\n",
        "name = \"base\"\nabstract = true\n",
    );
    let child = r#"
name = "basket"
extends = "base"
owner = "basket-team"

[source]
branch = "release"

[build]
checks = [{ name = "unit", run = "make quick" }, { name = "lint", run = "make lint" }]

[[stage]]
name = "gamma"
approval = [{ manual = "release", count = 2, not_author = false }]
"#;
    let asks = "  { manual = \"release\", from = \"payments-oncall\" },\n]\n[[stage]]";
    let parent = parent.replacen("]\n[[stage]]", asks, 1);
    let files = [
        ("base.toml", parent.as_str()),
        ("basket.toml", child),
        GROUPS,
    ];
    let basket = only(&files);
    let base = only(&[("checkout.toml", CHECKOUT)]);
    assert_eq!(basket.name.as_str(), "basket");
    assert_eq!(basket.owner.as_str(), "basket-team");
    assert_eq!(basket.source.repository, base.source.repository);
    assert_eq!(basket.source.branch, "release");
    let checks: Vec<_> = basket
        .build
        .checks
        .iter()
        .map(|check| check.name.as_str())
        .collect();
    assert_eq!(checks, ["unit", "lint"]);
    assert_eq!(basket.stages.len(), base.stages.len());
    let gates: Vec<String> = basket.stages[0].approval.iter().map(Gate::title).collect();
    assert_eq!(gates, ["test integration", "approval release"]);
    let Gate::Manual(manual) = &basket.stages[0].approval[1] else {
        panic!("{gates:?}")
    };
    assert_eq!((manual.count, manual.not_author), (2, false));
    assert_eq!(
        manual
            .from
            .as_ref()
            .map(pilothouse::model::GroupName::as_str),
        Some("payments-oncall")
    );
    assert_eq!(
        basket.windows[0].origin, "base.toml:46",
        "a value keeps its place"
    );
}

const GROUPS: (&str, &str) = (
    "organization.toml",
    "[groups]\npayments-oncall = [\"ana\", \"li\", \"sam\"]\n",
);

/// What is wrong in one file hides nothing of what is wrong in another.
#[test]
fn a_broken_file_hides_no_approval_that_nobody_could_give() {
    let manual = "manual = \"onward\", from = \"payments-oncall\", count = 9";
    let all = CHECKOUT.replace("manual = \"onward\"", manual);
    assert_ne!(all, CHECKOUT);
    let files = [("checkout.toml", all.as_str()), GROUPS];
    let alone = problems(&files);
    assert!(alone.contains("nobody could ever pass it"), "{alone}");
    let [checkout, groups] = files;
    for broken in ["abstract = true", "no TOML"] {
        let both = problems(&[checkout, groups, ("other.toml", broken)]);
        assert!(both.contains("other.toml:1:"), "{both}");
        assert!(both.contains("nobody could ever pass it"), "{both}");
    }
}

#[test]
fn extending_without_saying_anything_changes_only_the_name() {
    let child = "name = \"copy\"\nextends = \"checkout\"\n";
    let loaded = load(&[("checkout.toml", CHECKOUT), ("copy.toml", child)]);
    let [original, copy] = loaded.definitions.as_slice() else {
        panic!("{loaded:?}")
    };
    let renamed = Definition {
        name: original.name.clone(),
        file: original.file.clone(),
        digest: original.digest.clone(),
        ..copy.clone()
    };
    assert_eq!(renamed, *original);
    assert_ne!(copy.digest, original.digest);
}

#[test]
fn inheritance_is_associative() {
    let parent = CHECKOUT.replace("name = \"checkout\"\n", "name = \"a\"\nabstract = true\n");
    let middle = "watch = { every = \"20s\" }\n[[stage]]\nname = \"gamma\"\nwindows = [\"business-hours\"]\n";
    let last = "runbook = \"https://wiki/x\"\n[[alarm]]\nname = \"faults\"\nfire = \"1 of 1\"\n";
    let middle = format!("name = \"b\"\nextends = \"a\"\nabstract = true\n{middle}");
    let stepwise = format!("name = \"c\"\nextends = \"b\"\n{last}");
    let at_once = "name = \"c\"\nextends = \"a\"\nrunbook = \"https://wiki/x\"\nwatch = { every = \"20s\" }
        [[stage]]\nname = \"gamma\"\nwindows = [\"business-hours\"]\n[[alarm]]\nname = \"faults\"\nfire = \"1 of 1\"\n";
    let root = TempDir::new().unwrap();
    let load = |files: &[(&str, &str)]| {
        for (name, text) in files {
            fs::write(root.path().join(name), text).unwrap();
        }
        definition::load(root.path(), today())
            .unwrap()
            .definitions
            .remove(0)
    };
    let long = load(&[
        ("a.toml", &parent),
        ("b.toml", &middle),
        ("c.toml", &stepwise),
    ]);
    fs::remove_file(root.path().join("b.toml")).unwrap();
    let short = load(&[("c.toml", at_once)]);
    assert_eq!(long, short);
}

#[test]
fn the_digest_is_of_values_and_not_of_places() {
    let root = directory(&[("checkout.toml", CHECKOUT)]);
    let digest = || {
        definition::load(root.path(), today()).unwrap().definitions[0]
            .digest
            .clone()
    };
    let first = digest();
    let moved = format!("# a comment\n\n{CHECKOUT}");
    fs::write(root.path().join("checkout.toml"), moved).unwrap();
    assert_eq!(digest(), first);
    let other = CHECKOUT.replace("09:00", "10:00");
    fs::write(root.path().join("checkout.toml"), other).unwrap();
    assert_ne!(digest(), first);
}

#[test]
fn what_is_probably_not_meant_is_a_warning() {
    let text = CHECKOUT
        .replace("alarms = [\"faults\"]\n", "")
        .replace(", data_points = 100", "")
        .replace("check = \"./healthy\"", "strategy = \"all-at-once\"")
        .replace(
            "allow = \"Mon..Fri 09:00-16:00\"",
            "deny = \"daily 00:00-24:00\"",
        );
    let warnings = load(&[("checkout.toml", &text)]).warnings;
    let warnings: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "checkout.toml:22:1: stage.wave-1 is production without an alarm: nothing would roll it back",
            "checkout.toml:25:41: stage.wave-1.deploy takes all targets of a region at once in production: a bad release is everywhere before anybody sees it",
            "checkout.toml:43:8: window.business-hours never opens: it denies the whole week",
        ]
    );
}

#[test]
fn every_effective_value_is_explained() {
    let parent = CHECKOUT.replace(
        "name = \"checkout\"\n",
        "name = \"base\"\nabstract = true\n",
    );
    let child = "name = \"basket\"\nextends = \"base\"\nowner = \"basket-team\"\n";
    let files = directory(&[("base.toml", &parent), ("basket.toml", child)]);
    let basket = PipelineName::parse("basket").unwrap();
    let lines = definition::explain(files.path(), &basket, today()).unwrap();
    let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(lines.join("\n"));
    assert!(lines.iter().all(|line| !line.contains("protected")));

    let parent = parent.replace(
        "abstract = true\n",
        "abstract = true\nprotected = [\"bake\"]\n",
    );
    let files = directory(&[("base.toml", &parent), ("basket.toml", child)]);
    let lines = definition::explain(files.path(), &basket, today()).unwrap();
    let guarded = lines.iter().filter(|line| line.protected.is_some());
    let guarded: Vec<String> = guarded.map(ToString::to_string).collect();
    let bake = "stage.wave-1.bake.stage = \"12h\"  # base.toml:30, protected by base.toml:3";
    assert!(guarded.contains(&bake.to_owned()), "{guarded:?}");
    let gamma = "stage.gamma.deploy.one_box = false  # default, protected by base.toml:3";
    assert!(guarded.contains(&gamma.to_owned()), "{guarded:?}");
    assert!(
        guarded
            .iter()
            .all(|line| line.contains("bake") || line.contains("one_box"))
    );

    let baskte = PipelineName::parse("baskte").unwrap();
    let unknown = definition::explain(files.path(), &baskte, today()).unwrap_err();
    assert!(matches!(unknown, ExplainError::UnknownPipeline { .. }));
    assert_eq!(
        unknown.to_string(),
        "there is no pipeline baskte; did you mean `basket`?"
    );
}

#[test]
fn counters_are_read_with_their_labels() {
    let series = |metric: &str, labels: &[(&str, &str)]| Series {
        metric: metric.to_owned(),
        labels: labels
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect(),
    };
    let cases = [
        ("requests_total", series("requests_total", &[])),
        ("requests_total{}", series("requests_total", &[])),
        (
            r#"r:x{ code = "5xx" , region="a,b}" }"#,
            series("r:x", &[("code", "5xx"), ("region", "a,b}")]),
        ),
        (r#"r{a="\"q\"",}"#, series("r", &[("a", "\"q\"")])),
    ];
    for (text, expected) in cases {
        assert_eq!(text.parse(), Ok(expected), "{text}");
    }
    for wrong in [
        "",
        "9x",
        "a b",
        "a{",
        "a{b}",
        "a{b=c}",
        r#"a{b="c}"#,
        r#"a{b="c"} 5"#,
        r#"a{b="c" d="e"}"#,
    ] {
        let read = wrong.parse::<Series>();
        assert!(read.is_err(), "{wrong}: {read:?}");
    }
}

fn today() -> pilothouse::model::Time {
    "2026-03-06T12:00:00Z".parse().unwrap()
}

//! Several sources and the coverage gate, as definitions write them.

use super::{CHECKOUT, only, problems};
use pilothouse::model::{CountedLines, Coverage, Span};

const ALSO: &str = "
[[source.also]]
name = \"shared-config\"
repository = \"https://git.example.com/config.git\"
poll = \"5s\"
review = {}

[build]";

fn with_sources(also: &str) -> String {
    CHECKOUT.replacen("\n[build]", also, 1)
}

#[test]
fn a_second_source_has_the_keys_and_defaults_of_the_first() {
    let checkout = only(&[("checkout.toml", &with_sources(ALSO))]);
    let [also] = checkout.also.as_slice() else {
        panic!("{:?}", checkout.also)
    };
    assert_eq!(also.name.as_str(), "shared-config");
    assert_eq!(also.name.env_key(), "SHARED_CONFIG");
    assert_eq!(also.source.branch, "main");
    assert_eq!(also.source.poll_every, Span::seconds(5));
    assert_eq!(also.source.review, checkout.source.review);
    let child = "name = \"basket\"\nextends = \"checkout\"\n[[source.also]]\nname = \"shared-config\"\nbranch = \"release\"";
    let parent = with_sources(ALSO).replacen("name", "abstract = true\nname", 1);
    let basket = only(&[("checkout.toml", &parent), ("basket.toml", child)]);
    assert_eq!(basket.also[0].source.branch, "release");
    assert_eq!(basket.also[0].source.repository, also.source.repository);
}

#[test]
fn coverage_is_a_rule_of_the_build() {
    let rule = "coverage = { report = \"lcov.info\", minimum = 80 }\nrun = ";
    let checkout = only(&[("checkout.toml", &CHECKOUT.replacen("run = ", rule, 1))]);
    let expected = Coverage {
        report: "lcov.info".to_owned(),
        lines: CountedLines::Changed,
        minimum: 80,
    };
    assert_eq!(checkout.build.coverage, Some(expected));
}

#[test]
fn what_is_wrong_with_them_is_said() {
    let twice = ALSO.replacen("[build]", "", 1) + &ALSO.replacen("shared-", "Shared_", 1);
    let nameless = ALSO.replacen("name = \"shared-config\"\n", "", 1);
    let cover = |rule: &str| format!("\n[build]\ncoverage = {{ {rule} }}");
    for (text, words) in [
        (twice.as_str(), "has the same name as another source"),
        (&nameless, "needs `name`"),
        (
            &ALSO.replacen("poll", "polls", 1),
            "has no key `polls`; did you mean `poll`?",
        ),
        (
            &ALSO.replacen("poll = \"5s\"", "branch = \"-x\"", 1),
            "cannot be the name of a branch",
        ),
        (
            &cover("report = \"../x\", minimum = 80"),
            "build.coverage.report must be a path inside the checkout",
        ),
        (
            &cover("report = \"x\", minimum = 0"),
            "build.coverage.minimum must be a percentage from 1 to 100, not 0",
        ),
        (
            &cover("report = \"x\", minimum = 101"),
            "build.coverage.minimum must be a percentage from 1 to 100, not 101",
        ),
        (
            &cover("report = \"x\", minimum = 80, lines = \"some\""),
            "build.coverage.lines must be \"changed\" or \"all\"",
        ),
        (&cover("minimum = 80"), "build.coverage needs `report`"),
    ] {
        let said = problems(&[("checkout.toml", &with_sources(text))]);
        assert!(said.contains(words), "{text}: {said}");
    }
}

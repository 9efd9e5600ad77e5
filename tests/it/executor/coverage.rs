//! The coverage gate: reports of both kinds, measured on what real commits changed.

use super::*;

/// A repository with two commits, whose second one adds lines 4 to 7 of `src/a.rs` and all of
/// `src/b c.rs`, and a build of it that wrote a report.
struct Built {
    place: Place,
    repository: Repository,
    first: Sha,
    second: Sha,
}

impl Built {
    async fn with(report: &str) -> Self {
        let place = Place::new();
        let repository = Repository::new(place.path("repository"));
        std::fs::create_dir(repository.0.join("src")).unwrap();
        let first = repository.commit("src/a.rs", "1\n2\n3\n", "First");
        std::fs::write(repository.0.join("src/b c.rs"), "1\n2").unwrap();
        let second = repository.commit("src/a.rs", "1\n2\n3\n4\n5\n6\n7\n", "Second");
        let built = Self {
            place,
            repository,
            first,
            second,
        };
        std::fs::write(built.place.path("report"), report).unwrap();
        let from = built.place.path("report");
        let run = format!("sed s,@HERE@,$PWD, {} > cover; touch out", from.display());
        let build = Effect::Build {
            release: ReleaseId(3),
            repository: built.repository.0.to_str().unwrap().to_owned(),
            sha: built.second.clone(),
            also: Vec::new(),
            run: Run::Shell(run),
            artifact: "out".to_owned(),
            timeout: Span::seconds(20),
        };
        let result = built.place.run(&owed("b-1", build)).await;
        assert_eq!(told(&result), ("succeeded", ""));
        built
    }

    /// The kind of the result, and its words as the log has them.
    async fn measure(
        &self,
        base: Option<&Sha>,
        lines: CountedLines,
        minimum: u8,
    ) -> (&'static str, String) {
        let rule = Coverage {
            report: "cover".to_owned(),
            lines,
            minimum,
        };
        self.measure_by(base, rule).await
    }

    async fn measure_by(&self, base: Option<&Sha>, rule: Coverage) -> (&'static str, String) {
        let effect = Effect::Coverage {
            release: ReleaseId(3),
            repository: self.repository.0.to_str().unwrap().to_owned(),
            sha: self.second.clone(),
            base: base.cloned(),
            oldest: self.second.clone(),
            gate: 0,
            rule,
        };
        let result = self.place.run(&owed("c-1", effect)).await;
        let (kind, why) = told(&result);
        if kind == "infrastructure" {
            return (kind, why.to_owned());
        }
        let log = String::from_utf8(self.place.log("c-1")).unwrap();
        let said = log
            .trim_end()
            .strip_prefix("[pilothouse] ")
            .unwrap()
            .to_owned();
        assert!(why.is_empty() || why == said, "{why} and {log}");
        (kind, said)
    }
}

const LCOV: &str = "SF:src/a.rs\nDA:1,0\nDA:2,0\nDA:4,1\nDA:5,0\nDA:6,0\nend_of_record\nSF:src/b c.rs\nDA:1,3\nDA:2,1\nend_of_record\n";

#[tokio::test]
async fn changed_lines_and_all_lines() {
    let built = Built::with(LCOV).await;
    let (first, changed, all) = (Some(&built.first), CountedLines::Changed, CountedLines::All);
    for (base, lines, minimum, kind, words) in [
        (
            first,
            changed,
            60,
            "succeeded",
            "coverage of changed lines is 60% (3 of 5), at least 60% is wanted",
        ),
        (
            first,
            changed,
            61,
            "failed",
            "coverage of changed lines is 60% (3 of 5), below 61%: src/a.rs 5-6",
        ),
        // Without a base the oldest change counts, which is the second commit.
        (
            None,
            changed,
            61,
            "failed",
            "coverage of changed lines is 60% (3 of 5), below 61%: src/a.rs 5-6",
        ),
        (
            first,
            all,
            42,
            "succeeded",
            "coverage of all lines is 42.8% (3 of 7), at least 42% is wanted",
        ),
        (
            first,
            all,
            43,
            "failed",
            "coverage of all lines is 42.8% (3 of 7), below 43%: src/a.rs 1-2 5-6",
        ),
        (
            Some(&built.second),
            changed,
            100,
            "succeeded",
            "none of the changed lines can be covered, so there is nothing to measure",
        ),
    ] {
        let said = built.measure(base, lines, minimum).await;
        assert_eq!(said, (kind, words.to_owned()), "{base:?} {minimum}");
    }
}

#[tokio::test]
async fn the_same_figures_from_every_way_of_writing_a_report() {
    let class = |name: &str, lines: &[(u32, u32)]| {
        let line =
            |(number, hits): &(u32, u32)| format!("<line number=\"{number}\" hits=\"{hits}\"/>");
        let lines: String = lines.iter().map(line).collect::<Vec<_>>().concat();
        format!("<class name=\"x\" filename=\"{name}\"><methods/><lines>{lines}</lines></class>")
    };
    let a = [(1, 0), (2, 0), (4, 1), (5, 0), (6, 0)];
    let cobertura = |root: &str, a_name: &str, b_name: &str| {
        format!(
            "<?xml version=\"1.0\" ?>\n<coverage version=\"7\"><sources><source>{root}</source></sources><packages><package name=\".\"><classes>{}{}</classes></package></packages></coverage>",
            class(a_name, &a),
            class(b_name, &[(1, 3), (2, 1)])
        )
    };
    for report in [
        LCOV.replace("SF:", "SF:@HERE@/"),
        LCOV.replace("SF:", "SF:./"),
        cobertura("@HERE@/src", "a.rs", "b c.rs"),
        cobertura("/somewhere/else", "src/a.rs", "src/b c.rs"),
        cobertura("src", "a.rs", "b c.rs"),
    ] {
        let built = Built::with(&report).await;
        let said = built
            .measure(Some(&built.first), CountedLines::Changed, 90)
            .await;
        let words = "coverage of changed lines is 60% (3 of 5), below 90%: src/a.rs 5-6";
        assert_eq!(said, ("failed", words.to_owned()), "{report}");
    }
}

#[tokio::test]
async fn a_report_that_is_none_is_evidence_against_the_change() {
    for (report, words) in [
        ("", "it is neither lcov nor Cobertura XML"),
        ("SF:src/a.rs\nDA:1,1", "it is cut off"),
        ("<coverage>", "it is cut off"),
        (
            "<!DOCTYPE x [<!ENTITY a \"b\">]><coverage><class filename=\"&a;\"/></coverage>",
            "cannot be used",
        ),
        (
            "SF:/build/src/a.rs\nDA:1,1\nend_of_record",
            "none of its files is in the checkout, not even /build/src/a.rs",
        ),
        (
            "SF:../../../secret\nDA:1,1\nend_of_record",
            "none of its files is in the checkout",
        ),
        ("SF:\u{1b}[31mred\nDA:1,1\nend_of_record", "not even red"),
    ] {
        let built = Built::with(report).await;
        let (kind, why) = built.measure(None, CountedLines::All, 1).await;
        assert_eq!(kind, "failed", "{report}: {why}");
        assert!(why.contains(words), "{report}: {why}");
    }
    let built = Built::with(LCOV).await;
    for (report, words) in [
        (
            "absent.info",
            "the build left no coverage report absent.info",
        ),
        ("../../../../report", "it is not a file inside the checkout"),
        ("src", "it is not a file inside the checkout"),
    ] {
        let rule = Coverage {
            report: report.to_owned(),
            lines: CountedLines::All,
            minimum: 1,
        };
        let (kind, why) = built.measure_by(None, rule).await;
        assert_eq!(kind, "failed", "{why}");
        assert!(why.contains(words), "{why}");
    }
    let huge = built.place.path("state/workspaces/checkout/r3/cover");
    std::fs::File::create(&huge)
        .unwrap()
        .set_len(33 << 20)
        .unwrap();
    let (kind, why) = built.measure(None, CountedLines::All, 1).await;
    assert!(
        kind == "failed" && why.contains("larger than 33554432 bytes"),
        "{why}"
    );
}

#[tokio::test]
async fn what_is_no_fault_of_the_change() {
    let built = Built::with(LCOV).await;
    let nowhere: Sha = "1234567890".repeat(4).parse().unwrap();
    let (kind, why) = built
        .measure(Some(&nowhere), CountedLines::Changed, 1)
        .await;
    assert!(
        kind == "infrastructure" && why.starts_with("git diff "),
        "{why}"
    );
    std::fs::remove_dir_all(built.place.path("state/workspaces")).unwrap();
    let (kind, why) = built.measure(None, CountedLines::All, 1).await;
    assert!(
        kind == "infrastructure" && why.starts_with("the checkout of r3 is gone"),
        "{why}"
    );
}

#[tokio::test]
async fn the_first_commit_of_all_is_new_as_a_whole() {
    let built = Built::with(LCOV).await;
    let root = built
        .repository
        .git(&["rev-list", "--max-parents=0", "HEAD"]);
    let oldest: Sha = root.parse().unwrap();
    let rule = Coverage {
        report: "cover".to_owned(),
        lines: CountedLines::Changed,
        minimum: 1,
    };
    let effect = Effect::Coverage {
        release: ReleaseId(3),
        repository: built.repository.0.to_str().unwrap().to_owned(),
        sha: built.second.clone(),
        base: None,
        oldest,
        gate: 0,
        rule,
    };
    let result = built.place.run(&owed("c-1", effect)).await;
    assert_eq!(told(&result), ("succeeded", ""));
    let log = String::from_utf8(built.place.log("c-1")).unwrap();
    assert!(log.contains("42.8% (3 of 7)"), "{log}");
}

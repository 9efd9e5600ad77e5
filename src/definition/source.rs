//! Where changes come from and how a release is built from them: the `[source]`, `[build]` tables.

use crate::{
    definition::fields::Fields,
    model::{Also, Build, Coverage, ReviewRule, Source, Span, Test},
};
use std::{
    collections::BTreeSet,
    path::{Component, Path},
};

/// The main source, and those that stand beside it.
pub(crate) fn source(file: &Fields<'_>) -> Option<(Source, Vec<Also>)> {
    let fields = file.table("source")?;
    let main = one(&fields);
    let tables = fields.tables("also");
    let also: Vec<Option<Also>> = tables
        .iter()
        .map(|fields| {
            let name = fields.get("name");
            let source = one(fields);
            fields.finish();
            Some(Also {
                name: name?,
                source: source?,
            })
        })
        .collect();
    fields.finish();
    let also: Vec<Also> = also.into_iter().collect::<Option<_>>()?;
    let mut keys = BTreeSet::new();
    for (also, table) in also.iter().zip(&tables) {
        if !keys.insert(also.name.env_key()) {
            let what = format!(
                "{} has the same name as another source, as environment variables are written",
                table.subject()
            );
            fields.report().problem(table.place_of("name"), what);
        }
    }
    Some((main?, also))
}

fn one(fields: &Fields<'_>) -> Option<Source> {
    let repository: Option<String> = fields.get("repository");
    let branch: Option<String> = fields.get("branch");
    let poll_every = positive(fields, "poll");
    let review = fields.optional_table("review").map(|fields| {
        let trailer: Option<String> = fields.get("trailer");
        let not_author = fields.get("not_author");
        fields.finish();
        Some(ReviewRule {
            trailer: trailer?,
            not_author: not_author?,
        })
    });
    let push_secret_file = fields.optional("push_secret_file");
    let branch = branch?;
    if branch.is_empty() || branch.starts_with('-') || branch.contains(char::is_whitespace) {
        let what = format!("{branch:?} cannot be the name of a branch");
        fields.report().problem(fields.place_of("branch"), what);
    }
    Some(Source {
        repository: repository?,
        branch,
        poll_every: poll_every?,
        review: match review {
            Some(rule) => Some(rule?),
            None => None,
        },
        push_secret_file,
    })
}

pub(crate) fn build(file: &Fields<'_>) -> Option<Build> {
    let fields = file.table("build")?;
    let run = fields.get("run");
    let artifact: Option<String> = fields.get("artifact");
    let timeout = positive(&fields, "timeout");
    let checks = fields.tables("checks");
    let checks: Vec<Option<Test>> = checks
        .iter()
        .map(|fields| {
            let check = test(fields, "name");
            fields.finish();
            check
        })
        .collect();
    let coverage = fields
        .optional_table("coverage")
        .map(|fields| coverage(&fields));
    fields.finish();
    let artifact = artifact?;
    if !is_inside(&artifact) {
        let what = format!("build.artifact must be a path inside the checkout, not {artifact:?}");
        fields.report().problem(fields.place_of("artifact"), what);
    }
    Some(Build {
        run: run?,
        artifact,
        timeout: timeout?,
        checks: checks.into_iter().collect::<Option<_>>()?,
        coverage: match coverage {
            Some(rule) => Some(rule?),
            None => None,
        },
    })
}

fn coverage(fields: &Fields<'_>) -> Option<Coverage> {
    let report: Option<String> = fields.get("report");
    let lines = fields.get("lines");
    let minimum: Option<u32> = fields.get("minimum");
    fields.finish();
    let (report, minimum) = (report?, minimum?);
    if !is_inside(&report) {
        let what =
            format!("build.coverage.report must be a path inside the checkout, not {report:?}");
        fields.report().problem(fields.place_of("report"), what);
    }
    let percent = u8::try_from(minimum)
        .ok()
        .filter(|percent| (1..=100).contains(percent));
    if percent.is_none() {
        let what =
            format!("build.coverage.minimum must be a percentage from 1 to 100, not {minimum}");
        fields.report().problem(fields.place_of("minimum"), what);
    }
    Some(Coverage {
        report,
        lines: lines?,
        minimum: percent?,
    })
}

/// A command with a name, which stands under `key`.
pub(crate) fn test(fields: &Fields<'_>, key: &'static str) -> Option<Test> {
    let name: Option<String> = fields.get(key);
    let run = fields.get("run");
    let timeout = positive(fields, "timeout");
    let parallel = fields.get("parallel");
    Some(Test {
        name: name?,
        run: run?,
        timeout: timeout?,
        parallel: parallel?,
    })
}

/// A length of time that cannot be zero.
pub(crate) fn positive(fields: &Fields<'_>, key: &'static str) -> Option<Span> {
    let span: Span = fields.get(key)?;
    if span.is_zero() {
        let what = format!("{}.{key} must be longer than zero", fields.subject());
        fields.report().problem(fields.place_of(key), what);
    }
    Some(span)
}

fn is_inside(path: &str) -> bool {
    let plain = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
    !path.is_empty() && Path::new(path).components().all(plain)
}

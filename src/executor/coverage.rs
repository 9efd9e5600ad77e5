//! The coverage gate: how many of the lines that count were run by the build's tests, read from the
//! report that the build left. A report that is absent, cut off or nonsense is evidence against the
//! change, which promised one; a difference that git cannot tell is not.

mod changed;
mod report;

use crate::{
    executor::{
        Shared,
        artifact::{ArtifactError, inside},
        log::printable,
        step::Step,
    },
    model::{CountedLines, Coverage, PipelineName, ReleaseId, Sha, StepResult},
};
use changed::Changed;
use report::{Lines, REPORT_MOST, Report};
use std::{
    collections::BTreeMap,
    io::Read,
    path::{Component, Path, PathBuf},
};

/// What is measured, and since when: from a commit that counts no more, or from the first change
/// that counts.
#[derive(Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) pipeline: &'a PipelineName,
    pub(crate) release: ReleaseId,
    pub(crate) repository: &'a str,
    pub(crate) sha: &'a Sha,
    pub(crate) base: Option<&'a Sha>,
    pub(crate) oldest: &'a Sha,
}

/// Measures, and says so in the log.
pub(crate) async fn measure(
    shared: &Shared,
    step: &mut Step,
    subject: &Subject<'_>,
    rule: &Coverage,
) -> StepResult {
    let place = shared.workspaces.of(subject.pipeline, subject.release);
    if !place.is_dir() {
        let words = format!(
            "the checkout of {} is gone, and the coverage report with it: push a new change",
            subject.release
        );
        return step.infrastructure(words);
    }
    let changed = match rule.lines {
        CountedLines::All => None,
        CountedLines::Changed => {
            let diff = tokio::select! {
                diff = shared.git.changed(subject) => diff,
                () = step.stop.wanted() => return step.stopped(),
            };
            let diff = diff.map_err(|why| why.to_string());
            match diff.and_then(|diff| changed::parse(&diff)) {
                Ok(changed) => Some(changed),
                Err(why) => return step.infrastructure(why),
            }
        }
    };
    let wanted = rule.clone();
    let judged = tokio::task::spawn_blocking(move || judge(&place, &wanted, changed.as_ref()));
    match judged.await {
        Ok(Ok(words)) => {
            step.say(&words);
            step.succeeded(None)
        }
        Ok(Err(words)) => {
            step.say(&words);
            step.failed(words)
        }
        Err(why) => step.infrastructure(format!("cannot read the coverage report: {why}")),
    }
}

/// The figures, as good news or as bad.
fn judge(place: &Path, rule: &Coverage, changed: Option<&Changed>) -> Result<String, String> {
    let report = read(place, &rule.report)?;
    let files = by_path(report, place).map_err(|first| {
        format!(
            "the coverage report {} cannot be used: none of its files is in the checkout, not even {}",
            rule.report,
            printable(first.as_bytes())
        )
    })?;
    let tally = tally(&files, changed);
    let what = match rule.lines {
        CountedLines::Changed => "changed",
        CountedLines::All => "all",
    };
    if tally.total == 0 {
        return Ok(format!(
            "none of the {what} lines can be covered, so there is nothing to measure"
        ));
    }
    let minimum = u64::from(rule.minimum);
    let figures = format!(
        "coverage of {what} lines is {} ({} of {})",
        percent(tally.covered, tally.total),
        tally.covered,
        tally.total
    );
    if tally.covered * 100 >= minimum * tally.total {
        return Ok(format!("{figures}, at least {minimum}% is wanted"));
    }
    let missed = missed(&tally.missed);
    Err(format!("{figures}, below {minimum}%: {missed}"))
}

fn read(place: &Path, name: &str) -> Result<Report, String> {
    let about = |why: &str| format!("the coverage report {name} cannot be used: {why}");
    let file = inside(place, name).map_err(|why| match why {
        ArtifactError::Missing(_) => format!("the build left no coverage report {name}"),
        ArtifactError::Outside(_)
        | ArtifactError::NotTheirs { .. }
        | ArtifactError::NotStored(_)
        | ArtifactError::Damaged { .. }
        | ArtifactError::File { .. } => about("it is not a file inside the checkout"),
    })?;
    let mut bytes = Vec::new();
    file.take(REPORT_MOST + 1)
        .read_to_end(&mut bytes)
        .map_err(|why| about(&why.to_string()))?;
    if bytes.len() as u64 > REPORT_MOST {
        return Err(about(&format!("it is larger than {REPORT_MOST} bytes")));
    }
    let text = String::from_utf8_lossy(&bytes);
    report::parse(&text).map_err(|why| about(&printable(why.as_bytes())))
}

/// The report's files by their paths in the repository. A report of which none is there was made
/// somewhere else, and would pass everything: the error is the first of its files.
fn by_path(report: Report, place: &Path) -> Result<BTreeMap<String, Lines>, String> {
    let real = place.canonicalize();
    let tops = [
        place.to_owned(),
        real.unwrap_or_else(|_gone| place.to_owned()),
    ];
    let mut files: BTreeMap<String, Lines> = BTreeMap::new();
    let mut any = false;
    for (name, lines) in report.files {
        let below = report.roots.iter().map(|root| Path::new(root).join(&name));
        let candidates = std::iter::once(PathBuf::from(&name)).chain(below);
        let known = candidates
            .filter_map(|path| in_checkout(&path, &tops))
            .find(|path| place.join(path).is_file());
        any |= known.is_some();
        let path = known.map_or(name, |path| path.to_string_lossy().into_owned());
        let known = files.entry(path).or_default();
        for (line, ran) in lines {
            *known.entry(line).or_insert(false) |= ran;
        }
    }
    match files.keys().next() {
        Some(first) if !any => Err(first.clone()),
        Some(_) | None => Ok(files),
    }
}

/// A path as the repository has it; none for one that leads elsewhere.
fn in_checkout(path: &Path, tops: &[PathBuf]) -> Option<PathBuf> {
    let below = tops.iter().find_map(|top| path.strip_prefix(top).ok());
    let mut plain = PathBuf::new();
    for part in below.unwrap_or(path).components() {
        match part {
            Component::Normal(name) => plain.push(name),
            Component::CurDir => {}
            Component::Prefix(_) | Component::RootDir | Component::ParentDir => return None,
        }
    }
    Some(plain)
}

#[derive(Debug, Default)]
struct Tally {
    covered: u64,
    total: u64,
    missed: BTreeMap<String, Vec<u32>>,
}

fn tally(files: &BTreeMap<String, Lines>, changed: Option<&Changed>) -> Tally {
    let mut tally = Tally::default();
    for (path, lines) in files {
        let ranges = changed.map(|changed| changed.get(path).map_or(&[][..], Vec::as_slice));
        for (line, ran) in lines {
            let counts = ranges.is_none_or(|all| all.iter().any(|range| range.contains(line)));
            if !counts {
                continue;
            }
            tally.total += 1;
            if *ran {
                tally.covered += 1;
            } else {
                tally.missed.entry(path.clone()).or_default().push(*line);
            }
        }
    }
    tally
}

/// `62.5%`, rounded down so that it never looks like more than it is.
fn percent(part: u64, whole: u64) -> String {
    let tenths = part * 1_000 / whole.max(1);
    match tenths % 10 {
        0 => format!("{}%", tenths / 10),
        tenth => format!("{}.{tenth}%", tenths / 10),
    }
}

/// Stretches of lines that are named; what is more is counted.
const NAMED: usize = 12;

/// `src/a.rs 12-19 23, src/b.rs 3`.
fn missed(missed: &BTreeMap<String, Vec<u32>>) -> String {
    let mut left = NAMED;
    let mut unnamed = 0;
    let mut files = Vec::new();
    for (path, lines) in missed {
        let stretches: Vec<&[u32]> = lines.chunk_by(|a, b| a.saturating_add(1) == *b).collect();
        let (named, rest) = stretches.split_at(left.min(stretches.len()));
        left -= named.len();
        unnamed += rest.iter().map(|lines| lines.len()).sum::<usize>();
        if !named.is_empty() {
            let named: Vec<String> = named.iter().map(|lines| stretch(lines)).collect();
            files.push(format!(
                "{} {}",
                printable(path.as_bytes()),
                named.join(" ")
            ));
        }
    }
    let more = match unnamed {
        0 => String::new(),
        n => format!(" and {n} more lines"),
    };
    files.join(", ") + &more
}

fn stretch(lines: &[u32]) -> String {
    match lines {
        [first, .., last] => format!("{first}-{last}"),
        [only] => only.to_string(),
        [] => String::new(),
    }
}

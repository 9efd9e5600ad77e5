//! The commits since a known one, read from a mirror. Fields end with NUL, the one byte that no
//! commit can hold, so nothing in a message can pass for another field.

use crate::{
    executor::{
        GitError,
        git::call::{ANSWER, Call},
    },
    model::{Change, Head, Person, Sha, Time},
};

/// More commits than this in one batch are not looked at one by one: the newest count.
const CHANGES: &str = "500";
/// So many known commits are tried as ancestors, newest first, each by a process of its own.
const KNOWN: usize = 50;
const FIELDS: usize = 8;

/// What `sha` brings beyond the newest known commit that it descends from; only itself when it
/// descends from none.
pub(crate) async fn read(
    mirror: &Call,
    sha: Sha,
    known: &[Sha],
    trailer: &str,
) -> Result<Head, GitError> {
    let base = base(mirror, &sha, known).await?;
    let range = match &base {
        Some(base) => format!("{base}..{sha}"),
        None => sha.to_string(),
    };
    let count = if base.is_some() { CHANGES } else { "1" };
    let format = format!(
        "--format=tformat:%H%x00%an%x00%ae%x00%ct%x00%s%x00%(trailers:key={trailer},valueonly,unfold,separator=%x0A)%x00%(trailers:key=Rollback,valueonly,unfold,separator=%x0A)%x00%B"
    );
    let arguments = [
        "-z",
        "--no-color",
        "--topo-order",
        "--reverse",
        "--max-count",
        count,
        &format,
        "--end-of-options",
        &range,
        "--",
    ];
    let text = mirror
        .ask("log", &arguments, ANSWER)
        .await?
        .expect_success()?;
    let changes = parse(&text).map_err(|why| mirror.error("log", why))?;
    Ok(Head { sha, base, changes })
}

async fn base(mirror: &Call, sha: &Sha, known: &[Sha]) -> Result<Option<Sha>, GitError> {
    for candidate in known.iter().take(KNOWN) {
        let arguments = ["--is-ancestor", candidate.as_str(), sha.as_str()];
        let said = mirror.ask("merge-base", &arguments, ANSWER).await?;
        // 1 says no; 128 says that the commit is not here, as after a rewrite of history.
        if said.code == Some(0) {
            return Ok(Some(candidate.clone()));
        }
    }
    Ok(None)
}

fn parse(text: &[u8]) -> Result<Vec<Change>, String> {
    let mut fields: Vec<&[u8]> = text.split(|byte| *byte == 0).collect();
    if fields.pop().is_some_and(|rest| !rest.is_empty()) || !fields.len().is_multiple_of(FIELDS) {
        return Err("its output is cut off".to_owned());
    }
    fields.chunks_exact(FIELDS).map(change).collect()
}

fn change(fields: &[&[u8]]) -> Result<Change, String> {
    let text = |at: usize| String::from_utf8_lossy(fields[at]).into_owned();
    let seconds: i64 = text(3)
        .parse()
        .map_err(|_no_number| format!("{:?} is not a commit time", text(3)))?;
    Ok(Change {
        sha: text(0).parse()?,
        author: Person {
            name: text(1),
            email: text(2),
        },
        at: Time(seconds.saturating_mul(1000)),
        title: text(4),
        reviewers: text(5)
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(Person::parse)
            .collect(),
        one_way: text(6)
            .lines()
            .any(|line| line.trim().eq_ignore_ascii_case("one-way")),
        reverts: text(7).lines().filter_map(reverted).collect(),
    })
}

/// `This reverts commit 1234….`, as `git revert` writes it.
fn reverted(line: &str) -> Option<Sha> {
    let rest = line.trim().strip_prefix("This reverts commit ")?;
    let end = rest.find(|c: char| !c.is_ascii_hexdigit());
    rest[..end.unwrap_or(rest.len())].parse().ok()
}

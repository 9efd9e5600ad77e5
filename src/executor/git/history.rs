//! The commits since a known one, read from a mirror. Fields end with NUL, the one byte that no
//! commit can hold, so nothing in a message can pass for another field.

use crate::{
    executor::{
        GitError,
        git::call::{ANSWER, Call, Said},
    },
    model::{Change, ChangeSize, Head, Person, Sha, Time},
};
use std::collections::BTreeMap;

/// More commits than this in one batch are not looked at one by one: the newest count.
const CHANGES: &str = "500";
/// So many known commits are tried as ancestors, newest first, each by a process of its own.
const KNOWN: usize = 50;
const FIELDS: usize = 8;
/// So many reverts of one batch are looked up.
const REVERTS: usize = 100;

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
    let commits = parse(&text).map_err(|why| mirror.error("log", why))?;
    let mut sizes = sizes(mirror, count, &range).await;
    let mut changes = Vec::new();
    let mut left = REVERTS;
    for (mut change, named) in commits {
        change.size = sizes.remove(change.sha.as_str());
        for revert in named.into_iter().take(left) {
            left -= 1;
            change.reverts.extend(resolved(mirror, revert).await?);
        }
        changes.push(change);
    }
    Ok(Head {
        source: None,
        sha,
        base,
        changes,
    })
}

/// How much each commit of a range changes. It is nice to know, so what keeps git from saying it keeps
/// no release back.
async fn sizes(mirror: &Call, count: &str, range: &str) -> BTreeMap<String, ChangeSize> {
    // Settings of the repository must not decide what a difference is.
    let arguments = [
        "--shortstat",
        "--format=tformat:%x00%H",
        "--no-color",
        "--no-ext-diff",
        "--no-textconv",
        "--no-renames",
        "--max-count",
        count,
        "--end-of-options",
        range,
        "--",
    ];
    let said = mirror.ask("log", &arguments, ANSWER).await;
    let text = said.and_then(Said::expect_success).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let commits = text.split('\0').filter_map(|commit| {
        let (sha, stat) = commit.split_once('\n')?;
        Some((sha.to_owned(), size(stat)?))
    });
    commits.collect()
}

/// ` 3 files changed, 10 insertions(+), 2 deletions(-)`; what is none is left out.
fn size(stat: &str) -> Option<ChangeSize> {
    let mut size = ChangeSize::default();
    for part in stat.trim().split(", ") {
        let (number, what) = part.split_once(' ')?;
        let number = number.parse().ok()?;
        match what.get(..4)? {
            "file" => size.files = number,
            "inse" => size.added = number,
            "dele" => size.removed = number,
            _ => return None,
        }
    }
    Some(size)
}

/// The commits that a revert takes back. A name that no commit goes by takes back nothing.
async fn resolved(mirror: &Call, revert: Revert) -> Result<Vec<Sha>, GitError> {
    let Some(commit) = named_commit(mirror, &revert.commit).await else {
        return Ok(Vec::new());
    };
    let mut all = vec![commit.clone()];
    if let Some(kept) = &revert.kept
        && let Some(kept) = named_commit(mirror, kept).await
        && mirror.has(&commit).await?
        && mirror.has(&kept).await?
    {
        let range = format!("{kept}..{commit}");
        let arguments = ["--max-count", CHANGES, "--end-of-options", &range, "--"];
        let said = mirror.ask("rev-list", &arguments, ANSWER).await?;
        let text = String::from_utf8_lossy(&said.expect_success()?).into_owned();
        let merged = text.lines().filter_map(|line| line.parse().ok());
        all.extend(merged.filter(|merged| *merged != commit));
    }
    Ok(all)
}

async fn named_commit(mirror: &Call, name: &str) -> Option<Sha> {
    if let Ok(full) = name.parse() {
        return Some(full);
    }
    // One that is unknown or ambiguous names nothing, and a branch may be called like the
    // beginning of a commit's id.
    let found = mirror.commit(name).await.ok();
    found.filter(|sha| sha.as_str().starts_with(name))
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

/// What a message says that it takes back.
#[derive(Debug, PartialEq, Eq)]
struct Revert {
    /// The beginning of a commit's id, in small letters.
    commit: String,
    /// Of a merge: the parent whose side stays.
    kept: Option<String>,
}

fn parse(text: &[u8]) -> Result<Vec<(Change, Vec<Revert>)>, String> {
    let mut fields: Vec<&[u8]> = text.split(|byte| *byte == 0).collect();
    if fields.pop().is_some_and(|rest| !rest.is_empty()) || !fields.len().is_multiple_of(FIELDS) {
        return Err("its output is cut off".to_owned());
    }
    fields.chunks_exact(FIELDS).map(change).collect()
}

fn change(fields: &[&[u8]]) -> Result<(Change, Vec<Revert>), String> {
    let text = |at: usize| String::from_utf8_lossy(fields[at]).into_owned();
    let seconds: i64 = text(3)
        .parse()
        .map_err(|_no_number| format!("{:?} is not a commit time", text(3)))?;
    let change = Change {
        sha: text(0).parse()?,
        source: None,
        author: Person {
            name: text(1),
            email: text(2),
        },
        at: Time(seconds.saturating_mul(1000)),
        title: text(4),
        reviewers: text(5).lines().flat_map(Person::parse_all).collect(),
        one_way: text(6)
            .lines()
            .any(|line| line.trim().eq_ignore_ascii_case("one-way")),
        reverts: Vec::new(),
        size: None,
    };
    Ok((change, reverts(&text(7))))
}

/// `This reverts commit 1234….` and, of a merge, `This reverts commit 1234…, reversing changes made
/// to 5678….`, as `git revert` writes them, wherever their lines are broken.
fn reverts(message: &str) -> Vec<Revert> {
    let mut words = message.split_whitespace();
    let mut found = Vec::new();
    let mut before = ["", ""];
    while let Some(word) = words.next() {
        let says = |text: &str, word: &str| text.eq_ignore_ascii_case(word);
        if says(before[0], "This") && says(before[1], "reverts") && says(word, "commit") {
            let Some(commit) = words.next().and_then(id) else {
                continue;
            };
            let rest: Vec<&str> = words.clone().take(5).collect();
            let kept = match rest.as_slice() {
                ["reversing", "changes", "made", "to", kept] => id(kept),
                _ => None,
            };
            found.push(Revert { commit, kept });
        }
        before = [before[1], word];
    }
    found
}

/// At least seven hex digits, which is the shortest that git itself writes.
fn id(word: &str) -> Option<String> {
    let word = word.trim_end_matches(['.', ',', ';', ')']);
    let hex = word.len() >= 7 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    hex.then(|| word.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_much_a_commit_changes() {
        let of = |files, added, removed| Some(ChangeSize::new(files, added, removed));
        for (stat, expected) in [
            (
                " 3 files changed, 10 insertions(+), 2 deletions(-)\n",
                of(3, 10, 2),
            ),
            (" 1 file changed, 1 insertion(+)\n", of(1, 1, 0)),
            (" 1 file changed, 7 deletions(-)", of(1, 0, 7)),
            ("", None),
            ("fatal: no", None),
            (" 1 file changed, many insertions(+)", None),
        ] {
            assert_eq!(size(stat), expected, "{stat}");
        }
    }

    #[test]
    fn what_a_message_takes_back() {
        for (message, expected) in [
            (
                "Revert \"x\"\n\nThis reverts commit 1234567890.",
                vec!["1234567890"],
            ),
            ("this Reverts Commit ABCDEF0, as it leaks", vec!["abcdef0"]),
            (
                "This reverts commit 1111111,\nreversing\nchanges made to 2222222.",
                vec!["1111111 keeps 2222222"],
            ),
            (
                "This reverts commit 1111111.\nThis reverts commit 2222222.",
                vec!["1111111", "2222222"],
            ),
            ("This reverts\ncommit 1111111", vec!["1111111"]),
            ("This reverts commit 123456.", vec![]),
            ("This reverts commit --output=x", vec![]),
            ("reverts commit 1111111", vec![]),
            ("This reverts commit", vec![]),
        ] {
            let told: Vec<String> = reverts(message)
                .into_iter()
                .map(|r| {
                    r.kept.map_or(r.commit.clone(), |kept| {
                        format!("{} keeps {kept}", r.commit)
                    })
                })
                .collect();
            assert_eq!(told, expected, "{message}");
        }
    }
}

//! Git, through its command line: what a branch's head is, what came since, and a checkout of one
//! commit. Each repository has a bare mirror here; builds never talk to the remote twice.
//!
//! What comes out of a repository is hostile until parsed: no hooks, no prompts, no submodules, no
//! transports but the named ones, names checked before git sees them.

mod call;
mod history;
pub(super) mod names;

use crate::{
    executor::{GitError, coverage::Subject, locks::Locks},
    model::{Digest, Head, Sha, Source},
};
use call::{ANSWER, Call, TRANSFER};
use std::path::{Path, PathBuf};
use tokio::fs;

/// Ends the name of a mirror that is being made.
const UNFINISHED: &str = "new";
/// Ends the name of a checkout that is being made: no source of a release is called so.
const UNFINISHED_CHECKOUT: &str = "..new";

/// The trailer that names reviewers where the definition asks for no review.
const REVIEW_TRAILER: &str = "Reviewed-by";

/// Where a checkout has its objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Objects {
    /// In the mirror, which whoever works in the checkout must be able to read.
    Borrowed,
    /// In itself.
    Copied,
}

#[derive(Debug)]
pub(crate) struct Git {
    mirrors: PathBuf,
    objects: Objects,
    fetching: Locks,
}

impl Git {
    pub(crate) fn new(mirrors: PathBuf, objects: Objects) -> Self {
        Self {
            mirrors,
            objects,
            fetching: Locks::default(),
        }
    }

    /// The branch's head with the commits since the newest known ancestor; none when it is still
    /// the newest known.
    pub(crate) async fn head(
        &self,
        source: &Source,
        known: &[Sha],
    ) -> Result<Option<Head>, GitError> {
        names::repository(&source.repository)?;
        names::branch(&source.branch)?;
        let trailer = source.review.as_ref().map(|rule| rule.trailer.as_str());
        let trailer = trailer.unwrap_or(REVIEW_TRAILER);
        names::trailer(trailer)?;
        let seen = remote_head(source).await?;
        if known.first() == Some(&seen) {
            return Ok(None);
        }
        let _alone = self.fetching.hold(&source.repository).await;
        let mirror = self.mirror(&source.repository, &seen).await?;
        let reference = format!("refs/heads/{}", source.branch);
        fetch(
            &mirror,
            &source.repository,
            &format!("+{reference}:{reference}"),
        )
        .await?;
        // The branch may have moved since it was asked for: what was fetched counts.
        let sha = mirror.commit(&reference).await?;
        if known.first() == Some(&sha) {
            return Ok(None);
        }
        history::read(&mirror, sha, known, trailer).await.map(Some)
    }

    /// Puts a fresh checkout of a commit in a place, removing what is there.
    pub(crate) async fn checkout(
        &self,
        repository: &str,
        sha: &Sha,
        place: &Path,
    ) -> Result<(), GitError> {
        names::repository(repository)?;
        let alone = self.fetching.hold(repository).await;
        let mirror = self.mirror(repository, sha).await?;
        if !mirror.has(sha).await? {
            fetch(&mirror, repository, sha.as_str()).await?;
        }
        // What is being fetched comes and goes under names that a copy would stumble over.
        let _alone = match self.objects {
            Objects::Borrowed => None,
            Objects::Copied => Some(alone),
        };
        place_checkout((&mirror, self.objects), sha, place).await
    }

    /// What a change did to the files, without lines around it.
    pub(crate) async fn changed(&self, subject: &Subject<'_>) -> Result<Vec<u8>, GitError> {
        let (repository, sha) = (subject.repository, subject.sha);
        names::repository(repository)?;
        let _alone = self.fetching.hold(repository).await;
        let mirror = self.mirror(repository, sha).await?;
        let parent = format!("{}^", subject.oldest);
        let before = match subject.base {
            Some(base) => base.clone(),
            None => match mirror.commit(&parent).await {
                Ok(parent) => parent,
                // The first commit of all: every line is new.
                Err(_no_parent) => mirror.empty_tree().await?,
            },
        };
        // Settings of the repository must not decide what a difference looks like.
        let arguments = [
            "--unified=0",
            "--no-color",
            "--no-ext-diff",
            "--no-textconv",
            "--no-renames",
            "--src-prefix=a/",
            "--dst-prefix=b/",
            "--end-of-options",
            before.as_str(),
            sha.as_str(),
            "--",
        ];
        let said = mirror.ask("diff", &arguments, ANSWER).await?;
        said.expect_success()
    }

    /// As [`Git::checkout`], for a commit that some mirror here has already.
    pub(crate) async fn checkout_again(&self, sha: &Sha, place: &Path) -> Result<(), GitError> {
        let unreadable = |source| GitError::File {
            operation: "look for a mirror in",
            path: self.mirrors.clone(),
            source,
        };
        let mut mirrors = fs::read_dir(&self.mirrors).await.map_err(unreadable)?;
        while let Some(entry) = mirrors.next_entry().await.map_err(unreadable)? {
            if entry.path().extension().is_some() {
                continue;
            }
            let mirror = Call::within(entry.path(), "this machine's mirrors");
            if mirror.has(sha).await? {
                return place_checkout((&mirror, self.objects), sha, place).await;
            }
        }
        Err(GitError::Git {
            operation: "checkout",
            repository: "this machine's mirrors".to_owned(),
            why: format!("none of them has the commit {sha}"),
        })
    }

    /// The bare repository that mirrors a remote, made at the first use. Its caller has it alone.
    async fn mirror(&self, repository: &str, example: &Sha) -> Result<Call, GitError> {
        let path = self.mirrors.join(Digest::of(repository.as_bytes()).short());
        if fs::metadata(&path).await.is_err() {
            make_mirror(&path, repository, example).await?;
        }
        Ok(Call::within(path, repository))
    }
}

/// Makes an empty one beside its place first, so that none is half made there.
async fn make_mirror(path: &Path, repository: &str, example: &Sha) -> Result<(), GitError> {
    let failed = |source| GitError::File {
        operation: "make the mirror",
        path: path.to_owned(),
        source,
    };
    let unfinished = path.with_extension(UNFINISHED);
    if fs::symlink_metadata(&unfinished).await.is_ok() {
        fs::remove_dir_all(&unfinished).await.map_err(failed)?;
    }
    let format = match example.as_str().len() {
        64 => "--object-format=sha256",
        _ => "--object-format=sha1",
    };
    let place = unfinished.to_string_lossy();
    let arguments = ["--bare", "--quiet", "--template=", format, "--", &place];
    let call = Call::outside(repository);
    let said = call.ask("init", &arguments, ANSWER).await?;
    said.expect_success()?;
    fs::rename(&unfinished, path).await.map_err(failed)
}

async fn remote_head(source: &Source) -> Result<Sha, GitError> {
    let reference = format!("refs/heads/{}", source.branch);
    let call = Call::outside(&source.repository);
    let arguments = ["--exit-code", "--", &source.repository, &reference];
    let said = call.ask("ls-remote", &arguments, ANSWER).await?;
    let missing = || GitError::NoBranch {
        repository: names::shown(&source.repository),
        branch: source.branch.clone(),
    };
    // 2 is git's word for "no such reference" here.
    if said.code == Some(2) {
        return Err(missing());
    }
    // Git matches the end of a name, so other references may be listed too.
    let lines = said.expect_success()?;
    let lines = String::from_utf8_lossy(&lines).into_owned();
    let found = lines.lines().find_map(|line| {
        let (sha, name) = line.split_once('\t')?;
        (name == reference).then(|| sha.parse().ok()).flatten()
    });
    found.ok_or_else(missing)
}

async fn fetch(mirror: &Call, repository: &str, what: &str) -> Result<(), GitError> {
    mirror.clear_leavings();
    let arguments = [
        "--quiet",
        "--force",
        "--no-write-fetch-head",
        "--no-auto-maintenance",
        "--no-recurse-submodules",
        "--",
        repository,
        what,
    ];
    let said = mirror.ask("fetch", &arguments, TRANSFER).await?;
    said.expect_success().map(|_quiet| ())
}

/// Makes it beside its place first, so that none is half made there.
async fn place_checkout(
    (mirror, objects): (&Call, Objects),
    sha: &Sha,
    place: &Path,
) -> Result<(), GitError> {
    let mut unfinished = place.as_os_str().to_owned();
    unfinished.push(UNFINISHED_CHECKOUT);
    let unfinished = PathBuf::from(unfinished);
    let failed = |operation| {
        move |source| GitError::File {
            operation,
            path: place.to_owned(),
            source,
        }
    };
    for old in [place, &unfinished] {
        if fs::symlink_metadata(old).await.is_ok() {
            fs::remove_dir_all(old)
                .await
                .map_err(failed("remove the old checkout"))?;
        }
    }
    if let Some(parent) = place.parent() {
        fs::create_dir_all(parent)
            .await
            .map_err(failed("make a folder for"))?;
    }
    mirror.clone_to(&unfinished, objects).await?;
    fill(&mirror.at(unfinished.join(".git"), &unfinished), sha).await?;
    fs::rename(&unfinished, place)
        .await
        .map_err(failed("name the checkout"))
}

/// `git checkout` is content with files that it could not write; `git reset` is not.
async fn fill(checkout: &Call, sha: &Sha) -> Result<(), GitError> {
    let detach = ["--no-deref", "HEAD", sha.as_str()];
    let said = checkout.ask("update-ref", &detach, ANSWER).await?;
    said.expect_success()?;
    let said = checkout
        .ask("reset", &["--quiet", "--hard"], TRANSFER)
        .await?;
    said.expect_success().map(|_quiet| ())
}

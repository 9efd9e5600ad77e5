//! Looking at branches of real repositories.

use super::*;
use pilothouse::executor::GitError;
use std::{collections::BTreeSet, path::PathBuf};

async fn look(place: &Place, source: &Source, known: &[Sha]) -> Option<Head> {
    place.executor.head(source, known).await.unwrap()
}

fn titles(head: &Head) -> Vec<&str> {
    head.changes.iter().map(|c| c.title.as_str()).collect()
}

#[tokio::test]
async fn a_branch_as_it_grows() {
    let place = Place::new();
    let repository = Repository::new(place.path("repository"));
    repository.commit("a", "1", "First");
    let one = repository.commit("a", "2", "Second");
    let source = repository.source();

    let head = look(&place, &source, &[]).await.unwrap();
    assert_eq!((&head.sha, &head.base), (&one, &None));
    assert_eq!(titles(&head), ["Second"], "at the first look only the head");
    assert_eq!(
        look(&place, &source, std::slice::from_ref(&one)).await,
        None
    );

    repository.commit("a", "3", "Third");
    let three = repository.commit("a", "4", "Fourth");
    let head = look(&place, &source, std::slice::from_ref(&one))
        .await
        .unwrap();
    assert_eq!((&head.sha, &head.base), (&three, &Some(one)));
    assert_eq!(titles(&head), ["Third", "Fourth"], "oldest first");
    let change = &head.changes[1];
    assert_eq!(change.sha, three);
    assert_eq!(
        (change.author.name.as_str(), change.author.email.as_str()),
        ("Ana Lima", "ana@example.com")
    );
    assert!(change.at.0 > 1_600_000_000_000);
    let size = change.size.unwrap();
    assert_eq!((size.files, size.added, size.removed), (1, 1, 1));
}

#[tokio::test]
async fn history_that_was_rewritten() {
    let place = Place::new();
    let repository = Repository::new(place.path("repository"));
    let one = repository.commit("a", "1", "First");
    let lost = repository.commit("a", "2", "Lost");
    let source = repository.source();
    look(&place, &source, &[]).await.unwrap();
    repository.git(&["reset", "--quiet", "--hard", one.as_str()]);
    let other = repository.commit("a", "3", "Other");

    let head = look(&place, &source, &[lost.clone(), one.clone()])
        .await
        .unwrap();
    assert_eq!((&head.sha, &head.base), (&other, &Some(one.clone())));
    assert_eq!(titles(&head), ["Other"]);

    // Back to an old commit: nothing new, and the head says so.
    repository.git(&["reset", "--quiet", "--hard", one.as_str()]);
    let head = look(&place, &source, &[other, lost.clone(), one.clone()])
        .await
        .unwrap();
    assert_eq!((&head.sha, &head.base), (&one, &Some(one.clone())));
    assert_eq!(titles(&head), Vec::<&str>::new());

    repository.git(&["checkout", "--quiet", "--orphan", "fresh"]);
    repository.git(&["commit", "--quiet", "--allow-empty", "-m", "Unrelated"]);
    repository.git(&["branch", "--force", "main"]);
    let head = look(&place, &source, &[lost, one]).await.unwrap();
    assert_eq!((&head.base, titles(&head)), (&None, vec!["Unrelated"]));
}

#[tokio::test]
async fn reviewers_and_reverts_are_read_from_the_message() {
    let place = Place::new();
    let repository = Repository::new(place.path("repository"));
    let one = repository.commit("a", "1", "First");
    let message = format!(
        "Undo it\u{1f}\u{1e} $(id)\n\nThis reverts commit {one}.\nThis reverts commit 1234567.\n\nReviewed-by: Ben Oak <ben@example.com>\nREVIEWED-BY: Cid\nSigned-off-by: Dan <dan@example.com>"
    );
    repository.commit("a", "2", &message);
    let fake = "Looks fine\n\nReviewed-by: in the body, Eve <eve@example.com>\n\nbut this is the end of it";
    repository.commit("a", "3", fake);
    let mut source = repository.source();
    let head = look(&place, &source, std::slice::from_ref(&one))
        .await
        .unwrap();
    let names = |at: usize| -> Vec<&str> {
        let reviewers = &head.changes[at].reviewers;
        reviewers
            .iter()
            .map(|person| person.name.as_str())
            .collect()
    };
    assert_eq!(names(0), ["Ben Oak", "Cid"]);
    assert_eq!(names(1), Vec::<&str>::new(), "a trailer is at the end");
    assert_eq!(head.changes[0].reverts, std::slice::from_ref(&one));
    assert_eq!(head.changes[0].reviewers[1].login(), "Cid");
    assert_eq!(head.changes[0].title, "Undo it\u{1f}\u{1e} $(id)");

    let rule = |trailer: &str| ReviewRule {
        trailer: trailer.to_owned(),
        not_author: true,
    };
    source.review = Some(rule("Signed-off-by"));
    let head = look(&place, &source, std::slice::from_ref(&one))
        .await
        .unwrap();
    assert_eq!(head.changes[0].reviewers[0].name, "Dan");
    source.review = Some(rule("x),%(trailers"));
    let why = place.executor.head(&source, &[]).await.unwrap_err();
    assert!(matches!(why, GitError::BadTrailer { .. }), "{why}");
}

#[tokio::test]
async fn what_cannot_be_looked_at_says_what_and_where() {
    let place = Place::new();
    let repository = Repository::new(place.path("repository"));
    repository.commit("a", "1", "First");
    let path = repository.0.to_str().unwrap();
    std::fs::write(place.path("file"), "no repository").unwrap();
    let gone = place.path("gone").to_str().unwrap().to_owned();
    let file = place.path("file").to_str().unwrap().to_owned();
    let touch = format!("--upload-pack=touch {}", place.path("ran").display());
    let ext = format!("ext::sh -c touch% {}", place.path("ran").display());
    for (repository, branch, words) in [
        (gone.as_str(), "main", vec!["git ls-remote", "gone"]),
        (&file, "main", vec!["git ls-remote", "file"]),
        (
            "https://bot:s3cret@127.0.0.1:1/a.git",
            "main",
            vec!["git ls-remote", "https://127.0.0.1:1/a.git"],
        ),
        (path, "absent", vec!["has no branch absent"]),
        (path, "ain", vec!["has no branch ain"]),
        (path, "--all", vec!["is not a branch name"]),
        (path, "-upload-pack=x", vec!["is not a branch name"]),
        (path, "main:evil", vec!["is not a branch name"]),
        (path, "*", vec!["is not a branch name"]),
        (&touch, "main", vec!["is not a repository"]),
        (&ext, "main", vec!["is not a repository"]),
    ] {
        let why = place.executor.head(&source(repository, branch), &[]).await;
        let why = why.unwrap_err().to_string();
        for word in words {
            assert!(why.contains(word), "{repository} {branch}: {why}");
        }
        assert!(!why.contains("s3cret"), "{why}");
    }
    assert!(!place.path("ran").exists());
}

#[tokio::test]
async fn what_a_killed_git_left_is_no_obstacle_and_takes_no_room() {
    let place = Place::new();
    let repository = Repository::new(place.path("repository"));
    let one = repository.commit("a", "1", "First");
    look(&place, &repository.source(), &[]).await.unwrap();
    let mirror = mirror(&place);
    std::fs::write(mirror.join("refs/heads/main.lock"), "").unwrap();
    std::fs::write(mirror.join("packed-refs.lock"), "").unwrap();
    let half = mirror.join("objects/pack/tmp_pack_a1B2c3");
    std::fs::create_dir_all(half.parent().unwrap()).unwrap();
    std::fs::write(&half, "half a pack").unwrap();
    repository.commit("a", "2", "Second");
    let head = look(&place, &repository.source(), &[one]).await.unwrap();
    assert_eq!(titles(&head), ["Second"]);
    assert!(!half.exists());
}

/// The only one there is.
fn mirror(place: &Place) -> PathBuf {
    let mut all = std::fs::read_dir(place.path("state/git")).unwrap();
    all.next().unwrap().unwrap().path()
}

#[tokio::test]
async fn a_mirror_that_was_half_made_is_made_anew() {
    let place = Place::new();
    let repository = Repository::new(place.path("repository"));
    repository.commit("a", "1", "First");
    look(&place, &repository.source(), &[]).await.unwrap();
    let whole = mirror(&place);
    std::fs::remove_dir_all(&whole).unwrap();
    let half = whole.with_extension("new");
    std::fs::create_dir(&half).unwrap();
    std::fs::write(half.join("HEAD"), "ref: refs/heads/main\n").unwrap();
    std::fs::write(half.join("config.lock"), "").unwrap();
    let head = look(&place, &repository.source(), &[]).await.unwrap();
    assert_eq!(titles(&head), ["First"]);
    assert!(whole.exists() && !half.exists());
}

#[tokio::test]
async fn a_revert_is_known_by_a_short_name_and_by_the_merge_it_takes_back() {
    let place = Place::new();
    let repository = Repository::new(place.path("repository"));
    let root = repository.commit("a", "1", "First");
    let bad = repository.commit("a", "2", "Bad");
    repository.git(&["checkout", "--quiet", "-b", "side"]);
    let (two, three) = (
        repository.commit("b", "1", "Two"),
        repository.commit("b", "2", "Three"),
    );
    repository.git(&["checkout", "--quiet", "main"]);
    let kept = repository.commit("c", "1", "Kept");
    repository.git(&["merge", "--quiet", "--no-edit", "side"]);
    let merge: Sha = repository.git(&["rev-parse", "HEAD"]).parse().unwrap();
    // Nothing is reverted by a branch that is called like a commit.
    repository.git(&["branch", "deadbee"]);
    let short = format!(
        "Undo\n\nThis reverts commit {}, it leaks.\nThis reverts commit deadbee.",
        &bad.as_str()[..9]
    );
    repository.commit("a", "3", &short);
    repository.git(&["revert", "--no-edit", "--mainline", "1", merge.as_str()]);

    let head = look(&place, &repository.source(), std::slice::from_ref(&root)).await;
    let changes = head.unwrap().changes;
    let reverts = |title: &str| {
        let change = changes
            .iter()
            .find(|change| change.title.starts_with(title));
        change
            .unwrap()
            .reverts
            .iter()
            .cloned()
            .collect::<BTreeSet<_>>()
    };
    assert_eq!(reverts("Undo"), BTreeSet::from([bad]));
    assert_eq!(reverts("Revert"), BTreeSet::from([merge, two, three]));
    assert_eq!(reverts("Kept"), BTreeSet::new());
    assert!(changes.iter().any(|change| change.sha == kept));
}

#[tokio::test]
async fn a_branch_that_is_gone_says_so_and_old_commits_stay() {
    let place = Place::new();
    let repository = Repository::new(place.path("repository"));
    let one = repository.commit("app", "one", "First");
    let two = repository.commit("app", "two", "Second");
    let source = repository.source();
    look(&place, &source, &[]).await.unwrap();
    repository.git(&["checkout", "--quiet", "--orphan", "other"]);
    repository.commit("app", "other", "Other");
    repository.git(&["branch", "-D", "main"]);
    // A tag may be called like the branch, and is not it.
    repository.git(&["tag", "main"]);
    let why = place.executor.head(&source, &[]).await.unwrap_err();
    assert!(matches!(why, GitError::NoBranch { .. }), "{why}");

    repository.git(&["branch", "main"]);
    let head = look(&place, &source, &[two.clone(), one.clone()])
        .await
        .unwrap();
    assert_eq!((&head.base, titles(&head)), (&None, vec!["Other"]));

    // Both branches and tags have moved; what was released still builds as what it was.
    for (sha, content) in [(one, "one"), (two, "two")] {
        let effect = Effect::Build {
            release: ReleaseId(3),
            repository: repository.0.to_str().unwrap().to_owned(),
            sha: sha.clone(),
            also: Vec::new(),
            run: Run::Shell("git rev-parse HEAD".to_owned()),
            artifact: "app".to_owned(),
            timeout: Span::seconds(20),
        };
        let StepResult::Succeeded { artifact, .. } = place.run(&owed("b-1", effect)).await else {
            panic!("{}", String::from_utf8_lossy(&place.log("b-1")));
        };
        assert_eq!(artifact.unwrap().digest, Digest::of(content.as_bytes()));
        let log = String::from_utf8(place.log("b-1")).unwrap();
        assert!(log.contains(sha.as_str()), "{log}");
    }
}

#[tokio::test]
async fn a_commit_may_say_that_it_cannot_be_taken_back() {
    let place = Place::new();
    let repository = Repository::new(place.path("repository"));
    let first = repository.commit("a", "1", "First");
    repository.commit("a", "2", "New ledger format\n\nRollback: One-Way\n");
    repository.commit(
        "a",
        "3",
        "Words only\n\nRollback: one-way is what this is not\n\nbecause",
    );
    repository.commit("a", "4", "Harmless\n\nRollback: both-ways\n");
    let head = look(&place, &repository.source(), &[first]).await.unwrap();
    let said: Vec<bool> = head.changes.iter().map(|c| c.one_way).collect();
    assert_eq!(said, [true, false, false]);
}

/// Settings of the mirror, however they got there, cannot lead git to another way of transport.
#[tokio::test]
async fn git_speaks_no_protocol_that_a_definition_may_not_name() {
    let place = Place::new();
    let repository = Repository::new(place.path("repository"));
    repository.commit("a", "1", "First");
    let source = repository.source();
    look(&place, &source, &[]).await.unwrap();
    let mirror = std::fs::read_dir(place.path("state/git")).unwrap();
    let mirror = mirror
        .flatten()
        .find(|entry| entry.path().join("config").exists());
    let config = mirror.unwrap().path().join("config");
    let own = read(&config);
    let elsewhere = format!(
        "[url \"fd::7\"]\n\tinsteadOf = {}\n[protocol]\n\tallow = always\n",
        repository.0.display()
    );
    std::fs::write(&config, own + &elsewhere).unwrap();
    repository.commit("a", "2", "Second");
    let said = place.executor.head(&source, &[]).await.unwrap_err();
    let said = said.to_string();
    assert!(said.contains("transport 'fd' not allowed"), "{said}");
}

#[tokio::test]
async fn nothing_that_a_repository_brings_runs_before_the_build() {
    let place = Place::new();
    let other = Repository::new(place.path("other"));
    other.commit("a", "1", "Other");
    let repository = Repository::new(place.path("repository"));
    let ran = place.path("ran");
    let touch = format!("touch {}", ran.display());
    let modules = format!(
        "[submodule \"sub\"]\n\tpath = sub\n\turl = {}\n\tupdate = !{touch}\n\tfetchRecurseSubmodules = true\n",
        other.0.display()
    );
    repository.commit(
        ".gitmodules",
        &modules,
        "A submodule that would run a command",
    );
    let link = other.git(&["rev-parse", "HEAD"]);
    repository.git(&[
        "update-index",
        "--add",
        "--cacheinfo",
        &format!("160000,{link},sub"),
    ]);
    repository.git(&["commit", "--quiet", "-m", "Link"]);
    std::fs::create_dir(repository.0.join("sub")).unwrap();
    repository.commit(
        ".gitattributes",
        "* filter=evil diff=evil\n",
        "A filter of ours that nobody else has",
    );
    // What stands in the remote's own settings is the remote's.
    for (key, value) in [
        ("core.fsmonitor", &touch),
        ("filter.evil.smudge", &touch),
        ("diff.evil.textconv", &touch),
    ] {
        repository.git(&["config", key, value]);
    }
    let head = look(&place, &repository.source(), &[]).await.unwrap();
    let effect = Effect::Build {
        release: ReleaseId(3),
        repository: repository.0.to_str().unwrap().to_owned(),
        sha: head.sha,
        also: Vec::new(),
        run: Run::Shell("ls -A sub; git config --list --local".to_owned()),
        artifact: ".gitattributes".to_owned(),
        timeout: Span::seconds(20),
    };
    let result = place.run(&owed("b-1", effect)).await;
    assert_eq!(told(&result).0, "succeeded", "{result:?}");
    let log = String::from_utf8(place.log("b-1")).unwrap();
    assert!(!log.contains("evil") && !log.contains(".git\n"), "{log}");
    // Git itself looks at a repository on this machine with the remote's settings: reading runs none.
    assert!(!ran.exists());
}

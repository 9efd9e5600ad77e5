//! Builds of exactly one commit, and what may be an artifact.

use super::*;

fn build(repository: &str, sha: &Sha, run: &str, artifact: &str) -> Effect {
    Effect::Build {
        release: ReleaseId(3),
        repository: repository.to_owned(),
        sha: sha.clone(),
        also: Vec::new(),
        run: Run::Shell(run.to_owned()),
        artifact: artifact.to_owned(),
        timeout: Span::seconds(20),
    }
}

#[tokio::test]
async fn a_build_is_of_its_commit_and_its_artifact_is_kept() {
    let place = Place::new();
    let repository = Repository::new(place.path("repository"));
    let first = repository.commit("app", "one", "First");
    repository.commit("app", "two", "Second");
    let url = format!("file://{}", repository.0.display());
    let run = "git describe --always HEAD && mkdir -p dist && cat app > dist/app.pack";
    let step = owed("b-1", build(&url, &first, run, "dist/app.pack"));
    for _again in 0..2 {
        let StepResult::Succeeded { artifact, .. } = place.run(&step).await else {
            panic!("{}", String::from_utf8_lossy(&place.log("b-1")));
        };
        let artifact = artifact.unwrap();
        assert_eq!(artifact.digest, Digest::of(b"one"));
        assert_eq!((artifact.bytes, artifact.file.as_str()), (3, "app.pack"));
        let stored = place.path("state/artifacts").join(artifact.digest.as_str());
        assert_eq!(read(&stored), "one");
        assert!(std::fs::metadata(stored).unwrap().permissions().readonly());
    }

    let check = Effect::Check {
        release: ReleaseId(3),
        sha: first.clone(),
        also: Vec::new(),
        gate: 0,
        name: "unit".to_owned(),
        run: Run::Shell("test $(cat app) = one && cat dist/app.pack".to_owned()),
        timeout: Span::seconds(20),
    };
    let check = owed("c-1", check);
    assert_eq!(told(&place.run(&check).await), ("succeeded", ""));
    std::fs::remove_dir_all(place.path("state/workspaces")).unwrap();
    let again = place.run(&check).await;
    let log = String::from_utf8(place.log("c-1")).unwrap();
    assert!(told(&again).1.contains("dist/app.pack"), "{again:?}");
    assert!(
        log.contains("the checkout of r3 is gone: made again"),
        "{log}"
    );
}

#[tokio::test]
async fn a_checkout_that_could_not_be_made_whole_is_not_used() {
    let place = Place::new();
    let repository = Repository::new(place.path("repository"));
    repository.commit("app", "one", "First");
    let sha = repository.commit("other", "two", "Second");
    let url = repository.0.to_str().unwrap();
    let built = place
        .run(&owed("b-1", build(url, &sha, "true", "app")))
        .await;
    assert_eq!(told(&built).0, "succeeded", "{built:?}");
    std::fs::remove_dir_all(place.path("state/workspaces")).unwrap();
    let check = Effect::Check {
        release: ReleaseId(3),
        sha: sha.clone(),
        also: Vec::new(),
        gate: 0,
        name: "unit".to_owned(),
        run: Run::Shell("test $(cat other) = two".to_owned()),
        timeout: Span::seconds(20),
    };
    let check = owed("c-1", check);
    let blob = repository.git(&["rev-parse", "HEAD:other"]);
    let mirrors = std::fs::read_dir(place.path("state/git")).unwrap();
    let mirror = mirrors.map(|entry| entry.unwrap().path()).next().unwrap();
    let object = mirror.join("objects").join(&blob[..2]).join(&blob[2..]);
    std::fs::rename(&object, place.path("lost")).unwrap();
    let result = place.run(&check).await;
    assert_eq!(told(&result).0, "infrastructure", "{result:?}");
    assert!(told(&result).1.contains(&blob), "{result:?}");
    std::fs::rename(place.path("lost"), &object).unwrap();
    assert_eq!(told(&place.run(&check).await), ("succeeded", ""));
}

#[tokio::test]
async fn what_may_not_be_an_artifact() {
    let place = Place::new();
    let repository = Repository::new(place.path("repository"));
    let sha = repository.commit("app", "one", "First");
    let url = repository.0.to_str().unwrap();
    std::fs::write(place.path("secret"), "secret").unwrap();
    let secret = place.path("secret");
    let outside = "is not a file inside the checkout";
    for (run, artifact, words) in [
        ("true", "dist/app", "build left no dist/app"),
        ("true", "../../../../secret", outside),
        ("true", secret.to_str().unwrap(), outside),
        ("ln -s ../../../../secret out", "out", outside),
        ("ln -s ../../../.. up", "up/secret", outside),
        ("mkdir out", "out", outside),
        ("mkfifo out", "out", outside),
        ("true", "", outside),
        ("exit 4", "app", "exit 4"),
    ] {
        let result = place
            .run(&owed("b-1", build(url, &sha, run, artifact)))
            .await;
        let (kind, why) = told(&result);
        assert_eq!(kind, "failed", "{run} and {artifact}: {why}");
        assert!(why.contains(words), "{run} and {artifact}: {why}");
    }
    assert_eq!(
        std::fs::read_dir(place.path("state/artifacts"))
            .unwrap()
            .count(),
        0
    );
}

#[tokio::test]
async fn a_commit_that_is_nowhere_is_trouble_of_the_machinery() {
    let place = Place::new();
    let repository = Repository::new(place.path("repository"));
    repository.commit("app", "one", "First");
    let nowhere: Sha = "1234567890".repeat(4).parse().unwrap();
    let effect = build(repository.0.to_str().unwrap(), &nowhere, "true", "app");
    let result = place.run(&owed("b-1", effect)).await;
    let (kind, why) = told(&result);
    assert_eq!(kind, "infrastructure");
    assert!(
        why.starts_with("git fetch ") && why.contains(nowhere.as_str()),
        "{why}"
    );
}

#[tokio::test]
async fn hooks_of_this_machine_do_not_run_in_a_checkout() {
    let place = Place::new();
    let repository = Repository::new(place.path("repository"));
    let sha = repository.commit(".gitattributes", "* text", "First");
    std::fs::write(
        repository.0.join(".git/hooks/post-checkout"),
        format!("#!/bin/sh\ntouch {}", place.path("ran").display()),
    )
    .unwrap();
    let effect = build(
        repository.0.to_str().unwrap(),
        &sha,
        "cp .gitattributes out",
        "out",
    );
    let result = place.run(&owed("b-1", effect)).await;
    assert_eq!(told(&result), ("succeeded", ""));
    assert!(!place.path("ran").exists());
}

#[tokio::test]
async fn other_sources_are_checked_out_beside_the_build() {
    let place = Place::new();
    let app = Repository::new(place.path("app"));
    let sha = app.commit("app", "app", "App");
    let config = Repository::new(place.path("config"));
    let old = config.commit("config", "old", "Old");
    config.commit("config", "new", "New");
    let pin = Pin {
        name: SourceName::parse("shared-config").unwrap(),
        repository: config.0.to_str().unwrap().to_owned(),
        sha: old.clone(),
    };
    let see = "test $PILOTHOUSE_SOURCE_SHARED_CONFIG_COMMIT = $(git -C $PILOTHOUSE_SOURCE_SHARED_CONFIG rev-parse HEAD)";
    let url = app.0.to_str().unwrap();
    let run = format!(
        "{see} && cat app $PILOTHOUSE_SOURCE_SHARED_CONFIG/config > out && touch $PILOTHOUSE_SOURCE_SHARED_CONFIG/left"
    );
    let mut effect = build(url, &sha, &run, "out");
    if let Effect::Build { also, .. } = &mut effect {
        also.push(pin.clone());
    }
    let StepResult::Succeeded { artifact, .. } = place.run(&owed("b-1", effect)).await else {
        panic!("{}", String::from_utf8_lossy(&place.log("b-1")));
    };
    assert_eq!(artifact.unwrap().digest, Digest::of(b"appold"));

    let check = |run: &str| Effect::Check {
        release: ReleaseId(3),
        sha: sha.clone(),
        also: vec![pin.clone()],
        gate: 0,
        name: "unit".to_owned(),
        run: Run::Shell(run.to_owned()),
        timeout: Span::seconds(20),
    };
    let beside = place.path("state/workspaces/checkout/r3.shared-config");
    let left = check("test -e $PILOTHOUSE_SOURCE_SHARED_CONFIG/left");
    assert_eq!(
        told(&place.run(&owed("c-1", left)).await),
        ("succeeded", "")
    );
    std::fs::remove_dir_all(&beside).unwrap();
    let again = check(&format!(
        "{see} && ! test -e $PILOTHOUSE_SOURCE_SHARED_CONFIG/left"
    ));
    assert_eq!(
        told(&place.run(&owed("c-2", again)).await),
        ("succeeded", "")
    );

    // With an old main checkout those beside it go too.
    let mut later = build(url, &sha, "true", "app");
    if let Effect::Build { release, .. } = &mut later {
        *release = ReleaseId(6);
    }
    assert!(beside.exists());
    assert_eq!(
        told(&place.run(&owed("b-2", later)).await),
        ("succeeded", "")
    );
    assert!(!beside.exists());
}

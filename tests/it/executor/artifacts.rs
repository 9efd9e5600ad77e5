//! What may reach a target: only the bytes that this server built, signed as what they are deployed
//! as. Everything else is trouble of the machinery and touches nothing.

use super::*;
use pilothouse::executor::ExecutorError;
use std::os::unix::fs::PermissionsExt;

/// Damages something about a deployment or its stored artifact.
type Damage = fn(&Place, &mut Deployment, &Path);

const DAMAGES: [(&str, &str, Damage); 10] = [
    (
        "a flipped bit",
        "is damaged or was exchanged",
        |_, _, stored| {
            let mut bytes = std::fs::read(stored).unwrap();
            bytes[3] ^= 1;
            std::fs::write(stored, bytes).unwrap();
        },
    ),
    (
        "other bytes",
        "restore the file from a backup",
        |_, _, stored| {
            std::fs::write(stored, b"something else").unwrap();
        },
    ),
    ("cut off", "is damaged or was exchanged", |_, _, stored| {
        std::fs::write(stored, b"artifac").unwrap();
    }),
    ("no file", "is gone: restore the file", |_, _, stored| {
        std::fs::remove_file(stored).unwrap();
    }),
    ("a folder", "cannot read the artifact", |_, _, stored| {
        std::fs::remove_file(stored).unwrap();
        std::fs::create_dir(stored).unwrap();
    }),
    (
        "another artifact of this server",
        "is not of the key",
        |place, step, _| {
            let other = Digest::of(b"other");
            std::fs::write(place.path("state/artifacts").join(other.as_str()), b"other").unwrap();
            step.artifact = other;
        },
    ),
    (
        "the artifact of another release",
        "is not of the key",
        |_, step, _| {
            step.release = ReleaseId(4);
        },
    ),
    ("of another commit", "is not of the key", |_, step, _| {
        step.commit = Some("abcdef0123".repeat(4).parse().unwrap());
    }),
    (
        "no signature",
        "is not signed by this server",
        |_, step, _| step.signature = None,
    ),
    ("a signature of zeros", "is not of the key", |_, step, _| {
        step.signature = Some("0".repeat(128).parse().unwrap());
    }),
];

#[tokio::test]
async fn what_was_tampered_with_never_reaches_a_target() {
    for (what, words, damage) in DAMAGES {
        let place = Place::new();
        let mut step = place.deployment("h1", "touch deployed", None);
        let stored = place.path("state/artifacts").join(step.artifact.as_str());
        damage(&place, &mut step, &stored);
        let result = place.run(&owed("d-1", Effect::Deploy(step))).await;
        let (kind, why) = told(&result);
        assert_eq!(kind, "infrastructure", "{what}: {why}");
        assert!(why.contains(words), "{what}: {why}");
        assert!(!place.path("deployed").exists(), "{what}");
    }
}

#[tokio::test]
async fn an_artifact_of_one_pipeline_is_none_of_another() {
    let place = Place::new();
    let step = owed(
        "d-1",
        Effect::Deploy(place.deployment("h1", "touch deployed", None)),
    );
    let other = PipelineName::parse("checkout-os").unwrap();
    let result = place.executor.run(&other, &step).await;
    assert_eq!(told(&result).0, "infrastructure");
    assert!(!place.path("deployed").exists());
}

#[tokio::test]
async fn a_build_is_signed_and_deploys_after_a_restart_but_not_under_another_key() {
    let place = Place::new();
    let repository = Repository::new(place.path("repository"));
    let sha = repository.commit("app", "one", "First");
    let build = Effect::Build {
        release: ReleaseId(3),
        repository: repository.0.to_str().unwrap().to_owned(),
        sha: sha.clone(),
        also: Vec::new(),
        run: Run::Shell("true".to_owned()),
        artifact: "app".to_owned(),
        timeout: Span::seconds(20),
    };
    let StepResult::Succeeded { artifact, .. } = place.run(&owed("b-1", build)).await else {
        panic!("{}", String::from_utf8_lossy(&place.log("b-1")));
    };
    let artifact = artifact.unwrap();
    let mut step = place.deployment("h1", "cat $PILOTHOUSE_ARTIFACT >> deployed", None);
    (step.artifact, step.commit) = (artifact.digest, Some(sha));
    step.signature = artifact.signature;
    let step = owed("d-1", Effect::Deploy(step));

    let key = place.path("state/signing-key");
    let mode = std::fs::metadata(&key).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = Executor::open(
        &place.path("state"),
        0,
        (&program(), &Confinement::default()),
        [],
    )
    .unwrap();
    assert_eq!(
        told(&again.run(&pipeline(), &step).await),
        ("succeeded", "")
    );

    std::fs::remove_file(&key).unwrap();
    let other = Executor::open(
        &place.path("state"),
        0,
        (&program(), &Confinement::default()),
        [],
    )
    .unwrap();
    let result = other.run(&pipeline(), &step).await;
    let (kind, why) = told(&result);
    assert_eq!(kind, "infrastructure");
    assert!(
        why.contains("put back the key") && why.contains("signing-key"),
        "{why}"
    );
    assert_eq!(read(&place.path("deployed")), "one");
}

#[test]
fn a_key_that_is_not_a_secret_key_is_refused() {
    let hex = "0123456789abcdef".repeat(4);
    for (text, mode, words) in [
        (hex.as_str(), 0o644, "can be read by others"),
        (&hex, 0o620, "can be read by others"),
        ("", 0o600, "does not hold 64 hex digits"),
        (&hex[1..], 0o600, "does not hold 64 hex digits"),
        (&hex.replace('a', "+"), 0o600, "does not hold 64 hex digits"),
        (&hex.repeat(9), 0o600, "does not hold 64 hex digits"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let key = folder.path().join("signing-key");
        std::fs::write(&key, text).unwrap();
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(mode)).unwrap();
        let refused = Executor::open(folder.path(), 0, (&program(), &Confinement::default()), [])
            .unwrap_err();
        assert!(
            matches!(refused, ExecutorError::Key { .. }),
            "{text} {mode:o}"
        );
        let why = refused.to_string();
        assert!(why.contains(words) && why.contains("signing-key"), "{why}");
    }
}

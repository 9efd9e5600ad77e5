//! Secrets reach the command that is given them, and nothing that is kept.

use super::*;

const VALUE: &str = "tr0ub4dor&3/x";

fn given(text: &str, secrets: &[(&str, Option<&Path>)]) -> Run {
    let secrets = secrets.iter().map(|(name, file)| Secret {
        name: SecretName::parse(name).unwrap(),
        file: file.map(|path| path.to_str().unwrap().to_owned()),
    });
    Run::With {
        limits: Limits::default(),
        run: Box::new(Run::Shell(text.to_owned())),
        secrets: secrets.collect(),
    }
}

/// Whatever a step leaves in its folder and says of itself.
fn kept(place: &Place, id: &str, result: &StepResult) -> String {
    let mut kept = format!("{result:?}\n");
    for entry in std::fs::read_dir(place.path("state/steps").join(id)).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        kept.push_str(&String::from_utf8_lossy(&bytes));
    }
    kept
}

#[tokio::test]
async fn a_secret_is_in_the_environment_and_in_no_log_however_it_is_printed() {
    let place = Place::new();
    let file = place.path("token");
    std::fs::write(&file, format!("{VALUE}\n")).unwrap();
    let cases = [
        (
            "printf '%s' \"$TOKEN\" > seen; echo it is $TOKEN.",
            "it is ***.\n",
        ),
        // Byte by byte, each in a write of its own.
        (
            "i=1; while [ $i -le ${#TOKEN} ]; do printf '%s' \"$(printf '%s' \"$TOKEN\" | cut -c$i)\"; sleep 0.005; i=$((i+1)); done; echo",
            "\n***\n",
        ),
        ("printf '%s' \"$TOKEN\" | fold -w 5; echo", "\n***\n"),
        ("printf '%s' \"$TOKEN\" | base64", "\n***"),
        ("printf 'user:%s' \"$TOKEN\" | base64", "dXNlcjp"),
        (
            "echo 'https://x/?t=tr0ub4dor%263%2Fx'",
            "https://x/?t=***\n",
        ),
        (
            "echo '{\"t\":\"tr0ub4dor\\u00263\\/x\"}'; echo '{\"t\":\"tr0ub4dor&3\\/x\"}'",
            "{\"t\":\"***\"}\n",
        ),
        (
            "echo \"$TOKEN\" >&2; echo oops $TOKEN; exit 3",
            "oops ***\n",
        ),
        // What never came to its end is no secret, and is not lost.
        ("printf 'tr0ub4'", "\ntr0ub4"),
    ];
    for (number, (text, seen)) in cases.into_iter().enumerate() {
        let id = format!("secret-{number}");
        let run = given(text, &[("TOKEN", Some(&file))]);
        let result = place
            .run(&place.test_step(&id, run, Span::seconds(20)))
            .await;
        let kept = kept(&place, &id, &result);
        assert!(kept.contains(seen), "{text}: {kept}");
        let log = String::from_utf8(place.log(&id)).unwrap();
        let printed = log.split_once('\n').unwrap().1;
        for part in [VALUE, "dor&3", "dHIwdWI0ZG9y", "0cjB1YjRkb3", "%263%2F"] {
            assert!(!printed.contains(part), "{text}: {part} in {printed}");
            assert!(!format!("{result:?}").contains(part), "{text}: {result:?}");
        }
    }
    assert_eq!(read(&place.path("seen")), VALUE);
}

#[tokio::test]
async fn a_secret_may_be_a_variable_of_the_server_and_no_other_step_has_it() {
    let place = Place::new();
    // Tests are run with this one set.
    let name = "CARGO_MANIFEST_DIR";
    let run = given(
        &format!("printf '%s' \"${name}\" > seen; echo ${name}"),
        &[(name, None)],
    );
    let result = place
        .run(&place.test_step("env-1", run, Span::seconds(20)))
        .await;
    assert_eq!(told(&result).0, "succeeded");
    assert_eq!(read(&place.path("seen")), std::env::var(name).unwrap());
    assert!(
        String::from_utf8(place.log("env-1"))
            .unwrap()
            .ends_with("\n***\n")
    );
    let text = format!("test -z \"${name}\"");
    assert_eq!(told(&place.shell("env-2", &text).await).0, "succeeded");
}

#[tokio::test]
async fn a_secret_that_cannot_be_had_or_masked_starts_nothing() {
    let place = Place::new();
    let write = |name: &str, text: &str| {
        std::fs::write(place.path(name), text).unwrap();
        place.path(name)
    };
    let (short, lines) = (write("short", "abc\n"), write("lines", "abcd\nefgh\n"));
    let gone = place.path("gone");
    for (file, words) in [
        (Some(&short), "the secret TOKEN has less than 4 characters"),
        (Some(&lines), "must be one line"),
        (Some(&gone), "gone: No such file"),
        (None, "TOKEN is not in the environment of the server"),
    ] {
        let run = given("touch ran", &[("TOKEN", file.map(PathBuf::as_path))]);
        let result = place
            .run(&place.test_step("no-1", run, Span::seconds(20)))
            .await;
        let (kind, why) = told(&result);
        assert_eq!(kind, "infrastructure");
        assert!(why.contains(words), "{why}");
        assert!(!why.contains("abc"), "{why}");
    }
    assert!(!place.path("ran").exists());
}

//! The other sources of alarms: JSON documents, commands, and what all of those over HTTP share:
//! logins. Answers that are none are in `faults`.

use super::{Metrics, alarm_on, read, server, watch};
use pilothouse::model::*;
use std::{fs, os::unix::fs::PermissionsExt};

fn json(url: &str, pointer: &str) -> AlarmSource {
    AlarmSource::Json(Json {
        server: server(url),
        pointer: pointer.to_owned(),
        limit: "0.8".parse().unwrap(),
        points: Some("/seen".to_owned()),
    })
}

/// A reading in one line.
fn said(reading: &Reading) -> String {
    let value = reading.value.map_or_else(String::new, |v| format!(" {v}"));
    match reading.level {
        AlarmLevel::Ok => format!("ok{value}"),
        AlarmLevel::Firing => format!("FIRING{value}"),
        AlarmLevel::NoData => format!("? {}", reading.why),
    }
}

#[tokio::test]
async fn a_number_in_a_document() {
    let (page, url) = Metrics::start().await;
    for (pointer, document, expected) in [
        ("/a/b", r#"{"a":{"b":0.8},"seen":1}"#, "ok 0.8"),
        ("/a/1", r#"{"a":[0,0.81],"seen":1}"#, "FIRING 0.81"),
        ("/a~1b", r#"{"a/b":"3","seen":1}"#, "FIRING 3"),
        ("/bad", r#"{"bad":true,"seen":1}"#, "FIRING 1"),
        ("/bad", r#"{"bad":false,"seen":1}"#, "ok 0"),
        (
            "/bad",
            r#"{"bad":null,"seen":1}"#,
            "? URL: /bad is no number",
        ),
        (
            "/bad",
            r#"{"bad":"NaN","seen":1}"#,
            "? URL: /bad is no number",
        ),
        ("/bad", r#"{"seen":1}"#, "? URL: has nothing at /bad"),
        (
            "/bad",
            r#"{"bad":1,"seen":-1}"#,
            "? URL: /seen is no value of a counter",
        ),
        ("/bad", r#"{"bad":1}"#, "? URL: has nothing at /seen"),
    ] {
        page.say(200, document);
        let reading = read(&mut watch(&[alarm_on(json(&url, pointer))])).await;
        assert_eq!(said(&reading).replace(&url, "URL"), expected, "{document}");
    }
}

#[tokio::test]
async fn a_number_that_must_not_fall_low() {
    let (page, url) = Metrics::start().await;
    for (document, expected) in [
        (r#"{"bad":0.8,"seen":1}"#, "ok 0.8"),
        (r#"{"bad":9,"seen":1}"#, "ok 9"),
        (r#"{"bad":0.79,"seen":1}"#, "FIRING 0.79"),
        (r#"{"bad":-1,"seen":1}"#, "FIRING 0"),
        (r#"{"bad":"inf","seen":1}"#, "? URL: /bad is no number"),
    ] {
        page.say(200, document);
        let AlarmSource::Json(mut source) = json(&url, "/bad") else {
            panic!("it is a JSON source");
        };
        source.limit = source.limit.bad_when(Bad::Low);
        let reading = read(&mut watch(&[alarm_on(AlarmSource::Json(source))])).await;
        assert_eq!(said(&reading).replace(&url, "URL"), expected, "{document}");
    }
}

#[tokio::test]
async fn a_counter_in_a_document_counts_the_points_of_a_bake() {
    let (page, url) = Metrics::start().await;
    let mut watch = watch(&[alarm_on(json(&url, "/bad"))]);
    let mut points = Vec::new();
    for seen in [Some(5), Some(12), None, Some(100), Some(101), Some(3)] {
        match seen {
            Some(seen) => page.say(200, format!(r#"{{"bad":0,"seen":{seen}}}"#)),
            None => page.say(500, ""),
        }
        points.push(read(&mut watch).await.points);
    }
    // Nothing at first nor right after a silence; a counter that starts again counts from zero.
    assert_eq!(points, [0, 7, 0, 0, 1, 3]);
}

#[tokio::test]
async fn a_command_says_it_by_its_exit() {
    let directory = tempfile::tempdir().unwrap();
    let plugin = directory.path().join("check");
    let script = "#!/bin/sh\necho \"$PILOTHOUSE_ALARM says $1\"\nexit $1\n";
    fs::write(&plugin, script).unwrap();
    fs::set_permissions(&plugin, fs::Permissions::from_mode(0o755)).unwrap();
    let plugin = plugin.to_str().unwrap();
    let shell = |text: &str| Run::Shell(text.to_owned());
    for (run, expected) in [
        (Run::Argv(vec![plugin.to_owned(), "0".to_owned()]), "ok"),
        (Run::Argv(vec![plugin.to_owned(), "1".to_owned()]), "FIRING"),
        (Run::Argv(vec![plugin.to_owned(), "2".to_owned()]), "FIRING"),
        (
            Run::Argv(vec![plugin.to_owned(), "3".to_owned()]),
            "? CHECK 3 exits with 3: faults says 3",
        ),
        (shell("exit 127"), "? sh -c \"exit 127\" exits with 127"),
        (
            shell("kill -9 $$"),
            "? sh -c \"kill -9 $$\" was killed by a signal",
        ),
        // Neither output without end nor a daemon that keeps the pipe changes what it says.
        (shell("yes | head -c 3000000"), "ok"),
        (shell("test -z \"$HOME\" && test $PWD = /"), "ok"),
        (
            Run::Argv(vec!["/no/such/plugin".to_owned()]),
            "? cannot run /no/such/plugin: No such file or directory (os error 2)",
        ),
    ] {
        let reading = read(&mut watch(&[alarm_on(AlarmSource::Command(run))])).await;
        assert_eq!(said(&reading).replace(plugin, "CHECK"), expected);
    }
}

#[tokio::test]
async fn a_command_that_hangs_is_gone_with_what_it_started() {
    let directory = tempfile::tempdir().unwrap();
    let note = directory.path().join("pid");
    let text = format!("sleep 600 & echo $! > {}; wait", note.display());
    let source = AlarmSource::Command(Run::Shell(text));
    let reading = read(&mut watch(&[alarm_on(source)])).await;
    assert!(
        said(&reading).ends_with("did not end within 5s"),
        "{reading:?}"
    );
    let pid = fs::read_to_string(&note).unwrap();
    let status = format!("/proc/{}/stat", pid.trim());
    for _look in 0..200 {
        // One that nobody has waited for is dead all the same.
        let lives = fs::read_to_string(&status).is_ok_and(|stat| !stat.contains(") Z "));
        if !lives {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("{} still lives", pid.trim());
}

#[tokio::test]
async fn a_login_comes_from_its_file_and_is_in_no_reason() {
    let (page, url) = Metrics::start().await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("secret");
    let login = |login: Login| {
        let AlarmSource::Json(json) = json(&url, "/bad") else {
            panic!("it is a JSON source");
        };
        let server = Server {
            login: Some(login),
            ..json.server
        };
        alarm_on(AlarmSource::Json(Json { server, ..json }))
    };
    let path = file.to_str().unwrap().to_owned();
    let token = login(Login::Token { file: path.clone() });
    let user = "ana".to_owned();
    let password = login(Login::Password { user, file: path });
    page.say(200, r#"{"bad":0,"seen":1}"#);
    let missing = read(&mut watch(std::slice::from_ref(&token))).await;
    assert!(missing.why.contains("No such file"), "{}", missing.why);
    for (content, alarm, shown) in [
        ("hush\n", &token, Some("Bearer hush")),
        ("hush", &password, Some("Basic YW5hOmh1c2g=")),
        ("", &token, None),
        ("two\nlines", &token, None),
    ] {
        fs::write(&file, content).unwrap();
        let reading = read(&mut watch(std::slice::from_ref(alarm))).await;
        assert_eq!(page.login(), shown.map(str::to_owned));
        assert_eq!(reading.level == AlarmLevel::Ok, shown.is_some());
    }
    fs::write(&file, "hush").unwrap();
    page.say(401, "hush");
    let refused = read(&mut watch(&[token])).await;
    let expected = format!("{url} answers 401; it wants a login, or another one");
    assert_eq!(refused.why, expected);
}

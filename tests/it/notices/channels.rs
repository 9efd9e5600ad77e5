//! Each channel over the real thing: what it sends, and what it makes of every kind of answer.

use super::{
    notice,
    receiver::{Answer, Receiver},
    route,
};
use hmac::{Hmac, KeyInit as _, Mac as _};
use pilothouse::{
    executor::{Undelivered, deliver},
    http,
    model::*,
};
use serde_json::{Value, json};
use sha2::Sha256;
use std::{
    fmt::Write as _,
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    path::Path,
    sync::mpsc,
    thread,
    time::Duration,
};
use tempfile::TempDir;

const NOW: &str = "2026-03-06T12:00:10Z";
const HOSTILE: &str =
    "<!channel> @here \r\nBcc: all@example.com\u{1b}]0;x\u{7} <http://evil|ok> & {title}";

fn secret(directory: &Path, text: &str) -> String {
    let path = directory.join("secret");
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

fn trigger() -> Notice {
    notice("7 t3 trigger high", "2026-03-06T12:00:00Z")
}

async fn send(to: &Channel, notice: &Notice) -> Result<(), Undelivered> {
    let http = http::outbound(Duration::from_secs(15)).unwrap();
    deliver(&http, &route(to.clone()), notice, NOW.parse().unwrap()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_means_something() {
    let later = |why: &str, after: Option<u64>| Undelivered::Later {
        why: why.to_owned(),
        after: after.map(Span::seconds),
    };
    let refused = |why: &str| Undelivered::Refused {
        why: why.to_owned(),
    };
    let table = [
        (Answer::Says(202, "", "queued"), Ok(())),
        (
            Answer::Says(500, "", "a\u{1b}[2Jb"),
            Err(later("answers 500: a [2Jb", None)),
        ),
        (
            Answer::Says(429, "retry-after: 7\r\n", ""),
            Err(later("answers 429", Some(7))),
        ),
        (
            Answer::Says(503, "retry-after: Fri, 06 Mar 2026 12:01:00 GMT\r\n", ""),
            Err(later("answers 503", Some(50))),
        ),
        (
            Answer::Says(429, "retry-after: 99999999999\r\n", ""),
            Err(later("answers 429", Some(3_600))),
        ),
        (Answer::Says(408, "", ""), Err(later("answers 408", None))),
        (Answer::Says(401, "", ""), Err(later("answers 401", None))),
        (Answer::Says(400, "", "no"), Err(refused("answers 400: no"))),
        (Answer::Says(413, "", ""), Err(refused("answers 413"))),
        (
            Answer::Says(302, "location: http://127.0.0.1:1/\r\n", ""),
            Err(later("answers 302; redirects are not followed", None)),
        ),
    ];
    let receiver = Receiver::start(&[]);
    let to = Channel::Webhook {
        url: receiver.url.clone(),
        secret_file: None,
    };
    for (answer, expected) in table {
        receiver.then(answer.clone());
        assert_eq!(send(&to, &trigger()).await, expected, "{answer:?}");
    }
    for answer in [Answer::Ends, Answer::Floods] {
        receiver.then(answer.clone());
        let said = send(&to, &trigger()).await.unwrap_err();
        assert!(
            matches!(said, Undelivered::Later { .. }),
            "{answer:?}: {said}"
        );
        assert!(
            said.to_string().len() < 300 && !said.to_string().contains("hook"),
            "{said}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_is_signed_over_its_time_and_body() {
    let directory = TempDir::new().unwrap();
    let receiver = Receiver::start(&[]);
    let to = Channel::Webhook {
        url: receiver.url.clone(),
        secret_file: Some(secret(directory.path(), "s3cret\n")),
    };
    let mut hostile = trigger();
    hostile.title = HOSTILE.to_owned();
    send(&to, &hostile).await.unwrap();
    let got = receiver.next();
    assert_eq!(got.header("idempotency-key").unwrap(), "j:7");
    let timestamp = got.header("x-pilothouse-timestamp").unwrap();
    assert_eq!(timestamp, "1772798410");
    let mut mac = Hmac::<Sha256>::new_from_slice(b"s3cret").unwrap();
    mac.update(format!("{timestamp}.{}", got.body).as_bytes());
    let digest = mac.finalize().into_bytes();
    let hex = digest.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    });
    let signature = got.header("x-pilothouse-signature").unwrap();
    assert_eq!(signature, format!("sha256={hex}"));
    let body: Value = serde_json::from_str(&got.body).unwrap();
    assert_eq!(body["route"], "chat");
    assert_eq!(body["action"], "trigger");
    assert_eq!(body["release"], "r42");
    let title = body["title"].as_str().unwrap();
    assert!(!title.chars().any(char::is_control), "{title:?}");
    assert!(
        title.contains("{title}"),
        "what is filled in is no template: {title}"
    );

    // A secret that is not there keeps the notice, and says which file.
    fs::remove_file(directory.path().join("secret")).unwrap();
    let said = send(&to, &trigger()).await.unwrap_err();
    assert!(matches!(said, Undelivered::Later { .. }), "{said}");
    assert!(said.to_string().contains("/secret: No such file"), "{said}");
    assert!(!receiver.has_more());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_in_a_chat_message_mentions_anybody() {
    let directory = TempDir::new().unwrap();
    let receiver = Receiver::start(&[
        Answer::Says(200, "", "ok"),
        Answer::Says(404, "", "no_service"),
    ]);
    let to = Channel::Slack {
        url_file: secret(directory.path(), &receiver.url),
    };
    let mut hostile = trigger();
    hostile.title = HOSTILE.to_owned();
    hostile.details = vec!["<@U123>".to_owned()];
    send(&to, &hostile).await.unwrap();
    let body: Value = serde_json::from_str(&receiver.next().body).unwrap();
    let text = body["text"].as_str().unwrap();
    assert!(
        text.starts_with("*HIGH* &lt;!channel&gt; @\u{200b}here"),
        "{text}"
    );
    assert!(
        text.contains("&lt;@\u{200b}U123&gt;\npilothouse open checkout/wave-1/r42"),
        "{text}"
    );
    assert!(
        !text.contains('<') && !text.contains('\r') && !text.contains('\u{1b}'),
        "{text}"
    );

    // The URL is the secret.
    let said = send(&to, &trigger()).await.unwrap_err().to_string();
    assert_eq!(said, "answers 404: no_service");
    for url in [
        "http://127.0.0.1:1/T0/secret",
        "nonsense/secret",
        "http://x:y:z/secret",
    ] {
        secret(directory.path(), url);
        let said = send(&to, &trigger()).await.unwrap_err().to_string();
        assert!(!said.contains("/secret"), "{url}: {said}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_incident_begins_and_ends_under_one_key() {
    let directory = TempDir::new().unwrap();
    let receiver = Receiver::start(&[]);
    let to = Channel::Pagerduty {
        url: receiver.url.clone(),
        routing_key_file: secret(directory.path(), "R0UT1NG\n"),
    };
    let mut hostile = trigger();
    hostile.title = "y".repeat(1 << 20);
    for (seq, action) in [(7, "trigger"), (8, "acknowledge"), (9, "resolve")] {
        let text = format!("{seq} t3 {action} high");
        let mut notice = notice(&text, "2026-03-06T12:00:00Z");
        notice.title.clone_from(&hostile.title);
        send(&to, &notice).await.unwrap();
        let body: Value = serde_json::from_str(&receiver.next().body).unwrap();
        assert_eq!(body["event_action"], action);
        assert_eq!(body["dedup_key"], "j:t3");
        assert_eq!(body["routing_key"], "R0UT1NG");
        if action == "trigger" {
            let payload = &body["payload"];
            assert!(payload["summary"].as_str().unwrap().chars().count() <= 1_024);
            assert_eq!(payload["severity"], "critical");
            assert_eq!(payload["source"], "checkout");
            let link = json!([{ "href": "https://wiki.example.com/checkout", "text": "runbook" }]);
            assert_eq!(body["links"], link);
        } else {
            assert!(body.get("payload").is_none(), "{body}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_reads_the_notice_and_has_nothing_of_ours() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("notify");
    let out = directory.path().join("out");
    let script = format!(
        "#!/bin/sh\ncat > {0}\nenv >> {0}\necho 'x\x1b[2J' >&2\nexit $1\n",
        out.display()
    );
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let to = |argument: &str| Channel::Command {
        argv: vec![path.to_str().unwrap().to_owned(), argument.to_owned()],
    };
    let mut hostile = trigger();
    hostile.title = "$(touch /tmp/x); `id`".to_owned();
    send(&to("0"), &hostile).await.unwrap();
    let written = fs::read_to_string(&out).unwrap();
    let (json, environment) = written
        .split_once('}')
        .map(|(a, b)| (format!("{a}}}"), b))
        .unwrap();
    let told: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(told["title"], "$(touch /tmp/x); `id`");
    assert!(
        environment.contains("PILOTHOUSE_NOTICE=j:7"),
        "{environment}"
    );
    assert!(!environment.contains("CARGO"), "{environment}");

    let said = send(&to("75"), &trigger()).await.unwrap_err().to_string();
    assert!(said.ends_with("ends with exit status: 75: x [2J"), "{said}");
    let argv = vec!["/nowhere/notify".to_owned()];
    let said = send(&Channel::Command { argv }, &trigger())
        .await
        .unwrap_err();
    assert!(matches!(said, Undelivered::Later { .. }), "{said}");
}

/// A mail server that takes mails, or refuses each with this line; gives what it was told.
fn mail_server(refuse: Option<&'static str>) -> (String, mpsc::Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let (keep, mails) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let reader = BufReader::new(stream.try_clone().unwrap());
            stream.write_all(b"220 test\r\n").unwrap();
            let (mut talk, mut in_data) = (String::new(), false);
            for line in reader.lines().map_while(Result::ok) {
                talk.push_str(&line);
                talk.push('\n');
                let answer = match line.as_str() {
                    "." if in_data => {
                        in_data = false;
                        "250 taken\r\n"
                    }
                    _ if in_data => continue,
                    "DATA" => {
                        in_data = true;
                        "354 go on\r\n"
                    }
                    "QUIT" => "221 bye\r\n",
                    line if line.starts_with("RCPT") => refuse.unwrap_or("250 ok\r\n"),
                    _ => "250 ok\r\n",
                };
                if stream.write_all(answer.as_bytes()).is_err() {
                    break;
                }
                if answer.starts_with("250 taken") {
                    keep.send(talk.clone()).unwrap();
                }
            }
        }
    });
    (address, mails)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_has_its_own_headers_and_no_others() {
    let mail = |server: String, tls| {
        Channel::Mail(Mail {
            server,
            from: "deploy@example.com".to_owned(),
            to: vec!["ana@example.com".to_owned(), "li@example.com".to_owned()],
            login: None,
            tls,
        })
    };
    let (server, mails) = mail_server(None);
    let to = mail(server.clone(), MailTls::None);
    let mut hostile = trigger();
    hostile.title = format!("Zürich {HOSTILE}");
    let mut ids = Vec::new();
    for _copy in 0..2 {
        send(&to, &hostile).await.unwrap();
        let talk = mails.recv_timeout(Duration::from_secs(10)).unwrap();
        let (_, message) = talk.split_once("DATA\n").unwrap();
        let (head, body) = message.split_once("\n\n").unwrap();
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
        assert_eq!(talk.matches("RCPT TO").count(), 2, "{talk}");
        assert!(head.contains("Auto-Submitted: auto-generated"), "{head}");
        assert!(!message.contains('\u{1b}'), "{message}");
        assert!(
            body.contains("pilothouse open checkout/wave-1/r42"),
            "{body}"
        );
        let id = head.lines().find(|line| line.starts_with("Message-ID"));
        ids.push(id.unwrap().to_owned());
    }
    assert_eq!(ids[0], ids[1], "a second copy is known for one");

    // A server without TLS gets nothing where TLS is wanted.
    let said = send(&mail(server, MailTls::Starttls), &trigger())
        .await
        .unwrap_err();
    assert!(matches!(said, Undelivered::Later { .. }), "{said}");
    assert!(mails.try_recv().is_err());

    let (server, _) = mail_server(Some("550 no such user\r\n"));
    let said = send(&mail(server, MailTls::None), &trigger())
        .await
        .unwrap_err();
    assert!(matches!(said, Undelivered::Refused { .. }), "{said}");
    let (server, _) = mail_server(Some("451 try later\r\n"));
    let said = send(&mail(server, MailTls::None), &trigger())
        .await
        .unwrap_err();
    assert!(matches!(said, Undelivered::Later { .. }), "{said}");
}

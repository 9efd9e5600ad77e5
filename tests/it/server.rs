//! The routes over real sockets: what they answer, and what does not get through.

use crate::serving::{PATIENCE, Serving, hold, name, on_socket, planned_hold, serve, service};
use pilothouse::{
    api::{self, LogState, Problem, Settled},
    client::{Address, Client, ClientError},
    http,
    model::{EffectId, Refusal, Revision, Span},
    server::{Listen, Server, ServerError, token},
};
use reqwest::{Method, RequestBuilder, StatusCode};
use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::UnixStream,
};

fn socket(serving: &Serving) -> PathBuf {
    match &serving.address {
        Address::Unix(path) => path.clone(),
        Address::Tcp { url, .. } | Address::Tls { url, .. } => panic!("{url} is no socket"),
    }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// Sends and reads the problem that must come back.
async fn problem(request: RequestBuilder) -> Problem {
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let form = answer.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    let version = answer.headers().contains_key(api::VERSION_HEADER);
    let problem: Problem = answer.json().await.unwrap();
    assert_eq!(form, "application/problem+json", "{problem:?}");
    assert_eq!(problem.status, status.as_u16(), "{problem:?}");
    assert!(version, "{problem:?}");
    problem
}

#[tokio::test]
async fn the_operator_is_the_user_at_the_other_end_of_the_socket() {
    let (_directory, serving) = on_socket().await;
    let fleet = serving.client.fleet().await.unwrap();
    let user = nix::unistd::User::from_uid(nix::unistd::Uid::current());
    assert_eq!(fleet.operator.as_str(), user.unwrap().unwrap().name);
    let names: Vec<&str> = fleet.rows.iter().map(|row| row.pipeline.as_str()).collect();
    assert_eq!(names, ["cart", "checkout"]);
    let path = socket(&serving);
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    serving.stop().await.stop().await;
    assert!(!path.exists(), "a server that ends takes its socket away");
}

#[tokio::test]
async fn a_pipeline_is_shown_with_what_happened_to_it() {
    let (_directory, serving) = on_socket().await;
    let client = &serving.client;
    let shown = client.pipeline(&name("cart")).await.unwrap();
    assert_eq!(shown.pipeline.name, name("cart"));
    let events = client.events(&name("cart"), Revision(0), 1).await.unwrap();
    assert_eq!(events.entries.len(), 1);
    assert_eq!(events.entries[0].revision, Revision(1));
    let forecast = client.forecast(&name("cart")).await.unwrap();
    assert!(!forecast.cut_short, "{forecast:?}");
    let alarms = client.alarms(&name("cart")).await.unwrap();
    assert_eq!(alarms.alarms, []);
    let bounds = ("2026-03-06T00:00:00Z", "2026-03-07T00:00:00Z");
    let bounds = (bounds.0.parse().unwrap(), bounds.1.parse().unwrap());
    let windows = client.windows(&name("cart"), bounds).await.unwrap();
    assert_eq!((windows.from, windows.to), bounds);
    assert!(!windows.timelines.is_empty());
    for known in ["cart", "checkout"] {
        for error in [
            client.windows(&name("chekout"), bounds).await.unwrap_err(),
            client.pipeline(&name("chekout")).await.unwrap_err(),
            client.alarms(&name("chekout")).await.unwrap_err(),
            client.forecast(&name("chekout")).await.unwrap_err(),
            client
                .events(&name("chekout"), Revision(0), 9)
                .await
                .unwrap_err(),
        ] {
            let ClientError::Problem { problem, .. } = error else {
                panic!("{error:?}");
            };
            assert_eq!(problem.kind, "unknown-pipeline");
            assert!(problem.detail.contains(known), "{}", problem.detail);
        }
    }
    serving.stop().await.stop().await;
}

#[tokio::test]
async fn a_command_is_planned_committed_and_remembered() {
    let (_directory, serving) = on_socket().await;
    let client = &serving.client;
    let request = planned_hold(client, "cart", "looking at faults").await;
    let key = &request.request.key;
    assert_eq!(client.settled(key).await.unwrap(), None);
    let first = client.commit(&request).await.unwrap();
    assert!(matches!(first, Settled::Accepted { .. }), "{first:?}");
    assert_eq!(client.commit(&request).await.unwrap(), first);
    assert_eq!(client.settled(key).await.unwrap(), Some(first));

    let mut stale = planned_hold(client, "cart", "one more").await;
    stale.request.expect = "0123456789abcdef".parse().unwrap();
    let error = client.commit(&stale).await.unwrap_err();
    let refusal = error.refusal().expect("a stale plan is refused");
    assert!(matches!(refusal, Refusal::PlanChanged { .. }), "{refusal}");
    let settled = client.settled(&stale.request.key).await.unwrap();
    assert!(
        matches!(settled, Some(Settled::Refused { .. })),
        "{settled:?}"
    );
    serving.stop().await.stop().await;
}

/// What is asked for, and the problem it gets: status, kind, and what its detail must name.
const ASKED: [(&str, u16, &str, &str); 12] = [
    ("GET /v2", 404, "no-such-route", "/v1"),
    ("DELETE /v1/fleet", 405, "wrong-method", "DELETE"),
    (
        "GET /v1/pipelines/a%2F..%2Fb",
        404,
        "unknown-pipeline",
        "cart",
    ),
    (
        "GET /v1/pipelines/cart/events?after=x",
        400,
        "bad-query",
        "after",
    ),
    (
        "GET /v1/pipelines/cart/events?befor=1",
        400,
        "bad-query",
        "befor",
    ),
    (
        "GET /v1/pipelines/cart/windows?from=2026-03-06T00:00:00Z&to=2027-03-06T00:00:00Z",
        400,
        "bad-bounds",
        "31d",
    ),
    ("GET /v1/stream?after=x", 400, "bad-cursor", "epoch:seq"),
    ("GET /v1/stream?pipelines=a%20b", 400, "bad-name", "a b"),
    ("GET /v1/commands/nobody", 404, "unknown-request", "nobody"),
    (
        "GET /v1/pipelines/cart/steps/..%2F..%2Fx/log",
        404,
        "unknown-step",
        "../x",
    ),
    (
        "GET /v1/pipelines/cart/steps/checkout-1/log",
        404,
        "unknown-step",
        "checkout-1",
    ),
    ("POST /v1/plan", 415, "not-json", "application/json"),
];

/// The same for bodies sent to be planned.
const SENT: [(&str, u16, &str, &str); 3] = [
    ("{\"pipeline\":\n!}", 400, "broken-body", "line 2"),
    (r#"{"pipeline":"a b"}"#, 422, "bad-body", "pipeline name"),
    (
        r#"{"pipeline":"nope","command":{"verb":"retry","stage":"beta","release":"r1"}}"#,
        404,
        "unknown-pipeline",
        "cart, checkout",
    ),
];

#[tokio::test]
async fn every_error_is_a_problem_that_says_what_is_wrong() {
    let (_directory, serving) = on_socket().await;
    let http = http::local(Some(&socket(&serving))).unwrap();
    let asked = ASKED.map(|(line, status, kind, part)| {
        let (method, path) = line.split_once(' ').unwrap();
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = http.request(method, format!("http://x{path}"));
        (request, status, kind, part)
    });
    let plan = |body: String| {
        let request = http.post(format!("http://x{}", api::PLAN));
        request
            .header("content-type", "application/json")
            .body(body)
    };
    let sent = SENT.map(|(body, status, kind, part)| (plan(body.to_owned()), status, kind, part));
    let large = (plan(" ".repeat(2_000_000)), 413, "too-large", "1048576");
    for (request, status, kind, part) in asked.into_iter().chain(sent).chain([large]) {
        let problem = problem(request).await;
        let (got, found) = (problem.status, problem.kind.as_str());
        assert_eq!((got, found), (status, kind), "{problem:?}");
        assert!(
            problem.detail.contains(part),
            "{problem:?} says nothing of {part}"
        );
    }
    serving.stop().await.stop().await;
}

#[tokio::test]
async fn a_log_is_given_as_far_as_it_is_written() {
    let (_directory, serving) = on_socket().await;
    let id = EffectId::new(&name("cart"), 900);
    let path = serving.service.log_path(&id);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, b"building\n\xff half a li").unwrap();
    let log = async |from: u64| {
        let question = (from, Span::seconds(5));
        let name = name("cart");
        serving.client.log(&name, &id, question).await.unwrap()
    };
    let piece = log(0).await;
    assert_eq!(piece.bytes, b"building\n\xff half a li");
    assert_eq!((piece.from, piece.state), (0, LogState::Ended));
    // Nobody waits for a step that does not run.
    let rest = log(9).await;
    assert_eq!(
        (rest.bytes.as_slice(), rest.next()),
        (&b"\xff half a li"[..], 20)
    );
    assert_eq!(log(20).await.bytes, b"");
    // What is shorter than before began anew.
    fs::write(&path, b"again\n").unwrap();
    let anew = log(20).await;
    assert_eq!((anew.from, anew.bytes.as_slice()), (0, &b"again\n"[..]));
    fs::write(&path, vec![b'x'; 70_000]).unwrap();
    let first = log(0).await;
    assert_eq!(first.state, LogState::More);
    let second = log(first.next()).await;
    assert_eq!((second.next(), second.state), (70_000, LogState::Ended));
    serving.stop().await.stop().await;
}

#[tokio::test]
async fn over_tcp_only_the_token_opens_and_only_from_here() {
    let directory = tempfile::tempdir().unwrap();
    let service = service(directory.path()).await;
    let token = token::open(directory.path()).unwrap();
    let addr = "127.0.0.1:0".parse().unwrap();
    let listen = Listen::Tcp {
        addr,
        token: token.clone(),
    };
    let serving = serve(service, listen);
    serving.client.fleet().await.unwrap();
    let Address::Tcp { url, .. } = serving.address.clone() else {
        panic!("this is TCP");
    };
    let wrong = Client::new(Address::Tcp {
        url: url.clone(),
        token: "guessed".to_owned(),
    });
    let error = wrong.unwrap().fleet().await.unwrap_err();
    assert!(error.to_string().contains("token"), "{error}");
    assert!(!error.to_string().contains("guessed"), "{error}");

    let http = http::local(None).unwrap();
    let port = url.rsplit(':').next().unwrap();
    let get = |path: &str| http.get(format!("{url}{path}"));
    let fleet = || get(api::FLEET).bearer_auth(&token);
    let refused = [
        (get(api::FLEET), 401, "unauthorized"),
        (
            get(api::FLEET).header("authorization", &token),
            401,
            "unauthorized",
        ),
        (fleet().header("host", "evil.example"), 403, "foreign-host"),
        (
            fleet().header("host", format!("evil.example:{port}")),
            403,
            "foreign-host",
        ),
        (fleet().header("host", "127.0.0.1:1"), 403, "foreign-host"),
        (
            fleet().header("origin", "https://evil.example"),
            403,
            "foreign-origin",
        ),
        (fleet().header("origin", "null"), 403, "foreign-origin"),
        (
            get("/healthz").header("host", "evil.example"),
            403,
            "foreign-host",
        ),
    ];
    for (request, status, kind) in refused {
        let problem = problem(request).await;
        assert_eq!(
            (problem.status, problem.kind.as_str()),
            (status, kind),
            "{problem:?}"
        );
    }
    for allowed in [
        fleet().header("host", format!("localhost:{port}")),
        fleet().header("origin", url.clone()),
        get("/healthz"),
        get("/readyz"),
    ] {
        assert_eq!(allowed.send().await.unwrap().status(), StatusCode::OK);
    }
    serving.stop().await.stop().await;
}

#[tokio::test]
async fn a_server_listens_only_where_it_may() {
    let directory = tempfile::tempdir().unwrap();
    let bind = |listen| Server::bind(listen).map(drop);
    let everywhere = Listen::Tcp {
        addr: "0.0.0.0:0".parse().unwrap(),
        token: "t".to_owned(),
    };
    let error = bind(everywhere).unwrap_err();
    assert!(matches!(error, ServerError::NotLoopback { .. }), "{error}");

    let precious = directory.path().join("precious");
    fs::write(&precious, "data").unwrap();
    let error = bind(Listen::Unix(precious.clone())).unwrap_err();
    assert!(matches!(error, ServerError::NotASocket { .. }), "{error}");
    assert_eq!(fs::read_to_string(&precious).unwrap(), "data");

    let path = directory.path().join("socket");
    let first = Server::bind(Listen::Unix(path.clone())).unwrap();
    let error = bind(Listen::Unix(path.clone())).unwrap_err();
    assert!(matches!(error, ServerError::Running { .. }), "{error}");
    assert!(
        error.to_string().contains(path.to_str().unwrap()),
        "{error}"
    );
    // As after kill -9: nobody listens, and the file is still there.
    drop(first);
    assert!(path.exists());
    bind(Listen::Unix(path)).unwrap();
}

#[test]
fn a_token_is_made_once_and_kept_private() {
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("state");
    let first = token::open(&state).unwrap();
    assert_eq!(first.len(), 64);
    assert_eq!(token::open(&state).unwrap(), first);
    let path = state.join(token::FILE);
    assert_eq!(mode(&path), 0o600);

    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let error = token::open(&state).unwrap_err().to_string();
    assert!(error.contains("read by others"), "{error}");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&path, "\n").unwrap();
    let error = token::open(&state).unwrap_err().to_string();
    assert!(error.contains("empty"), "{error}");
}

#[tokio::test]
async fn who_sends_a_head_too_slowly_is_closed() {
    let (_directory, serving) = on_socket().await;
    let mut slow = UnixStream::connect(socket(&serving)).await.unwrap();
    slow.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ")
        .await
        .unwrap();
    let mut rest = Vec::new();
    let closed = tokio::time::timeout(PATIENCE, slow.read_to_end(&mut rest)).await;
    assert!(closed.is_ok(), "the connection is still open");
    // Others were served all the while.
    hold(&serving.client, "cart", "still here").await.unwrap();
    serving.stop().await.stop().await;
}

//! Who may do what, over a real socket: every kind of request with every role, teams, and tokens
//! that end. What the real program prints of it is in `cli::tokens`.

use crate::serving::{PATIENCE, Serving, hold, loaded, name, serve, service};
use pilothouse::{
    api::{self, Problem, RevokeRequest, TokenRequest},
    client::{Address, Client, ClientError},
    clock, http,
    journal::JournalError,
    model::{Actor, Grant, Revision, Role, Span, TeamName, TokenName},
    server::{Listen, token},
    service::{Service, ServiceError, Setup},
};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::{fs, os::unix::fs::PermissionsExt, path::Path};
use tempfile::TempDir;

async fn on_tcp() -> (TempDir, Serving, String) {
    let directory = tempfile::tempdir().unwrap();
    let serving = served(directory.path()).await;
    let Address::Tcp { url, .. } = serving.address.clone() else {
        panic!("this is TCP");
    };
    (directory, serving, url)
}

async fn served(directory: &Path) -> Serving {
    let service = service(directory).await;
    let token = token::open(directory).unwrap();
    let addr = "127.0.0.1:0".parse().unwrap();
    serve(service, Listen::Tcp { addr, token })
}

fn asked(name: &str, role: Role, teams: &[&str], lasts: Option<Span>) -> TokenRequest {
    let teams = teams.iter().map(|team| TeamName::parse(team).unwrap());
    let teams = teams.collect();
    TokenRequest {
        name: TokenName::parse(name).unwrap(),
        actor: None,
        grant: Grant { role, teams },
        lasts,
    }
}

async fn secret(serving: &Serving, request: &TokenRequest) -> String {
    let made = serving.client.make_token(request).await.unwrap();
    made.secret
}

fn with(url: &str, token: &str) -> Client {
    Client::new(Address::Tcp {
        url: url.to_owned(),
        token: token.to_owned(),
    })
    .unwrap()
}

/// A command, as it is committed; it need not make sense to be refused for its sender's sake.
fn commit(pipeline: Option<&str>, command: &Value) -> Value {
    let key = pilothouse::entropy::request_key().unwrap();
    let request = json!({ "key": key, "expect": "0123456789abcdef", "command": command });
    json!({ "pipeline": pipeline, "request": request })
}

fn verdict(verb: &str) -> Value {
    json!({
        "verb": verb, "stage": "beta", "release": "r1", "attempt": "a1",
        "evidence": "0123456789abcdef", "reason": "seen",
    })
}

/// Every command to a pipeline, with the role that it takes.
fn commands() -> [(Role, Value); 10] {
    let stage =
        |verb: &str| json!({ "verb": verb, "stage": "beta", "release": "r1", "reason": "" });
    let back = json!({ "scope": "everywhere", "verb": "rollback", "release": "r1", "reason": "x" });
    let pass = json!({
        "verb": "override", "stage": "beta", "release": "r1", "blockers": [],
        "reason": "must", "lasts": "1h",
    });
    let ticket = json!({ "verb": "ticket", "id": "t1", "action": "acknowledge", "reason": "" });
    let lift = json!({ "verb": "lift", "what": { "hold": "h1" }, "reason": "over" });
    [
        (Role::Approver, verdict("approve")),
        (Role::Approver, verdict("reject")),
        (Role::Approver, stage("undo")),
        (Role::Approver, stage("yield")),
        (Role::Approver, ticket),
        (Role::Operator, stage("retry")),
        (Role::Operator, held("pipeline")),
        (Role::Operator, lift),
        (Role::Operator, back),
        (Role::Operator, pass),
    ]
}

fn held(scope: &str) -> Value {
    json!({ "verb": "hold", "scope": scope, "reason": "stop" })
}

/// Every kind of request, with the role that it takes.
fn requests() -> Vec<(Role, Method, &'static str, Value)> {
    let nothing = Value::Null;
    let expect = json!({ "expect": "0123456789abcdef" });
    let reads = [
        api::FLEET,
        api::METRICS,
        api::NOTICES,
        api::DELIVERY,
        "/v1/pipelines/cart",
        "/v1/commands/nobody",
    ];
    let reads = reads.map(|path| (Role::Viewer, Method::GET, path, nothing.clone()));
    let plan = json!({ "pipeline": "cart", "command": held("pipeline") });
    let token = json!({ "name": "x", "role": "viewer", "teams": ["a"], "lasts": null });
    let everywhere = commit(None, &held("organization"));
    let posts = [
        (Role::Viewer, api::PLAN, plan),
        (
            Role::Viewer,
            api::DEFINITIONS_PLAN,
            json!({ "files": null }),
        ),
        (
            Role::Operator,
            api::NOTICES_TEST,
            json!({ "route": "nobody" }),
        ),
        (Role::Operator, api::COMMANDS, everywhere),
        (Role::Admin, api::DEFINITIONS, expect),
        (Role::Admin, api::TOKENS, token),
        (Role::Admin, api::TOKENS_REVOKE, json!({ "name": "nobody" })),
    ];
    let to_cart = commands();
    let to_cart = to_cart.map(|(role, command)| {
        let body = commit(Some("cart"), &command);
        (role, api::COMMANDS, body)
    });
    let posts = posts.into_iter().chain(to_cart);
    let posts = posts.map(|(role, path, body)| (role, Method::POST, path, body));
    let list = (Role::Admin, Method::GET, api::TOKENS, nothing);
    reads.into_iter().chain([list]).chain(posts).collect()
}

async fn answer(
    url: &str,
    token: &str,
    (method, path, body): (Method, &str, &Value),
) -> (StatusCode, String) {
    let http = http::local(None).unwrap();
    let request = http
        .request(method, format!("{url}{path}"))
        .bearer_auth(token);
    let request = match body {
        Value::Null => request,
        body => request.json(body),
    };
    let answer = request.send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

#[tokio::test]
async fn every_kind_of_request_takes_its_role() {
    let (_directory, serving, url) = on_tcp().await;
    for role in Role::ALL {
        let token = secret(&serving, &asked(role.word(), role, &[], None)).await;
        for (needed, method, path, body) in requests() {
            let (status, text) = answer(&url, &token, (method, path, &body)).await;
            let case = format!("{role} at {path} {body}: {status} {text}");
            assert_ne!(status, StatusCode::UNAUTHORIZED, "{case}");
            assert!(!status.is_server_error(), "{case}");
            let refused = text.contains("problem:not-permitted\"");
            assert_eq!(refused, role < needed, "{case}");
            if refused {
                assert_eq!(status, StatusCode::FORBIDDEN, "{case}");
                let problem: Problem = serde_json::from_str(&text).unwrap();
                for part in [
                    format!("{role} may not "),
                    format!("takes the role {needed}"),
                    format!("granted {role}; "),
                    "`pilothouse token create`".to_owned(),
                ] {
                    assert!(problem.detail.contains(&part), "{part}: {problem:?}");
                }
            }
        }
    }
    serving.stop().await.stop().await;
}

fn not_permitted(answer: Result<impl std::fmt::Debug, ClientError>) -> String {
    match answer.unwrap_err() {
        ClientError::Problem { problem, .. } if problem.kind == "not-permitted" => problem.detail,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_role_of_a_team_is_for_its_pipelines() {
    let (_directory, serving, url) = on_tcp().await;
    let theirs = asked("theirs", Role::Operator, &["payments", "search"], None);
    let theirs = with(&url, &secret(&serving, &theirs).await);
    let others = asked("others", Role::Operator, &["search"], None);
    let others = with(&url, &secret(&serving, &others).await);
    hold(&theirs, "cart", "stop").await.unwrap();
    let said = not_permitted(hold(&others, "cart", "stop").await);
    let wanted = "others may not hold cart: that takes the role operator for the pipelines of payments, \
                  and others is granted operator of search; ";
    assert!(said.starts_with(wanted), "{said}");
    // Everybody reads everything, and more than one pipeline is nobody's.
    assert_eq!(others.fleet().await.unwrap().rows.len(), 2);
    let body = commit(None, &held("organization"));
    let token = secret(
        &serving,
        &asked("team", Role::Operator, &["payments"], None),
    )
    .await;
    let asked_for = (Method::POST, api::COMMANDS, &body);
    let (status, text) = answer(&url, &token, asked_for).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{text}");
    assert!(
        text.contains("team may not hold more than one pipeline"),
        "{text}"
    );

    for role in [Role::Viewer, Role::Admin] {
        let request = asked("x", role, &["payments"], None);
        let error = serving.client.make_token(&request).await.unwrap_err();
        let error = error.to_string();
        assert!(
            error.contains(&format!("cannot be {role} of some teams")),
            "{error}"
        );
    }
    serving.stop().await.stop().await;
}

#[tokio::test]
async fn a_token_acts_under_the_name_that_it_was_made_for() {
    let (_directory, serving, url) = on_tcp().await;
    let request = TokenRequest {
        actor: Some(Actor::parse("ana").unwrap()),
        ..asked("ana-laptop", Role::Operator, &[], None)
    };
    let client = with(&url, &secret(&serving, &request).await);
    assert_eq!(client.fleet().await.unwrap().operator.as_str(), "ana");
    hold(&client, "cart", "from afar").await.unwrap();
    let cart = name("cart");
    let events = client.events(&cart, Revision(0), 100).await.unwrap();
    let told = serde_json::to_string(&events).unwrap();
    assert!(told.contains("\"by\":\"ana\""), "{told}");
    serving.stop().await.stop().await;
}

#[tokio::test]
async fn a_token_ends_and_so_does_what_it_opened() {
    let (_directory, serving, url) = on_tcp().await;
    let gone = Role::Viewer;
    let revoked = with(
        &url,
        &secret(&serving, &asked("revoked", gone, &[], None)).await,
    );
    let short = asked("short", gone, &[], Some(Span::seconds(2)));
    let short = with(&url, &secret(&serving, &short).await);
    let watch = clock::Stopwatch::start();
    let none = std::collections::BTreeSet::new();
    for (client, revoke) in [(revoked, true), (short, false)] {
        let mut stream = client.stream(None, &none).await.unwrap();
        if revoke {
            let name = TokenName::parse("revoked").unwrap();
            let revoked = serving.client.revoke_token(&RevokeRequest { name }).await;
            assert!(revoked.unwrap().revoked.is_some());
        }
        let ended = async { while let Ok(Some(_event)) = stream.next().await {} };
        tokio::time::timeout(PATIENCE, ended).await.unwrap();
        let error = client.fleet().await.unwrap_err().to_string();
        assert!(error.contains("expired or revoked"), "{error}");
    }
    assert!(
        watch.elapsed() >= Span::seconds(1),
        "it ended before its time"
    );
    // The name is free again, and the old secret opens nothing.
    secret(&serving, &asked("revoked", gone, &[], None)).await;
    let again = asked("revoked", gone, &[], None);
    let taken = serving.client.make_token(&again).await.unwrap_err();
    let taken = taken.to_string();
    assert!(taken.contains("a token revoked already"), "{taken}");
    serving.stop().await.stop().await;
}

/// Starts on a directory that was served before. A program that another test starts at this moment
/// may hold it for as long as it takes to begin.
async fn again(directory: &Path) -> Result<Service, String> {
    let watch = clock::Stopwatch::start();
    loop {
        let (loaded, state) = (loaded(directory), directory.join("state"));
        match Service::start(Setup {
            loaded,
            state,
            program: crate::program(),
            confinement: pilothouse::executor::Confinement::default(),
        })
        .await
        {
            Err(ServiceError::Journal(JournalError::InUse { .. }))
                if watch.elapsed().std() < PATIENCE =>
            {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            started => return started.map_err(|why| why.to_string()),
        }
    }
}

#[tokio::test]
async fn tokens_are_kept_private_and_outlive_the_server() {
    let (directory, serving, _) = on_tcp().await;
    let token = secret(&serving, &asked("ci", Role::Viewer, &[], None)).await;
    assert!(
        token.starts_with("pilothouse_") && token.len() == 75,
        "{}",
        token.len()
    );
    serving.stop().await.stop().await;
    let path = directory.path().join("state/tokens.json");
    let kept = fs::read_to_string(&path).unwrap();
    assert!(!kept.contains(&token[11..]), "the file holds the secret");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);

    let service = again(directory.path()).await.unwrap();
    let own = token::open(directory.path()).unwrap();
    let addr = "127.0.0.1:0".parse().unwrap();
    let serving = serve(service, Listen::Tcp { addr, token: own });
    let Address::Tcp { url, .. } = serving.address.clone() else {
        panic!("this is TCP");
    };
    with(&url, &token).fleet().await.unwrap();
    serving.stop().await.stop().await;

    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let error = again(directory.path()).await.unwrap_err();
    assert!(error.contains("chmod 600"), "{error}");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(&path, &kept[..kept.len() / 2]).unwrap();
    let error = again(directory.path()).await.unwrap_err();
    assert!(error.contains("tokens.json is damaged"), "{error}");
}

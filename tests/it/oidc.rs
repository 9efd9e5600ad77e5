//! Tokens of an OpenID Connect issuer, made here and served over real HTTP: who gets in with them,
//! and the many that nobody gets in with. Its keys are exchanged, and it goes away.

mod hostile;

use crate::serving::{PATIENCE, Serving, loaded, serve_trusting};
use hostile::{forged, unfit};
use pilothouse::{
    api, clock, http,
    model::{AccessRule, Actor, BASE64_FOR_URLS, Grant, Role, Whom, base64_digits},
    server::{Expected, Issuer, Listen},
    service::{Service, Setup},
};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    fs,
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
};

const ISSUER: &str = "https://login.example";
const AUDIENCE: &str = "pilothouse";

/// Says what its keys are, and how often it was asked.
struct Keys {
    url: String,
    document: Arc<Mutex<Value>>,
    asked: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Keys {
    async fn serve(keys: &[Value]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let document = Arc::new(Mutex::new(json!({ "keys": keys })));
        let asked = Arc::new(AtomicUsize::new(0));
        let (told, counted) = (document.clone(), asked.clone());
        let task = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _head = stream.read(&mut [0; 4096]).await.unwrap();
                counted.fetch_add(1, Ordering::Relaxed);
                let body = told.lock().unwrap().to_string();
                let length = body.len();
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
                );
                stream.write_all((head + &body).as_bytes()).await.unwrap();
            }
        });
        Self {
            url,
            document,
            asked,
            task,
        }
    }
}

struct World {
    _directory: TempDir,
    serving: Serving,
    url: String,
}

impl World {
    /// Who is in the issuer's `shop` is an operator.
    async fn new(keys: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut loaded = loaded(directory.path());
        let grant = Grant {
            role: Role::Operator,
            teams: BTreeSet::new(),
        };
        let whom = Whom::OidcGroup("shop".to_owned());
        loaded.access.push(AccessRule { whom, grant });
        let service = Service::start(Setup {
            loaded,
            state: directory.path().join("state"),
            program: env!("CARGO_BIN_EXE_pilothouse").into(),
            confinement: pilothouse::executor::Confinement::default(),
        });
        let issuer = Issuer::new(Expected {
            issuer: ISSUER.to_owned(),
            audience: AUDIENCE.to_owned(),
            keys: keys.to_owned(),
            name: "preferred_username".to_owned(),
            groups: "groups".to_owned(),
        });
        let listen = Listen::Tcp {
            addr: "127.0.0.1:0".parse().unwrap(),
            token: "own".to_owned(),
        };
        let serving = serve_trusting(service.await.unwrap(), listen, Some(issuer.unwrap()));
        let url = serving.address.to_string();
        Self {
            _directory: directory,
            serving,
            url,
        }
    }

    async fn get(&self, path: &str, token: &str) -> (u16, Value) {
        let get = http::local(None)
            .unwrap()
            .get(format!("{}{path}", self.url));
        let answer = get.bearer_auth(token).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn stop(self) {
        self.serving.stop().await.stop().await;
    }
}

fn coded(bytes: impl AsRef<[u8]>) -> String {
    String::from_utf8(base64_digits(bytes.as_ref(), BASE64_FOR_URLS)).unwrap()
}

fn token(head: &Value, claims: &Value, sign: impl Fn(&[u8]) -> Vec<u8>) -> String {
    let signed = format!("{}.{}", coded(head.to_string()), coded(claims.to_string()));
    let signature = coded(sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

fn seconds() -> i64 {
    clock::now().0 / 1_000
}

fn claims() -> Value {
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "exp": seconds() + 300, "nbf": seconds(), "iat": seconds(),
        "preferred_username": "ana", "groups": ["shop", "all"],
    })
}

/// Good claims with one of them another; null takes it out.
fn but(claim: &str, value: Value) -> Value {
    let mut claims = claims();
    if value.is_null() {
        claims.as_object_mut().unwrap().remove(claim);
    } else {
        claims[claim] = value;
    }
    claims
}

struct Ecdsa(EcdsaKeyPair);

impl Ecdsa {
    fn new() -> Self {
        let (way, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let made = EcdsaKeyPair::generate_pkcs8(way, &random).unwrap();
        Self(EcdsaKeyPair::from_pkcs8(way, made.as_ref(), &random).unwrap())
    }

    fn public(&self, id: &str) -> Value {
        let point = self.0.public_key().as_ref();
        json!({ "kty": "EC", "crv": "P-256", "kid": id, "use": "sig",
            "x": coded(&point[1..33]), "y": coded(&point[33..]) })
    }

    fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0
            .sign(&SystemRandom::new(), message)
            .unwrap()
            .as_ref()
            .to_vec()
    }

    fn token(&self, id: &str, claims: &Value) -> String {
        token(&json!({ "alg": "ES256", "kid": id }), claims, |message| {
            self.sign(message)
        })
    }
}

#[tokio::test]
async fn only_what_the_issuer_signed_for_us_opens() {
    let (key, other) = (Ecdsa::new(), Ecdsa::new());
    let keys = Keys::serve(&[key.public("k1")]).await;
    let world = World::new(&keys.url).await;
    let good = [
        key.token("k1", &claims()),
        key.token("k1", &but("aud", json!(["payroll", AUDIENCE]))),
        key.token("k1", &but("exp", json!(seconds() - 30))),
        key.token("k1", &but("nbf", Value::Null)),
        token(&json!({ "alg": "ES256" }), &claims(), |message| {
            key.sign(message)
        }),
    ];
    for text in good {
        let (status, fleet) = world.get(api::FLEET, &text).await;
        assert_eq!(status, 200, "{text}: {fleet}");
        assert_eq!(fleet["operator"], "ana");
        assert_eq!(fleet["access"]["grants"], json!([{ "role": "operator" }]));
    }
    let (_, stranger) = world.get(api::FLEET, "no token").await;
    let unfit = unfit()
        .into_iter()
        .map(|(what, claims)| (what, key.token("k1", &claims)));
    for (what, text) in forged(&key, &other).into_iter().chain(unfit) {
        let answer = world.get(api::FLEET, &text).await;
        // Nobody learns how near it was.
        assert_eq!(answer, (401, stranger.clone()), "{what}");
    }
    // Known, and granted nothing.
    let guest = key.token("k1", &but("groups", json!(["guests"])));
    let (status, problem) = world.get(api::FLEET, &guest).await;
    assert_eq!(status, 403, "{problem}");
    let (status, problem) = world.get(api::TOKENS, &key.token("k1", &claims())).await;
    assert_eq!(status, 403, "{problem}");
    // Made-up names of keys do not send the server to the issuer again and again.
    assert!(keys.asked.load(Ordering::Relaxed) <= 3);
    world.stop().await;
}

#[tokio::test]
async fn keys_are_exchanged_and_those_that_are_there_outlive_their_issuer() {
    let (first, second) = (Ecdsa::new(), Ecdsa::new());
    let keys = Keys::serve(&[first.public("k1")]).await;
    let world = World::new(&keys.url).await;
    let old = first.token("k1", &claims());
    assert_eq!(world.get(api::FLEET, &old).await.0, 200);
    *keys.document.lock().unwrap() = json!({ "keys": [second.public("k2")] });
    let new = second.token("k2", &claims());
    let watch = clock::Stopwatch::start();
    while world.get(api::FLEET, &new).await.0 != 200 {
        assert!(
            watch.elapsed().std() < PATIENCE,
            "the new key stays unknown"
        );
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    assert_eq!(keys.asked.load(Ordering::Relaxed), 2);
    assert_eq!(
        world.get(api::FLEET, &old).await.0,
        401,
        "it was taken back"
    );
    keys.task.abort();
    assert_eq!(world.get(api::FLEET, &new).await.0, 200);
    world.stop().await;
}

/// As a token of our own that expires or is revoked: what it opened does not outlive it.
#[tokio::test]
async fn a_stream_ends_when_the_token_does_that_opened_it() {
    let key = Ecdsa::new();
    let keys = Keys::serve(&[key.public("k1")]).await;
    let world = World::new(&keys.url).await;
    // A minute of patience with clocks is given, of which a second or two are left.
    let ending = key.token("k1", &but("exp", json!(seconds() - 58)));
    let lasting = key.token("k1", &claims());
    let http = http::local(None).unwrap();
    let follow = async |token: &str| {
        let stream = http.get(format!("{}{}", world.url, api::STREAM));
        let stream = stream.bearer_auth(token).send().await.unwrap();
        assert_eq!(stream.status(), 200);
        stream
    };
    let (mut short, mut long) = (follow(&ending).await, follow(&lasting).await);
    let end = async { while short.chunk().await.unwrap().is_some() {} };
    tokio::time::timeout(PATIENCE, end).await.unwrap();
    assert_eq!(world.get(api::FLEET, &ending).await.0, 401);
    let pause = std::time::Duration::from_secs(6);
    let beat = tokio::time::timeout(pause, long.chunk()).await;
    assert!(beat.unwrap().unwrap().is_some(), "the other goes on");
    world.stop().await;
}

#[tokio::test]
async fn every_kind_of_key_signs() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("keys.json");
    let random = SystemRandom::new();
    let made = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
    let ed = Ed25519KeyPair::from_pkcs8(made.as_ref()).unwrap();
    let public = json!({ "kty": "OKP", "crv": "Ed25519", "kid": "ed", "alg": "EdDSA",
        "x": coded(ed.public_key().as_ref()) });
    let encrypts = json!({ "kty": "OKP", "crv": "X25519", "kid": "x", "x": "AA" });
    let mut all = vec![encrypts, public];
    let mut tokens = vec![token(
        &json!({ "alg": "EdDSA", "kid": "ed" }),
        &claims(),
        |message| ed.sign(message).as_ref().to_vec(),
    )];
    if let Some((public, token)) = rsa(&directory) {
        all.push(public);
        tokens.push(token);
    } else {
        println!("skipped: openssl is not installed, which makes RSA keys here");
    }
    fs::write(&file, json!({ "keys": all }).to_string()).unwrap();
    let world = World::new(file.to_str().unwrap()).await;
    for text in tokens {
        assert_eq!(world.get(api::FLEET, &text).await.0, 200, "{text}");
    }
    world.stop().await;
}

fn rsa(directory: &TempDir) -> Option<(Value, String)> {
    let openssl = |arguments: &[&str]| {
        let mut command = Command::new("openssl");
        let done = command
            .args(arguments)
            .current_dir(directory.path())
            .output()
            .ok()?;
        done.status.success().then_some(done.stdout)
    };
    openssl(&["genrsa", "-out", "rsa.pem", "2048"])?;
    let modulus =
        String::from_utf8(openssl(&["rsa", "-in", "rsa.pem", "-noout", "-modulus"])?).unwrap();
    let hex = modulus.trim().strip_prefix("Modulus=")?.to_lowercase();
    let n = coded(pilothouse::model::unhex(&hex)?);
    let public =
        json!({ "kty": "RSA", "kid": "rsa", "use": "sig", "alg": "RS256", "n": n, "e": "AQAB" });
    let token = token(
        &json!({ "alg": "RS256", "kid": "rsa" }),
        &claims(),
        |message| {
            fs::write(directory.path().join("message"), message).unwrap();
            openssl(&["dgst", "-sha256", "-sign", "rsa.pem", "message"]).unwrap()
        },
    );
    Some((public, token))
}

#[test]
fn keys_do_not_come_in_clear_text() {
    for (place, good) in [
        ("https://login.example/keys", true),
        ("http://127.0.0.1:1/keys", true),
        ("http://[::1]/keys", true),
        ("/etc/pilothouse/keys.json", true),
        ("http://login.example/keys", false),
        ("http://localhost.evil.example/keys", false),
        ("http://127.0.0.1@evil.example/", false),
        ("keys.json", false),
        ("file:///etc/keys.json", false),
        ("", false),
    ] {
        let issuer = Issuer::new(Expected {
            issuer: ISSUER.to_owned(),
            audience: AUDIENCE.to_owned(),
            keys: place.to_owned(),
            name: "sub".to_owned(),
            groups: "groups".to_owned(),
        });
        assert_eq!(issuer.is_ok(), good, "{place}");
    }
    assert!(
        Actor::parse("ana@example.com").is_err(),
        "which claim is the name is to be chosen"
    );
}

//! The real program over TLS: who gets in from elsewhere, and certificates that are exchanged, or
//! would have been, while connections go on.

use super::{
    stderr, stdout,
    tokens::{Door, PATIENCE, PROGRAM},
};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use pilothouse::{
    client::{Address, Client},
    clock::Stopwatch,
    http,
};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    thread,
    time::Duration,
};
use tempfile::TempDir;

/// An authority and what it issues for `localhost`, as files.
struct Files {
    place: TempDir,
}

impl Files {
    fn new() -> Self {
        let place = TempDir::new().unwrap();
        let files = Self { place };
        files.issue("first");
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.place.path().join(name)
    }

    /// A new authority and its certificate, in the place of what was there.
    fn issue(&self, authority: &str) {
        let mut about = CertificateParams::new(Vec::new()).unwrap();
        about.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let own = about.self_signed(&key).unwrap();
        let issuer = Issuer::new(about, key);
        let key = KeyPair::generate().unwrap();
        let about = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let leaf = about.signed_by(&key, &issuer).unwrap();
        fs::write(self.path(authority), own.pem()).unwrap();
        fs::write(self.path("cert.pem"), leaf.pem()).unwrap();
        let path = self.path("key.pem");
        fs::write(&path, key.serialize_pem()).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }

    fn switches(&self, address: &str) -> Vec<String> {
        let path = |name| self.path(name).display().to_string();
        let words = ["--tcp", address, "--tls-name", "localhost"];
        let words = words.map(str::to_owned).into_iter();
        let files = [
            ("--tls-cert", path("cert.pem")),
            ("--tls-key", path("key.pem")),
        ];
        let files = files.into_iter();
        words
            .chain(files.flat_map(|(switch, path)| [switch.to_owned(), path]))
            .collect()
    }

    fn serve(&self, address: &str) -> Door {
        let switches = self.switches(address);
        let switches: Vec<&str> = switches.iter().map(String::as_str).collect();
        Door::open("", &switches)
    }
}

fn status(door: &Door, token: &Path, authority: Option<&Path>) -> Output {
    let mut command = door.command(&["status"]);
    command.args(["--url", door.url.as_ref().unwrap()]);
    command.arg("--token-file").arg(token);
    if let Some(authority) = authority {
        command.arg("--ca").arg(authority);
    }
    command.output().unwrap()
}

#[test]
fn from_elsewhere_one_gets_in_over_tls_with_a_token() {
    let files = Files::new();
    let door = files.serve("0.0.0.0:0");
    let url = door.url.as_ref().unwrap();
    assert!(url.starts_with("https://localhost:"), "{url}");
    let token = files.path("token");
    fs::write(&token, door.make(&["far", "--role", "viewer"])).unwrap();
    let authority = files.path("first");
    let good = status(&door, &token, Some(&authority));
    assert_eq!(good.status.code(), Some(0), "{good:?}");

    let stranger = status(&door, &token, None);
    assert_eq!(stranger.status.code(), Some(6), "{stranger:?}");
    let said = stderr(&stranger);
    assert!(said.to_lowercase().contains("certificate"), "{said}");
    let no_token = door.command(&["status", "--url", url]).output().unwrap();
    assert_eq!(no_token.status.code(), Some(2), "{no_token:?}");
    assert!(
        stderr(&no_token).contains("needs --token-file"),
        "{no_token:?}"
    );
    let plain = url.replace("https://", "http://");
    let mut in_clear = door.command(&["status", "--url", &plain]);
    let in_clear = in_clear.arg("--token-file").arg(&token).output().unwrap();
    assert_eq!(in_clear.status.code(), Some(1), "{in_clear:?}");
    let elsewhere = ["status", "--url", "http://deploy.example.com:7443"];
    let mut elsewhere = door.command(&elsewhere);
    let elsewhere = elsewhere.arg("--token-file").arg(&token).output().unwrap();
    assert_eq!(elsewhere.status.code(), Some(2), "{elsewhere:?}");
    assert!(
        stderr(&elsewhere).contains("only https://"),
        "{elsewhere:?}"
    );
    fs::write(&token, "pilothouse_guessed").unwrap();
    let guessed = status(&door, &token, Some(&authority));
    assert_eq!(guessed.status.code(), Some(1), "{guessed:?}");
    assert!(
        stderr(&guessed).contains("expired or revoked"),
        "{guessed:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_by_its_names_is_it_asked() {
    let files = Files::new();
    let door = files.serve("127.0.0.1:0");
    let url = door.url.clone().unwrap();
    let http = http::remote(Some(&files.path("first"))).unwrap();
    for (host, origin, expected) in [
        ("localhost", "", 200),
        ("LOCALHOST:1", "", 200),
        ("evil.example", "", 403),
        ("localhost.evil.example", "", 403),
        ("127.0.0.1", "", 403),
        ("localhost", "https://localhost:7443", 200),
        ("localhost", "http://localhost:7443", 403),
        ("localhost", "https://evil.example", 403),
    ] {
        let mut request = http.get(format!("{url}/healthz")).header("host", host);
        if !origin.is_empty() {
            request = request.header("origin", origin);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), expected, "{host} {origin}");
    }
}

/// Asks until something is so.
fn until(what: &str, is_so: impl Fn() -> bool) {
    let watch = Stopwatch::start();
    while !is_so() {
        assert!(watch.elapsed().std() < PATIENCE, "{what}");
        thread::sleep(Duration::from_millis(50));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_exchanged_while_streams_go_on() {
    let files = Files::new();
    let door = files.serve("127.0.0.1:0");
    let token = files.path("token");
    fs::write(&token, door.make(&["far", "--role", "viewer"])).unwrap();
    let client = Client::new(Address::Tls {
        url: door.url.clone().unwrap(),
        token: fs::read_to_string(&token).unwrap().trim().to_owned(),
        authorities: Some(files.path("first")),
    });
    let none = BTreeSet::new();
    let mut stream = client.unwrap().stream(None, &none).await.unwrap();

    let hang_up = || {
        let pid = Pid::from_raw(door.server.id().cast_signed());
        kill(pid, Signal::SIGHUP).unwrap();
    };
    let gets_in = |authority: &str| {
        let path = files.path(authority);
        status(&door, &token, Some(&path)).status.code() == Some(0)
    };
    files.issue("second");
    assert!(gets_in("first"), "it is not taken over before it is said");
    hang_up();
    until("the second certificate is not shown", || gets_in("second"));
    assert!(!gets_in("first"));
    let beat = tokio::time::timeout(PATIENCE, stream.next()).await;
    assert!(beat.unwrap().unwrap().is_some(), "the stream was cut");

    let (cert, key) = (files.path("cert.pem"), files.path("key.pem"));
    let good = fs::read(&cert).unwrap();
    let log = || fs::read_to_string(door.home.path().join("log")).unwrap();
    let stays = |why: &str| {
        hang_up();
        let wanted = format!("the certificate stays as it was: the TLS {why}");
        until(&wanted, || log().contains(&wanted));
        assert!(gets_in("second"), "{why}");
    };
    fs::write(&cert, &good[..good.len() / 2]).unwrap();
    stays(&format!("certificate {}", cert.display()));
    files.issue("third");
    fs::write(&cert, &good).unwrap();
    stays(&format!("key {} is not the certificate's", key.display()));
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    stays(&format!(
        "key {} can be read or written by others",
        key.display()
    ));
}

#[test]
fn it_does_not_start_with_a_door_that_is_open() {
    let files = Files::new();
    let home = TempDir::new().unwrap();
    fs::create_dir(home.path().join("definitions")).unwrap();
    let text = super::served::DEFINITION.replace("REPOSITORY", "/nowhere");
    fs::write(home.path().join("definitions/web.toml"), text).unwrap();
    let serve = |switches: &[String]| {
        let child = Command::new(PROGRAM)
            .args(["serve", "definitions"])
            .args(switches)
            .current_dir(home.path())
            .env_clear()
            .env("HOME", home.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        let output = child.unwrap().wait_with_output().unwrap();
        let said = stdout(&output) + &stderr(&output);
        (output.status.code(), said)
    };
    let open = ["--tcp", "0.0.0.0:0"].map(str::to_owned);
    let (code, said) = serve(&open);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("others are served over TLS only"), "{said}");
    let (code, said) = serve(&files.switches("0.0.0.0:0")[..4]);
    assert_eq!(code, Some(2), "names without a certificate: {said}");
    let key = files.path("key.pem");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o604)).unwrap();
    let (code, said) = serve(&files.switches("0.0.0.0:0"));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("(mode 0604; chmod 600 it)"), "{said}");
    fs::remove_file(&key).unwrap();
    let (code, said) = serve(&files.switches("0.0.0.0:0"));
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("key.pem"), "{said}");
}

//! The real program with tokens and roles: what it prints of them once, what it keeps to itself, and
//! what other users of this machine may do at its socket.

use super::{stderr, stdout};
use nix::{
    sys::signal::{Signal, kill},
    unistd::{Pid, Uid},
};
use pilothouse::clock::Stopwatch;
use serde_json::Value;
use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader},
    os::unix::{fs::PermissionsExt, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    thread,
    time::Duration,
};
use tempfile::TempDir;

pub(super) const PROGRAM: &str = env!("CARGO_BIN_EXE_pilothouse");
pub(super) const PATIENCE: Duration = Duration::from_secs(20);
/// The user and the group that nobody is, on every machine.
const NOBODY: u32 = 65_534;

/// A server over one pipeline that waits for ever, with everything that it says.
pub(super) struct Door {
    pub(super) home: TempDir,
    pub(super) server: Child,
    /// `http://127.0.0.1:PORT`, where it was asked to serve there.
    pub(super) url: Option<String>,
}

impl Door {
    pub(super) fn open(organization: &str, arguments: &[&str]) -> Self {
        let home = TempDir::new().unwrap();
        let definitions = home.path().join("definitions");
        fs::create_dir(&definitions).unwrap();
        let text = super::served::DEFINITION.replace("REPOSITORY", "/nowhere");
        fs::write(definitions.join("web.toml"), text).unwrap();
        fs::write(definitions.join("organization.toml"), organization).unwrap();
        let log = File::create(home.path().join("log")).unwrap();
        let mut server = Command::new(PROGRAM)
            .arg("serve")
            .arg(&definitions)
            .args(arguments)
            .env_clear()
            .env("HOME", home.path())
            .env("PATH", std::env::var_os("PATH").unwrap())
            .env("PILOTHOUSE_LOG", "trace")
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let output = BufReader::new(server.stdout.take().unwrap());
        let wanted = if arguments.contains(&"--tcp") { 2 } else { 1 };
        let said: Vec<String> = output.lines().take(wanted).map(Result::unwrap).collect();
        assert_eq!(said.len(), wanted, "the server ended: {said:?}");
        let url = said.get(1).map(|line| {
            let rest = line.strip_prefix("serving on ").unwrap();
            rest.split(' ').next().unwrap().to_owned()
        });
        Self { home, server, url }
    }

    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.home.path());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Over TCP, with the secret in a file as everybody has it.
    fn with_token(&self, secret: &str, arguments: &[&str]) -> Output {
        let file = self.home.path().join("secret");
        fs::write(&file, secret).unwrap();
        let url = self.url.as_ref().unwrap();
        self.command(arguments)
            .env("PILOTHOUSE_URL", url)
            .env("PILOTHOUSE_TOKEN_FILE", &file)
            .output()
            .unwrap()
    }

    pub(super) fn make(&self, arguments: &[&str]) -> String {
        let output = self.run(&[&["token", "create"], arguments].concat());
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        stdout(&output)
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        let pid = Pid::from_raw(self.server.id().cast_signed());
        let _gone = kill(pid, Signal::SIGTERM);
        let _ended = self.server.wait();
    }
}

/// Everything in a directory, as one text.
fn everything(folder: &Path) -> String {
    let mut text = String::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        if path.is_dir() {
            text += &everything(&path);
        } else if let Ok(bytes) = fs::read(&path) {
            text += &String::from_utf8_lossy(&bytes);
        }
    }
    text
}

#[test]
fn a_secret_is_printed_once_and_is_nowhere_else() {
    let door = Door::open("", &["--tcp", "127.0.0.1:0"]);
    let secret = door.make(&["grafana", "--role", "viewer"]);
    let secret = secret.strip_suffix('\n').unwrap();
    assert!(
        secret.starts_with("pilothouse_"),
        "it is not alone: {secret}"
    );
    let ok = door.with_token(secret, &["status"]);
    assert_eq!(ok.status.code(), Some(0), "{ok:?}");

    let hold = ["hold", "web", "--reason", "stop"];
    let plan = [&hold[..], &["--dry-run", "--json"]].concat();
    let plan: Value = serde_json::from_slice(&door.with_token(secret, &plan).stdout).unwrap();
    let digest = plan["digest"].as_str().unwrap();
    let commit = [&hold[..], &["--yes", "--expect", digest]].concat();
    let refused = door.with_token(secret, &commit);
    assert_eq!(refused.status.code(), Some(3), "{refused:?}");
    let said = stderr(&refused);
    let wanted = "not permitted: grafana may not hold web: that takes the role operator for the pipelines of team, \
                  and grafana is granted viewer; the token grafana cannot be given more";
    assert!(said.contains(wanted), "{said}");

    let listed = stdout(&door.run(&["token", "list"]));
    assert!(listed.contains("grafana  grafana  viewer"), "{listed}");
    let revoked = door.run(&["token", "revoke", "grafana"]);
    assert_eq!(stdout(&revoked), "the token grafana counts no longer\n");
    let refused = door.with_token(secret, &["status"]);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    let wrong = door.with_token("pilothouse_guessed-and-wrong", &["status"]);

    let told = stdout(&door.run(&["events", "--organization"]));
    let who = nix::unistd::User::from_uid(Uid::current())
        .unwrap()
        .unwrap();
    for words in [
        "TOKEN     grafana made: viewer as grafana until ",
        &format!("TOKEN     grafana revoked ({})", who.name),
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }

    let log = fs::read_to_string(door.home.path().join("log")).unwrap();
    let words = "refused for want of a role who=grafana way=\"grafana\" doing=\"hold web\"";
    assert!(log.contains(words), "{log}");

    let digits = &secret["pilothouse_".len()..];
    let proc = |name| fs::read_to_string(format!("/proc/{}/{name}", door.server.id()));
    for (place, text) in [
        ("the log", log),
        ("the state", everything(&door.home.path().join(".local"))),
        ("the arguments", proc("cmdline").unwrap_or_default()),
        ("the environment", proc("environ").unwrap_or_default()),
        ("the list", listed),
        ("the audit", told),
        ("the refusals", said + &stderr(&refused) + &stderr(&wrong)),
    ] {
        assert!(!text.contains(digits), "the secret is in {place}");
        assert!(
            !text.contains("guessed-and-wrong"),
            "what was given is in {place}"
        );
    }
}

const ACCESS: &str = "\
[groups]
oncall = [\"nobody\"]
[[access]]
group = \"oncall\"
role = \"approver\"
";

/// A server whose socket the group of nobody gets to.
struct Shared {
    place: TempDir,
    door: Door,
}

impl Shared {
    /// None where nobody can be somebody else.
    fn open(organization: &str) -> Option<Self> {
        let group = nix::unistd::Group::from_gid(NOBODY.into()).unwrap();
        let (true, Some(group)) = (Uid::current().is_root(), group) else {
            println!("skipped: only root can be somebody else");
            return None;
        };
        let organization = organization.replace("GROUP", &group.name);
        let place = TempDir::new().unwrap();
        let all = fs::Permissions::from_mode(0o755);
        fs::set_permissions(place.path(), all).unwrap();
        let socket = place.path().join("run/socket");
        let socket = socket.to_str().unwrap();
        let arguments = ["--socket", socket, "--socket-group", &group.name];
        let door = Door::open(&organization, &arguments);
        let mode = |path: &str| {
            let path = place.path().join(path);
            fs::metadata(path).unwrap().permissions().mode() & 0o7777
        };
        assert_eq!((mode("run"), mode("run/socket")), (0o750, 0o660));
        Some(Self { place, door })
    }

    fn run(&self, arguments: &[&str], user: u32) -> Output {
        let mut command = self.door.command(arguments);
        command.env("PILOTHOUSE_SOCKET", self.place.path().join("run/socket"));
        if user != 0 {
            command.env("HOME", "/").uid(user).gid(user);
        }
        command.output().unwrap()
    }

    /// The status of reading, holding and listing tokens as nobody, and what is said to it.
    fn tried(&self) -> ([i32; 3], String) {
        let hold = ["hold", "web", "--reason", "stop"];
        let status = self.run(&["status"], NOBODY);
        let plan = self.run(&[&hold[..], &["--dry-run", "--json"]].concat(), NOBODY);
        let plan: Value = serde_json::from_slice(&plan.stdout).unwrap_or_default();
        let digest = plan["digest"].as_str().unwrap_or("0123456789abcdef");
        let commit = [&hold[..], &["--yes", "--expect", digest]].concat();
        let outputs = [
            status,
            self.run(&commit, NOBODY),
            self.run(&["token", "list"], NOBODY),
        ];
        let codes = outputs
            .each_ref()
            .map(|output| output.status.code().unwrap());
        (codes, outputs.each_ref().map(stderr).concat())
    }
}

#[test]
fn another_user_may_do_what_the_rules_grant() {
    let stranger = "[[access]]\nuser = \"somebody\"\nrole = \"admin\"\n";
    let admin = "[[access]]\nunix_group = \"GROUP\"\nrole = \"admin\"\n";
    for (organization, expected, part) in [
        // Without rules whoever gets in is an operator.
        (
            "",
            [0, 0, 3],
            "nobody is granted operator; an admin can grant it by an [[access]]",
        ),
        (ACCESS, [0, 3, 3], "nobody may not hold web"),
        (stranger, [3, 3, 3], "nobody may not read anything here"),
        (admin, [0, 0, 0], ""),
    ] {
        let Some(shared) = Shared::open(organization) else {
            return;
        };
        let (codes, said) = shared.tried();
        assert_eq!(codes, expected, "{organization}: {said}");
        assert!(said.contains(part), "{part}: {said}");
    }
}

#[test]
fn rules_are_taken_over_while_it_runs() {
    let Some(shared) = Shared::open(ACCESS) else {
        return;
    };
    let rules = shared
        .door
        .home
        .path()
        .join("definitions/organization.toml");
    fs::write(&rules, ACCESS.replace("oncall\"\nrole", "nobodys\"\nrole")).unwrap();
    let wrong = stderr(&shared.run(&["reload", "--dry-run"], 0));
    assert!(
        wrong.contains("there is no group nobodys under [groups]"),
        "{wrong}"
    );
    fs::write(&rules, ACCESS.replace("approver", "operator")).unwrap();
    let plan = shared.run(&["reload", "--dry-run", "--json"], 0);
    let plan: Value = serde_json::from_slice(&plan.stdout).unwrap();
    let change = &plan["organization"][0];
    assert_eq!(change["path"], "access.1.role", "{plan}");
    assert_eq!(
        (&change["old"], &change["new"]),
        (&"\"approver\"".into(), &"\"operator\"".into())
    );
    assert_eq!(shared.tried().0, [0, 3, 3]);
    let digest = plan["digest"].as_str().unwrap();
    let done = shared.run(&["reload", "--yes", "--expect", digest], 0);
    assert_eq!(done.status.code(), Some(0), "{done:?}");
    assert_eq!(shared.tried().0, [0, 0, 3]);
}

/// A door that somebody else could open or exchange is not opened.
#[test]
fn a_server_looks_at_where_its_socket_is() {
    let home = TempDir::new().unwrap();
    let definitions = home.path().join("definitions");
    fs::create_dir(&definitions).unwrap();
    let text = super::served::DEFINITION.replace("REPOSITORY", "/nowhere");
    fs::write(definitions.join("web.toml"), text).unwrap();
    let place = home.path().join("open");
    fs::create_dir(&place).unwrap();
    let socket = place.join("socket");
    let serve = |more: &[&str]| {
        let arguments = ["serve", "definitions", "--socket", socket.to_str().unwrap()];
        let mut child = Command::new(PROGRAM)
            .args([&arguments[..], more].concat())
            .current_dir(home.path())
            .env_clear()
            .env("HOME", home.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let watch = Stopwatch::start();
        while child.try_wait().unwrap().is_none() {
            assert!(watch.elapsed().std() < PATIENCE, "it serves");
            thread::sleep(Duration::from_millis(20));
        }
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        stderr(&output)
    };
    for mode in [0o777, 0o770, 0o775] {
        fs::set_permissions(&place, fs::Permissions::from_mode(mode)).unwrap();
        let said = serve(&[]);
        let wanted = format!("can be written by others (mode {mode:04o}; chmod go-w it)");
        assert!(said.contains(&wanted), "{said}");
    }
    fs::set_permissions(&place, fs::Permissions::from_mode(0o755)).unwrap();
    let said = serve(&["--socket-group", "no-such-group"]);
    assert!(said.contains("there is no group no-such-group"), "{said}");
    if Uid::current().is_root() {
        std::os::unix::fs::chown(&place, Some(NOBODY), None).unwrap();
        let said = serve(&[]);
        assert!(
            said.contains("belongs to uid 65534, not to this user or root"),
            "{said}"
        );
    }
}

//! The demo as somebody on a fresh machine runs it: the real binary, the whole story, the report it
//! gives and what it leaves behind; and one of its targets alone, in the cases a story does not have.

use pilothouse::model::Digest;
use std::{
    io::{BufRead, BufReader, Read},
    path::Path,
    process::{Child, Command, Output, Stdio},
    sync::{Mutex, PoisonError},
    time::Duration,
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_pilothouse");

/// What the issue promises, and some more for a machine that runs other tests at the same time.
const WHOLE_RUN: Duration = Duration::from_secs(120);

/// Two fleets at once would only slow each other down.
pub(crate) static ONE_FLEET: Mutex<()> = Mutex::new(());

#[test]
fn the_story_settles_and_leaves_nothing_behind() {
    let _alone = ONE_FLEET.lock().unwrap_or_else(PoisonError::into_inner);
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("demo");
    let mut demo = Command::new(PROGRAM)
        .args(["demo", "--no-tui", "--until", "settled", "--json", "--dir"])
        .arg(&directory)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (said, told) = read_both(&mut demo);
    let status = ended(&mut demo, WHOLE_RUN);
    let (said, told) = (said.join().unwrap(), told.join().unwrap());
    assert!(status.success(), "{status}\n{told}\n{said}");

    let report: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!(report["missing"], serde_json::json!([]), "{told}");
    let everywhere = count(&report["releases"], |r| r["end"] == "everywhere");
    assert!(everywhere >= 7, "{said}");
    assert_eq!(count(&report["releases"], |r| r["end"] == "rolled-back"), 1);

    let [rollback] = report["rollbacks"].as_array().unwrap().as_slice() else {
        panic!("one rollback was to be expected: {said}");
    };
    assert_eq!(rollback["automatic"], true);
    assert_eq!(rollback["stage"], "wave-1");
    assert_eq!(rollback["targets"], 1, "a one-box is all that had it");
    assert_eq!(rollback["cause"]["alarm"]["alarm"], "search-wave-1-faults");

    assert!(count(&report["blockers"], |b| b["kind"] == "window") > 0);
    assert_eq!(count(&report["overrides"], |o| o["stage"] == "wave-1"), 1);
    assert!(count(&report["approvals"], |a| a["stage"] == "gamma") >= 2);
    assert_eq!(report["invariants"].as_array().unwrap().len(), 10);
    for invariant in report["invariants"].as_array().unwrap() {
        assert_ne!(invariant["checked"], 0, "{invariant}");
        assert_eq!(
            invariant["violations"],
            serde_json::json!([]),
            "{invariant}"
        );
    }
    assert!(!directory.exists(), "the directory is still there");
    assert_eq!(processes_naming(&directory), Vec::<String>::new());
}

#[test]
fn a_demo_that_is_told_to_end_takes_everything_with_it() {
    let _alone = ONE_FLEET.lock().unwrap_or_else(PoisonError::into_inner);
    let parent = tempfile::tempdir().unwrap();
    let directory = parent.path().join("demo");
    let mut demo = Command::new(PROGRAM)
        .args(["demo", "--no-tui", "--dir"])
        .arg(&directory)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(demo.stderr.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    assert!(first.contains("--socket"), "{first}");
    let rest = std::thread::spawn(move || lines.map_while(Result::ok).collect::<Vec<_>>());
    assert!(processes_naming(&directory).len() > 20);

    let id = nix::unistd::Pid::from_raw(i32::try_from(demo.id()).unwrap());
    nix::sys::signal::kill(id, nix::sys::signal::Signal::SIGTERM).unwrap();
    let status = ended(&mut demo, Duration::from_secs(30));
    assert!(status.success(), "{status} {:?}", rest.join().unwrap());
    assert!(!directory.exists(), "the directory is still there");
    assert_eq!(processes_naming(&directory), Vec::<String>::new());
}

#[test]
fn a_demo_does_not_move_into_somebody_elses_directory() {
    let directory = tempfile::tempdir().unwrap();
    let theirs = directory.path().join("theirs");
    std::fs::write(&theirs, "precious").unwrap();
    let output = Command::new(PROGRAM)
        .args(["demo", "--no-tui", "--until", "settled", "--dir"])
        .arg(directory.path())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(said.contains("is not empty"), "{said}");
    assert_eq!(std::fs::read_to_string(&theirs).unwrap(), "precious");
}

#[test]
fn a_target_turns_down_what_is_late_or_not_what_was_announced() {
    let targets = tempfile::tempdir().unwrap();
    let mut target = Target::start(targets.path());
    let package = targets.path().join("package");
    std::fs::write(&package, "route / 200 1\n").unwrap();
    let digest = Digest::of(b"route / 200 1\n").to_string();
    let other = Digest::of(b"another").to_string();

    let install = |effect: &str, epoch: &str, digest: &str| {
        Target::install(targets.path(), &package, (effect, epoch, digest))
    };
    let cases = [
        ("search-5", "5", &digest, 0, "runs r1 of search"),
        (
            "search-5",
            "5",
            &digest,
            0,
            "has carried out search-5 before",
        ),
        ("search-4", "4", &digest, 1, "its epoch 4 is older than 5"),
        ("search-6", "6", &other, 1, "announced was"),
        ("search-7", "7", &digest, 0, "runs r1 of search"),
    ];
    for (effect, epoch, digest, code, words) in cases {
        let output = install(effect, epoch, digest);
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        assert_eq!(output.status.code(), Some(code), "{effect}: {said}");
        assert!(said.contains(words), "{effect}: {said}");
    }
    drop(target.process.stdin.take());
    assert!(ended(&mut target.process, Duration::from_secs(10)).success());
    let unreachable = Target::install(targets.path(), &package, ("search-8", "8", &digest));
    assert_eq!(
        unreachable.status.code(),
        Some(75),
        "says nothing about the change"
    );
}

struct Target {
    process: Child,
}

impl Target {
    fn start(targets: &Path) -> Self {
        let directory = targets.join("box");
        std::fs::create_dir(&directory).unwrap();
        let mut process = Command::new(PROGRAM)
            .args(["demo-target", "--name", "box", "--directory"])
            .arg(&directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut ready = String::new();
        let output = process.stdout.as_mut().unwrap();
        BufReader::new(output).read_line(&mut ready).unwrap();
        assert!(ready.starts_with("ready 127.0.0.1:"), "{ready}");
        Self { process }
    }

    fn install(
        targets: &Path,
        package: &Path,
        (effect, epoch, digest): (&str, &str, &str),
    ) -> Output {
        Command::new(PROGRAM)
            .args(["demo-install", "--layer", "application", "--targets"])
            .arg(targets)
            .env("PILOTHOUSE_TARGET", "box")
            .env("PILOTHOUSE_PIPELINE", "search")
            .env("PILOTHOUSE_RELEASE", "r1")
            .env("PILOTHOUSE_ARTIFACT", package)
            .env("PILOTHOUSE_DIGEST", digest)
            .env("PILOTHOUSE_EFFECT_ID", effect)
            .env("PILOTHOUSE_EPOCH", epoch)
            .env("PILOTHOUSE_ROLLBACK", "0")
            .output()
            .unwrap()
    }
}

impl Drop for Target {
    fn drop(&mut self) {
        let _ended_already = self.process.kill();
        let _status = self.process.wait();
    }
}

type Reader = std::thread::JoinHandle<String>;

/// Both outputs at once, so that neither pipe fills while the other is read.
fn read_both(child: &mut Child) -> (Reader, Reader) {
    fn read(mut from: impl Read + Send + 'static) -> Reader {
        std::thread::spawn(move || {
            let mut text = String::new();
            from.read_to_string(&mut text).unwrap();
            text
        })
    }
    let output = read(child.stdout.take().unwrap());
    (output, read(child.stderr.take().unwrap()))
}

fn ended(child: &mut Child, patience: Duration) -> std::process::ExitStatus {
    let watch = pilothouse::clock::Stopwatch::start();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if watch.elapsed().std() > patience {
            child.kill().unwrap();
            panic!("it had not ended after {patience:?}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn count(list: &serde_json::Value, is: impl Fn(&serde_json::Value) -> bool) -> usize {
    list.as_array()
        .unwrap()
        .iter()
        .filter(|item| is(item))
        .count()
}

/// Command lines of running processes that speak of a directory.
pub(crate) fn processes_naming(directory: &Path) -> Vec<String> {
    let directory = directory.to_str().unwrap();
    let processes = std::fs::read_dir("/proc").unwrap();
    let lines = processes.filter_map(|entry| {
        let path = entry.ok()?.path().join("cmdline");
        let line = String::from_utf8(std::fs::read(path).ok()?).ok()?;
        Some(line.replace('\0', " "))
    });
    lines.filter(|line| line.contains(directory)).collect()
}

//! The executor against real processes, real git and real files.

mod artifacts;
mod builds;
mod coverage;
mod faults;
mod found;
mod git;
mod processes;
mod retention;
mod secrets;
mod shortage;
mod targets;
mod users;

use crate::program;
use ed25519_dalek::{Signer, SigningKey};
use pilothouse::{
    clock::Stopwatch,
    executor::{Confinement, Executor},
    model::*,
};
use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use tempfile::TempDir;

/// A state directory with an executor, and a folder for whatever a test needs.
struct Place {
    executor: Executor,
    folder: TempDir,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let executor = Executor::open(
            &folder.path().join("state"),
            0,
            (&program(), &Confinement::default()),
            [],
        )
        .unwrap();
        Self { executor, folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn directory(&self) -> String {
        self.folder.path().to_str().unwrap().to_owned()
    }

    /// A test step that runs a command in the folder.
    fn test_step(&self, id: &str, run: Run, timeout: Span) -> Owed {
        owed(
            id,
            Effect::Test {
                stage: StageName::parse("beta").unwrap(),
                release: ReleaseId(3),
                artifact: Digest::of(b"artifact"),
                gate: 0,
                name: "it".to_owned(),
                run,
                directory: self.directory(),
                timeout,
            },
        )
    }

    async fn shell(&self, id: &str, text: &str) -> StepResult {
        let step = self.test_step(id, Run::Shell(text.to_owned()), Span::seconds(20));
        self.run(&step).await
    }

    async fn run(&self, owed: &Owed) -> StepResult {
        self.executor.run(&pipeline(), owed).await
    }

    fn log(&self, id: &str) -> Vec<u8> {
        std::fs::read(self.executor.log_path(&EffectId(id.to_owned()))).unwrap()
    }

    /// What the server's key says of an artifact of a pipeline's r3.
    fn sign(&self, pipeline: &PipelineName, digest: &Digest) -> Signature {
        let secret = read(&self.path("state/signing-key"));
        let byte = |at: usize| u8::from_str_radix(&secret[2 * at..2 * at + 2], 16).unwrap();
        let key = SigningKey::from_bytes(&std::array::from_fn(byte));
        let text = format!(
            "pilothouse artifact 1\npipeline {pipeline}\nrelease r3\ncommit {}\ndigest {digest}\n",
            commit()
        );
        let signed = key.sign(text.as_bytes()).to_bytes();
        let hex: Vec<String> = signed.iter().map(|byte| format!("{byte:02x}")).collect();
        hex.concat().parse().unwrap()
    }

    /// A deployment to a target; its artifact is in the store.
    fn deployment(&self, target: &str, run: &str, check: Option<&str>) -> Deployment {
        let artifact = Digest::of(b"artifact");
        let stored = self.path("state/artifacts").join(artifact.as_str());
        std::fs::write(stored, b"artifact").unwrap();
        let name = |text: &str| TargetName::parse(text).unwrap();
        Deployment {
            stage: StageName::parse("wave-1").unwrap(),
            region: RegionName::parse("eu-central-1").unwrap(),
            zone: ZoneName::parse("a").unwrap(),
            target: name(target),
            release: ReleaseId(3),
            commit: Some(commit()),
            signature: Some(self.sign(&pipeline(), &artifact)),
            artifact,
            part: Part::Deploy,
            more: false,
            keep: None,
            epoch: 7,
            rollback: true,
            run: Run::Shell(run.to_owned()),
            check: check.map(|text| Run::Shell(text.to_owned())),
            directory: self.directory(),
            timeout: Span::seconds(20),
        }
    }
}

fn commit() -> Sha {
    "1234567890".repeat(4).parse().unwrap()
}

fn pipeline() -> PipelineName {
    PipelineName::parse("checkout").unwrap()
}

fn owed(id: &str, effect: Effect) -> Owed {
    Owed {
        id: EffectId(id.to_owned()),
        attempt: AttemptId(1),
        effect,
        tries: 1,
        not_before: None,
        started: Time(0),
    }
}

/// Kind of result and its words.
fn told(result: &StepResult) -> (&'static str, &str) {
    match result {
        StepResult::Succeeded { .. } => ("succeeded", ""),
        StepResult::Failed { why, .. } => ("failed", why),
        StepResult::Infrastructure { why, .. } => ("infrastructure", why),
        StepResult::Unknown { why } => ("unknown", why),
    }
}

/// Waits until something is so; fails with its name when it does not come.
pub(crate) async fn until(what: &str, so: impl Fn() -> bool) {
    let watch = Stopwatch::start();
    while !so() {
        assert!(watch.elapsed() < Span::seconds(10), "{what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Whether a process runs; a zombie does not.
pub(crate) fn lives(pid: &str) -> bool {
    assert!(!pid.trim().is_empty(), "no process noted its id");
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim()));
    stat.is_ok_and(|stat| !stat.rsplit(") ").next().unwrap().starts_with('Z'))
}

/// Processor time of a process, a hundred to the second.
pub(crate) fn processor_ticks(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit(") ").next().unwrap().split(' ').collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default()
}

/// A work tree with history, made by the real git.
pub(crate) struct Repository(PathBuf);

impl Repository {
    pub(crate) fn new(path: PathBuf) -> Self {
        std::fs::create_dir_all(&path).unwrap();
        let repository = Self(path);
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args([
                "-c",
                "user.name=Ana Lima",
                "-c",
                "user.email=ana@example.com",
            ])
            .args(arguments)
            .current_dir(&self.0)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .unwrap();
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "git {arguments:?}: {complaint}");
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Commits a file with this message; gives the commit's id.
    pub(crate) fn commit(&self, file: &str, content: &str, message: &str) -> Sha {
        std::fs::write(self.0.join(file), content).unwrap();
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", message]);
        self.git(&["rev-parse", "HEAD"]).parse().unwrap()
    }

    fn source(&self) -> Source {
        source(self.0.to_str().unwrap(), "main")
    }
}

fn source(repository: &str, branch: &str) -> Source {
    Source {
        repository: repository.to_owned(),
        branch: branch.to_owned(),
        poll_every: Span::seconds(5),
        push_secret_file: None,
        review: None,
    }
}

//! One call of the git command: its fixed settings, its bounds in time and output, and what it said.

use crate::{
    executor::{
        GitError,
        environment::{inherited, of_server},
        git::{
            Objects,
            names::{secret, shown},
        },
        group::Group,
        log::printable,
    },
    model::{Sha, Span},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Stdio,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, copy, sink},
    process::Command,
    time::timeout,
};

/// For questions, which are small.
pub(crate) const ANSWER: Span = Span::seconds(60);
/// For objects: a first fetch of a large repository takes minutes.
pub(crate) const TRANSFER: Span = Span::minutes(10);

/// Five hundred commits whose messages are 32 KiB each.
const OUTPUT: u64 = 16 * 1024 * 1024;
/// Enough to find the line that says why.
const COMPLAINT: u64 = 64 * 1024;

/// Nothing in a repository or in the machine's settings makes git run, ask or fetch more than asked.
const SETTINGS: [&str; 8] = [
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    // A repository is where the definition says, not where its server sends us.
    "http.followRedirects=false",
    "submodule.recurse=false",
    "gc.auto=0",
    "log.showSignature=false",
    "advice.detachedHead=false",
    "credential.interactive=false",
];
/// Whatever settings say, and helpers that happen to be installed: the schemes of `names::repository`.
/// The test of redirects is without certificates.
const PROTOCOLS: &str = if cfg!(test) {
    "https:ssh:file:http"
} else {
    "https:ssh:file"
};
const ENVIRONMENT: [(&str, &str); 6] = [
    ("GIT_ALLOW_PROTOCOL", PROTOCOLS),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_CONFIG_NOSYSTEM", "1"),
    ("GIT_ASKPASS", "/bin/false"),
    (
        "GIT_SSH_COMMAND",
        "ssh -o BatchMode=yes -o ControlMaster=no",
    ),
    ("LC_ALL", "C"),
];
const INHERITED: [&str; 9] = [
    "PATH",
    "HOME",
    "USER",
    "SSH_AUTH_SOCK",
    "https_proxy",
    "HTTPS_PROXY",
    "no_proxy",
    "NO_PROXY",
    "SSL_CERT_FILE",
];

/// Calls git about one repository, in it or from outside.
#[derive(Debug)]
pub(crate) struct Call {
    repository: String,
    places: Vec<String>,
    git_dir: Option<PathBuf>,
}

impl Call {
    /// For questions to a remote.
    pub(crate) fn outside(repository: &str) -> Self {
        Self {
            repository: repository.to_owned(),
            places: Vec::new(),
            git_dir: None,
        }
    }

    /// For a bare mirror of the repository.
    pub(crate) fn within(git_dir: PathBuf, repository: &str) -> Self {
        Self {
            repository: repository.to_owned(),
            places: vec![format!("--git-dir={}", git_dir.display())],
            git_dir: Some(git_dir),
        }
    }

    /// For a checkout made from this mirror.
    pub(crate) fn at(&self, git_dir: PathBuf, tree: &Path) -> Self {
        let mut call = Self::within(git_dir, &self.repository);
        call.places.push(format!("--work-tree={}", tree.display()));
        call
    }

    /// Runs a git command to its end.
    pub(crate) async fn ask(
        &self,
        operation: &'static str,
        arguments: &[&str],
        limit: Span,
    ) -> Result<Said, GitError> {
        match timeout(limit.std(), self.run(operation, arguments)).await {
            Ok(said) => said,
            Err(_late) => Err(self.error(operation, format!("no answer within {limit}"))),
        }
    }

    /// The full id of the commit that a name stands for.
    pub(crate) async fn commit(&self, name: &str) -> Result<Sha, GitError> {
        let wanted = format!("{name}^{{commit}}");
        let arguments = ["--verify", "--end-of-options", &wanted];
        let said = self.ask("rev-parse", &arguments, ANSWER).await?;
        let id = said.expect_success()?;
        let id = String::from_utf8_lossy(&id);
        id.trim()
            .parse()
            .map_err(|why| self.error("rev-parse", why))
    }

    /// What everything is new against.
    pub(crate) async fn empty_tree(&self) -> Result<Sha, GitError> {
        let said = self.ask("mktree", &[], ANSWER).await?;
        let id = said.expect_success()?;
        let id = String::from_utf8_lossy(&id);
        id.trim().parse().map_err(|why| self.error("mktree", why))
    }

    pub(crate) async fn has(&self, sha: &Sha) -> Result<bool, GitError> {
        let wanted = format!("{sha}^{{commit}}");
        let said = self.ask("cat-file", &["-e", &wanted], ANSWER).await?;
        Ok(said.code == Some(0))
    }

    /// A checkout-less clone, with this mirror's objects or with copies of them.
    pub(crate) async fn clone_to(&self, place: &Path, objects: Objects) -> Result<(), GitError> {
        let mirror = self.git_dir.as_deref().unwrap_or(Path::new("."));
        let (mirror, place) = (mirror.to_string_lossy(), place.to_string_lossy());
        let arguments = [
            "--quiet",
            match objects {
                Objects::Borrowed => "--shared",
                Objects::Copied => "--no-hardlinks",
            },
            "--no-checkout",
            "--template=",
            "--",
            &mirror,
            &place,
        ];
        let call = Self::outside(&self.repository);
        let said = call.ask("clone", &arguments, TRANSFER).await?;
        said.expect_success().map(|_quiet| ())
    }

    /// Removes what a killed git left: lock files, and packs that never became whole. Whoever fetches
    /// has the mirror alone, so nobody works on any of them.
    pub(crate) fn clear_leavings(&self) {
        if let Some(mirror) = &self.git_dir {
            clear(mirror, is_lock);
            clear_locks_below(&mirror.join("refs"));
            clear(&mirror.join("objects/pack"), is_unfinished);
        }
    }

    pub(crate) fn error(&self, operation: &'static str, why: String) -> GitError {
        GitError::Git {
            operation,
            repository: shown(&self.repository),
            why: match secret(&self.repository) {
                Some(secret) => why.replace(secret, ""),
                None => why,
            },
        }
    }

    async fn run(&self, operation: &'static str, arguments: &[&str]) -> Result<Said, GitError> {
        let failed = |why: std::io::Error| self.error(operation, format!("cannot run git: {why}"));
        let mut child = self.command(operation, arguments).spawn().map_err(failed)?;
        // Helpers such as ssh die with it when the time is over.
        let _group = child.id().and_then(Group::led_by);
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let (out, complaint) =
            tokio::try_join!(bounded(stdout, OUTPUT), bounded(stderr, COMPLAINT))
                .map_err(failed)?;
        if out.len() as u64 >= OUTPUT {
            return Err(self.error(operation, format!("it said more than {OUTPUT} bytes")));
        }
        let status = child.wait().await.map_err(failed)?;
        let complaint = String::from_utf8_lossy(&complaint);
        let why = complaint
            .lines()
            .find(|line| !line.trim().is_empty() && !line.starts_with("warning:"))
            .map_or_else(|| status.to_string(), |line| printable(line.as_bytes()));
        Ok(Said {
            code: status.code(),
            out,
            error: self.error(operation, why),
        })
    }

    fn command(&self, operation: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new("git");
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command
            .args(&self.places)
            .arg(operation)
            .args(arguments)
            .env_clear()
            .envs(inherited(&INHERITED))
            .envs(ENVIRONMENT)
            .envs([of_server()])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true);
        command
    }
}

/// What git said in the end.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    out: Vec<u8>,
    error: GitError,
}

impl Said {
    /// The output, if git was content.
    pub(crate) fn expect_success(self) -> Result<Vec<u8>, GitError> {
        if self.code == Some(0) {
            Ok(self.out)
        } else {
            Err(self.error)
        }
    }
}

/// Keeps the first bytes and takes the rest too, so that nobody hangs in a write.
async fn bounded(from: Option<impl AsyncRead + Unpin>, limit: u64) -> std::io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    if let Some(mut from) = from {
        (&mut from).take(limit).read_to_end(&mut kept).await?;
        copy(&mut from, &mut sink()).await?;
    }
    Ok(kept)
}

fn is_lock(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "lock")
}

fn is_unfinished(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| name.starts_with("tmp_"))
}

fn clear(folder: &Path, is_meant: impl Fn(&Path) -> bool) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if is_meant(&path) {
            // One that stays makes git say so.
            let _gone = fs::remove_file(path);
        }
    }
}

fn clear_locks_below(folder: &Path) {
    clear(folder, is_lock);
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            clear_locks_below(&entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io::{Read, Write},
        net::TcpListener,
        thread,
    };

    #[tokio::test]
    async fn a_server_that_sends_us_elsewhere_is_not_followed() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = thread::spawn(move || {
            let mut asked = String::new();
            while !asked.contains("over") {
                let (mut stream, _) = listener.accept().unwrap();
                let mut request = [0; 4096];
                let n = stream.read(&mut request).unwrap();
                let request = String::from_utf8_lossy(&request[..n]);
                asked.push_str(request.lines().next().unwrap_or_default());
                let head = "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nConnection: close\r\n";
                let place = format!("Location: http://{address}/elsewhere/info/refs\r\n\r\n");
                stream
                    .write_all((head.to_owned() + &place).as_bytes())
                    .unwrap();
            }
            asked
        });
        let url = format!("http://{address}/a.git");
        let call = Call::outside(&url);
        let said = call.ask("ls-remote", &["--", &url], ANSWER).await.unwrap();
        assert!(said.expect_success().is_err());
        let mut last = std::net::TcpStream::connect(address).unwrap();
        last.write_all(b"over\n").unwrap();
        let asked = server.join().unwrap();
        assert!(asked.contains("/a.git/info/refs"), "{asked}");
        assert!(!asked.contains("elsewhere"), "{asked}");
    }
}

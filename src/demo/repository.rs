//! A git repository with a history, made by git itself with the authors and reviewers that the
//! commits name. It asks nothing of the machine's git configuration and leaves none behind.

use crate::{
    demo::{DemoError, content::Person},
    model::{Sha, Time},
};
use std::{
    fs::{self, Permissions},
    io,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};
use tokio::process::Command;

#[derive(Debug, Clone)]
pub(super) struct Repository {
    directory: PathBuf,
}

/// A change to be committed.
#[derive(Debug, Clone)]
pub(super) struct Draft<'a> {
    pub(super) author: Person,
    pub(super) reviewer: Person,
    pub(super) title: &'a str,
    /// Paragraphs between title and trailer; may be empty.
    pub(super) body: String,
    pub(super) files: Vec<File<'a>>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct File<'a> {
    pub(super) path: &'a str,
    pub(super) text: &'a str,
    pub(super) executable: bool,
}

impl Repository {
    /// An empty repository whose branch is `main`.
    pub(super) async fn create(directory: PathBuf) -> Result<Self, DemoError> {
        fs::create_dir_all(&directory).map_err(|source| DemoError::Directory {
            path: directory.clone(),
            source,
        })?;
        let repository = Self { directory };
        repository.git(&["init", "--quiet"], &[]).await?;
        // Not `init --initial-branch`, which git before 2.28 does not have.
        repository
            .git(&["symbolic-ref", "HEAD", "refs/heads/main"], &[])
            .await?;
        Ok(repository)
    }

    /// The name of its directory, which is also that of the pipeline that it feeds.
    pub(super) fn name(&self) -> String {
        let name = self.directory.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Writes the files of a draft and commits them on the branch.
    pub(super) async fn commit(&self, draft: &Draft<'_>, at: Time) -> Result<Sha, DemoError> {
        for file in &draft.files {
            let path = self.directory.join(file.path);
            let mode = if file.executable { 0o755 } else { 0o644 };
            write(&path, file.text, mode).map_err(|source| DemoError::Directory {
                path: path.clone(),
                source,
            })?;
        }
        self.git(&["add", "--all"], &[]).await?;
        let body = if draft.body.is_empty() {
            String::new()
        } else {
            format!("{}\n\n", draft.body)
        };
        let reviewer = draft.reviewer;
        let message = format!(
            "{}\n\n{body}Reviewed-by: {} <{}>",
            draft.title, reviewer.name, reviewer.email
        );
        let author = draft.author;
        let date = at.to_string();
        let signature = [
            ("GIT_AUTHOR_NAME", author.name),
            ("GIT_AUTHOR_EMAIL", author.email),
            ("GIT_AUTHOR_DATE", &date),
            ("GIT_COMMITTER_NAME", author.name),
            ("GIT_COMMITTER_EMAIL", author.email),
            ("GIT_COMMITTER_DATE", &date),
        ];
        let commit = ["commit", "--quiet", "--no-gpg-sign", "--message", &message];
        self.git(&commit, &signature).await?;
        self.head().await
    }

    async fn head(&self) -> Result<Sha, DemoError> {
        let said = self.git(&["rev-parse", "refs/heads/main"], &[]).await?;
        said.trim().parse().map_err(|why| DemoError::Git {
            what: "rev-parse".to_owned(),
            directory: self.directory.clone(),
            why,
        })
    }

    async fn git(&self, words: &[&str], env: &[(&str, &str)]) -> Result<String, DemoError> {
        let failed = |why: String| DemoError::Git {
            what: words.first().copied().unwrap_or_default().to_owned(),
            directory: self.directory.clone(),
            why,
        };
        let output = Command::new("git")
            .args(words)
            .current_dir(&self.directory)
            .env_remove("GIT_DIR")
            .env_remove("GIT_WORK_TREE")
            .env_remove("GIT_INDEX_FILE")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .envs(env.iter().copied())
            .stdin(std::process::Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .map_err(|error| failed(format!("git cannot be run: {error}; is it installed?")))?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            Err(failed(
                String::from_utf8_lossy(&output.stderr).trim().to_owned(),
            ))
        }
    }
}

fn write(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)?;
    fs::set_permissions(path, Permissions::from_mode(mode))
}

//! Does effects: git, builds, deployments and tests as processes of this machine, and the artifact
//! store between them. It knows no rules and no retry policy: trouble of the machinery comes back as
//! a `StepResult` like any other end. Start at `Executor::run`.

mod error;

pub use error::{ExecutorError, GitError};

use crate::model::{EffectId, Head, Owed, PipelineName, Sha, Source, Span, StepResult};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Runs steps. Cheap to clone; all clones share one state directory.
#[derive(Debug, Clone)]
pub struct Executor {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    steps: PathBuf,
}

impl Executor {
    /// Opens a state directory, making what is missing, and ends the process groups of steps that a
    /// dead server left behind.
    pub fn open(state: &Path) -> Result<Executor, ExecutorError> {
        let steps = state.join("steps");
        Ok(Executor {
            shared: Arc::new(Shared { steps }),
        })
    }

    /// Does an effect and says how it ended. Trouble of the machinery is
    /// `StepResult::Infrastructure`, never an error.
    #[expect(clippy::unused_async, reason = "the signature stands before its body")]
    pub async fn run(&self, _pipeline: &PipelineName, _owed: &Owed) -> StepResult {
        StepResult::Infrastructure {
            took: Span::ZERO,
            why: "this build runs no steps yet".to_owned(),
        }
    }

    /// Ends a step's process group; `run` then returns.
    pub fn cancel(&self, _id: &EffectId) {}

    /// Where a step's output is. The id may come from outside: it cannot leave the state directory.
    pub fn log_path(&self, id: &EffectId) -> PathBuf {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let folder: String =
            id.0.chars()
                .map(|c| if plain(c) { c } else { '_' })
                .collect();
        self.shared.steps.join(format!("{folder}.d")).join("log")
    }

    /// Looks at the source's branch. None when its head is still `known[0]` (newest first).
    #[expect(clippy::unused_async, reason = "the signature stands before its body")]
    pub async fn head(&self, source: &Source, _known: &[Sha]) -> Result<Option<Head>, GitError> {
        Err(GitError::BadRepository {
            repository: source.repository.clone(),
        })
    }
}

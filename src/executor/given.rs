//! The secrets that a command is given, read anew for every start so that they can be exchanged, and
//! refused where nothing could keep them out of its log. No value of them is in an error.

use crate::{
    model::{Run, Secret, SecretName},
    secret::{self, SecretError},
};
use std::env::{self, VarError};

/// Shorter ones are in every log by chance.
const SHORTEST: usize = 4;

/// Why a command cannot be given a secret.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotGiven {
    #[error("the secret {name}: {source}")]
    File {
        name: SecretName,
        source: SecretError,
    },
    #[error(
        "the secret {0} is not in the environment of the server: start it with a {0}, or name a file"
    )]
    Unset(SecretName),
    #[error("the secret {0} in the environment of the server must be one line of text")]
    NotOneLine(SecretName),
    #[error(
        "the secret {0} has less than {SHORTEST} characters, too few to be masked in a log: use a longer one"
    )]
    Short(SecretName),
}

/// Names and values for the environment of a command.
pub(crate) async fn to(run: &Run) -> Result<Vec<(String, String)>, NotGiven> {
    let mut all = Vec::new();
    for secret in run.secrets() {
        let value = value(secret).await?;
        if value.chars().count() < SHORTEST {
            return Err(NotGiven::Short(secret.name.clone()));
        }
        all.push((secret.name.to_string(), value));
    }
    Ok(all)
}

async fn value(secret: &Secret) -> Result<String, NotGiven> {
    let name = || secret.name.clone();
    if let Some(file) = &secret.file {
        return secret::read(file).await.map_err(|source| NotGiven::File {
            name: name(),
            source,
        });
    }
    match env::var(secret.name.as_str()) {
        Ok(value) if value.chars().any(char::is_control) => Err(NotGiven::NotOneLine(name())),
        Ok(value) => Ok(value),
        Err(VarError::NotPresent) => Err(NotGiven::Unset(name())),
        Err(VarError::NotUnicode(_)) => Err(NotGiven::NotOneLine(name())),
    }
}

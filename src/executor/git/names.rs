//! Which repositories, branches and trailers git gets to see, and how a repository is shown. Strict,
//! because a name that starts with a dash is an option and some transports run commands.

use crate::executor::GitError;

pub(crate) fn repository(repository: &str) -> Result<(), GitError> {
    let known = ["https://", "ssh://", "file://", "/"];
    let plain = !repository.chars().any(char::is_control);
    if plain && known.iter().any(|start| repository.starts_with(start)) {
        Ok(())
    } else {
        Err(GitError::BadRepository {
            repository: shown(repository),
        })
    }
}

/// The rules of `git check-ref-format --branch`, without asking a process.
pub(crate) fn branch(branch: &str) -> Result<(), GitError> {
    let bad_char = |c: char| c.is_control() || " ~^:?*[\\".contains(c);
    let lock = |part: &str| part.strip_suffix(".lock").is_some();
    let bad_part = |part: &str| part.is_empty() || part.starts_with('.') || lock(part);
    let bad = branch.starts_with('-')
        || branch.ends_with('.')
        || branch == "@"
        || branch.contains("..")
        || branch.contains("@{")
        || branch.contains(bad_char)
        || branch.split('/').any(bad_part);
    if bad {
        return Err(GitError::BadBranch {
            branch: branch.to_owned(),
        });
    }
    Ok(())
}

/// A trailer's key goes into a format text, so it is a plain word.
pub(crate) fn trailer(trailer: &str) -> Result<(), GitError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if trailer.is_empty() || !trailer.chars().all(plain) {
        return Err(GitError::BadTrailer {
            trailer: trailer.to_owned(),
        });
    }
    Ok(())
}

/// A repository as messages name it: without a password.
pub(crate) fn shown(repository: &str) -> String {
    match secret(repository) {
        Some(secret) => repository.replacen(secret, "", 1),
        None => repository.to_owned(),
    }
}

/// `user:password@` of a URL. Over HTTPS a user alone may be a token; over SSH it is a name.
pub(crate) fn secret(repository: &str) -> Option<&str> {
    let (_, rest) = repository.split_once("://")?;
    let authority = rest.split('/').next()?;
    let end = authority.rfind('@')?;
    let secret = &authority[..=end];
    let token = repository.starts_with("https://");
    (token || secret.contains(':')).then_some(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repositories() {
        for good in [
            "https://git.example.com/a.git",
            "ssh://git@example.com/a.git",
            "file:///srv/a.git",
            "/srv/a.git",
        ] {
            assert!(repository(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "--upload-pack=touch /tmp/x",
            "ext::sh -c id",
            "a.git",
            "http://example.com/a.git",
            "git@example.com:a.git",
            "https://example.com/a\n.git",
        ] {
            assert!(repository(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn branches() {
        for good in ["main", "release/1.2", "a-b_c", "ünï"] {
            assert!(branch(good).is_ok(), "{good}");
        }
        for bad in [
            "", "-f", "--all", "a..b", "a b", "a~1", "a^", "a:b", "a?", "*", "[a]", "a\\b", "/a",
            "a/", "a//b", ".a", "a/.b", "a.lock", "a.lock/b", "a.", "@", "a@{1}", "a\0b", "a\nb",
        ] {
            assert!(branch(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_password_is_never_shown() {
        let with = "https://bot:s3cret@example.com/a.git";
        assert_eq!(shown(with), "https://example.com/a.git");
        let token = "https://ghp_0123@example.com/a.git";
        assert_eq!(shown(token), "https://example.com/a.git");
        assert_eq!(shown("ssh://git@example.com/a"), "ssh://git@example.com/a");
    }
}

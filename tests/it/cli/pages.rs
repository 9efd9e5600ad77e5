//! The manual page and the completions under `assets` are what the program prints now.
//! `PILOTHOUSE_PAGES=1` writes them anew.

use super::{pilothouse, stdout};
use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

const PAGES: [(&str, &[&str]); 4] = [
    ("pilothouse.1", &["man"]),
    ("completions/pilothouse.bash", &["completion", "bash"]),
    ("completions/_pilothouse", &["completion", "zsh"]),
    ("completions/pilothouse.fish", &["completion", "fish"]),
];

fn asset(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("assets")
        .join(path)
}

#[test]
fn what_lies_in_assets_is_current() {
    let home = TempDir::new().unwrap();
    for (path, arguments) in PAGES {
        let output = pilothouse(home.path(), arguments);
        assert!(output.status.success(), "{output:?}");
        let (text, path) = (stdout(&output), asset(path));
        if env::var_os("PILOTHOUSE_PAGES").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &text).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            kept == text,
            "{} is not current: PILOTHOUSE_PAGES=1 cargo test pages",
            path.display()
        );
    }
}

#[test]
fn the_manual_has_every_verb_key_and_status() {
    let home = TempDir::new().unwrap();
    let page = stdout(&pilothouse(home.path(), &["man"]));
    for part in [
        ".SH COMMANDS\n",
        ".SS \"pilothouse approve [OPTIONS] [PIPELINE]\"\n",
        ".SH KEYS\n",
        ".SH \"EXIT STATUS\"\n",
        "\\fB124\\fR\ntime is up\n",
        ".SH ENVIRONMENT\n",
        "\\fBNO_COLOR\\fR\n",
        ".SH FILES\n",
    ] {
        assert!(page.contains(part), "{part:?} is missing:\n{page}");
    }
    assert!(!page.contains("demo\\-target"), "{page}");
}

#[test]
fn bash_understands_its_completions() {
    let path = asset("completions/pilothouse.bash");
    match Command::new("bash").arg("-n").arg(&path).output() {
        Ok(output) => assert!(output.status.success(), "{output:?}"),
        // Not every machine has it.
        Err(why) => assert_eq!(why.kind(), std::io::ErrorKind::NotFound),
    }
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains("rollback") && !text.contains("demo-target"));
}

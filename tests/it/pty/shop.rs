//! A shop small enough to be understood at a glance: one git repository, one pipeline with a test
//! stage and a wave, targets that are files. Real git, real steps, and an end within seconds.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};
use tempfile::TempDir;

/// A change takes a second or so through it.
const SHOP: &str = r#"
name    = "shop"
kind    = "application"
service = "shop"
owner   = "sales"

[source]
repository = "@HOME@/repository"
poll       = "100ms"

[build]
run      = "cp goods package"
artifact = "package"

[[stage]]
name     = "beta"
phase    = "test"
deploy   = { run = "./deploy" }
regions  = [{ name = "eu-central-1", time_zone = "Europe/Berlin", zones = { a = ["beta-1"] } }]
approval = [{ test = "goods", run = "true" }]

[[stage]]
name    = "wave-1"
phase   = "production"
deploy  = { run = "./deploy", one_box = true, max_unavailable = "50%" }
regions = [{ name = "eu-central-1", time_zone = "Europe/Berlin", zones = { a = ["fra-1", "fra-2"] } }]
"#;

const DEPLOY: &str = "#!/bin/sh\ncp \"$PILOTHOUSE_ARTIFACT\" \"@HOME@/$PILOTHOUSE_TARGET\"\n";

/// The shop's files, and a home for the programs that work on them.
pub(crate) struct Shop {
    home: TempDir,
}

impl Shop {
    /// With a first change that nobody has released yet.
    pub(crate) fn open() -> Self {
        let shop = Self {
            home: tempfile::tempdir().unwrap(),
        };
        fs::create_dir(shop.definitions()).unwrap();
        let home = shop.home().to_str().unwrap();
        let write = |name: &str, text: &str| {
            let path = shop.definitions().join(name);
            fs::write(&path, text.replace("@HOME@", home)).unwrap();
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        };
        write("shop.toml", SHOP);
        write("deploy", DEPLOY);
        fs::create_dir(shop.home().join("repository")).unwrap();
        shop.git(&["init", "--quiet", "--initial-branch=main"]);
        shop.change("apples");
        shop
    }

    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn definitions(&self) -> PathBuf {
        self.home().join("definitions")
    }

    /// Commits a change of what the shop sells.
    pub(crate) fn change(&self, goods: &str) {
        fs::write(self.home().join("repository/goods"), goods).unwrap();
        self.git(&["add", "goods"]);
        self.git(&["commit", "--quiet", "--message", &format!("Sell {goods}")]);
    }

    /// What runs on a target.
    pub(crate) fn runs_on(&self, target: &str) -> String {
        fs::read_to_string(self.home().join(target)).unwrap_or_default()
    }

    /// The directories that an embedded server made and has not removed.
    pub(crate) fn left_behind(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.home()).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        paths
            .filter(|path| path.to_string_lossy().contains("/pilothouse-"))
            .collect()
    }

    /// What the command line says about the server that a terminal has embedded.
    pub(crate) fn ask(&self, arguments: &[&str]) -> String {
        let [place] = self.left_behind().try_into().unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_pilothouse"))
            .arg("--socket")
            .arg(place.join("socket"))
            .args(arguments)
            .env("HOME", self.home())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn git(&self, arguments: &[&str]) {
        let output = Command::new("git")
            .args(["-c", "user.name=Ana", "-c", "user.email=ana@example.com"])
            .args(arguments)
            .current_dir(self.home().join("repository"))
            .env("HOME", self.home())
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    }
}

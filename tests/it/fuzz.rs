//! The fuzz targets as property tests: every corpus as it is, and changed at random. A finding becomes
//! a file of the corpus. `PILOTHOUSE_FUZZ=1000000` tries so many inputs of each target.

#[path = "../fuzz/targets.rs"]
mod targets;

use crate::{
    fixture::{name, night},
    simulation::rng::Rng,
    tidy::root,
    world::World,
};
use pilothouse::{
    api::PlanRequest,
    model::{BlockerId, Command, HoldScope, Lift, ReleaseId, RollbackScope, Span},
};
use std::{
    env, fs,
    panic::{AssertUnwindSafe, catch_unwind},
};
use targets::{ALL, Target};

/// Inputs that every run of the tests tries of each target.
const INPUTS: u64 = 250;
/// More than anything that comes in small pieces.
const LONGEST: usize = 64 << 10;
/// Pieces that readers look for.
const PIECES: [&[u8]; 16] = [
    b"\0",
    b"\x1b[2J",
    b"\r\n",
    b"\n\n",
    b"\"",
    b"{",
    b"}",
    b"[[",
    b"-",
    b"://",
    b"@",
    b"NaN",
    b"1e999",
    b"18446744073709551615",
    b"-9223372036854775808",
    "\u{202e}\u{200b}\u{e9}".as_bytes(),
];

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = root().join("tests/fuzz/corpus").join(target);
    let files = fs::read_dir(&folder).unwrap();
    let mut files: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    files
        .into_iter()
        .map(|file| fs::read(file).unwrap())
        .collect()
}

/// One of the corpus, with a few changes.
fn changed(corpus: &[Vec<u8>], rng: &mut Rng) -> Vec<u8> {
    let mut bytes = rng.pick(corpus).unwrap().clone();
    for _ in 0..=rng.below(4) {
        let at = |rng: &mut Rng, bytes: &[u8]| rng.below(bytes.len() as u64 + 1) as usize;
        let (one, two) = (at(rng, &bytes), at(rng, &bytes));
        let range = one.min(two)..one.max(two);
        match rng.below(6) {
            0 if one < bytes.len() => bytes[one] ^= 1 << rng.below(8),
            1 => drop(bytes.drain(range)),
            2 => {
                let copy = bytes[range].to_vec();
                drop(bytes.splice(two..two, copy));
            }
            3 => {
                let other = rng.pick(corpus).unwrap();
                let from = at(rng, other);
                drop(bytes.splice(one.., other[from..].iter().copied()));
            }
            4 => bytes.insert(one, rng.below(256) as u8),
            _ => {
                let piece = rng.pick(&PIECES).unwrap();
                drop(bytes.splice(one..one, piece.iter().copied()));
            }
        }
    }
    bytes.truncate(LONGEST);
    bytes
}

/// Tries one input, and keeps what breaks something.
fn try_one(name: &str, target: Target, bytes: &[u8]) {
    let tried = catch_unwind(AssertUnwindSafe(|| target(bytes)));
    if tried.is_err() {
        let shown = String::from_utf8_lossy(bytes);
        panic!("{name}: put this into tests/fuzz/corpus/{name}: {shown:?}");
    }
}

#[test]
fn whatever_comes_in_breaks_nothing() {
    let wanted = env::var("PILOTHOUSE_FUZZ").ok().map(|n| n.parse().unwrap());
    for (seed, (name, target)) in (1..).zip(ALL) {
        let corpus = corpus(name);
        for bytes in &corpus {
            try_one(name, target, bytes);
        }
        for step in 0..wanted.unwrap_or(INPUTS) {
            let mut rng = Rng::of(seed, step);
            try_one(name, target, &changed(&corpus, &mut rng));
        }
    }
}

/// Every target has its file for cargo-fuzz and its place in the manifest.
#[test]
fn every_target_can_be_fuzzed() {
    let manifest = fs::read_to_string(root().join("tests/fuzz/Cargo.toml")).unwrap();
    for (name, _) in ALL {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
        let file = root().join(format!("tests/fuzz/fuzz_targets/{name}.rs"));
        let text = fs::read_to_string(file).unwrap();
        assert!(text.contains(&format!("targets::{name}(bytes)")), "{name}");
    }
}

/// What commands and entries are tried on is a pipeline of this version.
#[test]
fn the_state_is_of_this_version() {
    let world = night();
    let path = root().join("tests/fuzz/state.json");
    if env::var_os("PILOTHOUSE_FUZZ_STATE").is_some() {
        let text = serde_json::to_string(&(&world.pipeline, &world.org)).unwrap();
        fs::write(&path, format!("{text}\n")).unwrap();
        write_corpora(&world);
        return;
    }
    let (pipeline, _) = &*targets::STATE;
    assert_eq!(pipeline.name, world.pipeline.name);
}

/// A command of each kind and a fact of each kind, as they are written today. Files of the corpora
/// that are there already stay: what was written once must be read for ever.
fn write_corpora(world: &World) {
    let put = |target: &str, name: &str, text: String| {
        let file = root().join(format!("tests/fuzz/corpus/{target}/{name}"));
        if !file.exists() {
            fs::write(file, text).unwrap();
        }
    };
    for (name, command) in commands() {
        let request = PlanRequest {
            pipeline: Some(world.pipeline.name.clone()),
            command,
        };
        put("commands", name, serde_json::to_string(&request).unwrap());
    }
    for entry in &world.entries {
        let value = serde_json::to_value(entry).unwrap();
        let kind = value["fact"]["fact"].as_str().unwrap();
        put("records", kind, value.to_string());
    }
}

fn commands() -> [(&'static str, Command); 6] {
    let (reason, lasts) = (|| "seen it".to_owned(), Span::minutes(30));
    let (stage, release) = (|| name("gamma"), ReleaseId(4));
    [
        (
            "rollback",
            Command::Rollback {
                scope: RollbackScope::Stage(name("wave-1")),
                release: ReleaseId(3),
                reason: reason(),
            },
        ),
        (
            "hold",
            Command::Hold {
                scope: HoldScope::Stage(stage()),
                reason: reason(),
                lasts: Some(lasts),
            },
        ),
        (
            "override",
            Command::Override {
                stage: name("wave-2"),
                release: ReleaseId(2),
                blockers: vec![BlockerId("window/business-hours".to_owned())],
                reason: "agreed with the shop, low traffic".to_owned(),
                lasts,
                ticket: Some("INC-5512".to_owned()),
                uses: 1,
            },
        ),
        (
            "lift",
            Command::Lift {
                what: Lift::Hold(name("h1")),
                reason: reason(),
            },
        ),
        (
            "retry",
            Command::Retry {
                stage: stage(),
                release,
            },
        ),
        (
            "undo",
            Command::Undo {
                stage: stage(),
                release,
            },
        ),
    ]
}

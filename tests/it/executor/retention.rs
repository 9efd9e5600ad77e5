//! What is removed from the state directory, and what never is.

use super::*;
use std::{
    collections::BTreeSet,
    fs::{self, File},
    time::SystemTime,
};

/// Makes a file or folder look as if nobody had touched it for a while.
fn age(path: &Path, hours: u64) {
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let now = fs::metadata(path).unwrap().modified().unwrap();
    let then = now - Duration::from_secs(hours * 3600);
    File::open(path)
        .unwrap()
        .set_modified(then.max(long_ago))
        .unwrap();
}

#[test]
fn only_old_artifacts_that_nobody_needs_are_removed() {
    let place = Place::new();
    let store = place.path("state/artifacts");
    let mut kept = BTreeSet::new();
    for (name, hours) in [("needed", 100), ("young", 23), ("old", 25)] {
        let digest = Digest::of(name.as_bytes());
        let path = store.join(digest.as_str());
        fs::write(&path, name).unwrap();
        age(&path, hours);
        if name == "needed" {
            kept.insert(digest);
        }
    }
    for name in [".incoming-1234567890", "notes"] {
        fs::write(store.join(name), name).unwrap();
        age(&store.join(name), 100);
    }
    assert_eq!(place.executor.prune(&kept).unwrap(), 2);
    assert_eq!(place.executor.prune(&kept).unwrap(), 0);
    let mut left: Vec<String> = fs::read_dir(&store)
        .unwrap()
        .map(|entry| read(&entry.unwrap().path()))
        .collect();
    left.sort();
    assert_eq!(left, ["needed", "notes", "young"]);
}

#[test]
fn what_cannot_be_removed_is_named_and_keeps_nothing_else() {
    let place = Place::new();
    let store = place.path("state/artifacts");
    let path = |name: String| store.join(Digest::of(name.as_bytes()).as_str());
    let stuck = path("no file".to_owned());
    fs::create_dir(&stuck).unwrap();
    age(&stuck, 25);
    for number in 0..20 {
        let path = path(number.to_string());
        fs::write(&path, "old").unwrap();
        age(&path, 25);
    }
    let why = place.executor.prune(&BTreeSet::new()).unwrap_err();
    let why = why.to_string();
    assert!(why.contains(stuck.to_str().unwrap()), "{why}");
    assert_eq!(fs::read_dir(&store).unwrap().count(), 1);
}

#[test]
fn the_logs_of_old_steps_go_the_oldest_first() {
    let place = Place::new();
    let steps = place.path("state/steps");
    let mut held = Vec::new();
    for number in 1..=1_250 {
        let folder = steps.join(format!("check-out-{number}"));
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("log"), "log").unwrap();
        if number == 7 {
            // It still runs: its keeper holds it.
            let keeper = File::create(folder.join("keeper")).unwrap();
            keeper.lock().unwrap();
            held.push(keeper);
        }
        age(&folder, 48);
    }
    for other in ["search-1", "odd"] {
        fs::create_dir(steps.join(other)).unwrap();
        age(&steps.join(other), 48);
    }
    let none = BTreeSet::new();
    let left = || fs::read_dir(&steps).unwrap().count();
    assert_eq!(
        place.executor.prune(&none).unwrap(),
        200,
        "a little at a time"
    );
    assert!(!steps.join("check-out-1").exists() && steps.join("check-out-250").exists());
    assert_eq!(place.executor.prune(&none).unwrap(), 49);
    assert_eq!(place.executor.prune(&none).unwrap(), 0);
    assert_eq!(left(), 1_000 + 3);
    for stays in ["check-out-7", "search-1", "odd", "check-out-1250"] {
        assert!(steps.join(stays).exists(), "{stays}");
    }
}

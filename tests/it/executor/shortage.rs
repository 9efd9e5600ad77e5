//! A machine that lets a keeper start nothing for a while.

use super::*;

#[tokio::test]
async fn a_keeper_waits_for_the_process_that_it_may_not_start() {
    if Command::new("prlimit").arg("--version").output().is_err() {
        println!("skipped: prlimit is not installed (Debian: apt-get install util-linux)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // Root is never short of processes.
    let is_root = nix::unistd::geteuid().is_root();
    if is_root {
        std::os::unix::fs::chown(folder.path(), Some(65_534), Some(65_534)).unwrap();
    }
    let as_nobody = |words: &[&str]| {
        let mut all = vec!["env"];
        if is_root {
            all = vec![
                "setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
            ];
        }
        all.extend(words);
        let mut command = Command::new(all[0]);
        command.args(&all[1..]);
        command
    };
    let mut command = as_nobody(&["prlimit", "--nproc=0:"]);
    command.arg(program());
    let server = std::process::id().to_string();
    command.args(["step-keeper", "--key", "0.1.1", "--server", &server]);
    command.args(["--directory", "/", "--limit", "20000"]);
    command.arg("--folder").arg(folder.path());
    command.arg("--end").arg(folder.path().join("end"));
    command.args(["--", "sh", "-c", "echo ran"]);
    let mut keeper = command.spawn().unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let end = || read(&folder.path().join("end"));
    assert_eq!((end(), keeper.try_wait().unwrap()), (String::new(), None));
    let used = processor_ticks(keeper.id());
    assert!(used < 25, "it turned around itself: {used} ticks");
    let pid = keeper.id().to_string();
    let raised = as_nobody(&["prlimit", "--nproc=4096:", "--pid", &pid]).status();
    assert!(raised.unwrap().success());
    until("it has started it", || !end().is_empty()).await;
    assert!(keeper.wait().unwrap().success());
    assert!(end().contains("\nexit 0\nran\n"), "{}", end());
}

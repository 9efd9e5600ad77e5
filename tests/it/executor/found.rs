//! Steps that an earlier server began: they go on, are waited for under the same id, and are never
//! begun twice.

use super::*;

/// A later server on the same directory, which owes this.
pub(super) fn next(place: &Place, owed: &Owed) -> Executor {
    Executor::open(
        &place.path("state"),
        0,
        (&program(), &Confinement::default()),
        [owed],
    )
    .unwrap()
}

/// Runs a step until something is so, and then as a killed server does: nobody waits for it any more.
async fn left(place: &Place, step: &Owed, what: &str, so: impl Fn() -> bool) {
    tokio::select! {
        result = place.run(step) => panic!("the step ended: {result:?}"),
        () = until(what, so) => {}
    }
}

fn keeper(place: &Place, id: &str) -> Option<i32> {
    let note = read(&place.path(&format!("state/steps/{id}/keeper")));
    note.split(' ').next()?.parse().ok()
}

fn kill(pid: i32, signal: nix::sys::signal::Signal) {
    nix::sys::signal::kill(nix::unistd::Pid::from_raw(pid), signal).unwrap();
}

/// Says that it starts, and goes on once it may.
const WORK: &str =
    "echo start >> starts; echo before; until test -e go; do sleep 0.02; done; echo after";

#[tokio::test]
async fn a_step_goes_on_without_a_server_and_is_found_again() {
    for (then, kind) in [("exit 0", "succeeded"), ("exit 3", "failed")] {
        for ends_first in [false, true] {
            let place = Place::new();
            let run = Run::Shell(format!("{WORK}; {then}"));
            let step = place.test_step("on-1", run, Span::seconds(20));
            let starts = || read(&place.path("starts"));
            left(&place, &step, "it starts", || !starts().is_empty()).await;
            tokio::time::sleep(Duration::from_millis(300)).await;
            let go = || std::fs::write(place.path("go"), "").unwrap();
            if ends_first {
                go();
                let gone = || keeper(&place, "on-1").is_none();
                until("it ends while there is no server", gone).await;
            }
            let next = next(&place, &step);
            assert!(next.is_found(&step.id));
            let name = pipeline();
            let wait = next.run(&name, &step);
            let (result, ()) = tokio::join!(wait, async {
                tokio::time::sleep(Duration::from_millis(50)).await;
                go();
            });
            assert_eq!(told(&result).0, kind, "{result:?}");
            let (StepResult::Succeeded { took, .. } | StepResult::Failed { took, .. }) = result
            else {
                panic!("{result:?}");
            };
            assert!(took >= Span(300), "{took} since another server began it");
            assert_eq!(starts(), "start\n", "{kind} {ends_first}");
            let log = String::from_utf8(place.log("on-1")).unwrap();
            assert!(log.ends_with("before\nafter\n"), "{log}");
            assert_eq!(log.matches("[pilothouse]").count(), 1, "{log}");
        }
    }
}

#[tokio::test]
async fn a_build_goes_on_in_its_checkout_and_is_kept_once() {
    let place = Place::new();
    let repository = Repository::new(place.path("repository"));
    let sha = repository.commit("content", "first", "First");
    let text = format!(
        "cd {}; {WORK}; cd -; date +%N > artifact",
        place.directory()
    );
    let build = Effect::Build {
        release: ReleaseId(1),
        repository: place.path("repository").display().to_string(),
        sha,
        also: Vec::new(),
        run: Run::Shell(text),
        artifact: "artifact".to_owned(),
        timeout: Span::seconds(20),
    };
    let step = owed("build-1", build);
    let starts = || read(&place.path("starts"));
    left(&place, &step, "it starts", || !starts().is_empty()).await;
    let second = next(&place, &step);
    std::fs::write(place.path("go"), "").unwrap();
    let first = second.run(&pipeline(), &step).await;
    let StepResult::Succeeded { artifact, .. } = first else {
        panic!("{first:?}");
    };
    // That server, too, died before it could say so.
    let again = next(&place, &step).run(&pipeline(), &step).await;
    let StepResult::Succeeded { artifact: same, .. } = again else {
        panic!("{again:?}");
    };
    assert_eq!(artifact, same);
    assert_eq!(starts(), "start\n");
}

#[tokio::test]
async fn what_was_lost_is_not_known_and_what_was_stopped_runs_again() {
    use nix::sys::signal::Signal;
    let cases = [
        (Signal::SIGKILL, "unknown", "start\n"),
        (Signal::SIGTERM, "succeeded", "start\nstart\n"),
    ];
    for (signal, kind, starts) in cases {
        let place = Place::new();
        let step = place.test_step("lost-1", Run::Shell(WORK.to_owned()), Span::seconds(20));
        let begun = || !read(&place.path("starts")).is_empty();
        left(&place, &step, "it starts", begun).await;
        let pid = keeper(&place, "lost-1").unwrap();
        kill(pid, signal);
        until("the keeper ends", || !lives(&pid.to_string())).await;
        std::fs::write(place.path("go"), "").unwrap();
        let result = next(&place, &step).run(&pipeline(), &step).await;
        assert_eq!(told(&result).0, kind, "{signal} {result:?}");
        assert_eq!(read(&place.path("starts")), starts, "{signal}");
    }
}

#[tokio::test]
async fn what_ended_with_the_machine_runs_again() {
    let place = Place::new();
    let step = place.test_step("boot-1", Run::Shell(WORK.to_owned()), Span::seconds(20));
    let begun = || !read(&place.path("starts")).is_empty();
    left(&place, &step, "it starts", begun).await;
    let pid = keeper(&place, "boot-1").unwrap();
    kill(pid, nix::sys::signal::Signal::SIGKILL);
    until("the keeper ends", || !lives(&pid.to_string())).await;
    let file = place.path("state/steps/boot-1/keeper");
    let note = read(&file);
    let run = note.split(' ').nth(2).unwrap();
    std::fs::write(&file, note.replace(run, "an-earlier-run")).unwrap();
    std::fs::write(place.path("go"), "").unwrap();
    let next = next(&place, &step);
    assert!(!next.is_found(&step.id));
    let result = next.run(&pipeline(), &step).await;
    assert_eq!(told(&result).0, "succeeded", "{result:?}");
    assert_eq!(read(&place.path("starts")), "start\nstart\n");
}

#[tokio::test]
async fn another_try_or_a_journal_from_a_backup_goes_on_with_nothing() {
    for (restores, tries) in [(0, 2), (1, 1)] {
        let place = Place::new();
        let mut step = place.test_step("other-1", Run::Shell(WORK.to_owned()), Span::seconds(20));
        let begun = || !read(&place.path("starts")).is_empty();
        left(&place, &step, "it starts", begun).await;
        step.tries = tries;
        let next = Executor::open(
            &place.path("state"),
            restores,
            (&program(), &Confinement::default()),
            [&step],
        )
        .unwrap();
        assert!(!next.is_found(&step.id));
        std::fs::write(place.path("go"), "").unwrap();
        let result = next.run(&pipeline(), &step).await;
        assert_eq!(told(&result).0, "succeeded", "{result:?}");
        assert_eq!(read(&place.path("starts")), "start\nstart\n");
    }
}

#[tokio::test]
async fn a_found_step_that_is_not_wanted_any_more_ends() {
    let place = Place::new();
    let text = "echo $$ > leader; sleep 600";
    let step = place.test_step("unwanted-1", Run::Shell(text.to_owned()), Span::minutes(5));
    let leader = || read(&place.path("leader"));
    left(&place, &step, "it starts", || !leader().is_empty()).await;
    let next = next(&place, &step);
    let name = pipeline();
    let (result, ()) = tokio::join!(next.run(&name, &step), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        next.cancel(&step.id);
    });
    assert_eq!(told(&result).1, "stopped: not wanted any more");
    assert!(!lives(&leader()));
}

#[tokio::test]
async fn a_target_stays_held_for_the_deployment_that_an_earlier_server_began() {
    let place = Place::new();
    let deployment = place.deployment("h1", &format!("{WORK}; echo one >> order"), Some("true"));
    let first = owed("deploy-1", Effect::Deploy(deployment));
    let other = place.deployment("h1", "echo two >> order", None);
    let second = owed("deploy-2", Effect::Deploy(other));
    let begun = || !read(&place.path("starts")).is_empty();
    left(&place, &first, "it starts", begun).await;
    let next = Executor::open(
        &place.path("state"),
        0,
        (&program(), &Confinement::default()),
        [&first, &second],
    )
    .unwrap();
    let name = pipeline();
    let (two, one, ()) = tokio::join!(
        next.run(&name, &second),
        async {
            // The other pipeline was quicker to ask.
            tokio::time::sleep(Duration::from_millis(200)).await;
            next.run(&name, &first).await
        },
        async {
            tokio::time::sleep(Duration::from_millis(400)).await;
            std::fs::write(place.path("go"), "").unwrap();
        }
    );
    assert_eq!((told(&one).0, told(&two).0), ("succeeded", "succeeded"));
    assert_eq!(read(&place.path("order")), "one\ntwo\n");
    assert_eq!(read(&place.path("starts")), "start\n");
}

#[tokio::test]
async fn a_health_check_goes_on_after_a_deployment_that_is_not_repeated() {
    let place = Place::new();
    let check = "echo look >> looks; test -e well";
    let deployment = place.deployment("h1", "echo start >> starts", Some(check));
    let step = owed("health-1", Effect::Deploy(deployment));
    let looks = || read(&place.path("looks")).lines().count();
    left(&place, &step, "it asks for health", || looks() > 1).await;
    let next = next(&place, &step);
    let name = pipeline();
    let (result, ()) = tokio::join!(next.run(&name, &step), async {
        let before = looks();
        until("it asks again", || looks() > before).await;
        std::fs::write(place.path("well"), "").unwrap();
    });
    assert_eq!(told(&result).0, "succeeded", "{result:?}");
    assert_eq!(read(&place.path("starts")), "start\n");
}

/// A keeper that comes to its folder only after its server died may not begin: the next server has
/// looked there already.
#[test]
fn a_keeper_whose_server_is_gone_does_not_begin() {
    let place = Place::new();
    let folder = place.path("state/steps/late-1");
    std::fs::create_dir_all(&folder).unwrap();
    let status = Command::new(program())
        .args(["step-keeper", "--key", "0.1.1", "--server", "1"])
        .arg("--folder")
        .arg(&folder)
        .arg("--end")
        .arg(folder.join("end"))
        .arg("--directory")
        .arg(place.directory())
        .args(["--limit", "5000", "--", "touch", "begun"])
        .status()
        .unwrap();
    assert_eq!(status.code(), Some(4));
    assert!(!place.path("begun").exists());
}

//! How commands end, and that nothing of them stays.

use super::*;

#[tokio::test]
async fn ends_of_commands() {
    let place = Place::new();
    let cases = [
        ("true", "succeeded", ""),
        (
            "echo one; echo two; echo; exit 3",
            "failed",
            "exit 3: two (log: steps/case-1/log)",
        ),
        ("exit 9", "failed", "exit 9 (log: steps/case-2/log)"),
        (
            "echo no host >&2; exit 75",
            "infrastructure",
            "exit 75, try again: no host (log: steps/case-3/log)",
        ),
        (
            "kill -SEGV $$",
            "failed",
            "killed by SIGSEGV (log: steps/case-4/log)",
        ),
        (
            r"printf '\033[31mred\033[0m \t\007end\n'; exit 1",
            "failed",
            "exit 1: red  end (log: steps/case-5/log)",
        ),
    ];
    for (number, (text, kind, why)) in cases.into_iter().enumerate() {
        let result = place.shell(&format!("case-{number}"), text).await;
        assert_eq!(told(&result), (kind, why), "{text}");
    }
}

#[tokio::test]
async fn what_cannot_start_names_the_command_and_the_directory() {
    let place = Place::new();
    std::fs::write(place.path("plain"), "no program").unwrap();
    let argv = |words: &[&str]| Run::Argv(words.iter().map(|&word| word.to_owned()).collect());
    for (run, words) in [
        (argv(&["./missing", "now"]), "cannot start ./missing now in"),
        (argv(&["./plain"]), "ermission denied"),
        (argv(&["no-such-program-anywhere"]), "No such file"),
        (argv(&[]), "the command is empty"),
    ] {
        let result = place
            .run(&place.test_step("x-1", run, Span::seconds(5)))
            .await;
        let (kind, why) = told(&result);
        assert_eq!(kind, "infrastructure");
        assert!(
            why.contains(words) && why.contains(&place.directory()),
            "{why}"
        );
    }
    let mut elsewhere = place.test_step("x-2", argv(&["true"]), Span::seconds(5));
    if let Effect::Test { directory, .. } = &mut elsewhere.effect {
        directory.push_str("/gone");
    }
    let result = place.run(&elsewhere).await;
    assert!(
        told(&result)
            .1
            .contains("/gone: the directory does not exist"),
        "{result:?}"
    );
}

#[tokio::test]
async fn steps_see_the_named_values_and_nothing_else_of_ours() {
    let place = Place::new();
    let step = place.deployment("h1", "env", None);
    let result = place.run(&owed("checkout-17", Effect::Deploy(step))).await;
    assert_eq!(told(&result).0, "succeeded");
    let log = String::from_utf8(place.log("checkout-17")).unwrap();
    let known = [
        "HOME", "LANG", "PATH", "TZ", "USER", "PWD", "OLDPWD", "SHLVL", "_",
    ];
    let names = log.lines().skip(1).filter_map(|line| line.split_once('='));
    for (name, _) in names {
        let ours = name.starts_with("PILOTHOUSE_") || known.contains(&name);
        assert!(ours, "{name} was inherited");
    }
    for value in [
        "PILOTHOUSE_PIPELINE=checkout",
        "PILOTHOUSE_STAGE=wave-1",
        "PILOTHOUSE_RELEASE=r3",
        "PILOTHOUSE_TARGET=h1",
        "PILOTHOUSE_REGION=eu-central-1",
        "PILOTHOUSE_ZONE=a",
        "PILOTHOUSE_EFFECT_ID=checkout-17",
        "PILOTHOUSE_EPOCH=7",
        "PILOTHOUSE_ROLLBACK=1",
    ] {
        assert!(log.lines().any(|line| line == value), "{value} in {log}");
    }
}

#[tokio::test]
async fn a_time_limit_ends_the_whole_group_even_against_its_will() {
    let place = Place::new();
    // The leader and its child both ignore the request to end.
    let text = "trap '' TERM; sh -c 'trap \"\" TERM; echo $$ > child; while :; do sleep 0.05; done' & wait";
    let step = place.test_step("slow-1", Run::Shell(text.to_owned()), Span(300));
    let result = place.run(&step).await;
    let words = ("failed", "did not end within 300ms (log: steps/slow-1/log)");
    assert_eq!(told(&result), words);
    assert!(!lives(&read(&place.path("child"))), "the child lives on");
}

#[tokio::test]
async fn what_a_step_leaves_in_its_group_is_killed() {
    let place = Place::new();
    let result = place
        .shell("bg-1", "sleep 600 & echo $! > child; echo done")
        .await;
    assert_eq!(told(&result).0, "succeeded");
    assert!(!lives(&read(&place.path("child"))));
}

/// Leaves the group and the session, and its parents end: nothing ties it to the step any more but
/// whom the kernel gives it to. It holds the output open and will not end when asked.
const DAEMON: &str = "(setsid sh -c '(trap \"\" TERM; echo $$ > child; sh -c \"echo \\$PPID > child; sleep 600\") & exit' & exit); while ! test -s child; do sleep 0.01; done; echo started";

#[tokio::test]
async fn a_daemon_does_not_outlive_its_step_however_that_ends() {
    let place = Place::new();
    let child = place.path("child");
    let cases = [
        ("daemon-1", "exit 0", "succeeded"),
        ("daemon-2", "exit 1", "failed"),
        ("daemon-3", "kill -KILL $$", "failed"),
        ("daemon-4", "sleep 600", "failed"),
    ];
    for (id, then, kind) in cases {
        let watch = Stopwatch::start();
        let text = format!("{DAEMON}; {then}");
        let step = place.test_step(id, Run::Shell(text), Span(800));
        let result = place.run(&step).await;
        assert_eq!(told(&result).0, kind, "{id}: {result:?}");
        assert!(watch.elapsed() < Span::seconds(60), "{id}: waited for");
        assert!(!lives(&read(&child)), "{id}: the daemon lives on");
        std::fs::remove_file(&child).unwrap();
    }
    let step = place.test_step(
        "daemon-5",
        Run::Shell(format!("{DAEMON}; sleep 600")),
        Span::minutes(5),
    );
    let cancel = async {
        until("the daemon starts", || !read(&child).is_empty()).await;
        place.executor.cancel(&step.id);
    };
    let (result, ()) = tokio::join!(place.run(&step), cancel);
    assert_eq!(told(&result).1, "stopped: not wanted any more");
    assert!(!lives(&read(&child)), "the daemon lives on");
}

#[tokio::test]
async fn all_of_a_step_may_end_in_order_when_asked() {
    let place = Place::new();
    let text = "setsid sh -c 'trap \"echo closed > daemon; exit\" TERM; echo $$ > child; while :; do sleep 0.02; done' & trap 'sleep 0.3; echo closed > leader; exit' TERM; while :; do sleep 0.02; done";
    let step = place.test_step("polite-1", Run::Shell(text.to_owned()), Span::minutes(5));
    let cancel = async {
        until("the daemon starts", || {
            !read(&place.path("child")).is_empty()
        })
        .await;
        place.executor.cancel(&step.id);
    };
    let (result, ()) = tokio::join!(place.run(&step), cancel);
    assert_eq!(told(&result).1, "stopped: not wanted any more");
    assert_eq!(read(&place.path("leader")), "closed\n");
    assert_eq!(read(&place.path("daemon")), "closed\n");
}

#[tokio::test]
async fn a_step_that_forks_without_end_ends() {
    let place = Place::new();
    let text = "bomb() { while :; do (setsid sleep 600 &) ; done; }; for i in 1 2 3 4; do bomb & done; wait";
    let step = place.test_step("bomb-1", Run::Shell(text.to_owned()), Span(300));
    let result = place.run(&step).await;
    assert!(
        told(&result).1.starts_with("did not end within"),
        "{result:?}"
    );
    let own = format!("PILOTHOUSE_ARTIFACT={}", place.path("state").display());
    let left = std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter(|process| {
            let environment = std::fs::read(process.path().join("environ")).unwrap_or_default();
            String::from_utf8_lossy(&environment).contains(&own)
        });
    assert_eq!(left.count(), 0);
}

#[tokio::test]
async fn a_step_inherits_nothing_but_its_environment() {
    let place = Place::new();
    // What a server may have been started with, as an open file that anybody may inherit.
    let secret = std::fs::File::create(place.path("inherited")).unwrap();
    nix::fcntl::fcntl(
        &secret,
        nix::fcntl::FcntlArg::F_SETFD(nix::fcntl::FdFlag::empty()),
    )
    .unwrap();
    let text = "ls -l /proc/self/fd | sed 's/.* \\([0-9]* -> .*\\)/fd \\1/'; ulimit -Sc; ulimit -Hc; umask; touch new; stat -c %a new; cat; ps -o sid= -p $$ > sid; cut -d' ' -f6 /proc/self/stat > sid";
    assert_eq!(told(&place.shell("clean-1", text).await).0, "succeeded");
    let log = String::from_utf8(place.log("clean-1")).unwrap();
    assert!(!log.contains("inherited"), "{log}");
    assert!(log.contains("fd 0 -> /dev/null"), "{log}");
    let others = log.lines().filter(|line| line.starts_with("fd ")).count();
    // The three streams, and the folder that ls reads.
    assert_eq!(others, 4, "{log}");
    assert!(log.ends_with("0\n0\n0022\n644\n"), "{log}");
    let own = std::fs::read_to_string("/proc/self/stat").unwrap();
    let own = own.rsplit(") ").next().unwrap().split(' ').nth(3).unwrap();
    assert_ne!(read(&place.path("sid")).trim(), own, "a session of its own");
    drop(secret);
}

#[tokio::test]
async fn a_step_whose_keeper_is_killed_ends_too() {
    let place = Place::new();
    let text = "echo $$ > leader; (setsid sh -c 'true'); sleep 600";
    let step = place.test_step("orphan-1", Run::Shell(text.to_owned()), Span::minutes(5));
    let kill = async {
        until("the step starts", || {
            !read(&place.path("leader")).is_empty()
        })
        .await;
        let note = read(&place.path("state/steps/orphan-1/keeper"));
        let keeper = note.split(' ').next().unwrap().parse().unwrap();
        let keeper = nix::unistd::Pid::from_raw(keeper);
        nix::sys::signal::kill(keeper, nix::sys::signal::Signal::SIGKILL).unwrap();
    };
    let (result, ()) = tokio::join!(place.run(&step), kill);
    let (kind, why) = told(&result);
    assert_eq!(kind, "unknown");
    assert!(why.contains("keeper did not say how it ended"), "{why}");
    assert!(!lives(&read(&place.path("leader"))));
}

#[tokio::test]
async fn a_flood_is_bounded_and_keeps_head_and_tail() {
    let place = Place::new();
    let text = "echo first; yes 0123456789abcdef | head -c 50000000; echo; echo last; exit 4";
    let result = place.shell("flood-1", text).await;
    assert!(told(&result).1.starts_with("exit 4: last"), "{result:?}");
    let log = place.log("flood-1");
    assert!(log.len() < 1_100_000, "{} bytes", log.len());
    assert!(log.len() > 1_000_000, "{} bytes", log.len());
    let text = String::from_utf8(log).unwrap();
    assert!(text.contains("\nfirst\n") && text.ends_with("\nlast\n"));
    let out: u64 = text
        .split_once("... ")
        .and_then(|(_, rest)| rest.split_once(" bytes left out ..."))
        .unwrap()
        .0
        .parse()
        .unwrap();
    let heading = text.lines().next().unwrap().len() as u64 + 1;
    assert_eq!(out, heading + 6 + 50_000_000 + 1 + 5 - 2 * 512 * 1024);
}

#[tokio::test]
async fn garbage_stays_bytes_in_the_log_and_is_plain_in_words() {
    let place = Place::new();
    let text = r"printf '\377\376\000\001 boom \033]0;title\007\n'; exit 1";
    let result = place.shell("garbage-1", text).await;
    let why = told(&result).1;
    assert!(why.contains("boom"), "{why}");
    assert!(!why.contains(char::is_control), "{why:?}");
    let log = place.log("garbage-1");
    assert!(log.windows(4).any(|bytes| bytes == [0xff, 0xfe, 0, 1]));
}

#[tokio::test]
async fn a_step_that_is_not_wanted_any_more_ends() {
    let place = Place::new();
    let text = "echo $$ > leader; sleep 600";
    let step = place.test_step("gone-1", Run::Shell(text.to_owned()), Span::minutes(5));
    let (leader, executor) = (place.path("leader"), place.executor.clone());
    let cancel = async {
        until("the step starts", || !read(&leader).is_empty()).await;
        let again = place.run(&step).await;
        assert_eq!(told(&again).1, "the step gone-1 is running already");
        executor.cancel(&step.id);
    };
    let (result, ()) = tokio::join!(place.run(&step), cancel);
    let words = ("infrastructure", "stopped: not wanted any more");
    assert_eq!(told(&result), words);
    assert!(!lives(&read(&leader)));
}

#[tokio::test]
async fn a_later_server_ends_what_a_dead_one_left() {
    let place = Place::new();
    let text = "setsid sh -c 'echo $$ > child; exec sleep 600' & echo $$ > leader; wait";
    let step = place.test_step("left-1", Run::Shell(text.to_owned()), Span::minutes(5));
    let note = place.path("state/steps/left-1/keeper");
    // Leak the run, as a killed server would: never polled again, never dropped.
    let mut run = Box::pin({
        let executor = place.executor.clone();
        async move { executor.run(&pipeline(), &step).await }
    });
    let (leader, child) = (place.path("leader"), place.path("child"));
    let noted = || {
        [&note, &leader, &child]
            .iter()
            .all(|path| !read(path).is_empty())
    };
    tokio::select! {
        _ = &mut run => panic!("the step ended"),
        () = until("both run", noted) => {}
    }
    std::mem::forget(run);
    // A note about a process that is somebody else's: same pid, other start time.
    let stranger = place.path("state/steps/other-1");
    std::fs::create_dir_all(&stranger).unwrap();
    let boot = read(&note).split_whitespace().nth(2).unwrap().to_owned();
    let own = std::process::id();
    std::fs::write(stranger.join("keeper"), format!("{own} 1 {boot}\n")).unwrap();

    let _next = Executor::open(
        &place.path("state"),
        0,
        (&program(), &Confinement::default()),
        [],
    )
    .unwrap();
    assert!(!lives(&read(&leader)), "the leader lives on");
    assert!(!lives(&read(&child)), "the child lives on");
    assert_eq!(read(&note) + &read(&stranger.join("keeper")), "");
}

#[tokio::test]
async fn a_later_server_ends_what_a_killed_keeper_left() {
    let place = Place::new();
    let text = "echo $$ > leader; sleep 600";
    let step = place.test_step("left-2", Run::Shell(text.to_owned()), Span::minutes(5));
    let note = place.path("state/steps/left-2/keeper");
    let mut run = Box::pin({
        let executor = place.executor.clone();
        async move { executor.run(&pipeline(), &step).await }
    });
    let leader = place.path("leader");
    tokio::select! {
        _ = &mut run => panic!("the step ended"),
        () = until("it runs", || !read(&leader).is_empty()) => {}
    }
    std::mem::forget(run);
    let keeper = read(&note).split(' ').next().unwrap().to_owned();
    let killed = nix::unistd::Pid::from_raw(keeper.parse().unwrap());
    nix::sys::signal::kill(killed, nix::sys::signal::Signal::SIGKILL).unwrap();
    until("the keeper is gone", || !lives(&keeper)).await;
    assert!(lives(&read(&leader)));

    let _next = Executor::open(
        &place.path("state"),
        0,
        (&program(), &Confinement::default()),
        [],
    )
    .unwrap();
    assert!(!lives(&read(&leader)), "the leader lives on");
}

#[test]
fn an_id_from_outside_cannot_leave_the_state_directory() {
    let place = Place::new();
    let steps = place.path("state/steps");
    for id in [
        "../../etc/passwd",
        "..",
        ".",
        "",
        "/etc",
        "a/../../b",
        "a\0b",
    ] {
        let path = place.executor.log_path(&EffectId(id.to_owned()));
        let folder = path.parent().unwrap();
        assert_eq!(folder.parent().unwrap(), steps, "{id:?}");
        assert!(!folder.ends_with(".."), "{id:?}");
    }
}

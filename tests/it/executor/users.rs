//! Steps that run as another user than the server: what they get to, and what they do not.

use super::*;
use nix::unistd::{User, geteuid};
use pilothouse::executor::StepUser;
use std::{
    fs::{self, Permissions},
    os::unix::fs::{MetadataExt as _, PermissionsExt as _},
};

/// Users that every machine has.
const USER: &str = "nobody";
const OTHER: &str = "daemon";

/// As root, a place whose steps run as somebody who may pass through it, and write into it.
fn place() -> Option<Place> {
    if !geteuid().is_root() {
        println!("skipped: only root may start steps as another user");
        return None;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), Permissions::from_mode(0o1777)).unwrap();
    // As a server has left it that knew of no other user, and was started with an open mask.
    let state = folder.path().join("state");
    fs::create_dir_all(state.join("steps/old-1")).unwrap();
    for file in ["journal.db", "token", "steps/old-1/log"] {
        fs::write(state.join(file), "private").unwrap();
        fs::set_permissions(state.join(file), Permissions::from_mode(0o644)).unwrap();
    }
    let executor = open(&state, Some(USER), []);
    Some(Place { executor, folder })
}

fn open<'a>(
    state: &Path,
    user: Option<&str>,
    owed: impl IntoIterator<Item = &'a Owed>,
) -> Executor {
    let user = user.map(|name| StepUser::named(name).unwrap());
    let confinement = Confinement::default().as_user(user);
    Executor::open(state, 0, (&program(), &confinement), owed).unwrap()
}

fn log(place: &Place, id: &str) -> String {
    String::from_utf8(place.log(id)).unwrap()
}

#[tokio::test]
async fn a_step_is_somebody_else_and_gets_to_nothing_of_the_servers() {
    let Some(place) = place() else { return };
    let server = std::process::id();
    let text = format!(
        r#"cd state || exit 1
        echo "who $(id -u) $(id -g) $(id -G) $HOME $USER"
        grep -E '^(Groups|Cap(Inh|Prm|Eff|Amb)):' /proc/self/status | sed 's/[[:space:]]*$//' | tr '\t' ' '
        cat "$PILOTHOUSE_ARTIFACT"; echo
        echo said > /dev/stderr
        cat journal.db token signing-key steps/old-1/log && echo got files
        for folder in . steps git workspaces artifacts; do ls $folder && echo got $folder; done
        sh -c 'echo > new' && echo got to write
        sh -c 'echo >> "$PILOTHOUSE_ARTIFACT"' && echo got to change it
        kill -0 {server} && echo got the server
        kill -0 $PPID && echo got the keeper
        cat /proc/$PPID/environ && echo got the environment
        true"#
    );
    let step = place.deployment("h1", &text, None);
    let result = place.run(&owed("out-1", Effect::Deploy(step))).await;
    let log = log(&place, "out-1");
    assert_eq!(told(&result).0, "succeeded", "{result:?} {log}");
    let user = User::from_name(USER).unwrap().unwrap();
    let (uid, gid, home) = (user.uid, user.gid, user.dir.display());
    for line in [
        &format!("who {uid} {gid} {gid} {home} {USER}"),
        "Groups:",
        "CapInh: 0000000000000000",
        "CapPrm: 0000000000000000",
        "CapEff: 0000000000000000",
        "CapAmb: 0000000000000000",
        "artifact",
        "said",
    ] {
        assert!(log.lines().any(|one| one == line), "{line} in {log}");
    }
    assert!(!log.lines().any(|line| line.starts_with("got ")), "{log}");
    assert!(!log.contains("private"), "{log}");
}

#[tokio::test]
async fn builds_and_checks_work_in_checkouts_of_their_own() {
    let Some(place) = place() else { return };
    let repository = Repository::new(place.path("repository"));
    let key = place.path("state/signing-key");
    std::os::unix::fs::symlink(&key, repository.0.join("link")).unwrap();
    let sha = repository.commit("app", "one", "First");
    let url = repository.0.to_str().unwrap();
    let also = vec![Pin {
        name: SourceName::parse("config").unwrap(),
        repository: url.to_owned(),
        sha: sha.clone(),
    }];
    // Somebody may write to it, and so may link to it.
    fs::write(place.path("theirs"), "private").unwrap();
    fs::set_permissions(place.path("theirs"), Permissions::from_mode(0o666)).unwrap();
    let build = |run: &str, artifact: &str| {
        let effect = Effect::Build {
            release: ReleaseId(3),
            repository: url.to_owned(),
            sha: sha.clone(),
            also: also.clone(),
            run: Run::Shell(run.to_owned()),
            artifact: artifact.to_owned(),
            timeout: Span::seconds(20),
        };
        owed("b-1", effect)
    };
    let check = |run: &str| {
        let effect = Effect::Check {
            release: ReleaseId(3),
            sha: sha.clone(),
            also: also.clone(),
            gate: 0,
            name: "unit".to_owned(),
            run: Run::Shell(run.to_owned()),
            timeout: Span::seconds(20),
        };
        owed("c-1", effect)
    };

    let run = format!("ln {} out", place.path("theirs").display());
    let result = place.run(&build(&run, "out")).await;
    let why = "the artifact \"out\" belongs to user 0, not to the one that steps run as";
    assert!(told(&result).1.contains(why), "{result:?}");
    let both =
        "git log --oneline && git -C $PILOTHOUSE_SOURCE_CONFIG log --oneline && echo mine > app";
    let run = format!("{both} && cp app $PILOTHOUSE_SOURCE_CONFIG/left");
    let result = place.run(&build(&run, "app")).await;
    let StepResult::Succeeded { artifact, .. } = result else {
        panic!("{result:?} {}", log(&place, "b-1"));
    };
    assert_eq!(artifact.unwrap().digest, Digest::of(b"mine\n"));
    let left = check("test $(cat app $PILOTHOUSE_SOURCE_CONFIG/left | wc -l) = 2");
    assert_eq!(told(&place.run(&left).await), ("succeeded", ""));

    // Whoever steps run as next does not work in what those before could have left there.
    for (next, name) in [(Some(OTHER), OTHER), (None, "root"), (Some(USER), USER)] {
        let executor = open(&place.path("state"), next, []);
        let run = format!("test $(id -un) = {name} && git log && test $(cat app) = one && : > app");
        let again = executor.run(&pipeline(), &check(&run)).await;
        let log = log(&place, "c-1");
        assert_eq!(told(&again), ("succeeded", ""), "{name} {log}");
        assert!(log.contains("is gone: made again"), "{name} {log}");
    }
    let user = User::from_name(USER).unwrap().unwrap();
    let checkout = fs::metadata(place.path("state/workspaces/checkout/r3/.git")).unwrap();
    assert_eq!(checkout.uid(), user.uid.as_raw());
    let key = fs::metadata(key).unwrap();
    assert_eq!(
        key.uid(),
        0,
        "what a link in the checkout leads to was given away"
    );
}

#[tokio::test]
async fn it_is_found_again_and_ended_whoever_is_asked() {
    let Some(place) = place() else { return };
    let work = "trap '' TERM; setsid sh -c 'trap \"\" TERM; echo $$ > daemon; sleep 600' & until test -e go; do sleep 0.02; done";
    let step = place.test_step("on-1", Run::Shell(work.to_owned()), Span::seconds(20));
    let daemon = || read(&place.path("daemon"));
    let begun = || until("the daemon starts", || daemon().ends_with('\n'));
    tokio::select! {
        result = place.run(&step) => panic!("the step ended: {result:?}"),
        () = begun() => {}
    }
    let next = open(&place.path("state"), Some(USER), [&step]);
    assert!(next.is_found(&step.id));
    fs::write(place.path("go"), "").unwrap();
    let result = next.run(&pipeline(), &step).await;
    assert_eq!(told(&result).0, "succeeded", "{result:?}");
    assert!(!lives(&daemon()), "the daemon lives on");

    // A keeper that somebody kills leaves processes that only root could ask who they are.
    fs::remove_file(place.path("go")).unwrap();
    fs::remove_file(place.path("daemon")).unwrap();
    let work = work.replace("setsid ", "");
    let step = place.test_step("on-2", Run::Shell(work), Span::seconds(20));
    let kill = async {
        begun().await;
        let note = read(&place.path("state/steps/on-2/keeper"));
        let keeper = note.split(' ').next().unwrap().parse().unwrap();
        let keeper = nix::unistd::Pid::from_raw(keeper);
        nix::sys::signal::kill(keeper, nix::sys::signal::Signal::SIGKILL).unwrap();
    };
    let (result, ()) = tokio::join!(place.run(&step), kill);
    assert_eq!(told(&result).0, "unknown", "{result:?}");
    assert!(!lives(&daemon()), "it lives on");
}

#[tokio::test]
async fn where_a_step_could_not_get_to_the_server_does_not_start() {
    let Some(place) = place() else { return };
    fs::set_permissions(place.path(""), Permissions::from_mode(0o700)).unwrap();
    let user = Some(StepUser::named(USER).unwrap());
    let confinement = Confinement::default().as_user(user);
    let opened = Executor::open(&place.path("state"), 0, (&program(), &confinement), []);
    let why = opened.unwrap_err().to_string();
    assert!(why.contains("as nobody in"), "{why}");
    assert!(why.contains("let others pass through"), "{why}");
}

//! Deployments: one per target at a time, healthy or not.

use super::*;

#[tokio::test]
async fn one_deployment_per_target_at_a_time_also_across_pipelines() {
    let place = Place::new();
    // Fails when another is inside; `mkdir` is the atomic question.
    let text = "mkdir inside || exit 1; sleep 0.1; rmdir inside; echo x >> done";
    let other = PipelineName::parse("checkout-os").unwrap();
    let step = |id: &str, of: &PipelineName| {
        let mut step = place.deployment("h1", text, None);
        step.signature = Some(place.sign(of, &step.artifact));
        owed(id, Effect::Deploy(step))
    };
    let (one, three) = (step("a-1", &pipeline()), step("c-1", &pipeline()));
    let two = step("b-1", &other);
    let results = tokio::join!(
        place.run(&one),
        place.executor.run(&other, &two),
        place.run(&three),
    );
    for result in [results.0, results.1, results.2] {
        assert_eq!(told(&result), ("succeeded", ""));
    }
    assert_eq!(read(&place.path("done")).lines().count(), 3);
}

#[tokio::test]
async fn a_stopped_deployment_holds_its_target_until_its_group_is_gone() {
    let place = Place::new();
    // Needs a moment to clean up when asked to end.
    let slow = "trap 'sleep 0.3; rm inside; exit 1' TERM; touch inside started; while :; do sleep 0.05; done";
    let first = owed("a-1", Effect::Deploy(place.deployment("h1", slow, None)));
    let next = "test ! -e inside";
    let second = owed("a-2", Effect::Deploy(place.deployment("h1", next, None)));
    let waiting = owed("a-3", Effect::Deploy(place.deployment("h1", next, None)));
    let started = place.path("started");
    let operator = async {
        until("the first runs", || started.exists()).await;
        let (second, waiting, ()) = tokio::join!(place.run(&second), place.run(&waiting), async {
            // The third waits for the target and is stopped there.
            until("the third waits", || {
                place.path("state/steps/a-3/log").exists()
            })
            .await;
            place.executor.cancel(&waiting.id);
            place.executor.cancel(&first.id);
        });
        assert_eq!(told(&second), ("succeeded", ""));
        assert_eq!(told(&waiting).1, "stopped: not wanted any more");
    };
    let (result, ()) = tokio::join!(place.run(&first), operator);
    assert_eq!(told(&result).1, "stopped: not wanted any more");
}

#[tokio::test]
async fn a_deployment_is_done_when_its_check_says_healthy() {
    let place = Place::new();
    let check = "echo x >> asked; test $(wc -l < asked) -ge 3";
    let step = place.deployment("h1", "echo deployed", Some(check));
    let result = place.run(&owed("ok-1", Effect::Deploy(step))).await;
    assert_eq!(told(&result), ("succeeded", ""));
    assert_eq!(read(&place.path("asked")).lines().count(), 3);
}

#[tokio::test]
async fn deployments_that_do_not_end_well() {
    let place = Place::new();
    let cases = [
        ("exit 2", "true", "failed", "exit 2 (log: steps/d-0/log)"),
        (
            "true",
            "echo 503; exit 1",
            "failed",
            "not healthy within 900ms: exit 1: 503 (log: steps/d-1/log)",
        ),
        (
            "true",
            "sleep 60",
            "failed",
            "not healthy within 900ms, its check did not end (log: steps/d-2/log)",
        ),
        (
            "true",
            "exit 75",
            "infrastructure",
            "exit 75, try again (log: steps/d-3/log)",
        ),
    ];
    for (number, (run, check, kind, why)) in cases.into_iter().enumerate() {
        let mut step = place.deployment("h1", run, Some(check));
        step.timeout = Span(900);
        let result = place
            .run(&owed(&format!("d-{number}"), Effect::Deploy(step)))
            .await;
        assert_eq!(told(&result), (kind, why), "{run} and {check}");
    }
}

#[tokio::test]
async fn each_part_of_a_deployment_is_told_what_it_is() {
    let place = Place::new();
    let say = "echo $PILOTHOUSE_PART ${PILOTHOUSE_WEIGHT-none} $PILOTHOUSE_ROLLBACK ${PILOTHOUSE_KEEP_SECONDS-none} >> told";
    let parts = [
        (Part::Deploy, None),
        (Part::Install, None),
        (Part::Test, None),
        (Part::Shift(25), None),
        (Part::Switch, Some(Span::minutes(2))),
    ];
    for (number, (part, keep)) in parts.into_iter().enumerate() {
        let step = Deployment {
            part,
            keep,
            ..place.deployment("h1", say, None)
        };
        let step = owed(&format!("p-{number}"), Effect::Deploy(step));
        assert_eq!(told(&place.run(&step).await), ("succeeded", ""));
    }
    let lines = [
        "deploy 100 1 none",
        "install none 1 none",
        "test none 1 none",
        "shift 25 1 none",
        "switch 100 1 120",
    ];
    assert_eq!(read(&place.path("told")).lines().collect::<Vec<_>>(), lines);
}

/// Two slots in files, as a host would have them: `serving` and `idle`.
const SLOTS: &str = "
case $PILOTHOUSE_PART in
  install) echo $PILOTHOUSE_RELEASE > idle ;;
  test) grep -qx $PILOTHOUSE_RELEASE idle ;;
  switch) mv serving old && mv idle serving && mv old idle ;;
esac";

#[tokio::test]
async fn a_switch_goes_there_and_back() {
    let place = Place::new();
    std::fs::write(place.path("serving"), "r1\n").unwrap();
    let play = [
        (Part::Install, "r1", "r3"),
        (Part::Test, "r1", "r3"),
        (Part::Switch, "r3", "r1"),
        (Part::Switch, "r1", "r3"),
    ];
    for (number, (part, serving, idle)) in play.into_iter().enumerate() {
        let step = Deployment {
            part,
            ..place.deployment("h1", SLOTS, None)
        };
        let step = owed(&format!("s-{number}"), Effect::Deploy(step));
        assert_eq!(told(&place.run(&step).await), ("succeeded", ""), "{part:?}");
        let slots = ["serving", "idle"].map(|slot| read(&place.path(slot)).trim().to_owned());
        assert_eq!(slots, [serving, idle], "{part:?}");
    }
}

#[tokio::test]
async fn targets_see_later_epochs_after_a_restore_than_any_before() {
    let place = Place::new();
    let again = Executor::open(
        &place.path("state"),
        2,
        (&program(), &Confinement::default()),
        [],
    )
    .unwrap();
    let text = "echo $PILOTHOUSE_EPOCH >> epochs";
    let step = |id: &str| owed(id, Effect::Deploy(place.deployment("h1", text, None)));
    assert_eq!(told(&place.run(&step("a-1")).await), ("succeeded", ""));
    let after = again.run(&pipeline(), &step("a-2")).await;
    assert_eq!(told(&after), ("succeeded", ""));
    assert_eq!(read(&place.path("epochs")), "7\n2000000007\n");
}

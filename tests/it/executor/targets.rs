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

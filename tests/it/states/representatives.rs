//! A representative of each state that a stage can be in: how a pipeline gets there, as a script,
//! and how to tell that it is there.

use pilothouse::model::*;

pub(super) struct Representative {
    pub(super) title: &'static str,
    pub(super) stage: &'static str,
    /// The release that commands are about.
    pub(super) release: &'static str,
    pub(super) script: Vec<&'static [&'static str]>,
    pub(super) is: fn(&StageState) -> bool,
}

impl Representative {
    pub(super) fn stage(&self) -> StageName {
        self.stage.parse().unwrap()
    }
}

const PUSHED: &[&str] = &["push mori reviewed-by li: one"];
const BUILT: &[&str] = &["push mori reviewed-by li: one", "ok build"];
const IN_BETA: &[&str] = &["push mori reviewed-by li: one", "ok build", "ok unit"];
const ASKED: &[&str] = &["push mori reviewed-by li: one", "flow"];
const APPROVE: &[&str] = &["ana approve gamma r1: fine"];
/// r1 is through wave-1, and r2 has begun there.
const SECOND: &[&str] = &[
    "push mori reviewed-by li: one",
    "flow",
    "ana approve gamma r1: fine",
    "flow",
    "push chen reviewed-by li: two",
    "flow",
    "ana approve gamma r2: fine",
];
/// r2 has come to h4, where r1 never was.
const NEW_TARGET: &[&str] = &[
    "push mori reviewed-by li: one",
    "flow",
    "ana approve gamma r1: fine",
    "flow",
    "define wave-1 has h1,h4,h2",
    "push chen reviewed-by li: two",
    "flow",
    "ana approve gamma r2: fine",
    "ok h1",
    "observe 60s ok 100",
    "fail h4: exit 1",
];
const NEWER: &[&str] = &[
    "push chen reviewed-by li: two",
    "ok build",
    "ok unit",
    "ok b1",
    "ok integration",
];
const GATE_BAKES: &[&str] = &[
    "ok h1",
    "observe 60s ok 100",
    "ok h2",
    "observe 30s ok 60",
    "ok h3",
];
const ROLLBACK: &[&str] = &["ok h1", "ana rollback wave-1 r2: slow answers"];

const ERRORS: &[&str] = &["infra build: no answer"; 3];

pub(super) fn representatives() -> Vec<Representative> {
    let groups = [
        free(),
        before_production(),
        in_production(),
        people(),
        ended(),
        back(),
    ];
    groups.into_iter().flatten().collect()
}

type Script = Vec<&'static [&'static str]>;

/// A stage and the release it is about.
type Place = (&'static str, &'static str);

fn of(
    title: &'static str,
    (stage, release): Place,
    script: Script,
    is: fn(&StageState) -> bool,
) -> Representative {
    Representative {
        title,
        stage,
        release,
        script,
        is,
    }
}

fn free() -> Vec<Representative> {
    let waits = |state: &StageState| state.attempt.is_none() && !state.waiting.is_empty();
    vec![
        of(
            "free, nothing has come yet",
            ("beta", "r1"),
            vec![],
            |state| state.attempt.is_none() && state.waiting.is_empty(),
        ),
        of(
            "free, a candidate waits for a window",
            ("wave-2", "r1"),
            vec![ASKED, APPROVE, &["flow"]],
            waits,
        ),
        of(
            "free, a candidate waits for the end of a hold",
            ("wave-1", "r1"),
            vec![ASKED, &["li hold wave-1 8h: an audit"], APPROVE],
            waits,
        ),
        of(
            "free, a candidate waits for an alarm",
            ("wave-1", "r1"),
            vec![ASKED, &["observe 10s firing 20"], APPROVE],
            waits,
        ),
    ]
}

fn before_production() -> Vec<Representative> {
    vec![
        of("building", ("build", "r1"), vec![PUSHED], |state| {
            attempt(state).building.is_some() && attempt(state).state == AttemptState::Deploying
        }),
        of("checking", ("build", "r1"), vec![BUILT], |state| {
            at_gate(state, |gate| matches!(gate, GateState::Running { .. }))
        }),
        of(
            "deploying before production",
            ("beta", "r1"),
            vec![IN_BETA],
            deploys,
        ),
        of(
            "testing",
            ("beta", "r1"),
            vec![IN_BETA, &["ok b1"]],
            |state| at_gate(state, |gate| matches!(gate, GateState::Running { .. })),
        ),
    ]
}

fn in_production() -> Vec<Representative> {
    let wave = ("wave-1", "r2");
    vec![
        of(
            "deploying for the first time",
            ("wave-1", "r1"),
            vec![ASKED, APPROVE],
            deploys,
        ),
        of("deploying", wave, vec![SECOND], deploys),
        of(
            "paused, with a target lost",
            wave,
            vec![SECOND, &["lose h1"]],
            |state| {
                let mut targets = attempt(state).progress.values();
                paused(state) && targets.any(|target| matches!(target, Progress::Unknown { .. }))
            },
        ),
        of(
            "baking in the rollout",
            wave,
            vec![SECOND, &["ok h1"]],
            |state| deploys(state) && bakes(state, |bake| *bake == BakeState::Counting),
        ),
        of(
            "baking in the rollout, without data",
            wave,
            vec![SECOND, &["ok h1", "observe 10s nodata 0: no answer"]],
            |state| deploys(state) && bakes(state, |bake| matches!(bake, BakeState::Paused { .. })),
        ),
        of(
            "baking as a gate",
            wave,
            vec![SECOND, GATE_BAKES],
            |state| at_gate(state, |gate| *gate == GateState::Baking),
        ),
    ]
}

fn people() -> Vec<Representative> {
    let (gamma, is_asked) = (("gamma", "r1"), |state: &StageState| asked(state, 0));
    vec![
        of("asking people", gamma, vec![ASKED], is_asked),
        of(
            "asking people, a newer candidate waits",
            gamma,
            vec![ASKED, NEWER],
            |state| asked(state, 0) && !state.waiting.is_empty(),
        ),
        of(
            "asking for a second approval",
            gamma,
            vec![&["define gamma asks count 2"], ASKED, APPROVE],
            |state| asked(state, 1),
        ),
        of(
            "approved, in the time to take it back",
            gamma,
            vec![&["define gamma asks undo 10s"], ASKED, APPROVE],
            |state| asked(state, 1),
        ),
        of(
            "asking again, as the approval has expired",
            gamma,
            vec![
                ASKED,
                &["li hold wave-1 72h: an audit"],
                APPROVE,
                &["wait 24h"],
            ],
            |state| asked(state, 0) && attempt(state).purpose == Purpose::Renewal,
        ),
    ]
}

fn ended() -> Vec<Representative> {
    let (beta, failed) = (("beta", "r1"), |state: &StageState| {
        matches!(attempt(state).state, AttemptState::Failed { .. })
    });
    let passed = |state: &StageState| matches!(attempt(state).state, AttemptState::Passed { .. });
    vec![
        of(
            "paused after errors",
            ("build", "r1"),
            vec![PUSHED, ERRORS],
            paused,
        ),
        of("passed before production", beta, vec![ASKED], passed),
        of("passed", ("wave-1", "r2"), vec![SECOND, &["flow"]], passed),
        of(
            "failed at a target",
            beta,
            vec![IN_BETA, &["fail b1: exit 1"]],
            failed,
        ),
        of(
            "failed at a test",
            beta,
            vec![IN_BETA, &["ok b1", "fail integration: exit 1"]],
            failed,
        ),
        of(
            "rejected",
            ("gamma", "r1"),
            vec![ASKED, &["ana reject gamma r1: odd numbers"]],
            |state| {
                let withdrawn = matches!(attempt(state).state, AttemptState::Withdrawn { .. });
                withdrawn && !state.rejected.is_empty()
            },
        ),
    ]
}

fn back() -> Vec<Representative> {
    let wave = ("wave-1", "r2");
    vec![
        of("rolling back", wave, vec![SECOND, ROLLBACK], |state| {
            attempt(state).is_rollback() && deploys(state)
        }),
        of(
            "rolling back, but for a target without an earlier release",
            wave,
            vec![NEW_TARGET],
            |state| {
                let mut targets = attempt(state).progress.values();
                deploys(state) && targets.any(|target| matches!(target, Progress::Skipped { .. }))
            },
        ),
        of(
            "rollback paused",
            wave,
            vec![SECOND, ROLLBACK, &["fail h1: disk full"]],
            |state| attempt(state).is_rollback() && paused(state),
        ),
        of(
            "rolled back",
            wave,
            vec![SECOND, ROLLBACK, &["ok h1"]],
            |state| matches!(attempt(state).state, AttemptState::RolledBack { .. }),
        ),
    ]
}

fn attempt(state: &StageState) -> &Attempt {
    state.attempt.as_ref().unwrap()
}

fn deploys(state: &StageState) -> bool {
    attempt(state).state == AttemptState::Deploying
}

fn paused(state: &StageState) -> bool {
    matches!(attempt(state).state, AttemptState::Paused { .. })
}

fn at_gate(state: &StageState, is: fn(&GateState) -> bool) -> bool {
    let current = attempt(state).current_gates();
    attempt(state).state == AttemptState::Approving
        && current.iter().all(|(_, gate)| is(&gate.state))
}

fn bakes(state: &StageState, is: fn(&BakeState) -> bool) -> bool {
    attempt(state)
        .bakes
        .last()
        .is_some_and(|bake| is(&bake.state))
}

/// People are asked, and so many have said yes.
fn asked(state: &StageState, yes: usize) -> bool {
    let asked = attempt(state).asked();
    asked.is_some_and(|(_, gate)| match &gate.state {
        GateState::Asked { approvals, .. } => approvals.len() == yes,
        _ => false,
    })
}

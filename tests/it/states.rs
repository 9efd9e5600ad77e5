//! What every input does in every state of a stage, as the real engine does it: the list in
//! `src/engine/states.md`, which the documentation of `engine` shows. `PILOTHOUSE_STATES=1 cargo
//! test states` rewrites it; the difference is then read in review. The board and the stage screen
//! tell each of these states from every other without a colour.

mod inputs;
mod representatives;

use crate::{
    fixture::{app_of, name, now},
    scenario::run,
    screens::{on, plain},
    world::World,
};
use inputs::INPUTS;
use pilothouse::{
    model::*,
    tui::{
        screen::{BoardScreen, Screen, StageScreen, StageTab},
        theme::Role,
        view,
    },
};
use representatives::{Representative, representatives};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::Path,
};

const HEADER: &str = "\
## What an input does in each state of a stage

Written by a test from what the engine decides (`PILOTHOUSE_STATES=1 cargo test states` writes it
anew). After the input stand the words that the lists of events would show, without the ACTION of an
accepted command and with the stage where it is another one; `-` is nothing at all. The stages are
those of the tests: beta with a test; gamma with a test and an approval; wave-1 with a bake after
the first target, one after each zone and one as a gate; wave-2 with a window.
";

const REFUSED: &str = "refused: ";

/// The names of the variants of an enum, and which one a value is. A new variant does not compile
/// until it is named here, and then the test wants a state that shows it.
macro_rules! variants {
    ($all:ident, $of:ident, $enum:ident: $($variant:ident),+) => {
        const $all: &[&str] = &[$(stringify!($variant)),+];

        fn $of(value: &$enum) -> &'static str {
            match value {
                $($enum::$variant { .. } => stringify!($variant)),+
            }
        }
    };
}

variants!(ATTEMPTS, attempt_of, AttemptState:
    Deploying, Approving, Paused, Passed, Failed, RolledBack, Preempted, Withdrawn);
variants!(GATES, gate_of, GateState: Waiting, Running, Baking, Asked, Passed, Failed);
variants!(BAKES, bake_of, BakeState: Counting, Paused, Finished);
variants!(TARGETS, target_of, Progress: Waiting, Running, Done, Failed, Unknown, Skipped);

#[test]
fn the_list_says_what_the_engine_does() {
    let text = list();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/engine/states.md");
    if std::env::var_os("PILOTHOUSE_STATES").is_some() {
        fs::write(&file, &text).unwrap();
    }
    let written = fs::read_to_string(&file).unwrap();
    for (at, (is, was)) in text.lines().zip(written.lines()).enumerate() {
        assert_eq!(is, was, "line {} of src/engine/states.md", at + 1);
    }
    assert_eq!(text, written);
}

/// What one input does in one state.
type Cell = (&'static str, String);

/// What comes to the same in every state is said once.
fn list() -> String {
    let states = representatives();
    let rows: Vec<Vec<Cell>> = states.iter().map(row).collect();
    let (mut everywhere, mut rest) = (rows[0].clone(), rows.clone());
    everywhere.retain(|cell| rows.iter().all(|row| row.contains(cell)));
    for row in &mut rest {
        row.retain(|cell| !everywhere.contains(cell));
    }
    let mut text = format!("{HEADER}\n### every state\n\n{}", lines(&everywhere));
    for (state, row) in states.iter().zip(&rest) {
        let lines = lines(row);
        write!(text, "\n### {} ({})\n\n{lines}", state.title, state.stage).unwrap();
    }
    text
}

fn row(state: &Representative) -> Vec<Cell> {
    let world = reached(state);
    let cell = |(input, feed): &(&'static str, inputs::Feed)| {
        let mut world = world.clone();
        let before = world.entries.len();
        let outcome = if feed(&mut world, state) {
            told(&world, state, before)
        } else {
            "no step is owed".to_owned()
        };
        assert!(!outcome.is_empty(), "{}: {input}", state.title);
        (*input, outcome)
    };
    INPUTS.iter().map(cell).collect()
}

/// The inputs of a row, those together that come to the same; refusals are one line.
fn lines(row: &[Cell]) -> String {
    let mut outcomes: Vec<(&str, Vec<&str>)> = Vec::new();
    for (input, outcome) in row {
        match outcomes.iter_mut().find(|(known, _)| known == outcome) {
            Some((_, inputs)) => inputs.push(input),
            None => outcomes.push((outcome, vec![input])),
        }
    }
    let (mut text, mut refused) = (String::new(), Vec::new());
    for (outcome, inputs) in outcomes {
        let inputs = inputs.join(", ");
        match outcome.strip_prefix(REFUSED) {
            Some(why) => refused.push(format!("{inputs} ({why})")),
            None => writeln!(text, "- {inputs}: **{outcome}**").unwrap(),
        }
    }
    if !refused.is_empty() {
        writeln!(text, "- refused: {}", refused.join("; ")).unwrap();
    }
    text
}

/// The world in that state, and proof that it is in it.
fn reached(state: &Representative) -> World {
    let world = played(state.title, state.script.iter().copied().flatten());
    let found = world.pipeline.stage(&state.stage()).unwrap();
    assert!((state.is)(found), "not {}: {found:#?}", state.title);
    world
}

fn played<'a>(title: &str, script: impl Iterator<Item = &'a &'a str>) -> World {
    let mut world = World::new();
    for command in script {
        let printed = run(&mut world, command);
        let refused = printed.contains("refused:") || printed.contains("NO SUCH STEP");
        assert!(!refused, "{title}: {command}: {printed}");
    }
    world
}

/// What other stages and people make of a stage, which the list does not tell.
fn beside() -> [(&'static str, World, StageName); 3] {
    let through = [
        "push mori reviewed-by li: one",
        "flow",
        "ana approve gamma r1: fine",
        "flow",
    ];
    let held = [
        "push mori reviewed-by li: one",
        "ana hold wave-1 99h: an audit",
        "flow",
        "ana approve gamma r1: fine",
        "flow",
    ];
    let partial = [
        "push chen reviewed-by li: two",
        "flow",
        "ana approve gamma r2: fine",
        "flow",
        "ana rollback target wave-1 h2 r2: slow answers",
        "ok h2",
    ];
    let mut superseded = played("superseded", ["push mori reviewed-by li: one"].iter());
    let build = superseded.pipeline.stage(&name("build")).unwrap();
    let withdrawn = Fact::AttemptWithdrawn {
        attempt: build.attempt.as_ref().unwrap().id,
        why: "a newer release".to_owned(),
    };
    superseded
        .pipeline
        .fold(superseded.now, &withdrawn)
        .unwrap();
    [
        ("held", played("held", held.iter()), name("wave-1")),
        (
            "partial",
            played("partial", through.iter().chain(&partial)),
            name("wave-1"),
        ),
        ("superseded", superseded, name("build")),
    ]
}

/// What was recorded since, in words.
fn told(world: &World, state: &Representative, before: usize) -> String {
    let mut words: Vec<(String, usize)> = Vec::new();
    for entry in &world.entries[before..] {
        if let Fact::CommandRefused { refusal, .. } = &entry.fact {
            let value = serde_json::to_value(refusal).unwrap();
            let kind = value["refused"].as_str().unwrap();
            return format!("{REFUSED}{}", kind.replace('_', " "));
        }
        if matches!(entry.fact, Fact::CommandAccepted { .. }) {
            continue;
        }
        let mut word = entry.fact.told().kind.to_owned();
        word.push_str(more(&entry.fact));
        let place = entry.fact.stage(&world.pipeline);
        let elsewhere =
            place.filter(|stage| *stage != state.stage() && *stage != StageName::source());
        if let Some(stage) = elsewhere {
            write!(word, " {stage}").unwrap();
        }
        match words.last_mut() {
            Some((last, times)) if *last == word => *times += 1,
            _ => words.push((word, 1)),
        }
    }
    if words.is_empty() {
        return "-".to_owned();
    }
    let words = words.into_iter().map(|(word, times)| match times {
        1 => word,
        times => format!("{word} x{times}"),
    });
    words.collect::<Vec<_>>().join(", ")
}

/// What tells facts apart that lists of events show under the same word.
fn more(fact: &Fact) -> &'static str {
    match fact {
        Fact::BakeStarted { .. } => " starts",
        Fact::BakeCounted { .. } => " counts",
        Fact::BakePaused { .. } => " pauses",
        Fact::BakeResumed { .. } => " resumes",
        Fact::BakeRestarted { .. } => " from zero",
        Fact::DeploymentDone { .. } | Fact::BakeFinished { .. } | Fact::RolledBack { .. } => {
            " done"
        }
        Fact::StepAbandoned { .. } => " step",
        Fact::ApprovalUndone { .. } => " taken back",
        Fact::ApprovalExpired { .. } => " expired",
        Fact::TicketResolved { .. } => " resolved",
        Fact::HoldLifted { .. } => " ends",
        Fact::QuarantineLifted { .. } => " lifted",
        _ => "",
    }
}

#[test]
fn every_variant_has_a_state_that_shows_it() {
    let mut attempts = BTreeSet::new();
    let (mut gates, mut bakes, mut targets) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for representative in representatives() {
        let world = reached(&representative);
        let state = world.pipeline.stage(&representative.stage()).unwrap();
        // The rollback that pre-empts an attempt follows it at once.
        let preempted = AttemptState::Preempted {
            at: world.now,
            by: AttemptId(0),
        };
        if state.past.iter().any(|past| past.word == preempted.word()) {
            attempts.insert(attempt_of(&preempted));
        }
        if let Some(attempt) = &state.attempt {
            attempts.insert(attempt_of(&attempt.state));
            gates.extend(attempt.gates.iter().map(|gate| gate_of(&gate.state)));
            bakes.extend(attempt.bakes.iter().map(|bake| bake_of(&bake.state)));
            targets.extend(attempt.progress.values().map(target_of));
        }
    }
    for (shown, all) in [
        (attempts, ATTEMPTS),
        (gates, GATES),
        (bakes, BAKES),
        (targets, TARGETS),
    ] {
        assert_eq!(shown, all.iter().copied().collect());
    }
}

#[test]
fn every_state_is_told_apart_by_text_alone() {
    let mut told: BTreeMap<String, &str> = BTreeMap::new();
    let mut statuses = BTreeSet::new();
    let listed = representatives().into_iter();
    let listed = listed.map(|state| (state.title, reached(&state), state.stage()));
    for (title, world, stage) in listed.chain(beside()) {
        let views = board(&world.pipeline, &world.org, now());
        let view = views.into_iter().find(|view| view.stage == stage).unwrap();
        let role = Role::Status(view.status);
        let badge = format!("{} {}", plain().glyph(role), plain().word(role));
        let screens = [
            Screen::Board(BoardScreen::of(name("checkout"), Some(stage.clone()))),
            Screen::Stage(StageScreen::of(name("checkout"), stage, StageTab::Targets)),
        ];
        let mut text = String::new();
        for screen in screens {
            let mut app = app_of(world.clone(), 80, 24);
            on(&mut app, screen);
            let drawn = view::text(&app, &plain(), 80, 24);
            assert!(drawn.is_ascii(), "{title}:\n{drawn}");
            assert!(
                drawn.contains(&badge),
                "{title} is not told as {badge}:\n{drawn}"
            );
            text += &drawn;
        }
        statuses.insert(view.status);
        if let Some(same) = told.insert(text.clone(), title) {
            panic!("{title} looks like {same}:\n{text}");
        }
    }
    assert_eq!(statuses.len(), Status::ALL.len(), "{statuses:?}");
}

//! Operator sessions as scripts: `tests/scenarios/*.txt` hold commands (`> ...`) and under each the
//! transcript that the real engine must print. `PILOTHOUSE_BLESS=1 cargo test scenario` rewrites
//! the transcripts; the difference is then read in review.

pub(crate) mod crashes;
mod define;
mod planned;
mod rules;
mod shown;
mod source;
mod stale;
mod time;
mod workflow;

use crate::world::{World, success};
use pilothouse::engine::Input;
use pilothouse::model::*;
use shown::{blockers_text, board_text, forecast_text, notices_text, plan_text, told};
use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

#[test]
fn every_scenario_prints_its_transcript() {
    let mut wrong = Vec::new();
    for file in scenarios() {
        let expected = fs::read_to_string(&file).unwrap();
        let (printed, _) = play(&expected);
        if std::env::var_os("PILOTHOUSE_BLESS").is_some() {
            fs::write(&file, &printed).unwrap();
        } else if printed != expected {
            let line = printed
                .lines()
                .zip(expected.lines())
                .position(|(a, b)| a != b);
            let line =
                line.unwrap_or_else(|| printed.lines().count().min(expected.lines().count()));
            wrong.push(format!(
                "{}:{}\n  expected: {}\n  printed:  {}",
                file.display(),
                line + 1,
                expected.lines().nth(line).unwrap_or("(end)"),
                printed.lines().nth(line).unwrap_or("(end)"),
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "transcripts differ:\n{}",
        wrong.join("\n")
    );
}

fn scenarios() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let files = fs::read_dir(directory).unwrap();
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

/// Runs the commands of a script and writes it anew with what they print.
fn play(script: &str) -> (String, World) {
    let mut world = World::new();
    let mut printed = String::new();
    for line in script.lines() {
        if line.starts_with('#') || (line.is_empty() && printed.lines().all(|l| l.starts_with('#')))
        {
            writeln!(printed, "{line}").unwrap();
        } else if let Some(command) = line.strip_prefix("> ") {
            if !printed.ends_with("\n\n") && !printed.is_empty() {
                printed.push('\n');
            }
            writeln!(printed, "{line}").unwrap();
            printed.push_str(&run(&mut world, command));
        }
    }
    // What a restart would know is what the live state is, after every scenario.
    assert_eq!(world.recovered(), world.pipeline);
    (printed, world)
}

/// Runs one command of a script and prints what it does.
pub(crate) fn run(world: &mut World, command: &str) -> String {
    let (words, reason) = command.split_once(": ").unwrap_or((command, ""));
    let words: Vec<&str> = words.split_whitespace().collect();
    if let Some(printed) = time::run(world, &words, reason) {
        return printed;
    }
    match words.as_slice() {
        ["push", author, "reviewed-by", reviewers, onto @ ..] => {
            source::push(world, (author, reviewers), onto, reason)
        }
        ["branch", rest @ ..] => source::branch(world, rest, reason),
        ["release", id] => source::release(world, name(id)),
        ["ok", "all"] => finish_all(world),
        ["flow"] => flow(world),
        ["ok", what] => finish(world, what, success),
        ["fail", what] => finish(world, what, |_| StepResult::Failed {
            took: Span::seconds(1),
            why: reason.to_owned(),
        }),
        ["infra", what] => finish(world, what, |_| StepResult::Infrastructure {
            took: Span::seconds(1),
            why: reason.to_owned(),
        }),
        ["lose", what] => finish(world, what, |_| StepResult::Unknown {
            why: reason.to_owned(),
        }),
        ["late", id] => told(&world.finish(
            &EffectId((*id).to_owned()),
            StepResult::Succeeded {
                took: Span::seconds(9),
                artifact: None,
            },
        )),
        ["observe", elapsed, level, points] => {
            let elapsed: Span = elapsed.parse().unwrap();
            observe(world, elapsed, level, points.parse().unwrap(), reason)
        }
        ["wait", span] => {
            world.now = world.now + span.parse::<Span>().unwrap();
            let org = time::tick(world);
            org + &told(&world.input(Input::Tick).unwrap())
        }
        ["define", edit @ ..] => define::define(world, edit),
        ["owed"] => define::owed(world),
        ["forecast"] => forecast_text(world),
        ["tickets"] => workflow::tickets(world),
        ["notices"] => notices_text(world),
        ["board"] => board_text(world),
        ["blockers", stage, release] => blockers_text(world, stage, release),
        ["stale", by, rest @ ..] => stale::stale(world, by, rest, reason),
        ["plan", by, rest @ ..] => plan_text(world, by, rest, reason),
        [by, rest @ ..] => match world.command(by, parse(world, rest, reason)) {
            Ok(facts) => told(&facts),
            Err(refusal) => format!("  refused: {refusal}\n"),
        },
        [] => panic!("empty command"),
    }
}

/// `approve gamma r1`, `override wave-2 r1 window/business-hours 30m`, `rollback wave-1 r2`, ...
fn parse(world: &World, words: &[&str], reason: &str) -> Command {
    let reason = reason.to_owned();
    match words {
        ["approve", stage, release] => {
            Command::Approve(world.verdict(&name(stage), name(release), &reason))
        }
        ["reject", stage, release] => {
            Command::Reject(world.verdict(&name(stage), name(release), &reason))
        }
        ["override", stage, release, blocker, lasts, uses @ ..] => Command::Override {
            // `3x` lets three attempts pass.
            uses: uses
                .first()
                .map_or(1, |n| n.strip_suffix('x').unwrap().parse().unwrap()),
            stage: name(stage),
            release: name(release),
            blockers: vec![BlockerId((*blocker).to_owned())],
            reason,
            lasts: lasts.parse().unwrap(),
            ticket: None,
        },
        ["rollback", place @ .., release] => Command::Rollback {
            scope: rollback_scope(place),
            release: name(release),
            reason,
        },
        ["hold" | "lift", ..] => time::stop(words, reason),
        ["retry", stage, release] => Command::Retry {
            stage: name(stage),
            release: name(release),
        },
        ["ticket", id, action @ ..] => Command::Ticket {
            id: name(id),
            action: workflow::action(action),
            reason,
        },
        ["undo", stage, release] => Command::Undo {
            stage: name(stage),
            release: name(release),
        },
        ["yield", stage, release] => Command::Yield {
            stage: name(stage),
            release: name(release),
            reason,
        },
        other => panic!("not a command of the scenarios: {other:?}"),
    }
}

fn rollback_scope(words: &[&str]) -> RollbackScope {
    match words {
        ["everywhere"] => RollbackScope::Everywhere,
        ["region", stage, region] => RollbackScope::Region {
            stage: name(stage),
            region: name(region),
        },
        ["target", stage, target] => RollbackScope::Target {
            stage: name(stage),
            target: name(target),
        },
        [stage] => RollbackScope::Stage(name(stage)),
        other => panic!("not a scope of the scenarios: {other:?}"),
    }
}

/// Ends the owed steps whose title contains `what`, or whose id it is.
fn finish(world: &mut World, what: &str, result: impl Fn(&Effect) -> StepResult) -> String {
    let what = what.replace('_', " ");
    let found: Vec<_> = world
        .pipeline
        .steps
        .values()
        .filter(|owed| {
            let title = owed.effect.title();
            title.starts_with(&what) || title.split(' ').any(|word| word == what)
        })
        .cloned()
        .collect();
    if found.is_empty() {
        let owed: Vec<String> = world
            .pipeline
            .steps
            .values()
            .map(|o| o.effect.title())
            .collect();
        return format!("  NO SUCH STEP; owed: {}\n", owed.join(", "));
    }
    found
        .iter()
        .map(|owed| told(&world.finish(&owed.id, result(&owed.effect))))
        .collect()
}

/// Ends every owed step well, and those that follow, until nothing is owed.
fn finish_all(world: &mut World) -> String {
    let mut printed = String::new();
    while let Some(owed) = world.pipeline.steps.values().next().cloned() {
        printed.push_str(&told(&world.finish(&owed.id, success(&owed.effect))));
    }
    printed
}

fn observe(world: &mut World, elapsed: Span, level: &str, points: u64, why: &str) -> String {
    let (level, value) = match level {
        "ok" => (AlarmLevel::Ok, Some(Measure::share(Ppm(1_000)))),
        "firing" => (AlarmLevel::Firing, Some(Measure::share(Ppm(312_500)))),
        "nodata" => (AlarmLevel::NoData, None),
        other => panic!("not a level: {other}"),
    };
    world.now = world.now + elapsed;
    let alarm = AlarmName::parse("faults").unwrap();
    let reading = Reading {
        alarm,
        level,
        value,
        why: why.to_owned(),
        points,
        targets: std::collections::BTreeMap::new(),
    };
    let observation = Observation {
        elapsed,
        readings: vec![reading],
    };
    told(
        &world
            .input(Input::Outcome(Outcome::Observed(observation)))
            .unwrap(),
    )
}

/// Lets steps end well and minutes pass without an alarm until nothing moves by itself.
fn flow(world: &mut World) -> String {
    let mut printed = String::new();
    loop {
        let before = world.entries.len();
        if !world.pipeline.steps.is_empty() {
            printed.push_str(&finish_all(world));
        }
        let observed = observe(world, Span::minutes(1), "ok", 100, "");
        if world.entries.len() == before {
            return if printed.is_empty() {
                observed
            } else {
                printed
            };
        }
        if observed != "  nothing\n" {
            printed.push_str(&observed);
        }
    }
}

fn name<T: std::str::FromStr>(text: &str) -> T
where
    T::Err: std::fmt::Debug,
{
    text.parse().unwrap()
}

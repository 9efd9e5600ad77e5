//! A command whose plan was looked at before something else happened: `stale ana rollback wave-1 r2
//! after ok h2: reason`.

use super::{parse, run, told};
use crate::world::World;
use pilothouse::engine;
use pilothouse::model::*;
use std::fmt::Write as _;

pub(super) fn stale(world: &mut World, by: &str, words: &[&str], reason: &str) -> String {
    let after = words.iter().position(|word| *word == "after").unwrap();
    let command = parse(world, &words[..after], reason);
    let by = Actor::parse(by).unwrap();
    let plan = engine::plan(&world.pipeline, &world.org, world.now, &by, &command).unwrap();
    let mut printed = run(world, &words[after + 1..].join(" "));
    world.n_requests += 1;
    let request = Request {
        key: RequestKey::parse(&format!("key-{}", world.n_requests)).unwrap(),
        expect: plan.digest,
        command,
    };
    let facts = match world.request(by.clone(), request.clone()) {
        Ok(facts) => facts,
        Err(refusal) => {
            if let Refusal::PlanChanged { plan } = &refusal {
                writeln!(printed, "  refused: {refusal}: {}", plan.title).unwrap();
                for target in &plan.targets {
                    let to = target.to.map_or("-".to_owned(), |to| to.to_string());
                    writeln!(printed, "    {} -> {to}", target.target).unwrap();
                }
            }
            vec![engine::refused(by, request, refusal)]
        }
    };
    printed + &told(&facts)
}

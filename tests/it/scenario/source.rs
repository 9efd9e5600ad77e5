//! Sources in scenarios: pushes to any of them, branches that are moved or do not answer, and what
//! a release is made of.

use super::{name, told};
use crate::world::{World, person, sha};
use pilothouse::{engine::Input, model::*};
use std::fmt::Write as _;

/// `push mori reviewed-by ana to config on 3: title`: a commit of the source on the third commit;
/// without `to` of the main one, without `on` on its head, and with `as 2` the second commit once
/// more, for a poller that looks again. `revert 2 ...` reverts the second.
pub(super) fn push(
    world: &mut World,
    (author, reviewers): (&str, &str),
    onto: &[&str],
    title: &str,
) -> String {
    let reviewers = reviewers.split(',').filter(|by| *by != "nobody");
    let number = title.strip_prefix("revert ");
    let number = number.and_then(|rest| rest.split(' ').next());
    let (mut source, mut on, mut again) = (None, None, None);
    for pair in onto.chunks(2) {
        match pair {
            ["to", name_of_source] => source = Some(name::<SourceName>(name_of_source)),
            ["on", number] => on = Some(commit(number)),
            ["as", number] => again = Some(commit(number)),
            other => panic!("not a place to push to: {other:?}"),
        }
    }
    let next = sha(u32::try_from(world.commits.len()).unwrap() + 1);
    let sha = again.unwrap_or_else(|| {
        world.commits.push(next.clone());
        next
    });
    let change = Change {
        source: None,
        sha: sha.clone(),
        author: person(author),
        at: world.now,
        title: title.to_owned(),
        reviewers: reviewers.map(person).collect(),
        reverts: number.map(commit).into_iter().collect(),
        one_way: title.contains("one-way"),
        size: None,
    };
    let seen = world.pipeline.source_state(source.as_ref());
    let base = on.or_else(|| seen?.head.clone());
    look(
        world,
        Head {
            source,
            sha,
            base,
            changes: vec![change],
        },
    )
}

fn look(world: &mut World, head: Head) -> String {
    told(&world.input(Input::Outcome(Outcome::Head(head))).unwrap())
}

/// `branch back to 1`: the main branch is moved to its first commit. `branch config fails: why` and `branch fails: why`: no answer.
pub(super) fn branch(world: &mut World, words: &[&str], why: &str) -> String {
    let fails = |source| Outcome::SourceFailed {
        source,
        why: why.to_owned(),
    };
    let back = |source, number| Head {
        source,
        sha: commit(number),
        base: Some(commit(number)),
        changes: Vec::new(),
    };
    let head = match words {
        ["back", "to", number] => back(None, number),
        [source, "back", "to", number] => back(Some(name(source)), number),
        ["fails"] => return told(&world.input(Input::Outcome(fails(None))).unwrap()),
        [source, "fails"] => {
            return told(
                &world
                    .input(Input::Outcome(fails(Some(name(source)))))
                    .unwrap(),
            );
        }
        other => panic!("not a move of a branch: {other:?}"),
    };
    look(world, head)
}

/// What a release is made of.
pub(super) fn release(world: &World, id: ReleaseId) -> String {
    let release = world.pipeline.releases.get(id).unwrap();
    let mut text = format!("  {id} is {}", release.sha.short());
    for (name, sha) in &release.also {
        write!(text, " with {name} {}", sha.short()).unwrap();
    }
    match release.parent {
        Some(parent) => writeln!(text, ", after {parent}").unwrap(),
        None => writeln!(text, ", after none").unwrap(),
    }
    for change in &release.changes {
        let source = change.source.as_ref();
        let of = source.map_or_else(String::new, |name| format!("{name} "));
        writeln!(text, "    {of}{} {}", change.sha.short(), change.title).unwrap();
    }
    text
}

fn commit(number: &str) -> Sha {
    sha(number.parse().unwrap())
}

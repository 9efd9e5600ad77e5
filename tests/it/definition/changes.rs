//! What a change of the files changes: which pipelines, which values, and what is loosened by it.

use super::{CHECKOUT, GROUPS};
use pilothouse::{
    definition::{self, Comparison, Texts},
    model::{RedefinitionKind, Time},
};
use std::path::Path;

fn texts(files: &[(&str, &str)]) -> Texts {
    let pair = |(name, text): &(&str, &str)| ((*name).to_owned(), (*text).to_owned());
    files.iter().map(pair).collect()
}

/// As an operator would read it, one line each.
fn told(comparison: &Comparison) -> Vec<String> {
    let mut told = Vec::new();
    for change in &comparison.pipelines {
        told.push(format!("{} {:?}", change.pipeline, change.change));
        for each in &change.differences {
            let value = |value: &Option<String>| value.clone().unwrap_or("-".to_owned());
            let loosens = if each.loosens { " LOOSER" } else { "" };
            let place = value(&each.place);
            let (path, old, new) = (&each.path, value(&each.old), value(&each.new));
            told.push(format!("  {path}: {old} -> {new} ({place}){loosens}"));
        }
    }
    let groups = comparison.organization.iter();
    told.extend(groups.map(|group| format!("{}: {:?} -> {:?}", group.path, group.old, group.new)));
    told
}

const CHILD: &str = "name = \"basket\"\nextends = \"checkout\"\n";

#[test]
fn a_changed_parent_shows_every_child() {
    let old = texts(&[("checkout.toml", CHECKOUT), ("basket.toml", CHILD), GROUPS]);
    let parent = CHECKOUT
        .replace("one_box = \"1h\"", "one_box = \"30m\"")
        .replace("review = { trailer = \"Reviewed-by\" }", "")
        .replace("max_unavailable = \"33%\"", "max_unavailable = 2")
        .replace("Mon..Fri 09:00-16:00", "Mon..Thu 09:00-16:00")
        .replace(
            "alarms = [\"faults\"]",
            "alarms = [\"faults\", \"faults-2\"]",
        );
    let parent = format!(
        "{parent}[[alarm]]\nname = \"faults-2\"\n\
         scrape = {{ url = \"http://a\", ratio = {{ of = \"a\", to = \"b\" }}, window = \"1m\", above = \"1%\" }}\n"
    );
    let groups = "[groups]\npayments-oncall = [\"ana\", \"li\"]\n";
    let other = CHILD.replace("basket", "orders");
    let new = texts(&[
        ("checkout.toml", &parent),
        ("basket.toml", CHILD),
        ("orders.toml", &other),
        ("organization.toml", groups),
    ]);
    let here = Path::new("/somewhere");
    let comparison = definition::compare(here, (&old, Time(0)), (&new, Time(0))).unwrap();
    insta::assert_snapshot!(told(&comparison).join("\n"));

    let back = definition::compare(here, (&new, Time(0)), (&old, Time(0))).unwrap();
    let gone = &back.pipelines[2];
    assert_eq!(
        (gone.pipeline.as_str(), gone.change),
        ("orders", RedefinitionKind::Gone)
    );
    let checkout = back.pipelines[1].differences.iter();
    let looser: Vec<&str> = checkout
        .filter(|each| each.loosens)
        .map(|each| &*each.path)
        .collect();
    assert_eq!(
        looser,
        [
            "window.business-hours.allow",
            "stage.wave-1.alarms",
            "alarm.faults-2.scrape.url",
            "alarm.faults-2.scrape.ratio.of",
            "alarm.faults-2.scrape.ratio.to",
            "alarm.faults-2.scrape.window",
            "alarm.faults-2.scrape.above"
        ],
    );
}

#[test]
fn what_means_the_same_changes_nothing() {
    let old = texts(&[("checkout.toml", CHECKOUT), ("basket.toml", CHILD)]);
    let moved = format!("# a comment\n{}", CHECKOUT.replace("12h", "720m"));
    let child = format!("{CHILD}owner = \"payments\"\n");
    let new = texts(&[("checkout.toml", &moved), ("basket.toml", &child)]);
    let here = Path::new("/somewhere");
    let comparison = definition::compare(here, (&old, Time(0)), (&new, Time(0))).unwrap();
    assert_eq!(comparison, Comparison::default());

    let broken = texts(&[("checkout.toml", "name = \"checkout\"")]);
    let problems = definition::compare(here, (&old, Time(0)), (&broken, Time(0))).unwrap_err();
    assert!(
        problems.to_string().contains("needs `source`"),
        "{problems}"
    );
    // What was wrong before is no reason not to take what is right now.
    let all_new = definition::compare(here, (&broken, Time(0)), (&old, Time(0))).unwrap();
    assert!(
        all_new
            .pipelines
            .iter()
            .all(|each| each.change == RedefinitionKind::New)
    );
}

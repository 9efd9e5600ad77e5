//! Where `explain` says a value was written, it was: over random files of three generations.

use super::{CHECKOUT, directory};
use pilothouse::{definition, model::PipelineName};
use proptest::prelude::*;

/// What a file may say besides its parent, with a number that tells whose word it is. The keys of
/// the file as a whole stand first.
const WORDS: [&str; 10] = [
    "owner = \"team-N\"\n",
    "runbook = \"https://wiki/N\"\n",
    "watch = { every = \"Ns\" }\n",
    "[source]\nbranch = \"release-N\"\nreview = { trailer = \"Seen-by-N\" }\n",
    "[build]\ntimeout = \"Nm\"\nchecks = [{ name = \"unit\", run = \"make N\" }, { name = \"lint N\", run = \"lint\" }]\n",
    "[[stage]]\nname = \"gamma\"\nwindows = [\"business-hours\"]\napproval = [{ test = \"integration\", timeout = \"Nh\" }]\n",
    "[[stage]]\nname = \"wave-1\"\nbake = { stage = \"Nh\" }\napproval = [{ manual = \"onward\", count = N }]\n",
    "[[stage]]\nname = \"wave-N\"\nphase = \"production\"\ndeploy = { run = \"./deploy N\" }\nregions = [{ name = \"eu\", time_zone = \"UTC\", zones = { a = [\"tN\"] } }]\n",
    "[[alarm]]\nname = \"faults\"\nfire = \"1 of N\"\nscrape = { above = \"N%\" }\n",
    "[[window]]\nname = \"business-hours\"\ndeny = \"Sat 0N:00-23:00\"\n",
];

fn said(name: &str, parent: &str, number: usize, words: &[bool]) -> String {
    let mut text = format!("name = \"{name}\"\nextends = \"{parent}\"\n");
    let chosen = WORDS.iter().zip(words).filter(|(_, chosen)| **chosen);
    // Two stages of one file are one list.
    chosen.for_each(|(words, _)| text.push_str(&words.replace('N', &number.to_string())));
    text
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_value_is_where_it_is_said_to_be(
        child in prop::collection::vec(any::<bool>(), WORDS.len()),
        grandchild in prop::collection::vec(any::<bool>(), WORDS.len()),
    ) {
        let base = CHECKOUT.replace("name = \"checkout\"\n", "name = \"base\"\nabstract = true\n");
        let texts = [
            ("base.toml", base),
            ("child.toml", said("child", "base", 7, &child)),
            ("grandchild.toml", said("grandchild", "child", 8, &grandchild)),
        ];
        let files = texts.each_ref().map(|(name, text)| (*name, text.as_str()));
        let directory = directory(&files);
        for pipeline in ["child", "grandchild"] {
            let name = PipelineName::parse(pipeline).unwrap();
            let explained = definition::explain(directory.path(), &name, pilothouse::clock::now()).unwrap();
            prop_assert!(explained.len() > 50);
            for line in explained {
                let Some(place) = &line.place else { continue };
                let (_, text) = files.iter().find(|(file, _)| *file == &*place.file).unwrap();
                let written = text.lines().nth(place.line - 1).unwrap();
                let written: String = written.chars().skip(place.column - 1).collect();
                // A literal text holds quotes as they are.
                let literal = format!("'{}'", line.value.trim_matches('"').replace("\\\"", "\""));
                prop_assert!(
                    written.starts_with(&line.value) || written.starts_with(&literal),
                    "{line} is not what stands there: {written}"
                );
                // The youngest file that says something of it has the word.
                let number = match &*place.file {
                    "child.toml" => "7",
                    "grandchild.toml" => "8",
                    _ => continue,
                };
                let fixed = ["name", "extends", "phase", "time_zone", "windows", "run", "manual", "test"];
                let own = line.value.contains(number);
                prop_assert!(own || fixed.iter().any(|end| line.path.ends_with(end)), "{line}");
            }
        }
    }
}

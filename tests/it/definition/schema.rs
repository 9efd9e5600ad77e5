//! The JSON Schema in `assets` is what the reader accepts: made from it, and held against every
//! definition there is. `PILOTHOUSE_SCHEMA=1` writes it anew.

use super::{BROKEN, CHECKOUT, bent};
use crate::held::Held;
use pilothouse::definition;
use serde_json::Value;
use std::{fs, path::PathBuf};

const README: &str = include_str!("../../../README.md");

fn asset(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("assets")
        .join(path)
}

/// What a schema complains of.
fn of(schema: &Value, text: &str) -> Vec<String> {
    let value: Value = toml::from_str(text).unwrap();
    Held(schema).complaints(schema, &value)
}

#[test]
fn the_assets_are_what_the_readers_accept() {
    let published = [
        ("definition.schema.json", definition::schema()),
        (
            "organization.schema.json",
            definition::organization_schema(),
        ),
    ];
    for (file, schema) in published {
        let now = format!("{schema:#}\n");
        let path = asset(file);
        if std::env::var_os("PILOTHOUSE_SCHEMA").is_some() {
            fs::write(&path, &now).unwrap();
        }
        let published = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            published == now,
            "{file}: the reader asks for something else now; PILOTHOUSE_SCHEMA=1 cargo test schema \
             writes it"
        );
    }
}

/// A pipeline, and access, a rota and routes of an organization.
fn of_the_readme() -> [String; 4] {
    let fences = README.split("```toml\n").skip(1);
    let fences = fences.map(|text| text.split("```").next().unwrap().to_owned());
    fences.collect::<Vec<_>>().try_into().unwrap()
}

#[test]
fn an_organization_is_valid_or_not() {
    let schema = definition::organization_schema();
    let demo = fs::read_to_string(asset("demo/definitions/organization.toml")).unwrap();
    let alarm = "[[alarm]]\nname = \"net\"\nscope = \"organization\"\nseverity = \"high\"\n\
                 scrape = { url = \"http://127.0.0.1:9/metrics\", window = \"1m\", above = \"5%\", \
                 ratio = { of = \"a\", to = \"b\" } }\n";
    let full = format!("drain = \"10m\"\n[groups]\noncall = [\"ana\"]\n{alarm}");
    let [_, access, rota, routes] = of_the_readme();
    for right in ["", &demo, &full, &access, &rota, &routes] {
        let found = of(&schema, right);
        assert!(found.is_empty(), "{found:?}\n{right}");
    }
    let wrong = [
        full.replace("drain", "drains"),
        full.replace("\"organization\"", "\"galaxy\""),
        full.replace("[\"ana\"]", "\"ana\""),
        full.replace("name = \"net\"\n", ""),
    ];
    for text in &wrong {
        assert!(!of(&schema, text).is_empty(), "{text}");
    }
}

#[test]
fn every_definition_of_ours_is_valid() {
    let schema = definition::schema();
    let demo = fs::read_dir(asset("demo/definitions")).unwrap();
    let demo = demo.map(|entry| entry.unwrap().path());
    let demo = demo.filter(|path| path.extension().is_some_and(|end| end == "toml"));
    let demo = demo.filter(|path| path.file_name().unwrap() != "organization.toml");
    let mut texts: Vec<String> = demo
        .map(|path| fs::read_to_string(path).unwrap())
        .chain([of_the_readme()[0].clone()])
        .collect();
    assert!(texts.len() > 3, "{}", texts.len());
    texts.push(CHECKOUT.to_owned());
    texts.push("name = \"child\"\nextends = \"checkout\"\n[[stage]]\nname = \"gamma\"\nbake = { stage = \"1h\" }\n".to_owned());
    for text in &texts {
        let found = of(&schema, text);
        assert!(found.is_empty(), "{found:?}\n{text}");
    }
}

/// Whatever the reader calls an unknown key or a wrong type is one for the schema too.
#[test]
fn what_is_broken_is_invalid() {
    let schema = definition::schema();
    let mut n_checked = 0;
    for case in BROKEN.split("=== ").skip(1) {
        let (input, said) = case.split_once("--- says\n").unwrap();
        let (edits, _files) = input.split_once("--- file ").unwrap_or((input, ""));
        let text = bent(edits);
        let mine = |line: &&str| line.starts_with("checkout.toml");
        let shape = |line: &str| line.contains(" has no key ") || line.contains(" must be true or");
        if toml::from_str::<Value>(&text).is_ok() && said.lines().filter(mine).any(shape) {
            let found = of(&schema, &text);
            assert!(!found.is_empty(), "{case}");
            n_checked += 1;
        }
    }
    assert!(n_checked >= 5, "{n_checked}");
    let wrong = [
        ("above = \"5%\"", "above = true"),
        ("phase = \"test\"", "phase = \"testing\""),
        (
            "run = \"make package\"",
            "run = { shell = \"make\", more = 1 }",
        ),
        ("run = \"make package\"\n", ""),
        (
            "{ test = \"smoke\", run = \"./smoke\" }",
            "{ test = \"smoke\" }",
        ),
        ("data_points = 100", "data_points = -1"),
        (
            "windows = [\"business-hours\"]",
            "windows = \"business-hours\"",
        ),
        ("zones = { a = [\"g1\", \"g2\"] }", "zones = [\"g1\"]"),
        ("[source]", "[sources]"),
    ];
    for (old, new) in wrong {
        assert!(CHECKOUT.contains(old), "{old}");
        let found = of(&schema, &CHECKOUT.replacen(old, new, 1));
        assert!(!found.is_empty(), "{new}");
    }
}

//! The OpenAPI document: it is the published one, it tells of the routes that there are and of no
//! others, and what happens in a busy fleet is as it says. `PILOTHOUSE_SCHEMA=1` writes it anew.

mod asked;
mod drawn;
mod fuzzed;
mod known;

use crate::{
    fixture::{baking, night, seen_alarms, seen_windows},
    held::Held,
    serving::on_socket,
    tidy::root,
};
use asked::{Door, Request, ask};
use pilothouse::{
    api,
    journal::{FILE, Journal, Sqlite},
};
use serde_json::{Value, json};
use std::fs;

const METHODS: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

#[test]
fn the_published_document_is_the_servers_schema() {
    let now = format!("{:#}\n", api::openapi());
    let path = root().join("assets/openapi.json");
    if std::env::var_os("PILOTHOUSE_SCHEMA").is_some() {
        fs::write(&path, &now).unwrap();
    }
    let published = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        published == now,
        "openapi.json: the interface is another now; PILOTHOUSE_SCHEMA=1 cargo test schema writes it"
    );
}

#[tokio::test]
async fn the_routes_are_those_of_the_document() {
    let (directory, serving) = on_socket().await;
    let door = Door::Socket(directory.path().join("run/socket"));
    let document = ask(&door, &Request::new("GET", "/v1/openapi.json")).await;
    let document: Value = serde_json::from_slice(&document.body).unwrap();
    assert_eq!(document, api::openapi());
    for (path, told) in document["paths"].as_object().unwrap() {
        let filled = path.replace(['{', '}'], "");
        for method in METHODS {
            let documented = match method {
                "HEAD" => "get".to_owned(),
                other => other.to_lowercase(),
            };
            let answer = ask(&door, &Request::new(method, &filled)).await;
            let taken = answer.status != 405;
            let known = told.get(&documented).is_some();
            assert_eq!(taken, known, "{method} {path}: {answer:?}");
        }
        for beside in ["/x", "/", "x"] {
            let path = format!("{filled}{beside}");
            // What stands in braces at the end takes any word, and there are paths within paths.
            if document["paths"]
                .as_object()
                .unwrap()
                .keys()
                .all(|known| !is_like(known, &path))
            {
                let answer = ask(&door, &Request::new("GET", &path)).await;
                assert_eq!(answer.status, 404, "{path}: {answer:?}");
                assert!(
                    answer.text().contains("no-such-route"),
                    "{path}: {answer:?}"
                );
            }
        }
    }
    serving.stop().await.stop().await;
}

fn is_like(template: &str, path: &str) -> bool {
    let (known, asked) = (template.split('/'), path.split('/'));
    template.split('/').count() == path.split('/').count()
        && known
            .zip(asked)
            .all(|(known, asked)| known == asked || (known.starts_with('{') && !asked.is_empty()))
}

/// Everything that a document refers to is in it, and everything in it is referred to.
#[test]
fn the_document_is_whole() {
    let document = api::openapi();
    let mut wanted = std::collections::BTreeSet::new();
    refers(&document, &mut wanted);
    for to in &wanted {
        assert!(document.pointer(to).is_some(), "nothing is at {to}");
    }
    for place in ["schemas", "headers"] {
        for name in document["components"][place].as_object().unwrap().keys() {
            let to = format!("/components/{place}/{name}");
            assert!(wanted.contains(&to), "nothing refers to {to}");
        }
    }
}

fn refers(value: &Value, wanted: &mut std::collections::BTreeSet<String>) {
    if let Some(to) = value["$ref"].as_str() {
        wanted.insert(to.strip_prefix('#').unwrap().to_owned());
    }
    let fields = value
        .as_object()
        .into_iter()
        .flat_map(|fields| fields.values());
    let items = value.as_array().into_iter().flatten();
    fields.chain(items).for_each(|inner| refers(inner, wanted));
}

#[test]
fn a_busy_fleet_is_as_the_document_says() {
    let document = api::openapi();
    let held = Held(&document);
    let schema = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let fits = |name: &str, value: Value| {
        let found = held.complaints(&schema(name), &value);
        assert!(found.is_empty(), "{name}:\n{}", found.join("\n"));
    };
    for world in [night(), baking()] {
        fits("Pipeline", json!(world.pipeline));
        fits("Alarms", json!(seen_alarms(&world)));
        fits("Windows", json!(seen_windows(&world, 9)));
    }
    let directory = tempfile::tempdir().unwrap();
    let golden = root().join("tests/golden/journal-2.db");
    fs::copy(golden, directory.path().join(FILE)).unwrap();
    let journal = Sqlite::open(directory.path()).unwrap();
    for entry in journal.history(0, 10_000).unwrap() {
        fits("Entry", json!(entry));
    }
}

//! Requests drawn from the document, good and bent, against a real server: every answer must be one
//! that the document tells of, none is a 500, and a body that is good by it is understood.
//! `PILOTHOUSE_FUZZ=100000` draws so many.

use super::{
    asked::{Answer, Door, Request, ask},
    drawn::{bent, good},
    known::{ALERT_SECRET, PUSH_SECRET, ROUTE, World},
};
use crate::{held::Held, simulation::rng::Rng};
use pilothouse::api;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    env,
};

/// So many in every run of the tests.
const REQUESTS: u64 = 800;
const SEED: u64 = 6;

/// What a path's parameter is called by hostile clients.
const NAMES: [&str; 10] = [
    "%ff",
    "..%2f..%2fx",
    "%00",
    "c%61rt",
    "cart;x",
    "%E2%80%AE",
    "*",
    ".",
    "%",
    "nobody",
];
const QUERIES: [&str; 8] = [
    "-1",
    "x",
    "18446744073709551616",
    "%ff",
    "",
    "1&after=2",
    "%00",
    "cart,,checkout",
];
const HEADERS: [(&str, &str); 10] = [
    ("origin", "https://evil.example"),
    ("sec-fetch-site", "cross-site"),
    ("transfer-encoding", "chunked"),
    ("authorization", "Bearer x"),
    ("last-event-id", "x"),
    ("x-hub-signature-256", "sha256=00"),
    ("x-gitlab-token", "\u{e9}"),
    ("content-type", "text/plain"),
    ("accept", "image/png"),
    ("content-encoding", "gzip"),
];

/// A drawn request, of what operation, and whether its body is good by the document.
struct Drawn<'a> {
    told: &'a Value,
    request: Request,
    good: bool,
}

#[tokio::test]
async fn every_answer_is_documented() {
    let n_requests = env::var("PILOTHOUSE_FUZZ").map_or(REQUESTS, |n| n.parse().unwrap());
    let world = World::start().await;
    let document = api::openapi();
    let held = Held(&document);
    let paths = document["paths"].as_object().unwrap();
    let operations = paths.iter().flat_map(|(path, methods)| {
        let methods = methods.as_object().unwrap().iter();
        methods.map(move |(method, told)| (path.as_str(), method.as_str(), told))
    });
    let operations: Vec<_> = operations.collect();
    let mut seen: BTreeMap<&str, [BTreeSet<u16>; 2]> = BTreeMap::new();
    for step in 0..n_requests {
        let mut rng = Rng::of(SEED, step);
        let (path, method, told) = operations[step as usize % operations.len()];
        let mut drawn = drawn(&held, (path, method, told), &mut rng);
        // One of three comes over TCP.
        let way = usize::from(rng.one_in(3));
        let door = &world.doors[way];
        complete(door, path, step, &mut drawn, &mut rng).await;
        let answer = ask(door, &drawn.request).await;
        let wrong = wrong(&held, &drawn, &answer);
        assert!(
            wrong.is_empty(),
            "request {step} {:?}\n{}: {}\n{}",
            drawn.request,
            answer.status,
            answer.text(),
            wrong.join("\n")
        );
        let name = told["operationId"].as_str().unwrap();
        seen.entry(name).or_default()[way].insert(answer.status);
    }
    // What the document promises is to be had, each of it, and most of it over TCP too.
    let mut only_here = Vec::new();
    for (_, _, told) in operations {
        let name = told["operationId"].as_str().unwrap();
        let [here, remote] = &seen[name];
        let promised = told["responses"].as_object().unwrap().keys();
        let promised = promised.map(|status| status.parse::<u16>().unwrap());
        for status in promised.filter(|status| *status < 300) {
            let is_had = here.contains(&status) || remote.contains(&status);
            assert!(
                is_had,
                "{name} never answered {status}: {here:?} {remote:?}"
            );
            if !remote.contains(&status) {
                only_here.push(name);
            }
        }
    }
    assert!(only_here.len() < 5, "never good over TCP: {only_here:?}");
    world.stop().await;
}

fn drawn<'a>(
    held: &Held<'_>,
    (path, method, told): (&str, &str, &'a Value),
    rng: &mut Rng,
) -> Drawn<'a> {
    let mut request = Request::new(&method.to_uppercase(), path);
    let mut query = Vec::new();
    for parameter in told["parameters"].as_array().unwrap() {
        let name = parameter["name"].as_str().unwrap();
        match parameter["in"].as_str().unwrap() {
            "path" => {
                let usual = if name == "id" { "cart-900" } else { "cart" };
                let odd = rng.one_in(5).then(|| *rng.pick(&NAMES).unwrap());
                let filled = odd.unwrap_or(usual);
                request.path = request.path.replace(&format!("{{{name}}}"), filled);
            }
            "query" if rng.one_in(2) => {
                let value = if rng.one_in(4) {
                    (*rng.pick(&QUERIES).unwrap()).to_owned()
                } else {
                    encoded(&good(held, &parameter["schema"], rng))
                };
                query.push(format!("{name}={value}"));
            }
            _ => {}
        }
    }
    if rng.one_in(20) {
        query.push("unheard-of=1".to_owned());
    }
    if !query.is_empty() {
        request.path = format!("{}?{}", request.path, query.join("&"));
    }
    let schema = &told["requestBody"]["content"]["application/json"]["schema"];
    let mut is_good = false;
    if !schema.is_null() {
        let value = good(held, schema, rng);
        is_good = !rng.one_in(3);
        let body = if is_good {
            serde_json::to_vec(&value).unwrap()
        } else {
            bent(&value, rng)
        };
        request = Request::json(&request.path, body);
    }
    if rng.one_in(8) {
        let (name, value) = rng.pick(&HEADERS).unwrap();
        request.headers.retain(|(known, _)| known != name);
        request
            .headers
            .push(((*name).to_owned(), (*value).to_owned()));
        is_good = false;
    }
    if method == "get" && rng.one_in(10) {
        "HEAD".clone_into(&mut request.method);
    }
    Drawn {
        told,
        request,
        good: is_good,
    }
}

fn encoded(value: &Value) -> String {
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    let bytes = text.bytes().map(|byte| match byte {
        b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => char::from(byte).to_string(),
        other => format!("%{other:02x}"),
    });
    bytes.collect()
}

/// Mostly a command is planned before it is committed, under a key of its own, and what proves itself
/// has its proof.
async fn complete(door: &Door, path: &str, step: u64, drawn: &mut Drawn<'_>, rng: &mut Rng) {
    if path == "/v1/commands/{key}" && rng.one_in(2) {
        let key = step.saturating_sub(rng.below(200));
        drawn.request.path = format!("/v1/commands/k{key}");
    }
    if !drawn.good || rng.one_in(4) {
        return;
    }
    let mut body: Value = serde_json::from_slice(drawn.request.body.as_ref().unwrap()).unwrap();
    // Most commands are refused, because nothing has been released yet.
    let hold = json!({ "verb": "hold", "scope": "pipeline", "reason": "fuzzed", "lasts": "1h" });
    let held = rng.one_in(2);
    let (plan, place) = match path {
        api::PLAN if held => {
            drawn.request.body = Some(planned(&json!("cart"), &hold));
            return;
        }
        api::COMMANDS => {
            body["request"]["key"] = json!(format!("k{step}"));
            if held {
                body["pipeline"] = json!("cart");
                body["request"]["command"] = hold;
            }
            let asked = planned(&body["pipeline"], &body["request"]["command"]);
            (Request::json(api::PLAN, asked), "/request/expect")
        }
        api::NOTICES_TEST if held => {
            let body = json!({ "route": ROUTE }).to_string();
            drawn.request.body = Some(body.into_bytes());
            return;
        }
        api::ALERTS => {
            let proof = format!("Bearer {ALERT_SECRET}");
            drawn.request = drawn.request.clone().with("authorization", &proof);
            // No schema says what an Alertmanager sends.
            if held {
                let body = json!({ "version": "4", "alerts": [] }).to_string();
                drawn.request.body = Some(body.into_bytes());
            } else {
                drawn.good = false;
            }
            return;
        }
        _ if path.ends_with("/changes") => {
            drawn.request = drawn.request.clone().with("x-gitlab-token", PUSH_SECRET);
            return;
        }
        api::DEFINITIONS => (
            Request::json(api::DEFINITIONS_PLAN, r#"{"files":null}"#),
            "/expect",
        ),
        _ => return,
    };
    let answer = ask(door, &plan).await;
    let answer: Value = serde_json::from_slice(&answer.body).unwrap();
    if answer["digest"].is_string() {
        *body.pointer_mut(place).unwrap() = answer["digest"].clone();
    }
    drawn.request.body = Some(body.to_string().into_bytes());
}

fn planned(pipeline: &Value, command: &Value) -> Vec<u8> {
    let asked = json!({ "pipeline": pipeline, "command": command });
    asked.to_string().into_bytes()
}

/// What of an answer the document does not tell.
fn wrong(held: &Held<'_>, drawn: &Drawn<'_>, answer: &Answer) -> Vec<String> {
    if answer.status >= 500 && answer.status != 503 {
        return vec!["the server failed".to_owned()];
    }
    let told = &drawn.told["responses"][answer.status.to_string()];
    if told.is_null() {
        return vec![format!("{} is not documented", answer.status)];
    }
    let headers = told["headers"].as_object().into_iter().flatten();
    let mut wrong: Vec<String> = Vec::new();
    for (name, header) in headers {
        let schema = &held.resolved(header)["schema"];
        match answer.headers.get(name) {
            Some(value) => wrong.extend(held.complaints(schema, &json!(value))),
            // A good answer and a problem may share a status.
            None => wrong.push(format!("there is no header {name}")),
        }
    }
    let (form, content) = (answer.form(), &told["content"]);
    if drawn.request.method == "HEAD" || (form.is_none() && answer.body.is_empty()) {
        return wrong;
    }
    let form = form.unwrap_or("none");
    let content = &content[form];
    if content.is_null() {
        return vec![format!("the content type {form} is not documented")];
    }
    match form {
        "application/json" | "application/problem+json" => {
            let body: Value = serde_json::from_slice(&answer.body).unwrap();
            wrong.extend(held.complaints(&content["schema"], &body));
            let bad = body["type"] == "urn:pilothouse:problem:bad-body";
            // A token's teams must fit its role, which no schema says.
            if bad && drawn.good && drawn.told["operationId"] != "TokenMake" {
                wrong.push("a body that is good by the document was not understood".to_owned());
            }
        }
        "text/event-stream" => {
            let text = answer.text();
            let frames = text.split("\n\n").filter(|frame| !frame.is_empty());
            wrong.extend(frames.flat_map(|frame| of_frame(held, content, frame)));
        }
        _ => {}
    }
    wrong
}

fn of_frame(held: &Held<'_>, content: &Value, frame: &str) -> Vec<String> {
    let fields: BTreeMap<&str, &str> = frame
        .lines()
        .filter_map(|line| line.split_once(": "))
        .collect();
    let schema = &content["x-events"][fields["event"]];
    if schema.is_null() {
        return vec![format!("the event {} is not documented", fields["event"])];
    }
    let data = serde_json::from_str(fields["data"]).unwrap();
    let mut wrong = held.complaints(schema, &data);
    if let Some(id) = fields.get("id") {
        wrong.extend(held.complaints(&content["x-id"], &json!(id)));
    }
    wrong
}

//! Values drawn from schemas: good ones, and good ones with something bent.

use crate::held::Held;
use crate::simulation::rng::Rng;
use regex::Regex;
use serde_json::{Map, Value, json};

/// Words from which a pattern finds its own: what there is in the fleet, and what there is not.
const WORDS: [&str; 28] = [
    "cart",
    "checkout",
    "beta",
    "cart-1",
    "checkout-1",
    "eu-central-1",
    "a",
    "payments",
    "nobody",
    "r1",
    "r999999999",
    "a1",
    "a7",
    "h1",
    "h2",
    "t1",
    "o1",
    "45s",
    "1h30m",
    "999999999d",
    "0123456789abcdef",
    "fedcba9876543210",
    "0123456789012345678901234567890123456789",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
    "x:1",
    ":0",
    "zz:9999999999999999999",
];
const TEXTS: [&str; 8] = [
    "",
    "looking at it",
    "\u{1b}[2J\u{7}",
    "\u{202e}gpj",
    "a\nb\r\nc",
    "\u{0}",
    "${HOME} $(id) `id`",
    "😀é\u{301}",
];
const TIMES: [&str; 5] = [
    "2026-03-06T14:00:00Z",
    "2026-03-06T14:00:00.123456789+14:00",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "9999-12-30T00:00:00-23:59",
];
/// Deeper than this only what ends is drawn.
const DEEP: usize = 12;

/// A value that the schema takes.
pub(super) fn good(held: &Held<'_>, schema: &Value, rng: &mut Rng) -> Value {
    drawn(held, schema, rng, 0)
}

fn drawn(held: &Held<'_>, schema: &Value, rng: &mut Rng, depth: usize) -> Value {
    let Some(rules) = schema.as_object() else {
        return json!(TEXTS[1]);
    };
    let mut value = Value::Null;
    if rules.contains_key("$ref") {
        value = drawn(held, held.resolved(schema), rng, depth + 1);
    }
    for keyword in ["oneOf", "anyOf"] {
        if let Some(all) = rules.get(keyword).and_then(Value::as_array) {
            // The last is the simplest one of an option.
            let last = all.last().unwrap();
            let one = if depth > DEEP {
                last
            } else {
                rng.pick(all).unwrap()
            };
            value = merged(value, drawn(held, one, rng, depth + 1));
        }
    }
    if let Some(fixed) = rules.get("const") {
        return fixed.clone();
    }
    if let Some(all) = rules.get("enum").and_then(Value::as_array) {
        return rng.pick(all).unwrap().clone();
    }
    let own = match rules.get("type") {
        Some(Value::Array(names)) => one_type(held, schema, rng.pick(names).unwrap(), rng, depth),
        Some(name) => one_type(held, schema, name, rng, depth),
        None => return value,
    };
    merged(value, own)
}

fn merged(first: Value, second: Value) -> Value {
    match (first, second) {
        (Value::Object(mut all), Value::Object(more)) => {
            all.extend(more);
            Value::Object(all)
        }
        (Value::Null, second) => second,
        (first, _) => first,
    }
}

fn one_type(held: &Held<'_>, schema: &Value, name: &Value, rng: &mut Rng, depth: usize) -> Value {
    match name.as_str().unwrap() {
        "object" => object(held, schema, rng, depth),
        "array" => array(held, schema, rng, depth),
        "string" => json!(text(schema, rng)),
        "integer" | "number" => {
            let numbers = [0, 1, 2, 7, 4_294_967_295_u32];
            let most = if schema["format"] == "uint32" || schema["format"] == "uint64" {
                5
            } else {
                4
            };
            json!(rng.pick(&numbers[..most]).unwrap())
        }
        "boolean" => json!(rng.one_in(2)),
        _ => Value::Null,
    }
}

fn object(held: &Held<'_>, schema: &Value, rng: &mut Rng, depth: usize) -> Value {
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    let mut fields = Map::new();
    for (key, inner) in schema["properties"].as_object().into_iter().flatten() {
        let must = required.contains(&json!(key));
        if must || (depth < DEEP && rng.one_in(2)) {
            fields.insert(key.clone(), drawn(held, inner, rng, depth + 1));
        }
    }
    if let Some(rest) = schema
        .get("additionalProperties")
        .filter(|rest| rest.is_object())
        && rng.one_in(2)
    {
        fields.insert("some.toml".to_owned(), drawn(held, rest, rng, depth + 1));
    }
    Value::Object(fields)
}

fn array(held: &Held<'_>, schema: &Value, rng: &mut Rng, depth: usize) -> Value {
    let first = schema["prefixItems"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let mut items: Vec<Value> = first
        .iter()
        .map(|one| drawn(held, one, rng, depth + 1))
        .collect();
    if first.is_empty() && depth < DEEP {
        for _ in 0..rng.below(3) {
            let item = drawn(held, &schema["items"], rng, depth + 1);
            if !items.contains(&item) {
                items.push(item);
            }
        }
    }
    Value::Array(items)
}

fn text(schema: &Value, rng: &mut Rng) -> String {
    if schema["format"] == "date-time" {
        return (*rng.pick(&TIMES).unwrap()).to_owned();
    }
    let Some(pattern) = schema["pattern"].as_str() else {
        let all = if rng.one_in(2) {
            &TEXTS[..]
        } else {
            &WORDS[..]
        };
        return (*rng.pick(all).unwrap()).to_owned();
    };
    let pattern = Regex::new(pattern).unwrap();
    let own: Vec<&&str> = WORDS.iter().filter(|word| pattern.is_match(word)).collect();
    let word = rng.pick(&own);
    (**word.unwrap_or_else(|| panic!("no word is like {pattern}"))).to_owned()
}

/// Something that the schema may not take any more, as bytes.
pub(super) fn bent(value: &Value, rng: &mut Rng) -> Vec<u8> {
    let mut value = value.clone();
    for _ in 0..=rng.below(2) {
        bend(&mut value, rng);
    }
    let mut bytes = serde_json::to_vec(&value).unwrap();
    let at = rng.below(bytes.len() as u64) as usize;
    match rng.below(8) {
        0 => bytes.truncate(at),
        1 => bytes[at] = 0xff,
        2 => bytes.extend_from_slice(b"{}"),
        3 => bytes = "[".repeat(10_000).into_bytes(),
        _ => {}
    }
    bytes
}

fn bend(value: &mut Value, rng: &mut Rng) {
    match value {
        Value::Object(fields) if !fields.is_empty() && !rng.one_in(4) => {
            let at = rng.below(fields.len() as u64) as usize;
            let key = fields.keys().nth(at).unwrap().clone();
            match rng.below(5) {
                0 => drop(fields.remove(&key)),
                1 => drop(fields.insert("unheard-of".to_owned(), json!([]))),
                _ => bend(&mut fields[&key], rng),
            }
        }
        Value::Array(items) if !items.is_empty() && !rng.one_in(4) => {
            let at = rng.below(items.len() as u64) as usize;
            bend(&mut items[at], rng);
        }
        _ => {
            let others = [
                Value::Null,
                json!(-1),
                json!(18_446_744_073_709_551_615_u64),
                json!(1e300),
                json!(true),
                json!([[]]),
                json!({}),
                json!("x".repeat(5_000)),
                json!(TEXTS[rng.below(8) as usize]),
                json!("../../etc/passwd"),
            ];
            *value = rng.pick(&others).unwrap().clone();
        }
    }
}

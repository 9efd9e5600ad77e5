//! Values held against our JSON Schemas: over the few keywords that ours use, and strictly. What a
//! schema does not speak of is a complaint, so that nothing is answered or read that is not documented.

use chrono::DateTime;
use regex::Regex;
use serde_json::Value;
use std::collections::BTreeSet;

/// A document, for what its references lead to.
pub(crate) struct Held<'a>(pub(crate) &'a Value);

/// The keys of an object that a schema speaks of.
type Spoken = BTreeSet<String>;

impl Held<'_> {
    /// Everything that is wrong with a value.
    pub(crate) fn complaints(&self, schema: &Value, value: &Value) -> Vec<String> {
        let mut found = Vec::new();
        self.whole(schema, value, "", &mut found);
        found
    }

    /// What a reference leads to; any other schema itself.
    pub(crate) fn resolved<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let Some(to) = schema["$ref"].as_str() else {
            return schema;
        };
        let to = to.strip_prefix('#').unwrap();
        let found = self.0.pointer(to);
        found.unwrap_or_else(|| panic!("there is nothing at {to}"))
    }

    fn whole(&self, schema: &Value, value: &Value, path: &str, found: &mut Vec<String>) {
        let spoken = self.part(schema, value, path, found);
        let keys = value.as_object().into_iter().flat_map(|all| all.keys());
        let silent = keys.filter(|key| !spoken.contains(*key));
        found.extend(silent.map(|key| format!("{path}.{key}: not documented")));
    }

    /// One schema of perhaps several that are about the same value.
    fn part(&self, schema: &Value, value: &Value, path: &str, found: &mut Vec<String>) -> Spoken {
        let Some(rules) = schema.as_object() else {
            assert_eq!(schema, &Value::Bool(true), "{path}");
            return keys(value);
        };
        let about_keys = [
            "properties",
            "patternProperties",
            "additionalProperties",
            "$ref",
            "allOf",
            "oneOf",
            "anyOf",
            "if",
        ];
        let about = about_keys.iter().any(|word| rules.contains_key(*word));
        let mut spoken = if about { Spoken::new() } else { keys(value) };
        for (keyword, rule) in rules {
            match keyword.as_str() {
                "$ref" => spoken.extend(self.part(self.resolved(schema), value, path, found)),
                "allOf" => {
                    for one in rule.as_array().unwrap() {
                        spoken.extend(self.part(one, value, path, found));
                    }
                }
                "oneOf" | "anyOf" => {
                    spoken.extend(self.some(keyword, rule.as_array().unwrap(), value, path, found));
                }
                "if" => {
                    let is_so = self.fits(rule, value);
                    let branch = &schema[if is_so { "then" } else { "else" }];
                    spoken.extend(self.part(branch, value, path, found));
                }
                "then" | "else" => {}
                "properties" | "patternProperties" | "additionalProperties" => {}
                "items" | "prefixItems" => self.items((keyword, rule), schema, value, path, found),
                _ if is_right(keyword, rule, value) => {}
                _ => found.push(format!("{path}: {value} is not of {keyword} {rule}")),
            }
        }
        spoken.extend(self.fields(schema, value, path, found));
        spoken
    }

    fn fits(&self, schema: &Value, value: &Value) -> bool {
        let mut wrong = Vec::new();
        self.part(schema, value, "", &mut wrong);
        wrong.is_empty()
    }

    fn some(
        &self,
        keyword: &str,
        all: &[Value],
        value: &Value,
        path: &str,
        found: &mut Vec<String>,
    ) -> Spoken {
        let tried = all.iter().map(|one| {
            let mut wrong = Vec::new();
            (self.part(one, value, path, &mut wrong), wrong)
        });
        let tried: Vec<(Spoken, Vec<String>)> = tried.collect();
        let good = tried.iter().filter(|(_, wrong)| wrong.is_empty());
        let n_good = good.clone().count();
        if n_good == 0 || (keyword == "oneOf" && n_good > 1) {
            let wrong = tried.iter().min_by_key(|(_, wrong)| wrong.len());
            let nearest = wrong.map(|(_, wrong)| wrong.join("; ")).unwrap_or_default();
            found.push(format!(
                "{path}: {n_good} of {keyword} fit; nearest: {nearest}"
            ));
        }
        good.flat_map(|(spoken, _)| spoken.clone()).collect()
    }

    fn fields(&self, schema: &Value, value: &Value, path: &str, found: &mut Vec<String>) -> Spoken {
        let mut spoken = Spoken::new();
        for (key, inner) in value.as_object().into_iter().flatten() {
            let by_pattern = schema["patternProperties"]
                .as_object()
                .into_iter()
                .flatten();
            let by_pattern = by_pattern.filter(|(pattern, _)| is_like(pattern, key));
            let named = schema["properties"].get(key);
            let mut about: Vec<&Value> = named
                .into_iter()
                .chain(by_pattern.map(|(_, s)| s))
                .collect();
            if let (true, Some(rest)) = (about.is_empty(), schema.get("additionalProperties")) {
                if rest == false {
                    found.push(format!("{path}.{key}: must not be there"));
                    continue;
                }
                about.push(rest);
            }
            for one in about {
                self.whole(one, inner, &format!("{path}.{key}"), found);
                spoken.insert(key.clone());
            }
        }
        spoken
    }

    fn items(
        &self,
        (keyword, rule): (&str, &Value),
        schema: &Value,
        value: &Value,
        path: &str,
        found: &mut Vec<String>,
    ) {
        let first = schema["prefixItems"].as_array().map_or(0, Vec::len);
        for (at, item) in value.as_array().into_iter().flatten().enumerate() {
            let one = match keyword {
                "items" if at >= first => rule,
                "prefixItems" if at < first => &rule[at],
                _ => continue,
            };
            self.whole(one, item, &format!("{path}[{at}]"), found);
        }
    }
}

fn keys(value: &Value) -> Spoken {
    let object = value.as_object();
    object
        .into_iter()
        .flat_map(|all| all.keys().cloned())
        .collect()
}

fn is_like(pattern: &str, text: &str) -> bool {
    Regex::new(pattern).unwrap().is_match(text)
}

fn is_right(keyword: &str, rule: &Value, value: &Value) -> bool {
    let length = || value.as_array().map(|all| all.len() as u64);
    match keyword {
        "$schema" | "title" | "description" | "default" => true,
        "type" => match rule {
            Value::Array(names) => names.iter().any(|name| is_type(name, value)),
            name => is_type(name, value),
        },
        "enum" => rule.as_array().unwrap().contains(value),
        "const" => rule == value,
        "pattern" => value
            .as_str()
            .is_none_or(|text| is_like(rule.as_str().unwrap(), text)),
        "minimum" => value.as_f64().is_none_or(|n| n >= rule.as_f64().unwrap()),
        "maximum" => value.as_f64().is_none_or(|n| n <= rule.as_f64().unwrap()),
        "minItems" => length().is_none_or(|n| n >= rule.as_u64().unwrap()),
        "maxItems" => length().is_none_or(|n| n <= rule.as_u64().unwrap()),
        "uniqueItems" => value.as_array().is_none_or(|all| {
            let texts: BTreeSet<String> = all.iter().map(Value::to_string).collect();
            texts.len() == all.len()
        }),
        "required" => has_all(rule, value),
        "dependentRequired" => {
            let mut rules = rule.as_object().unwrap().iter();
            rules.all(|(key, needs)| value.get(key).is_none() || has_all(needs, value))
        }
        "format" => match rule.as_str().unwrap() {
            "date-time" => value
                .as_str()
                .is_none_or(|text| DateTime::parse_from_rfc3339(text).is_ok()),
            "uint8" | "uint16" | "uint32" | "uint64" | "uint" => value.is_null() || value.is_u64(),
            "int32" | "int64" => value.is_null() || value.is_i64() || value.is_u64(),
            other => panic!("the format {other} is not checked yet"),
        },
        other => panic!("the keyword {other} is not checked yet"),
    }
}

fn has_all(keys: &Value, value: &Value) -> bool {
    value.as_object().is_none_or(|object| {
        let mut keys = keys.as_array().unwrap().iter();
        keys.all(|key| object.contains_key(key.as_str().unwrap()))
    })
}

fn is_type(name: &Value, value: &Value) -> bool {
    match name.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("the type {other} is not checked yet"),
    }
}

#[test]
fn the_check_can_fail() {
    let document = serde_json::json!({ "one": {
        "oneOf": [
            { "type": "object", "properties": { "verb": { "const": "hold" }, "n": { "minimum": 2 } }, "required": ["verb"] },
            { "const": "none" },
        ],
    } });
    let held = Held(&document);
    let schema = serde_json::json!({ "type": ["array", "null"], "items": { "$ref": "#/one" }, "maxItems": 1 });
    for (text, right) in [
        ("null", true),
        (r#"["none"]"#, true),
        (r#"[{"verb":"hold","n":2}]"#, true),
        (r#"[{"verb":"hold","n":1}]"#, false),
        (r#"[{"verb":"hold","more":1}]"#, false),
        (r#"[{"verb":"lift"}]"#, false),
        (r#"["some"]"#, false),
        (r#"["none","none"]"#, false),
        ("{}", false),
    ] {
        let value = serde_json::from_str(text).unwrap();
        let found = held.complaints(&schema, &value);
        assert_eq!(found.is_empty(), right, "{text}: {found:?}");
    }
}

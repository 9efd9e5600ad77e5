//! The JSON Schema of definition files, found out by asking the reader: it is given tables with all
//! keys that it has asked for so far, with each key alone and with each example, until it asks for
//! nothing new. So the schema is what the reader accepts, and nobody writes it twice.

use crate::definition::{
    Texts,
    calendar::Shelf,
    fields::Report,
    files::{self, File},
    node::{self, Entry, Node, Table, Value},
    organization, pipeline,
    shape::{Form, Presence, Record, Shape, Visit},
};
use crate::model::Time;
use serde_json::{Map, Value as Json, json};
use std::{collections::BTreeMap, path::Path};

/// Keys by which an item of a list is known; even a part of a definition must say them.
const NAMING: &str = "name";

/// All that was asked of one kind of table.
#[derive(Debug, Default)]
struct Kind {
    visits: usize,
    /// In the order in which they are asked for.
    keys: Vec<Key>,
    /// What else is required where a key stands alone.
    alone: BTreeMap<String, Vec<&'static str>>,
}

#[derive(Debug)]
struct Key {
    name: &'static str,
    form: Form,
    /// In how many visits it was required.
    required: usize,
    /// None when it has no default, or not always the same.
    default: Option<Value>,
}

type Kinds = BTreeMap<String, Kind>;

const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The JSON Schema (draft 2020-12) of a pipeline's file. A file that extends another, and one that
/// is abstract, may leave everything out but names.
pub fn schema() -> Json {
    let kinds = asked_by(|table, report| {
        let (place, name) = (files::start("schema"), String::new());
        let file = File { place, name, table };
        let none = Texts::new();
        let around = (Path::new(""), &Shelf::new(&none, Time(0)));
        let _unused = pipeline::definition(&file, around, None, report);
    });
    json!({
        "$schema": DRAFT,
        "title": "Pilothouse pipeline definition",
        "if": { "anyOf": [
            { "required": ["extends"] },
            { "required": ["abstract"], "properties": { "abstract": { "const": true } } },
        ] },
        "then": table("", &kinds, false),
        "else": table("", &kinds, true),
    })
}

/// The JSON Schema (draft 2020-12) of `organization.toml`.
pub fn organization_schema() -> Json {
    let kinds = asked_by(|table, report| {
        let _unused = organization::organization(&table, files::start("schema"), report);
    });
    let mut schema = table("", &kinds, true);
    schema["$schema"] = json!(DRAFT);
    schema["title"] = json!("Pilothouse organization");
    schema
}

/// Everything that a reader of files asks for.
fn asked_by(read: impl Fn(Table, &Report)) -> Kinds {
    let mut kinds = Kinds::new();
    loop {
        let n_known = count(&kinds);
        let files = variants("", &kinds);
        kinds.clear();
        for file in files {
            let report = Report {
                record: Record::wanted(),
                ..Report::default()
            };
            read(file, &report);
            for visit in report.record.into_visits() {
                kinds.entry(visit.kind.clone()).or_default().take(&visit);
            }
        }
        if count(&kinds) == n_known {
            return kinds;
        }
    }
}

fn count(kinds: &Kinds) -> usize {
    let known = |key: &Key| match key.form {
        Form::Unknown | Form::Named(None) => 1,
        Form::Single(_)
        | Form::List(_)
        | Form::Table
        | Form::Tables
        | Form::Named(Some(_))
        | Form::NamedTables => 2,
    };
    let keys = kinds.values().flat_map(|kind| &kind.keys);
    keys.map(known).sum()
}

impl Kind {
    fn take(&mut self, visit: &Visit) {
        self.visits += 1;
        for asked in &visit.asked {
            let default = match &asked.presence {
                Presence::Default(value) => Some(value.clone()),
                Presence::Required | Presence::Optional => None,
            };
            let required = usize::from(asked.presence == Presence::Required);
            match self.keys.iter_mut().find(|key| key.name == asked.key) {
                Some(key) if key.form == Form::Unknown => {
                    key.form = asked.form.clone();
                    key.default = default;
                    key.required += required;
                }
                Some(_) if asked.form == Form::Unknown => {}
                Some(key) => {
                    key.required += required;
                    key.default = key
                        .default
                        .take()
                        .filter(|old| default.as_ref() == Some(old));
                    if key.form == Form::Named(None) {
                        key.form = asked.form.clone();
                    }
                }
                None => self.keys.push(Key {
                    name: asked.key,
                    form: asked.form.clone(),
                    required,
                    default,
                }),
            }
        }
        if let [alone] = visit.present.as_slice() {
            let asked = visit.asked.iter();
            let required = asked.filter(|asked| asked.presence == Presence::Required);
            let required: Vec<&'static str> = required.map(|asked| asked.key).collect();
            let known = self.alone.entry(alone.clone());
            let known = known.or_insert_with(|| required.clone());
            known.retain(|key| required.contains(key) && key != alone);
        }
    }

    fn is_required(&self, key: &Key) -> bool {
        key.required == self.visits
    }
}

/// Tables of a kind that together make the reader ask for everything: all keys, each key alone,
/// and all keys with each further example of one.
fn variants(kind: &str, kinds: &Kinds) -> Vec<Table> {
    let known = kinds.get(kind).map_or(&[][..], |kind| &kind.keys);
    let options: Vec<(&str, Vec<Value>)> = known
        .iter()
        .map(|key| (key.name, examples(kind, key, kinds)))
        .filter(|(_, examples)| !examples.is_empty())
        .collect();
    let full: Vec<Entry> = options
        .iter()
        .map(|(key, examples)| entry(key, examples[0].clone()))
        .collect();
    let mut tables = vec![Table {
        entries: full.clone(),
    }];
    for (n, (key, examples)) in options.iter().enumerate() {
        for (which, example) in examples.iter().enumerate() {
            let own = entry(key, example.clone());
            if which > 0 {
                let mut entries = full.clone();
                entries[n] = own.clone();
                tables.push(Table { entries });
            }
            let entries = vec![own];
            tables.push(Table { entries });
        }
    }
    tables
}

fn examples(kind: &str, key: &Key, kinds: &Kinds) -> Vec<Value> {
    let inner = || {
        variants(
            format!("{kind}.{}", key.name).trim_start_matches('.'),
            kinds,
        )
    };
    let list = |values: Vec<Value>| Value::List(values.into_iter().map(node).collect());
    match &key.form {
        // Both a name and a length of time, so that the reader goes on and asks for it.
        Form::Unknown => vec![Value::Text("1h".to_owned())],
        Form::Single(shape) => shape.values(),
        Form::List(shape) => vec![list(shape.values())],
        Form::Table => inner().into_iter().map(Value::Table).collect(),
        Form::Tables => {
            let mut tables: Vec<Value> = inner().into_iter().map(Value::Table).collect();
            let first = tables.drain(..1).collect();
            vec![list(first), list(tables)]
        }
        Form::NamedTables => {
            let named = |table| vec![entry("a", Value::Table(table))];
            let tables = inner().into_iter().map(named);
            tables
                .map(|entries| Value::Table(Table { entries }))
                .collect()
        }
        Form::Named(shape) => {
            let items = shape.as_ref().map_or(Vec::new(), Shape::values);
            let text = Value::Text("a".to_owned());
            let items = if items.is_empty() { vec![text] } else { items };
            let entries = vec![entry("a", list(items))];
            vec![Value::Table(Table { entries })]
        }
    }
}

fn entry(key: &str, value: Value) -> Entry {
    Entry {
        key: key.to_owned(),
        place: files::start("schema"),
        node: node(value),
    }
}

fn node(value: Value) -> Node {
    Node {
        place: files::start("schema"),
        value,
    }
}

impl Shape {
    fn values(&self) -> Vec<Value> {
        let value = |text: &&str| {
            let table = node::parse("schema", &format!("x = {text}")).ok()?;
            Some(table.get("x")?.value.clone())
        };
        self.examples.iter().filter_map(value).collect()
    }
}

/// A table as JSON Schema: the whole of it, or the part that a child may write.
fn table(kind: &str, kinds: &Kinds, whole: bool) -> Json {
    let nothing = Kind::default();
    let known = kinds.get(kind).unwrap_or(&nothing);
    let properties: Map<String, Json> = known
        .keys
        .iter()
        .map(|key| (key.name.to_owned(), property(kind, key, kinds, whole)))
        .collect();
    let keys = known.keys.iter().filter(|key| known.is_required(key));
    let required = keys.map(|key| key.name);
    let required: Vec<&str> = required.filter(|key| whole || *key == NAMING).collect();
    let further = known.alone.iter().filter_map(|(key, required_too)| {
        let further = required_too.iter().filter(|key| !required.contains(key));
        let further: Vec<&&str> = further.collect();
        (whole && !further.is_empty()).then(|| (key.clone(), json!(further)))
    });
    let further: Map<String, Json> = further.collect();
    let mut schema = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    if !further.is_empty() {
        schema["dependentRequired"] = Json::Object(further);
    }
    schema
}

fn property(kind: &str, key: &Key, kinds: &Kinds, whole: bool) -> Json {
    let inner = || {
        let kind = format!("{kind}.{}", key.name);
        table(kind.trim_start_matches('.'), kinds, whole)
    };
    let mut schema = match &key.form {
        Form::Unknown => json!({}),
        Form::Single(shape) => shape.schema.clone(),
        Form::List(shape) => json!({ "type": "array", "items": shape.schema }),
        Form::Table => inner(),
        Form::Tables => json!({ "type": "array", "items": inner() }),
        Form::NamedTables => json!({ "type": "object", "additionalProperties": inner() }),
        Form::Named(shape) => {
            let items = shape.as_ref().map(|shape| &shape.schema);
            let list = json!({ "type": "array", "items": items.unwrap_or(&json!({})) });
            json!({ "type": "object", "additionalProperties": list })
        }
    };
    if let Some(default) = &key.default {
        schema["default"] = plain(default);
    }
    schema
}

/// A default as JSON; defaults are single values.
fn plain(value: &Value) -> Json {
    match value {
        Value::Flag(flag) => json!(flag),
        Value::Integer(digits) => digits
            .parse::<i64>()
            .map_or(Json::Null, |number| json!(number)),
        Value::Text(text) => json!(text),
        Value::Fraction(_) | Value::Date(_) | Value::List(_) | Value::Table(_) => {
            json!(value.to_string())
        }
    }
}

//! How commands are written: a text, a list of words, or a table that says `shell`, gives secrets or
//! sets limits.
//! It does not know where a command runs.

use crate::{
    definition::{
        node::{Node, Table, Value},
        readable::Readable,
        shape::Shape,
        words,
    },
    model::{Limits, Run, Secret, SecretName},
};
use serde_json::{Value as Schema, json};
use std::{collections::BTreeSet, fmt::Display, num::NonZeroU32, path::Path, str::FromStr};

/// A command that needs no secrets, because nothing masks what it says.
#[derive(Debug, Clone)]
pub(crate) struct Open(pub(crate) Run);

const WANTED: &str =
    "a command: a text, a list of words, or { shell = \"...\" } where a shell is needed";

impl Readable for Open {
    const WANTED: &'static str = WANTED;

    fn read(value: &Value) -> Result<Self, String> {
        match Run::read(value)? {
            Run::With { .. } => {
                Err("cannot be given secrets or limits here: only steps can".to_owned())
            }
            open @ (Run::Argv(_) | Run::Shell(_)) => Ok(Open(open)),
        }
    }

    fn shape() -> Shape {
        shape(&[text(), list(), table("shell", &text(), false)], WANTED)
    }
}

impl Readable for Run {
    const WANTED: &'static str = WANTED;

    fn read(value: &Value) -> Result<Self, String> {
        let wanted = || format!("must be {WANTED}, not {}", value.describe());
        if let Value::Table(table) = value {
            return in_table(table).ok_or_else(wanted)?;
        }
        let argv = argv(value).ok_or_else(wanted)??;
        match argv.first() {
            Some(program) if !program.is_empty() => Ok(Run::Argv(argv)),
            Some(_) | None => Err("is wrong: it names no program".to_owned()),
        }
    }

    fn shape() -> Shape {
        let command = json!({ "anyOf": [text(), list()] });
        let forms = [
            text(),
            list(),
            table("shell", &text(), true),
            table("command", &command, true),
        ];
        shape(&forms, WANTED)
    }
}

/// None when it is neither a text nor a list of words.
fn argv(value: &Value) -> Option<Result<Vec<String>, String>> {
    if let Value::Text(text) = value {
        return Some(words::split(text).map_err(|why| format!("is wrong: {why}")));
    }
    let Value::List(items) = value else {
        return None;
    };
    let words = items.iter().map(|item| String::read(&item.value));
    words.collect::<Result<_, _>>().ok().map(Ok)
}

/// `{ shell = "...", secrets = [...], memory = "2GiB" }`, or `command` where no shell is needed; none
/// for other keys.
fn in_table(table: &Table) -> Option<Result<Run, String>> {
    let known = |key: &str| {
        let limits = matches!(key, "memory" | "processes" | "cpu");
        limits || matches!(key, "shell" | "command" | "secrets")
    };
    if !table.entries.iter().all(|entry| known(&entry.key)) {
        return None;
    }
    let shell = table.text("shell").filter(|text| !text.trim().is_empty());
    let run = match (shell, table.get("shell"), table.get("command")) {
        (Some(text), _, None) => Run::Shell(text.to_owned()),
        (None, None, Some(command)) if !matches!(command.value, Value::Table(_)) => {
            match Run::read(&command.value) {
                Ok(run) => run,
                Err(why) => return Some(Err(why)),
            }
        }
        _ => return None,
    };
    let secrets = table.get("secrets").map(all_secrets).transpose();
    let with = secrets.and_then(|secrets| Ok((secrets.unwrap_or_default(), limits(table)?)));
    Some(with.map(|(secrets, limits)| {
        if secrets.is_empty() && limits.is_none() {
            return run;
        }
        let run = Box::new(run);
        Run::With {
            run,
            secrets,
            limits,
        }
    }))
}

fn limits(table: &Table) -> Result<Limits, String> {
    fn one<T: FromStr<Err: Display>>(table: &Table, key: &str) -> Result<Option<T>, String> {
        let Some(node) = table.get(key) else {
            return Ok(None);
        };
        let text = match &node.value {
            Value::Text(text) => text.clone(),
            Value::Integer(number) => number.clone(),
            other @ (Value::Fraction(_)
            | Value::Flag(_)
            | Value::Date(_)
            | Value::List(_)
            | Value::Table(_)) => other.describe(),
        };
        let limit = text
            .parse()
            .map_err(|why| format!("has a wrong {key}: {why}"));
        limit.map(Some)
    }
    let processes: Option<NonZeroU32> = one(table, "processes")?;
    Ok(Limits {
        memory: one(table, "memory")?,
        processes: processes.map(NonZeroU32::get),
        cpu: one(table, "cpu")?,
    })
}

fn all_secrets(node: &Node) -> Result<Vec<Secret>, String> {
    let wanted = "has secrets that must be a list such as [\"TOKEN\", { name = \"KEY\", file = \"/etc/pilothouse/key\" }]";
    let Value::List(items) = &node.value else {
        return Err(wanted.to_owned());
    };
    let mut names = BTreeSet::new();
    let mut all = Vec::new();
    for item in items {
        let secret = secret(&item.value).ok_or(wanted)??;
        if !names.insert(secret.name.clone()) {
            return Err(format!("is given {} twice", secret.name));
        }
        all.push(secret);
    }
    if all.is_empty() {
        return Err(wanted.to_owned());
    }
    Ok(all)
}

/// None when it is neither a name nor a name with a file.
fn secret(value: &Value) -> Option<Result<Secret, String>> {
    let (name, file) = match value {
        Value::Text(name) => (name.as_str(), None),
        Value::Table(table) if table.entries.len() == 2 => {
            (table.text("name")?, Some(table.text("file")?))
        }
        Value::Table(_)
        | Value::Integer(_)
        | Value::Fraction(_)
        | Value::Flag(_)
        | Value::Date(_)
        | Value::List(_) => return None,
    };
    if let Some(file) = file
        && !Path::new(file).is_absolute()
    {
        let why = format!("has the secret {name} in {file:?}, which must be a path from /");
        return Some(Err(why));
    }
    let name = SecretName::parse(name).map_err(|why| format!("is wrong: {why}"));
    let file = file.map(ToOwned::to_owned);
    Some(name.map(|name| Secret { name, file }))
}

fn text() -> Schema {
    json!({ "type": "string" })
}

fn list() -> Schema {
    json!({ "type": "array", "items": text() })
}

fn secrets() -> Schema {
    let file = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": { "name": text(), "file": text() },
        "required": ["name", "file"],
    });
    json!({
        "type": "array",
        "items": { "anyOf": [text(), file] },
        "minItems": 1,
        "description": "Given in the environment: the server's variables of these names, or the one line of a file. Masked in logs",
    })
}

fn table(key: &str, form: &Schema, of_step: bool) -> Schema {
    let mut properties = serde_json::Map::new();
    properties.insert(key.to_owned(), form.clone());
    if of_step {
        let limit = |of: Schema, what: &str| {
            let mut limit = of;
            limit["description"] = json!(format!("{what}, where the server can hold it to that"));
            limit
        };
        let memory = json!({ "type": "string", "pattern": "^[1-9][0-9]*(KiB|MiB|GiB)$" });
        let processes = json!({ "type": "integer", "minimum": 1 });
        let cpu = json!({ "type": "string", "pattern": "^[1-9][0-9]*%$" });
        for (key, of) in [
            ("secrets", secrets()),
            ("memory", limit(memory, "Memory at most")),
            (
                "processes",
                limit(processes, "Processes and threads at most"),
            ),
            ("cpu", limit(cpu, "Share of one processor at most")),
        ] {
            properties.insert(key.to_owned(), of);
        }
    }
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "required": [key],
    })
}

fn shape(forms: &[Schema], wanted: &str) -> Shape {
    Shape {
        schema: json!({ "anyOf": forms, "description": wanted }),
        examples: &["'run'"],
    }
}

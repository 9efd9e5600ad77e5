//! How commands are written: a text, a list of words, or a table that says `shell` or gives secrets.
//! It does not know where a command runs.

use crate::{
    definition::{
        node::{Node, Table, Value},
        readable::Readable,
        shape::Shape,
        words,
    },
    model::{Run, Secret, SecretName},
};
use serde_json::{Value as Schema, json};
use std::{collections::BTreeSet, path::Path};

/// A command that needs no secrets, because nothing masks what it says.
#[derive(Debug, Clone)]
pub(crate) struct Open(pub(crate) Run);

const WANTED: &str =
    "a command: a text, a list of words, or { shell = \"...\" } where a shell is needed";

impl Readable for Open {
    const WANTED: &'static str = WANTED;

    fn read(value: &Value) -> Result<Self, String> {
        match Run::read(value)? {
            Run::With { .. } => Err("cannot be given secrets here: only steps can".to_owned()),
            open @ (Run::Argv(_) | Run::Shell(_)) => Ok(Open(open)),
        }
    }

    fn shape() -> Shape {
        shape(&[text(), list(), table("shell", &text(), None)], WANTED)
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
            table("shell", &text(), Some(secrets())),
            table("command", &command, Some(secrets())),
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

/// `{ shell = "...", secrets = [...] }`, or `command` where no shell is needed; none for other keys.
fn in_table(table: &Table) -> Option<Result<Run, String>> {
    let known = |key: &str| matches!(key, "shell" | "command" | "secrets");
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
    let Some(secrets) = table.get("secrets") else {
        return Some(Ok(run));
    };
    let run = Box::new(run);
    Some(all_secrets(secrets).map(|secrets| Run::With { run, secrets }))
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

fn table(key: &str, form: &Schema, secrets: Option<Schema>) -> Schema {
    let mut properties = serde_json::Map::new();
    properties.insert(key.to_owned(), form.clone());
    if let Some(secrets) = secrets {
        properties.insert("secrets".to_owned(), secrets);
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

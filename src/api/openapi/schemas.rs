//! The schemas of the types that travel. What is sent may leave out what has a default, and what is
//! answered never does; where that makes two schemas of one type, the one that is sent is called
//! `...Sent`.

use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;

const PLACE: &str = "/components/schemas/";
/// Where those that are sent are said to be, until it is known which of them are the same.
const SENT: &str = "/sent/";

/// All that were asked for.
pub(super) struct Schemas {
    sent: SchemaGenerator,
    answered: SchemaGenerator,
}

impl Schemas {
    pub(super) fn new() -> Self {
        let at = |place: &str| {
            let place = place.to_owned().into();
            SchemaSettings::draft2020_12().with(|settings| settings.definitions_path = place)
        };
        Self {
            sent: at(SENT).for_deserialize().into_generator(),
            answered: at(PLACE).for_serialize().into_generator(),
        }
    }

    /// Of what a client sends.
    pub(super) fn sent<T: JsonSchema>(&mut self) -> Json {
        self.sent.subschema_for::<T>().to_value()
    }

    /// Of what the server answers.
    pub(super) fn answered<T: JsonSchema>(&mut self) -> Json {
        self.answered.subschema_for::<T>().to_value()
    }

    /// As `answered`, itself in the place of a reference to it.
    pub(super) fn inlined<T: JsonSchema>(&mut self) -> Json {
        T::json_schema(&mut self.answered).to_value()
    }

    /// Of what may stand in a query, itself.
    pub(super) fn query<T: JsonSchema>(&mut self) -> Json {
        T::json_schema(&mut self.sent).to_value()
    }

    /// The document with all of them in their place.
    pub(super) fn into(mut self, mut document: Json) -> Json {
        let mut all = self.answered.take_definitions(true);
        let sent = self.sent.take_definitions(true);
        let other = other(&sent, &all);
        let name = |name: &str| called(name, &other);
        for (known, mut schema) in sent {
            refer(&mut schema, &name);
            all.entry(name(&known)).or_insert(schema);
        }
        refer(&mut document, &name);
        document["components"]["schemas"] = Json::Object(all);
        document
    }
}

/// The names of those that are sent otherwise than they are answered, themselves or in a part.
fn other(sent: &Map<String, Json>, answered: &Map<String, Json>) -> BTreeSet<String> {
    let mut other = BTreeSet::new();
    loop {
        let found = sent.iter().filter(|(name, schema)| {
            let mut schema = (*schema).clone();
            refer(&mut schema, &|name| called(name, &other));
            answered.get(*name).is_some_and(|known| *known != schema)
        });
        let found: BTreeSet<String> = found.map(|(name, _)| name.clone()).collect();
        if found == other {
            return other;
        }
        other = found;
    }
}

fn called(name: &str, other: &BTreeSet<String>) -> String {
    let end = if other.contains(name) { "Sent" } else { "" };
    format!("{name}{end}")
}

/// Gives the references to what is sent their names in the document.
fn refer(schema: &mut Json, name: &impl Fn(&str) -> String) {
    match schema {
        Json::Object(fields) => {
            for (key, value) in fields {
                if let (true, Json::String(to)) = (key == "$ref", &mut *value)
                    && let Some(known) = to.strip_prefix('#').and_then(|to| to.strip_prefix(SENT))
                {
                    *to = format!("#{PLACE}{}", name(known));
                }
                refer(value, name);
            }
        }
        Json::Array(all) => all.iter_mut().for_each(|each| refer(each, name)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

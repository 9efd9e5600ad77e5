//! The OpenAPI 3.1 document, from the table of operations and the types that travel: nobody writes a
//! path, a field or a status twice. It has no behaviour.

mod described;
mod schemas;

use crate::api::{
    Cursor, LOG_FROM, LOG_STATE, Method, Operation, ProblemKind, StreamEvent, VERSION_HEADER, Way,
    openapi::{
        described::{Body, Described, Good},
        schemas::Schemas,
    },
};
use serde_json::{Map, Value as Json, json};
use std::collections::BTreeMap;

/// What no operation can say for itself.
const ABOUT: &str = "\
    The interface of one Pilothouse server. Every answer to GET is the same to HEAD, without its body. \
    Where nothing is routed the answer is 404 `no-such-route`, and 405 `wrong-method` to a method that \
    a path does not take. A head whose path and headers have more than 64 KiB is answered 431. Before there is a \
    request there are answers without a body: 400 to what is no HTTP/1.1, 414 to a path longer than that, 431 to \
    more than 64 headers and to a head without an end after 64 KiB; one that takes longer than 5 s ends the connection. Over a Unix socket the operator is the user at the \
    other end, elsewhere whoever the bearer token was made for. A command is made idempotent by the \
    key in its body, and is refused unless the digest of its plan still holds.";

/// Where the bodies of hostile clients end, in seconds: said in more than one place.
const PROOFS: [&str; 4] = [
    "X-Hub-Signature-256",
    "X-Gitea-Signature",
    "X-Forgejo-Signature",
    "X-Gitlab-Token",
];

/// The document that describes this version's server.
pub fn openapi() -> Json {
    let mut schemas = Schemas::new();
    let mut paths: BTreeMap<&str, Map<String, Json>> = BTreeMap::new();
    for operation in Operation::ALL {
        let method = match operation.method() {
            Method::Get => "get",
            Method::Post => "post",
        };
        let told = told(*operation, &mut schemas);
        let path = paths.entry(operation.path()).or_default();
        path.insert(method.to_owned(), told);
    }
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Pilothouse",
            "version": env!("CARGO_PKG_VERSION"),
            "description": ABOUT,
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "http://localhost", "description": "over the Unix socket; any host does" }],
        "paths": paths,
        "components": { "headers": headers(), "securitySchemes": ways_in() },
    });
    schemas.into(document)
}

fn told(operation: Operation, schemas: &mut Schemas) -> Json {
    let described = Described::of(operation, schemas);
    let mut told = json!({
        "operationId": operation.name(),
        "summary": operation.summary(),
        "parameters": parameters(operation, &described),
        "responses": answers(&described, schemas),
        "security": match operation.way() {
            Way::Open => json!([]),
            Way::Known => json!([{ "bearer": [] }, {}]),
            Way::Proven if operation == Operation::Alerts => json!([{ "alertmanager": [] }]),
            Way::Proven => PROOFS.iter().map(|header| json!({ (*header): [] })).collect(),
        },
    });
    let content = match &described.body {
        Body::None => return told,
        Body::Json(schema) => json!({ "application/json": { "schema": schema } }),
        Body::Pushed => json!({ "application/json": { "schema": {} } }),
    };
    told["requestBody"] = json!({ "required": true, "content": content });
    told
}

fn parameters(operation: Operation, described: &Described) -> Json {
    let parts = operation.path().split('/');
    let names = parts.filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let in_path = names.map(|name| {
        json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } })
    });
    let in_query = described.query.iter().flat_map(|query| {
        let fields = query["properties"].as_object();
        fields.into_iter().flatten().map(|(name, schema)| {
            let mut schema = schema.clone();
            let words = schema["description"].take();
            schema.as_object_mut().map(|fields| fields.remove("description"));
            json!({ "name": name, "in": "query", "required": false, "description": words, "schema": schema })
        })
    });
    let resumed = (operation == Operation::Stream).then(|| {
        json!({
            "name": "Last-Event-ID",
            "in": "header",
            "required": false,
            "description": "the cursor of the last event that was seen",
            "schema": { "type": "string" },
        })
    });
    in_path.chain(in_query).chain(resumed).collect()
}

/// All answers by status: the good ones, and the problems with the kinds that each can be.
fn answers(described: &Described, schemas: &mut Schemas) -> Json {
    let mut answers = Map::new();
    for (status, good) in &described.good {
        answers.insert(status.to_string(), good_answer(good, schemas));
    }
    let mut problems: BTreeMap<u16, Vec<ProblemKind>> = BTreeMap::new();
    for kind in &described.problems {
        problems.entry(kind.status()).or_default().push(*kind);
    }
    for (status, kinds) in problems {
        let told = problem_answer(status, &kinds, schemas);
        let known = answers
            .entry(status.to_string())
            .or_insert_with(|| told.clone());
        if known["content"]["application/problem+json"].is_null() {
            known["content"]["application/problem+json"] =
                told["content"]["application/problem+json"].clone();
        }
    }
    Json::Object(answers)
}

fn good_answer(good: &Good, schemas: &mut Schemas) -> Json {
    let mut answer = json!({ "headers": named(&[VERSION_HEADER]) });
    let (description, content) = match good {
        Good::Json(schema) => (
            "as asked",
            json!({ "application/json": { "schema": schema } }),
        ),
        Good::Text(form) => (
            "as asked",
            json!({ (*form): { "schema": { "type": "string" } } }),
        ),
        Good::Empty => {
            answer["description"] = json!("taken; without a body");
            return answer;
        }
        Good::Log => {
            answer["headers"] = named(&[VERSION_HEADER, LOG_FROM, LOG_STATE]);
            let bytes = json!({ "description": "bytes as the step wrote them", "type": "string" });
            (
                "a piece, perhaps empty",
                json!({ "text/plain; charset=utf-8": { "schema": bytes } }),
            )
        }
        Good::Events => (
            "frames until the client or the server ends it: `event` names one of x-events, `data` is \
             its value as JSON, `id` the cursor to go on after",
            json!({ "text/event-stream": {
                "schema": { "type": "string" },
                "x-events": events(schemas),
                "x-id": schemas.answered::<Cursor>(),
            } }),
        ),
    };
    answer["description"] = json!(description);
    answer["content"] = content;
    answer
}

/// What each frame of the stream has as its data, by the name of its event.
fn events(schemas: &mut Schemas) -> Json {
    let all = schemas.inlined::<StreamEvent>();
    let variants = all["oneOf"].as_array().into_iter().flatten();
    let named = variants.filter_map(|variant| {
        let fields = &variant["properties"];
        Some((
            fields["event"]["const"].as_str()?.to_owned(),
            fields["data"].clone(),
        ))
    });
    named.collect()
}

fn problem_answer(status: u16, kinds: &[ProblemKind], schemas: &mut Schemas) -> Json {
    let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
    let types: Vec<String> = kinds.iter().map(|kind| kind.urn()).collect();
    let schema = json!({
        "allOf": [schemas.answered::<crate::api::Problem>()],
        "properties": { "type": { "enum": types }, "status": { "const": status } },
    });
    let more: &[&str] = if kinds.contains(&ProblemKind::TooManyRequests) {
        &[VERSION_HEADER, "retry-after"]
    } else {
        &[VERSION_HEADER]
    };
    json!({
        "description": words.join(", "),
        "headers": named(more),
        "content": { "application/problem+json": { "schema": schema } },
    })
}

fn named(headers: &[&str]) -> Json {
    let named = headers.iter().map(|header| {
        let to = json!({ "$ref": format!("#/components/headers/{header}") });
        ((*header).to_owned(), to)
    });
    named.collect()
}

fn headers() -> Json {
    json!({
        (VERSION_HEADER): {
            "description": "the server's version; on every answer but those without a request",
            "required": true,
            "schema": { "type": "string" },
        },
        "retry-after": {
            "description": "seconds until another request is taken",
            "required": true,
            "schema": { "type": "string", "pattern": "^[0-9]+$" },
        },
        (LOG_FROM): {
            "description": "the place of the piece's first byte",
            "required": true,
            "schema": { "type": "string", "pattern": "^[0-9]+$" },
        },
        (LOG_STATE): {
            "description": "what comes after the piece",
            "required": true,
            "schema": { "type": "string", "enum": ["more", "running", "ended"] },
        },
    })
}

fn ways_in() -> Json {
    let signed = PROOFS.iter().map(|header| {
        let way = json!({ "type": "apiKey", "in": "header", "name": header });
        ((*header).to_owned(), way)
    });
    let mut ways: Map<String, Json> = signed.collect();
    let bearer = |description: &str| json!({ "type": "http", "scheme": "bearer", "description": description });
    ways.insert(
        "bearer".to_owned(),
        bearer("what `pilothouse token create` made, or the line of the file `token` in the server's state directory"),
    );
    ways.insert(
        "alertmanager".to_owned(),
        bearer("the line of the alarm's secret_file"),
    );
    Json::Object(ways)
}

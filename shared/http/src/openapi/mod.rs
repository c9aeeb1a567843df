//! The OpenAPI 3.1 document of a worker, from its route table and the types of its handlers. It is a file beside the worker,
//! compared by a test; nothing of it is deployed.

mod describe;
mod responses;

pub use describe::{DescribeInput, Described};

use schemars::{
    JsonSchema, Schema,
    generate::{SchemaGenerator, SchemaSettings},
};
use serde_json::{Map, Value, json};

use crate::{Api, Entry, envelope::ErrorBody, policy::Admits};

/// Where schemas of inputs stay until the document is complete: a type may be written differently than it is read.
const INPUTS: &str = "/components/inputs";
const SCHEMAS: &str = "/components/schemas";

/// The schemas that descriptions refer to, gathered over a whole document.
pub struct Schemas {
    inputs: SchemaGenerator,
    outputs: SchemaGenerator,
}

impl Schemas {
    fn new() -> Self {
        let inputs = SchemaSettings::draft2020_12().for_deserialize().with(|settings| settings.definitions_path = INPUTS.into());
        let outputs = SchemaSettings::draft2020_12().for_serialize().with(|settings| settings.definitions_path = SCHEMAS.into());
        Self { inputs: inputs.into_generator(), outputs: outputs.into_generator() }
    }

    fn input<T: JsonSchema>(&mut self) -> Schema {
        self.inputs.subschema_for::<T>()
    }

    fn output<T: JsonSchema>(&mut self) -> Schema {
        self.outputs.subschema_for::<T>()
    }

    /// All schemas in one folder, and `document` pointing there. What is read and written differently has two names.
    fn resolve(mut self, document: &mut Value) {
        let mut schemas = self.outputs.take_definitions(true);
        let inputs = self.inputs.take_definitions(true);
        let name_of = |schemas: &Map<String, Value>, name: &str, schema: &Value| {
            let same = schemas.get(name).is_none_or(|other| other == schema);
            if same { name.to_owned() } else { format!("{name}Input") }
        };
        let names: Map<String, Value> =
            inputs.iter().map(|(name, schema)| (name.clone(), json!(name_of(&schemas, name, schema)))).collect();
        for (name, schema) in inputs {
            let name = name_of(&schemas, &name, &schema);
            schemas.insert(name, schema);
        }
        if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) {
            components.insert("schemas".to_owned(), schemas.into());
        }
        tidy(document, &names);
    }
}

/// References to inputs point to their final place, and `"default": null`, which says nothing, goes.
fn tidy(value: &mut Value, names: &Map<String, Value>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| tidy(item, names)),
        Value::Object(fields) => {
            fields.retain(|key, field| key != "default" || !field.is_null());
            for (key, field) in fields {
                let input = if key == "$ref" { field.as_str() } else { None }
                    .and_then(|target| target.strip_prefix('#')?.strip_prefix(INPUTS)?.strip_prefix('/'));
                match input.and_then(|name| names.get(name)).and_then(Value::as_str) {
                    Some(name) => *field = json!(format!("#{SCHEMAS}/{name}")),
                    None => tidy(field, names),
                }
            }
        }
        _ => {}
    }
}

/// What a handler's type says of it.
#[derive(Default)]
pub struct Description {
    /// Schemas of path parameters, in the path's order.
    path: Vec<Schema>,
    query: Vec<Value>,
    body: Option<Value>,
    /// It behaves differently for those who are signed in.
    knows_visitor: bool,
    reply: Reply,
}

/// What a handler answers when all is well.
#[derive(Default)]
pub struct Reply {
    status: Option<u16>,
    content: Option<Value>,
    /// Another status with the same content, and what it means.
    also: Option<(u16, &'static str)>,
}

impl Api {
    /// Everything this API promises, as an OpenAPI 3.1 document.
    pub fn openapi(&self) -> Value {
        let mut schemas = Schemas::new();
        let mut paths = Map::new();
        let mut operations = Vec::new();
        for entry in self.entries() {
            let description = (entry.describe)(&mut schemas);
            let aliases = operations.iter().filter(|known| **known == entry.operation).count();
            operations.push(entry.operation.clone());
            let path = paths.entry(entry.path.replace("{*", "{")).or_insert_with(|| json!({}));
            if let Some(path) = path.as_object_mut() {
                path.insert(entry.method.as_str().to_lowercase(), operation(entry, description, aliases));
            }
        }
        schemas.output::<ErrorBody>();
        let mut document = json!({
            "openapi": "3.1.0",
            "info": { "title": format!("Codex {}", self.name), "version": env!("CARGO_PKG_VERSION") },
            "paths": paths,
            "components": { "responses": responses::all(self.failure_page.is_some()), "securitySchemes": security_schemes() },
        });
        schemas.resolve(&mut document);
        document
    }
}

fn security_schemes() -> Value {
    json!({
        "session": { "type": "apiKey", "in": "cookie", "name": "codex-session", "description": "The cookie that signing in sets." },
        "signature": {
            "type": "http",
            "scheme": "signature",
            "description": "The sender's signature over the body, in a header of the sender's choice.",
        },
        "worker": {
            "type": "apiKey",
            "in": "header",
            "name": crate::internal::SIGNATURE,
            "description": "Between workers: HMAC-SHA256 over method, path, time, nonce, identity and body, each in its `x-codex-` header.",
        },
    })
}

fn operation(entry: &Entry, description: Description, aliases: usize) -> Value {
    let Entry { method, path, policy, operation, .. } = entry;
    let (tag, name) = operation.split_once('.').unwrap_or(("", operation));
    let is_write = method != http::Method::GET;
    let responses = responses::of(&responses::Grounds {
        policy,
        is_write,
        takes_path: path.contains('{'),
        takes_query: !description.query.is_empty(),
        takes_body: description.body.is_some(),
        takes_json: description.body.as_ref().is_some_and(|body| body.pointer("/content/application~1json").is_some()),
        reply: &description.reply,
    });
    let security = match policy.admits {
        Admits::Anyone if description.knows_visitor => json!([{}, { "session": [] }, { "worker": [] }]),
        Admits::Anyone => json!([]),
        Admits::Signature => json!([{ "signature": [] }]),
        Admits::SignedIn | Admits::Role(_) => json!([{ "session": [] }, { "worker": [] }]),
        Admits::Worker => json!([{ "worker": [] }]),
        Admits::PassedOn => json!([{}, { "session": [] }]),
    };
    // An extractor may know of parameters before the last that only some of its routes have.
    let surplus = description.path.len().saturating_sub(path.matches('{').count());
    let mut schemas = description.path.into_iter().skip(surplus);
    let in_path = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')).map(|name| {
        let schema = schemas.next().map_or_else(|| json!({ "type": "string" }), Schema::into);
        let rest = name.starts_with('*').then_some("May hold slashes.");
        let mut parameter = json!({ "name": name.trim_start_matches('*'), "in": "path", "required": true, "schema": schema });
        if let (Some(rest), Some(parameter)) = (rest, parameter.as_object_mut()) {
            parameter.insert("description".to_owned(), json!(rest));
        }
        parameter
    });
    let parameters: Vec<Value> = in_path.chain(description.query).collect();
    let mut value = json!({
        // The same handler may answer at several paths; their ids must differ.
        "operationId": if aliases == 0 { operation.clone() } else { format!("{operation}.{}", aliases + 1) },
        "summary": name.replace('_', " "),
        "tags": [tag],
        "security": security,
        "responses": responses,
        "x-policy": policy.describe(),
    });
    if let Some(operation) = value.as_object_mut() {
        if !parameters.is_empty() {
            operation.insert("parameters".to_owned(), json!(parameters));
        }
        if let Some(body) = description.body {
            operation.insert("requestBody".to_owned(), body);
        }
        if let Some(limit) = policy.limit {
            let codex_edge::Limit { quota, window } = limit.default();
            operation.insert("x-limit".to_owned(), json!({ "name": limit.name(), "quota": quota, "seconds": window }));
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(JsonSchema)]
    #[schemars(rename_all(serialize = "camelCase"))]
    struct Stored {
        #[expect(dead_code, reason = "only its schema is used")]
        made_at: u32,
    }

    #[test]
    fn what_is_read_and_written_differently_has_two_names() {
        let mut schemas = Schemas::new();
        let (input, output) = (schemas.input::<Option<Stored>>(), schemas.output::<Option<Stored>>());
        let mut document = json!({ "input": input, "output": output, "components": {} });
        schemas.resolve(&mut document);
        for (side, name, field) in [("input", "StoredInput", "made_at"), ("output", "Stored", "madeAt")] {
            assert_eq!(document[side]["anyOf"][0]["$ref"], format!("#/components/schemas/{name}"));
            assert!(document["components"]["schemas"][name]["properties"][field].is_object(), "{document:#}");
        }
    }
}

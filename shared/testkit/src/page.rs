//! A worker's page for people, from its OpenAPI document.

use std::fmt::Write;

use serde_json::{Map, Value};

const NOTE: &str = "\
Generated from the route table and the types of its handlers; [openapi.json](openapi.json) says the same to programs.
`UPDATE_SNAPSHOTS=1 cargo test --test surface` in this folder rewrites both.

Every failure has the body [Error](#error). Beside those listed, a use case may answer 409 and any route 500 or 503.
A field with a question mark may be left out.
";

/// The page: a table of routes, then what the routes with parameters take, then every type.
pub(crate) fn page(openapi: &Value) -> String {
    let page = Page { schemas: openapi["components"]["schemas"].as_object().unwrap() };
    let title = openapi["info"]["title"].as_str().unwrap();
    let mut text = format!("# {title}\n\n{NOTE}\n## Routes\n\n");
    text += "| route | who may call | limit | takes | answers | failures |\n|---|---|---|---|---|---|\n";
    // Tables of query parameters, each under the first route that takes it.
    let mut queries: Vec<(String, String)> = Vec::new();
    for (path, operations) in openapi["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let route = format!("{} {path}", method.to_uppercase());
            let query = page.query(operation).map(|table| match queries.iter().find(|(known, _)| *known == table) {
                Some((_, first)) => first.clone(),
                None => {
                    queries.push((table, route.clone()));
                    route.clone()
                }
            });
            let takes = page.takes(operation, query.as_deref());
            let cells = [who(operation), limit(operation), takes, page.answers(operation), failures(operation)];
            writeln!(text, "| `{route}` | {} |", cells.join(" | ")).unwrap();
        }
    }
    if !queries.is_empty() {
        text += "\n## Query parameters\n";
    }
    for (table, route) in queries {
        write!(text, "\n### {route}\n\n{table}").unwrap();
    }
    text += "\n## Types\n";
    for (name, schema) in page.schemas.iter().filter(|(_, schema)| schema["properties"].is_object()) {
        let about = schema["description"].as_str().map_or_else(String::new, |about| format!("\n{about}\n"));
        write!(text, "\n### {name}\n{about}\n{}", page.fields(schema)).unwrap();
    }
    text
}

fn who(operation: &Value) -> String {
    let policy = operation["x-policy"].as_str().unwrap();
    let (admits, fresh) =
        policy.strip_suffix("+fresh").map_or((policy, ""), |admits| (admits, ", session read from the database"));
    let admits = match admits {
        "public" => "anyone",
        "signed-in" => "anyone signed in",
        "worker" => "our workers",
        "passed-on" => "whoever the worker lets in that it is passed on to",
        "signature" => "senders of signed requests",
        role => return format!("{} and above{fresh}", role.trim_start_matches("role:")),
    };
    format!("{admits}{fresh}")
}

fn limit(operation: &Value) -> String {
    let Some(limit) = operation.get("x-limit") else { return "-".to_owned() };
    let window = match limit["seconds"].as_u64().unwrap() {
        hours if hours % 3600 == 0 => format!("{} h", hours / 3600),
        seconds => format!("{} min", seconds / 60),
    };
    format!("{} in {window}", limit["quota"])
}

fn failures(operation: &Value) -> String {
    let statuses = operation["responses"].as_object().unwrap().keys();
    statuses.filter(|status| status.starts_with('4')).cloned().collect::<Vec<_>>().join(" ")
}

struct Page<'a> {
    schemas: &'a Map<String, Value>,
}

impl Page<'_> {
    fn takes(&self, operation: &Value, query: Option<&str>) -> String {
        let mut parts = Vec::new();
        if let Some(body) = operation.get("requestBody") {
            parts.push(match body["content"].as_object().unwrap().iter().next().unwrap() {
                (kind, json) if kind == "application/json" => self.kind(&json["schema"]),
                (kind, _) if kind.starts_with("image/") => "a picture".to_owned(),
                _ => "any body".to_owned(),
            });
        }
        if let Some(route) = query {
            let anchor: String = route.to_lowercase().chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).collect();
            parts.push(format!("[query](#{})", anchor.replace(' ', "-")));
        }
        if parts.is_empty() { "-".to_owned() } else { parts.join(", ") }
    }

    fn answers(&self, operation: &Value) -> String {
        let (status, response) =
            operation["responses"].as_object().unwrap().iter().find(|(key, _)| key.starts_with(['2', '3'])).unwrap();
        let schema = &response["content"]["application/json"]["schema"];
        let body = match (&schema["properties"]["data"], &schema["properties"]["items"]) {
            (Value::Null, Value::Null) if schema.is_null() && response["content"].is_null() => String::new(),
            (Value::Null, Value::Null) if schema.is_null() => "text".to_owned(),
            (Value::Null, Value::Null) => self.kind(schema),
            (data, Value::Null) => format!("`data`: {}", self.kind(data)),
            (_, items) => format!("`items`: {}, `pagination`: [Pagination](#pagination)", self.kind(items)),
        };
        format!("{status} {body}").trim_end().to_owned()
    }

    fn query(&self, operation: &Value) -> Option<String> {
        let mut rows = operation["parameters"].as_array()?.iter().filter(|parameter| parameter["in"] == "query").peekable();
        rows.peek()?;
        let mut table = "| parameter | type | |\n|---|---|---|\n".to_owned();
        for parameter in rows {
            let (name, required) = (parameter["name"].as_str().unwrap(), parameter["required"] == true);
            table += &self.row(name, required, &parameter["schema"], &parameter["description"]);
        }
        Some(table)
    }

    fn fields(&self, schema: &Value) -> String {
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let mut table = "| field | type | |\n|---|---|---|\n".to_owned();
        for (name, field) in schema["properties"].as_object().unwrap() {
            let required = required.iter().any(|required| required == name);
            table += &self.row(name, required, field, &field["description"]);
        }
        table
    }

    fn row(&self, name: &str, required: bool, schema: &Value, description: &Value) -> String {
        let optional = if required { "" } else { "?" };
        let notes = [bounds(self.resolved(schema).0), description.as_str().unwrap_or_default().to_owned()];
        let notes: Vec<_> = notes.into_iter().filter(|note| !note.is_empty()).collect();
        format!("| `{name}{optional}` | {} | {} |\n", self.kind(schema), notes.join(". ").replace('|', "\\|").replace('\n', " "))
    }

    /// The schema that is meant, past references and `or null`; and its name, where it is one with a section of its own.
    fn resolved<'a>(&'a self, schema: &'a Value) -> (&'a Value, Option<&'a str>) {
        if let Some(name) = schema["$ref"].as_str().and_then(|target| target.rsplit('/').next()) {
            let target = &self.schemas[name];
            return (target, target["properties"].is_object().then_some(name));
        }
        match schema["anyOf"].as_array().map(Vec::as_slice) {
            Some([one, null]) if null["type"] == "null" => self.resolved(one),
            _ => (schema, None),
        }
    }

    /// An object without a section of its own: its fields, or what a map holds.
    fn object(&self, schema: &Value) -> String {
        let Some(fields) = schema["properties"].as_object() else {
            return format!("map of {}", self.kind(&schema["additionalProperties"]));
        };
        let fields: Vec<_> = fields.iter().map(|(name, field)| format!("`{name}`: {}", self.kind(field))).collect();
        format!("{{ {} }}", fields.join(", "))
    }

    /// A type in words.
    fn kind(&self, schema: &Value) -> String {
        let (target, name) = self.resolved(schema);
        let nullable =
            schema["anyOf"].is_array() || schema["type"].as_array().is_some_and(|types| types.contains(&"null".into()));
        let list = |key: &str, word: &dyn Fn(&Value) -> String| {
            target[key].as_array().map(|items| items.iter().map(word).collect::<Vec<_>>().join(", "))
        };
        let kind = if let Some(name) = name {
            format!("[{name}](#{})", name.to_lowercase())
        } else if let Some(constant) = target.get("const") {
            code(constant)
        } else if let Some(choices) = list("enum", &code).or_else(|| list("oneOf", &|choice| self.kind(choice))) {
            choices
        } else {
            match (target["format"].as_str(), type_of(target)) {
                (Some("uuid"), _) => "uuid".to_owned(),
                (Some("date-time"), _) => "time (RFC 3339)".to_owned(),
                (Some("email"), _) => "e-mail address".to_owned(),
                (Some("uri"), _) => "http(s) address".to_owned(),
                (_, "array") => format!("list of {}", self.kind(&target["items"])),
                (_, "object") => self.object(target),
                (_, kind) => kind.to_owned(),
            }
        };
        if nullable { format!("{kind} or null") } else { kind }
    }
}

fn code(value: &Value) -> String {
    format!("`{}`", value.as_str().map_or_else(|| value.to_string(), str::to_owned))
}

fn type_of(schema: &Value) -> &str {
    let types = schema["type"].as_array();
    let first = types.and_then(|types| types.iter().find_map(|kind| kind.as_str().filter(|kind| *kind != "null")));
    first.or(schema["type"].as_str()).unwrap_or("anything")
}

fn bounds(schema: &Value) -> String {
    let range = |least: &str, most: &str, unit: &str| match (schema.get(least), schema.get(most)) {
        (Some(least), Some(most)) => Some(format!("{least} to {most}{unit}")),
        (Some(least), None) if least != 0 => Some(format!("at least {least}{unit}")),
        (None, Some(most)) => Some(format!("at most {most}{unit}")),
        _ => None,
    };
    let parts = [
        range("minimum", "maximum", ""),
        range("minLength", "maxLength", " characters"),
        range("minItems", "maxItems", " items"),
        schema["items"]
            .is_object()
            .then(|| bounds(&schema["items"]))
            .filter(|each| !each.is_empty())
            .map(|each| format!("each {each}")),
        schema["pattern"].as_str().map(|pattern| format!("`{pattern}`")),
        schema.get("default").map(|default| format!("`{default}` if left out")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

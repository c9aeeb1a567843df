//! Input that is refused with every issue it has. serde stops where it first stumbles; so what it stumbled over is noted and
//! taken out, or replaced by something that decodes, and it goes on. Only refused input pays for that.

use codex_kernel::{Error, Issue, Result};
use garde::Validate;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use serde_path_to_error::Segment;
use url::form_urlencoded;

/// Bytes that may be decoded again to find further issues: a large body must not cost more to refuse than to take.
const BUDGET: usize = 4_000_000;
/// The most times anything is decoded again.
const MOST_ATTEMPTS: usize = 200;

/// Where serde gave up, and why.
struct Stumble {
    /// As a JSON pointer.
    pointer: String,
    /// In the words of an [`Issue`].
    issue: Issue,
}

impl Stumble {
    fn new<E: std::fmt::Display>(error: &serde_path_to_error::Error<E>) -> Self {
        // serde quotes what it was given, however long.
        let message: String = error.inner().to_string().chars().take(300).collect();
        let (mut pointer, mut path) = (String::new(), error.path().to_string());
        for segment in error.path() {
            match segment {
                Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
                Segment::Map { key } => pointer.push_str(&format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
                Segment::Enum { .. } | Segment::Unknown => {}
            }
        }
        if pointer.is_empty() {
            path.clear();
        }
        // serde names the object that lacks a field; the issue is the field's.
        if let Some(field) = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
            pointer = format!("{pointer}/{field}");
            path = if path.is_empty() { field.to_owned() } else { format!("{path}.{field}") };
        }
        Self { pointer, issue: Issue { path, message } }
    }

    fn within(&self, pointer: &str) -> bool {
        lies_within(&self.pointer, pointer, &['/'])
    }
}

/// Whether `path` is `outer` or lies within it.
fn lies_within(path: &str, outer: &str, separators: &[char]) -> bool {
    path.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(separators))
}

/// A JSON body as a `T` that keeps its own rules; else 400 with every issue.
pub fn from_json<T: DeserializeOwned + Validate<Context = ()>>(body: &[u8]) -> Result<T> {
    let input: Value = serde_json::from_slice(body).map_err(|error| Error::invalid_at("", error.to_string()))?;
    // serde would take an array for a struct, its items for the fields in their order.
    if !input.is_object() {
        return Err(Error::invalid_at("", "must be an object"));
    }
    let attempt =
        |input: &Value| -> Result<T, Stumble> { serde_path_to_error::deserialize(input).map_err(|error| Stumble::new(&error)) };
    match attempt(&input) {
        Ok(value) => match rule_issues(&value) {
            issues if issues.is_empty() => Ok(value),
            issues => Err(Error::invalid(issues)),
        },
        Err(first) => {
            let attempts = (BUDGET / body.len().max(1)).min(MOST_ATTEMPTS);
            let mut attempt = |input: &Value| attempt(input).map(|value| rule_issues(&value));
            Err(Error::invalid(issues_of_json(input, first, attempts, &mut attempt)))
        }
    }
}

/// What may stand in for a value that does not decode: something for each type that inputs are made of.
fn substitutes() -> std::vec::IntoIter<Value> {
    vec![
        json!("a@b.cd"),
        json!("abc"),
        json!("a stand-in for a password"),
        json!("00000000-0000-0000-0000-000000000000"),
        json!("1970-01-01T00:00:00Z"),
        json!(""),
        json!(1),
        json!(false),
        json!([]),
        json!({}),
        Value::Null,
    ]
    .into_iter()
}

fn issues_of_json(
    mut input: Value,
    mut stumble: Stumble,
    attempts: usize,
    attempt: &mut dyn FnMut(&Value) -> Result<Vec<Issue>, Stumble>,
) -> Vec<Issue> {
    // What was taken out or replaced, and what it can still be replaced by.
    let mut mended: Vec<(String, std::vec::IntoIter<Value>)> = Vec::new();
    let mut issues: Vec<Issue> = Vec::new();
    for _ in 0..attempts.max(1) {
        match mended.iter_mut().filter(|(pointer, _)| stumble.within(pointer)).min_by_key(|(pointer, _)| pointer.len()) {
            None => {
                remove(&mut input, &stumble.pointer);
                mended.push((stumble.pointer, substitutes()));
                issues.push(stumble.issue);
            }
            Some((pointer, substitutes)) => match substitute(pointer, &stumble).or_else(|| substitutes.next()) {
                Some(substitute) => put(&mut input, pointer, substitute),
                // Nothing fits there: what holds it goes.
                None => {
                    let Some((holder, _)) = pointer.rsplit_once('/').filter(|(holder, _)| !holder.is_empty()) else { break };
                    let holder = holder.to_owned();
                    remove(&mut input, &holder);
                    mended.push((holder, self::substitutes()));
                }
            },
        }
        match attempt(&input) {
            Ok(rules) => {
                // What was put in place of a value is not the caller's fault.
                let told = |rule: &Issue| issues.iter().any(|shape| lies_within(&rule.path, &shape.path, &['.', '[']));
                let rules: Vec<Issue> = rules.into_iter().filter(|rule| !told(rule)).collect();
                issues.extend(rules);
                break;
            }
            Err(next) => stumble = next,
        }
    }
    issues
}

/// serde names the variants that it knows.
fn substitute(pointer: &str, stumble: &Stumble) -> Option<Value> {
    let known = stumble.issue.message.strip_prefix("unknown variant ").filter(|_| stumble.pointer == pointer)?;
    known.rsplit('`').nth(1).map(Value::from)
}

/// The value that holds what `pointer` leads to, and the last step there.
fn parent<'a>(input: &'a mut Value, pointer: &str) -> Option<(&'a mut Value, String)> {
    let (parent, last) = pointer.rsplit_once('/')?;
    Some((input.pointer_mut(parent)?, last.replace("~1", "/").replace("~0", "~")))
}

fn remove(input: &mut Value, pointer: &str) {
    match parent(input, pointer) {
        Some((Value::Object(map), key)) => drop(map.remove(&key)),
        _ => put(input, pointer, Value::Null),
    }
}

fn put(input: &mut Value, pointer: &str, value: Value) {
    match parent(input, pointer) {
        Some((Value::Object(map), key)) => drop(map.insert(key, value)),
        Some((Value::Array(items), index)) => {
            if let Some(item) = index.parse().ok().and_then(|index: usize| items.get_mut(index)) {
                *item = value;
            }
        }
        _ => {}
    }
}

/// A query string as a `T` that keeps its own rules.
pub(crate) fn from_query<T: DeserializeOwned + Validate<Context = ()>>(query: &str) -> Result<T> {
    let attempt = |query: &str| -> Result<T, Stumble> {
        let pairs = serde_urlencoded::Deserializer::new(form_urlencoded::parse(query.as_bytes()));
        serde_path_to_error::deserialize(pairs).map_err(|error| Stumble::new(&error))
    };
    match attempt(query) {
        Ok(value) => match rule_issues(&value) {
            issues if issues.is_empty() => Ok(value),
            issues => Err(Error::invalid(issues)),
        },
        Err(first) => {
            Err(Error::invalid(issues_of_query(query, first, &mut |query| attempt(query).map(|value| rule_issues(&value)))))
        }
    }
}

fn issues_of_query(query: &str, first: Stumble, attempt: &mut dyn FnMut(&str) -> Result<Vec<Issue>, Stumble>) -> Vec<Issue> {
    let mut issues = vec![first.issue];
    for _ in 0..MOST_ATTEMPTS {
        let good = form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| !issues.iter().any(|issue| issue.path == *name));
        let good = form_urlencoded::Serializer::new(String::new()).extend_pairs(good).finish();
        match attempt(&good) {
            Ok(rules) => {
                issues.extend(rules);
                break;
            }
            // A field that is wanted and was taken out for being wrong.
            Err(next) if issues.iter().any(|issue| issue.path == next.issue.path) => break,
            Err(next) => issues.push(next.issue),
        }
    }
    issues
}

fn rule_issues<T: Validate<Context = ()>>(value: &T) -> Vec<Issue> {
    let Err(report) = value.validate() else { return Vec::new() };
    report.iter().map(|(path, error)| Issue { path: camel_case(&path.to_string()), message: error.to_string() }).collect()
}

fn camel_case(path: &str) -> String {
    let mut camel = String::with_capacity(path.len());
    let mut upper = false;
    for c in path.chars() {
        if c == '_' {
            upper = true;
        } else if std::mem::take(&mut upper) {
            camel.push(c.to_ascii_uppercase());
        } else {
            camel.push(c);
        }
    }
    camel
}

#[cfg(test)]
mod tests {
    #![allow(dead_code, reason = "what is decoded here is not used")]

    use codex_kernel::{ContentId, Email, Slug, Timestamp};
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Kind {
        Video,
        Audio,
    }

    #[derive(Debug, Deserialize, Validate)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    #[garde(allow_unvalidated)]
    struct Thing {
        #[garde(length(min = 1, max = 3))]
        short_title: String,
        kind: Kind,
        id: ContentId,
        email: Email,
        slug: Slug,
        at: Timestamp,
        count: u32,
        flag: Option<bool>,
        #[serde(default)]
        #[garde(dive)]
        parts: Vec<Part>,
    }

    #[derive(Debug, Deserialize, Validate)]
    #[serde(deny_unknown_fields)]
    struct Part {
        #[garde(range(max = 9))]
        size: u32,
        #[garde(skip)]
        name: String,
    }

    fn good() -> Value {
        json!({
            "shortTitle": "abc", "kind": "audio", "id": "0190163d-8694-739b-aea5-966c26f8ad91", "email": "a@b.cd", "slug": "abc",
            "at": "2025-01-01T00:00:00Z", "count": 1, "parts": [{ "size": 1, "name": "x" }],
        })
    }

    fn paths(error: Error) -> Vec<String> {
        assert_eq!(error.code, "VALIDATION_ERROR");
        error.issues.into_iter().map(|issue| issue.path).collect()
    }

    #[track_caller]
    fn refused(changes: Value) -> Vec<String> {
        let mut input = good();
        input.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let mut paths = paths(from_json::<Thing>(input.to_string().as_bytes()).unwrap_err());
        paths.sort();
        paths
    }

    #[test]
    fn what_is_right_is_decoded() {
        let thing: Thing = from_json(good().to_string().as_bytes()).unwrap();
        assert_eq!((thing.short_title.as_str(), thing.parts[0].size), ("abc", 1));
    }

    #[test]
    fn every_issue_is_told_with_its_path() {
        let all = refused(json!({
            "shortTitle": 5, "kind": "film", "id": "x", "email": "nobody", "slug": "A", "at": "yesterday", "count": -1, "flag": "no",
            "extra": 1, "parts": [{ "size": "big", "name": "x" }, { "size": 1, "name": 2 }, 3],
        }));
        let expected = [
            "at",
            "count",
            "email",
            "extra",
            "flag",
            "id",
            "kind",
            "parts[0].size",
            "parts[1].name",
            "parts[2]",
            "shortTitle",
            "slug",
        ];
        assert_eq!(all, expected);
    }

    #[test]
    fn shapes_and_rules_are_told_together() {
        let both =
            refused(json!({ "shortTitle": "too long", "count": "one", "parts": [{ "size": 10, "name": "x", "more": 1 }] }));
        assert_eq!(both, ["count", "parts[0].more", "parts[0].size", "shortTitle"]);
    }

    #[test]
    fn everything_missing_is_told() {
        let missing = paths(from_json::<Thing>(br#"{ "flag": true }"#).unwrap_err());
        assert_eq!(missing, ["shortTitle", "kind", "id", "email", "slug", "at", "count"]);
        let inner = refused(json!({ "parts": [{}] }));
        assert_eq!(inner, ["parts[0].name", "parts[0].size"]);
    }

    #[test]
    fn a_large_body_is_not_decoded_again_and_again() {
        let parts: Vec<Value> = (0..200_000).map(|_| json!("x")).collect();
        assert!(refused(json!({ "parts": parts })).len() < 10);
    }

    #[test]
    fn what_is_no_object_is_one_issue() {
        for input in [json!([]), json!(5), json!(null), json!("text")] {
            assert_eq!(paths(from_json::<Thing>(input.to_string().as_bytes()).unwrap_err()), [""]);
        }
    }

    #[test]
    fn queries_tell_every_issue_too() {
        #[derive(Debug, Deserialize, Validate)]
        #[serde(rename_all = "camelCase")]
        struct Filter {
            #[garde(range(min = 1))]
            page: u32,
            #[garde(range(max = 100))]
            page_size: u32,
            #[garde(skip)]
            kind: Option<Kind>,
        }
        let issues = |query: &str| paths(from_query::<Filter>(query).unwrap_err());
        assert_eq!(issues("page=x&pageSize=y&kind=z"), ["page", "pageSize", "kind"]);
        assert_eq!(issues("page=0&pageSize=101"), ["page", "pageSize"]);
        assert_eq!(issues("pageSize=1"), ["page"]);
        assert_eq!(from_query::<Filter>("page=2&pageSize=5&kind=video&other=1").unwrap().page, 2);
    }
}

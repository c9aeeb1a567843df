use serde_json::{Map, Value, json};

use super::Reply;
use crate::{Policy, policy::Admits};

/// Name, status and meaning of the failures that the route layer answers; `default` is what a use case may answer.
const FAILURES: [(&str, &str, &str); 9] = [
    ("BadRequest", "400", "The input has the wrong shape; `details.issues` lists everything wrong with it."),
    ("Unauthorized", "401", "Nobody is signed in, or a signature is not valid."),
    ("Forbidden", "403", "The role does not allow it, or the request came from a page that is not ours."),
    ("NotFound", "404", "It does not exist, or is not theirs to know of."),
    ("PayloadTooLarge", "413", "The body is larger than the route takes."),
    ("UnsupportedMediaType", "415", "The body is not `application/json`."),
    ("UnprocessableContent", "422", "Well formed, but a rule forbids it."),
    ("TooManyRequests", "429", "Too many requests; `Retry-After` says when to try again."),
    ("Failure", "default", "Any other failure, such as 409, 500 or 503."),
];

/// Every failure's answer; `for_people`, it is a page to those who ask for one.
pub(super) fn all(for_people: bool) -> Value {
    let header = |kind: &str, description: &str| json!({ "schema": { "type": kind }, "description": description });
    let response = |(name, status, description): &(&str, &str, &str)| {
        let mut content = json!({ "application/json": { "schema": { "$ref": "#/components/schemas/Error" } } });
        if let (true, Some(content)) = (for_people, content.as_object_mut()) {
            content.insert("text/html".to_owned(), json!({ "schema": { "type": "string" } }));
        }
        let mut response = json!({ "description": description, "content": content });
        if let ("429", Some(response)) = (*status, response.as_object_mut()) {
            let headers = json!({
                "Retry-After": header("integer", "Seconds."),
                "RateLimit": header("string", "What is left of the quota, and when it is whole again."),
                "RateLimit-Policy": header("string", "The quota and its window."),
            });
            response.insert("headers".to_owned(), headers);
        }
        ((*name).to_owned(), response)
    };
    FAILURES.iter().map(response).collect::<Map<_, _>>().into()
}

/// What decides how a route can answer.
pub(super) struct Grounds<'a> {
    pub(super) policy: &'a Policy,
    pub(super) is_write: bool,
    pub(super) takes_path: bool,
    pub(super) takes_query: bool,
    pub(super) takes_body: bool,
    pub(super) takes_json: bool,
    pub(super) reply: &'a Reply,
}

pub(super) fn of(grounds: &Grounds<'_>) -> Value {
    let Grounds { policy, is_write, takes_path, takes_query, takes_body, takes_json, reply } = *grounds;
    let mut responses = Map::new();
    let description = match reply.status {
        None => "Done, in a form of its own.",
        Some(_) => "Done.",
    };
    let mut success = json!({ "description": description });
    if let (Some(content), Some(success)) = (&reply.content, success.as_object_mut()) {
        success.insert("content".to_owned(), content.clone());
    }
    responses.insert(reply.status.map_or_else(|| "2XX".to_owned(), |status| status.to_string()), success);
    if let Some((status, description)) = reply.also {
        responses.insert(status.to_string(), json!({ "description": description, "content": reply.content }));
    }
    for (name, status, _) in FAILURES {
        let possible = match status {
            "400" => takes_path || takes_query || takes_body,
            "401" => policy.admits != Admits::Anyone,
            // A page that is not ours is refused wherever the cookie could act.
            "403" => matches!(policy.admits, Admits::Role(_)) || policy.verified || is_write,
            "404" => takes_path,
            "413" => takes_body,
            "415" | "422" => takes_json,
            "429" => policy.limit.is_some(),
            _ => true,
        };
        if possible {
            responses.insert(status.to_owned(), json!({ "$ref": format!("#/components/responses/{name}") }));
        }
    }
    responses.into()
}

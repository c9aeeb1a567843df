//! Walks over a worker's table: every route, as somebody who has no business there.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::body::Body;
use bytes::Bytes;
use codex_http::{Api, Entry};
use codex_identity::Role;
use http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{Answer, Person, TestApp};

/// A body that tells whether anybody read it.
fn watched() -> (Body, Arc<AtomicBool>) {
    let read = Arc::new(AtomicBool::new(false));
    let seen = read.clone();
    let stream = futures_util::stream::once(async move {
        seen.store(true, Ordering::Relaxed);
        Ok::<_, std::io::Error>(Bytes::from_static(b"not json"))
    });
    (Body::from_stream(stream), read)
}

/// The path with each parameter replaced by `value`.
fn filled(path: &str, value: &str) -> String {
    let parts: Vec<&str> = path.split('/').map(|part| if part.starts_with('{') { value } else { part }).collect();
    parts.join("/")
}

/// Every route that is not public refuses a stranger with 401, before it looks at the input.
pub async fn strangers_walk(api: fn() -> Api) {
    let app = TestApp::new(api()).await;
    for entry in api().entries().iter().filter(|entry| !entry.policy.is_public()) {
        let (body, read) = watched();
        let answer = app.call(entry.method.clone(), &filled(entry.path, "not-a-uuid")).body(body).send().await;
        assert_eq!(answer.status, 401, "{} {}", entry.method, entry.path);
        assert!(!read.load(Ordering::Relaxed), "{} {} read a stranger's body", entry.method, entry.path);
    }
}

/// Every route that asks for a role refuses whoever has the one below with 403, before it looks at the input.
pub async fn wrong_role_walk(api: fn() -> Api) {
    let app = TestApp::new(api()).await;
    let people = [
        (Role::Creator, app.person("customer", Role::Customer).await),
        (Role::Admin, app.person("creator", Role::Creator).await),
        (Role::PlatformOwner, app.person("admin", Role::Admin).await),
    ];
    for entry in api().entries() {
        let Some(role) = entry.policy.role() else { continue };
        let Some((_, person)) = people.iter().find(|(above, _)| *above == role) else { continue };
        let (body, read) = watched();
        let path = filled(entry.path, "not-a-uuid");
        let answer = app.call(entry.method.clone(), &path).cookie(&person.cookie).body(body).send().await;
        assert_eq!(answer.expect_error(403), "FORBIDDEN", "{} {}", entry.method, entry.path);
        assert!(!read.load(Ordering::Relaxed), "{} {} read the body", entry.method, entry.path);
    }
}

/// Somebody's thing, which others must not find.
pub struct Thing<'a> {
    /// What the paths that lead to it begin with: `/api/content/`.
    pub under: &'a str,
    /// Its id.
    pub id: &'a str,
}

/// To `person`, somebody else's `things` do not exist: each route that takes an id answers exactly as for an id that is nobody's,
/// and that with 404 unless it reads `person`'s own data about it, or asks for a role that `person` lacks; and no list holds one.
///
/// `bodies` are for the operations that want one, so that the id is what is refused and not the input.
pub async fn foreign_things_walk(app: &TestApp, api: &Api, person: &Person, things: &[Thing<'_>], bodies: &[(&str, Value)]) {
    for entry in api.entries().iter().filter(|entry| !entry.policy.is_internal()) {
        let thing = things.iter().find(|thing| entry.path.contains('{') && entry.path.starts_with(thing.under));
        match thing {
            Some(thing) if !entry.path.contains("{token}") => {
                let real = call(app, entry, person, &filled(entry.path, thing.id), bodies).await;
                let none = call(app, entry, person, &filled(entry.path, &Uuid::new_v4().to_string()), bodies).await;
                let name = format!("{} {}", entry.method, entry.path);
                assert_eq!(real.status, none.status, "{name} tells that it exists: {}", real.json);
                assert_eq!(essence(real.json), essence(none.json), "{name} tells that it exists");
                let for_nobody = real.status == 404 || (real.status == 403 && entry.policy.role().is_some());
                assert!(for_nobody || (real.status == 200 && entry.method == Method::GET), "{name}: {}", real.status);
            }
            Some(_) => {}
            None if entry.path.contains('{') => {
                assert!(entry.policy.is_public(), "tell the walk of somebody's thing under {}", entry.path);
            }
            None if entry.method == Method::GET => {
                let list = call(app, entry, person, entry.path, bodies).await.json.to_string();
                for thing in things {
                    assert!(!list.contains(thing.id), "GET {} shows what is somebody else's: {list}", entry.path);
                }
            }
            None => {}
        }
    }
}

async fn call(app: &TestApp, entry: &Entry, person: &Person, path: &str, bodies: &[(&str, Value)]) -> Answer {
    let body =
        bodies.iter().find(|(operation, _)| *operation == entry.operation).map_or_else(|| json!({}), |(_, body)| body.clone());
    app.call(entry.method.clone(), path).cookie(&person.cookie).json(&body).send().await
}

/// An answer without what differs from request to request.
fn essence(mut answer: Value) -> Value {
    if let Some(map) = answer.as_object_mut() {
        map.retain(|key, _| key != "requestId" && key != "timestamp");
    }
    answer
}

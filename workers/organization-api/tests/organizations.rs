//! Opening and finding organizations.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use codex_organization_api::api;
use codex_testkit::TestApp;
use serde_json::{Value, json};

/// This worker, and the cookie of somebody who signed up at the auth worker beside it.
async fn signed_up() -> (Arc<TestApp>, String) {
    let app = TestApp::new(api()).await;
    let auth = TestApp::on(codex_auth::api(), app.database_url.clone(), &[]);
    let person = json!({ "email": "ada@example.com", "password": "correct horse battery", "name": "Ada" });
    let cookie = auth.post("/api/auth/email/register").json(&person).send().await.cookie();
    (Arc::new(app), cookie)
}

fn yoga(slug: &str) -> Value {
    json!({ "name": "Yoga Studio", "slug": slug, "description": "Calm." })
}

#[tokio::test]
async fn an_organization_is_opened_and_found() {
    let (app, cookie) = signed_up().await;
    let opened = app.post("/api/organizations").cookie(&cookie).json(&yoga("yoga")).send().await;
    assert_ne!(opened.cookie(), cookie, "who becomes a creator goes on under another token");
    let opened = opened.expect(201);
    let id = opened["data"]["id"].as_str().unwrap();
    assert_eq!(opened["data"]["primaryColor"], "#3B82F6");
    assert_eq!(app.get(&format!("/api/organizations/{id}")).send().await.expect(200), opened);
    let mut public = opened.clone();
    public["data"]["logoSizes"] = json!([]);
    assert_eq!(app.get("/api/organizations/slug/yoga").send().await.expect(200), public);
    assert_eq!(app.get("/api/organizations/check-slug/yoga").send().await.expect(200)["data"]["available"], false);
    assert_eq!(app.get("/api/organizations/check-slug/other").send().await.expect(200)["data"]["available"], true);
    assert_eq!(app.get("/api/organizations/check-slug/auth-staging").send().await.expect(200)["data"]["available"], false);
    let mine = app.get("/api/organizations/my-organizations?limit=1").cookie(&cookie).send().await.expect(200);
    assert_eq!(mine["items"][0]["id"], id);
    assert_eq!(mine["pagination"], json!({ "page": 1, "limit": 1, "total": 1, "totalPages": 1 }));

    let auth = TestApp::on(codex_auth::api(), app.database_url.clone(), &[]);
    let session = auth.get("/api/auth/session").cookie(&cookie).send().await.expect(200);
    assert_eq!(session["user"]["role"], "creator", "opening an organization makes a creator");
    let second = app.post("/api/organizations").cookie(&cookie).json(&yoga("second")).send().await;
    assert!(second.headers.get("set-cookie").is_none() && second.status == 201, "a creator already");
}

#[tokio::test]
async fn a_character_that_cannot_be_kept_is_refused() {
    let (app, cookie) = signed_up().await;
    let opened = app.post("/api/organizations").cookie(&cookie).json(&yoga("yoga")).send().await.expect(201);
    let path = format!("/api/organizations/{}", opened["data"]["id"].as_str().unwrap());
    let nul = json!({ "name": "Yo\0ga", "slug": "other" });
    let opening = app.post("/api/organizations").cookie(&cookie).json(&nul).send().await;
    assert_eq!(opening.expect_error(400), "VALIDATION_ERROR");
    let change = app.call(http::Method::PATCH, &path).cookie(&cookie).json(&json!({ "description": "\0" })).send().await;
    assert_eq!(change.expect_error(400), "VALIDATION_ERROR");
    assert_eq!(app.get("/api/organizations?search=yog%00a").send().await.expect_error(400), "VALIDATION_ERROR");
}

#[tokio::test]
async fn of_twenty_at_once_one_gets_the_slug() {
    let (app, cookie) = signed_up().await;
    let attempts: Vec<_> = (0..20)
        .map(|_| {
            let (app, cookie) = (app.clone(), cookie.clone());
            tokio::spawn(async move { app.post("/api/organizations").cookie(&cookie).json(&yoga("yoga")).send().await.status })
        })
        .collect();
    let mut created = 0;
    for attempt in attempts {
        match attempt.await.unwrap().as_u16() {
            201 => created += 1,
            status => assert_eq!(status, 409),
        }
    }
    assert_eq!(created, 1);
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let (app, cookie) = signed_up().await;
    let open = |body: Value| app.post("/api/organizations").cookie(&cookie).json(&body).send();
    assert_eq!(open(yoga("auth")).await.expect_error(422), "SLUG_RESERVED");
    assert_eq!(open(yoga("Not A Slug")).await.expect_error(400), "VALIDATION_ERROR");
    let mut bad = yoga("yoga");
    bad["websiteUrl"] = json!("javascript:alert(1)");
    bad["name"] = json!("");
    let issues = open(bad).await.expect(400)["error"]["details"]["issues"].clone();
    let paths: Vec<_> = issues.as_array().unwrap().iter().map(|issue| issue["path"].as_str().unwrap().to_owned()).collect();
    assert!(paths.contains(&"name".to_owned()) && paths.contains(&"websiteUrl".to_owned()), "{paths:?}");
    assert_eq!(app.get("/api/organizations/not-a-uuid").send().await.expect_error(400), "VALIDATION_ERROR");
    assert_eq!(app.get("/api/organizations/slug/nobody").send().await.expect_error(404), "NOT_FOUND");
    assert_eq!(
        app.get("/api/organizations/my-organizations?page=0").cookie(&cookie).send().await.expect_error(400),
        "VALIDATION_ERROR"
    );
}

//! Nothing that an answer is or costs tells whether an address has an account: bodies, headers and lengths byte for byte, and the
//! statements that ran and what the hasher was asked. What time tells is measured by `scripts/bench --alike`.

use std::{collections::BTreeMap, sync::Mutex};

use super::*;

/// An answer without what differs from request to request whatever is asked.
#[derive(Debug, PartialEq)]
struct Seen {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Value,
    /// Bytes beside those of the body's values.
    length: usize,
    statements: Vec<&'static str>,
    /// What the hasher was asked.
    asked: Vec<Value>,
    logged: Vec<Value>,
}

/// `value` with ids and addresses as long as they are, and times (which end where their zeros begin) as such.
fn without(mut value: Value) -> Value {
    if let Some(map) = value.as_object_mut() {
        for (name, field) in map {
            *field = match name.as_str() {
                "requestId" | "id" | "email" => json!(field.to_string().len()),
                "timestamp" | "createdAt" | "durationMs" => json!("a time"),
                _ => without(field.take()),
            };
        }
    }
    value
}

async fn seen(app: &TestApp, path: &str, body: Value) -> Seen {
    // What an earlier answer left to be sent is not this one's work.
    mails(app, "nobody@example.com", "").await;
    app.platform().database.take_ran();
    app.log.lock().unwrap().clear();
    app.hasher_log.lock().unwrap().clear();
    let answer = post(app, path, body).await;
    let mut statements = app.platform().database.take_ran();
    statements.retain(|name| !name.starts_with("notifications."));
    let mut headers: BTreeMap<String, String> =
        answer.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned())).collect();
    for varying in ["x-request-id", "ratelimit", "retry-after", "server-timing", "content-length"] {
        headers.entry(varying.to_owned()).and_modify(|value| value.clear());
    }
    let lines =
        |log: &Mutex<Vec<String>>| log.lock().unwrap().iter().map(|line| without(serde_json::from_str(line).unwrap())).collect();
    let (logged, asked) = (lines(&app.log), lines(&app.hasher_log));
    let length = answer.length - answer.json.to_string().len();
    Seen { status: answer.status.as_u16(), headers, body: without(answer.json), length, statements, asked, logged }
}

#[tokio::test]
async fn an_account_and_none() {
    let (open, strict) = (unlimited().await, strict().await);
    for app in [&open, &strict] {
        for email in ["ada@example.com", "eve@example.com"] {
            post(app, "/email/register", json!({ "email": email, "password": PASSWORD, "name": "Ada" })).await.expect(200);
        }
        let token = token(app, "eve@example.com", "Confirm").await;
        post(app, "/verify-email", json!({ "token": token })).await.expect(200);
    }
    for (app, path, body) in [
        (&open, "/email/login", json!({ "password": "not the password" })),
        (&open, "/sign-in/email", json!({ "password": "x" })),
        (&open, "/email/send-verification-email", json!({})),
        (&open, "/send-verification-email", json!({ "callbackURL": "/welcome" })),
        (&open, "/email/send-reset-password-email", json!({})),
        (&open, "/request-password-reset", json!({ "redirectTo": "/reset" })),
        (&strict, "/email/login", json!({ "password": "not the password" })),
        (&strict, "/send-verification-email", json!({})),
        (&strict, "/request-password-reset", json!({})),
        (&strict, "/email/register", json!({ "password": PASSWORD, "name": "Ada" })),
        (&strict, "/sign-up/email", json!({ "password": NEW_PASSWORD, "name": "Eve", "role": "admin" })),
    ] {
        let mut answers = Vec::new();
        // Unverified, verified, nobody's: addresses of one length.
        for email in ["ada@example.com", "eve@example.com", "bob@example.com"] {
            let mut body = body.clone();
            body["email"] = json!(email);
            answers.push(seen(app, path, body).await);
        }
        assert!(!answers[0].statements.is_empty());
        assert_eq!(answers[0], answers[2], "{path}");
        assert_eq!(answers[1], answers[2], "{path}");
        app.run("DELETE FROM users WHERE email = 'bob@example.com'").await;
    }
}

#[tokio::test]
async fn what_the_browser_carries_tells_nothing_either() {
    let app = strict().await;
    let password = json!({ "email": "eve@example.com", "password": PASSWORD, "name": "Eve" });
    post(&app, "/email/register", password.clone()).await.expect(200);
    let token = token(&app, "eve@example.com", "Confirm").await;
    post(&app, "/verify-email", json!({ "token": token })).await.expect(200);
    let eve = log_in(&app, "eve@example.com", PASSWORD).await.cookie();
    for email in ["eve@example.com", "bob@example.com"] {
        let body = json!({ "email": email, "password": PASSWORD, "name": "Eve" });
        assert!(!post_as(&app, &eve, "/email/register", body).await.headers.contains_key("set-cookie"));
        assert_eq!(is_signed_in(&app, &eve).await, (true, true), "{email}");
    }
}

#[tokio::test]
async fn a_limit_that_is_reached_tells_nothing_either() {
    let app = TestApp::new(api()).await;
    sign_up(&app, "ada@example.com").await;
    for (path, body) in [("/email/login", json!({ "password": "x" })), ("/request-password-reset", json!({}))] {
        let mut answers = Vec::new();
        for (network, email) in [(1, "ada@example.com"), (2, "bob@example.com")] {
            let mut statuses = Vec::new();
            for index in 0..7 {
                let mut body = body.clone();
                body["email"] = json!(email);
                let call = app.post(&format!("/api/auth{path}")).json(&body).from_address(&format!("198.51.{network}.{index}"));
                statuses.push(call.send().await.status.as_u16());
            }
            answers.push(statuses);
        }
        assert_eq!(answers[0], answers[1], "{path}");
    }
}

//! Every route of the worker, told as its users meet it; the files are called as the routes are. What better-auth publishes of
//! its behaviour is among the cases, where this platform promises the same.
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test may panic")]

mod alike;
mod change_email;
mod change_password;
mod cookies;
mod email_login;
mod email_register;
mod limits;
mod origin;
mod reset_password;
mod session;
mod sessions;
mod signout;
mod sweep;
mod verify_email;

use codex_auth::api;
use codex_testkit::{Answer, TestApp, fresh_database};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery";
const NEW_PASSWORD: &str = "a wholly different stapler";
/// Exact limits that no test reaches.
const UNLIMITED: (&str, &str) =
    ("LIMITS", r#"{"login":[100000,900],"register":[100000,900],"mail":[100000,3600],"costly":[100000,60]}"#);

async fn unlimited() -> TestApp {
    TestApp::on(api(), fresh_database().await, &[UNLIMITED])
}

/// Where an address must be verified before there is a session.
async fn strict() -> TestApp {
    TestApp::on(api(), fresh_database().await, &[UNLIMITED, ("REQUIRE_EMAIL_VERIFICATION", "true")])
}

async fn post(app: &TestApp, path: &str, body: Value) -> Answer {
    app.post(&format!("/api/auth{path}")).json(&body).send().await
}

/// As whoever has `cookie`.
async fn post_as(app: &TestApp, cookie: &str, path: &str, body: Value) -> Answer {
    app.post(&format!("/api/auth{path}")).cookie(cookie).json(&body).send().await
}

async fn get_as(app: &TestApp, cookie: &str, path: &str) -> Answer {
    app.get(&format!("/api/auth{path}")).cookie(cookie).send().await
}

/// A new account; its cookie.
async fn sign_up(app: &TestApp, email: &str) -> String {
    let answer = post(app, "/email/register", json!({ "email": email, "password": PASSWORD, "name": "Ada" })).await;
    assert_eq!(answer.status, 200, "{}", answer.json);
    answer.cookie()
}

async fn log_in(app: &TestApp, email: &str, password: &str) -> Answer {
    post(app, "/email/login", json!({ "email": email, "password": password })).await
}

/// Whether `cookie` signs in, as every worker asks (a cache may answer), and as sensitive routes ask.
async fn is_signed_in(app: &TestApp, cookie: &str) -> (bool, bool) {
    let (cached, fresh) = (get_as(app, cookie, "/session").await.status, get_as(app, cookie, "/sessions").await.status);
    (cached == 200, fresh == 200)
}

/// Everything mailed to `address` under a subject that holds `subject`, once nothing waits to be sent.
async fn mails(app: &TestApp, address: &str, subject: &str) -> Vec<Value> {
    while app.count("outbox WHERE sent_at IS NULL").await > 0 {
        codex_notifications::deliver(app.platform(), app.now()).await.unwrap();
    }
    let mut mails = app.mails();
    mails.retain(|mail| mail["to"] == json!([address]) && mail["subject"].as_str().unwrap().contains(subject));
    mails
}

/// The link in the newest such mail.
async fn link(app: &TestApp, address: &str, subject: &str) -> String {
    let mails = mails(app, address, subject).await;
    let text = mails.last().unwrap_or_else(|| panic!("no {subject:?} to {address}"))["text"].as_str().unwrap().to_owned();
    text.split_whitespace().find(|word| word.starts_with("http")).unwrap().to_owned()
}

async fn token(app: &TestApp, address: &str, subject: &str) -> String {
    link(app, address, subject).await.rsplit_once("token=").unwrap().1.to_owned()
}

/// Follows a link to this worker, as a program does.
async fn follow(app: &TestApp, link: &str) -> Answer {
    app.get(link.strip_prefix("http://localhost:42069").unwrap()).send().await
}

fn location(answer: &Answer) -> &str {
    answer.headers["location"].to_str().unwrap()
}

/// Somebody whose address is verified; their cookie.
async fn verified(app: &TestApp, email: &str) -> String {
    let cookie = sign_up(app, email).await;
    let token = token(app, email, "Confirm your e-mail").await;
    post(app, "/verify-email", json!({ "token": token })).await.expect(200);
    cookie
}

/// `count` of them at once, on threads of their own; their statuses, sorted.
async fn at_once<F>(count: usize, request: impl Fn(usize) -> F) -> Vec<u16>
where
    F: Future<Output = Answer> + Send + 'static,
{
    let tasks: Vec<_> = (0..count).map(|index| tokio::spawn(request(index))).collect();
    let mut statuses = Vec::new();
    for task in tasks {
        statuses.push(task.await.unwrap().status.as_u16());
    }
    statuses.sort_unstable();
    statuses
}

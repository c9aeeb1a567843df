//! Signing up, in, out; verification; limits; faults.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

use codex_auth::api;
use codex_edge::Fault;
use codex_testkit::TestApp;
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery";

fn ada() -> Value {
    json!({ "email": "Ada@Example.com", "password": PASSWORD, "name": "Ada", "role": "platform_owner" })
}

async fn signed_up(app: &TestApp) -> String {
    let answer = app.post("/api/auth/email/register").json(&ada()).send().await;
    let cookie = answer.cookie();
    let body = answer.expect(200);
    assert_eq!(body["user"]["email"], "ada@example.com");
    assert_eq!(body["user"]["role"], "customer", "a role in the body is ignored");
    assert_eq!(body["session"]["userId"], body["user"]["id"]);
    cookie
}

#[tokio::test]
async fn a_session_lives_from_sign_up_to_sign_out() {
    let app = TestApp::new(api()).await;
    let cookie = signed_up(&app).await;
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax") && cookie.contains("Max-Age=86400"));
    let session = app.get("/api/auth/session").cookie(&cookie).send().await.expect(200);
    assert_eq!(session["user"]["name"], "Ada");
    assert!(app.get("/api/auth/get-session").send().await.expect(200).is_null());

    let answer = app.post("/api/auth/signout").cookie(&cookie).send().await;
    assert!(answer.cookie().starts_with("codex-session=; Max-Age=0"));
    answer.expect(200);
    assert_eq!(app.get("/api/auth/session").cookie(&cookie).send().await.expect_error(401), "UNAUTHORIZED");
}

#[tokio::test]
async fn a_tossed_cookie_neither_signs_in_nor_out() {
    let app = TestApp::new(api()).await;
    let cookie = signed_up(&app).await;
    let real = cookie.split(';').next().unwrap();
    for junk in ["codex-session=junk", "codex-session=a.b", "codex-session="] {
        app.get("/api/auth/session").header("cookie", junk).send().await.expect(401);
        app.get("/api/auth/session").header("cookie", &format!("{junk}; {real}")).send().await.expect(200);
    }
}

#[tokio::test]
async fn wrong_password_and_unknown_address_look_alike() {
    let app = TestApp::new(api()).await;
    signed_up(&app).await;
    let log_in = |email: &str, password: &str| {
        let body = json!({ "email": email, "password": password });
        app.post("/api/auth/email/login").json(&body).send()
    };
    let (wrong, unknown) = (log_in("ada@example.com", "not the password").await, log_in("bob@example.com", PASSWORD).await);
    let (wrong, unknown) = (wrong.expect(401), unknown.expect(401));
    assert_eq!(wrong["error"], unknown["error"]);
    assert_eq!(wrong["code"], "INVALID_CREDENTIALS", "code at top level too");
    let answer = log_in("ADA@example.com", PASSWORD).await;
    let cookie = answer.cookie();
    answer.expect(200);
    app.get("/api/auth/session").cookie(&cookie).send().await.expect(200);
}

#[tokio::test]
async fn a_taken_address_is_refused_and_hidden_where_verification_is_required() {
    let app = TestApp::new(api()).await;
    signed_up(&app).await;
    assert_eq!(app.post("/api/auth/sign-up/email").json(&ada()).send().await.expect_error(422), "USER_ALREADY_EXISTS");

    let strict = TestApp::on(api(), app.database_url.clone(), &[("REQUIRE_EMAIL_VERIFICATION", "true")]);
    let taken = strict.post("/api/auth/email/register").json(&ada()).send().await.expect(200);
    let new = json!({ "email": "new@example.com", "password": PASSWORD, "name": "Ada" });
    let new = strict.post("/api/auth/email/register").json(&new).send().await.expect(200);
    let shape = |body: &Value| {
        let mut keys: Vec<String> = body["user"].as_object().unwrap().keys().cloned().collect();
        keys.sort();
        (keys, body["session"].clone())
    };
    assert_eq!(shape(&taken), shape(&new));
    let log_in = json!({ "email": "new@example.com", "password": PASSWORD });
    assert_eq!(strict.post("/api/auth/email/login").json(&log_in).send().await.expect_error(403), "EMAIL_NOT_VERIFIED");
}

#[tokio::test]
async fn the_mailed_link_verifies_once() {
    let app = TestApp::new(api()).await;
    let cookie = signed_up(&app).await;
    app.get("/api/auth/session").cookie(&cookie).send().await.expect(200);
    codex_notifications::deliver(app.platform(), codex_edge::now().unwrap()).await.unwrap();
    let mail = app.mails()[0].clone();
    assert_eq!(mail["to"], json!(["ada@example.com"]));
    let text = mail["text"].as_str().unwrap();
    let token = text.rsplit_once("token=").unwrap().1;
    let verify = || app.post("/api/auth/verify-email").json(&json!({ "token": token })).send();
    let (one, two) = tokio::join!(verify(), verify());
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400], "spent by exactly one of two");
    let session = app.get("/api/auth/session").cookie(&cookie).send().await.expect(200);
    assert_eq!(session["user"]["emailVerified"], true, "the cached session was forgotten");
}

#[tokio::test]
async fn of_a_hundred_concurrent_logins_the_limit_passes() {
    let app = std::sync::Arc::new(TestApp::new(api()).await);
    let attempts = (0..100).map(|_| {
        let app = app.clone();
        tokio::spawn(async move {
            let body = json!({ "email": "ada@example.com", "password": "not the password" });
            app.post("/api/auth/email/login").json(&body).from_address("203.0.113.7").send().await
        })
    });
    let mut refused = 0;
    for attempt in attempts.collect::<Vec<_>>() {
        let answer = attempt.await.unwrap();
        if answer.status == 429 {
            refused += 1;
            assert!(answer.headers.contains_key("retry-after"));
            assert_eq!(answer.headers["ratelimit-policy"], "\"login\";q=5;w=900");
        } else {
            answer.expect(401);
        }
    }
    assert_eq!(refused, 95, "exactly five reached the password hash");
}

#[tokio::test]
async fn sign_in_and_sessions_survive_a_cache_that_fails() {
    let app = TestApp::new(api()).await;
    let cookie = signed_up(&app).await;
    let cache = app.platform().sessions.get().unwrap();
    cache.set_fault(Fault::Down);
    app.get("/api/auth/session").cookie(&cookie).send().await.expect(200);
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    app.post("/api/auth/email/login").json(&body).send().await.expect(200);
}

#[tokio::test]
async fn without_a_database_the_answer_is_503_in_the_envelope() {
    let app = TestApp::on(api(), "postgres://nobody@127.0.0.1:1/none".to_owned(), &[]);
    let answer = app.post("/api/auth/email/register").json(&ada()).send().await;
    assert!(answer.headers.contains_key("retry-after"));
    assert_eq!(answer.expect_error(503), "SERVICE_UNAVAILABLE");
    assert_eq!(app.get("/health").send().await.expect(503)["checks"]["database"], "unhealthy");
}

#[tokio::test]
async fn bad_input_gets_the_documented_error() {
    let app = TestApp::new(api()).await;
    let post = |body: &str, content_type: &str| {
        app.post("/api/auth/email/login").header("content-type", content_type).body(body.to_owned()).send()
    };
    let json = "application/json";
    assert_eq!(post("{", json).await.expect_error(400), "VALIDATION_ERROR");
    assert_eq!(post("{}", "text/plain").await.expect_error(415), "UNSUPPORTED_MEDIA_TYPE");
    assert_eq!(post(&"x".repeat(3_000_000), json).await.expect_error(413), "PAYLOAD_TOO_LARGE");
    let unknown = post(r#"{"email":"a@b.cd","password":"x","admin":true}"#, json).await.expect(400);
    assert!(unknown["error"]["details"]["issues"][0]["message"].as_str().unwrap().contains("admin"));
    let issues =
        app.post("/api/auth/email/register").json(&json!({ "email": "a@b.cd", "password": "short", "name": "" })).send().await;
    assert_eq!(issues.expect(400)["error"]["details"]["issues"].as_array().unwrap().len(), 2, "every issue is told");
    assert_eq!(app.get("/api/nothing").send().await.expect_error(404), "NOT_FOUND");
    let wrong_method = app.get("/api/auth/email/login").send().await;
    assert_eq!(wrong_method.headers["allow"], "POST");
    assert_eq!(wrong_method.expect_error(405), "METHOD_NOT_ALLOWED");
}

#[tokio::test]
async fn answers_carry_the_headers_and_logs_carry_no_person() {
    let app = TestApp::new(api()).await;
    let id = "0190163d-8694-739b-aea5-966c26f8ad91";
    let answer =
        app.get("/api/auth/session").header("x-request-id", id).header("origin", "http://demo.localhost:3000").send().await;
    assert_eq!(answer.headers["x-request-id"], id);
    assert_eq!(answer.headers["access-control-allow-origin"], "http://demo.localhost:3000");
    assert_eq!(answer.headers["content-security-policy"], "default-src 'none'; frame-ancestors 'none'");
    let foreign = app.get("/api/auth/session").header("origin", "https://evil.test").send().await;
    assert!(!foreign.headers.contains_key("access-control-allow-origin"));
    let forged =
        app.post("/api/auth/signout").header("cookie", "codex-session=x").header("origin", "https://evil.test").send().await;
    assert_eq!(forged.expect_error(403), "CSRF_REJECTED");
}

#[tokio::test]
async fn a_whole_story_leaves_ids_in_the_log_and_no_person() {
    let app = TestApp::new(api()).await;
    let cookie = signed_up(&app).await;
    let log_in =
        |body: Value| app.post("/api/auth/email/login?email=ada@example.com").json(&body).from_address("203.0.113.7").send();
    let right = json!({ "email": "ada@example.com", "password": PASSWORD });
    let wrong = json!({ "email": "ada@example.com", "password": "not the password" });
    log_in(right.clone()).await.expect(200);
    for _ in 0..5 {
        log_in(wrong.clone()).await;
    }
    log_in(json!({ "email": "ada@example.com", "password": 5, "Ada": "horse" })).await;
    app.post("/api/auth/email/login").body(right.to_string()).send().await.expect(415);
    app.post("/api/auth/email/register").json(&ada()).send().await.expect(422);
    app.post("/api/auth/email/send-verification-email").json(&json!({ "email": "ada@example.com" })).send().await.expect(200);
    while app.mails().len() < 2 {
        codex_notifications::deliver(app.platform(), codex_edge::now().unwrap()).await.unwrap();
    }
    let token = app.mails()[0]["text"].as_str().unwrap().rsplit_once("token=").unwrap().1.to_owned();
    app.get(&format!("/api/auth/verify-email?token={token}")).send().await.expect(200);
    app.get(&format!("/api/auth/verify-email?token={token}")).send().await.expect(400);
    let session = app.get("/api/auth/session").cookie(&cookie).send().await.expect(200);
    app.post("/api/auth/signout").cookie(&cookie).send().await.expect(200);
    let gone = TestApp::on(api(), "postgres://ada:horse@127.0.0.1:1/none".to_owned(), &[]);
    gone.post("/api/auth/email/register").json(&ada()).send().await.expect(503);

    let log = [app.log.lock().unwrap().join("\n"), gone.log.lock().unwrap().join("\n")].join("\n");
    let events: Vec<String> = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter_map(|line| line["event"].as_str().map(str::to_owned))
        .collect();
    for event in ["register", "login", "login_failed", "limit_reached", "logout"] {
        assert!(events.iter().any(|name| name == event), "no {event} in {events:?}");
    }
    assert!(log.contains(session["user"]["id"].as_str().unwrap()), "ids are told");
    let secret = cookie.split(['=', ';']).nth(1).unwrap();
    for personal in
        ["Ada", "ada@", "ada%40", "example.com", "horse", "not the password", "203.0.113.7", "codex-session", secret, &token]
    {
        assert!(!log.contains(personal), "{personal} in {log}");
    }
}

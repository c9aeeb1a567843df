//! Which passwords are taken, how imported ones become ours, and what happens while the hasher is away.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

use codex_auth::api;
use codex_edge::Fault;
use codex_testkit::{Answer, TestApp};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery";
/// Of that password, by bcryptjs and by better-auth.
const IMPORTED: [&str; 2] = [
    "$2b$10$1cvElt2dxKRbxgOY0X6ADedkq7SPLHCLLL80z42VMNaYyTX4ggrqK",
    "bd1ece0e3a5f4d1d42fd2c2c9120b14a:667d463a5810aa20fa2c01d49f8adefddc13c9c463e25fabc8587a7eae874c87571ade532cdef0a2866ccba29ac52cdd4b08a94549f15da68ced74a6a7dfb32a",
];

async fn register(app: &TestApp, password: &str) -> Answer {
    let body = json!({ "email": "ada@example.com", "password": password, "name": "Ada Lovelace" });
    app.post("/api/auth/email/register").json(&body).send().await
}

async fn log_in(app: &TestApp, password: &str) -> Answer {
    app.post("/api/auth/email/login").json(&json!({ "email": "ada@example.com", "password": password })).send().await
}

/// An account whose hash another system made; many logins pass.
async fn imported(stored: &str) -> TestApp {
    let app = TestApp::on(api(), codex_testkit::fresh_database().await, &[("LIMITS", r#"{"login":[100,60]}"#)]);
    register(&app, "another password").await.expect(200);
    app.execute(&format!("UPDATE users SET password_hash = '{stored}'")).await;
    app
}

async fn stored(app: &TestApp) -> String {
    app.text("SELECT password_hash FROM users").await
}

#[tokio::test]
async fn a_password_that_is_not_taken_is_an_issue_of_its_field() {
    let app = TestApp::new(api()).await;
    for (password, message) in [
        (json!("seven77"), "must be at least 8 characters long"),
        (json!("o\u{308}".repeat(7)), "must be at least 8 characters long"),
        (json!("x".repeat(257)), "must be at most 256 characters long"),
        (json!("x".repeat(100_000)), "must be at most 256 characters long"),
        (json!("Password123"), "is one of the commonest passwords"),
        (json!("codex-2026"), "is little more than the name of this service"),
        (json!("ADA lovelace"), "must not be your name or e-mail address"),
        (json!("Ada@example.com"), "must not be your name or e-mail address"),
    ] {
        let body = json!({ "email": "ada@example.com", "password": password, "name": "Ada Lovelace" });
        let refused = app.post("/api/auth/email/register").json(&body).send().await.expect(400);
        assert_eq!(refused["error"]["details"]["issues"], json!([{ "path": "password", "message": message }]), "{password}");
    }
    let several = json!({ "email": "nonsense", "password": "password", "name": "" });
    let refused = app.post("/api/auth/email/register").json(&several).send().await.expect(400);
    let mut paths: Vec<&str> =
        refused["error"]["details"]["issues"].as_array().unwrap().iter().map(|issue| issue["path"].as_str().unwrap()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["email", "name", "password"], "every issue is told");
    assert_eq!(app.count("users").await, 0);
}

#[tokio::test]
async fn every_character_counts_and_any_spelling_of_it() {
    let app = TestApp::new(api()).await;
    let long = format!("{}\u{f6}", "x".repeat(255));
    register(&app, &long).await.expect(200);
    log_in(&app, &format!("{}o\u{308}", "x".repeat(255))).await.expect(200);
    log_in(&app, &format!("{}o", "x".repeat(255))).await.expect(401);
    log_in(&app, &"x".repeat(255)).await.expect(401);
}

#[tokio::test]
async fn an_imported_hash_is_replaced_at_the_first_login() {
    for hash in IMPORTED {
        let app = imported(hash).await;
        log_in(&app, "correct horse batterY").await.expect(401);
        assert_eq!(stored(&app).await, hash, "a wrong password replaces nothing");
        log_in(&app, PASSWORD).await.expect(200);
        let replaced = stored(&app).await;
        assert!(replaced.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{replaced}");
        log_in(&app, PASSWORD).await.expect(200);
        assert_eq!(stored(&app).await, replaced, "once");
    }
}

#[tokio::test]
async fn a_password_changed_meanwhile_stays_changed() {
    let app = imported(IMPORTED[0]).await;
    // The password is changed after the login has read the old hash and before it writes the new one.
    app.execute(
        "CREATE FUNCTION change() RETURNS trigger LANGUAGE plpgsql AS
         $$BEGIN UPDATE users SET password_hash = 'changed'; RETURN NEW; END$$;
         CREATE TRIGGER change AFTER INSERT ON sessions EXECUTE FUNCTION change()",
    )
    .await;
    log_in(&app, PASSWORD).await;
    assert_eq!(stored(&app).await, "changed");
}

#[tokio::test]
async fn ten_first_logins_at_once_all_succeed() {
    let app = std::sync::Arc::new(imported(IMPORTED[0]).await);
    let logins = (0..10).map(|_| {
        let app = app.clone();
        tokio::spawn(async move { log_in(&app, PASSWORD).await })
    });
    for login in logins.collect::<Vec<_>>() {
        login.await.unwrap().expect(200);
    }
    assert!(stored(&app).await.starts_with("$argon2id$"));
}

#[tokio::test]
async fn a_hash_that_is_none_signs_nobody_in() {
    let app = imported("").await;
    for hash in
        ["never signs in", "$2b$10$", ":", "$argon2id$v=19$m=4294967295,t=4294967295,p=1$AAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA"]
    {
        app.execute(&format!("UPDATE users SET password_hash = '{hash}'")).await;
        for password in [PASSWORD, hash] {
            log_in(&app, password).await.expect_error(401);
        }
    }
}

#[tokio::test]
async fn without_the_hasher_nobody_is_told_that_a_password_is_wrong() {
    let app = TestApp::new(api()).await;
    register(&app, PASSWORD).await.expect(200);
    app.platform().services.set_fault(Fault::Down);
    for password in [PASSWORD, "not the password"] {
        let answer = log_in(&app, password).await;
        assert!(answer.headers.contains_key("retry-after"));
        assert_eq!(answer.expect_error(503), "SERVICE_UNAVAILABLE");
    }
    assert_eq!(register(&app, PASSWORD).await.expect_error(503), "SERVICE_UNAVAILABLE");
    app.platform().services.set_fault(Fault::None);
    log_in(&app, PASSWORD).await.expect(200);
}

#[tokio::test]
async fn no_password_is_in_the_log() {
    let app = TestApp::new(api()).await;
    register(&app, PASSWORD).await.expect(200);
    register(&app, "password").await.expect(400);
    log_in(&app, PASSWORD).await.expect(200);
    log_in(&app, "horse of another colour").await.expect(401);
    let (log, hasher_log) = (app.log.lock().unwrap().join("\n"), app.hasher_log.lock().unwrap().join("\n"));
    assert_eq!(hasher_log.lines().count(), 3, "a line a call");
    let ids = |log: &str| -> Vec<String> {
        log.lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok()?["requestId"].as_str().map(str::to_owned))
            .collect()
    };
    assert!(ids(&hasher_log).iter().all(|id| ids(&log).contains(id)), "a call bears the id of its request: {hasher_log}\n{log}");
    let log = log + &hasher_log;
    for secret in ["horse", "argon2id"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

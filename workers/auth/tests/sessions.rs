//! Sessions that are renewed, and the mails around an account.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

use codex_auth::api;
use codex_edge::now;
use codex_identity::Role;
use codex_testkit::TestApp;
use serde_json::{Value, json};

#[tokio::test]
async fn a_session_past_its_half_is_renewed() {
    let app = TestApp::new(api()).await;
    let ada = app.person("ada", Role::Customer).await;
    // Each time another isolate far away, which has nothing cached.
    let elsewhere = || TestApp::on(api(), app.database_url.clone(), &[]);
    let current = async |app: &TestApp| app.get("/api/auth/session").cookie(&ada.cookie).send().await;
    assert!(!current(&app).await.headers.contains_key("set-cookie"), "a young session stays as it is");
    app.run("UPDATE sessions SET expires_at = now() + interval '1 hour'").await;
    let there = elsewhere();
    let renewed = current(&there).await;
    assert!(renewed.cookie().contains("Max-Age=86400"));
    let left = |answer: Value| answer["session"]["expiresAt"].as_str().unwrap().parse::<codex_kernel::Timestamp>().unwrap();
    assert!(left(renewed.expect(200)).as_second() - now().unwrap().as_second() > 23 * 3600);
    assert!(left(current(&there).await.expect(200)).as_second() - now().unwrap().as_second() > 23 * 3600, "and is kept so");
    app.run("UPDATE sessions SET expires_at = now() - interval '1 second'").await;
    assert_eq!(current(&elsewhere()).await.expect_error(401), "UNAUTHORIZED");
}

#[tokio::test]
async fn verification_is_mailed_again_to_whom_it_concerns() {
    let app = TestApp::new(api()).await;
    let ada = app.person("ada", Role::Customer).await;
    let again = |email: &str| app.post("/api/auth/email/send-verification-email").json(&json!({ "email": email })).send();
    let (known, unknown) = (again("ada@example.com").await, again("nobody@example.com").await);
    assert_eq!(known.expect(200), unknown.expect(200));
    // Beside the delivery after each answer, so that this test does not depend on when that runs.
    while app.mails().len() < 2 {
        codex_notifications::deliver(app.platform(), now().unwrap()).await.unwrap();
    }
    let mails = app.mails();
    assert!(mails.iter().all(|mail| mail["to"] == json!(["ada@example.com"])), "{mails:?}");
    for mail in &mails {
        let token = mail["text"].as_str().unwrap().rsplit_once("token=").unwrap().1.to_owned();
        app.post("/api/auth/verify-email").json(&json!({ "token": token })).send().await.expect(200);
    }
    let session = app.get("/api/auth/session").cookie(&ada.cookie).send().await.expect(200);
    assert_eq!(session["user"]["emailVerified"], true);
    again("ada@example.com").await.expect(200);
    assert_eq!(app.count("outbox").await, 2, "nothing is left to verify");
}

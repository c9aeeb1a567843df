//! What other workers want sent, and the log of what was.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod post;

use std::sync::Arc;

use codex_edge::{Background, now};
use codex_http::{Context, Freshness, internal};
use codex_identity::Role;
use codex_testkit::{Answer, OutsideFault};
use http::Method;
use post::{Post, welcome};
use serde_json::{Value, json};

/// As another worker asks for it.
async fn ask(post: &Post, body: &Value) -> Answer {
    let cx = Context::new(post.app.platform().clone(), now().unwrap(), Default::default(), String::new(), Background::default());
    let bytes = body.to_string();
    let request = http::Request::post("http://localhost/internal/send").header("content-type", "application/json");
    let mut request = request.body(bytes.clone().into()).unwrap();
    internal::sign(&cx, None, Freshness::Cache, &mut request).unwrap();
    let mut call = post.app.post("/internal/send").body(bytes);
    for (name, value) in request.headers() {
        let name: &'static str = Box::leak(name.as_str().to_owned().into_boxed_str());
        call = call.header(name, value.to_str().unwrap());
    }
    call.send().await
}

fn mail(key: &str) -> Value {
    json!({ "template": "new-sale", "recipient": "Owner@Example.com", "data": { "title": "Breathing", "amount": 5 }, "dedupeKey": key })
}

#[tokio::test]
async fn a_mail_is_queued_once_for_its_key() {
    let post = Arc::new(Post::open().await);
    let asks: Vec<_> = (0..20)
        .map(|_| {
            let post = post.clone();
            tokio::spawn(async move { ask(&post, &mail("sale-1")).await.expect(201)["data"]["id"].clone() })
        })
        .collect();
    let mut ids = Vec::new();
    for ask in asks {
        ids.push(ask.await.unwrap());
    }
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    ask(&post, &mail("sale-2")).await.expect(201);
    assert_eq!(post.deliver().await.sent, 2);
    ask(&post, &mail("sale-1")).await.expect(201);
    assert_eq!(post.deliver().await.sent, 0, "nor again once it was sent");
    assert_eq!(post.app.mails()[0]["to"], json!(["owner@example.com"]));
    assert!(post.app.mails()[0]["text"].as_str().unwrap().contains("bought Breathing for 5"));
    assert_eq!(post.app.platform().mail_queue.get().unwrap().messages().len(), 22);
}

#[tokio::test]
async fn what_cannot_be_sent_is_said_at_once() {
    let post = Post::open().await;
    let with = |field: &str, value: Value| {
        let mut body = mail("key");
        body[field] = value;
        body
    };
    let nobody = "019aa000-0000-7000-8000-00000000dead";
    for (body, status, code) in [
        (with("template", json!("no-such-mail")), 422, "TEMPLATE_MISSING"),
        (with("template", json!("<b>")), 400, "VALIDATION_ERROR"),
        (with("recipient", json!("nobody")), 400, "VALIDATION_ERROR"),
        (with("recipient", json!("a@b.test\r\nBcc: c@d.test")), 400, "VALIDATION_ERROR"),
        (with("dedupeKey", json!("")), 400, "VALIDATION_ERROR"),
        (with("dedupeKey", json!("a\u{0000}b")), 400, "VALIDATION_ERROR"),
        (with("data", json!({ "name": { "a": 1 } })), 400, "VALIDATION_ERROR"),
        (with("category", json!("spam")), 400, "VALIDATION_ERROR"),
        (with("nonsense", json!(1)), 400, "VALIDATION_ERROR"),
        (with("organizationId", json!(nobody)), 404, "NOT_FOUND"),
        (with("creatorId", json!(nobody)), 404, "NOT_FOUND"),
    ] {
        assert_eq!(ask(&post, &body).await.expect_error(status), code, "{body}");
    }
    let mut marketing = with("category", json!("marketing"));
    ask(&post, &marketing).await.expect(201);
    let refusable = "outbox o JOIN users u ON u.id = o.user_id AND u.email = o.recipient WHERE o.category = 'marketing'";
    assert_eq!(post.app.count(refusable).await, 1, "whose account it is, who may end it, is kept with it");
    marketing["recipient"] = json!("stranger@example.com");
    marketing["dedupeKey"] = json!("other");
    assert_eq!(ask(&post, &marketing).await.expect_error(422), "RECIPIENT_NOT_ALLOWED", "who has no account could not refuse it");
    let own = post.send(Method::POST, "/api/templates/creator", &post.owner, welcome("summer-sale")).await.expect(201);
    let own = format!("/api/templates/creator/{}", own["data"]["id"].as_str().unwrap());
    let mut body = with("template", json!("summer-sale"));
    body["dedupeKey"] = json!("third");
    body["creatorId"] = json!(post.owner.id);
    assert_eq!(ask(&post, &body).await.expect_error(422), "TEMPLATE_MISSING", "it is a draft");
    post.send(Method::PATCH, &own, &post.owner, json!({ "status": "active" })).await.expect(200);
    body["creatorId"] = Value::Null;
    assert_eq!(ask(&post, &body).await.expect_error(422), "TEMPLATE_MISSING", "it is somebody's");
    body["creatorId"] = json!(post.owner.id);
    ask(&post, &body).await.expect(201);
    let unsigned = post.app.post("/internal/send").cookie(&post.owner.cookie).json(&mail("key")).send().await;
    assert_eq!(unsigned.expect_error(401), "UNAUTHORIZED");
    assert_eq!(post.app.count("outbox").await, 2);
}

#[tokio::test]
async fn what_is_long_over_is_forgotten() {
    let post = Post::open().await;
    for (to, more) in [("old", "sent_at"), ("older", "failed_at"), ("young", "sent_at")] {
        let created = if to == "young" { "89 days" } else { "91 days" };
        post.mail("receipt", &format!("{to}@example.com"), json!({}), &[(more, "now")]).await;
        let sql = format!("UPDATE outbox SET created_at = now() - interval '{created}' WHERE recipient = '{to}@example.com'");
        post.app.run(&sql).await;
    }
    post.mail("receipt", "waiting@example.com", json!({}), &[]).await;
    post.app.run("UPDATE outbox SET created_at = now() - interval '1 year' WHERE recipient = 'waiting@example.com'").await;
    assert_eq!(codex_notifications::forget(post.app.platform(), now().unwrap()).await.unwrap(), 2);
    assert_eq!(post.app.count("outbox WHERE recipient IN ('young@example.com', 'waiting@example.com')").await, 2);
    // A thousand at a time, the oldest first.
    let many = "INSERT INTO outbox (id, template, recipient, data, created_at, due_at, sent_at)
        SELECT gen_random_uuid(), 'receipt', n || '@example.com', '{}', now() - interval '1 day' * (100 + n), now(), now() FROM generate_series(1, 1001) n";
    post.app.run(many).await;
    assert_eq!(codex_notifications::forget(post.app.platform(), now().unwrap()).await.unwrap(), 1_000);
    assert_eq!(post.app.count("outbox WHERE recipient = '1@example.com'").await, 1);
    assert_eq!(codex_notifications::forget(post.app.platform(), now().unwrap()).await.unwrap(), 1);
    // Who forgets at the same time has the other half, and neither waits: one row is held here until the others are gone.
    post.app.run(many).await;
    let held = "BEGIN; SELECT FROM outbox WHERE recipient = '1001@example.com' FOR UPDATE; DO $$ BEGIN
        FOR turn IN 1..10000 LOOP
            EXIT WHEN (SELECT count(*) FROM outbox) < 10;
            PERFORM pg_sleep(0.001);
        END LOOP; END $$; COMMIT";
    let forgotten = async {
        while post.app.count("pg_locks WHERE relation = 'outbox'::regclass AND mode = 'RowShareLock' AND granted").await == 0 {}
        codex_notifications::forget(post.app.platform(), now().unwrap()).await.unwrap()
    };
    assert_eq!(tokio::join!(post.app.execute(held), forgotten).1, 1_000);
    assert_eq!(post.app.count("outbox WHERE recipient = '1001@example.com'").await, 1);
}

#[tokio::test]
async fn the_log_tells_how_mail_went_and_not_what_it_said() {
    let post = Post::open().await;
    let [admin, member, boss] = [("admin", Role::Customer), ("member", Role::Customer), ("boss", Role::PlatformOwner)]
        .map(|(name, role)| post.app.person(name, role));
    let (admin, member, boss) = (admin.await, member.await, boss.await);
    post.join(&admin, "admin").await;
    post.join(&member, "member").await;
    post.app.run("DELETE FROM outbox").await;
    let of = [("organization_id", post.organization.as_str())];
    post.mail("receipt", "ada@example.com", json!({ "title": "Secret" }), &of).await;
    post.deliver().await;
    post.provider(Some(OutsideFault::Says(400, "ada@example.com")));
    post.mail("receipt", "bob@example.com", json!({ "title": "Secret" }), &of).await;
    post.deliver().await;
    post.provider(Some(OutsideFault::Says(500, "")));
    post.mail("receipt", "cyd@example.com", json!({ "title": "Secret" }), &of).await;
    post.mail("verify-email", "dan@example.com", json!({ "link": "https://x.test/secret" }), &[]).await;
    post.found("019aa000-0000-7000-8000-000000000002", "Others", "others", &boss).await;
    let others = [("organization_id", "019aa000-0000-7000-8000-000000000002")];
    post.mail("receipt", "eve@example.com", json!({ "title": "Secret" }), &others).await;
    post.deliver().await;

    let path = format!("/api/deliveries/organizations/{}", post.organization);
    let read = async |path: &str, who| post.send(Method::GET, path, who, json!({})).await;
    let log = read(&path, &admin).await.expect(200);
    let line = |item: &Value| {
        let said = |field: &str| item[field].as_str().unwrap_or("-").to_owned();
        (said("state"), item["attempts"].as_u64().unwrap(), said("lastError"))
    };
    let lines: Vec<_> = log["items"].as_array().unwrap().iter().map(line).collect();
    let expected = [("waiting", 1, "PROVIDER_FAILED"), ("failed", 1, "PROVIDER_REFUSED"), ("sent", 1, "-")];
    assert_eq!(lines, expected.map(|(state, attempts, error)| (state.to_owned(), attempts, error.to_owned())));
    assert!(log["items"][2]["providerId"].is_string() && log["items"][2]["settledAt"].is_string());
    assert!(log["items"][1]["settledAt"].is_string() && log["items"][2]["nextAttemptAt"].is_null());
    assert!(log["items"][0]["nextAttemptAt"].is_string() && log["items"][0]["settledAt"].is_null());
    let same = read(&path, &boss).await.expect(200);
    assert_eq!(
        (&same["items"], &same["pagination"]),
        (&log["items"], &log["pagination"]),
        "who sees all sees here what is the organization's"
    );
    for secret in ["example.com", "Secret", "secret"] {
        assert!(!log.to_string().contains(secret), "{log}");
    }
    for (state, count) in [("waiting", 1), ("failed", 1), ("sent", 1)] {
        let such = read(&format!("{path}?state={state}"), &admin).await.expect(200);
        assert_eq!((such["items"].as_array().unwrap().len(), &such["pagination"]["total"]), (count, &json!(count)));
    }
    assert_eq!(read(&format!("{path}?limit=2&page=2"), &post.owner).await.expect(200)["items"].as_array().unwrap().len(), 1);
    assert_eq!(read(&path, &member).await.expect_error(403), "FORBIDDEN");
    assert_eq!(read("/api/deliveries", &boss).await.expect(200)["pagination"]["total"], 5);
    assert_eq!(read("/api/deliveries?state=waiting", &boss).await.expect(200)["pagination"]["total"], 3);
    assert_eq!(read("/api/deliveries?state=lost", &boss).await.expect_error(400), "VALIDATION_ERROR");
    let logged = post.app.log.lock().unwrap().join("\n");
    assert!(!logged.contains("example.com") && !logged.contains("Secret"), "{logged}");
}

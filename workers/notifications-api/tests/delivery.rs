//! That mail arrives, once, whatever the provider does.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod post;

use codex_edge::now;
use codex_identity::Role;
use codex_kernel::Timestamp;
use codex_notifications::Delivered;
use codex_notifications_api::api;
use codex_testkit::{OutsideFault, TestApp};
use http::Method;
use post::{Post, SENT, later, welcome};
use serde_json::json;

const POSTPONED: Delivered = Delivered { sent: 0, postponed: 1, failed: 0 };
const FAILED: Delivered = Delivered { sent: 0, postponed: 0, failed: 1 };

#[tokio::test]
async fn a_mail_is_sent_in_its_tenants_look_and_forgotten() {
    let post = Post::open().await;
    let data = json!({ "title": "Breathing", "amount": "29.99 USD" });
    post.app.run("UPDATE organizations SET support_email = 'help@yoga.example'").await;
    post.mail("receipt", "ada@example.com", data, &[("organization_id", &post.organization)]).await;
    assert_eq!(post.deliver().await, SENT);
    for seconds in [0, 121, 86_400] {
        assert_eq!(post.deliver_at(later(seconds)).await, Delivered::default(), "once, {seconds} seconds later");
    }
    let mail = post.app.mails()[0].clone();
    assert_eq!(mail["to"], json!(["ada@example.com"]));
    assert_eq!(mail["from"], "\"Yoga & Söhne via Codex\" <no-reply@localhost>");
    assert_eq!((&mail["reply_to"], &mail["subject"]), (&json!("help@yoga.example"), &json!("Your receipt for Breathing")));
    assert!(mail.get("headers").is_none(), "a receipt cannot be ended");
    let html = mail["html"].as_str().unwrap();
    assert!(html.contains("#B91C1C") && html.contains("Yoga &amp; Söhne"), "{html}");
    let kept =
        "outbox WHERE sent_at IS NOT NULL AND provider_id IS NOT NULL AND attempts = 1 AND data = '{}' AND last_error IS NULL";
    assert_eq!(post.app.count(kept).await, 1);
    post.app.run("UPDATE organizations SET platform_name = 'Yoga TV'").await;
    post.mail("receipt", "ada@example.com", json!({ "title": "x" }), &[("organization_id", &post.organization)]).await;
    assert_eq!(post.deliver().await, SENT);
    assert_eq!(post.app.mails()[1]["from"], "\"Yoga TV via Codex\" <no-reply@localhost>", "as it calls its own platform");
}

/// Whoever writes a mail about money is in a hurry: what they do not say is said when it is sent.
#[tokio::test]
async fn what_a_mail_does_not_say_is_known_all_the_same() {
    let post = Post::open().await;
    post.app.run("UPDATE organizations SET timezone = 'Pacific/Kiritimati'; UPDATE users SET name = 'Grace'").await;
    let owner = post.owner.id.to_string();
    let said = async |template: &str, data: serde_json::Value, organization: Option<&str>| {
        let of: Vec<(&str, &str)> =
            [("user_id", owner.as_str())].into_iter().chain(organization.map(|id| ("organization_id", id))).collect();
        post.mail(template, "grace@example.com", data, &of).await;
        post.app.run("UPDATE outbox SET created_at = '2026-03-01T12:00:00Z'").await;
        assert_eq!(post.deliver().await, SENT);
        post.app.mails().last().unwrap()["text"].as_str().unwrap().to_owned()
    };
    let sold = || json!({ "title": "Breathing", "amount": "29.99 USD" });
    let there = Some(post.organization.as_str());
    for (template, label, leads_to) in [("receipt", "Paid on", "/library"), ("new-sale", "Sold on", "/organizations")] {
        let text = said(template, sold(), there).await;
        assert!(text.contains("Hi Grace,") && text.ends_with(&format!(": http://localhost:3000{leads_to}")), "{text}");
        assert!(text.contains(&format!("{label}: 2 March 2026")), "in the tenant's zone: {text}");
        assert!(said(template, sold(), None).await.contains(&format!("{label}: 1 March 2026")));
    }
    // What it says itself counts, and where a day means something else none is put in.
    let own = json!({ "title": "x", "amount": "y", "name": "Ada", "date": "1 May 2020", "link": "https://x.test/" });
    let text = said("receipt", own, there).await;
    assert!(text.contains("Hi Ada,") && text.contains("Paid on: 1 May 2020") && text.ends_with("https://x.test/"), "{text}");
    let text = said("subscription-cancelled", json!({ "title": "Gold" }), there).await;
    assert!(text.contains("Until the end of the period it stays open") && text.ends_with("/account/subscriptions"), "{text}");
}

#[tokio::test]
async fn the_nearest_template_speaks() {
    let post = Post::open().await;
    let boss = post.app.person("boss", Role::PlatformOwner).await;
    post.app.run("DELETE FROM outbox").await;
    let said = async || {
        let creator = post.owner.id.to_string();
        let of = [("organization_id", post.organization.as_str()), ("creator_id", creator.as_str())];
        post.mail("receipt", "ada@example.com", json!({ "title": "Breathing" }), &of).await;
        assert_eq!(post.deliver().await, SENT);
        post.app.mails().last().unwrap()["subject"].as_str().unwrap().to_owned()
    };
    assert_eq!(said().await, "Your receipt for Breathing");
    let organizations = format!("/api/templates/organizations/{}", post.organization);
    let mut ids = Vec::new();
    for (path, who) in
        [("/api/templates/global", &boss), (organizations.as_str(), &post.owner), ("/api/templates/creator", &post.owner)]
    {
        let before = said().await;
        let mut template = welcome("receipt");
        template["subject"] = json!(format!("From {path}"));
        let made = post.send(Method::POST, path, who, template).await.expect(201);
        assert_eq!(said().await, before, "a draft says nothing");
        let one = format!("{path}/{}", made["data"]["id"].as_str().unwrap());
        post.send(Method::PATCH, &one, who, json!({ "status": "active" })).await.expect(200);
        assert_eq!(said().await, format!("From {path}"));
        ids.push((one, who));
    }
    let (creators, who) = ids.pop().unwrap();
    post.send(Method::PATCH, &creators, who, json!({ "status": "archived" })).await.expect(200);
    assert_eq!(said().await, format!("From {organizations}"));
    post.mail("receipt", "ada@example.com", json!({}), &[]).await;
    assert_eq!(post.deliver().await, SENT);
    assert_eq!(post.app.mails().last().unwrap()["subject"], "From /api/templates/global", "another seller's mail");
    post.mail("refund", "ada@example.com", json!({ "title": "x" }), &[("organization_id", &post.organization)]).await;
    assert_eq!(post.deliver().await, SENT);
    assert_eq!(post.app.mails().last().unwrap()["subject"], "Your refund for x", "another mail");
}

#[tokio::test]
async fn a_provider_that_fails_loses_nothing() {
    for (fault, code) in [
        (OutsideFault::Says(500, "oops"), "PROVIDER_FAILED"),
        (OutsideFault::Says(429, "{}"), "PROVIDER_BUSY"),
        (OutsideFault::Says(401, "{}"), "PROVIDER_REFUSES_KEY"),
        (OutsideFault::Says(200, "<html>welcome to our new site</html>"), "PROVIDER_NONSENSE"),
        (OutsideFault::Silent, "PROVIDER_UNREACHABLE"),
    ] {
        let app = TestApp::new(api()).await;
        let app = TestApp::on(api(), app.database_url.clone(), &[("MAIL_TIMEOUT_MS", "50")]);
        let owner = app.person("owner", Role::Creator).await;
        app.run("DELETE FROM outbox").await;
        let post = Post { app, owner, organization: String::new() };
        post.mail("verify-email", "ada@example.com", json!({ "link": "https://x.test/" }), &[]).await;
        post.provider(Some(fault.clone()));
        assert_eq!(post.deliver().await, POSTPONED, "{fault:?}");
        let waiting = format!("outbox WHERE attempts = 1 AND last_error = '{code}' AND failed_at IS NULL AND data <> '{{}}'");
        assert_eq!(post.app.count(&waiting).await, 1, "{fault:?}");
        assert_eq!(post.deliver().await, Delivered::default(), "not at once");
        post.provider(None);
        assert_eq!(post.deliver_at(later(61)).await, SENT, "{fault:?}");
    }
}

#[tokio::test]
async fn what_the_provider_will_never_take_fails_at_once_and_is_told() {
    let post = Post::open().await;
    post.mail("verify-email", "nobody@invalid", json!({ "link": "https://x.test/" }), &[]).await;
    post.provider(Some(OutsideFault::Says(422, r#"{"name":"validation_error","message":"nobody@invalid is no address"}"#)));
    assert_eq!(post.deliver().await, FAILED);
    assert_eq!(post.app.count("outbox WHERE last_error = 'PROVIDER_REFUSED' AND failed_at IS NOT NULL AND data = '{}'").await, 1);
    post.provider(None);
    assert_eq!(post.deliver_at(later(7 * 24 * 3600)).await, Delivered::default());
    post.mail("no-such-mail", "ada@example.com", json!({}), &[]).await;
    assert_eq!(post.deliver().await, FAILED);
    assert_eq!(post.app.count("outbox WHERE last_error = 'TEMPLATE_MISSING'").await, 1);
}

#[tokio::test]
async fn it_waits_longer_each_time_and_gives_up_at_last() {
    let post = Post::open().await;
    post.mail("verify-email", "ada@example.com", json!({ "link": "https://x.test/" }), &[]).await;
    post.provider(Some(OutsideFault::Says(503, "")));
    let mut at = now().unwrap();
    for attempt in 1..10 {
        assert_eq!(post.deliver_at(at).await, POSTPONED, "attempt {attempt}");
        let most = (60_i64 << (attempt - 1)).min(14_400);
        let waits = format!("outbox WHERE due_at - '{at}' BETWEEN interval '{} s' AND interval '{most} s'", most / 2 - 1);
        assert_eq!(post.app.count(&waits).await, 1, "after attempt {attempt}");
        at = Timestamp::from_second(at.as_second() + most + 1).unwrap();
    }
    assert_eq!(post.deliver_at(at).await, FAILED, "the tenth");
    assert_eq!(
        post.app.count("outbox WHERE attempts = 10 AND failed_at IS NOT NULL AND last_error = 'PROVIDER_FAILED'").await,
        1
    );
}

#[tokio::test]
async fn an_answer_that_got_lost_does_not_become_a_failure() {
    let post = Post::open().await;
    post.mail("verify-email", "ada@example.com", json!({ "link": "https://x.test/" }), &[]).await;
    post.provider(Some(OutsideFault::DoesAndSays(502, "")));
    assert_eq!(post.deliver().await, POSTPONED);
    post.provider(Some(OutsideFault::Says(409, r#"{"statusCode":409,"name":"invalid_idempotent_request"}"#)));
    assert_eq!(post.deliver_at(later(61)).await, SENT, "a template was changed in between: the first body was taken");
}

#[tokio::test]
async fn nobody_gets_what_they_refused_and_one_click_refuses() {
    let post = Post::open().await;
    let ada = post.app.person("ada", Role::Customer).await;
    post.app.run("DELETE FROM outbox").await;
    let mut sale = welcome("summer-sale");
    sale["status"] = json!("active");
    post.send(Method::POST, "/api/templates/creator", &post.owner, sale).await.expect(201);
    let creator = post.owner.id.to_string();
    let user = ada.id.to_string();
    let mail = async |category: &str| {
        let columns = [("category", category), ("user_id", user.as_str()), ("creator_id", creator.as_str())];
        let data = json!({ "name": "Ada", "link": "https://x.test/" });
        post.mail("summer-sale", "ada@example.com", data, &columns).await;
    };
    let others = format!("INSERT INTO notification_preferences VALUES ('{creator}', 'marketing', false, now())");
    post.app.run(&others).await;
    mail("marketing").await;
    assert_eq!(post.deliver().await, SENT, "what somebody else refused");
    post.app.run("DELETE FROM notification_preferences").await;
    let sent = post.app.mails()[0].clone();
    assert_eq!(sent["headers"]["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click");
    let header = sent["headers"]["List-Unsubscribe"].as_str().unwrap();
    let address = header.strip_prefix('<').unwrap().strip_suffix('>').unwrap();
    assert!(sent["html"].as_str().unwrap().contains(address) && sent["text"].as_str().unwrap().ends_with(address));
    let path = address.strip_prefix("http://localhost:42075").unwrap();
    // Its token is made of chance, which may spell a name: of an address it can hold neither sign nor domain.
    assert!(!path.contains('@') && !path.contains("example"), "{path}");

    let asked = post.app.get(path).send().await;
    assert!(asked.headers["content-security-policy"].to_str().unwrap().contains("form-action 'self'"));
    assert!(asked.expect(200).as_str().unwrap().contains("<form method=\"post\">"));
    mail("marketing").await;
    assert_eq!(post.deliver().await, SENT, "following the link ends nothing");
    let click = || {
        let form = "application/x-www-form-urlencoded";
        post.app.post(path).header("content-type", form).body("List-Unsubscribe=One-Click").send()
    };
    assert!(click().await.expect(200).as_str().unwrap().contains("You are unsubscribed"));
    mail("marketing").await;
    assert_eq!(post.deliver().await, Delivered::default());
    click().await.expect(200);
    assert_eq!(
        post.app
            .count("outbox WHERE last_error = 'UNSUBSCRIBED' AND failed_at IS NOT NULL AND attempts = 0 AND data = '{}'")
            .await,
        1
    );
    mail("digest").await;
    assert_eq!(post.deliver().await, SENT, "another category");
    mail("transactional").await;
    assert_eq!(post.deliver().await, SENT, "cannot be refused");
    assert!(post.app.mails().last().unwrap().get("headers").is_none());
    for forged in
        ["/unsubscribe/x".to_owned(), path.replace("marketing", "digest"), format!("{path}x"), path[..path.len() - 1].to_owned()]
    {
        assert_eq!(post.app.post(&forged).send().await.expect_error(404), "NOT_FOUND", "{forged}");
        assert_eq!(post.app.get(&forged).send().await.expect_error(404), "NOT_FOUND", "{forged}");
    }
    assert_eq!(post.app.count("notification_preferences").await, 1);
    post.app.run("UPDATE notification_preferences SET subscribed = true").await;
    mail("marketing").await;
    assert_eq!(post.deliver().await, SENT, "who thinks better of it gets it again");
    click().await.expect(200);
    mail("marketing").await;
    assert_eq!(post.deliver().await, Delivered::default(), "until they click once more");
    post.app.run(&format!("DELETE FROM users WHERE id = '{user}'")).await;
    click().await.expect(200);
}

//! Writing templates, and who may.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod post;

use codex_identity::Role;
use codex_notifications_api::api;
use codex_testkit::{Person, Thing, foreign_things_walk};
use http::Method;
use post::{Post, welcome};
use serde_json::{Value, json};

fn id_of(answer: &Value) -> String {
    answer["data"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_template_lives_in_every_scope() {
    let post = Post::open().await;
    let boss = post.app.person("boss", Role::PlatformOwner).await;
    let scopes = [
        ("global", "/api/templates/global".to_owned(), &boss),
        ("organization", format!("/api/templates/organizations/{}", post.organization), &post.owner),
        ("creator", "/api/templates/creator".to_owned(), &post.owner),
    ];
    for (scope, path, who) in &scopes {
        let send = async |method, path: &str, body| post.send(method, path, who, body).await;
        let made = send(Method::POST, path, welcome("verify-email")).await.expect(201);
        assert_eq!((made["data"]["scope"].as_str(), made["data"]["status"].as_str()), (Some(*scope), Some("draft")));
        let one = format!("{path}/{}", id_of(&made));
        assert_eq!(send(Method::GET, &one, json!({})).await.expect(200), made);
        let change = json!({ "subject": "Hi {{name}}", "description": "short", "status": "active" });
        post.app.advance(1);
        let changed = send(Method::PATCH, &one, change).await.expect(200);
        assert_eq!(changed["data"]["subject"], "Hi {{name}}");
        assert_eq!(changed["data"]["textBody"], made["data"]["textBody"], "what is left out stays");
        assert_ne!(changed["data"]["updatedAt"], made["data"]["updatedAt"]);
        let kept = send(Method::PATCH, &one, json!({ "status": "active" })).await.expect(200);
        assert_eq!(kept["data"]["description"], "short");
        let cleared = send(Method::PATCH, &one, json!({ "description": null })).await.expect(200);
        assert_eq!(cleared["data"]["description"], Value::Null);

        let mut second = welcome("verify-email");
        second["status"] = json!("active");
        assert_eq!(send(Method::POST, path, second.clone()).await.expect_error(409), "TEMPLATE_ACTIVE");
        second["status"] = json!("archived");
        let old = id_of(&send(Method::POST, path, second).await.expect(201));
        let revived = send(Method::PATCH, &format!("{path}/{old}"), json!({ "status": "active" })).await;
        assert_eq!(revived.expect_error(409), "TEMPLATE_ACTIVE");

        let list = send(Method::GET, &format!("{path}?limit=1"), json!({})).await.expect(200);
        assert_eq!(list["pagination"], json!({ "page": 1, "limit": 1, "total": 2, "totalPages": 2 }));
        assert!(list["items"][0].get("htmlBody").is_none(), "a list is short");
        let active = send(Method::GET, &format!("{path}?status=active&name=verify-email"), json!({})).await.expect(200);
        assert_eq!(active["items"][0]["id"], made["data"]["id"]);
        assert_eq!(active["pagination"]["total"], 1);

        let beside = send(Method::GET, &format!("{path}/{old}"), json!({})).await.expect(200);
        let reworded = send(Method::PATCH, &one, json!({ "htmlBody": "<p>Other words</p>" })).await.expect(200);
        assert_eq!((&reworded["data"]["textBody"], &reworded["data"]["status"]), (&made["data"]["textBody"], &json!("active")));
        assert_eq!(send(Method::GET, &format!("{path}/{old}"), json!({})).await.expect(200), beside, "and no other");

        send(Method::DELETE, &one, json!({})).await.expect(204);
        assert_eq!(send(Method::DELETE, &one, json!({})).await.expect_error(404), "NOT_FOUND");
    }
    assert_eq!(post.app.count("email_templates").await, 3);
}

#[tokio::test]
async fn every_mail_is_shown_with_an_organizations_own_words() {
    let post = Post::open().await;
    let path = format!("/api/templates/organizations/{}", post.organization);
    let send = async |method, path: &str, body| post.send(method, path, &post.owner, body).await;
    let mut others = welcome("receipt");
    others["status"] = json!("active");
    send(Method::POST, "/api/templates/creator", others).await.expect(201);
    let mut ids = Vec::new();
    for status in ["active", "draft", "archived", "draft"] {
        let mut words = welcome("verify-email");
        words["status"] = json!(status);
        ids.push(id_of(&send(Method::POST, &path, words).await.expect(201)));
    }
    let all = send(Method::GET, &format!("{path}/standard"), json!({})).await.expect(200)["data"].clone();
    let standards = send(Method::GET, "/api/templates/standard", json!({})).await.expect(200)["data"].clone();
    assert_eq!(all.as_array().unwrap().len(), standards.as_array().unwrap().len());
    for (mail, standard) in all.as_array().unwrap().iter().zip(standards.as_array().unwrap()) {
        for field in ["name", "subject", "htmlBody", "textBody", "variables"] {
            assert_eq!(mail[field], standard[field]);
        }
        let is_own = mail["name"] == "verify-email";
        assert_eq!(mail["own"].is_object(), is_own, "{}", mail["name"]);
    }
    let one = async || {
        let found = send(Method::GET, &format!("{path}/standard?name=verify-email"), json!({})).await.expect(200);
        assert_eq!(found["data"].as_array().unwrap().len(), 1);
        found["data"][0]["own"].clone()
    };
    assert_eq!(one().await["id"], ids[0].as_str(), "what is in use comes first");
    let whole = send(Method::GET, &format!("{path}/{}", ids[0]), json!({})).await.expect(200);
    assert_eq!(one().await, whole["data"]);
    send(Method::DELETE, &format!("{path}/{}", ids[0]), json!({})).await.expect(204);
    for (draft, said) in [(3, "then what was written last"), (1, "then what was written before")] {
        assert_eq!(one().await["id"], ids[draft].as_str(), "{said}");
        send(Method::DELETE, &format!("{path}/{}", ids[draft]), json!({})).await.expect(204);
    }
    assert_eq!(one().await, Value::Null, "and never what is archived");
    let nothing = send(Method::GET, &format!("{path}/standard?name=nothing"), json!({})).await.expect(200);
    assert_eq!(nothing["data"], json!([]));
}

#[tokio::test]
async fn a_list_is_by_name_the_newest_first() {
    let post = Post::open().await;
    let mut ids = Vec::new();
    for name in ["refund", "receipt", "refund"] {
        ids.push(id_of(&post.send(Method::POST, "/api/templates/creator", &post.owner, welcome(name)).await.expect(201)));
    }
    let list = async |query: &str| {
        let page = post.send(Method::GET, &format!("/api/templates/creator?{query}"), &post.owner, json!({})).await.expect(200);
        let ids = page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned());
        ids.collect::<Vec<_>>()
    };
    let organizations = format!("/api/templates/organizations/{}", post.organization);
    post.send(Method::POST, &organizations, &post.owner, welcome("refund")).await.expect(201);
    assert_eq!(list("").await, [1, 2, 0].map(|index: usize| ids[index].clone()));
    assert_eq!(list("limit=1&page=2").await, [ids[2].clone()]);
    assert_eq!(list("name=refund").await, [2, 0].map(|index: usize| ids[index].clone()));
}

#[tokio::test]
async fn what_a_template_may_not_say_is_refused() {
    let post = Post::open().await;
    let create = |body: Value| post.send(Method::POST, "/api/templates/creator", &post.owner, body);
    let with = |field: &str, value: Value| {
        let mut body = welcome("receipt");
        body[field] = value;
        body
    };
    for (field, value) in [
        ("name", json!("Receipt")),
        ("name", json!("-a-")),
        ("name", json!("a".repeat(101))),
        ("name", json!("ab")),
        ("subject", json!("")),
        ("subject", json!("x".repeat(501))),
        ("subject", json!("Hello\r\nBcc: x@y.test")),
        ("subject", json!("a\u{0000}b")),
        ("htmlBody", json!("")),
        ("htmlBody", json!("x".repeat(100_001))),
        ("htmlBody", json!("a\u{0000}b")),
        ("textBody", json!("a\u{0007}b")),
        ("description", json!("x".repeat(1001))),
        ("status", json!("published")),
        ("scope", json!("global")),
        ("organizationId", json!(post.organization)),
    ] {
        assert_eq!(create(with(field, value.clone())).await.expect_error(400), "VALIDATION_ERROR", "{field} {value:.40}");
    }
    for (field, value, code) in [
        ("subject", "Hi {{nobody}}", "UNKNOWN_VARIABLE"),
        ("textBody", "{{ newEmail }}", "UNKNOWN_VARIABLE"),
        ("htmlBody", "<a href=\"https://x.test/?{{secret}}\">x</a>", "UNKNOWN_VARIABLE"),
        ("htmlBody", "<script>alert(1)</script>", "TEMPLATE_REFUSED"),
        ("htmlBody", "<a href=\"javascript:alert(1)\">x</a>", "TEMPLATE_REFUSED"),
        ("subject", "Hi {{name", "TEMPLATE_REFUSED"),
    ] {
        let refused = create(with(field, json!(value))).await.expect(422);
        assert_eq!(refused["error"]["code"], code, "{field} {value}");
        assert_eq!(refused["error"]["details"]["issues"][0]["path"], field);
    }
    let id = id_of(&create(with("name", json!("receipt"))).await.expect(201));
    let patch = async |body: Value| post.send(Method::PATCH, &format!("/api/templates/creator/{id}"), &post.owner, body).await;
    assert_eq!(patch(json!({ "htmlBody": "<p>{{newEmail}}</p>" })).await.expect_error(422), "UNKNOWN_VARIABLE");
    assert_eq!(patch(json!({ "name": "refund" })).await.expect_error(400), "VALIDATION_ERROR");
    for field in ["subject", "htmlBody", "textBody", "status"] {
        assert_eq!(patch(json!({ field: null })).await.expect_error(400), "VALIDATION_ERROR", "{field} cannot be removed");
    }
}

#[tokio::test]
async fn only_whose_they_are_may() {
    let post = Post::open().await;
    let [admin, creator, member, stranger, boss] = [
        ("admin", Role::Customer),
        ("creator", Role::Creator),
        ("member", Role::Customer),
        ("stranger", Role::Creator),
        ("boss", Role::PlatformOwner),
    ]
    .map(|(name, role)| post.app.person(name, role));
    let (admin, creator, member, stranger, boss) = (admin.await, creator.await, member.await, stranger.await, boss.await);
    for (person, role) in [(&admin, "admin"), (&creator, "creator"), (&member, "member")] {
        post.join(person, role).await;
    }
    let path = format!("/api/templates/organizations/{}", post.organization);
    let id = id_of(&post.send(Method::POST, &path, &post.owner, welcome("receipt")).await.expect(201));
    let one = format!("{path}/{id}");
    for (person, status) in [(&admin, 200), (&boss, 200), (&creator, 403), (&member, 403), (&stranger, 404)] {
        for path in [&path, &one] {
            assert_eq!(post.send(Method::GET, path, person, json!({})).await.status, status);
        }
        let changed = post.send(Method::PATCH, &one, person, json!({ "nonsense": 1 })).await.status;
        assert_eq!(changed, if status == 200 { 400 } else { status }, "who may not does not hear what was wrong");
        let previewed = post.send(Method::POST, &format!("/api/templates/{id}/preview"), person, json!({})).await.status;
        assert_eq!(previewed, if status == 200 { 200 } else { 404 });
    }
    for (another, who) in
        [("/api/templates/creator", &post.owner), ("/api/templates/creator", &boss), ("/api/templates/global", &boss)]
    {
        for method in [Method::GET, Method::PATCH, Method::DELETE] {
            let found = post.send(method.clone(), &format!("{another}/{id}"), who, json!({})).await;
            assert_eq!(found.expect_error(404), "NOT_FOUND", "not by another scope's path: {method} {another}");
        }
    }
    post.send(Method::GET, &one, &post.owner, json!({})).await.expect(200);
    post.app.run(&format!("UPDATE organizations SET deleted_at = now() WHERE id = '{}'", post.organization)).await;
    assert_eq!(post.send(Method::GET, &path, &post.owner, json!({})).await.status, 404, "nor once it is gone");
}

#[tokio::test]
async fn what_is_somebody_elses_does_not_exist() {
    let post = Post::open().await;
    let boss = post.app.person("boss", Role::PlatformOwner).await;
    let create = async |path: &str, who| id_of(&post.send(Method::POST, path, who, welcome("receipt")).await.expect(201));
    let creators = create("/api/templates/creator", &post.owner).await;
    let organizations = create(&format!("/api/templates/organizations/{}", post.organization), &post.owner).await;
    let other = post.app.person("other", Role::Creator).await;
    let global = create("/api/templates/global", &boss).await;
    let things = [
        Thing { under: "/api/templates/global/", id: &global },
        Thing { under: "/api/templates/creator/", id: &creators },
        Thing { under: "/api/templates/organizations/", id: &post.organization },
        Thing { under: "/api/templates/{id}/", id: &organizations },
        Thing { under: "/api/deliveries/organizations/", id: &post.organization },
    ];
    let bodies =
        [("templates.create", welcome("receipt")), ("templates.test_send", json!({ "recipientEmail": "other@example.com" }))];
    foreign_things_walk(&post.app, &api(), &other, &things, &bodies).await;
    let previewed = post.send(Method::POST, &format!("/api/templates/{global}/preview"), &other, json!({})).await;
    assert_eq!(previewed.expect_error(404), "NOT_FOUND");
}

/// Who may change a template may look at it and try it, and nobody else.
#[tokio::test]
async fn a_template_is_tried_by_those_whose_it_is() {
    let post = Post::open().await;
    let boss = post.app.person("boss", Role::PlatformOwner).await;
    let colleague = post.app.person("colleague", Role::Creator).await;
    let other = post.app.person("other", Role::Creator).await;
    post.join(&colleague, "creator").await;
    post.app.run("DELETE FROM outbox; UPDATE users SET email_verified_at = now()").await;
    let organizations = format!("/api/templates/organizations/{}", post.organization);
    let people = [("owner", &post.owner), ("boss", &boss), ("colleague", &colleague), ("other", &other)];
    let acts = async |id: &str, (name, person): (&str, &Person)| {
        let own = json!({ "recipientEmail": format!("{name}@example.com"), "data": {} });
        let shown = post.send(Method::POST, &format!("/api/templates/{id}/preview"), person, json!({})).await;
        let tried = post.send(Method::POST, &format!("/api/templates/{id}/test-send"), person, own).await;
        (shown.status.as_u16(), tried.status.as_u16())
    };
    let mut ids = Vec::new();
    for (path, whose, may) in [
        ("/api/templates/creator", &post.owner, ["owner"].as_slice()),
        (organizations.as_str(), &post.owner, &["owner", "boss"]),
        ("/api/templates/global", &boss, &["boss"]),
    ] {
        let id = id_of(&post.send(Method::POST, path, whose, welcome("receipt")).await.expect(201));
        for who in people {
            let expected = if may.contains(&who.0) { (200, 204) } else { (404, 404) };
            assert_eq!(acts(&id, who).await, expected, "{} at {path}", who.0);
        }
        ids.push(id);
    }
    for (of, count) in [("organization_id IS NOT NULL", 2), ("creator_id IS NOT NULL", 1), ("template_id IS NOT NULL", 4)] {
        assert_eq!(post.app.count(&format!("outbox WHERE {of}")).await, count, "{of}: it looks as the real one will");
    }
    post.deliver().await;
    let subjects: Vec<Value> = post.app.mails().iter().map(|mail| mail["subject"].clone()).collect();
    assert_eq!(subjects, vec![json!("[Test] Hello Ada"); 4], "an example stands in, and not whoever tries it");
    post.app.run("UPDATE organizations SET deleted_at = now()").await;
    for who in people {
        assert_eq!(acts(&ids[1], who).await, (404, 404), "{}: the organization is gone", who.0);
    }
}

#[tokio::test]
async fn a_preview_shows_what_will_be_sent() {
    let post = Post::open().await;
    let path = format!("/api/templates/organizations/{}", post.organization);
    let id = id_of(&post.send(Method::POST, &path, &post.owner, welcome("receipt")).await.expect(201));
    let preview = async |body: Value| post.send(Method::POST, &format!("/api/templates/{id}/preview"), &post.owner, body).await;
    let shown = preview(json!({})).await.expect(200);
    assert_eq!(shown["data"]["subject"], "Hello Ada", "an example stands in");
    let data = json!({ "name": "<b>Bo</b>\r\nBcc: x", "link": "javascript:alert(1)" });
    let shown = preview(json!({ "data": data })).await.expect(200)["data"].clone();
    assert_eq!(shown["subject"], "Hello <b>Bo</b>  Bcc: x");
    let html = shown["html"].as_str().unwrap();
    assert!(
        html.contains("&lt;b&gt;Bo&lt;/b&gt;") && !html.contains("javascript") && html.contains("Yoga &amp; Söhne"),
        "{html}"
    );
    assert_eq!(shown["text"], "Hello <b>Bo</b>  Bcc: x: http://localhost:3000/library");
    for bad in [
        json!({ "data": { "name": ["x"] } }),
        json!({ "data": { "name": "x".repeat(2001) } }),
        json!({ "data": { "a\u{0000}": 1 } }),
    ] {
        assert_eq!(preview(bad).await.expect_error(400), "VALIDATION_ERROR");
    }
    post.app.run("UPDATE organizations SET platform_name = 'Yoga TV'").await;
    let renamed = preview(json!({})).await.expect(200);
    assert!(renamed["data"]["html"].as_str().unwrap().contains("Yoga TV"), "as it calls its own platform: {renamed}");
    let standard = post.send(Method::GET, "/api/templates/standard", &post.owner, json!({})).await.expect(200);
    let receipt = standard["data"].as_array().unwrap().iter().find(|mail| mail["name"] == "receipt").unwrap().clone();
    let mut own = json!({ "name": "receipt" });
    for field in ["subject", "htmlBody", "textBody"] {
        own[field] = receipt[field].clone();
    }
    post.send(Method::POST, &path, &post.owner, own).await.expect(201);
}

#[tokio::test]
async fn a_trial_goes_to_nobody_who_did_not_ask_for_it() {
    let post = Post::open().await;
    let colleague = post.app.person("colleague", Role::Customer).await;
    post.join(&colleague, "member").await;
    let stranger = post.app.person("stranger", Role::Customer).await;
    post.found("019aa000-0000-7000-8000-000000000002", "Others", "others", &stranger).await;
    let boss = post.app.person("boss", Role::PlatformOwner).await;
    post.app.run("DELETE FROM outbox").await;
    let path = format!("/api/templates/organizations/{}", post.organization);
    let in_use =
        json!({ "name": "receipt", "subject": "In use", "htmlBody": "<p>In use</p>", "textBody": "In use", "status": "active" });
    post.send(Method::POST, &path, &post.owner, in_use).await.expect(201);
    let id = id_of(&post.send(Method::POST, &path, &post.owner, welcome("receipt")).await.expect(201));
    let to = async |email: &str| {
        let body = json!({ "recipientEmail": email, "data": { "name": "Bo" } });
        post.send(Method::POST, &format!("/api/templates/{id}/test-send"), &post.owner, body).await
    };
    for stranger in ["stranger@example.com", "nobody@example.com", "colleague@example.com"] {
        assert_eq!(to(stranger).await.expect_error(422), "RECIPIENT_NOT_ALLOWED", "{stranger}: not theirs, or not verified");
    }
    assert_eq!(to("not an address").await.expect_error(400), "VALIDATION_ERROR");
    post.app.run("UPDATE users SET email_verified_at = now()").await;
    // Not even who runs the platform writes to somebody of another organization.
    let body = json!({ "recipientEmail": "stranger@example.com", "data": {} });
    let elsewhere = post.send(Method::POST, &format!("/api/templates/{id}/test-send"), &boss, body).await;
    assert_eq!(elsewhere.expect_error(422), "RECIPIENT_NOT_ALLOWED");
    to("colleague@example.com").await.expect(204);
    to("Owner@Example.com").await.expect(204);
    assert_eq!(post.deliver().await.sent, 2);
    let mails = post.app.mails();
    assert!(mails.iter().all(|mail| mail["subject"] == "[Test] Hello Bo"), "a draft can be tried: {mails:?}");
    assert!(mails[0]["text"].as_str().unwrap().contains("https://example.com/"), "an example stands in");
    let queued = post.app.platform().mail_queue.get().unwrap().messages();
    assert_eq!(queued.len(), 2, "the deliverer is woken");
}

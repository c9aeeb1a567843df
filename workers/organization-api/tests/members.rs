//! Members: who sees them, who makes them what, and that an owner remains.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod house;

use std::sync::Arc;

use codex_identity::Role;
use codex_testkit::TestApp;
use house::House;
use http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn members_are_listed_for_members() {
    let house = House::new().await;
    let list = house.get("/members?limit=2", &house.admin).await.expect(200);
    assert_eq!(list["pagination"], json!({ "page": 1, "limit": 2, "total": 3, "totalPages": 2 }));
    assert_eq!((&list["items"][0]["role"], &list["items"][0]["email"]), (&json!("owner"), &json!("owner@example.com")));
    assert_eq!(house.get("/members?page=2&limit=2", &house.admin).await.expect(200)["items"][0]["role"], "member");
    assert_eq!(
        house.get("/members", &house.member).await.expect(200)["items"][0]["email"],
        Value::Null,
        "addresses are for managers"
    );
    let admins = house.get("/members?role=admin", &house.member).await.expect(200);
    assert_eq!((&admins["pagination"]["total"], &admins["items"][0]["userId"]), (&json!(1), &json!(house.admin.id)));
    assert_eq!(house.get("/members?role=boss", &house.member).await.expect_error(400), "VALIDATION_ERROR");
    assert_eq!(house.get("/members", &house.stranger).await.expect_error(404), "NOT_FOUND");
    assert_eq!(house.get("/members/my-membership", &house.member).await.expect(200)["data"]["role"], "member");
    assert_eq!(house.get("/members/my-membership", &house.stranger).await.expect(200)["data"], Value::Null);
}

#[tokio::test]
async fn roles_are_given_by_those_above() {
    let house = House::new().await;
    let give = async |who, whom: &codex_testkit::Person, role: &str| {
        house.call(Method::PATCH, &format!("/members/{}", whom.id), who, json!({ "role": role })).await
    };
    assert_eq!(give(&house.member, &house.member, "admin").await.expect_error(403), "FORBIDDEN", "nobody lifts themselves");
    assert_eq!(give(&house.admin, &house.member, "owner").await.expect_error(403), "FORBIDDEN", "only an owner makes owners");
    assert_eq!(give(&house.admin, &house.admin, "owner").await.expect_error(403), "FORBIDDEN");
    assert_eq!(give(&house.admin, &house.owner, "member").await.expect_error(403), "FORBIDDEN");
    assert_eq!(give(&house.admin, &house.stranger, "admin").await.expect_error(404), "NOT_FOUND");
    assert_eq!(give(&house.stranger, &house.member, "admin").await.expect_error(404), "NOT_FOUND");
    assert_eq!(give(&house.owner, &house.owner, "admin").await.expect_error(422), "LAST_OWNER");
    let member = give(&house.admin, &house.member, "creator").await.expect(200);
    assert_eq!((&member["data"]["role"], &member["data"]["userId"]), (&json!("creator"), &json!(house.member.id)));
    give(&house.admin, &house.member, "creator").await.expect(200);
    assert_eq!(
        house.app.count("outbox WHERE template = 'role-changed' AND recipient = 'member@example.com'").await,
        1,
        "told once"
    );
    assert_eq!(
        house.app.count("users WHERE role = 'creator' AND email = 'member@example.com'").await,
        1,
        "who creates there is a creator"
    );
    give(&house.owner, &house.member, "owner").await.expect(200);
    give(&house.member, &house.owner, "member").await.expect(200);
    assert_eq!(give(&house.owner, &house.member, "member").await.expect_error(403), "FORBIDDEN", "an owner no more, at once");
}

/// All at once, and over again: what holds by chance does not hold fifty times.
#[tokio::test]
async fn two_owners_who_demote_each_other_leave_one() {
    let house = Arc::new(House::new().await);
    for round in 0..50 {
        house.app.run("UPDATE organization_members SET role = 'owner' WHERE role IN ('owner', 'admin')").await;
        let attempt = |who: codex_testkit::Person, whom: codex_testkit::Person| {
            let house = house.clone();
            tokio::spawn(async move {
                let path = format!("/members/{}", whom.id);
                match round % 3 {
                    0 => house.call(Method::PATCH, &path, &who, json!({ "role": "admin" })).await,
                    1 => house.call(Method::PATCH, &format!("/members/{}", who.id), &who, json!({ "role": "admin" })).await,
                    _ => house.call(Method::POST, "/transfer", &who, json!({ "userId": whom.id })).await,
                }
                .status
                .as_u16()
            })
        };
        let pair = [attempt(house.owner.clone(), house.admin.clone()), attempt(house.admin.clone(), house.owner.clone())];
        let mut statuses = Vec::new();
        for attempt in pair {
            statuses.push(attempt.await.unwrap());
        }
        let owners = house.app.count("organization_members WHERE role = 'owner'").await;
        assert!(owners >= 1, "round {round}: nobody owns it: {statuses:?}");
        if round % 3 < 2 {
            assert_eq!(owners, 1, "round {round}: {statuses:?}");
        }
    }
}

#[tokio::test]
async fn two_owners_who_leave_at_once_leave_one() {
    let house = Arc::new(House::new().await);
    for round in 0..9 {
        house.app.run("UPDATE organization_members SET role = 'owner' WHERE role IN ('owner', 'admin')").await;
        let leave = |who: codex_testkit::Person| {
            let house = house.clone();
            tokio::spawn(async move { house.call(Method::POST, "/leave", &who, Value::Null).await.status.as_u16() })
        };
        let mut statuses = Vec::new();
        for attempt in [leave(house.owner.clone()), leave(house.admin.clone())] {
            statuses.push(attempt.await.unwrap());
        }
        statuses.sort_unstable();
        assert_eq!(statuses, [204, 422], "round {round}");
        assert_eq!(house.app.count("organization_members WHERE role = 'owner'").await, 1);
        house.app.run("DELETE FROM organization_members WHERE role = 'owner'").await;
        house.join(&house.owner, "owner").await;
        house.join(&house.admin, "owner").await;
    }
}

#[tokio::test]
async fn members_leave_and_are_removed() {
    let house = House::new().await;
    let remove = async |who, whom: &codex_testkit::Person| {
        house.call(Method::DELETE, &format!("/members/{}", whom.id), who, Value::Null).await
    };
    assert_eq!(remove(&house.member, &house.admin).await.expect_error(403), "FORBIDDEN");
    assert_eq!(remove(&house.admin, &house.owner).await.expect_error(403), "FORBIDDEN");
    assert_eq!(remove(&house.stranger, &house.member).await.expect_error(404), "NOT_FOUND");
    assert_eq!(remove(&house.owner, &house.stranger).await.expect_error(404), "NOT_FOUND");
    assert_eq!(remove(&house.owner, &house.owner).await.expect_error(422), "LAST_OWNER");
    house.get("/members", &house.member).await.expect(200);
    remove(&house.admin, &house.member).await.expect(204);
    assert_eq!(house.get("/members", &house.member).await.expect_error(404), "NOT_FOUND", "the next request is refused");
    remove(&house.admin, &house.admin).await.expect(204);
    assert_eq!(house.call(Method::PATCH, "", &house.admin, json!({ "name": "Mine" })).await.expect_error(404), "NOT_FOUND");
    assert_eq!(house.call(Method::POST, "/leave", &house.owner, Value::Null).await.expect_error(422), "LAST_OWNER");
}

#[tokio::test]
async fn ownership_is_handed_over() {
    let house = House::new().await;
    let transfer =
        async |who, whom: &codex_testkit::Person| house.call(Method::POST, "/transfer", who, json!({ "userId": whom.id })).await;
    assert_eq!(transfer(&house.admin, &house.member).await.expect_error(403), "FORBIDDEN");
    assert_eq!(transfer(&house.stranger, &house.stranger).await.expect_error(422), "ALREADY_OWNER");
    assert_eq!(transfer(&house.stranger, &house.member).await.expect_error(404), "NOT_FOUND");
    assert_eq!(transfer(&house.owner, &house.stranger).await.expect_error(404), "NOT_FOUND", "to members only");
    transfer(&house.owner, &house.member).await.expect(204);
    let role = async |who| house.get("/members/my-membership", who).await.expect(200)["data"]["role"].clone();
    assert_eq!((role(&house.member).await, role(&house.owner).await), (json!("owner"), json!("admin")));
    assert_eq!(transfer(&house.owner, &house.admin).await.expect_error(403), "FORBIDDEN");
    assert_eq!(house.app.count("outbox WHERE template = 'role-changed' AND data ->> 'role' = 'owner'").await, 1);
}

#[tokio::test]
async fn a_removed_member_is_refused_by_the_content_worker_too() {
    let house = House::new().await;
    let content = TestApp::on(codex_content_api::api(), house.app.database_url.clone(), &[]);
    let creator = content.person("creator", Role::Creator).await;
    house.join(&creator, "creator").await;
    let create = async |slug: &str| {
        let body = json!({ "title": "A", "slug": slug, "contentType": "written", "contentBody": "Text", "visibility": "members_only", "organizationId": house.id });
        content.post("/api/content").cookie(&creator.cookie).json(&body).send().await
    };
    let id = create("one").await.expect(201)["data"]["id"].as_str().unwrap().to_owned();
    content.post(&format!("/api/content/{id}/publish")).cookie(&creator.cookie).send().await.expect(200);
    let watch = async || {
        let progress = json!({ "positionSeconds": 1, "durationSeconds": 4, "completed": false });
        let call = content.post(&format!("/api/access/content/{id}/progress")).cookie(&house.member.cookie);
        call.json(&progress).send().await.status.as_u16()
    };
    assert_eq!(watch().await, 204);
    for person in [&creator, &house.member] {
        house.call(Method::DELETE, &format!("/members/{}", person.id), &house.owner, Value::Null).await.expect(204);
    }
    assert_eq!(watch().await, 403, "what is for members is closed at the next request");
    assert_eq!(create("two").await.expect_error(404), "NOT_FOUND", "and so is publishing there");
}

#[tokio::test]
async fn followers_are_counted_once() {
    let house = Arc::new(House::new().await);
    let count = async || {
        house.app.get(&format!("/api/organizations/{}/followers/count", house.id)).send().await.expect(200)["data"]["count"]
            .clone()
    };
    let follow = async |method| house.call(method, "/followers", &house.stranger, Value::Null).await;
    assert_eq!(house.get("/followers/me", &house.stranger).await.expect(200)["data"]["following"], false);
    let at_once: Vec<_> = (0..10)
        .map(|_| {
            let house = house.clone();
            tokio::spawn(
                async move { house.call(Method::POST, "/followers", &house.stranger, Value::Null).await.status.as_u16() },
            )
        })
        .collect();
    for attempt in at_once {
        assert_eq!(attempt.await.unwrap(), 204);
    }
    assert_eq!(count().await, 1);
    assert_eq!(house.get("/followers/me", &house.stranger).await.expect(200)["data"]["following"], true);
    let followed = async |who| {
        let listed = house.at(Method::GET, "/api/organizations/followed", who, Value::Null).await.expect(200);
        (listed["pagination"]["total"].clone(), listed["items"][0]["slug"].clone())
    };
    assert_eq!(followed(&house.stranger).await, (json!(1), json!("yoga")));
    assert_eq!(followed(&house.member).await, (json!(0), Value::Null), "what others follow is theirs");
    for _ in 0..2 {
        follow(Method::DELETE).await.expect(204);
        assert_eq!(count().await, 0);
    }
    house.call(Method::PUT, "/settings/features", &house.owner, json!({ "signups": false })).await.expect(200);
    assert_eq!(follow(Method::POST).await.expect_error(422), "SIGNUPS_DISABLED");
    assert_eq!(count().await, 0);
}

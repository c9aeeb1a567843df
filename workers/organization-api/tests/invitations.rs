//! Invitations: by mail, to people with an account and without, answered once.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod house;

use codex_identity::Role;
use house::House;
use http::Method;
use serde_json::{Value, json};

const ACCEPT: &str = "/api/organizations/invitations/accept";
const DECLINE: &str = "/api/organizations/invitations/decline";

#[tokio::test]
async fn somebody_without_an_account_is_invited_and_joins() {
    let house = House::new().await;
    let invite = async |path: &str| {
        house.call(Method::POST, path, &house.admin, json!({ "email": " New@Example.com", "role": "creator" })).await
    };
    let invitation = invite("/members").await.expect(201);
    assert_eq!((&invitation["data"]["email"], &invitation["data"]["status"]), (&json!("new@example.com"), &json!("pending")));
    assert!(!invitation.to_string().contains("token"), "the token is in the mail only: {invitation}");
    let mail = house.text("SELECT data::text FROM outbox WHERE recipient = 'new@example.com'").await;
    let mail: Value = serde_json::from_str(&mail).unwrap();
    assert_eq!(
        (&mail["organization"], &mail["inviter"], &mail["role"]),
        (&json!("Yoga Studio"), &json!("admin"), &json!("creator"))
    );
    assert!(mail["link"].as_str().unwrap().starts_with("http://localhost:3000/invitations?token="));
    assert_eq!(invite("/members/invite").await.expect_error(409), "ALREADY_INVITED");

    let token = house.token("new@example.com").await;
    assert_eq!(house.app.count(&format!("organization_invitations WHERE token_hash = '{token}'")).await, 0, "stored hashed");
    let new = house.app.person("new", Role::Customer).await;
    assert_eq!(
        house.at(Method::POST, ACCEPT, &house.stranger, json!({ "token": token })).await.expect_error(403),
        "INVITATION_FOR_ANOTHER"
    );
    assert_eq!(house.at(Method::POST, ACCEPT, &new, json!({ "token": "junk" })).await.expect_error(400), "INVALID_TOKEN");
    let joined = house.at(Method::POST, ACCEPT, &new, json!({ "token": token })).await;
    assert_ne!(joined.cookie(), new.cookie, "who becomes a creator goes on under another token");
    let joined = joined.expect(200);
    assert_eq!((&joined["data"]["id"], &joined["data"]["role"]), (&json!(house.id), &json!("creator")));
    assert_eq!(
        house.at(Method::POST, ACCEPT, &new, json!({ "token": token })).await.expect(200),
        joined,
        "a retry is told the same"
    );
    assert_eq!(house.app.count("users WHERE email = 'new@example.com' AND role = 'creator'").await, 1);
    assert_eq!(invite("/members").await.expect_error(409), "ALREADY_MEMBER");
    house.call(Method::DELETE, &format!("/members/{}", new.id), &house.owner, Value::Null).await.expect(204);
    assert_eq!(
        house.at(Method::POST, ACCEPT, &new, json!({ "token": token })).await.expect_error(400),
        "INVALID_TOKEN",
        "no way back in"
    );
}

#[tokio::test]
async fn only_those_who_may_invite() {
    let house = House::new().await;
    let invite = async |who, role: &str| {
        house.call(Method::POST, "/members", who, json!({ "email": "a@example.com", "role": role })).await
    };
    assert_eq!(invite(&house.member, "member").await.expect_error(403), "FORBIDDEN");
    assert_eq!(invite(&house.stranger, "member").await.expect_error(404), "NOT_FOUND");
    assert_eq!(invite(&house.admin, "owner").await.expect_error(403), "FORBIDDEN", "only an owner makes owners");
    assert_eq!(invite(&house.admin, "boss").await.expect_error(400), "VALIDATION_ERROR");
    assert_eq!(house.app.count("outbox WHERE template = 'invitation'").await, 0, "and no mail left");
    invite(&house.owner, "owner").await.expect(201);
    let id = house.id.clone();
    house
        .app
        .run(&format!(
            "INSERT INTO organization_invitations (id, organization_id, email, role, token_hash, created_at, sent_at, expires_at)
             SELECT gen_random_uuid(), '{id}', n || '@example.org', 'member', n::text, now(), now(), now() + interval '1 day' FROM generate_series(1, 499) n"
        ))
        .await;
    let full = house.call(Method::POST, "/members", &house.owner, json!({ "email": "b@example.com", "role": "member" })).await;
    assert_eq!(full.expect_error(422), "TOO_MANY_INVITATIONS");
}

#[tokio::test]
async fn an_invitation_is_declined_resent_revoked_and_expires() {
    let house = House::new().await;
    let invite =
        async |email: &str| house.call(Method::POST, "/members", &house.owner, json!({ "email": email, "role": "member" })).await;
    let id = |invitation: &Value| invitation["data"]["id"].as_str().unwrap().to_owned();
    let statuses = async |filter: &str| {
        house.get(&format!("/invitations{filter}"), &house.admin).await.expect(200)["pagination"]["total"].clone()
    };

    invite("stranger@example.com").await.expect(201);
    let token = house.token("stranger@example.com").await;
    for _ in 0..2 {
        house.app.post(DECLINE).json(&json!({ "token": token })).send().await.expect(204);
    }
    assert_eq!(
        house.at(Method::POST, ACCEPT, &house.stranger, json!({ "token": token })).await.expect_error(400),
        "INVALID_TOKEN"
    );

    let invitation = id(&invite("stranger@example.com").await.expect(201));
    let first = house.token("stranger@example.com").await;
    let resend = async |who| house.call(Method::POST, &format!("/invitations/{invitation}/resend"), who, Value::Null).await;
    assert_eq!(resend(&house.owner).await.expect_error(429), "RATE_LIMITED");
    house.app.run("UPDATE organization_invitations SET sent_at = now() - interval '2 minutes', expires_at = now() - interval '1 minute'").await;
    assert_eq!(statuses("?status=expired").await, 1);
    assert_eq!(
        house.at(Method::POST, ACCEPT, &house.stranger, json!({ "token": first })).await.expect_error(400),
        "INVALID_TOKEN",
        "expired"
    );
    assert_eq!(resend(&house.member).await.expect_error(403), "FORBIDDEN");
    assert_eq!(resend(&house.stranger).await.expect_error(404), "NOT_FOUND");
    assert_eq!(resend(&house.admin).await.expect(200)["data"]["status"], "pending");
    let second = house.token("stranger@example.com").await;
    assert_ne!(first, second);
    assert_eq!(
        house.at(Method::POST, ACCEPT, &house.stranger, json!({ "token": first })).await.expect_error(400),
        "INVALID_TOKEN",
        "the old link ended"
    );

    let revoke = async |who| house.call(Method::DELETE, &format!("/invitations/{invitation}"), who, Value::Null).await;
    assert_eq!(revoke(&house.member).await.expect_error(403), "FORBIDDEN");
    for _ in 0..2 {
        revoke(&house.admin).await.expect(204);
    }
    assert_eq!(
        house.at(Method::POST, ACCEPT, &house.stranger, json!({ "token": second })).await.expect_error(400),
        "INVALID_TOKEN",
        "revoked"
    );
    assert_eq!(resend(&house.owner).await.expect_error(404), "NOT_FOUND");

    house.app.run("UPDATE organization_invitations SET status = 'pending', expires_at = now() - interval '1 minute' WHERE status = 'revoked'").await;
    invite("stranger@example.com").await.expect(201);
    assert_eq!(statuses("?status=pending").await, 1, "an expired one gives way");
    assert_eq!(statuses("").await, 2);
    let third = house.token("stranger@example.com").await;
    house.at(Method::POST, ACCEPT, &house.stranger, json!({ "token": third })).await.expect(200);
    let list = house.get("/invitations?status=accepted", &house.owner).await.expect(200);
    assert_eq!(list["items"][0]["email"], "stranger@example.com");
    assert_eq!(house.get("/invitations", &house.member).await.expect_error(403), "FORBIDDEN");
    assert_eq!(house.get("/invitations?status=lost", &house.owner).await.expect_error(400), "VALIDATION_ERROR");
}

//! Tiers: who makes them, who sees them, and what stays when they change.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod house;

use codex_testkit::{Answer, Person};
use house::House;
use http::Method;
use serde_json::{Value, json};

impl House {
    async fn make(&self, who: &Person, changes: Value) -> Answer {
        let mut tier = json!({ "name": "Silver", "monthlyPriceCents": 500, "annualPriceCents": 5000 });
        tier.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        self.call(Method::POST, "/tiers", who, tier).await
    }

    async fn names(&self, who: &Person, query: &str) -> Vec<String> {
        let page = self.get(&format!("/tiers{query}"), who).await.expect(200);
        page["items"].as_array().unwrap().iter().map(|tier| tier["name"].as_str().unwrap().to_owned()).collect()
    }
}

#[tokio::test]
async fn they_are_made_by_those_who_manage_and_seen_by_everybody() {
    let house = House::new().await;
    let silver = house.make(&house.admin, json!({ "description": "All the old films" })).await.expect(201)["data"].clone();
    assert_eq!(
        (&silver["sortOrder"], &silver["currency"], &silver["status"], &silver["monthlyPriceCents"], &silver["annualPriceCents"]),
        (&json!(1), &json!("usd"), &json!("active"), &json!(500), &json!(5000))
    );
    house.make(&house.owner, json!({ "name": "Gold", "currency": "eur" })).await.expect(201);
    house.make(&house.owner, json!({ "name": "Bronze", "sortOrder": 0 })).await.expect(201);
    for who in [&house.member, &house.stranger, &house.owner] {
        assert_eq!(house.names(who, "").await, ["Bronze", "Silver", "Gold"], "the lowest first");
    }
    assert_eq!(house.names(&house.stranger, "?limit=1&page=2").await, ["Silver"]);
    let path = format!("/api/organizations/{}/tiers/{}", house.id, silver["id"].as_str().unwrap());
    assert_eq!(house.app.get(&path).send().await.expect(200)["data"], silver, "without an account, too");
    assert_eq!(house.make(&house.member, json!({})).await.expect_error(403), "FORBIDDEN");
    assert_eq!(house.make(&house.stranger, json!({})).await.expect_error(404), "NOT_FOUND");
    for bad in [
        json!({ "name": "" }),
        json!({ "name": "x".repeat(101) }),
        json!({ "monthlyPriceCents": 49 }),
        json!({ "annualPriceCents": 10_000_001 }),
        json!({ "annualPriceCents": null }),
        json!({ "currency": "USD" }),
        json!({ "sortOrder": 1001 }),
        json!({ "description": "x".repeat(5001) }),
        json!({ "stripePriceId": "price_1" }),
    ] {
        assert_eq!(house.make(&house.owner, bad.clone()).await.expect_error(400), "VALIDATION_ERROR", "{bad}");
    }
    let none = "/api/organizations/019aa000-0000-7000-8000-000000000001/tiers";
    assert_eq!(house.app.get(none).send().await.expect_error(404), "NOT_FOUND");
}

#[tokio::test]
async fn they_change_and_are_archived() {
    let house = House::new().await;
    let id = house.make(&house.owner, json!({})).await.expect(201)["data"]["id"].as_str().unwrap().to_owned();
    let path = format!("/tiers/{id}");
    let patch = async |who: &Person, body: Value| house.call(Method::PATCH, &path, who, body).await;
    let changed = patch(&house.admin, json!({ "name": "Gold", "monthlyPriceCents": 999, "description": null })).await.expect(200);
    assert_eq!(
        (&changed["data"]["name"], &changed["data"]["monthlyPriceCents"], &changed["data"]["annualPriceCents"]),
        (&json!("Gold"), &json!(999), &json!(5000))
    );
    assert_eq!(
        patch(&house.owner, json!({ "currency": "eur" })).await.expect_error(400),
        "VALIDATION_ERROR",
        "a price keeps its currency"
    );
    assert_eq!(patch(&house.owner, json!({ "name": null })).await.expect_error(400), "VALIDATION_ERROR");
    for (who, status) in [(&house.member, 403), (&house.stranger, 404)] {
        assert_eq!(patch(who, json!({ "name": "Mine" })).await.status, status);
        assert_eq!(house.call(Method::DELETE, &path, who, Value::Null).await.status, status);
    }
    // Another organization's owner has no say, and another organization's address leads nowhere.
    let other =
        house.app.post("/api/organizations").cookie(&house.stranger.cookie).json(&json!({ "name": "Other", "slug": "other" }));
    let other = other.send().await.expect(201)["data"]["id"].as_str().unwrap().to_owned();
    let foreign = format!("/api/organizations/{other}/tiers/{id}");
    assert_eq!(
        house.at(Method::PATCH, &foreign, &house.stranger, json!({ "name": "Mine" })).await.expect_error(404),
        "NOT_FOUND"
    );
    assert_eq!(house.app.get(&foreign).send().await.expect_error(404), "NOT_FOUND");

    for _ in 0..2 {
        house.call(Method::DELETE, &path, &house.owner, Value::Null).await.expect(204);
    }
    assert!(house.names(&house.owner, "").await.is_empty());
    assert_eq!(house.names(&house.admin, "?status=archived").await, ["Gold"]);
    assert!(house.names(&house.member, "?status=archived").await.is_empty());
    assert_eq!(house.get(&path, &house.member).await.expect_error(404), "NOT_FOUND");
    assert_eq!(house.get(&path, &house.admin).await.expect(200)["data"]["status"], "archived");
    patch(&house.owner, json!({ "status": "active" })).await.expect(200);
    assert_eq!(house.names(&house.stranger, "").await, ["Gold"]);
}

#[tokio::test]
async fn a_switch_turns_them_off_and_there_are_twenty_at_most() {
    let house = House::new().await;
    let id = house.make(&house.owner, json!({})).await.expect(201)["data"]["id"].as_str().unwrap().to_owned();
    house.call(Method::PATCH, "/settings", &house.owner, json!({ "features": { "subscriptions": false } })).await.expect(200);
    assert_eq!(house.make(&house.owner, json!({})).await.expect_error(422), "SUBSCRIPTIONS_DISABLED");
    assert!(house.names(&house.stranger, "").await.is_empty());
    assert_eq!(house.names(&house.owner, "").await, ["Silver"]);
    let path = format!("/tiers/{id}");
    house.call(Method::DELETE, &path, &house.owner, Value::Null).await.expect(204);
    let again = json!({ "status": "active" });
    assert_eq!(house.call(Method::PATCH, &path, &house.owner, again.clone()).await.expect_error(422), "SUBSCRIPTIONS_DISABLED");
    house.call(Method::PATCH, "/settings", &house.owner, json!({ "features": { "subscriptions": true } })).await.expect(200);
    for _ in 0..20 {
        house.make(&house.owner, json!({})).await.expect(201);
    }
    assert_eq!(house.make(&house.owner, json!({})).await.expect_error(422), "TOO_MANY_TIERS");
    assert_eq!(house.call(Method::PATCH, &path, &house.owner, again).await.expect_error(422), "TOO_MANY_TIERS");
}

//! What a subscription opens, and until when.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod club;
mod shop;

use club::Club;
use http::Method;
use serde_json::{Value, json};
use shop::now;

const DAY: i64 = 86_400;
const CREATED: &str = "customer.subscription.created";
const UPDATED: &str = "customer.subscription.updated";

#[tokio::test]
async fn a_tier_opens_what_it_and_those_below_ask_for_until_the_period_ends() {
    let club = Club::open().await;
    let (silver, gold) = (club.writes_for(&club.silver, json!({})).await, club.writes_for(&club.gold, json!({})).await);
    let any = club.writes_for("x", json!({ "minimumTierId": null, "accessType": "subscribers", "visibility": null })).await;
    let sold = club.writes_for(&club.silver, json!({ "visibility": "purchased_only", "priceCents": 500 })).await;
    let team = club.writes_for("x", json!({ "minimumTierId": null })).await;
    for content in [&silver, &gold, &any, &sold, &team] {
        assert!(!club.reads(content, 0).await);
    }
    // A membership opens no tier.
    let join = format!(
        "INSERT INTO organization_members VALUES ('{}', '{}', 'member', now())",
        club.organization_id, club.shop.buyer_id
    );
    club.shop.app.execute(&join).await;
    assert!(
        !club.reads(&silver, 0).await && !club.reads(&sold, 0).await && club.reads(&team, 0).await && club.reads(&any, 0).await
    );
    club.shop.app.execute("DELETE FROM organization_members WHERE role = 'member'").await;

    club.shop.app.execute(&format!("INSERT INTO tier_products VALUES ('{0}', 'prod_1', 'Gold'); INSERT INTO tier_prices VALUES ('price_gold', '{0}', 'monthly', 999, now())", club.gold)).await;
    club.news("evt_1", CREATED, &json!({})).await;
    for content in [&silver, &gold, &any, &sold] {
        assert!(club.reads(content, 0).await);
    }
    assert!(!club.reads(&team, 0).await, "a subscriber is no member");
    let (end, slack) = (30 * DAY, 3600);
    assert!(
        club.reads(&gold, end + slack - 600).await && !club.reads(&gold, end + slack + 60).await,
        "an hour for the renewal's news"
    );
    let ending = json!({ "cancel_at_period_end": true });
    club.news("evt_2", UPDATED, &ending).await;
    assert!(club.reads(&gold, end - 600).await && !club.reads(&gold, end + 60).await && !club.reads(&any, end + 60).await);
    club.news("evt_3", UPDATED, &json!({ "status": "past_due" })).await;
    assert!(club.reads(&gold, 7 * DAY - 600).await && !club.reads(&gold, 7 * DAY + 60).await, "a week of grace");
    for (event, status) in [("evt_4", "unpaid"), ("evt_5", "paused"), ("evt_6", "incomplete")] {
        club.news(event, UPDATED, &json!({ "status": status })).await;
        assert!(!club.reads(&silver, 0).await, "{status}");
    }
    // A lower tier opens what is low.
    club.shop
        .app
        .execute(&format!("INSERT INTO tier_prices VALUES ('price_silver', '{}', 'monthly', 500, now())", club.silver))
        .await;
    let item = club.item("price_silver", 500, "month", now(), now() + end);
    club.news("evt_7", UPDATED, &json!({ "items": { "data": [item] } })).await;
    assert!(club.reads(&silver, 0).await && club.reads(&any, 0).await && !club.reads(&gold, 0).await);
    let reasons =
        club.shop.content_api.get("/api/user/library?reason=subscriber").cookie(&club.shop.buyer).send().await.expect(200);
    assert_eq!(reasons["pagination"]["total"], 3);
    assert_eq!(club.subscriptions().await[0]["tierName"], "Silver");
}

#[tokio::test]
async fn a_content_names_tiers_of_its_own_organization_only() {
    let club = Club::open().await;
    let founder = club.shop.buyer.clone();
    let other = json!({ "name": "Other", "slug": "other" });
    let other = club.organizations.post("/api/organizations").cookie(&founder).json(&other).send().await.expect(201);
    let path = format!("/api/organizations/{}/tiers", other["data"]["id"].as_str().unwrap());
    let tier = json!({ "name": "Bronze", "monthlyPriceCents": 100, "annualPriceCents": 1000 });
    let bronze = club.organizations.post(&path).cookie(&founder).json(&tier).send().await.expect(201)["data"]["id"].clone();
    let text = |tier: &Value, visibility: &str| json!({ "title": "x", "contentType": "written", "organizationId": club.organization_id, "visibility": visibility, "minimumTierId": tier });
    let create = |body: Value| club.shop.content_api.post("/api/content").cookie(&club.shop.creator).json(&body).send();
    assert_eq!(create(text(&bronze, "members_only")).await.expect_error(404), "NOT_FOUND");
    assert_eq!(create(text(&json!(club.gold), "public")).await.expect_error(422), "TIER_NEEDS_VISIBILITY");
    let alone = json!({ "title": "x", "contentType": "written", "visibility": "members_only", "minimumTierId": club.gold });
    assert_eq!(create(alone).await.expect_error(404), "NOT_FOUND");
    let made = create(text(&json!(club.gold), "members_only")).await.expect(201);
    assert_eq!(made["data"]["minimumTierId"], club.gold.as_str());
    let path = format!("/api/content/{}", made["data"]["id"].as_str().unwrap());
    let patch = |body: Value| club.shop.content_api.call(Method::PATCH, &path).cookie(&club.shop.creator).json(&body).send();
    assert_eq!(patch(json!({ "minimumTierId": bronze })).await.expect_error(404), "NOT_FOUND");
    assert_eq!(patch(json!({ "visibility": "public" })).await.expect_error(422), "TIER_NEEDS_VISIBILITY");
    assert_eq!(patch(json!({ "title": "y" })).await.expect(200)["data"]["minimumTierId"], club.gold.as_str());
    assert_eq!(
        patch(json!({ "minimumTierId": null, "visibility": "public" })).await.expect(200)["data"]["minimumTierId"],
        Value::Null
    );
    club.shop.app.execute("UPDATE tiers SET status = 'archived'").await;
    assert_eq!(patch(json!({ "minimumTierId": club.gold, "visibility": "members_only" })).await.expect_error(404), "NOT_FOUND");
}

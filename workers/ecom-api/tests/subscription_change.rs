//! What a change of a subscription comes to, and who pays a tier's new price.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod club;
mod shop;

use club::Club;
use codex_testkit::{Answer, OutsideFault};
use http::Method;
use serde_json::{Value, json};

const DAY: i64 = 86_400;

impl Club {
    /// Somebody who has a month of gold; the path of their subscription.
    async fn with_gold() -> (Self, String) {
        let club = Self::open().await;
        let row = format!("INSERT INTO tier_prices VALUES ('price_gold', '{}', 'monthly', 999, now())", club.gold);
        club.shop.app.execute(&row).await;
        club.news("evt_0", "customer.subscription.created", &json!({})).await;
        let path = format!("/subscriptions/{}", club.subscriptions().await[0]["id"].as_str().unwrap());
        (club, path)
    }

    /// Stripe reckons that a change comes to this.
    fn stripe_reckons(&self, total: i64) {
        let line = |amount: i64, end: i64| json!({ "amount": amount, "period": { "start": self.began, "end": end } });
        let invoice = json!({
            "id": "upcoming_in_1", "object": "invoice", "amount_due": total.max(0), "total": total, "currency": "usd",
            "lines": { "object": "list", "data": [line(-900, self.began + 30 * DAY), line(total + 900, self.began + 365 * DAY)] },
        });
        self.shop.stripe_answers("/v1/invoices/create_preview", invoice);
    }
}

#[tokio::test]
async fn a_change_is_shown_before_it_is_made_and_comes_to_what_was_shown() {
    let (club, path) = Club::with_gold().await;
    let post = async |what: &str, body: &Value| -> Answer { club.call(&format!("{path}/{what}"), body).send().await };
    club.stripe_prices("price_gold_year", 9990, "year");
    club.stripe_reckons(9090);
    let annual = json!({ "tierId": club.gold, "interval": "annual" });
    let shown = post("change-preview", &annual).await.expect(200)["data"].clone();
    assert_eq!((&shown["dueCents"], &shown["creditCents"], &shown["amountCents"]), (&json!(9090), &json!(0), &json!(9990)));
    let next: codex_kernel::Timestamp = shown["nextPaymentAt"].as_str().unwrap().parse().unwrap();
    assert_eq!(next.as_second(), club.began + 365 * DAY);
    let at: codex_kernel::Timestamp = shown["proratedAt"].as_str().unwrap().parse().unwrap();
    let [asked] = club.shop.asked("/v1/invoices/create_preview").try_into().unwrap();
    for part in [
        "subscription=sub_1".to_owned(),
        "subscription_details%5Bitems%5D%5B0%5D%5Bid%5D=si_1".to_owned(),
        "subscription_details%5Bitems%5D%5B0%5D%5Bprice%5D=price_gold_year".to_owned(),
        "subscription_details%5Bproration_behavior%5D=always_invoice".to_owned(),
        format!("subscription_details%5Bproration_date%5D={}", at.as_second()),
    ] {
        assert!(asked.contains(&part), "{part} in {asked}");
    }
    assert_eq!(club.shop.app.count("subscription_changes").await, 1, "nothing has changed");
    // Less than was paid is credited.
    club.stripe_prices("price_silver", 500, "month");
    club.stripe_reckons(-450);
    let silver = json!({ "tierId": club.silver, "interval": "monthly" });
    let credited = post("change-preview", &silver).await.expect(200)["data"].clone();
    assert_eq!((&credited["dueCents"], &credited["creditCents"]), (&json!(0), &json!(450)));

    // Made as it was shown.
    let made = |at: &Value| json!({ "tierId": club.gold, "interval": "annual", "proratedAt": at });
    post("change", &made(&shown["proratedAt"])).await.expect(200);
    let asked = club.shop.asked("/v1/subscriptions/sub_1");
    assert!(asked.iter().any(|body| body.contains(&format!("proration_date={}", at.as_second()))), "{asked:?}");
    for late in [shop::now() - 3_700, shop::now() + 600] {
        let late = codex_kernel::Timestamp::from_second(late).unwrap().to_string();
        for what in ["change", "change-preview"] {
            assert_eq!(post(what, &made(&json!(late))).await.expect_error(422), "PREVIEW_OUTDATED", "{late}");
        }
    }
    // A period ended between the two: Stripe says so.
    let refused = r#"{"error":{"type":"invalid_request_error","param":"subscription_details[proration_date]"}}"#;
    let fault = ("/create_preview".to_owned(), OutsideFault::Says(400, refused));
    club.shop.app.faults.lock().unwrap().push(fault);
    assert_eq!(post("change-preview", &silver).await.expect_error(422), "PREVIEW_OUTDATED");
}

#[tokio::test]
async fn what_may_not_be_changed_is_not_reckoned() {
    let (club, path) = Club::with_gold().await;
    let preview = async |tier: &str| {
        club.call(&format!("{path}/change-preview"), &json!({ "tierId": tier, "interval": "monthly" })).send().await
    };
    assert_eq!(preview(&club.gold).await.expect_error(409), "ALREADY_SUBSCRIBED");
    assert_eq!(preview("019aa000-0000-7000-8000-000000000001").await.expect_error(404), "NOT_FOUND");
    club.news("evt_1", "customer.subscription.updated", &json!({ "cancel_at_period_end": true })).await;
    assert_eq!(preview(&club.silver).await.expect_error(422), "SUBSCRIPTION_ENDING");
    club.news("evt_2", "customer.subscription.deleted", &json!({ "status": "canceled", "ended_at": shop::now() })).await;
    assert_eq!(preview(&club.silver).await.expect_error(422), "SUBSCRIPTION_ENDED");
    assert!(club.shop.asked("/v1/invoices/create_preview").is_empty());
}

#[tokio::test]
async fn who_subscribed_goes_on_paying_what_they_agreed_to_until_they_ask_for_the_new_price() {
    let (club, path) = Club::with_gold().await;
    let tier = format!("/api/organizations/{}/tiers/{}", club.organization_id, club.gold);
    let dearer = json!({ "monthlyPriceCents": 1299 });
    club.organizations.call(Method::PATCH, &tier).cookie(&club.shop.creator).json(&dearer).send().await.expect(200);
    club.settle().await;
    let subscription = &club.subscriptions().await[0];
    assert_eq!((&subscription["amountCents"], &subscription["status"]), (&json!(999), &json!("active")));
    assert!(club.shop.asked("/v1/subscriptions/sub_1").iter().all(|body| !body.contains("price")), "Stripe was told nothing");
    // What they agreed to is what the next invoice splits.
    club.tell("evt_1", "invoice.paid", &club.invoice("in_2", 999)).await;
    assert_eq!(club.shop.app.count("subscription_payments WHERE amount_cents = 999").await, 1);
    // It is theirs to move: the same tier is a change now.
    club.stripe_prices("price_gold_1299", 1299, "month");
    club.stripe_says(
        &json!({ "items": { "data": [club.item("price_gold_1299", 1299, "month", club.began, club.began + 30 * DAY)] } }),
    );
    let same = json!({ "tierId": club.gold, "interval": "monthly" });
    let moved = club.call(&format!("{path}/change"), &same).send().await.expect(200);
    assert_eq!(moved["data"]["amountCents"], 1299);
}

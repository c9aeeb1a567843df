//! Stripe's news, in any order, any number of times and at once.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod shop;

use std::sync::Arc;

use serde_json::{Value, json};
use shop::{Shop, now, signature};

impl Shop {
    async fn library(&self) -> Vec<Value> {
        let library = self.content_api.get("/api/user/library").cookie(&self.buyer).send().await.expect(200);
        library["items"].as_array().unwrap().clone()
    }
}

const COMPLETED: &str = "checkout.session.completed";

#[tokio::test]
async fn a_payment_becomes_a_purchase_access_and_a_receipt() {
    let shop = Shop::open().await;
    let paid = shop.session("cs_1", json!({}));
    assert_eq!(shop.deliver("evt_1", COMPLETED, &paid).await.expect(200), json!({ "received": true }));
    let purchases = shop.purchases().await;
    assert_eq!(purchases.len(), 1);
    assert_eq!((&purchases[0]["status"], &purchases[0]["amountCents"]), (&json!("paid"), &json!(2999)));
    assert_eq!(
        shop.app
            .count("purchases WHERE (platform_fee_cents, organization_fee_cents, creator_payout_cents) = (300, 270, 2429)")
            .await,
        1
    );
    assert_eq!(shop.library().await[0]["content"]["id"], shop.content_id);
    assert_eq!(shop.app.count("outbox WHERE template = 'receipt' AND data ->> 'amount' = '29.99 USD'").await, 1);

    let one = format!("/purchases/{}", purchases[0]["id"].as_str().unwrap());
    assert_eq!(shop.app.get(&one).cookie(&shop.buyer).send().await.expect(200)["data"], purchases[0]);
    assert_eq!(shop.app.get(&one).cookie(&shop.creator).send().await.expect_error(404), "NOT_FOUND");
    assert_eq!(shop.app.get("/purchases").cookie(&shop.creator).send().await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn fifty_deliveries_and_the_landing_page_at_once_make_one_purchase() {
    let shop = Arc::new(Shop::open().await);
    let paid = shop.session("cs_1", json!({}));
    shop.app.answers.lock().unwrap().push(("/v1/checkout/sessions/cs_1".to_owned(), paid.clone()));
    let deliveries: Vec<_> = (0..50)
        .map(|index| {
            let (shop, paid) = (shop.clone(), paid.clone());
            tokio::spawn(async move {
                match index % 5 {
                    // The same session by another event of Stripe's, and by the page the buyer lands on.
                    0 => shop.deliver("evt_2", "checkout.session.async_payment_succeeded", &paid).await.expect(200),
                    1 => {
                        let verify = shop.app.get("/checkout/verify?session_id=cs_1").cookie(&shop.buyer);
                        let outcome = verify.send().await.expect(200);
                        assert_eq!(outcome["data"]["purchase"]["status"], "paid", "{outcome}");
                        outcome
                    }
                    _ => shop.deliver("evt_1", COMPLETED, &paid).await.expect(200),
                }
            })
        })
        .collect();
    for delivery in deliveries {
        delivery.await.unwrap();
    }
    assert_eq!(shop.purchases().await.len(), 1);
    assert_eq!(shop.app.count("content_access").await, 1);
    assert_eq!(shop.app.count("outbox WHERE template = 'receipt'").await, 1);
    assert_eq!(shop.app.count("webhook_events").await, 2);
}

#[tokio::test]
async fn ten_sessions_paid_at_once_are_one_purchase_and_nine_duplicates() {
    let shop = Arc::new(Shop::open().await);
    let deliveries: Vec<_> = (0..10)
        .map(|index| {
            let shop = shop.clone();
            tokio::spawn(async move {
                let paid = shop.session(&format!("cs_{index}"), json!({}));
                shop.deliver(&format!("evt_{index}"), COMPLETED, &paid).await.expect(200)
            })
        })
        .collect();
    for delivery in deliveries {
        delivery.await.unwrap();
    }
    assert_eq!(shop.app.count("purchases WHERE status = 'paid'").await, 1);
    assert_eq!(shop.app.count("purchases WHERE status = 'duplicate'").await, 9);
    assert_eq!(shop.app.count("content_access").await, 1);
    assert_eq!(shop.app.count("outbox WHERE template = 'receipt'").await, 1);
}

#[tokio::test]
async fn a_split_always_sums_and_the_creator_alone_keeps_the_organizations_part() {
    let shop = Shop::open().await;
    let amounts: [i64; 12] = [0, 1, 2, 9, 10, 11, 99, 100, 101, 2999, 9_999_999, 10_000_000];
    for (index, amount) in amounts.into_iter().enumerate() {
        let paid = shop.session(&format!("cs_{index}"), json!({ "amount_total": amount, "payment_intent": null }));
        shop.deliver(&format!("evt_{index}"), COMPLETED, &paid).await.expect(200);
        let (platform, rest) = (amount.unsigned_abs().div_ceil(10), amount - amount.unsigned_abs().div_ceil(10) as i64);
        let organization = rest.unsigned_abs().div_ceil(10);
        let row = format!(
            "purchases WHERE checkout_session_id = 'cs_{index}' AND platform_fee_cents = {platform} AND \
             organization_fee_cents = {organization} AND creator_payout_cents = {}",
            rest - organization as i64
        );
        assert_eq!(shop.app.count(&row).await, 1, "{row}");
    }
    // Without an organization its part stays with the creator.
    let alone = json!({ "title": "Alone", "contentType": "written", "contentBody": "x", "visibility": "purchased_only", "priceCents": 1000 });
    let alone = shop.content_api.post("/api/content").cookie(&shop.creator).json(&alone).send().await.expect(201);
    let metadata = json!({ "metadata": { "userId": shop.buyer_id, "contentId": alone["data"]["id"] }, "amount_total": 1000 });
    shop.deliver("evt_alone", COMPLETED, &shop.session("cs_alone", metadata)).await.expect(200);
    assert_eq!(
        shop.app
            .count("purchases WHERE (platform_fee_cents, organization_fee_cents, creator_payout_cents) = (100, 0, 900)")
            .await,
        1
    );
}

#[tokio::test]
async fn what_changes_nothing_is_kept_all_the_same() {
    let shop = Shop::open().await;
    let unpaid = shop.session("cs_1", json!({ "payment_status": "unpaid" }));
    let stranger = json!({ "metadata": { "userId": "019aa000-0000-7000-8000-000000000001", "contentId": shop.content_id } });
    for (event, kind, object) in [
        ("evt_1", COMPLETED, unpaid),
        ("evt_2", COMPLETED, shop.session("cs_2", stranger)),
        ("evt_3", COMPLETED, json!({ "id": "cs_3" })),
        ("evt_4", "customer.created", json!({ "id": "cus_1" })),
        ("evt_5", "checkout.session.expired", shop.session("cs_1", json!({ "payment_status": "unpaid" }))),
    ] {
        for _ in 0..2 {
            shop.deliver(event, kind, &object).await.expect(200);
        }
    }
    assert_eq!(shop.app.count("webhook_events WHERE NOT applied").await, 5);
    assert_eq!(shop.app.count("purchases").await, 0);
    // The money of the first one arrives later, as it does with bank debits.
    shop.deliver("evt_6", "checkout.session.async_payment_succeeded", &shop.session("cs_1", json!({}))).await.expect(200);
    assert_eq!(shop.purchases().await.len(), 1);
}

#[tokio::test]
async fn nobody_but_stripe_is_believed() {
    let shop = Shop::open().await;
    let body = json!({ "id": "evt_1", "type": COMPLETED, "data": { "object": shop.session("cs_1", json!({})) } }).to_string();
    let unsigned = shop.app.post("/webhooks/stripe/booking").body(body.clone()).send().await;
    assert_eq!(unsigned.expect_error(400), "SIGNATURE_MISSING");
    for bad in [signature("whsec_other", now(), &body), signature("whsec_test", now() - 301, &body), "nonsense".to_owned()] {
        assert_eq!(shop.post_webhook(&body, &bad).await.expect_error(401), "INVALID_SIGNATURE");
    }
    let nonsense = "not json";
    let signed = signature("whsec_test", now(), nonsense);
    assert_eq!(shop.post_webhook(nonsense, &signed).await.expect_error(400), "VALIDATION_ERROR");
    assert_eq!(shop.app.count("webhook_events").await, 0);
}

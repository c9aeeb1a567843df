//! What Stripe told nobody of, or too early, or long ago.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod shop;

use serde_json::{Value, json};
use shop::{COMPLETED, Shop, event, now, refunded};

#[tokio::test]
async fn what_never_arrived_is_found_in_stripes_list() {
    let shop = Shop::open().await;
    let paid = event("evt_1", COMPLETED, &shop.session("cs_1", json!({})));
    let refund = event("evt_2", "charge.refunded", &refunded(2999));
    let known = event("evt_0", "customer.deleted", &json!({ "id": "cus_9" }));
    shop.deliver_to("customer", &known).await.expect(200);
    let page = |events: &[&Value]| json!({ "object": "list", "data": events, "has_more": false });
    // Every page ends alike, so the stand-in of these tests goes by the last parameter.
    shop.stripe_answers("types%5B%5D=customer.deleted", page(&[&refund, &paid, &known]));
    let at = |minutes: i64| codex_kernel::Timestamp::from_second(now() + minutes * 60).unwrap();
    // The first run looks back three days, six hours at a time.
    assert_eq!(codex_commerce::reconcile(shop.app.platform(), at(0)).await.unwrap(), 2);
    assert_eq!((shop.purchases().await[0]["status"].clone(), shop.library().await.len()), (json!("refunded"), 0));
    assert_eq!(shop.app.count("purchases WHERE changed_by = 'reconcile' AND event_id = 'evt_2'").await, 1);
    assert_eq!(codex_commerce::reconcile(shop.app.platform(), at(1)).await.unwrap(), 0);
    assert_eq!(shop.app.count("reconciliations WHERE missing = '[\"evt_1\", \"evt_2\"]' AND seen = 3").await, 1);
    assert_eq!(shop.app.count("reconciliations WHERE until - since <= interval '6 hours'").await, 2);
}

#[tokio::test]
async fn an_event_that_cannot_be_kept_keeps_no_other_waiting() {
    let shop = Shop::open().await;
    let odd = event("evt_odd", "customer.deleted", &json!({ "id": "cus_1", "name": "a\u{0}b" }));
    let paid = event("evt_1", COMPLETED, &shop.session("cs_1", json!({})));
    let page = json!({ "object": "list", "data": [paid, odd], "has_more": false });
    shop.stripe_answers("types%5B%5D=customer.deleted", page);
    assert_eq!(codex_commerce::reconcile(shop.app.platform(), shop.app.now()).await.unwrap(), 1);
    assert_eq!(shop.purchases().await.len(), 1);
    assert_eq!(shop.app.count(r#"reconciliations WHERE missing = '["evt_1"]' AND failed = '["evt_odd"]'"#).await, 1);
}

#[tokio::test]
async fn an_event_that_had_nobody_to_apply_to_is_applied_when_it_comes_again() {
    let shop = Shop::open().await;
    let buyer = "019aa000-0000-7000-8000-000000000009";
    let paid = shop.session("cs_1", json!({ "metadata": { "userId": buyer, "contentId": shop.content_id } }));
    shop.deliver("evt_1", COMPLETED, &paid).await.expect(200);
    assert_eq!(shop.app.count("webhook_events WHERE NOT applied").await, 1);
    let somebody = format!(
        "INSERT INTO users (id, email, name, password_hash, created_at, updated_at) VALUES ('{buyer}', 'late@example.com', 'x', 'x', now(), now())"
    );
    shop.app.run(&somebody).await;
    for _ in 0..2 {
        shop.deliver("evt_1", COMPLETED, &paid).await.expect(200);
    }
    assert_eq!((shop.app.count("purchases").await, shop.app.count("webhook_events WHERE applied").await), (1, 1));
}

#[tokio::test]
async fn events_of_long_ago_are_kept_without_the_people_in_them() {
    let shop = Shop::open().await;
    let person = json!({ "customer_details": { "email": "card@example.com", "name": "Ada L." }, "amount_total": 2999 });
    let sql = format!(
        "INSERT INTO webhook_events (id, endpoint, type, payload, received_at, applied)
         SELECT 'evt_old_' || n, 'booking', 'checkout.session.completed', '{person}', now() - interval '31 days', true FROM generate_series(1, 1200) n;
         INSERT INTO webhook_events (id, endpoint, type, payload, received_at, applied)
         SELECT 'evt_older_' || n, 'booking', 'checkout.session.completed', '{person}', now() - interval '40 days' + n * interval '1 minute', true FROM generate_series(1, 1200) n;
         INSERT INTO webhook_events (id, endpoint, type, payload, received_at, applied) VALUES ('evt_young', 'booking', 'x', '{person}', now() - interval '29 days', true)"
    );
    shop.app.execute(&sql).await;
    let at = shop.app.now();
    // Those of one moment go together, and two who sweep at once do not do it twice.
    let (one, other) = tokio::join!(
        codex_commerce::forget_people(shop.app.platform(), at),
        codex_commerce::forget_people(shop.app.platform(), at)
    );
    assert_eq!(one.unwrap() + other.unwrap(), 1000 + 1400);
    assert_eq!(codex_commerce::forget_people(shop.app.platform(), at).await.unwrap(), 0);
    assert_eq!(shop.app.count("webhook_events WHERE payload = '{\"amount_total\": 2999}'").await, 2400);
    assert_eq!(shop.app.count("webhook_events WHERE payload ? 'customer_details'").await, 1);
    shop.app.advance(2 * 86_400);
    assert_eq!(codex_commerce::forget_people(shop.app.platform(), shop.app.now()).await.unwrap(), 1);
}

//! Stripe's news, in any order, any number of times and at once.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod bank;
mod shop;

use std::sync::Arc;

use bank::Bank;
use serde_json::{Value, json};
use shop::{COMPLETED, Shop, event, now, refunded, signature};

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
async fn ten_sessions_paid_at_once_are_one_purchase_and_nine_refunds() {
    let shop = Arc::new(Shop::open().await);
    let bank = Bank::of(&shop.app, false);
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
    // Each is given back right after its answer, or by the schedule.
    while shop.app.count("refunds_due WHERE made_at IS NULL").await > 0 {
        shop.app.advance(3_600);
        codex_commerce::make_refunds(shop.app.platform(), shop.app.now()).await.unwrap();
    }
    assert_eq!(shop.app.count("purchases WHERE status = 'paid' AND NOT duplicate").await, 1);
    assert_eq!(shop.app.count("purchases WHERE status = 'refunded' AND duplicate").await, 9);
    assert_eq!(shop.app.count("content_access WHERE revoked_at IS NULL").await, 1);
    assert_eq!(shop.app.count("outbox WHERE template = 'receipt'").await, 1);
    let kept = shop.app.text("SELECT payment_intent_id FROM purchases WHERE NOT duplicate").await;
    let given_back = {
        let bank = bank.lock().unwrap();
        (bank.refunds.len(), bank.refunds_of(&kept).len())
    };
    assert_eq!(given_back, (9, 0), "each of the others once, and never the one that counts");
    let even = "(SELECT sum(buyer_cents) = -2999 AND sum(creator_cents) = 2429 AS even FROM ledger_entries) s WHERE even";
    assert_eq!(shop.app.count(even).await, 1, "and all that is left in the books is one sale");
}

/// Whatever kind of event it is.
#[tokio::test]
async fn what_the_database_refuses_is_500_and_done_when_it_comes_again() {
    let shop = Shop::open().await;
    let refuse = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'told to refuse' USING ERRCODE = 'admin_shutdown'; END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON webhook_events FOR EACH ROW EXECUTE FUNCTION refuse();";
    shop.app.execute(refuse).await;
    let events = [
        (COMPLETED, shop.session("cs_1", json!({}))),
        ("charge.refunded", refunded(400)),
        ("checkout.session.expired", shop.session("cs_2", json!({ "status": "expired", "payment_status": "unpaid" }))),
        ("of.another.day", json!({})),
    ];
    for (kind, object) in &events {
        assert_eq!(shop.deliver(kind, kind, object).await.expect_error(500), "EVENT_NOT_STORED", "{kind}");
    }
    assert_eq!((shop.app.count("webhook_events").await, shop.purchases().await.len()), (0, 0));
    shop.app.execute("DROP TRIGGER refuse ON webhook_events").await;
    for (kind, object) in &events {
        shop.deliver(kind, kind, object).await.expect(200);
    }
    assert_eq!(
        (shop.app.count("webhook_events").await, shop.purchases().await[0]["status"].clone()),
        (4, json!("partly_refunded"))
    );
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

fn dispute(status: &str) -> Value {
    json!({ "id": "du_1", "object": "dispute", "charge": "ch_1", "payment_intent": "pi_cs_1", "amount": 2999, "status": status })
}

/// Each address has a secret of its own, several while one is changed, and takes whatever is sent to it.
#[tokio::test]
async fn six_addresses_each_with_its_own_secrets() {
    let mut shop = Shop::open().await;
    let rotated = [("STRIPE_WEBHOOK_SECRET_DISPUTE", "whsec_new, whsec_dispute")];
    shop.app = codex_testkit::TestApp::on(codex_ecom_api::api(), shop.app.database_url.clone(), &rotated);
    let endpoints = ["booking", "payment", "subscription", "customer", "connect", "dispute"];
    for (index, endpoint) in endpoints.into_iter().enumerate() {
        let body = event(&format!("evt_{endpoint}"), "of.another.day", &json!({ "anything": index })).to_string();
        let path = format!("/webhooks/stripe/{endpoint}");
        let post = |header: Option<String>, body: &str| {
            let call = shop.app.post(&path).body(body.to_owned());
            match header {
                Some(header) => call.header("stripe-signature", &header).send(),
                None => call.send(),
            }
        };
        assert_eq!(post(None, &body).await.expect_error(400), "SIGNATURE_MISSING");
        let own = if endpoint == "booking" { "whsec_test".to_owned() } else { format!("whsec_{endpoint}") };
        for other in endpoints.into_iter().filter(|other| *other != endpoint && *other != "booking") {
            let signed = signature(&format!("whsec_{other}"), now(), &body);
            assert_eq!(post(Some(signed), &body).await.expect_error(401), "INVALID_SIGNATURE", "{other} at {endpoint}");
        }
        for (seconds, status) in [(-310, 401), (360, 401), (-240, 200), (290, 200)] {
            let signed = signature(&own, now() + seconds, &body);
            assert_eq!(post(Some(signed), &body).await.status, status, "{endpoint} {seconds}");
        }
        // The bytes count, not what they mean.
        let signed = signature(&own, now(), &body);
        assert_eq!(post(Some(signed), &body.replace(':', ": ")).await.status, 401);
        assert_eq!(shop.app.count(&format!("webhook_events WHERE endpoint = '{endpoint}' AND NOT applied")).await, 1);
    }
    let body = event("evt_new", "of.another.day", &json!({})).to_string();
    let signed = signature("whsec_new", now(), &body);
    shop.app.post("/webhooks/stripe/dispute").header("stripe-signature", &signed).body(body).send().await.expect(200);
}

#[tokio::test]
async fn a_full_refund_ends_access_and_a_part_does_not() {
    let shop = Shop::open().await;
    shop.deliver("evt_1", COMPLETED, &shop.session("cs_1", json!({}))).await.expect(200);
    // Two in the wrong order: the sum of a charge only grows.
    for (id, amount) in [("evt_3", 1500), ("evt_2", 1000)] {
        shop.deliver_to("payment", &event(id, "charge.refunded", &refunded(amount))).await.expect(200);
        let bought = &shop.purchases().await[0];
        assert_eq!((&bought["status"], &bought["refundedCents"]), (&json!("partly_refunded"), &json!(1500)));
        assert_eq!(shop.library().await.len(), 1);
    }
    assert_eq!(shop.app.count("outbox WHERE template = 'refund' AND data ->> 'amount' = '15.00 USD'").await, 1);
    shop.deliver_to("payment", &event("evt_4", "charge.refunded", &refunded(2999))).await.expect(200);
    assert_eq!(shop.purchases().await[0]["status"], "refunded");
    assert_eq!(shop.library().await.len(), 0);
    assert_eq!(
        shop.app.count("ledger_entries WHERE kind = 'refund' AND event_id IN ('evt_3', 'evt_4') AND caused_by = 'payment'").await,
        2
    );
    let nothing_left = "(SELECT sum(creator_cents) = 0 AND sum(platform_cents) = 0 AND sum(buyer_cents) = 0 AS even FROM ledger_entries) s WHERE even";
    assert_eq!(shop.app.count(nothing_left).await, 1);
    // It may be bought again.
    shop.deliver("evt_5", COMPLETED, &shop.session("cs_2", json!({}))).await.expect(200);
    assert_eq!(shop.library().await.len(), 1);
}

#[tokio::test]
async fn a_dispute_suspends_until_it_is_decided() {
    let shop = Shop::open().await;
    shop.deliver("evt_1", COMPLETED, &shop.session("cs_1", json!({}))).await.expect(200);
    let tell = |id: &'static str, kind: &'static str, status: &'static str| {
        let event = event(id, kind, &dispute(status));
        let shop = &shop;
        async move { shop.deliver_to("dispute", &event).await.expect(200) }
    };
    tell("evt_2", "charge.dispute.created", "needs_response").await;
    assert_eq!((shop.purchases().await[0]["status"].clone(), shop.library().await.len()), (json!("disputed"), 0));
    assert_eq!(
        shop.app.count("ledger_entries WHERE kind = 'dispute_opened' AND stripe_cents = 2999 AND creator_cents = -2429").await,
        1
    );
    tell("evt_3", "charge.dispute.closed", "won").await;
    tell("evt_2", "charge.dispute.created", "needs_response").await;
    assert_eq!((shop.purchases().await[0]["status"].clone(), shop.library().await.len()), (json!("paid"), 1));
    // Another one, whose end is told before its beginning.
    for (id, kind, status) in [("evt_5", "closed", "lost"), ("evt_4", "created", "needs_response")] {
        let mut second = dispute(status);
        second["id"] = json!("du_2");
        shop.deliver_to("dispute", &event(id, &format!("charge.dispute.{kind}"), &second)).await.expect(200);
        assert_eq!((shop.purchases().await[0]["status"].clone(), shop.library().await.len()), (json!("lost"), 0), "{kind}");
    }
}

#[tokio::test]
async fn what_is_told_before_the_purchase_is_applied_to_it() {
    let shop = Shop::open().await;
    shop.deliver_to("payment", &event("evt_2", "charge.refunded", &refunded(2999))).await.expect(200);
    assert_eq!(shop.app.count("webhook_events WHERE id = 'evt_2' AND applied").await, 1);
    shop.deliver("evt_1", COMPLETED, &shop.session("cs_1", json!({}))).await.expect(200);
    assert_eq!((shop.purchases().await[0]["status"].clone(), shop.library().await.len()), (json!("refunded"), 0));
    // The same payment, told in other words, is the same purchase.
    let metadata = json!({ "userId": shop.buyer_id, "contentId": shop.content_id });
    for kind in ["charge.succeeded", "payment_intent.succeeded"] {
        let object =
            json!({ "id": "pi_cs_1", "payment_intent": "pi_cs_1", "amount": 2999, "metadata": metadata, "status": "succeeded" });
        shop.deliver_to("payment", &event(kind, kind, &object)).await.expect(200);
    }
    assert_eq!(shop.purchases().await.len(), 1);
}

#[tokio::test]
async fn a_second_payment_is_given_back() {
    let shop = Shop::open().await;
    shop.stripe_answers(
        "/v1/refunds",
        json!({ "id": "re_1", "object": "refund", "payment_intent": "pi_cs_2", "amount": 2999, "status": "succeeded" }),
    );
    shop.deliver("evt_1", COMPLETED, &shop.session("cs_1", json!({}))).await.expect(200);
    shop.deliver("evt_2", COMPLETED, &shop.session("cs_2", json!({}))).await.expect(200);
    // Right after the answer, or by the schedule: once.
    let later = codex_kernel::Timestamp::from_second(now() + 3600).unwrap();
    codex_commerce::make_refunds(shop.app.platform(), later).await.unwrap();
    codex_commerce::make_refunds(shop.app.platform(), later).await.unwrap();
    let asked = shop.asked("/v1/refunds");
    assert!(
        !asked.is_empty()
            && asked.iter().all(|body| body.contains("payment_intent=pi_cs_2") && body.contains("reason=duplicate")),
        "{asked:?}"
    );
    assert_eq!(shop.app.count("refunds_due WHERE made_at IS NOT NULL AND refund_id = 're_1'").await, 1);
    assert_eq!(shop.app.count("purchases WHERE duplicate AND status = 'refunded' AND checkout_session_id = 'cs_2'").await, 1);
    assert_eq!((shop.app.count("purchases WHERE status = 'paid'").await, shop.library().await.len()), (1, 1));
    // Its events say what is known.
    let charge = json!({ "id": "ch_2", "payment_intent": "pi_cs_2", "amount_refunded": 2999 });
    shop.deliver_to("payment", &event("evt_3", "charge.refunded", &charge)).await.expect(200);
    assert_eq!(shop.app.count("ledger_entries WHERE kind = 'refund' AND caused_by = 'refund' AND buyer_cents = 2999").await, 1);
    assert_eq!(shop.app.count("outbox WHERE template = 'receipt'").await, 1);
    assert_eq!(shop.app.count("outbox WHERE template = 'refund'").await, 1);
}

#[tokio::test]
async fn a_refund_that_stripe_refuses_is_tried_again() {
    let shop = Shop::open().await;
    // What the stand-in of these tests answers to anything it does not know is no refund.
    shop.deliver("evt_1", COMPLETED, &shop.session("cs_1", json!({}))).await.expect(200);
    shop.deliver("evt_2", COMPLETED, &shop.session("cs_2", json!({}))).await.expect(200);
    let at = |minutes: i64| codex_kernel::Timestamp::from_second(now() + minutes * 60).unwrap();
    assert!(codex_commerce::make_refunds(shop.app.platform(), at(10)).await.is_err());
    assert_eq!(codex_commerce::make_refunds(shop.app.platform(), at(10)).await.unwrap(), 0, "it waits for its turn");
    assert_eq!(shop.app.count("refunds_due WHERE made_at IS NULL AND failed_at IS NULL AND attempts >= 1").await, 1);
    shop.stripe_answers("/v1/refunds", json!({ "id": "re_1", "payment_intent": "pi_cs_2", "amount": 2999, "status": "failed" }));
    assert_eq!(codex_commerce::make_refunds(shop.app.platform(), at(600)).await.unwrap(), 0);
    assert_eq!(shop.app.count("refunds_due WHERE failed_at IS NOT NULL AND problem = 'refund_failed'").await, 1);
    assert_eq!(shop.app.count("purchases WHERE status = 'duplicate' AND refunded_cents = 0").await, 1);
}

#[tokio::test]
async fn a_sellers_account_is_as_stripe_said_last() {
    let shop = Shop::open().await;
    let account = |enabled: bool| {
        json!({
            "id": "acct_1", "object": "account", "charges_enabled": enabled, "payouts_enabled": enabled, "details_submitted": true,
            "requirements": { "currently_due": ["external_account"], "disabled_reason": null }, "metadata": { "userId": shop.buyer_id },
        })
    };
    let told = |id: &str, kind: &str, object: &Value, created: i64| {
        let mut event = event(id, kind, object);
        event["created"] = json!(created);
        event["account"] = json!("acct_1");
        event
    };
    shop.deliver_to("connect", &told("evt_1", "account.updated", &account(true), 1000)).await.expect(200);
    let stands = |condition: &str| format!("connect_accounts WHERE id = 'acct_1' AND {condition}");
    let due = format!(
        "charges_enabled AND payouts_enabled AND currently_due = '[\"external_account\"]' AND user_id = '{}'",
        shop.buyer_id
    );
    assert_eq!(shop.app.count(&stands(&due)).await, 1);
    shop.deliver_to("connect", &told("evt_0", "account.updated", &account(false), 900)).await.expect(200);
    assert_eq!(shop.app.count(&stands("charges_enabled")).await, 1, "old news");
    let application = json!({ "id": "ca_1", "object": "application" });
    shop.deliver_to("connect", &told("evt_2", "account.application.deauthorized", &application, 1100)).await.expect(200);
    assert_eq!(shop.app.count(&stands("NOT charges_enabled AND deauthorized_at IS NOT NULL AND user_id IS NOT NULL")).await, 1);
    assert_eq!(shop.app.count("webhook_events WHERE applied").await, 3);
}

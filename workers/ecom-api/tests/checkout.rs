//! Buying: what is refused, what Stripe is asked for, and what the landing page is told.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod shop;

use codex_testkit::Answer;
use serde_json::{Value, json};
use shop::Shop;

impl Shop {
    async fn checkout(&self) -> Answer {
        let wanted = json!({
            "contentId": self.content_id,
            "successUrl": "http://yoga.localhost:3000/thanks?session_id={CHECKOUT_SESSION_ID}",
            "cancelUrl": "http://yoga.localhost:3000/",
        });
        self.app.post("/checkout/create").cookie(&self.buyer).json(&wanted).send().await
    }

    /// Stripe opens this session whenever it is asked, and it stays open.
    fn stripe_opens(&self, id: &str) {
        let open = json!({ "status": "open", "payment_status": "unpaid", "payment_intent": null, "url": format!("https://stripe.test/{id}") });
        self.stripe_answers("/v1/checkout/sessions", self.session(id, open.clone()));
        self.stripe_says(id, open);
    }

    fn stripe_says(&self, id: &str, changes: Value) {
        self.stripe_answers(&format!("/v1/checkout/sessions/{id}"), self.session(id, changes));
    }

    fn asked_stripe(&self) -> Vec<String> {
        self.app.sent.lock().unwrap().iter().filter(|(uri, _)| uri.ends_with("/sessions")).map(|(_, body)| body.clone()).collect()
    }
}

#[tokio::test]
async fn an_open_session_is_reused_and_the_price_is_ours() {
    let shop = Shop::open().await;
    shop.stripe_opens("cs_1");
    let expected = json!({ "sessionUrl": "https://stripe.test/cs_1", "sessionId": "cs_1" });
    for _ in 0..2 {
        assert_eq!(shop.checkout().await.expect(200)["data"], expected);
    }
    let asked = shop.asked_stripe();
    assert_eq!(asked.len(), 1, "the open session is reused");
    for part in
        ["unit_amount%5D=2999", "%5Bcurrency%5D=usd", "customer_email=buyer%40example.com", &shop.buyer_id, &shop.content_id]
    {
        assert!(asked[0].contains(part), "{part} is not in {}", asked[0]);
    }
    // A new price is a new session.
    let price = json!({ "priceCents": 3999 });
    let content = format!("/api/content/{}", shop.content_id);
    shop.content_api.call(http::Method::PATCH, &content).cookie(&shop.creator).json(&price).send().await.expect(200);
    shop.stripe_opens("cs_2");
    assert_eq!(shop.checkout().await.expect(200)["data"]["sessionId"], "cs_2");
    assert!(shop.asked_stripe()[1].contains("unit_amount%5D=3999"));
    // Once it has ended, so is the next click.
    shop.deliver("evt_1", "checkout.session.expired", &shop.session("cs_2", json!({}))).await.expect(200);
    shop.stripe_opens("cs_3");
    assert_eq!(shop.checkout().await.expect(200)["data"]["sessionId"], "cs_3");
}

#[tokio::test]
async fn what_cannot_be_bought_is_refused() {
    let shop = Shop::open().await;
    shop.stripe_opens("cs_1");
    let wanted = |content: &str, success: &str| json!({ "contentId": content, "successUrl": success, "cancelUrl": "http://localhost:3000/" });
    let own = "http://localhost:3000/";
    let buy = |cookie: &str, body: Value| shop.app.post("/checkout/create").cookie(cookie).json(&body).send();
    assert_eq!(buy(&shop.creator, wanted(&shop.content_id, own)).await.expect_error(422), "OWN_CONTENT");
    let nothing = "019aa000-0000-7000-8000-000000000001";
    assert_eq!(buy(&shop.buyer, wanted(nothing, own)).await.expect_error(404), "NOT_FOUND");
    for foreign in ["https://evil.org/", "//evil.org", "javascript:alert(1)", "http://localhost:3000@evil.org/"] {
        let answer = buy(&shop.buyer, wanted(&shop.content_id, foreign)).await.expect(400);
        assert_eq!(answer["error"]["details"]["issues"][0]["path"], "successUrl");
    }
    let mut extra = wanted(&shop.content_id, own);
    extra["priceCents"] = json!(1);
    assert_eq!(buy(&shop.buyer, extra).await.expect_error(400), "VALIDATION_ERROR");
    assert!(shop.asked_stripe().is_empty());

    let content = format!("/api/content/{}", shop.content_id);
    let free = json!({ "visibility": "public", "priceCents": 0 });
    shop.content_api.call(http::Method::PATCH, &content).cookie(&shop.creator).json(&free).send().await.expect(200);
    assert_eq!(shop.checkout().await.expect_error(422), "CONTENT_FREE");
    shop.content_api.post(&format!("{content}/unpublish")).cookie(&shop.creator).send().await.expect(200);
    assert_eq!(shop.checkout().await.expect_error(422), "CONTENT_NOT_AVAILABLE");
}

#[tokio::test]
async fn what_is_owned_is_not_sold_again() {
    let shop = Shop::open().await;
    shop.deliver("evt_1", "checkout.session.completed", &shop.session("cs_1", json!({}))).await.expect(200);
    assert_eq!(shop.checkout().await.expect_error(409), "ALREADY_PURCHASED");
}

#[tokio::test]
async fn a_bank_debit_under_way_is_not_paid_twice() {
    let shop = Shop::open().await;
    shop.stripe_opens("cs_1");
    shop.checkout().await.expect(200);
    // Stripe was not heard of yet, but is asked.
    shop.stripe_says("cs_1", json!({ "payment_status": "unpaid" }));
    assert_eq!(shop.checkout().await.expect_error(409), "PAYMENT_PENDING");
    assert_eq!(shop.app.count("checkout_sessions WHERE status = 'pending' AND settled_at IS NULL").await, 1);
    let asked = shop.asked("/v1/checkout/sessions").len();
    assert_eq!(shop.checkout().await.expect_error(409), "PAYMENT_PENDING");
    assert_eq!(shop.asked("/v1/checkout/sessions").len(), asked, "what is known is not asked for");
    // The page the buyer landed on says that there is nothing yet.
    let landing = shop.app.get("/checkout/verify?session_id=cs_1").cookie(&shop.buyer).send().await.expect(200);
    assert_eq!(landing["data"], json!({ "status": "complete", "purchase": null }));
    // It fails: the next click opens another. And then the money of that one arrives.
    let unpaid = shop.session("cs_1", json!({ "payment_status": "unpaid" }));
    for kind in ["async_payment_failed", "completed", "expired"] {
        shop.deliver(&format!("evt_{kind}"), &format!("checkout.session.{kind}"), &unpaid).await.expect(200);
    }
    assert_eq!(shop.app.count("checkout_sessions WHERE status = 'failed' AND settled_at IS NOT NULL").await, 1);
    shop.stripe_opens("cs_2");
    assert_eq!(shop.checkout().await.expect(200)["data"]["sessionId"], "cs_2");
    let unpaid = shop.session("cs_2", json!({ "payment_status": "unpaid" }));
    shop.deliver("evt_3", "checkout.session.completed", &unpaid).await.expect(200);
    shop.deliver("evt_expired", "checkout.session.expired", &unpaid).await.expect(200);
    assert_eq!(shop.checkout().await.expect_error(409), "PAYMENT_PENDING", "who is done does not expire");
    let paid = shop.session("cs_2", json!({}));
    shop.deliver("evt_4", "checkout.session.async_payment_succeeded", &paid).await.expect(200);
    shop.deliver("evt_5", "checkout.session.completed", &unpaid).await.expect(200);
    assert_eq!(shop.checkout().await.expect_error(409), "ALREADY_PURCHASED");
    assert_eq!(shop.app.count("checkout_sessions WHERE status = 'paid'").await, 1);
}

#[tokio::test]
async fn who_paid_a_moment_ago_is_not_sent_to_pay_again() {
    let shop = Shop::open().await;
    shop.stripe_opens("cs_1");
    shop.checkout().await.expect(200);
    shop.stripe_says("cs_1", json!({ "customer": "cus_1" }));
    assert_eq!(shop.checkout().await.expect_error(409), "ALREADY_PURCHASED");
    assert_eq!(shop.purchases().await.len(), 1);
    assert_eq!(shop.app.count("purchases WHERE changed_by = 'landing' AND customer_id = 'cus_1'").await, 1);
    // Stripe lost the next one's session: a new one is opened, for the customer that Stripe knows by now.
    shop.app.run("DELETE FROM content_access; UPDATE checkout_sessions SET status = 'open', settled_at = NULL").await;
    shop.app.answers.lock().unwrap().clear();
    shop.stripe_answers("/v1/checkout/sessions/cs_1", json!({ "id": "cs_1", "status": "expired" }));
    shop.stripe_answers(
        "/v1/checkout/sessions",
        shop.session("cs_2", json!({ "status": "open", "url": "https://stripe.test/cs_2" })),
    );
    assert_eq!(shop.checkout().await.expect(200)["data"]["sessionId"], "cs_2");
    let asked = shop.asked_stripe();
    assert!(asked[1].contains("customer=cus_1") && !asked[1].contains("customer_email"), "{asked:?}");
    // A customer whom Stripe deleted is nobody.
    let gone =
        json!({ "id": "evt_gone", "type": "customer.deleted", "data": { "object": { "id": "cus_1", "object": "customer" } } });
    shop.deliver_to("customer", &gone).await.expect(200);
    assert_eq!(shop.app.count("purchases WHERE customer_id IS NOT NULL").await, 0);
}

#[tokio::test]
async fn what_is_disputed_is_not_sold_again() {
    let shop = Shop::open().await;
    shop.deliver("evt_1", "checkout.session.completed", &shop.session("cs_1", json!({}))).await.expect(200);
    let dispute = json!({ "id": "du_1", "payment_intent": "pi_cs_1", "amount": 2999, "status": "needs_response" });
    shop.deliver("evt_2", "charge.dispute.created", &dispute).await.expect(200);
    assert_eq!(shop.checkout().await.expect_error(409), "PURCHASE_DISPUTED");
}

#[tokio::test]
async fn the_landing_page_fulfils_what_the_webhook_has_not() {
    let shop = Shop::open().await;
    let verify = |cookie: &str, id: &str| shop.app.get(&format!("/checkout/verify?session_id={id}")).cookie(cookie).send();
    shop.stripe_says("cs_1", json!({ "status": "open", "payment_status": "unpaid" }));
    let open = verify(&shop.buyer, "cs_1").await.expect(200);
    assert_eq!(open["data"], json!({ "status": "open", "purchase": null }));
    assert_eq!(verify(&shop.creator, "cs_1").await.expect_error(404), "NOT_FOUND");
    shop.stripe_says("cs_1", json!({}));
    for _ in 0..2 {
        let paid = verify(&shop.buyer, "cs_1").await.expect(200);
        assert_eq!((&paid["data"]["status"], &paid["data"]["purchase"]["status"]), (&json!("complete"), &json!("paid")));
    }
    assert_eq!(verify(&shop.creator, "cs_1").await.expect_error(404), "NOT_FOUND");
    // The webhook comes late, and finds nothing to do.
    shop.deliver("evt_1", "checkout.session.completed", &shop.session("cs_1", json!({}))).await.expect(200);
    assert_eq!(shop.purchases().await.len(), 1);
    for id in ["", "pi_1", "cs_1%2F..%2F..%2Fcustomers", "cs_%00"] {
        assert_eq!(verify(&shop.buyer, id).await.expect_error(400), "VALIDATION_ERROR", "{id}");
    }
}

#[tokio::test]
async fn the_sweeper_finds_payments_nobody_told_us_of() {
    let shop = Shop::open().await;
    shop.stripe_opens("cs_1");
    shop.checkout().await.expect(200);
    let platform = shop.app.platform();
    let at = |minutes: i64| codex_kernel::Timestamp::from_second(shop::now() + minutes * 60).unwrap();
    shop.stripe_says("cs_1", json!({ "status": "open", "payment_status": "unpaid" }));
    assert_eq!(codex_commerce::sweep(platform, at(10)).await.unwrap(), 0, "too early to ask");
    assert!(!shop.app.sent.lock().unwrap().iter().any(|(uri, _)| uri.ends_with("/cs_1")));
    assert_eq!(codex_commerce::sweep(platform, at(16)).await.unwrap(), 0, "still open");
    shop.stripe_says("cs_1", json!({}));
    assert_eq!(codex_commerce::sweep(platform, at(17)).await.unwrap(), 0, "asked a minute ago");
    shop.stripe_says("cs_1", json!({ "payment_status": "unpaid" }));
    assert_eq!(codex_commerce::sweep(platform, at(80)).await.unwrap(), 0, "the bank has not paid yet");
    shop.stripe_says("cs_1", json!({}));
    assert_eq!(codex_commerce::sweep(platform, at(200)).await.unwrap(), 1);
    assert_eq!(codex_commerce::sweep(platform, at(300)).await.unwrap(), 0);
    assert_eq!(shop.purchases().await.len(), 1);
    assert_eq!(shop.app.count("checkout_sessions WHERE settled_at IS NULL").await, 0);
}

#[tokio::test]
async fn the_sweeper_settles_what_expired() {
    let shop = Shop::open().await;
    shop.stripe_opens("cs_1");
    shop.checkout().await.expect(200);
    shop.stripe_says("cs_1", json!({ "status": "expired", "payment_status": "unpaid" }));
    let later = codex_kernel::Timestamp::from_second(shop::now() + 1000).unwrap();
    assert_eq!(codex_commerce::sweep(shop.app.platform(), later).await.unwrap(), 0);
    assert_eq!(shop.app.count("checkout_sessions WHERE settled_at IS NOT NULL").await, 1);
}

#[tokio::test]
async fn an_organization_that_sells_nothing_opens_no_checkout() {
    let shop = Shop::open().await;
    shop.app.run("UPDATE organizations SET purchases_enabled = false").await;
    assert_eq!(shop.checkout().await.expect_error(422), "PURCHASES_DISABLED");
    assert!(shop.app.sent.lock().unwrap().is_empty(), "Stripe was asked nothing");
}

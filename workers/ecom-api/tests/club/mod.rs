//! A shop whose organization has two tiers, somebody who subscribes, and Stripe's part of that.

#![allow(dead_code, reason = "each test file uses its part")]

use codex_kernel::Timestamp;
use codex_testkit::{Answer, Call, TestApp};
use serde_json::{Value, json};

use crate::shop::{Shop, now};

const DAY: i64 = 86_400;

pub struct Club {
    pub shop: Shop,
    pub organizations: TestApp,
    pub organization_id: String,
    pub silver: String,
    pub gold: String,
    /// When the first period begins, seconds: one second for all that is said of it.
    pub began: i64,
}

impl Club {
    pub async fn open() -> Self {
        let shop = Shop::open().await;
        let unlimited = [("LIMITS", r#"{"costly":[1000000,60]}"#)];
        let organizations = TestApp::on(codex_organization_api::api(), shop.app.database_url.clone(), &unlimited);
        // Some of these tests look a month ahead.
        shop.app.execute("UPDATE sessions SET expires_at = now() + interval '2 years'").await;
        let organization_id = shop.app.text("SELECT id::text FROM organizations").await;
        let tier = async |name: &str, monthly: i64| {
            let tier = json!({ "name": name, "monthlyPriceCents": monthly, "annualPriceCents": monthly * 10 });
            let path = format!("/api/organizations/{organization_id}/tiers");
            let made = organizations.post(&path).cookie(&shop.creator).json(&tier).send().await.expect(201);
            made["data"]["id"].as_str().unwrap().to_owned()
        };
        let (silver, gold) = (tier("Silver", 500).await, tier("Gold", 999).await);
        let club = Self { shop, organizations, organization_id, silver, gold, began: now() };
        club.stripe_prices("price_gold", 999, "month");
        club
    }

    /// What Stripe makes next of a tier's price.
    pub fn stripe_prices(&self, id: &str, amount: i64, interval: &str) {
        self.shop.stripe_answers("/v1/products", json!({ "id": format!("prod_{id}"), "object": "product" }));
        let price = json!({ "id": id, "object": "price", "unit_amount": amount, "recurring": { "interval": interval } });
        self.shop.stripe_answers("/v1/prices", price);
    }

    /// Stripe opens this session whenever it is asked, and it stays open.
    pub fn stripe_opens(&self, id: &str) {
        let open = json!({ "status": "open", "payment_status": "unpaid", "url": format!("https://stripe.test/{id}") });
        self.shop.stripe_answers("/v1/checkout/sessions", self.session(id, &open));
        self.stripe_says_of_session(id, &open);
    }

    pub fn stripe_says_of_session(&self, id: &str, changes: &Value) {
        self.shop.stripe_answers(&format!("/v1/checkout/sessions/{id}"), self.session(id, changes));
    }

    /// A session that is complete, `changes` applied.
    pub fn session(&self, id: &str, changes: &Value) -> Value {
        let mut session =
            self.shop.session(id, json!({ "mode": "subscription", "payment_intent": null, "metadata": self.marks() }));
        session.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        session
    }

    pub fn marks(&self) -> Value {
        json!({ "userId": self.shop.buyer_id, "tierId": self.gold })
    }

    /// What Stripe says of `sub_1`, a month of gold that began today, `changes` applied.
    pub fn subscription(&self, changes: &Value) -> Value {
        let mut subscription = json!({
            "id": "sub_1", "object": "subscription", "status": "active", "cancel_at_period_end": false, "cancel_at": null, "customer": "cus_1",
            "currency": "usd", "created": self.began, "ended_at": null, "pause_collection": null, "metadata": self.marks(),
            "items": { "object": "list", "data": [self.item("price_gold", 999, "month", self.began, self.began + 30 * DAY)] },
        });
        subscription.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        subscription
    }

    pub fn item(&self, price: &str, amount: i64, interval: &str, start: i64, end: i64) -> Value {
        json!({
            "id": "si_1", "object": "subscription_item", "price": { "id": price, "unit_amount": amount, "recurring": { "interval": interval } },
            "current_period_start": start, "current_period_end": end,
        })
    }

    /// Stripe says this of `sub_1` from now on.
    pub fn stripe_says(&self, changes: &Value) {
        self.shop.stripe_answers("/v1/subscriptions/sub_1", self.subscription(changes));
    }

    /// Stripe says this of `sub_1`, and an event that there is news; until that is taken up.
    pub async fn news(&self, event: &str, kind: &str, changes: &Value) {
        self.stripe_says(changes);
        let object = self.subscription(&json!({ "status": "incomplete" }));
        self.tell(event, kind, &object).await;
        self.settle().await;
    }

    pub async fn tell(&self, event: &str, kind: &str, object: &Value) {
        let event = json!({ "id": event, "object": "event", "created": now(), "type": kind, "data": { "object": object } });
        self.shop.deliver_to("subscription", &event).await.expect(200);
    }

    /// Waits until whatever was to be asked is asked: after the answer to a webhook, or by the schedule.
    pub async fn settle(&self) {
        while self.shop.app.count("subscription_news WHERE ask_at < now() + interval '10 minutes'").await > 0 {
            self.sweep(0).await;
        }
    }

    pub async fn sweep(&self, seconds: i64) -> usize {
        let at = Timestamp::from_second(now() + seconds).unwrap();
        codex_commerce::subscriptions::sweep_subscriptions(self.shop.app.platform(), at).await.unwrap()
    }

    /// A paid invoice of `sub_1`.
    pub fn invoice(&self, id: &str, amount: i64) -> Value {
        json!({
            "id": id, "object": "invoice", "amount_paid": amount, "currency": "usd", "status": "paid",
            "lines": { "object": "list", "data": [{ "period": { "start": self.began, "end": self.began + 30 * DAY },
                "pricing": { "type": "price_details", "price_details": { "price": "price_gold", "product": "prod_1" } } }] },
            "parent": { "type": "subscription_details", "subscription_details": { "subscription": "sub_1", "metadata": self.marks() } },
        })
    }

    pub fn invoice_payment(&self, invoice: &str, payment: &str) -> Value {
        json!({
            "id": format!("inpay_{invoice}"), "object": "invoice_payment", "invoice": invoice, "status": "paid",
            "payment": { "type": "payment_intent", "payment_intent": payment },
        })
    }

    pub fn call(&self, path: &str, body: &Value) -> Call<'_> {
        self.shop.app.post(path).cookie(&self.shop.buyer).json(body)
    }

    pub async fn subscribe(&self, tier: &str, interval: &str) -> Answer {
        let (success, cancel) =
            ("http://yoga.localhost:3000/thanks?session_id={CHECKOUT_SESSION_ID}", "http://yoga.localhost:3000/");
        let wanted = json!({ "tierId": tier, "interval": interval, "successUrl": success, "cancelUrl": cancel });
        self.call("/subscriptions/checkout", &wanted).send().await
    }

    /// The buyer's subscriptions.
    pub async fn subscriptions(&self) -> Vec<Value> {
        let page = self.shop.app.get("/subscriptions").cookie(&self.shop.buyer).send().await.expect(200);
        page["items"].as_array().unwrap().clone()
    }

    /// New published writing that asks for `tier`; its id.
    pub async fn writes_for(&self, tier: &str, changes: Value) -> String {
        let mut text = json!({
            "title": "For subscribers", "contentType": "written", "contentBody": "Breathe.", "organizationId": self.organization_id,
            "visibility": "members_only", "minimumTierId": tier,
        });
        text.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let api = &self.shop.content_api;
        let made = api.post("/api/content").cookie(&self.shop.creator).json(&text).send().await.expect(201);
        let id = made["data"]["id"].as_str().unwrap().to_owned();
        api.post(&format!("/api/content/{id}/publish")).cookie(&self.shop.creator).send().await.expect(200);
        id
    }

    /// Whether the buyer can read it, so many seconds from now; the library says the same.
    pub async fn reads(&self, content: &str, in_seconds: i64) -> bool {
        let api = &self.shop.content_api;
        let get = |path: String| api.get(&path).cookie(&self.shop.buyer).in_seconds(in_seconds).send();
        let read = !get(format!("/api/content/{content}")).await.expect(200)["data"]["contentBody"].is_null();
        let listed = get("/api/user/library".to_owned()).await.expect(200)["items"].to_string().contains(content);
        assert_eq!(read, listed, "the library and the content agree");
        read
    }

    pub async fn mails(&self, template: &str) -> i64 {
        self.shop.app.count(&format!("outbox WHERE template = '{template}'")).await
    }
}

//! A shop with one thing for sale, a buyer, and Stripe's part of the conversation.

#![allow(dead_code, reason = "each test file uses its part")]

use codex_ecom_api::api;
use codex_testkit::{Answer, TestApp};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

pub const COMPLETED: &str = "checkout.session.completed";

pub struct Shop {
    pub app: TestApp,
    pub content_api: TestApp,
    pub creator: String,
    pub buyer: String,
    pub buyer_id: String,
    pub content_id: String,
}

impl Shop {
    /// Opens it: a creator's organization sells a text for 29.99 USD.
    pub async fn open() -> Self {
        let app = TestApp::new(api()).await;
        let url = || app.database_url.clone();
        let (auth, organizations) =
            (TestApp::on(codex_auth::api(), url(), &[]), TestApp::on(codex_organization_api::api(), url(), &[]));
        let content_api = TestApp::on(codex_content_api::api(), url(), &[]);
        let (creator, _) = sign_up(&auth, "creator@example.com").await;
        let (buyer, buyer_id) = sign_up(&auth, "buyer@example.com").await;
        let studio = json!({ "name": "Yoga", "slug": "yoga" });
        let studio = organizations.post("/api/organizations").cookie(&creator).json(&studio).send().await.expect(201);
        let text = json!({
            "title": "On breathing", "slug": "breathing", "contentType": "written", "contentBody": "In, and out.",
            "organizationId": studio["data"]["id"], "visibility": "purchased_only", "priceCents": 2999, "currency": "usd",
        });
        let text = content_api.post("/api/content").cookie(&creator).json(&text).send().await.expect(201);
        let content_id = text["data"]["id"].as_str().unwrap().to_owned();
        content_api.post(&format!("/api/content/{content_id}/publish")).cookie(&creator).send().await.expect(200);
        Self { app, content_api, creator, buyer, buyer_id, content_id }
    }

    /// What Stripe says of a session, `changes` applied.
    pub fn session(&self, id: &str, changes: Value) -> Value {
        let mut session = json!({
            "id": id, "object": "checkout.session", "mode": "payment", "status": "complete", "payment_status": "paid",
            "amount_total": 2999, "currency": "usd", "payment_intent": format!("pi_{id}"), "url": null, "expires_at": 1_900_000_000,
            "metadata": { "userId": self.buyer_id, "contentId": self.content_id },
        });
        session.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        session
    }

    /// Delivers an event, signed as Stripe signs.
    pub async fn deliver(&self, event_id: &str, kind: &str, object: &Value) -> Answer {
        let body = json!({ "id": event_id, "object": "event", "type": kind, "data": { "object": object } }).to_string();
        self.post_webhook(&body, &signature("whsec_test", now(), &body)).await
    }

    /// The same at another of the webhook's addresses.
    pub async fn deliver_to(&self, endpoint: &str, event: &Value) -> Answer {
        let body = event.to_string();
        let path = format!("/webhooks/stripe/{endpoint}");
        let signed = signature(&format!("whsec_{endpoint}"), now(), &body);
        self.app.post(&path).header("stripe-signature", &signed).body(body).send().await
    }

    /// Stripe answers this at addresses that end so.
    pub fn stripe_answers(&self, end: &str, answer: Value) {
        let mut answers = self.app.answers.lock().unwrap();
        answers.retain(|(other, _)| other != end);
        answers.push((end.to_owned(), answer));
    }

    /// From now on the database refuses one row in a hundred that a webhook writes: before and after what else that row sets off, and at
    /// the very end of the transaction, when all else is done.
    pub async fn refuses_sometimes(&self) {
        let tables = [
            "webhook_events",
            "payments",
            "checkout_sessions",
            "purchases",
            "content_access",
            "ledger_entries",
            "refunds_due",
            "outbox",
            "unsummed_sales",
            "unsummed_customers",
            "buying_days",
            "customers",
            "customer_spending",
            "subscription_news",
            "subscriptions",
            "subscription_changes",
            "subscription_payments",
            "failed_payments",
        ];
        let triggers: String = tables
            .iter()
            .map(|table| {
                format!(
                    "CREATE TRIGGER a_refuse AFTER INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_sometimes();
                     CREATE TRIGGER z_refuse AFTER INSERT OR UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_sometimes();
                     CREATE CONSTRAINT TRIGGER z_refuse_late AFTER INSERT OR UPDATE ON {table} DEFERRABLE INITIALLY DEFERRED
                        FOR EACH ROW EXECUTE FUNCTION refuse_sometimes();"
                )
            })
            .collect();
        let refuse = "CREATE SEQUENCE refusals MINVALUE 0;
            SELECT nextval('refusals');
            CREATE FUNCTION refuse_sometimes() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                IF random() < 0.01 THEN
                    PERFORM nextval('refusals');
                    RAISE EXCEPTION 'told to refuse' USING ERRCODE = 'admin_shutdown';
                END IF;
                RETURN NULL;
            END
            $$;";
        self.app.execute(&format!("{refuse} {triggers}")).await;
    }

    /// How often it did.
    pub async fn refusals(&self) -> i64 {
        self.app.text("SELECT last_value::text FROM refusals").await.parse().unwrap()
    }

    /// The requests that Stripe got at addresses that contain this.
    pub fn asked(&self, part: &str) -> Vec<String> {
        self.app.sent.lock().unwrap().iter().filter(|(uri, _)| uri.contains(part)).map(|(_, body)| body.clone()).collect()
    }

    pub async fn post_webhook(&self, body: &str, signature: &str) -> Answer {
        self.app.post("/webhooks/stripe/booking").header("stripe-signature", signature).body(body.to_owned()).send().await
    }

    pub async fn library(&self) -> Vec<Value> {
        let library = self.content_api.get("/api/user/library").cookie(&self.buyer).send().await.expect(200);
        library["items"].as_array().unwrap().clone()
    }

    pub async fn purchases(&self) -> Vec<Value> {
        let page = self.app.get("/purchases").cookie(&self.buyer).send().await.expect(200);
        assert_eq!(page["pagination"]["total"].as_u64().unwrap() as usize, page["items"].as_array().unwrap().len());
        page["items"].as_array().unwrap().clone()
    }
}

async fn sign_up(auth: &TestApp, email: &str) -> (String, String) {
    let person = json!({ "email": email, "password": "correct horse battery", "name": "A Person" });
    let answer = auth.post("/api/auth/email/register").json(&person).send().await;
    (answer.cookie(), answer.json["user"]["id"].as_str().unwrap().to_owned())
}

pub fn event(id: &str, kind: &str, object: &Value) -> Value {
    json!({ "id": id, "object": "event", "type": kind, "created": now(), "data": { "object": object } })
}

pub fn refunded(amount: i64) -> Value {
    json!({ "id": "ch_1", "object": "charge", "payment_intent": "pi_cs_1", "amount": 2999, "amount_refunded": amount, "refunded": amount == 2999 })
}

#[allow(clippy::disallowed_methods, reason = "the outside world has its own clock")]
pub fn now() -> i64 {
    codex_kernel::Timestamp::now().as_second()
}

pub fn signature(secret: &str, time: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{time}.{body}").as_bytes());
    let hex: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={time},v1={hex}")
}

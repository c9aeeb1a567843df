//! Two organizations, the people around them, and what they sell.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

use std::sync::atomic::{AtomicU32, Ordering};

use codex_admin_api::api;
use codex_commerce::{Event, Source, receive};
use codex_identity::Role;
use codex_testkit::{Answer, Person, TestApp, fresh_database};
use http::Method;
use serde_json::{Value, json};

pub struct Office {
    pub app: TestApp,
    pub content_api: TestApp,
    pub organizations: TestApp,
    pub platform_owner: Person,
    pub owner: Person,
    pub admin: Person,
    pub creator: Person,
    pub member: Person,
    pub stranger: Person,
    /// The owner of the other organization.
    pub rival: Person,
    pub organization: String,
    pub other_organization: String,
    made: AtomicU32,
}

impl Office {
    /// `yoga`, with one of each kind, and `rival`.
    pub async fn open() -> Self {
        const UNLIMITED: [(&str, &str); 1] = [("LIMITS", r#"{"costly":[1000000,60]}"#)];
        let app = TestApp::on(api(), fresh_database().await, &UNLIMITED);
        let url = || app.database_url.clone();
        let content_api = TestApp::on(codex_content_api::api(), url(), &UNLIMITED);
        let organizations = TestApp::on(codex_organization_api::api(), url(), &UNLIMITED);
        let owner = app.person("owner", Role::Creator).await;
        let rival = app.person("rival", Role::Creator).await;
        let organization = open(&organizations, &owner, "yoga").await;
        let other_organization = open(&organizations, &rival, "rival").await;
        let office = Self {
            platform_owner: app.person("platform-owner", Role::PlatformOwner).await,
            admin: app.person("admin", Role::Customer).await,
            creator: app.person("creator", Role::Creator).await,
            member: app.person("member", Role::Customer).await,
            stranger: app.person("stranger", Role::Creator).await,
            app,
            content_api,
            organizations,
            owner,
            rival,
            organization,
            other_organization,
            made: AtomicU32::new(0),
        };
        for (person, role) in [(&office.admin, "admin"), (&office.creator, "creator"), (&office.member, "member")] {
            office
                .run(&format!(
                    "INSERT INTO organization_members VALUES ('{}', '{}', '{role}', now())",
                    office.organization, person.id
                ))
                .await;
        }
        office
    }

    pub async fn person(&self, name: &str, role: Role) -> Person {
        self.app.person(name, role).await
    }

    pub async fn run(&self, sql: &str) {
        self.app.run(sql).await;
    }

    fn next(&self) -> u32 {
        self.made.fetch_add(1, Ordering::Relaxed)
    }

    /// A text of this organization's creator that is for sale; its id.
    pub async fn sell(&self, cents: u32, currency: &str) -> String {
        self.sell_of(&self.creator, &self.organization, cents, currency).await
    }

    pub async fn sell_of(&self, creator: &Person, organization: &str, cents: u32, currency: &str) -> String {
        let body =
            json!({ "organizationId": organization, "visibility": "purchased_only", "priceCents": cents, "currency": currency });
        let id = self.draft_of(creator, body).await;
        self.content_api.post(&format!("/api/content/{id}/publish")).cookie(&creator.cookie).send().await.expect(200);
        id
    }

    /// A draft; its id.
    pub async fn draft_of(&self, creator: &Person, changes: Value) -> String {
        let number = self.next();
        let mut body = json!({ "title": format!("On breathing {number}"), "slug": format!("breathing-{number}"), "contentType": "written", "contentBody": "In." });
        body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let made = self.content_api.post("/api/content").cookie(&creator.cookie).json(&body).send().await.expect(201);
        made["data"]["id"].as_str().unwrap().to_owned()
    }

    /// Stripe tells something at the moment `at`.
    pub async fn hear(&self, kind: &str, object: Value, at: &str) {
        let id = format!("evt_{}", self.next());
        let body = json!({ "id": id, "object": "event", "type": kind, "data": { "object": object } }).to_string();
        let event = Event::parse(body.as_bytes()).unwrap();
        receive(self.app.platform(), Source::Reconcile, &event, body.as_bytes(), at.parse().unwrap()).await.unwrap();
    }

    /// `buyer` pays for a content at the moment `at`; Stripe's name for the payment.
    pub async fn buy(&self, buyer: &Person, content: &str, cents: u32, currency: &str, at: &str) -> String {
        let number = self.next();
        let intent = format!("pi_{number}");
        let session = json!({
            "id": format!("cs_{number}"), "object": "checkout.session", "mode": "payment", "status": "complete", "payment_status": "paid",
            "amount_total": cents, "currency": currency, "payment_intent": intent, "url": null, "expires_at": 1_900_000_000,
            "metadata": { "userId": buyer.id, "contentId": content },
        });
        self.hear("checkout.session.completed", session, at).await;
        intent
    }

    /// So much of a payment went back by now.
    pub async fn refund(&self, intent: &str, cents: u32, at: &str) {
        let charge = json!({ "id": format!("ch_{intent}"), "payment_intent": intent, "amount_refunded": cents });
        self.hear("charge.refunded", charge, at).await;
    }

    /// A payment is disputed (`needs_response`), or that ended (`won`, `lost`).
    pub async fn dispute(&self, intent: &str, cents: u32, status: &str, at: &str) {
        let dispute = json!({ "id": format!("du_{intent}"), "payment_intent": intent, "amount": cents, "status": status });
        let kind = if status == "needs_response" { "charge.dispute.created" } else { "charge.dispute.closed" };
        self.hear(kind, dispute, at).await;
    }

    pub async fn get(&self, path: &str, who: &Person) -> Answer {
        self.app.get(path).cookie(&who.cookie).send().await
    }

    /// A `POST` with a JSON body.
    pub async fn post(&self, path: &str, who: &Person, body: Value) -> Answer {
        self.call(Method::POST, path, who, body).await
    }

    pub async fn call(&self, method: Method, path: &str, who: &Person, body: Value) -> Answer {
        let call = self.app.call(method, path).cookie(&who.cookie);
        if body.is_null() { call.send().await } else { call.json(&body).send().await }
    }

    /// Whether somebody may read a content's text.
    pub async fn opens(&self, content: &str, who: &Person) -> bool {
        let answer = self.content_api.get(&format!("/api/content/{content}")).cookie(&who.cookie).send().await;
        answer.expect(200)["data"]["contentBody"].is_string()
    }
}

async fn open(organizations: &TestApp, owner: &Person, slug: &str) -> String {
    let body = json!({ "name": slug, "slug": slug });
    let opened = organizations.post("/api/organizations").cookie(&owner.cookie).json(&body).send().await.expect(201);
    opened["data"]["id"].as_str().unwrap().to_owned()
}

//! A post office for tests: people, an organization, mails in the outbox, and a provider that can be told what to do wrong.
#![allow(dead_code, reason = "each test file uses a part")]

use codex_edge::now;
use codex_identity::Role;
use codex_kernel::Timestamp;
use codex_notifications::{Delivered, deliver};
use codex_notifications_api::api;
use codex_testkit::{Answer, OutsideFault, Person, TestApp, fresh_database};
use http::Method;
use serde_json::{Value, json};

/// One mail went out, and nothing else happened.
pub const SENT: Delivered = Delivered { sent: 1, postponed: 0, failed: 0 };

/// So many seconds from now, which may be a second less.
pub fn later(seconds: i64) -> Timestamp {
    Timestamp::from_second(now().unwrap().as_second() + seconds).unwrap()
}

pub struct Post {
    pub app: TestApp,
    pub owner: Person,
    pub organization: String,
}

impl Post {
    /// With somebody who owns an organization.
    pub async fn open() -> Self {
        let app = TestApp::on(api(), fresh_database().await, &[("LIMITS", r#"{"costly":[1000,60]}"#)]);
        let owner = app.person("owner", Role::Creator).await;
        let post = Self { app, owner, organization: "019aa000-0000-7000-8000-000000000001".to_owned() };
        post.found(&post.organization, "Yoga & Söhne", "yoga", &post.owner).await;
        // Registering mailed them; that is not what is tested here.
        post.app.run("DELETE FROM outbox; UPDATE users SET email_verified_at = now()").await;
        post
    }

    pub async fn found(&self, id: &str, name: &str, slug: &str, owner: &Person) {
        self.app
            .run(&format!(
                "INSERT INTO organizations (id, slug, name, primary_color, created_by, created_at, updated_at)
                 VALUES ('{id}', '{slug}', '{name}', '#B91C1C', '{owner}', now(), now());
                 INSERT INTO organization_members (organization_id, user_id, role, created_at) VALUES ('{id}', '{owner}', 'owner', now())",
                owner = owner.id
            ))
            .await;
    }

    pub async fn join(&self, person: &Person, role: &str) {
        self.app
            .run(&format!(
                "INSERT INTO organization_members (organization_id, user_id, role, created_at) VALUES ('{}', '{}', '{role}', now())",
                self.organization, person.id
            ))
            .await;
    }

    /// A mail in the outbox, as a statement elsewhere writes it; `more` are further columns and their values.
    pub async fn mail(&self, template: &str, to: &str, data: Value, more: &[(&str, &str)]) {
        let columns: String = more.iter().map(|(column, _)| format!(", {column}")).collect();
        let values: String = more.iter().map(|(_, value)| format!(", '{value}'")).collect();
        self.app
            .run(&format!(
                "INSERT INTO outbox (id, template, recipient, data, created_at, due_at{columns})
                 VALUES (gen_random_uuid(), '{template}', '{to}', '{data}', now(), now(){values})"
            ))
            .await;
    }

    /// Delivers as the schedule does now.
    pub async fn deliver(&self) -> Delivered {
        self.deliver_at(now().unwrap()).await
    }

    pub async fn deliver_at(&self, now: Timestamp) -> Delivered {
        deliver(self.app.platform(), now).await.unwrap()
    }

    /// From now on the provider does this wrong; or nothing.
    pub fn provider(&self, fault: Option<OutsideFault>) {
        let mut faults = self.app.faults.lock().unwrap();
        faults.clear();
        faults.extend(fault.map(|fault| ("/emails".to_owned(), fault)));
    }

    pub async fn send(&self, method: Method, path: &str, who: &Person, body: Value) -> Answer {
        self.app.call(method, path).cookie(&who.cookie).json(&body).send().await
    }
}

pub fn welcome(name: &str) -> Value {
    json!({
        "name": name,
        "subject": "Hello {{name}}",
        "htmlBody": "<p>Hello {{name}}, <a href=\"{{link}}\">come in</a></p>",
        "textBody": "Hello {{name}}: {{link}}",
    })
}

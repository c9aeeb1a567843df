//! An organization and the people around it.
#![allow(dead_code, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic, and needs not all of it")]

use codex_identity::Role;
use codex_organization_api::api;
use codex_testkit::{Answer, Person, TestApp, fresh_database};
use http::Method;
use serde_json::{Value, json};

pub struct House {
    pub app: TestApp,
    pub owner: Person,
    pub admin: Person,
    pub member: Person,
    pub stranger: Person,
    pub id: String,
}

impl House {
    /// `yoga`, with one of each kind.
    pub async fn new() -> Self {
        // What is tested here is not the limit: some of these tests ask more often than people do.
        let app = TestApp::on(api(), fresh_database().await, &[("LIMITS", r#"{"costly":[1000000,60]}"#)]);
        let owner = app.person("owner", Role::Customer).await;
        let admin = app.person("admin", Role::Creator).await;
        let member = app.person("member", Role::Customer).await;
        let stranger = app.person("stranger", Role::Creator).await;
        let opened = app
            .post("/api/organizations")
            .cookie(&owner.cookie)
            .json(&json!({ "name": "Yoga Studio", "slug": "yoga" }))
            .send()
            .await;
        let id = opened.expect(201)["data"]["id"].as_str().unwrap().to_owned();
        let house = Self { app, owner, admin, member, stranger, id };
        house.join(&house.admin, "admin").await;
        house.join(&house.member, "member").await;
        house
    }

    /// Makes somebody a member, as an invitation would.
    pub async fn join(&self, person: &Person, role: &str) {
        let (id, user) = (&self.id, person.id);
        self.app
            .run(&format!("INSERT INTO organization_members (organization_id, user_id, role, created_at) VALUES ('{id}', '{user}', '{role}', now())"))
            .await;
    }

    /// A request about this organization: `path` begins after its id.
    pub async fn call(&self, method: Method, path: &str, who: &Person, body: Value) -> Answer {
        self.at(method, &format!("/api/organizations/{}{path}", self.id), who, body).await
    }

    /// Any request.
    pub async fn at(&self, method: Method, path: &str, who: &Person, body: Value) -> Answer {
        let call = self.app.call(method, path).cookie(&who.cookie);
        if body.is_null() { call.send().await } else { call.json(&body).send().await }
    }

    pub async fn get(&self, path: &str, who: &Person) -> Answer {
        self.call(Method::GET, path, who, Value::Null).await
    }

    /// The token in the latest mail to `address`.
    pub async fn token(&self, address: &str) -> String {
        let link = self.text(&format!("SELECT data ->> 'link' FROM outbox WHERE recipient = '{address}' AND template = 'invitation' ORDER BY created_at DESC LIMIT 1")).await;
        link.split_once("token=").unwrap().1.to_owned()
    }

    /// One text from the database.
    pub async fn text(&self, sql: &str) -> String {
        let (client, connection) = tokio_postgres::connect(&self.app.database_url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client.query_one(sql, &[]).await.unwrap().get(0)
    }
}

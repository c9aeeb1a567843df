//! Two tenants, their creator, and the workers that the pages ask. The studio's tests have the same.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

use std::sync::Arc;

use codex_http::Api;
use codex_identity::Role;
use codex_testkit::{Answer, Call, Person, TestApp};
use serde_json::{Value, json};

/// What somebody might call anything, to find out what it does to a page.
pub const HOSTILE: &str = "\"'><script>alert(1)</script>&amp;</title></style>";

pub struct Town {
    pub web: TestApp,
    pub content: Arc<TestApp>,
    pub auth: Arc<TestApp>,
    pub creator: Person,
}

impl Town {
    /// With pages of `api`.
    pub async fn new(api: Api) -> Self {
        let web = TestApp::new(api).await;
        let unlimited = [("LIMITS", r#"{"login":[1000,900],"register":[1000,900],"mail":[1000,900],"costly":[1000,60]}"#)];
        let auth = web.beside("AUTH", codex_auth::api(), &unlimited);
        let content = web.beside("CONTENT_API", codex_content_api::api(), &unlimited);
        web.beside("ECOM_API", codex_ecom_api::api(), &unlimited);
        web.beside("IDENTITY_API", codex_identity_api::api(), &unlimited);
        web.beside("ORGANIZATION_API", codex_organization_api::api(), &unlimited);
        let creator = web.person("creator", Role::Creator).await;
        let town = Self { web, content, auth, creator };
        town.tenant("yoga", "Yoga").await;
        town.tenant("chess", "Chess").await;
        town
    }

    /// A tenant of the creator's, whose id is made from its name.
    pub async fn tenant(&self, slug: &str, name: &str) {
        let (creator, name) = (self.creator.id, name.replace('\'', "''"));
        self.web
            .execute(&format!(
                "INSERT INTO organizations (id, slug, name, description, created_by, created_at, updated_at)
                 VALUES (md5('{slug}')::uuid, '{slug}', '{name}', '{name}', '{creator}', now(), now());
                 INSERT INTO organization_members (organization_id, user_id, role, created_at)
                 VALUES (md5('{slug}')::uuid, '{creator}', 'owner', now())"
            ))
            .await;
    }

    /// Something written that `tenant` publishes, with `changes`; its slug.
    pub async fn publishes(&self, tenant: &str, slug: &str, changes: Value) -> String {
        let organization = self.web.text(&format!("SELECT md5('{tenant}')::uuid::text")).await;
        let mut body = json!({
            "title": slug, "slug": slug, "contentType": "written", "contentBody": "In, and **out**.", "organizationId": organization,
            "visibility": "public",
        });
        body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let made = self.content.post("/api/content").cookie(&self.creator.cookie).json(&body).send().await.expect(201);
        let id = made["data"]["id"].as_str().unwrap();
        self.content.post(&format!("/api/content/{id}/publish")).cookie(&self.creator.cookie).send().await.expect(200);
        slug.to_owned()
    }

    /// A browser asking for a page of `tenant`.
    pub fn get(&self, tenant: &str, path: &str) -> Call<'_> {
        at(self.web.get(path), tenant)
    }

    /// A browser sending a form to a page of `tenant`, from that page.
    pub fn post(&self, tenant: &str, path: &str, fields: &[(&str, &str)]) -> Call<'_> {
        let origin = format!("http://{tenant}.localhost:3000");
        let body: Vec<String> = fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        at(self.web.post(path), tenant)
            .header("origin", &origin)
            .header("referer", &format!("{origin}{path}"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body.join("&"))
    }
}

fn at<'a>(call: Call<'a>, tenant: &str) -> Call<'a> {
    call.header("host", &format!("{tenant}.localhost:3000")).header("accept", "text/html,application/xhtml+xml")
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// The page, after checking its status.
#[track_caller]
pub fn html(answer: &Answer, status: u16) -> &str {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.json);
    assert_eq!(answer.headers["content-type"], "text/html; charset=utf-8");
    answer.json.as_str().unwrap()
}

/// Where the answer leads.
#[track_caller]
pub fn location(answer: &Answer) -> &str {
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.json);
    answer.headers["location"].to_str().unwrap()
}

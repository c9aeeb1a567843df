//! Creators, what they make, and shorter words for making it.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

use codex_content_api::api;
use codex_identity::Role;
use codex_testkit::{Answer, Call, Person, TestApp};
use serde_json::{Value, json};

/// The start of a file that is an MP4.
pub const MP4: &[u8] = b"\0\0\0\x20ftypisom\0\0\x02\0";

pub struct Shelf {
    pub app: TestApp,
    pub creator: Person,
}

impl Shelf {
    pub async fn new() -> Self {
        let app = TestApp::new(api()).await;
        let creator = app.person("creator", Role::Creator).await;
        Self { app, creator }
    }

    /// A request by the creator.
    pub fn creates(&self, path: &str, body: &Value) -> Call<'_> {
        self.app.post(path).cookie(&self.creator.cookie).json(body)
    }

    /// A request by the creator without a body.
    pub async fn acts(&self, path: &str) -> Answer {
        self.app.post(path).cookie(&self.creator.cookie).send().await
    }

    /// A new written draft with `changes`; its id.
    pub async fn draft(&self, changes: Value) -> String {
        let mut body = json!({ "title": "On breathing", "contentType": "written", "contentBody": "In, and out." });
        body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        id(&self.creates("/api/content", &body).send().await.expect(201))
    }

    /// The same, published.
    pub async fn published(&self, changes: Value) -> String {
        let content = self.draft(changes).await;
        self.acts(&format!("/api/content/{content}/publish")).await.expect(200);
        content
    }

    /// A new media item awaiting its file; the answer's `data`.
    pub async fn media(&self) -> Value {
        let body = json!({ "title": "A film", "mediaType": "video", "mimeType": "video/mp4", "fileSizeBytes": MP4.len() });
        self.creates("/api/media", &body).send().await.expect(201)["data"].clone()
    }

    /// Media with a package of one playlist of one segment; its id.
    pub async fn ready_media(&self) -> String {
        let media = self.media().await["id"].as_str().unwrap().to_owned();
        let folder = format!("{}/hls/{media}", self.creator.id);
        let bucket = self.app.platform().media.get().unwrap();
        bucket.insert(&format!("{folder}/master.m3u8"), "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n720p.m3u8\n");
        bucket.insert(&format!("{folder}/720p.m3u8"), "#EXTM3U\n#EXTINF:4,\n720p/1.ts\n#EXT-X-ENDLIST\n");
        let ready = json!({ "status": "ready", "hlsMasterPlaylistKey": format!("{folder}/master.m3u8"), "durationSeconds": 4.0 });
        let answer = patch(&self.app, &format!("/api/media/{media}"), &self.creator, &ready).await;
        assert_eq!(answer.expect(200)["data"]["status"], "ready");
        media
    }

    /// An organization of the creator's; its id.
    pub async fn organization(&self) -> String {
        let id = self.app.person("founder", Role::Creator).await.id;
        let sql = format!(
            "INSERT INTO organizations (id, slug, name, created_by, created_at, updated_at) VALUES ('{id}', 'yoga', 'Yoga', '{id}', now(), now())"
        );
        self.app.run(&sql).await;
        self.joins(&id.to_string(), &self.creator, "owner").await;
        id.to_string()
    }

    /// Gives `person` a place in an organization.
    pub async fn joins(&self, organization: &str, person: &Person, role: &str) {
        let sql = format!("INSERT INTO organization_members VALUES ('{organization}', '{}', '{role}', now())", person.id);
        self.app.run(&sql).await;
    }

    /// Gives `person` a living access row.
    pub async fn grants(&self, content: &str, person: &Person) {
        let sql = format!("INSERT INTO content_access VALUES ('{}', '{content}', NULL, now(), NULL)", person.id);
        self.app.run(&sql).await;
    }

    /// A tier of an organization; its id.
    pub async fn tier(&self, organization: &str, place: u32) -> String {
        let id = format!("019aa000-0000-7000-8000-{place:012}");
        let sql = format!(
            "INSERT INTO tiers (id, organization_id, name, sort_order, monthly_cents, annual_cents, currency, created_at, updated_at)
             VALUES ('{id}', '{organization}', 'A tier', {place}, 500, 5000, 'usd', now(), now())"
        );
        self.app.run(&sql).await;
        id
    }

    /// Gives `person` an open subscription.
    pub async fn subscribes(&self, organization: &str, tier: &str, person: &Person) {
        let sql = format!(
            "INSERT INTO subscriptions (id, stripe_id, item_id, price_id, user_id, organization_id, tier_id, status, interval, amount_cents, currency,
                period_start, period_end, cancel_at_period_end, created_at, ticket, changed_by, changed_at)
             VALUES (gen_random_uuid(), 'sub_{0}', 'si_1', 'price_1', '{0}', '{organization}', '{tier}', 'active', 'monthly', 500, 'usd',
                now(), now() + interval '1 month', false, now(), 1, 'test', now())",
            person.id
        );
        self.app.run(&sql).await;
    }

    pub async fn get(&self, path: &str, person: &Person) -> Answer {
        self.app.get(path).cookie(&person.cookie).send().await
    }
}

pub async fn patch(app: &TestApp, path: &str, person: &Person, body: &Value) -> Answer {
    app.call("PATCH".parse().unwrap(), path).cookie(&person.cookie).json(body).send().await
}

pub async fn delete(app: &TestApp, path: &str, person: &Person) -> Answer {
    app.call("DELETE".parse().unwrap(), path).cookie(&person.cookie).send().await
}

/// The `id` in an answer's `data`.
#[track_caller]
pub fn id(answer: &Value) -> String {
    answer["data"]["id"].as_str().unwrap().to_owned()
}

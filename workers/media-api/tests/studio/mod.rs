//! A creator with uploaded films, and the transcoder's part of the conversation.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

use bytes::Bytes;
use codex_edge::Config;
use codex_identity::{Role, internal};
use codex_kernel::{Id, MediaId};
use codex_media_api::api;
use codex_testkit::{Answer, Call, OutsideFault, Person, TestApp, fresh_database};
use codex_transcoding::{SIGNATURE, TIMESTAMP, sign};
use serde_json::{Value, json};

pub struct Studio {
    pub app: TestApp,
    pub creator: Person,
}

impl Studio {
    pub async fn new() -> Self {
        // The lists of stories try again more often than people may.
        let app = TestApp::on(api(), fresh_database().await, &[("LIMITS", r#"{"costly":[10000,60]}"#)]);
        let creator = app.person("creator", Role::Creator).await;
        Self { app, creator }
    }

    /// A film whose file has arrived; its id.
    pub async fn uploaded(&self) -> String {
        let id = MediaId::new(self.app.now()).unwrap();
        let creator = self.creator.id;
        let sql = format!(
            "INSERT INTO media_items (id, creator_id, title, media_type, mime_type, file_size_bytes, original_key, status, created_at, updated_at)
            VALUES ('{id}', '{creator}', 'A film', 'video', 'video/mp4', 10, '{creator}/originals/{id}/original.mp4', 'uploaded', now(), now())"
        );
        self.app.run(&sql).await;
        id.to_string()
    }

    /// A film with a job that the transcoder has; its id and the job's.
    pub async fn running(&self) -> (String, String) {
        let media = self.uploaded().await;
        let job = self.start(&media).await.expect(200)["data"]["jobId"].as_str().unwrap().to_owned();
        assert_eq!(self.status(&media).await["status"], "running");
        (media, job)
    }

    /// Another worker asks for a film to be transcoded.
    pub async fn start(&self, media: &str) -> Answer {
        let path = format!("/internal/media/{media}/transcode");
        let mut request = http::Request::post(format!("http://media-api{path}")).body(Bytes::new()).unwrap();
        let identity = internal::Identity::of_nobody();
        internal::sign(&self.app.platform().config, self.app.now(), &identity, &mut request).unwrap();
        let mut call = self.app.post(&path);
        for name in [internal::SIGNATURE, internal::TIMESTAMP, internal::NONCE, internal::IDENTITY] {
            call = call.header(name, request.headers()[name].to_str().unwrap());
        }
        call.send().await
    }

    pub async fn hand_over(&self) -> usize {
        codex_transcoding::hand_over(self.app.platform(), self.app.now()).await.unwrap()
    }

    /// The jobs that the transcoder got.
    pub fn orders(&self) -> Vec<Value> {
        let sent = self.app.sent.lock().unwrap();
        sent.iter().filter(|(to, _)| to.ends_with("/jobs")).map(|(_, body)| serde_json::from_str(body).unwrap()).collect()
    }

    pub fn transcoder_does(&self, fault: Option<OutsideFault>) {
        let mut faults = self.app.faults.lock().unwrap();
        faults.clear();
        faults.extend(fault.map(|fault| ("/jobs".to_owned(), fault)));
    }

    /// Calls back, signed as the transcoder signs.
    pub async fn tells(&self, body: &Value) -> Answer {
        self.signed(&self.app.platform().config, body).send().await
    }

    /// The same, signed so many seconds from now.
    pub async fn tells_at(&self, seconds: i64, body: &Value) -> Answer {
        self.signed(&self.app.platform().config, body).in_seconds(-seconds).send().await
    }

    pub fn signed(&self, config: &Config, body: &Value) -> Call<'_> {
        let body = body.to_string();
        let (timestamp, signature) = sign(config, body.as_bytes(), self.app.now()).unwrap();
        self.app.post("/api/transcoding/webhook").header(TIMESTAMP, &timestamp).header(SIGNATURE, &signature).body(body)
    }

    /// What a transcoder says when it is done; and it is.
    pub fn completed(&self, media: &str, job: &str) -> Value {
        let key = format!("{}/hls/{media}/master.m3u8", self.creator.id);
        self.app.platform().media.get().unwrap().insert(&key, "#EXTM3U\n");
        let output = json!({ "hlsMasterPlaylistKey": key, "durationSeconds": 4.5, "width": 1920, "height": 1080, "readyVariants": ["1080p"] });
        json!({ "jobId": job, "mediaId": media, "status": "completed", "output": output })
    }

    pub async fn status(&self, media: &str) -> Value {
        let path = format!("/api/transcoding/status/{media}");
        self.app.get(&path).cookie(&self.creator.cookie).send().await.expect(200)["data"].clone()
    }

    pub async fn retry(&self, media: &str) -> Answer {
        self.app.post(&format!("/api/transcoding/retry/{media}")).cookie(&self.creator.cookie).send().await
    }

    /// How many mails of that template wait.
    pub async fn mails(&self, template: &str) -> i64 {
        self.app.count(&format!("outbox WHERE template = '{template}'")).await
    }
}

pub fn progress(media: &str, job: &str, percent: i32) -> Value {
    json!({ "jobId": job, "mediaId": media, "status": "progress", "progress": percent, "step": format!("at {percent}") })
}

pub fn failed(media: &str, job: &str) -> Value {
    json!({ "jobId": job, "mediaId": media, "status": "failed", "error": "NO_PICTURE" })
}

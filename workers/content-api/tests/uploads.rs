//! `/api/media`: large files in parts, and how much each creator may keep.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod shelf;

use codex_content_api::api;
use codex_edge::now;
use codex_identity::Role;
use codex_kernel::Timestamp;
use codex_testkit::{Answer, TestApp, fresh_database};
use futures_util::future::join_all;
use serde_json::{Value, json};
use shelf::{MP4, Shelf, delete};

const PART: usize = 16 * 1024 * 1024;
/// Six whole parts and a rest.
const SIZE: usize = 6 * PART + 5_000_000;

fn announced(size: usize) -> Value {
    json!({ "title": "A long film", "mediaType": "video", "mimeType": "video/mp4", "fileSizeBytes": size })
}

async fn with_quota(bytes: usize) -> Shelf {
    let app = TestApp::on(api(), fresh_database().await, &[("MEDIA_QUOTA_BYTES", &bytes.to_string())]);
    let creator = app.person("creator", Role::Creator).await;
    Shelf { app, creator }
}

async fn asks(shelf: &Shelf, media: &str, body: Value) -> Answer {
    shelf.creates(&format!("/api/media/{media}/parts"), &body).send().await
}

#[tokio::test]
async fn a_large_file_arrives_in_parts_and_goes_on_where_it_broke_off() {
    let shelf = Shelf::new().await;
    let made = shelf.creates("/api/media", &announced(SIZE)).send().await.expect(201)["data"].clone();
    let (media, upload) = (made["id"].as_str().unwrap(), &made["upload"]);
    assert_eq!((&upload["partSizeBytes"], &upload["partCount"]), (&json!(PART), &json!(7)));
    let complete = format!("/api/media/{media}/upload-complete");
    assert_eq!(shelf.acts(&complete).await.expect_error(422), "UPLOAD_INCOMPLETE");

    let next = asks(&shelf, media, json!({ "wanted": [1, 7] })).await.expect(200)["data"].clone();
    let sizes: Vec<_> = next["wanted"].as_array().unwrap().iter().map(|part| part["sizeBytes"].as_u64().unwrap()).collect();
    assert_eq!(sizes, [PART as u64, 5_000_000]);
    let url = next["wanted"][1]["url"].as_str().unwrap();
    for part in ["partNumber=7", "uploadId=upload-1", "X-Amz-SignedHeaders=content-length%3Bhost"] {
        assert!(url.contains(part), "{part} in {url}");
    }
    assert_eq!(asks(&shelf, media, json!({ "wanted": [8] })).await.expect_error(400), "VALIDATION_ERROR");
    assert_eq!(asks(&shelf, media, json!({ "wanted": vec![1; 101] })).await.expect_error(400), "VALIDATION_ERROR");

    let bucket = shelf.app.platform().media.get().unwrap();
    let sends = |number: u16, size: usize| {
        let mut bytes = vec![0; size];
        bytes[..MP4.len()].copy_from_slice(MP4);
        let etag = bucket.insert_part("upload-1", number, bytes).unwrap();
        json!({ "partNumber": number, "etag": format!("\"{etag}\"") })
    };
    let arrived: Vec<_> = [3, 1, 2].into_iter().map(|number| sends(number, PART)).collect();
    asks(&shelf, media, json!({ "arrived": arrived })).await.expect(200);
    // Another browser asks how far it is.
    let far = asks(&shelf, media, json!({})).await.expect(200)["data"]["arrived"].clone();
    assert_eq!(far.as_object().unwrap().keys().collect::<Vec<_>>(), ["1", "2", "3"]);
    assert_eq!(shelf.acts(&complete).await.expect_error(422), "UPLOAD_INCOMPLETE", "three of seven");
    let mut arrived: Vec<_> = (4..=6).map(|number| sends(number, PART)).collect();
    arrived.push(json!({ "partNumber": 7, "etag": "wrong" }));
    asks(&shelf, media, json!({ "arrived": arrived })).await.expect(200);
    assert_eq!(shelf.acts(&complete).await.expect_error(422), "UPLOAD_INCOMPLETE", "R2 knows no such part");
    asks(&shelf, media, json!({ "arrived": [sends(7, 5_000_000)] })).await.expect(200);
    for _ in 0..2 {
        assert_eq!(shelf.acts(&complete).await.expect(200)["data"]["status"], "uploaded");
    }
    assert!(bucket.uploads().is_empty());
    asks(&shelf, media, json!({})).await.expect(404);
    let small = shelf.media().await;
    assert_eq!(asks(&shelf, small["id"].as_str().unwrap(), json!({})).await.expect_error(422), "UPLOAD_NOT_IN_PARTS");
}

#[tokio::test]
async fn the_quota_holds_whatever_happens_at_once() {
    let shelf = with_quota(2_500).await;
    let start = || shelf.creates("/api/media", &announced(1_000)).send();
    let outcomes = join_all((0..8).map(|_| start())).await;
    let made: Vec<_> = outcomes.iter().filter(|answer| answer.status == 201).collect();
    assert_eq!(made.len(), 2, "as many as fit");
    for refused in outcomes.iter().filter(|answer| answer.status != 201) {
        assert_eq!((refused.status.as_u16(), &refused.json["error"]["code"]), (422, &json!("QUOTA_EXCEEDED")));
    }
    let path = format!("/api/media/{}", made[0].json["data"]["id"].as_str().unwrap());
    let deletions = join_all((0..4).map(|_| delete(&shelf.app, &path, &shelf.creator))).await;
    assert_eq!(deletions.iter().filter(|answer| answer.status == 204).count(), 1);
    assert_eq!(shelf.app.count("media_usage WHERE bytes = 1000").await, 1, "freed once");
    start().await.expect(201);
    let other = shelf.app.person("other", Role::Creator).await;
    shelf.app.post("/api/media").cookie(&other.cookie).json(&announced(2_500)).send().await.expect(201);
    let too_large = shelf.app.post("/api/media").cookie(&other.cookie).json(&announced(2_501)).send().await;
    assert_eq!(too_large.expect_error(422), "QUOTA_EXCEEDED");
}

#[tokio::test]
async fn a_refused_or_deleted_upload_in_parts_leaves_nothing() {
    let shelf = with_quota(SIZE).await;
    let made = shelf.creates("/api/media", &announced(SIZE)).send().await.expect(201)["data"]["id"].clone();
    let bucket = shelf.app.platform().media.get().unwrap();
    assert_eq!(shelf.creates("/api/media", &announced(SIZE)).send().await.expect_error(422), "QUOTA_EXCEEDED");
    assert_eq!(bucket.uploads(), ["upload-1"]);
    assert_eq!(delete(&shelf.app, &format!("/api/media/{}", made.as_str().unwrap()), &shelf.creator).await.status, 204);
    assert!(bucket.uploads().is_empty());
}

#[tokio::test]
async fn what_does_not_arrive_in_time_is_given_up() {
    let shelf = with_quota(SIZE + 100).await;
    let large = shelf.creates("/api/media", &announced(SIZE)).send().await.expect(201)["data"]["id"].clone();
    let small = shelf.creates("/api/media", &announced(100)).send().await.expect(201)["data"].clone();
    let platform = shelf.app.platform();
    let later = |seconds: i64| Timestamp::from_second(now().unwrap().as_second() + seconds).unwrap();
    assert_eq!(codex_content::sweep_uploads(platform, later(0)).await.unwrap(), 0);
    assert_eq!(codex_content::sweep_uploads(platform, later(3_700)).await.unwrap(), 1, "the small one");
    let sweeps = join_all((0..4).map(|_| codex_content::sweep_uploads(platform, later(90_000)))).await;
    assert_eq!(sweeps.into_iter().map(Result::unwrap).sum::<usize>(), 1, "each is given up once");
    assert!(platform.media.get().unwrap().uploads().is_empty());
    assert_eq!(shelf.app.count("media_items WHERE status = 'failed'").await, 2);
    assert_eq!(shelf.app.count("media_usage WHERE bytes = 0").await, 1);
    let path = format!("/api/media/{}", large.as_str().unwrap());
    assert_eq!(asks(&shelf, large.as_str().unwrap(), json!({})).await.expect_error(404), "NOT_FOUND");
    let late = shelf.acts(&format!("/api/media/{}/upload-complete", small["id"].as_str().unwrap())).await;
    assert_eq!(late.expect(200)["data"]["status"], "failed");
    assert_eq!(delete(&shelf.app, &path, &shelf.creator).await.status, 204);
    assert_eq!(shelf.app.count("media_usage WHERE bytes = 0").await, 1, "not freed twice");
}

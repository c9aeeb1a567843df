//! R2 is away: whoever needs it is told so, nothing is half done, and it works once R2 is back.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod shelf;

use codex_edge::{Bucket, Fault};
use codex_identity::Role;
use codex_testkit::Answer;
use serde_json::{Value, json};
use shelf::{MP4, Shelf, delete, id, patch};

const AWAY: &str = "SERVICE_UNAVAILABLE";

fn bucket(shelf: &Shelf) -> &Bucket {
    shelf.app.platform().media.get().unwrap()
}

fn long() -> Value {
    json!({ "title": "Long", "mediaType": "video", "mimeType": "video/mp4", "fileSizeBytes": 200_000_000 })
}

#[tokio::test]
async fn an_upload_in_parts_is_not_begun_by_halves() {
    let shelf = Shelf::new().await;
    bucket(&shelf).set_fault(Fault::Down);
    assert_eq!(shelf.creates("/api/media", &long()).send().await.expect_error(503), AWAY);
    assert_eq!((shelf.app.count("media_items").await, shelf.app.count("media_usage WHERE bytes > 0").await), (0, 0));
    bucket(&shelf).set_fault(Fault::None);
    let media = id(&shelf.creates("/api/media", &long()).send().await.expect(201));
    assert_eq!(bucket(&shelf).uploads().len(), 1);

    bucket(&shelf).set_fault(Fault::Down);
    let path = format!("/api/media/{media}");
    assert_eq!(shelf.acts(&format!("{path}/upload-complete")).await.expect_error(503), AWAY);
    assert_eq!(shelf.app.count("media_items WHERE status = 'uploading'").await, 1);
    // Deleting takes the row away; what R2 still holds of it, its own rule forgets.
    delete(&shelf.app, &path, &shelf.creator).await.expect(204);
    assert_eq!(delete(&shelf.app, &path, &shelf.creator).await.expect_error(404), "NOT_FOUND");
}

#[tokio::test]
async fn a_file_that_arrived_is_taken_note_of_once_r2_is_back() {
    let shelf = Shelf::new().await;
    let media = shelf.media().await;
    let (path, key) =
        (format!("/api/media/{}/upload-complete", media["id"].as_str().unwrap()), media["originalKey"].as_str().unwrap());
    bucket(&shelf).insert(key, MP4);
    bucket(&shelf).set_fault(Fault::Down);
    assert_eq!(shelf.acts(&path).await.expect_error(503), AWAY);
    bucket(&shelf).set_fault(Fault::None);
    assert_eq!(shelf.acts(&path).await.expect(200)["data"]["status"], "uploaded");
}

#[tokio::test]
async fn nothing_is_ready_or_pictured_unseen() {
    let shelf = Shelf::new().await;
    let media = shelf.media().await["id"].as_str().unwrap().to_owned();
    let content = shelf.draft(json!({})).await;
    let picture = json!({ "mimeType": "image/png", "fileSizeBytes": 100 });
    let key =
        shelf.creates(&format!("/api/content/{content}/thumbnail"), &picture).send().await.expect(201)["data"]["key"].clone();
    bucket(&shelf).set_fault(Fault::Down);
    let ready = json!({ "status": "ready", "hlsMasterPlaylistKey": format!("{}/hls/{media}/master.m3u8", shelf.creator.id), "durationSeconds": 4.0 });
    assert_eq!(patch(&shelf.app, &format!("/api/media/{media}"), &shelf.creator, &ready).await.expect_error(503), AWAY);
    let put = shelf.app.call("PUT".parse().unwrap(), &format!("/api/content/{content}/thumbnail"));
    assert_eq!(put.cookie(&shelf.creator.cookie).json(&json!({ "key": key })).send().await.expect_error(503), AWAY);
    assert_eq!(shelf.app.count("media_items WHERE status = 'ready'").await, 0);
    assert_eq!(shelf.app.count("content WHERE thumbnail_key IS NOT NULL OR version > 1").await, 0);
}

#[tokio::test]
async fn an_address_to_play_is_given_and_its_playlist_waits_for_r2() {
    let shelf = Shelf::new().await;
    let media = shelf.ready_media().await;
    let content = shelf.published(json!({ "contentType": "video", "contentBody": null, "mediaItemId": media })).await;
    let viewer = shelf.app.person("viewer", Role::Customer).await;
    bucket(&shelf).set_fault(Fault::Down);
    let stream = shelf.get(&format!("/api/access/content/{content}/stream"), &viewer).await.expect(200);
    let address = stream["data"]["streamingUrl"].as_str().unwrap().strip_prefix("http://localhost:4001").unwrap().to_owned();
    let play = async || -> Answer { shelf.app.get(&address).send().await };
    let refused = play().await;
    assert!(refused.headers.contains_key("retry-after"));
    assert_eq!(refused.expect_error(503), AWAY);
    bucket(&shelf).set_fault(Fault::None);
    assert_eq!(play().await.status, 200);
}

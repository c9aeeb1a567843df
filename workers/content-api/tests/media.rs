//! `/api/media`: from an announced file to something that plays.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod shelf;

use codex_identity::Role;
use serde_json::{Value, json};
use shelf::{MP4, Shelf, delete, patch};

#[tokio::test]
async fn a_file_is_announced_sent_and_looked_at() {
    let shelf = Shelf::new().await;
    let media = shelf.media().await;
    assert_eq!(media["status"], "uploading");
    let key = media["originalKey"].as_str().unwrap().to_owned();
    assert_eq!(key, format!("{}/originals/{}/original.mp4", shelf.creator.id, media["id"].as_str().unwrap()));
    let upload = &media["upload"];
    assert_eq!((&upload["method"], &upload["headers"]["content-type"]), (&json!("PUT"), &json!("video/mp4")));
    let url = upload["url"].as_str().unwrap();
    assert!(url.starts_with(&format!("http://r2.test/media/{key}?")) && url.contains("X-Amz-Signature="), "{url}");

    let path = format!("/api/media/{}", media["id"].as_str().unwrap());
    let complete = format!("{path}/upload-complete");
    assert_eq!(shelf.acts(&complete).await.expect_error(422), "UPLOAD_INCOMPLETE");
    let bucket = shelf.app.platform().media.get().unwrap();
    bucket.insert(&key, "<html>not a film</html>");
    assert_eq!(shelf.acts(&complete).await.expect_error(422), "UPLOAD_MISMATCH");
    bucket.insert(&key, [MP4, b"longer"].concat());
    assert_eq!(shelf.acts(&complete).await.expect_error(422), "UPLOAD_MISMATCH", "not the size announced");
    bucket.insert(&key, MP4);
    for _ in 0..2 {
        assert_eq!(shelf.acts(&complete).await.expect(200)["data"]["status"], "uploaded", "again is no different from once");
    }
    assert_eq!(shelf.get(&path, &shelf.creator).await.expect(200)["data"]["status"], "uploaded");
}

#[tokio::test]
async fn ready_means_that_it_plays() {
    let shelf = Shelf::new().await;
    let media = shelf.media().await["id"].as_str().unwrap().to_owned();
    let path = format!("/api/media/{media}");
    let own = |file: &str| format!("{}/hls/{media}/{file}", shelf.creator.id);
    let change = |body: Value| {
        let path = path.clone();
        let shelf = &shelf;
        async move { patch(&shelf.app, &path, &shelf.creator, &body).await }
    };
    assert_eq!(change(json!({ "status": "ready" })).await.expect_error(422), "MEDIA_NOT_READY");
    let ready = json!({ "status": "ready", "hlsMasterPlaylistKey": own("master.m3u8"), "durationSeconds": 4.0 });
    assert_eq!(change(ready.clone()).await.expect_error(422), "MEDIA_NOT_READY", "the playlist does not exist");
    let foreign = json!({ "hlsMasterPlaylistKey": "somebody-else/hls/x/master.m3u8" });
    assert_eq!(change(foreign).await.expect_error(422), "MEDIA_KEY_NOT_ALLOWED");
    for status in ["uploaded", "transcoding", "failed"] {
        assert_eq!(change(json!({ "status": status })).await.expect_error(400), "VALIDATION_ERROR", "{status}");
    }
    shelf.app.platform().media.get().unwrap().insert(&own("master.m3u8"), "#EXTM3U\n");
    assert_eq!(change(ready).await.expect(200)["data"]["hlsMasterPlaylistKey"], own("master.m3u8"));
    assert_eq!(change(json!({ "title": "Another" })).await.expect(200)["data"]["status"], "ready");
}

#[tokio::test]
async fn a_package_goes_into_its_own_folder() {
    let shelf = Shelf::new().await;
    let media = shelf.media().await["id"].as_str().unwrap().to_owned();
    let package = |path: &str| {
        let files = json!({ "files": [{ "path": path, "contentType": "video/mp2t", "sizeBytes": 10 }] });
        shelf.creates(&format!("/api/media/{media}/package"), &files).send()
    };
    let made = package("720p/1.ts").await.expect(200)["data"].clone();
    assert_eq!(made["prefix"], format!("{}/hls/{media}/", shelf.creator.id));
    assert_eq!(made["files"][0]["key"], format!("{}/hls/{media}/720p/1.ts", shelf.creator.id));
    // Whoever brings a package needs none of the platform's making, whatever its transcoder is at.
    for status in ["uploaded", "transcoding"] {
        shelf.app.run(&format!("UPDATE media_items SET status = '{status}'")).await;
        package("720p/1.ts").await.expect(200);
        assert_eq!(shelf.app.count("media_items WHERE status = 'failed' AND transcoding_job_id IS NULL").await, 1, "{status}");
    }
    let refused = package("../../other/1.ts").await.expect(400);
    assert_eq!(refused["error"]["details"]["issues"][0]["path"], "files[0].path");
}

#[tokio::test]
async fn lists_are_the_creators_own_and_what_is_used_stays() {
    let shelf = Shelf::new().await;
    let other = shelf.app.person("other", Role::Creator).await;
    let (used, unused) = (shelf.ready_media().await, shelf.media().await["id"].as_str().unwrap().to_owned());
    let list = shelf.get("/api/media", &shelf.creator).await.expect(200);
    assert_eq!((&list["pagination"]["total"], &list["items"][0]["id"]), (&json!(2), &json!(unused)));
    let ready = shelf.get("/api/media?status=ready&mediaType=video", &shelf.creator).await.expect(200);
    assert_eq!((&ready["pagination"]["total"], &ready["items"][0]["id"]), (&json!(1), &json!(used)));
    assert_eq!(shelf.get("/api/media", &other).await.expect(200)["pagination"]["total"], 0);

    let film = shelf.draft(json!({ "contentType": "video", "contentBody": null, "mediaItemId": used })).await;
    let path = format!("/api/media/{used}");
    assert_eq!(delete(&shelf.app, &path, &shelf.creator).await.expect_error(409), "CONFLICT");
    assert_eq!(delete(&shelf.app, &format!("/api/content/{film}"), &shelf.creator).await.status, 204);
    assert_eq!(delete(&shelf.app, &path, &shelf.creator).await.status, 204);
    assert_eq!(shelf.get(&path, &shelf.creator).await.expect_error(404), "NOT_FOUND");
}

#[tokio::test]
async fn what_is_no_film_is_not_taken() {
    let shelf = Shelf::new().await;
    for (kind, mime) in [("video", "text/html"), ("video", "audio/mpeg"), ("audio", "video/mp4"), ("video", "image/svg+xml")] {
        let body = json!({ "title": "X", "mediaType": kind, "mimeType": mime, "fileSizeBytes": 1 });
        let refused = shelf.creates("/api/media", &body).send().await.expect(400);
        assert_eq!(refused["error"]["details"]["issues"][0]["path"], "mimeType", "{kind} {mime}");
    }
}

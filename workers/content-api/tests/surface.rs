//! What this worker declares: its routes and its statements.

mod shelf;

use codex_content_api::api;
use codex_identity::Role;
use codex_testkit::{Thing, foreign_things_walk};
use serde_json::json;

#[tokio::test]
async fn statements_fit_the_schema() {
    codex_testkit::check_statements("content", codex_content::STATEMENTS).await;
}

#[tokio::test]
async fn strangers_are_refused() {
    codex_testkit::strangers_walk(api).await;
}

#[tokio::test]
async fn the_wrong_role_is_refused() {
    codex_testkit::wrong_role_walk(api).await;
}

#[tokio::test]
async fn another_creators_drafts_and_media_do_not_exist() {
    let shelf = shelf::Shelf::new().await;
    let other = shelf.app.person("other", Role::Creator).await;
    let media = shelf.ready_media().await;
    let content = shelf.draft(json!({ "contentType": "video", "contentBody": null, "mediaItemId": media })).await;
    let things = [
        Thing { under: "/api/content/", id: &content },
        Thing { under: "/api/access/", id: &content },
        Thing { under: "/api/media/", id: &media },
    ];
    let bodies = [
        ("access.save_all", json!({ "items": [{ "contentId": content, "positionSeconds": 1, "durationSeconds": 4 }] })),
        ("access.save_progress", json!({ "positionSeconds": 1, "durationSeconds": 4 })),
        ("thumbnail.start", json!({ "mimeType": "image/png", "fileSizeBytes": 1 })),
        ("thumbnail.keep", json!({ "key": format!("{}/thumbnails/{content}/a.png", other.id) })),
        ("media.package", json!({ "files": [{ "path": "a.ts", "contentType": "video/mp2t", "sizeBytes": 1 }] })),
    ];
    foreign_things_walk(&shelf.app, &api(), &other, &things, &bodies).await;
    let own = shelf.get(&format!("/api/content/{content}"), &shelf.creator).await.expect(200);
    assert_eq!(own["data"]["status"], "draft", "and nobody changed it");
}

/// What these files say is reviewed; a change to them is a change to review. `UPDATE_SNAPSHOTS=1` rewrites them.
#[test]
fn the_surface_is_as_reviewed() {
    codex_testkit::check_snapshots(&api(), env!("CARGO_MANIFEST_DIR"));
}

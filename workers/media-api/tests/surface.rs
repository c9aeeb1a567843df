//! What this worker declares: its routes and its statements.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod studio;

use codex_identity::Role;
use codex_media_api::api;
use codex_testkit::{Thing, foreign_things_walk};
use studio::Studio;

#[tokio::test]
async fn statements_fit_the_schema() {
    codex_testkit::check_statements("transcoding", codex_transcoding::STATEMENTS).await;
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
async fn another_creators_jobs_do_not_exist() {
    let studio = Studio::new().await;
    let (media, job) = studio.running().await;
    studio.tells(&studio::failed(&media, &job)).await.expect(200);
    let other = studio.app.person("other", Role::Creator).await;
    foreign_things_walk(&studio.app, &api(), &other, &[Thing { under: "/api/transcoding/", id: &media }], &[]).await;
    assert_eq!(studio.status(&media).await["status"], "failed", "and nobody tried it again");
}

/// What these files say is reviewed; a change to them is a change to review. `UPDATE_SNAPSHOTS=1` rewrites them.
#[test]
fn the_surface_is_as_reviewed() {
    codex_testkit::check_snapshots(&api(), env!("CARGO_MANIFEST_DIR"));
}

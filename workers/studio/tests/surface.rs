//! What this worker declares: its routes.

use codex_studio::api;

#[tokio::test]
async fn strangers_are_refused() {
    codex_testkit::strangers_walk(api).await;
}

/// What these files say is reviewed; a change to them is a change to review. `UPDATE_SNAPSHOTS=1` rewrites them.
#[test]
fn the_surface_is_as_reviewed() {
    codex_testkit::check_snapshots(&api(), env!("CARGO_MANIFEST_DIR"));
}

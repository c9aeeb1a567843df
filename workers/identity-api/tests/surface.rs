//! What this worker declares: its routes and its statements.

use codex_identity_api::api;

#[tokio::test]
async fn statements_fit_the_schema() {
    codex_testkit::check_statements("profiles", codex_profiles::STATEMENTS).await;
}

#[tokio::test]
async fn strangers_are_refused() {
    codex_testkit::strangers_walk(api).await;
}

/// What these files say is reviewed; a change to them is a change to review. `UPDATE_SNAPSHOTS=1` rewrites them.
#[test]
fn the_surface_is_as_reviewed() {
    codex_testkit::check_snapshots(&api(), env!("CARGO_MANIFEST_DIR"));
}

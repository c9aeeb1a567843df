//! What this worker declares: its routes.

use codex_identity_api::api;

#[tokio::test]
async fn strangers_are_refused() {
    codex_testkit::strangers_walk(api).await;
}

#[test]
fn routes_are_as_reviewed() {
    codex_testkit::check_routes(&api(), concat!(env!("CARGO_MANIFEST_DIR"), "/routes.txt"));
}

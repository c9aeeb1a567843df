//! What this worker declares: its routes and its statements.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod club;
mod shop;

use codex_ecom_api::api;
use codex_identity::Role;
use codex_testkit::{Thing, foreign_things_walk};
use serde_json::json;

#[tokio::test]
async fn statements_fit_the_schema() {
    codex_testkit::check_statements("commerce", codex_commerce::STATEMENTS).await;
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
async fn another_buyers_purchases_and_subscriptions_do_not_exist() {
    let club = club::Club::open().await;
    club.news("evt_2", "customer.subscription.created", &json!({})).await;
    let subscription = club.subscriptions().await[0]["id"].as_str().unwrap().to_owned();
    let change = json!({ "tierId": club.silver, "interval": "monthly" });
    let shop = club.shop;
    let session = shop.session("cs_1", json!({}));
    shop.deliver("evt_1", "checkout.session.completed", &session).await.expect(200);
    let purchases = shop.purchases().await;
    let id = purchases[0]["id"].as_str().unwrap();
    let other = shop.app.person("other", Role::Customer).await;
    let things = [Thing { under: "/purchases/", id }, Thing { under: "/subscriptions/{", id: &subscription }];
    foreign_things_walk(
        &shop.app,
        &api(),
        &other,
        &things,
        &[("subscriptions.change", change.clone()), ("subscriptions.preview_change", change)],
    )
    .await;
}

/// What these files say is reviewed; a change to them is a change to review. `UPDATE_SNAPSHOTS=1` rewrites them.
#[test]
fn the_surface_is_as_reviewed() {
    codex_testkit::check_snapshots(&api(), env!("CARGO_MANIFEST_DIR"));
}

//! What this worker declares: its routes and its statements.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod office;

use codex_admin_api::api;
use codex_identity::Role;
use http::Method;
use office::Office;
use serde_json::json;

#[tokio::test]
async fn statements_fit_the_schema() {
    codex_testkit::check_statements("insights", codex_insights::STATEMENTS).await;
}

#[tokio::test]
async fn strangers_are_refused() {
    codex_testkit::strangers_walk(api).await;
}

#[tokio::test]
async fn the_wrong_role_is_refused() {
    codex_testkit::wrong_role_walk(api).await;
}

/// To the owner of another organization, this one and all that is in it do not exist: every route answers as for an id that is nobody's.
#[tokio::test]
async fn another_tenant_does_not_exist() {
    let office = Office::open().await;
    let text = office.sell(2999, "usd").await;
    let buyer = office.person("buyer", Role::Customer).await;
    office.buy(&buyer, &text, 2999, "usd", "2025-03-01T12:00:00Z").await;
    let gift = format!("/api/admin/customers/{}/grant-access/{text}", buyer.id);
    office.post(&gift, &office.owner, json!({})).await.expect(201);
    let (organization, customer) = (office.organization.clone(), buyer.id.to_string());
    let nobody = "019aa000-0000-7000-8000-000000000001".to_owned();
    let mut walked = 0;
    for entry in api().entries().iter().filter(|entry| !entry.policy.is_public() && entry.policy.role().is_none()) {
        let path = |customer: &str, content: &str| {
            let path = entry.path.replace("{contentId}", content);
            if path.contains("/customers/") { path.replace("{id}", customer) } else { path.replace("{id}", content) }
        };
        let at = |organization: &str| {
            if entry.method == Method::GET { format!("?organizationId={organization}") } else { String::new() }
        };
        let theirs = office.app.call(entry.method.clone(), &(path(&customer, &text) + &at(&organization)));
        let none = office.app.call(entry.method.clone(), &(path(&nobody, &nobody) + &at(&nobody)));
        let (theirs, none) = (theirs.cookie(&office.rival.cookie).send().await, none.cookie(&office.rival.cookie).send().await);
        let name = format!("{} {}", entry.method, entry.path);
        assert_eq!((theirs.status.as_u16(), none.status.as_u16()), (404, 404), "{name}: {}", theirs.json);
        assert_eq!(theirs.json["error"], none.json["error"], "{name} tells that it exists");
        walked += 1;
    }
    assert!(walked >= 14, "{walked}");
    // About their own organization they learn nothing of this one, not even with the ids in hand.
    for path in [
        "analytics/revenue",
        "analytics/dashboard",
        "activity",
        "content",
        "customers",
        "analytics/top-content",
        "analytics/content-performance",
    ] {
        let own = office.get(&format!("/api/admin/{path}"), &office.rival).await.expect(200).to_string();
        for id in [&organization, &text, &customer] {
            assert!(!own.contains(id.as_str()), "{path} shows what is somebody else's: {own}");
        }
    }
    office.get(&format!("/api/admin/customers/{customer}"), &office.rival).await.expect_error(404);
    assert_eq!(office.app.count("access_grants WHERE revoked_at IS NULL").await, 1, "and nobody took the gift back");
}

/// Who may ask comes before what they ask.
#[tokio::test]
async fn a_refused_question_is_first_refused_for_its_asker() {
    let office = Office::open().await;
    for path in [
        "analytics/revenue",
        "analytics/customers",
        "analytics/top-content",
        "analytics/content-performance",
        "analytics/dashboard-stats",
        "analytics/dashboard",
        "activity",
        "content",
        "customers",
    ] {
        let bad = format!("/api/admin/{path}?organizationId={}&nonsense=1", office.organization);
        assert_eq!(office.get(&bad, &office.owner).await.expect_error(400), "VALIDATION_ERROR", "{path}");
        assert_eq!(office.get(&bad, &office.admin).await.expect_error(400), "VALIDATION_ERROR", "{path}");
        for outside in [&office.rival, &office.stranger] {
            assert_eq!(office.get(&bad, outside).await.expect_error(404), "NOT_FOUND", "{path}");
        }
        for inside in [&office.member, &office.creator] {
            assert_eq!(office.get(&bad, inside).await.expect_error(403), "FORBIDDEN", "{path}");
        }
        let all = format!("/api/admin/{path}");
        assert_eq!(office.get(&all, &office.stranger).await.expect_error(403), "FORBIDDEN", "{path}: nothing is theirs");
        office.get(&all, &office.platform_owner).await.expect(200);
        office.get(&all, &office.owner).await.expect(200);
    }
    // Of two organizations one must be named.
    office
        .run(&format!(
            "INSERT INTO organization_members SELECT id, '{}', 'admin', now() FROM organizations WHERE slug = 'rival'",
            office.owner.id
        ))
        .await;
    let refused = office.get("/api/admin/activity", &office.owner).await.expect(400);
    assert_eq!(refused["error"]["details"]["issues"][0]["path"], "organizationId");
    // Whoever is removed sees nothing with the next request; so does everybody, once it is deleted.
    office.run(&format!("DELETE FROM organization_members WHERE user_id = '{}'", office.admin.id)).await;
    let at = format!("/api/admin/activity?organizationId={}", office.organization);
    office.get(&at, &office.admin).await.expect_error(404);
    office.run("UPDATE organizations SET deleted_at = now() WHERE slug = 'yoga'").await;
    office.get(&at, &office.owner).await.expect_error(404);
    office.get(&at, &office.platform_owner).await.expect(200);
}

/// What these files say is reviewed; a change to them is a change to review. `UPDATE_SNAPSHOTS=1` rewrites them.
#[test]
fn the_surface_is_as_reviewed() {
    codex_testkit::check_snapshots(&api(), env!("CARGO_MANIFEST_DIR"));
}

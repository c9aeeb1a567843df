//! What this worker declares: its routes and its statements.

mod house;

use codex_organization_api::api;
use house::House;
use serde_json::json;

#[tokio::test]
async fn statements_fit_the_schema() {
    codex_testkit::check_statements("organizations", codex_organizations::STATEMENTS).await;
}

#[tokio::test]
async fn strangers_are_refused() {
    codex_testkit::strangers_walk(api).await;
}

#[tokio::test]
async fn the_wrong_role_is_refused() {
    codex_testkit::wrong_role_walk(api).await;
}

/// What anybody may do at any organization; to the rest a stranger is told that there is no such organization.
const FOR_EVERYBODY: [&str; 4] = ["followers.follow", "followers.unfollow", "followers.me", "members.my_membership"];

#[tokio::test]
async fn an_organization_is_managed_from_inside_only() {
    let house = House::new().await;
    let bodies = [
        ("invitations.invite", json!({ "email": "a@example.com", "role": "member" })),
        ("members.change_role", json!({ "role": "member" })),
        ("organizations.transfer", json!({ "userId": house.member.id })),
        ("tiers.create", json!({ "name": "Gold", "monthlyPriceCents": 999, "annualPriceCents": 9990 })),
    ];
    let api = api();
    let inside = api.entries().iter().filter(|entry| {
        entry.path.contains("{id}") && !entry.policy.is_public() && !FOR_EVERYBODY.contains(&entry.operation.as_str())
    });
    let mut walked = 0;
    for entry in inside {
        let body = bodies
            .iter()
            .find(|(operation, _)| *operation == entry.operation)
            .map_or_else(|| json!({}), |(_, body)| body.clone());
        let member = house.member.id.to_string();
        let path = |id: &str| {
            entry
                .path
                .replace("{id}", id)
                .replace("{user_id}", &member)
                .replace("{invitation_id}", &member)
                .replace("{tier_id}", &member)
        };
        let name = format!("{} {}", entry.method, entry.path);
        for id in [house.id.as_str(), "019aa000-0000-7000-8000-000000000001"] {
            let call = house.app.call(entry.method.clone(), &path(id)).cookie(&house.stranger.cookie);
            let picture = entry.operation == "settings.put_logo";
            let answer = if picture { call.body(b"\xff\xd8\xff".as_slice()) } else { call.json(&body) }.send().await;
            assert_eq!(answer.expect_error(404), "NOT_FOUND", "{name}");
        }
        walked += 1;
    }
    assert!(walked > 20, "{walked}");
    assert_eq!(house.app.count("organization_members").await, 3);
}

/// What these files say is reviewed; a change to them is a change to review. `UPDATE_SNAPSHOTS=1` rewrites them.
#[test]
fn the_surface_is_as_reviewed() {
    codex_testkit::check_snapshots(&api(), env!("CARGO_MANIFEST_DIR"));
}

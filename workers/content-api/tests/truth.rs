//! The rule of who may watch what, over HTTP: playing, reporting progress and continuing agree with it in every case.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod shelf;

use codex_content::{Grounds, OrganizationRole, Status, Verdict, Visibility, access_rule};
use codex_identity::Role;
use codex_testkit::Person;
use serde_json::json;
use shelf::Shelf;

struct Somebody {
    person: Person,
    owner: bool,
    role: Option<OrganizationRole>,
    granted: bool,
}

#[tokio::test]
async fn every_case_of_the_truth_table() {
    let shelf = Shelf::new().await;
    let organization = shelf.organization().await;
    let mut contents = Vec::new();
    for status in [Status::Draft, Status::Published, Status::Archived] {
        for visibility in [Visibility::Public, Visibility::PurchasedOnly, Visibility::MembersOnly] {
            let media = shelf.ready_media().await;
            let id = shelf
                .published(json!({
                    "contentType": "video", "contentBody": null, "mediaItemId": media, "organizationId": organization,
                    "visibility": visibility, "priceCents": 100,
                }))
                .await;
            shelf.app.run(&format!("UPDATE content SET status = '{}' WHERE id = '{id}'", status.name())).await;
            contents.push((id, status, visibility));
        }
    }
    let roles = [
        (None, ""),
        (Some(OrganizationRole::Owner), "owner"),
        (Some(OrganizationRole::Admin), "admin"),
        (Some(OrganizationRole::Creator), "creator"),
        (Some(OrganizationRole::Member), "member"),
    ];
    let mut people = Vec::new();
    for (role, name) in roles {
        for granted in [false, true] {
            let person = shelf.app.person(&format!("x{name}-{granted}"), Role::Customer).await;
            if role.is_some() {
                shelf.joins(&organization, &person, name).await;
            }
            for (content, ..) in contents.iter().filter(|_| granted) {
                shelf.grants(content, &person).await;
            }
            people.push(Somebody { person, owner: false, role, granted });
        }
    }
    people.push(Somebody { person: shelf.creator.clone(), owner: true, role: Some(OrganizationRole::Owner), granted: false });
    // Everybody has begun everything, as if they had been allowed to once.
    let begun = "INSERT INTO playback_progress SELECT u.id, c.id, 1, 4, false, now() - interval '1 hour' FROM users u, content c";
    shelf.app.run(begun).await;

    let mut seen = 0;
    for Somebody { person, owner, role, granted } in &people {
        let begun = shelf.get("/api/user/continue-watching?limit=100", person).await.expect(200).to_string();
        let library = shelf.get("/api/user/library?limit=100", person).await.expect(200)["items"].to_string();
        for (content, status, visibility) in &contents {
            let grounds = Grounds { owner: *owner, status: *status, visibility: *visibility, purchased: *granted, role: *role };
            let (plays, saves) = match access_rule(&grounds) {
                Verdict::Allowed => (200, 204),
                Verdict::Denied => (403, 403),
                Verdict::Hidden => (404, 404),
            };
            let stream = shelf.get(&format!("/api/access/content/{content}/stream"), person).await;
            assert_eq!(stream.status, plays, "{grounds:?}");
            let report = json!({ "positionSeconds": 1, "durationSeconds": 4 });
            let path = format!("/api/access/content/{content}/progress");
            assert_eq!(shelf.app.post(&path).cookie(&person.cookie).json(&report).send().await.status, saves, "{grounds:?}");
            assert_eq!(begun.contains(content), plays == 200, "continue-watching: {grounds:?}");
            let kept = *granted && *status != Status::Draft;
            let inner = role.is_some() && (*status, *visibility) == (Status::Published, Visibility::MembersOnly);
            assert_eq!(library.contains(content), kept || inner, "library: {grounds:?}");
            seen += 1;
        }
    }
    assert_eq!(seen, 11 * 9);
}

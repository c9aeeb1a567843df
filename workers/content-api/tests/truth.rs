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
    /// Their subscription is to the tier that is asked for, or to the one below it.
    subscribed: Option<bool>,
}

#[tokio::test]
async fn every_case_of_the_truth_table() {
    let shelf = Shelf::new().await;
    let organization = shelf.organization().await;
    let mut contents = Vec::new();
    let (low, high) = (shelf.tier(&organization, 1).await, shelf.tier(&organization, 2).await);
    let kinds = [
        (Visibility::Public, false, false),
        (Visibility::PurchasedOnly, false, false),
        (Visibility::PurchasedOnly, true, false),
        (Visibility::MembersOnly, false, false),
        (Visibility::MembersOnly, true, false),
        (Visibility::MembersOnly, false, true),
    ];
    for status in [Status::Draft, Status::Published, Status::Archived] {
        for (visibility, tiered, for_subscribers) in kinds {
            shelf.app.advance(60); // the limit is not what is tried here
            let media = shelf.ready_media().await;
            let id = shelf
                .published(json!({
                    "contentType": "video", "contentBody": null, "mediaItemId": media, "organizationId": organization,
                    "visibility": visibility, "priceCents": 100, "minimumTierId": tiered.then_some(&high),
                    "accessType": for_subscribers.then_some("subscribers"),
                }))
                .await;
            shelf.app.run(&format!("UPDATE content SET status = '{}' WHERE id = '{id}'", status.name())).await;
            contents.push((id, status, visibility, tiered, for_subscribers));
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
        for (granted, subscribed) in [(false, None), (true, None), (false, Some(true)), (true, Some(true)), (false, Some(false))]
        {
            let person =
                shelf.app.person(&format!("x{name}-{granted}-{subscribed:?}").replace(['(', ')'], ""), Role::Customer).await;
            if let Some(high_enough) = subscribed {
                shelf.subscribes(&organization, if high_enough { &high } else { &low }, &person).await;
            }
            if role.is_some() {
                shelf.joins(&organization, &person, name).await;
            }
            for (content, ..) in contents.iter().filter(|_| granted) {
                shelf.grants(content, &person).await;
            }
            people.push(Somebody { person, owner: false, role, granted, subscribed });
        }
    }
    let role = Some(OrganizationRole::Owner);
    people.push(Somebody { person: shelf.creator.clone(), owner: true, role, granted: false, subscribed: None });
    // Everybody has begun everything, as if they had been allowed to once.
    let begun = "INSERT INTO playback_progress SELECT u.id, c.id, 1, 4, false, now() - interval '1 hour' FROM users u, content c";
    shelf.app.run(begun).await;

    let mut seen = 0;
    for Somebody { person, owner, role, granted, subscribed } in &people {
        let begun = shelf.get("/api/user/continue-watching?limit=100", person).await.expect(200).to_string();
        let library = shelf.get("/api/user/library?limit=100", person).await.expect(200)["items"].to_string();
        for (content, status, visibility, tiered, for_subscribers) in &contents {
            let reaches = (*tiered && *subscribed == Some(true)) || (*for_subscribers && subscribed.is_some());
            let grounds = Grounds {
                owner: *owner,
                status: *status,
                visibility: *visibility,
                tiered: *tiered,
                purchased: *granted,
                subscribed: reaches,
                role: *role,
            };
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
            let manages = matches!(role, Some(OrganizationRole::Owner | OrganizationRole::Admin));
            let inner = *visibility == Visibility::MembersOnly && role.is_some() && (!tiered || manages);
            let listed = kept || (*status == Status::Published && (inner || reaches));
            assert_eq!(library.matches(content.as_str()).count() > 0, listed, "library: {grounds:?}");
            seen += 1;
        }
    }
    assert_eq!(seen, 26 * 18);
}

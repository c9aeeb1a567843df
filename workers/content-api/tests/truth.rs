//! The rule of who may watch what, over HTTP: playing, reporting progress and continuing agree with it in every case.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod shelf;

use codex_content::{Grounds, OrganizationRole, Status, Verdict, Visibility, access_rule};
use codex_identity::Role;
use codex_testkit::Person;
use serde_json::json;
use shelf::Shelf;

/// A kind of content: who it is meant for, whether it asks for the higher tier, what its visibility is also called, and whether it is
/// its creator's alone.
struct Kind {
    visibility: Visibility,
    tiered: bool,
    called: Option<&'static str>,
    alone: bool,
}

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
    let kind = |visibility, tiered, called| Kind { visibility, tiered, called, alone: false };
    let alone = |visibility| Kind { visibility, tiered: false, called: None, alone: true };
    // A CHECK keeps what is public from asking for a tier.
    let kinds = [
        kind(Visibility::Public, false, None),
        kind(Visibility::PurchasedOnly, false, None),
        kind(Visibility::PurchasedOnly, true, None),
        kind(Visibility::MembersOnly, false, None),
        kind(Visibility::MembersOnly, true, None),
        kind(Visibility::MembersOnly, false, Some("followers")),
        kind(Visibility::MembersOnly, false, Some("subscribers")),
        kind(Visibility::MembersOnly, false, Some("team")),
        alone(Visibility::Public),
        alone(Visibility::PurchasedOnly),
    ];
    for status in [Status::Draft, Status::Published, Status::Archived] {
        for kind in &kinds {
            shelf.app.advance(60); // the limit is not what is tried here
            let media = shelf.ready_media().await;
            let id = shelf
                .published(json!({
                    "contentType": "video", "contentBody": null, "mediaItemId": media, "organizationId": (!kind.alone).then_some(&organization),
                    "visibility": kind.visibility, "priceCents": 100, "minimumTierId": kind.tiered.then_some(&high), "accessType": kind.called,
                }))
                .await;
            shelf.app.run(&format!("UPDATE content SET status = '{}' WHERE id = '{id}'", status.name())).await;
            contents.push((id, status, kind));
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
    // What is over counts for nothing: a grant that was revoked, a subscription that has ended.
    for (role, name) in [(None, ""), (Some(OrganizationRole::Member), "member")] {
        let person = shelf.app.person(&format!("former{name}"), Role::Customer).await;
        for (content, ..) in &contents {
            shelf.grants(content, &person).await;
        }
        shelf.subscribes(&organization, &high, &person).await;
        if role.is_some() {
            shelf.joins(&organization, &person, name).await;
        }
        let over = format!(
            "UPDATE content_access SET revoked_at = now() WHERE user_id = '{0}'; UPDATE subscriptions SET status = 'canceled' WHERE user_id = '{0}'",
            person.id
        );
        shelf.app.execute(&over).await;
        people.push(Somebody { person, owner: false, role, granted: false, subscribed: None });
    }
    // Nor does a place elsewhere.
    let person = shelf.app.person("neighbour", Role::Creator).await;
    let elsewhere = format!(
        "INSERT INTO organizations (id, slug, name, created_by, created_at, updated_at) VALUES ('{0}', 'elsewhere', 'Elsewhere', '{0}', now(), now())",
        person.id
    );
    shelf.app.run(&elsewhere).await;
    shelf.joins(&person.id.to_string(), &person, "owner").await;
    people.push(Somebody { person, owner: false, role: None, granted: false, subscribed: None });
    // Everybody has begun everything, as if they had been allowed to once.
    let begun = "INSERT INTO playback_progress SELECT u.id, c.id, 1, 4, false, now() - interval '1 hour' FROM users u, content c";
    shelf.app.run(begun).await;

    let mut seen = 0;
    for Somebody { person, owner, role, granted, subscribed } in &people {
        let begun = shelf.get("/api/user/continue-watching?limit=100", person).await.expect(200).to_string();
        let library = shelf.get("/api/user/library?limit=100", person).await.expect(200)["items"].to_string();
        for (content, status, Kind { visibility, tiered, called, alone }) in &contents {
            let reaches = (*tiered && *subscribed == Some(true)) || (*called == Some("subscribers") && subscribed.is_some());
            // Nobody has a place in what is a creator's alone.
            let role = if *alone { &None } else { role };
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
    assert_eq!(seen, 29 * 30);
    for (content, ..) in &contents {
        let stream = shelf.app.get(&format!("/api/access/content/{content}/stream")).send().await;
        assert_eq!(stream.status, 401, "nobody in particular");
    }
}

//! Other people's content, and fees.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod office;

use codex_identity::Role;
use http::Method;
use office::Office;
use serde_json::{Value, json};

#[tokio::test]
async fn content_is_listed_whatever_its_state() {
    let office = Office::open().await;
    let (sold, other) =
        (office.sell(100, "usd").await, office.sell_of(&office.rival, &office.other_organization, 100, "usd").await);
    let draft = office.draft_of(&office.creator, json!({ "title": "A draft", "organizationId": office.organization })).await;
    let alone = office.draft_of(&office.stranger, json!({ "title": "Alone" })).await;
    let list = async |query: &str| {
        let page = office.get(&format!("/api/admin/content?{query}"), &office.admin).await.expect(200);
        let ids: Vec<String> =
            page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(page["pagination"]["total"].as_u64().unwrap() as usize, ids.len(), "{query}");
        ids
    };
    assert_eq!(list("").await, [draft.as_str(), sold.as_str()]);
    assert_eq!(list("sort=oldest").await, [sold.as_str(), draft.as_str()]);
    assert_eq!(list("sort=title").await, [draft.as_str(), sold.as_str()]);
    assert_eq!(list("status=draft").await, [draft.as_str()]);
    assert_eq!(list("status=archived").await, [""; 0]);
    assert_eq!(list("contentType=video").await, [""; 0]);
    assert_eq!(list("visibility=purchased_only").await, [sold.as_str()]);
    assert_eq!(list("search=BREATH").await, [sold.as_str()]);
    assert_eq!(list(&format!("creatorId={}", office.owner.id)).await, [""; 0]);
    let all = office.get("/api/admin/content?limit=2&page=2&sort=oldest", &office.platform_owner).await.expect(200);
    assert_eq!((&all["items"][0]["id"], &all["items"][1]["id"]), (&json!(draft), &json!(alone)));
    assert_eq!((&all["items"][0]["creatorName"], &all["items"][0]["organizationSlug"]), (&json!("creator"), &json!("yoga")));
    office.run(&format!("UPDATE content SET deleted_at = now() WHERE id = '{other}'")).await;
    assert_eq!(office.get("/api/admin/content", &office.platform_owner).await.expect(200)["pagination"]["total"], 3);
    let audience = format!(
        "INSERT INTO playback_progress SELECT id, '{sold}', 1, 2, role = 'customer', now() FROM users WHERE role IN ('customer', 'platform_owner')"
    );
    office.run(&audience).await;
    let path = format!("/api/admin/analytics/content-performance?contentId={sold}");
    let one = office.get(&path, &office.owner).await.expect(200);
    assert_eq!(
        (&one["items"][0]["audience"], &one["pagination"]["total"]),
        (&json!({ "viewers": 3, "completed": 2 }), &json!(1))
    );
    let theirs = office.get(&path, &office.rival).await.expect(200);
    assert_eq!(theirs["items"], json!([]), "another tenant's content");
}

#[tokio::test]
async fn oversight_obeys_the_rules_of_publishing_and_is_recorded() {
    let office = Office::open().await;
    let organization = json!({ "organizationId": office.organization });
    let text = office.draft_of(&office.creator, organization.clone()).await;
    let act = async |action: &str, id: &str, who, body: Value| {
        office.call(Method::POST, &format!("/api/admin/content/{id}/{action}"), who, body).await
    };
    let catalogue = async || {
        let page = office.content_api.get("/api/content/public").send().await.expect(200);
        page["pagination"]["total"].as_u64().unwrap()
    };
    // Who may: owners and admins of its organization, and who runs the platform. Its creator publishes where creators do.
    for refused in [&office.member, &office.creator, &office.stranger, &office.rival] {
        for action in ["publish", "unpublish"] {
            assert_eq!(act(action, &text, refused, json!({})).await.expect_error(404), "NOT_FOUND");
        }
    }
    assert_eq!(catalogue().await, 0);
    for (who, reason) in [(&office.admin, Some("Ready")), (&office.owner, None), (&office.platform_owner, Some("x"))] {
        let published = act("publish", &text, who, reason.map_or(Value::Null, |reason| json!({ "reason": reason }))).await;
        assert!(published.headers.contains_key("etag"));
        assert_eq!(published.expect(200)["data"]["status"], "published");
        act("publish", &text, who, json!({})).await.expect(200);
        let recorded = format!("content_interventions WHERE actor_id = '{}' AND action = 'published'", who.id);
        assert_eq!(office.app.count(&recorded).await, 1, "again is no different from once");
        assert_eq!(act("unpublish", &text, who, json!({})).await.expect(200)["data"]["status"], "draft");
    }
    assert_eq!(office.app.count("content_interventions WHERE reason = 'Ready' AND action = 'published'").await, 1);
    assert_eq!(office.app.count("content_interventions").await, 6);

    // What the platform took down, only the platform brings back.
    let as_creator = || office.content_api.post(&format!("/api/content/{text}/publish")).cookie(&office.creator.cookie);
    for _ in 0..2 {
        assert_eq!(as_creator().send().await.expect_error(422), "CONTENT_WITHHELD");
        assert_eq!(act("publish", &text, &office.owner, json!({})).await.expect_error(422), "CONTENT_WITHHELD");
    }
    let seen = office.content_api.get(&format!("/api/content/{text}")).cookie(&office.creator.cookie).send().await.expect(200);
    assert!(seen["data"]["withheldAt"].is_string(), "{seen}");
    let listed = office.get("/api/admin/content?status=draft", &office.owner).await.expect(200);
    assert_eq!(listed["items"][0]["withheldAt"], seen["data"]["withheldAt"]);
    assert_eq!(catalogue().await, 0);
    let lifted = act("publish", &text, &office.platform_owner, json!({})).await.expect(200);
    assert_eq!((&lifted["data"]["status"], &lifted["data"]["withheldAt"]), (&json!("published"), &json!(null)));
    act("unpublish", &text, &office.owner, json!({})).await.expect(200);
    as_creator().send().await.expect(200);
    act("unpublish", &text, &office.owner, json!({})).await.expect(200);
    // A draft can be withheld, too; that is recorded, and once.
    let count = office.app.count("content_interventions").await;
    for _ in 0..2 {
        act("unpublish", &text, &office.platform_owner, json!({ "reason": "Complaint" })).await.expect(200);
    }
    assert_eq!(office.app.count("content_interventions").await, count + 1);
    assert_eq!(as_creator().send().await.expect_error(422), "CONTENT_WITHHELD");
    act("publish", &text, &office.platform_owner, json!({})).await.expect(200);
    act("unpublish", &text, &office.owner, json!({})).await.expect(200);

    // The catalogue's cache is forgotten.
    act("publish", &text, &office.owner, json!({})).await.expect(200);
    let cached = office.app.platform().cache.kv().get().unwrap();
    let stale = codex_content::catalogue_key(
        codex_content::Catalogue::Free,
        &codex_content::Filter::default(),
        codex_kernel::Paging { page: 1, limit: 20 },
    );
    cached.put(&stale, "old", 60).await.unwrap();
    act("unpublish", &text, &office.owner, json!({})).await.expect(200);
    assert_eq!(cached.get(&stale).await.unwrap(), None);

    // The rules are those of publishing.
    let empty = office
        .draft_of(&office.creator, json!({ "contentType": "video", "contentBody": null, "organizationId": office.organization }))
        .await;
    assert_eq!(act("publish", &empty, &office.owner, json!({})).await.expect_error(422), "MEDIA_NOT_READY");
    let priceless = office.draft_of(&office.creator, organization).await;
    office.run(&format!("UPDATE content SET visibility = 'purchased_only' WHERE id = '{priceless}'")).await;
    assert_eq!(act("publish", &priceless, &office.platform_owner, json!({})).await.expect_error(422), "PRICE_REQUIRED");
    let outdated =
        office.app.post(&format!("/api/admin/content/{text}/publish")).cookie(&office.owner.cookie).header("if-match", "\"1.0\"");
    assert_eq!(outdated.send().await.expect_error(412), "PRECONDITION_FAILED");
    // What belongs to no organization is the platform's to oversee only.
    let alone = office.draft_of(&office.stranger, json!({})).await;
    act("publish", &alone, &office.owner, json!({})).await.expect_error(404);
    act("publish", &alone, &office.platform_owner, json!({})).await.expect(200);
    // Whoever lost their role has lost it with the next request.
    office.run(&format!("UPDATE organization_members SET role = 'member' WHERE user_id = '{}'", office.admin.id)).await;
    act("publish", &text, &office.admin, json!({})).await.expect_error(404);
    act("publish", "nonsense", &office.admin, json!({})).await.expect_error(400);
    // Its creator may publish it again, there.
    office.content_api.post(&format!("/api/content/{text}/publish")).cookie(&office.creator.cookie).send().await.expect(200);
}

#[tokio::test]
async fn fees_are_set_counted_and_remembered() {
    let office = Office::open().await;
    let who = &office.platform_owner;
    let platform = office.get("/api/admin/fees", who).await.expect(200)["data"].clone();
    assert_eq!(
        (&platform["platformBp"], &platform["organizationBp"], &platform["updatedBy"]),
        (&json!(1000), &json!(1000), &json!(null))
    );
    let own = format!("/api/admin/fees/organizations/{}", office.organization);
    let put = async |path: &str, body: Value| office.call(Method::PUT, path, who, body).await;
    let set =
        put(&own, json!({ "platformBp": 500, "organizationBp": 2000, "reason": "A friend" })).await.expect(200)["data"].clone();
    assert_eq!(
        (&set["organizationName"], &set["updatedBy"], &set["reason"]),
        (&json!("yoga"), &json!(who.id), &json!("A friend"))
    );
    let again = put(&own, json!({ "platformBp": 500, "organizationBp": 2000, "reason": "Again" })).await.expect(200);
    assert_eq!(again["data"], set, "what is so already stays as it was set");
    assert_eq!(set["subscriptionOrganizationBp"], 1500, "as the platform has it");
    assert_eq!(office.get("/api/admin/fees/organizations", who).await.expect(200)["items"], json!([set]));

    let text = office.sell(1000, "usd").await;
    let buyer = office.person("buyer", Role::Customer).await;
    office.buy(&buyer, &text, 1000, "usd", "2025-03-01T12:00:00Z").await;
    let report = office.get("/api/admin/analytics/revenue?from=2025-03-01&to=2025-03-01", &office.owner).await.expect(200);
    let total = &report["data"]["currencies"][0]["total"];
    assert_eq!(
        (&total["platformCents"], &total["organizationCents"], &total["creatorCents"]),
        (&json!(50), &json!(190), &json!(760))
    );

    office.call(Method::DELETE, &own, who, json!({ "reason": "No more" })).await.expect(204);
    assert_eq!(office.call(Method::DELETE, &own, who, json!({})).await.expect_error(404), "NOT_FOUND");
    put("/api/admin/fees", json!({ "platformBp": 1200, "organizationBp": 1000 })).await.expect(200);
    let history = office.get("/api/admin/fees/changes", who).await.expect(200);
    let seen: Vec<_> = history["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| {
            (
                change["platformBp"].as_i64(),
                change["changedBy"].as_str().map(str::to_owned),
                change["reason"].as_str().map(str::to_owned),
            )
        })
        .collect();
    let by = Some(who.id.to_string());
    let words = |text: &str| Some(text.to_owned());
    assert_eq!(
        seen,
        [
            (Some(1200), by.clone(), None),
            (None, by.clone(), words("No more")),
            (Some(500), by, words("A friend")),
            (Some(1000), None, None)
        ]
    );
    let of_one =
        office.get(&format!("/api/admin/fees/changes?organizationId={}&limit=1", office.organization), who).await.expect(200);
    assert_eq!((&of_one["pagination"]["total"], &of_one["items"][0]["platformBp"]), (&json!(2), &json!(null)));

    put(
        &own.replace(&office.organization, "019aa000-0000-7000-8000-000000000001"),
        json!({ "platformBp": 1, "organizationBp": 1 }),
    )
    .await
    .expect_error(404);
    for bad in [
        json!({ "platformBp": 10_001, "organizationBp": 0 }),
        json!({ "platformBp": -1, "organizationBp": 0 }),
        json!({ "platformBp": 1 }),
        json!({}),
    ] {
        assert_eq!(put("/api/admin/fees", bad).await.expect_error(400), "VALIDATION_ERROR");
    }
    for refused in [&office.owner, &office.admin, &office.stranger] {
        assert_eq!(office.get("/api/admin/fees", refused).await.expect_error(403), "FORBIDDEN");
    }
}

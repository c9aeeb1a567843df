//! The catalogue: who finds what, in which order, and how old it may be.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod shelf;

use codex_edge::{Fault, page_key};
use codex_identity::Role;
use codex_testkit::Answer;
use serde_json::{Value, json};
use shelf::{Shelf, delete, patch};

fn titles(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn discover_holds_what_anybody_may_watch_or_buy() {
    let shelf = Shelf::new().await;
    let organization = shelf.organization().await;
    let sold = json!({ "title": "Sold", "visibility": "purchased_only", "priceCents": 900, "tags": ["calm", "deep"], "category": "yoga" });
    shelf.published(sold).await;
    shelf.published(json!({ "title": "Free", "tags": ["calm"], "category": "talk", "organizationId": organization })).await;
    shelf.published(json!({ "title": "Inner", "accessType": "followers", "organizationId": organization })).await;
    shelf.draft(json!({ "title": "Draft" })).await;
    let list = |query: &str| {
        let path = format!("/api/content/{query}");
        async { titles(&shelf.app.get(&{ path }).send().await.expect(200)).into_iter().map(str::to_owned).collect::<Vec<_>>() }
    };
    assert_eq!(list("discover").await, ["Free", "Sold"]);
    assert_eq!(list("public").await, ["Free"]);
    assert_eq!(list(&format!("{}/list", shelf.creator.id)).await, ["Free", "Sold"]);
    assert!(list(&format!("{organization}/list")).await.is_empty(), "an organization is no creator");
    assert_eq!(list(&format!("discover?organizationId={organization}")).await, ["Free"]);
    assert_eq!(list("discover?tag=deep").await, ["Sold"]);
    assert_eq!(list("discover?category=talk").await, ["Free"]);
    assert_eq!(list("discover?accessType=paid").await, ["Sold"]);
    assert_eq!(list("discover?contentType=video").await, [""; 0]);
    let facets = shelf.app.get("/api/content/facets").send().await.expect(200);
    let expected = json!({
        "categories": [{ "name": "talk", "count": 1 }, { "name": "yoga", "count": 1 }],
        "tags": [{ "name": "calm", "count": 2 }, { "name": "deep", "count": 1 }],
    });
    assert_eq!(facets, expected);
}

#[tokio::test]
async fn lists_are_sorted_and_pages_neither_repeat_nor_skip() {
    let shelf = Shelf::new().await;
    for (title, price) in [("b", 300), ("A", 100), ("c", 100), ("D", 200)] {
        shelf.published(json!({ "title": title, "visibility": "purchased_only", "priceCents": price })).await;
    }
    // All published at once: the id decides.
    shelf.app.run("UPDATE content SET published_at = now(), created_at = now()").await;
    let orders = [
        ("newest", ["D", "c", "A", "b"]),
        ("oldest", ["b", "A", "c", "D"]),
        ("title", ["A", "b", "c", "D"]),
        ("price", ["A", "c", "D", "b"]),
        ("-price", ["b", "D", "c", "A"]),
        ("relevance", ["D", "c", "A", "b"]),
    ];
    for (order, expected) in orders {
        for list in ["/api/content/discover", "/api/content"] {
            let mut paged = Vec::new();
            for page in 1..=4 {
                let answer = shelf.get(&format!("{list}?sort={order}&limit=1&page={page}"), &shelf.creator).await.expect(200);
                paged.extend(titles(&answer).into_iter().map(str::to_owned));
            }
            assert_eq!(paged, expected, "{list} by {order}");
        }
    }
    assert_eq!(shelf.app.get("/api/content/discover?sort=likes").send().await.expect_error(400), "VALIDATION_ERROR");
}

#[tokio::test]
async fn search_ranks_what_fits() {
    let shelf = Shelf::new().await;
    shelf.published(json!({ "title": "A walk", "description": "Breathing while walking", "contentBody": "secretword" })).await;
    shelf.published(json!({ "title": "Sitting", "tags": ["breathing"] })).await;
    shelf.published(json!({ "title": "Breathing for runners" })).await;
    shelf.published(json!({ "title": "Cooking" })).await;
    let found = |words: &str| {
        let path = format!("/api/content/discover?search={}", words.bytes().map(|b| format!("%{b:02x}")).collect::<String>());
        async { titles(&shelf.app.get(&{ path }).send().await.expect(200)).into_iter().map(str::to_owned).collect::<Vec<_>>() }
    };
    assert_eq!(found("breathe").await, ["Breathing for runners", "Sitting", "A walk"], "title, then tags, then description");
    assert_eq!(found("breathing -runner").await, ["Sitting", "A walk"]);
    assert_eq!(found("\"while walking\"").await, ["A walk"]);
    assert_eq!(found("cooking or sitting").await.len(), 2);
    assert!(found("secretword").await.is_empty(), "what may be for sale cannot be probed");
    assert!(found("' | & !* :a <-> (").await.is_empty());
    let own = shelf.get("/api/content?search=breathing", &shelf.creator).await.expect(200);
    assert_eq!(titles(&own), ["Breathing for runners", "Sitting", "A walk"]);
}

/// How the last answer of the catalogue came about.
fn outcome(shelf: &Shelf) -> String {
    let log = shelf.app.log.lock().unwrap();
    let line = log.iter().rev().find(|line| line.contains("\"event\":\"cache\"")).unwrap();
    serde_json::from_str::<Value>(line).unwrap()["outcome"].as_str().unwrap().to_owned()
}

/// What somebody who is not signed in gets, so many seconds from now.
async fn anonymous(shelf: &Shelf, seconds: i64) -> Answer {
    shelf.app.get("/api/content/discover").in_seconds(seconds).send().await
}

/// What the cache has, once it has it.
async fn cached(shelf: &Shelf, seconds: i64) -> Answer {
    anonymous(shelf, seconds).await;
    let answer = anonymous(shelf, seconds).await;
    assert_eq!(outcome(shelf), "hit");
    answer
}

#[tokio::test]
async fn others_see_a_change_within_a_minute_and_its_author_at_once() {
    let shelf = Shelf::new().await;
    shelf.published(json!({ "title": "Old" })).await;
    let made = anonymous(&shelf, 0).await;
    assert_eq!(outcome(&shelf), "miss");
    let kept = cached(&shelf, 0).await;
    assert_eq!((&kept.json, &kept.headers["etag"]), (&made.json, &made.headers["etag"]), "a hit has the bytes of a miss");
    assert_eq!(kept.headers["cache-control"], "public, no-cache");

    // As if the change had been made elsewhere, where nothing could be forgotten here.
    shelf.app.run("UPDATE content SET title = 'New'").await;
    assert_eq!(titles(&anonymous(&shelf, 0).await.json), ["Old"]);
    let insisting = shelf.app.get("/api/content/discover").header("cache-control", "no-cache").send().await;
    assert_eq!(titles(&insisting.json), ["Old"], "only workers of ours go past the cache");
    let author = shelf.get("/api/content/discover", &shelf.creator).await;
    assert_eq!(author.headers["cache-control"], "private, no-cache");
    assert_eq!(titles(&author.json), ["New"]);
    assert_eq!(titles(&anonymous(&shelf, 60).await.json), ["New"], "nothing older than a minute");
    let customer = shelf.app.person("customer", Role::Customer).await;
    assert_eq!(titles(&shelf.get("/api/content/discover", &customer).await.json).len(), 1);
    let log = shelf.app.log.lock().unwrap().join("\n");
    assert!(!log.contains("New"), "logs hold no titles");
}

#[tokio::test]
async fn what_is_stale_is_answered_while_it_is_renewed() {
    let shelf = Shelf::new().await;
    shelf.published(json!({ "title": "Old" })).await;
    cached(&shelf, 0).await;
    shelf.app.run("UPDATE content SET title = 'New'").await;
    assert_eq!(titles(&anonymous(&shelf, 31).await.json), ["Old"]);
    assert_eq!(outcome(&shelf), "stale");
    assert_eq!(titles(&cached(&shelf, 31).await.json), ["New"]);
}

#[tokio::test]
async fn an_edit_empties_the_first_pages() {
    let shelf = Shelf::new().await;
    let content = shelf.published(json!({ "title": "Old" })).await;
    cached(&shelf, 0).await;
    patch(&shelf.app, &format!("/api/content/{content}"), &shelf.creator, &json!({ "title": "New" })).await.expect(200);
    assert_eq!(titles(&anonymous(&shelf, 0).await.json), ["New"]);
}

#[tokio::test]
async fn what_is_changed_or_withdrawn_is_forgotten_by_the_pages_of_its_tenant() {
    let shelf = Shelf::new().await;
    let organization = shelf.organization().await;
    let kv = shelf.app.platform().cache.kv().get().unwrap();
    for action in ["edit", "unpublish", "archive", "delete"] {
        let content = shelf.published(json!({ "organizationId": organization, "slug": action })).await;
        let pages = ["/".to_owned(), format!("/content/{action}")].map(|path| page_key("yoga", &path));
        for key in &pages {
            kv.put(key, "as it was", 60).await.unwrap();
        }
        let path = format!("/api/content/{content}");
        match action {
            "edit" => patch(&shelf.app, &path, &shelf.creator, &json!({ "title": "New" })).await.expect(200),
            "delete" => delete(&shelf.app, &path, &shelf.creator).await.expect(204),
            other => shelf.acts(&format!("{path}/{other}")).await.expect(200),
        };
        assert!(!kv.keys().iter().any(|key| pages.contains(key)), "{action}");
    }
}

#[tokio::test]
async fn without_its_cache_the_catalogue_is_read_from_the_database() {
    let shelf = Shelf::new().await;
    shelf.published(json!({ "title": "Film" })).await;
    shelf.app.platform().cache.kv().get().unwrap().set_fault(Fault::Down);
    for _ in 0..2 {
        assert_eq!(titles(&anonymous(&shelf, 0).await.expect(200)), ["Film"]);
        assert_eq!(outcome(&shelf), "error");
    }
}

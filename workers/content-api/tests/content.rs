//! `/api/content`: drafts, publishing, who finds what.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod shelf;

use codex_identity::Role;
use serde_json::{Value, json};
use shelf::{Shelf, delete, id, patch};

fn titles(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_draft_is_its_creators_until_published_and_again_after() {
    let shelf = Shelf::new().await;
    let other = shelf.app.person("other", Role::Creator).await;
    let content = shelf.draft(json!({ "tags": ["calm"], "category": "yoga" })).await;
    let path = format!("/api/content/{content}");

    let own = shelf.get(&path, &shelf.creator).await.expect(200);
    assert_eq!(own["data"]["status"], "draft");
    assert_eq!(own["data"]["visibility"], "public");
    assert_eq!(own["data"]["accessType"], "free", "both vocabularies are spoken");
    assert_eq!(own["data"]["creatorId"], shelf.creator.id.to_string());
    assert_eq!(shelf.get(&path, &other).await.expect_error(404), "NOT_FOUND");
    assert_eq!(shelf.app.get(&path).send().await.expect_error(404), "NOT_FOUND");

    for _ in 0..2 {
        assert_eq!(shelf.acts(&format!("{path}/publish")).await.expect(200)["data"]["status"], "published");
    }
    let seen = shelf.app.get(&path).send().await.expect(200);
    assert_eq!(seen["data"]["contentBody"], "In, and out.");
    assert!(seen["data"]["publishedAt"].is_string());

    assert_eq!(shelf.acts(&format!("{path}/unpublish")).await.expect(200)["data"]["status"], "draft");
    shelf.app.get(&path).send().await.expect(404);
    assert_eq!(delete(&shelf.app, &path, &shelf.creator).await.status, 204);
    shelf.get(&path, &shelf.creator).await.expect(404);
    assert_eq!(delete(&shelf.app, &path, &shelf.creator).await.expect_error(404), "NOT_FOUND");
}

#[tokio::test]
async fn a_patch_changes_what_it_names_and_null_empties() {
    let shelf = Shelf::new().await;
    let content = shelf.draft(json!({ "description": "Old", "category": "yoga", "tags": ["a", "b"] })).await;
    let path = format!("/api/content/{content}");
    let body = json!({ "title": "New", "description": null, "tags": ["c"], "accessType": "paid", "priceCents": 500 });
    let changed = patch(&shelf.app, &path, &shelf.creator, &body).await.expect(200)["data"].clone();
    assert_eq!(changed["title"], "New");
    assert_eq!(changed["description"], Value::Null);
    assert_eq!(changed["category"], "yoga", "what is absent stays");
    assert_eq!(changed["tags"], json!(["c"]));
    assert_eq!((&changed["visibility"], &changed["priceCents"]), (&json!("purchased_only"), &json!(500)));
    assert_eq!(changed["status"], "draft", "a patch never publishes");
    assert_eq!(
        patch(&shelf.app, &path, &shelf.creator, &json!({ "status": "published" })).await.expect_error(400),
        "VALIDATION_ERROR"
    );
    assert_eq!(patch(&shelf.app, &path, &shelf.creator, &json!({ "title": null })).await.expect_error(400), "VALIDATION_ERROR");
}

#[tokio::test]
async fn publishing_needs_all_that_is_published() {
    let shelf = Shelf::new().await;
    let empty = shelf.draft(json!({ "contentBody": null })).await;
    assert_eq!(shelf.acts(&format!("/api/content/{empty}/publish")).await.expect_error(422), "MEDIA_NOT_READY");

    let media = shelf.media().await["id"].clone();
    let film = shelf.draft(json!({ "contentType": "video", "contentBody": null, "mediaItemId": media })).await;
    assert_eq!(shelf.acts(&format!("/api/content/{film}/publish")).await.expect_error(422), "MEDIA_NOT_READY");

    let free = shelf.draft(json!({ "visibility": "purchased_only" })).await;
    let free = format!("/api/content/{free}");
    assert_eq!(shelf.acts(&format!("{free}/publish")).await.expect_error(422), "PRICE_REQUIRED");
    patch(&shelf.app, &free, &shelf.creator, &json!({ "priceCents": 100 })).await.expect(200);
    shelf.acts(&format!("{free}/publish")).await.expect(200);
    let unpriced = patch(&shelf.app, &free, &shelf.creator, &json!({ "priceCents": 0 })).await;
    assert_eq!(unpriced.expect_error(422), "PRICE_REQUIRED");
    let emptied = patch(&shelf.app, &free, &shelf.creator, &json!({ "contentBody": null })).await;
    assert_eq!(emptied.expect_error(422), "MEDIA_NOT_READY", "what is published stays complete");
}

#[tokio::test]
async fn only_ones_own_media_and_organizations_may_be_named() {
    let shelf = Shelf::new().await;
    let other = shelf.app.person("other", Role::Creator).await;
    let (media, organization) = (shelf.ready_media().await, shelf.organization().await);
    let post = |body: Value| shelf.app.post("/api/content").cookie(&other.cookie).json(&body).send();
    let film = json!({ "title": "Mine", "contentType": "video", "mediaItemId": media });
    assert_eq!(post(film.clone()).await.expect_error(404), "NOT_FOUND");
    let inside = json!({ "title": "Mine", "contentType": "written", "organizationId": organization });
    assert_eq!(post(inside.clone()).await.expect_error(404), "NOT_FOUND");
    shelf.joins(&organization, &other, "member").await;
    assert_eq!(post(inside.clone()).await.expect_error(404), "NOT_FOUND");
    shelf.app.run(&format!("UPDATE organization_members SET role = 'creator' WHERE user_id = '{}'", other.id)).await;
    let made = id(&post(inside).await.expect(201));
    let theirs = patch(&shelf.app, &format!("/api/content/{made}"), &other, &json!({ "mediaItemId": media })).await;
    assert_eq!(theirs.expect_error(404), "NOT_FOUND");

    let wrong_type = json!({ "title": "A sound", "contentType": "audio", "mediaItemId": media });
    assert_eq!(shelf.creates("/api/content", &wrong_type).send().await.expect_error(422), "MEDIA_TYPE_MISMATCH");
    let made = format!("/api/content/{made}");
    patch(&shelf.app, &made, &other, &json!({ "contentBody": "Words" })).await.expect(200);
    shelf.app.run(&format!("DELETE FROM organization_members WHERE user_id = '{}'", other.id)).await;
    let publish = shelf.app.post(&format!("{made}/publish")).cookie(&other.cookie).send().await;
    assert_eq!(publish.expect_error(404), "NOT_FOUND", "who left the organization no longer publishes there");
}

#[tokio::test]
async fn slugs_are_unique_on_their_shelf() {
    let shelf = Shelf::new().await;
    let organization = shelf.organization().await;
    shelf.draft(json!({ "slug": "breathing" })).await;
    let again = json!({ "title": "Again", "slug": "breathing", "contentType": "written" });
    assert_eq!(shelf.creates("/api/content", &again).send().await.expect_error(409), "CONFLICT");
    let elsewhere = shelf.draft(json!({ "slug": "breathing", "organizationId": organization })).await;
    let unnamed = shelf.draft(json!({})).await;
    let taken = patch(&shelf.app, &format!("/api/content/{unnamed}"), &shelf.creator, &json!({ "slug": "breathing" })).await;
    assert_eq!(taken.expect_error(409), "CONFLICT");
    assert_eq!(delete(&shelf.app, &format!("/api/content/{elsewhere}"), &shelf.creator).await.status, 204);
    shelf.draft(json!({ "slug": "breathing", "organizationId": organization })).await;
}

#[tokio::test]
async fn lists_hold_what_the_reader_may_find() {
    let shelf = Shelf::new().await;
    let other = shelf.app.person("other", Role::Creator).await;
    shelf.published(json!({ "title": "Open 100%", "category": "yoga" })).await;
    shelf.published(json!({ "title": "For sale", "visibility": "purchased_only", "priceCents": 100 })).await;
    shelf.draft(json!({ "title": "Draft" })).await;
    let list = |query: &str| shelf.app.get(&format!("/api/content{query}")).send();
    let public = list("").await.expect(200);
    assert_eq!(titles(&public), ["Open 100%"]);
    assert_eq!(public["items"][0]["contentBody"], Value::Null, "lists hold no text");
    assert_eq!(titles(&shelf.app.get("/api/content/public").send().await.expect(200)), ["Open 100%"]);
    assert_eq!(titles(&list("?search=100%25&category=yoga&contentType=written").await.expect(200)), ["Open 100%"]);
    assert!(titles(&list("?search=1_0").await.expect(200)).is_empty(), "search text matches itself only");
    assert!(titles(&list("?status=draft").await.expect(200)).is_empty());
    assert!(titles(&list(&format!("?creatorId={}", other.id)).await.expect(200)).is_empty());

    let own = |query: &str| {
        let path = format!("/api/content{query}");
        async { shelf.app.get(&{ path }).cookie(&shelf.creator.cookie).send().await.expect(200) }
    };
    assert_eq!(titles(&own("").await), ["Draft", "For sale", "Open 100%"]);
    assert_eq!(titles(&own("?status=draft").await), ["Draft"]);
    assert_eq!(titles(&own("?accessType=paid").await), ["For sale"]);
    let page = own("?limit=2&page=2").await;
    assert_eq!(titles(&page), ["Open 100%"]);
    assert_eq!(page["pagination"], json!({ "page": 2, "limit": 2, "total": 3, "totalPages": 2 }));
    assert!(titles(&shelf.get("/api/content", &other).await.expect(200)).is_empty());
    for query in ["?page=0", "?limit=101", "?limit=0", "?status=nonsense", "?organizationId=x"] {
        assert_eq!(list(query).await.expect_error(400), "VALIDATION_ERROR", "{query}");
    }
}

#[tokio::test]
async fn nobody_is_turned_away_on_the_word_of_a_cache() {
    let shelf = Shelf::new().await;
    let person = shelf.app.person("newcomer", Role::Customer).await;
    let publish = || {
        let body = json!({ "title": "First", "contentType": "written", "contentBody": "x" });
        shelf.app.post("/api/content").cookie(&person.cookie).json(&body).send()
    };
    assert_eq!(publish().await.expect_error(403), "FORBIDDEN");
    shelf.get("/api/user/library", &person).await.expect(200);
    shelf.app.run(&format!("UPDATE users SET role = 'creator' WHERE id = '{}'", person.id)).await;
    publish().await.expect(201);
}

#[tokio::test]
async fn what_is_known_is_not_sent_again_and_what_changed_is_not_overwritten() {
    let shelf = Shelf::new().await;
    let content = shelf.published(json!({ "title": "One" })).await;
    let path = format!("/api/content/{content}");
    let read = shelf.get(&path, &shelf.creator).await;
    let tag = read.headers["etag"].to_str().unwrap().to_owned();
    let again = shelf.app.get(&path).cookie(&shelf.creator.cookie).header("if-none-match", &tag).send().await;
    assert_eq!((again.status.as_u16(), again.json.as_str().unwrap()), (304, ""));
    assert_eq!(again.headers["etag"], tag.as_str());
    let head = shelf.app.call("HEAD".parse().unwrap(), &path).send().await;
    assert_eq!((head.status.as_u16(), head.json.as_str().unwrap()), (200, ""));

    let change = |tag: String, title: &'static str| {
        let call = shelf.app.call("PATCH".parse().unwrap(), &path).cookie(&shelf.creator.cookie).header("if-match", &tag);
        async move { call.json(&json!({ "title": title })).send().await }
    };
    // Two people at once, who both read the same.
    let (first, second) = tokio::join!(change(tag.clone(), "Two"), change(tag.clone(), "Three"));
    let mut statuses = [first.status.as_u16(), second.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 412], "one wins, the other is told");
    assert_eq!(change(tag.clone(), "Four").await.expect_error(412), "PRECONDITION_FAILED");
    let newest = shelf.get(&path, &shelf.creator).await.headers["etag"].to_str().unwrap().to_owned();
    assert_ne!(newest, tag);
    assert_eq!(change(format!("W/{newest}"), "Five").await.status, 412, "a weak tag never matches");
    assert_eq!(change(format!("{tag}, {newest}"), "Five").await.status, 200);
    assert_eq!(change("*".to_owned(), "Six").await.status, 200);

    for action in ["publish", "unpublish", "archive"] {
        let acts =
            |tag: &str| shelf.app.post(&format!("{path}/{action}")).cookie(&shelf.creator.cookie).header("if-match", tag).send();
        assert_eq!(acts(&tag).await.expect_error(412), "PRECONDITION_FAILED", "{action}");
    }
    let deletes =
        |tag: &str| shelf.app.call("DELETE".parse().unwrap(), &path).cookie(&shelf.creator.cookie).header("if-match", tag).send();
    assert_eq!(deletes(&tag).await.expect_error(412), "PRECONDITION_FAILED");
    let newest = shelf.get(&path, &shelf.creator).await.headers["etag"].to_str().unwrap().to_owned();
    assert_eq!(deletes(&newest).await.status, 204);
}

#[tokio::test]
async fn what_is_archived_is_out_of_sight_but_not_taken_away() {
    let shelf = Shelf::new().await;
    let buyer = shelf.app.person("buyer", Role::Customer).await;
    let content = shelf.published(json!({ "visibility": "purchased_only", "priceCents": 100 })).await;
    shelf.grants(&content, &buyer).await;
    let path = format!("/api/content/{content}");
    assert_eq!(shelf.acts(&format!("{path}/archive")).await.expect(200)["data"]["status"], "archived");
    shelf.app.get(&path).send().await.expect(404);
    assert_eq!(shelf.get(&path, &buyer).await.expect(200)["data"]["contentBody"], "In, and out.");
    assert_eq!(shelf.get("/api/user/library", &buyer).await.expect(200)["pagination"]["total"], 1);
    assert_eq!(titles(&shelf.get("/api/content?status=archived", &shelf.creator).await.expect(200)).len(), 1);
    shelf.acts(&format!("{path}/publish")).await.expect(200);
    shelf.app.get(&path).send().await.expect(200);
}

#[tokio::test]
async fn both_vocabularies_are_kept_as_they_were_spoken() {
    let shelf = Shelf::new().await;
    let words = [
        ("free", "public"),
        ("paid", "purchased_only"),
        ("followers", "members_only"),
        ("subscribers", "members_only"),
        ("team", "members_only"),
    ];
    for (access, visibility) in words {
        let made = shelf
            .creates("/api/content", &json!({ "title": "X", "contentType": "written", "accessType": access }))
            .send()
            .await
            .expect(201);
        assert_eq!((&made["data"]["accessType"], &made["data"]["visibility"]), (&json!(access), &json!(visibility)));
        let own = shelf.get(&format!("/api/content?accessType={access}"), &shelf.creator).await.expect(200);
        assert_eq!(own["pagination"]["total"], 1, "{access}");
    }
    let both = json!({ "title": "X", "contentType": "written", "accessType": "free", "visibility": "members_only" });
    let refused = shelf.creates("/api/content", &both).send().await.expect(400);
    assert_eq!(refused["error"]["details"]["issues"][0]["path"], "accessType");
    let content = shelf.draft(json!({ "accessType": "subscribers" })).await;
    let path = format!("/api/content/{content}");
    let changed = patch(&shelf.app, &path, &shelf.creator, &json!({ "visibility": "public" })).await.expect(200);
    assert_eq!(changed["data"]["accessType"], "free");
    let changed = patch(&shelf.app, &path, &shelf.creator, &json!({ "visibility": "members_only" })).await.expect(200);
    assert_eq!(changed["data"]["accessType"], "subscribers", "what members are called is not forgotten");
}

#[tokio::test]
async fn writing_is_shown_as_html_to_those_who_may_read_it() {
    let shelf = Shelf::new().await;
    let markdown = format!("# *Calm*\n\n<script>alert(1)</script> {}", "breathe ".repeat(60));
    let text = shelf.published(json!({ "visibility": "purchased_only", "priceCents": 100, "contentBody": markdown })).await;
    let path = format!("/api/content/{text}");
    let own = shelf.get(&path, &shelf.creator).await.expect(200)["data"].clone();
    let html = own["contentHtml"].as_str().unwrap();
    assert!(html.starts_with("<h1><em>Calm</em></h1>\n<p>&lt;script&gt;alert(1)"), "{html}");
    assert_eq!(own["teaser"], Value::Null);
    let stranger = shelf.app.get(&path).send().await.expect(200)["data"].clone();
    assert_eq!((&stranger["contentBody"], &stranger["contentHtml"]), (&Value::Null, &Value::Null));
    let teaser = stranger["teaser"].as_str().unwrap();
    assert!(teaser.starts_with("Calm <script>alert(1)") && teaser.len() < markdown.len() / 4, "{teaser}");
}

#[tokio::test]
async fn a_thumbnail_is_looked_at_and_shown() {
    let shelf = Shelf::new().await;
    let content = shelf.published(json!({})).await;
    let path = format!("/api/content/{content}/thumbnail");
    let svg = shelf.creates(&path, &json!({ "mimeType": "image/svg+xml", "fileSizeBytes": 10 })).send().await;
    assert_eq!(svg.expect_error(400), "VALIDATION_ERROR");
    let made =
        shelf.creates(&path, &json!({ "mimeType": "image/png", "fileSizeBytes": 10 })).send().await.expect(201)["data"].clone();
    assert!(made["upload"]["url"].as_str().unwrap().contains("X-Amz-SignedHeaders=content-length%3Bcontent-type%3Bhost"));
    let key = made["key"].as_str().unwrap();
    let keep = |key: &str| {
        let call = shelf.app.call("PUT".parse().unwrap(), &path).cookie(&shelf.creator.cookie).json(&json!({ "key": key }));
        async move { call.send().await }
    };
    assert_eq!(keep(key).await.expect_error(422), "UPLOAD_INCOMPLETE");
    let bucket = shelf.app.platform().media.get().unwrap();
    bucket.insert(key, "<svg onload=alert(1)>");
    assert_eq!(keep(key).await.expect_error(422), "UPLOAD_MISMATCH");
    for foreign in [
        "x/thumbnails/y/a.png".to_owned(),
        key.replace("thumbnails", "originals"),
        key.replace(".png", ".html"),
        format!("{key}/../a.png"),
    ] {
        assert_eq!(keep(&foreign).await.expect_error(422), "MEDIA_KEY_NOT_ALLOWED", "{foreign}");
    }
    shelf.app.get(&path).send().await.expect(404);
    bucket.insert(key, &b"\x89PNG\r\n\x1a\nrest"[..]);
    let url = keep(key).await.expect(200)["data"]["thumbnailUrl"].as_str().unwrap().to_owned();
    let shown = shelf.app.get(url.strip_prefix("http://localhost:4001").unwrap()).send().await;
    assert_eq!(shown.status, 303);
    assert!(shown.headers["location"].to_str().unwrap().starts_with(&format!("http://r2.test/media/{key}?")));
    shelf.acts(&format!("/api/content/{content}/unpublish")).await.expect(200);
    shelf.app.get(&path).send().await.expect(404);
    let removed =
        patch(&shelf.app, &format!("/api/content/{content}"), &shelf.creator, &json!({ "thumbnailUrl": null })).await.expect(200);
    assert_eq!(removed["data"]["thumbnailUrl"], Value::Null);
    shelf.get(&path, &shelf.creator).await.expect(404);
}

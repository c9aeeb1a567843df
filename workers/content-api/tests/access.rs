//! `/api/access`: who may play what, playlists, progress, the library.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod shelf;

use codex_identity::Role;
use codex_testkit::Person;
use futures_util::future::join_all;
use serde_json::{Value, json};
use shelf::Shelf;

/// A published film with `changes`; its id.
async fn film(shelf: &Shelf, mut changes: Value) -> String {
    let media = shelf.ready_media().await;
    let body = json!({ "contentType": "video", "contentBody": null, "mediaItemId": media });
    changes.as_object_mut().unwrap().extend(body.as_object().unwrap().clone());
    shelf.published(changes).await
}

/// How playing ends for `person`: 200, or the error's code.
async fn plays(shelf: &Shelf, content: &str, person: &Person) -> String {
    let answer = shelf.get(&format!("/api/access/content/{content}/stream"), person).await;
    match answer.status.as_u16() {
        200 => "200".to_owned(),
        status => answer.expect_error(status),
    }
}

#[tokio::test]
async fn who_may_watch() {
    let shelf = Shelf::new().await;
    let organization = shelf.organization().await;
    let (stranger, buyer) = (shelf.app.person("stranger", Role::Customer).await, shelf.app.person("buyer", Role::Customer).await);
    let (member, admin) = (shelf.app.person("member", Role::Customer).await, shelf.app.person("admin", Role::Customer).await);
    shelf.joins(&organization, &member, "member").await;
    shelf.joins(&organization, &admin, "admin").await;
    let within = |visibility: &str, price: i64| {
        film(&shelf, json!({ "organizationId": organization, "visibility": visibility, "priceCents": price }))
    };
    let (public, paid, members) =
        (within("public", 0).await, within("purchased_only", 100).await, within("members_only", 0).await);
    shelf.grants(&paid, &buyer).await;
    let table = [
        (&stranger, "200", "ACCESS_DENIED", "ACCESS_DENIED"),
        (&buyer, "200", "200", "ACCESS_DENIED"),
        (&member, "200", "ACCESS_DENIED", "200"),
        (&admin, "200", "200", "200"),
        (&shelf.creator, "200", "200", "200"),
    ];
    for (person, open, sold, inner) in table {
        assert_eq!(plays(&shelf, &public, person).await, open);
        assert_eq!(plays(&shelf, &paid, person).await, sold);
        assert_eq!(plays(&shelf, &members, person).await, inner);
    }
    shelf.app.run(&format!("UPDATE content_access SET revoked_at = now() WHERE user_id = '{}'", buyer.id)).await;
    assert_eq!(plays(&shelf, &paid, &buyer).await, "ACCESS_DENIED", "a refund takes effect at once");
    shelf.app.run(&format!("DELETE FROM organization_members WHERE user_id = '{}'", member.id)).await;
    assert_eq!(plays(&shelf, &members, &member).await, "ACCESS_DENIED");

    shelf.acts(&format!("/api/content/{public}/unpublish")).await.expect(200);
    assert_eq!(plays(&shelf, &public, &stranger).await, "NOT_FOUND");
    assert_eq!(plays(&shelf, &public, &admin).await, "200", "those who answer for it see it always");
    let text = shelf.published(json!({})).await;
    assert_eq!(plays(&shelf, &text, &stranger).await, "NOT_STREAMABLE");
}

#[tokio::test]
async fn writing_for_sale_is_shown_without_its_text() {
    let shelf = Shelf::new().await;
    let buyer = shelf.app.person("buyer", Role::Customer).await;
    let text = shelf.published(json!({ "visibility": "purchased_only", "priceCents": 100 })).await;
    let path = format!("/api/content/{text}");
    for shown in [shelf.app.get(&path).send().await, shelf.get(&path, &buyer).await] {
        let shown = shown.expect(200);
        assert_eq!((&shown["data"]["contentBody"], &shown["data"]["priceCents"]), (&Value::Null, &json!(100)));
    }
    shelf.grants(&text, &buyer).await;
    assert_eq!(shelf.get(&path, &buyer).await.expect(200)["data"]["contentBody"], "In, and out.");
}

#[tokio::test]
async fn the_streaming_address_plays() {
    let shelf = Shelf::new().await;
    let viewer = shelf.app.person("viewer", Role::Customer).await;
    let film = film(&shelf, json!({})).await;
    let answer = shelf.get(&format!("/api/access/streaming-url/{film}"), &viewer).await.expect(200);
    assert_eq!(answer["data"]["streamingUrl"], answer["streamingUrl"], "the same three at top level");
    assert_eq!((&answer["contentType"], &answer["posterUrl"]), (&json!("video"), &Value::Null));
    shelf.app.run("UPDATE media_items SET thumbnail_key = 'p/thumbnail.jpg', waveform_key = 'p/waveform.json'").await;
    let drawn = shelf.get(&format!("/api/access/streaming-url/{film}"), &viewer).await.expect(200);
    for (field, key) in [("posterUrl", "p/thumbnail.jpg"), ("waveformUrl", "p/waveform.json")] {
        let url = drawn["data"][field].as_str().unwrap();
        assert!(url.starts_with(&format!("http://r2.test/media/{key}?")) && url.contains("X-Amz-Signature="), "{url}");
    }
    let url = answer["streamingUrl"].as_str().unwrap();
    let path = url.strip_prefix("http://localhost:4001").unwrap();
    let master = shelf.app.get(path).send().await;
    assert_eq!(master.headers["content-type"], "application/vnd.apple.mpegurl");
    assert!(master.expect(200).as_str().unwrap().contains("\n720p.m3u8\n"));
    let folder = path.rsplit_once('/').unwrap().0;
    let child = shelf.app.get(&format!("{folder}/720p.m3u8")).send().await.expect(200);
    let segment = child.as_str().unwrap().lines().find(|line| line.starts_with("http")).unwrap().to_owned();
    assert!(segment.starts_with("http://r2.test/media/") && segment.contains("X-Amz-Signature="), "{segment}");

    for path in
        [format!("{folder}/1.ts"), format!("{folder}/../other/master.m3u8"), "/api/access/play/forged.ticket/m.m3u8".to_owned()]
    {
        assert_eq!(shelf.app.get(&path).send().await.expect_error(403), "ACCESS_DENIED", "{path}");
    }
    assert_eq!(shelf.app.get(&format!("{folder}/none.m3u8")).send().await.expect_error(404), "NOT_FOUND");

    let log = shelf.app.log.lock().unwrap().join("\n");
    assert!(log.contains("/api/access/play/{token}/{*path}") && log.contains(&viewer.id.to_string()));
    let ticket = folder.rsplit_once('/').unwrap().1;
    for secret in [ticket, "X-Amz", "codex-session", "viewer@", "creator@"] {
        assert!(!log.contains(secret), "{secret} in {log}");
    }
}

#[tokio::test]
async fn a_film_of_three_hours_with_an_hours_pause_plays_to_its_end() {
    let shelf = Shelf::new().await;
    let (viewer, other) = (shelf.app.person("viewer", Role::Customer).await, shelf.app.person("other", Role::Customer).await);
    let film = film(&shelf, json!({ "visibility": "purchased_only", "priceCents": 100 })).await;
    for person in [&viewer, &other] {
        shelf.grants(&film, person).await;
    }
    shelf.app.run("UPDATE media_items SET duration_seconds = 10800").await;
    let stream = shelf.get(&format!("/api/access/content/{film}/stream"), &viewer).await.expect(200);
    let master = stream["streamingUrl"].as_str().unwrap().strip_prefix("http://localhost:4001").unwrap();
    let rendition = &master.replace("master.m3u8", "720p.m3u8");
    let opens = async |path: &str| shelf.app.get(path).send().await.status.as_u16();
    assert_eq!((opens(master).await, opens(rendition).await), (200, 200));
    assert_eq!(shelf.get(rendition, &viewer).await.status, 200);
    assert_eq!(shelf.get(rendition, &other).await.expect_error(403), "ACCESS_DENIED", "another viewer's");
    // It was started late; then there was the pause. The player changes from one rendition to another until the end.
    shelf.app.advance(5 * 3600 - 300);
    assert_eq!((opens(master).await, opens(rendition).await), (403, 200), "nobody starts with it any more");
    let segments = shelf.app.get(rendition).send().await.expect(200).to_string();
    assert!(segments.contains("X-Amz-Expires=14400&"), "{segments}");
    shelf.app.run(&format!("UPDATE content_access SET revoked_at = now() WHERE user_id = '{}'", viewer.id)).await;
    assert_eq!(opens(rendition).await, 403, "what was taken back");
    shelf.app.run("UPDATE content_access SET revoked_at = NULL").await;
    assert_eq!(opens(rendition).await, 200);
    shelf.app.advance(300);
    assert_eq!(opens(rendition).await, 403);
}

#[tokio::test]
async fn progress_is_kept_in_the_order_of_the_players_clock() {
    let shelf = Shelf::new().await;
    let viewer = shelf.app.person("viewer", Role::Customer).await;
    let film = film(&shelf, json!({})).await;
    let path = format!("/api/access/content/{film}/progress");
    let report = |position: f64, at: &str| {
        let body = json!({ "positionSeconds": position, "durationSeconds": 100, "updatedAt": at });
        shelf.app.post(&path).cookie(&viewer.cookie).json(&body).send()
    };
    let known = || async { shelf.get(&path, &viewer).await.expect(200)["progress"].clone() };
    assert_eq!(known().await, Value::Null);
    assert_eq!(report(50.0, "2025-01-01T00:00:10Z").await.status, 204);
    assert_eq!(report(40.0, "2025-01-01T00:00:05Z").await.status, 204);
    assert_eq!(known().await["positionSeconds"], 50.0, "an earlier report that came later changes nothing");
    assert_eq!(report(10.0, "2025-01-01T00:00:20Z").await.status, 204);
    assert_eq!(known().await["positionSeconds"], 10.0, "later wins, not larger");
    assert_eq!(report(96.0, "2025-01-01T00:00:30Z").await.status, 204);
    assert_eq!(report(1.0, "2999-01-01T00:00:00Z").await.status, 204);
    assert_eq!(report(2.0, "2999-01-01T00:00:00Z").await.status, 204);
    let last = known().await;
    assert_eq!(
        (&last["positionSeconds"], &last["completed"]),
        (&json!(2.0), &json!(true)),
        "a clock ahead shuts nobody out: {last}"
    );

    let all = shelf.get("/api/user/playback-progress", &viewer).await.expect(200);
    assert_eq!((&all["pagination"]["total"], &all["items"][0]["contentId"]), (&json!(1), &json!(film)));
    let nonsense = json!({ "positionSeconds": -1, "durationSeconds": 0 });
    let refused = shelf.app.post(&path).cookie(&viewer.cookie).json(&nonsense).send().await.expect(400);
    assert_eq!(refused["error"]["details"]["issues"].as_array().unwrap().len(), 2);
    shelf.acts(&format!("/api/content/{film}/unpublish")).await.expect(200);
    assert_eq!(report(5.0, "2025-01-01T00:00:40Z").await.expect_error(404), "NOT_FOUND");
}

#[tokio::test]
async fn the_library_holds_what_was_bought_and_not_taken_back() {
    let shelf = Shelf::new().await;
    let (buyer, other) = (shelf.app.person("buyer", Role::Customer).await, shelf.app.person("other", Role::Customer).await);
    let paid = film(&shelf, json!({ "title": "For sale", "visibility": "purchased_only", "priceCents": 100 })).await;
    let revoked = shelf.published(json!({ "visibility": "purchased_only", "priceCents": 100 })).await;
    shelf.grants(&paid, &buyer).await;
    shelf.grants(&revoked, &buyer).await;
    shelf.app.run(&format!("UPDATE content_access SET revoked_at = now() WHERE content_id = '{revoked}'")).await;
    let report = json!({ "positionSeconds": 1, "durationSeconds": 4 });
    shelf.app.post(&format!("/api/access/playback-progress/{paid}")).cookie(&buyer.cookie).json(&report).send().await;
    let library = shelf.get("/api/access/user/library", &buyer).await.expect(200);
    assert_eq!(library["pagination"]["total"], 1);
    let item = &library["items"][0];
    assert_eq!((&item["content"]["id"], &item["content"]["title"]), (&json!(paid), &json!("For sale")));
    assert_eq!(item["progress"]["percentComplete"], 25.0);
    let alias = shelf.get("/api/user/library", &buyer).await.expect(200);
    assert_eq!((&alias["data"], &alias["items"]), (&library["items"], &library["items"]));
    assert_eq!(shelf.get("/api/user/library", &other).await.expect(200)["items"], json!([]));
}

#[tokio::test]
async fn of_many_reports_at_once_the_latest_by_the_players_clock_wins() {
    let shelf = Shelf::new().await;
    let viewer = shelf.app.person("viewer", Role::Customer).await;
    let films = [film(&shelf, json!({})).await, film(&shelf, json!({})).await];
    let report = |index: u32| {
        // Half of them in batches that name the films in one order or the other.
        let one = |film: &str| json!({ "contentId": film, "positionSeconds": index, "durationSeconds": 1000, "updatedAt": format!("2025-01-01T00:00:{index:02}Z") });
        let items = if index.is_multiple_of(2) {
            json!([one(&films[0]), one(&films[1])])
        } else {
            json!([one(&films[1]), one(&films[0])])
        };
        shelf.app.post("/api/user/playback-progress").cookie(&viewer.cookie).json(&json!({ "items": items })).send()
    };
    // 37 is coprime to 50: they come in no order.
    for answer in join_all((0..50).map(|index| report(index * 37 % 50))).await {
        assert_eq!(answer.expect(200)["data"]["saved"].as_array().unwrap().len(), 2);
    }
    for film in &films {
        let known = shelf.get(&format!("/api/access/content/{film}/progress"), &viewer).await.expect(200);
        assert_eq!(known["progress"]["positionSeconds"], 49.0);
    }
}

#[tokio::test]
async fn a_closing_page_reports_all_at_once() {
    let shelf = Shelf::new().await;
    let viewer = shelf.app.person("viewer", Role::Customer).await;
    let (open, paid) =
        (film(&shelf, json!({})).await, film(&shelf, json!({ "visibility": "purchased_only", "priceCents": 100 })).await);
    let nobodys = "0190163d-8694-739b-aea5-966c26f8ad91";
    let item = |id: &str, position: u32, at: &str| json!({ "contentId": id, "positionSeconds": position, "durationSeconds": 100, "updatedAt": at });
    let items = json!({ "items": [
        item(&open, 20, "2025-01-01T00:00:20Z"), item(&paid, 1, "2025-01-01T00:00:00Z"), item(nobodys, 1, "2025-01-01T00:00:00Z"),
        item(&open, 10, "2025-01-01T00:00:10Z"),
    ] });
    let beacon = |origin: &str| {
        let call = shelf.app.post("/api/user/playback-progress").cookie(&viewer.cookie).header("origin", origin);
        call.header("content-type", "text/plain;charset=UTF-8").body(items.to_string()).send()
    };
    assert_eq!(beacon("https://evil.example").await.expect_error(403), "CSRF_REJECTED");
    let saved = beacon("http://localhost:3000").await.expect(200)["data"].clone();
    assert_eq!(saved["saved"], json!([open]));
    assert_eq!(saved["refused"].as_array().unwrap().len(), 2, "{saved}");
    let begun = shelf.get("/api/user/continue-watching", &viewer).await.expect(200);
    assert_eq!(
        (&begun["items"][0]["content"]["id"], &begun["items"][0]["progress"]["positionSeconds"]),
        (&json!(open), &json!(20.0))
    );
    let many = json!({ "items": vec![item(&open, 1, "2025-01-01T00:00:00Z"); 101] });
    let refused = shelf.app.post("/api/user/playback-progress").cookie(&viewer.cookie).json(&many).send().await;
    assert_eq!(refused.expect_error(400), "VALIDATION_ERROR");
    let form = shelf
        .app
        .post("/api/user/playback-progress")
        .cookie(&viewer.cookie)
        .header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(form.body("a=b").send().await.status, 415);
}

#[tokio::test]
async fn the_library_is_filtered_and_paged_over_every_reason() {
    let shelf = Shelf::new().await;
    let organization = shelf.organization().await;
    let viewer = shelf.app.person("viewer", Role::Customer).await;
    shelf.joins(&organization, &viewer, "member").await;
    let given = film(&shelf, json!({ "title": "Given", "visibility": "purchased_only", "priceCents": 100 })).await;
    let inner = shelf.published(json!({ "title": "Inner", "visibility": "members_only", "organizationId": organization })).await;
    shelf.grants(&given, &viewer).await;
    // A grant of what a membership opens too is listed once.
    let both = shelf.published(json!({ "title": "Both", "visibility": "members_only", "organizationId": organization })).await;
    shelf.grants(&both, &viewer).await;
    let report = json!({ "positionSeconds": 1, "durationSeconds": 4 });
    shelf
        .app
        .post(&format!("/api/access/content/{given}/progress"))
        .cookie(&viewer.cookie)
        .json(&report)
        .send()
        .await
        .expect(204);
    let list = |query: &str| {
        let path = format!("/api/user/library?{query}");
        async {
            let page = shelf.app.get(&{ path }).cookie(&viewer.cookie).send().await.expect(200);
            let titles: Vec<_> = page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["content"]["title"].as_str().unwrap().to_owned())
                .collect();
            (titles, page["pagination"]["total"].as_u64().unwrap())
        }
    };
    assert_eq!(list("").await.1, 3);
    let mut paged = Vec::new();
    for page in 1..=3 {
        paged.extend(list(&format!("limit=1&page={page}")).await.0);
    }
    paged.sort();
    assert_eq!(paged, ["Both", "Given", "Inner"]);
    for (query, expected) in
        [("reason=member", "Inner"), ("contentType=video", "Given"), ("watched=begun", "Given"), ("search=nne", "Inner")]
    {
        assert_eq!(list(query).await, (vec![expected.to_owned()], 1), "{query}");
    }
    assert_eq!(list("reason=granted").await.1, 2);
    assert_eq!(list("watched=new").await.1, 2);
    assert_eq!(list(&format!("organizationId={organization}")).await.1, 2);
    shelf.app.run(&format!("DELETE FROM organization_members WHERE user_id = '{}'", viewer.id)).await;
    assert!(!list("").await.0.contains(&"Inner".to_owned()), "a membership opens while it lasts: {inner}");
}

#[tokio::test]
async fn sound_alone_plays_from_one_signed_address() {
    let shelf = Shelf::new().await;
    let viewer = shelf.app.person("viewer", Role::Customer).await;
    let body = json!({ "title": "A talk", "mediaType": "audio", "mimeType": "audio/mpeg", "fileSizeBytes": 10 });
    let media = shelf.creates("/api/media", &body).send().await.expect(201)["data"]["id"].as_str().unwrap().to_owned();
    let key = format!("{}/audio/{media}/audio.mp3", shelf.creator.id);
    shelf.app.platform().media.get().unwrap().insert(&key, "ID3");
    let ready = json!({ "status": "ready", "audioKey": key, "durationSeconds": 60.0 });
    shelf::patch(&shelf.app, &format!("/api/media/{media}"), &shelf.creator, &ready).await.expect(200);
    let talk = shelf.published(json!({ "contentType": "audio", "contentBody": null, "mediaItemId": media })).await;
    let path = format!("/api/access/content/{talk}/stream");
    let stream = shelf.get(&path, &viewer).await.expect(200);
    let url = stream["streamingUrl"].as_str().unwrap();
    assert!(url.starts_with(&format!("http://r2.test/media/{key}?")) && url.contains("X-Amz-Expires=3660&"), "{url}");
    let head = shelf.app.call("HEAD".parse().unwrap(), &path).cookie(&viewer.cookie).send().await;
    assert_eq!((head.status.as_u16(), head.json.as_str().unwrap()), (200, ""));
}

//! What creators do on their pages, and what nobody else may.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod office;

use codex_identity::Role;
use office::{HOSTILE, colleague, html, location, town};
use serde_json::json;

#[tokio::test]
async fn a_work_is_written_sold_and_deleted() {
    let town = town().await;
    let post = |path: &str, fields: &[(&str, &str)]| town.post("yoga", path, fields).cookie(&town.creator.cookie).send();
    let see = async |path: &str| html(&town.get("yoga", path).cookie(&town.creator.cookie).send().await, 200).to_owned();
    assert!(see("/studio/content").await.contains("Nothing made yet"));
    let written =
        [("title", HOSTILE), ("contentBody", "In, **out**."), ("visibility", "purchased_only"), ("tags", "calm, , air")];
    for price in ["twelve", "-1", "1.234"] {
        let answer = post("/studio/new", &[&written[..], &[("price", price)]].concat()).await;
        let page = html(&answer, 422);
        assert!(page.contains("Price must be an amount of USD such as 12.00") && page.contains("In, **out**."), "{page}");
    }
    let dear = post("/studio/new", &[&written[..], &[("price", "100001")]].concat()).await;
    assert!(html(&dear, 422).contains("Price may be at most $100,000.00"), "{}", dear.json);
    let yen = [("price", "1.5"), ("currency", "jpy")];
    let yen = post("/studio/new", &[&written[..], &yen].concat()).await;
    let page = html(&yen, 422);
    assert!(page.contains("must be an amount of JPY such as 12") && page.contains("<option value=\"jpy\" selected>"), "{page}");
    let made = post("/studio/new", &[&written[..], &[("price", "12.50")]].concat()).await;
    let path = location(&made).split_once('?').unwrap().0.to_owned();
    let form = see(&path).await;
    assert!(form.contains("value=\"12.50\"") && form.contains("value=\"calm, air\"") && form.contains("Draft"), "{form}");
    assert!(!form.contains("<script>alert"), "{form}");
    let shown = town.content.get("/api/content/storefront?organization=yoga").send().await.expect(200);
    assert_eq!(shown["pagination"]["total"], 0, "a draft is nobody's to see");

    assert_eq!(location(&post(&format!("{path}/publish"), &[]).await), format!("{path}?done=published"));
    let version = form.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let change =
        [("title", "Air"), ("contentType", "written"), ("contentBody", "Out."), ("visibility", "public"), ("version", version)];
    let stale = post(&path, &change).await;
    assert!(html(&stale, 422).contains("value=\"Air\""), "what was changed since it was shown is not overwritten");
    let now = see(&path).await;
    let version = now.split("name=\"version\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let change = [&change[..4], &[("version", version)]].concat();
    assert_eq!(location(&post(&path, &change).await), format!("{path}?done=saved"));
    let list = see("/studio/content").await;
    assert!(list.contains(">Air</a>") && list.contains("Published") && list.contains("Free"), "{list}");
    assert_eq!(post(&format!("{path}/burn"), &[]).await.status, 404);
    assert_eq!(location(&post(&format!("{path}/delete"), &[]).await), "/studio/content?done=deleted");
    assert_eq!(town.get("yoga", &path).cookie(&town.creator.cookie).send().await.status, 404);
}

#[tokio::test]
async fn what_is_not_complete_is_not_published() {
    let town = town().await;
    let fields = [("title", "Nothing"), ("contentBody", ""), ("visibility", "public"), ("price", "")];
    let made = town.post("yoga", "/studio/new", &fields).cookie(&town.creator.cookie).send().await;
    let path = location(&made).split_once('?').unwrap().0.to_owned();
    let refused = town.post("yoga", &format!("{path}/publish"), &[]).cookie(&town.creator.cookie).send().await;
    assert_eq!(location(&refused), format!("{path}?problem=MEDIA_NOT_READY"));
    let page = town.get("yoga", location(&refused)).cookie(&town.creator.cookie).send().await;
    assert!(html(&page, 200).contains("It cannot be published yet"));
}

#[tokio::test]
async fn a_studio_is_its_creators() {
    let town = town().await;
    town.publishes("yoga", "piece", json!({})).await;
    let id = town.web.text("SELECT id::text FROM content").await;
    let path = format!("/studio/content/{id}");
    let (viewer, other) = (town.web.person("viewer", Role::Customer).await, town.web.person("other", Role::Creator).await);
    let (colleague, member) = (colleague(&town, "yoga", "creator").await, colleague(&town, "yoga", "member").await);
    for nobody in [&viewer, &other, &member] {
        for page in ["/studio", "/studio/content", "/studio/media", "/studio/sales", "/studio/members", "/studio/settings"] {
            let answer = town.get("yoga", page).cookie(&nobody.cookie).send().await;
            assert!(html(&answer, 403).contains("/sign-out"), "{page}: whoever is signed in still is");
        }
    }
    assert!(!html(&town.get("yoga", "/studio/content").cookie(&colleague.cookie).send().await, 200).contains("piece"));
    assert_eq!(town.get("yoga", &path).cookie(&colleague.cookie).send().await.status, 404);
    assert_eq!(town.get("yoga", &path).cookie(&other.cookie).send().await.status, 403);
    assert_eq!(town.get("chess", &path).cookie(&town.creator.cookie).send().await.status, 404, "another tenant's studio");
    let change =
        [("title", "Mine"), ("contentType", "written"), ("contentBody", "x"), ("visibility", "public"), ("version", "1")];
    assert_eq!(town.post("yoga", &path, &change).cookie(&other.cookie).send().await.status, 403);
    for action in ["publish", "unpublish", "archive", "delete"] {
        let answer = town.post("yoga", &format!("{path}/{action}"), &[]).cookie(&other.cookie).send().await;
        assert_eq!(answer.status, 404, "{action}");
    }
    assert_eq!(town.web.text("SELECT title || status FROM content").await, "piecepublished");
}

#[tokio::test]
async fn files_are_the_content_workers_to_take() {
    let town = town().await;
    let viewer = town.web.person("viewer", Role::Customer).await;
    let announce = |cookie: &str, body: &str| {
        let call =
            town.web.post("/studio/media").header("host", "yoga.localhost:3000").header("origin", "http://yoga.localhost:3000");
        call.cookie(cookie).header("content-type", "application/json").body(body.to_owned()).send()
    };
    let film = r#"{"title":"A film","mediaType":"video","mimeType":"video/mp4","fileSizeBytes":12}"#;
    assert_eq!(announce(&viewer.cookie, film).await.expect_error(403), "FORBIDDEN");
    assert_eq!(announce(&town.creator.cookie, "{}").await.expect_error(400), "VALIDATION_ERROR");
    let made = announce(&town.creator.cookie, film).await.expect(201);
    assert!(made["data"]["upload"]["url"].as_str().unwrap().starts_with("http://r2.test/"), "{made}");
    let id = made["data"]["id"].as_str().unwrap();
    let early =
        town.web.post(&format!("/studio/media/{id}/complete")).header("host", "yoga.localhost:3000").cookie(&town.creator.cookie);
    assert_eq!(early.send().await.expect_error(422), "UPLOAD_INCOMPLETE");
    let page = town.get("yoga", "/studio/media").cookie(&town.creator.cookie).send().await;
    assert!(html(&page, 200).contains("A film") && html(&page, 200).contains("Arriving"));
}

/// Without JavaScript a file comes in a form, and goes on to R2 as it arrives.
#[tokio::test]
async fn a_file_may_come_in_a_form() {
    let town = town().await;
    let send = |cookie: &str, name: &str, kind: &str, file: &str| {
        let body = format!(
            "------x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: {kind}\r\n\r\n{file}\r\n------x--\r\n"
        );
        let call = town.web.post("/studio/media/send").header("host", "yoga.localhost:3000");
        let call = call.header("origin", "http://yoga.localhost:3000").header("accept", "text/html").cookie(cookie);
        call.header("content-type", "multipart/form-data; boundary=----x")
            .header("content-length", &body.len().to_string())
            .body(body)
            .send()
    };
    let count = async || town.web.count("media_items").await;
    let none = send(&town.creator.cookie, "", "application/octet-stream", "").await;
    assert!(html(&none, 422).contains("It must be chosen"));
    let text = send(&town.creator.cookie, "notes.txt", "text/plain", "no film").await;
    assert!(html(&text, 422).contains("id=\"file-note\" class=\"issue\""), "{}", text.json);
    let viewer = town.web.person("viewer", Role::Customer).await;
    assert_eq!(send(&viewer.cookie, "a.mp4", "video/mp4", "film").await.status, 403);
    assert_eq!(count().await, 0, "nothing was begun");
    // Nothing arrives in the bucket of this test: what was sent there is looked at.
    let sent = send(&town.creator.cookie, "My film.mp4", "video/mp4", "all of a film").await;
    assert_eq!(sent.status, 422, "{}", sent.json);
    assert_eq!(
        town.web.text("SELECT title || ' ' || mime_type || ' ' || file_size_bytes FROM media_items").await,
        "My film video/mp4 13"
    );
    let outside = town.web.sent.lock().unwrap();
    let (address, body) = outside.iter().find(|(address, _)| address.starts_with("http://r2.test/")).unwrap();
    assert!(address.contains("X-Amz-Signature") && body == "all of a film", "{address}");
}

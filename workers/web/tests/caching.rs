//! Who may keep a page, what failures look like, and that no tenant's page is another's.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod town;

use base64::{Engine, engine::general_purpose::STANDARD};
use codex_edge::Fault;
use codex_identity::Role;
use serde_json::json;
use sha2::{Digest, Sha256};
use town::{Town, html};

const PUBLIC: &str = "public, no-cache";

#[tokio::test]
async fn strangers_pages_are_kept_and_nobody_elses() {
    let town = Town::new(codex_web::api()).await;
    town.publishes("yoga", "piece", json!({})).await;
    let viewer = town.web.person("viewer", Role::Customer).await;
    for path in ["/", "/content/piece"] {
        let first = town.get("yoga", path).send().await;
        assert_eq!(first.headers["cache-control"], PUBLIC, "{path}");
        let vary: Vec<_> = first.headers.get_all("vary").iter().collect();
        assert!(vary.iter().any(|value| *value == "cookie"), "{path}: {vary:?}");
        let tag = first.headers["etag"].to_str().unwrap().to_owned();
        let again = town.get("yoga", path).header("if-none-match", &tag).send().await;
        assert_eq!((again.status.as_u16(), again.length), (304, 0), "{path}");

        let own = town.get("yoga", path).cookie(&viewer.cookie).header("if-none-match", &tag).send().await;
        assert_eq!(own.headers["cache-control"], "private, no-store", "{path}");
        assert!(html(&own, 200).contains("/sign-out") && own.headers.get("etag").is_none());
        let stranger = town.get("yoga", path).send().await;
        assert!(!html(&stranger, 200).contains("/sign-out"), "what was made for somebody is not kept for others: {path}");
    }
    for path in ["/login", "/register", "/verify", "/forgot-password", "/reset-password?token=x", "/nowhere"] {
        assert_eq!(town.get("yoga", path).send().await.headers["cache-control"], "private, no-store", "{path}");
    }
}

#[tokio::test]
async fn a_kept_page_asks_nobody() {
    let town = Town::new(codex_web::api()).await;
    town.publishes("yoga", "piece", json!({})).await;
    let before = html(&town.get("yoga", "/content/piece").send().await, 200).to_owned();
    let kept = |kind: &str| town.web.platform().cache.kv().get().unwrap().keys().iter().any(|key| key.starts_with(kind));
    assert!(kept("page:yoga:") && kept("brand:yoga"));
    town.web.platform().services.set_fault(Fault::Down);
    let during = town.get("yoga", "/content/piece?utm_source=mail").send().await;
    assert_eq!(html(&during, 200), before, "what means nothing to a page makes no other page");
    let other = town.get("yoga", "/content/other").send().await;
    let page = html(&other, 503);
    assert!(page.contains("Back in a moment") && page.contains(">Yoga<"), "a failure keeps the tenant's look: {page}");
    assert_eq!(other.headers["retry-after"], "5");
}

#[tokio::test]
async fn a_page_is_not_made_of_a_kept_list() {
    let town = Town::new(codex_web::api()).await;
    town.publishes("yoga", "piece", json!({ "title": "Old" })).await;
    // What the front page asks for, asked for by somebody else and kept by the content worker.
    let list =
        async || town.content.get("/api/content/storefront?organization=yoga&page=1&limit=24").send().await.json.to_string();
    list().await;
    town.web.run("UPDATE content SET title = 'New'").await;
    assert!(list().await.contains("Old"), "it is kept");
    let page = town.get("yoga", "/").send().await;
    assert!(html(&page, 200).contains("New"), "the ages of the two do not add up");
}

#[tokio::test]
async fn no_tenant_shows_anothers() {
    let town = Town::new(codex_web::api()).await;
    town.publishes("yoga", "calm", json!({ "title": "Calm" })).await;
    town.publishes("chess", "check", json!({ "title": "Mate in two" })).await;
    town.web.run("UPDATE organizations SET primary_color = '#AA2200' WHERE slug = 'chess'").await;
    // Twice each: made, and kept.
    for _ in 0..2 {
        let (yoga, chess) = (town.get("yoga", "/").send().await, town.get("chess", "/").send().await);
        let (yoga, chess) = (html(&yoga, 200), html(&chess, 200));
        assert!(yoga.contains("Calm") && !yoga.contains("Mate in two") && !yoga.contains("#aa2200"));
        assert!(chess.contains("Mate in two") && !chess.contains("Calm") && chess.contains("#aa2200"));
        assert_eq!(town.get("yoga", "/content/check").send().await.status, 404);
        assert_eq!(town.get("chess", "/content/calm").send().await.status, 404);
    }
    // Whatever is put under a tenant's key, another tenant's page is not shown for it.
    let kv = town.web.platform().cache.kv().get().unwrap();
    assert!(kv.keys().iter().any(|key| key.starts_with("page:yoga:")));
    let now = town.web.now().as_second();
    for key in kv.keys().iter().filter(|key| key.starts_with("page:yoga:")) {
        kv.put(key, &format!("{now}:chess\nhash\n<h1>Chess</h1>"), 60).await.unwrap();
    }
    town.web.advance(1); // past what the worker remembers by itself
    let answer = town.get("yoga", "/").send().await;
    let page = html(&answer, 500);
    assert!(!page.contains("<h1>Chess</h1>") && page.contains("That is on us"), "{page}");
}

#[tokio::test]
async fn hosts_that_are_none_of_ours() {
    let town = Town::new(codex_web::api()).await;
    for (host, status) in [
        ("nobody.localhost:3000", 404),
        ("evil.org", 404),
        ("auth.localhost:3000", 404),
        ("localhost:3000", 200),
        ("codex.localhost:3000", 200),
    ] {
        let answer = town.web.get("/").header("host", host).header("accept", "text/html").send().await;
        let page = html(&answer, status);
        assert!(page.contains(">Codex<") && !page.contains("evil.org"), "{host}: {page}");
    }
    assert_eq!(
        town.web.get("/content/piece").header("host", "localhost:3000").send().await.status,
        404,
        "the platform has no content"
    );
}

#[tokio::test]
async fn every_page_has_its_headers() {
    let town = Town::new(codex_web::api()).await;
    let viewer = town.web.person("viewer", Role::Customer).await;
    for path in ["/", "/login", "/nowhere", "/library"] {
        let call = town.get("yoga", path);
        let answer = if path == "/login" { call } else { call.cookie(&viewer.cookie) }.send().await;
        let policy = answer.headers["content-security-policy"].to_str().unwrap();
        for rule in [
            "default-src 'none'",
            "script-src 'self';",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "require-trusted-types-for 'script'",
        ] {
            assert!(policy.contains(rule), "{path}: {policy}");
        }
        assert!(!policy.contains("unsafe"), "{policy}");
        let page = answer.json.as_str().unwrap();
        let style = page.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
        assert!(
            policy.contains(&format!("'sha256-{}'", STANDARD.encode(Sha256::digest(style)))),
            "{path}: the style is not let in"
        );
        assert_eq!(page.matches("<script").count(), page.matches("<script src=\"/assets/").count(), "no script is inline");
        for name in ["x-content-type-options", "x-frame-options", "referrer-policy", "permissions-policy", "x-request-id"] {
            assert!(answer.headers.contains_key(name), "{path} lacks {name}");
        }
    }
}

#[tokio::test]
async fn programs_find_their_way() {
    let town = Town::new(codex_web::api()).await;
    town.publishes("yoga", "piece", json!({ "title": "A & B", "description": "On breathing." })).await;
    let text = async |path: &str| town.get("yoga", path).send().await.json.as_str().unwrap().to_owned();
    assert!(text("/robots.txt").await.contains("Sitemap: http://yoga.localhost:3000/sitemap.xml"));
    let map = text("/sitemap.xml").await;
    assert!(map.contains("<loc>http://yoga.localhost:3000/content/piece</loc>") && map.starts_with("<?xml"), "{map}");
    let feed = text("/feed.xml").await;
    assert!(feed.contains("<title>A &#38; B</title>") && feed.contains("<description>On breathing.</description>"), "{feed}");
    let page = text("/content/piece").await;
    for tag in [
        "<title>A &#38; B · Yoga</title>",
        "<meta name=\"description\" content=\"On breathing.\">",
        "<link rel=\"canonical\" href=\"http://yoga.localhost:3000/content/piece\">",
        "<meta property=\"og:title\" content=\"A &#38; B · Yoga\">",
    ] {
        assert!(page.contains(tag), "{tag} in {page}");
    }
    assert_eq!(town.get("nobody", "/robots.txt").send().await.status, 404);
}

#[tokio::test]
async fn who_is_signed_in_still_is_where_something_is_wrong() {
    let town = Town::new(codex_web::api()).await;
    let viewer = town.web.person("viewer", Role::Customer).await;
    for (path, status) in [("/nowhere", 404), ("/content/nothing", 404), ("/?page=0", 400)] {
        let known = town.get("yoga", path).cookie(&viewer.cookie).send().await;
        assert!(html(&known, status).contains("/sign-out"), "{path}");
        let stranger = town.get("yoga", path).send().await;
        assert!(!html(&stranger, status).contains("/sign-out"), "{path}");
    }
}

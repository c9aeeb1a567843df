//! What pages say, to whom, and what they do with what others typed.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod town;

use codex_identity::Role;
use serde_json::json;
use town::{HOSTILE, Town, html, location};

/// Nothing that somebody typed is markup.
#[track_caller]
fn is_harmless(page: &str) {
    assert!(!page.contains("<script>alert") && !page.contains("'><script") && !page.contains("&amp;amp;amp;"), "{page}");
    assert_eq!(page.matches("</title>").count(), 1, "{page}");
    assert_eq!(page.matches("</style>").count(), 1, "{page}");
    assert!(!page.contains(" style=") && !page.contains(" onload=") && !page.contains("javascript:"), "{page}");
}

#[tokio::test]
async fn hostile_words_are_words() {
    let town = Town::new(codex_web::api()).await;
    town.tenant("evil", HOSTILE).await;
    let changes =
        json!({ "title": HOSTILE, "description": HOSTILE, "category": HOSTILE, "tags": [HOSTILE], "contentBody": HOSTILE });
    town.publishes("evil", "piece", changes).await;
    let person = town.web.person("person", Role::Customer).await;
    town.web.run(&format!("UPDATE users SET name = '{}' WHERE id = '{}'", HOSTILE.replace('\'', "''"), person.id)).await;
    for path in [
        "/",
        "/content/piece",
        "/?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&category=%22%3E%3Cscript%3Ealert(1)",
        "/nowhere%22%3E",
    ] {
        for cookie in [None, Some(&person.cookie)] {
            let call = town.get("evil", path);
            let call = if let Some(cookie) = cookie { call.cookie(cookie) } else { call };
            let answer = call.send().await;
            let page = html(&answer, if path.starts_with("/nowhere") { 404 } else { 200 });
            is_harmless(page);
        }
    }
    for path in ["/account", "/library", "/account/data"] {
        let answer = town.get("evil", path).cookie(&person.cookie).send().await;
        is_harmless(html(&answer, 200));
    }
    for path in ["/feed.xml", "/sitemap.xml", "/icon.svg"] {
        let answer = town.get("evil", path).send().await;
        assert_eq!(answer.status, 200);
        let text = answer.json.as_str().unwrap();
        assert!(!text.contains("<script") && !text.contains("\"'>"), "{path}: {text}");
    }
    let everybody = town.web.get("/").header("accept", "text/html").send().await;
    is_harmless(html(&everybody, 200));
    assert!(
        html(&everybody, 200).contains("http://evil.localhost:3000/content/piece"),
        "on the platform's own page it leads to its tenant"
    );
}

#[tokio::test]
async fn a_refused_form_comes_back_as_it_was_filled_in() {
    let town = Town::new(codex_web::api()).await;
    let fields = [("name", HOSTILE), ("email", "no address"), ("password", "short"), ("redirect", "/library")];
    let answer = town.post("yoga", "/register", &fields).send().await;
    let page = html(&answer, 422);
    is_harmless(page);
    assert!(page.contains("value=\"no address\"") && page.contains("value=\"/library\""), "{page}");
    assert!(page.contains("E-mail address must be an e-mail address") && page.contains("aria-invalid"), "{page}");
    assert!(!page.contains("value=\"short\""), "passwords are not sent back");
    let answer = town.post("yoga", "/login", &[("email", "nobody@example.com"), ("password", "wrong words here")]).send().await;
    let page = html(&answer, 422);
    assert!(page.contains("do not belong together") && page.contains("value=\"nobody@example.com\""), "{page}");
    assert!(answer.headers.get("set-cookie").is_none());
}

#[tokio::test]
async fn signing_up_in_and_out() {
    let town = Town::new(codex_web::api()).await;
    let person = [("name", "Ada"), ("email", "ada@example.com"), ("password", "correct horse battery")];
    let joined = town.post("yoga", "/register", &[&person[..], &[("redirect", "/content/piece?x=1")]].concat()).send().await;
    assert_eq!(location(&joined), "/content/piece?x=1");
    let library = town.get("yoga", "/library").cookie(&joined.cookie()).send().await;
    let page = html(&library, 200);
    assert!(page.contains("Your library is empty") && page.contains("Confirm your e-mail address"), "{page}");
    let again = town.get("yoga", "/login?redirect=%2Flibrary").cookie(&joined.cookie()).send().await;
    assert_eq!(location(&again), "/library", "who is signed in goes on");
    let out = town.post("yoga", "/sign-out", &[]).cookie(&joined.cookie()).send().await;
    assert_eq!((location(&out), out.cookie().contains("Max-Age=0")), ("/", true));
    for redirect in ["//evil.org", "/\\evil.org", "http://evil.org/", "http://chess.localhost:3000/", "javascript:alert(1)", ""] {
        let fields = [("email", "ada@example.com"), ("password", "correct horse battery"), ("redirect", redirect)];
        let answer = town.post("yoga", "/login", &fields).send().await;
        assert_eq!(location(&answer), "/", "{redirect}");
        assert!(answer.cookie().starts_with("codex-session="));
        let form = town.get("yoga", &format!("/login?redirect={redirect}")).send().await;
        assert!(html(&form, 200).contains("name=\"redirect\" value=\"/\""), "{redirect}");
    }
}

#[tokio::test]
async fn strangers_sign_in_first() {
    let town = Town::new(codex_web::api()).await;
    for (path, back) in [
        ("/library?show=done", "/login?redirect=%2Flibrary%3Fshow%3Ddone"),
        ("/watch/film", "/login?redirect=%2Fwatch%2Ffilm"),
        ("/account/devices", "/login?redirect=%2Faccount%2Fdevices"),
    ] {
        assert_eq!(location(&town.get("yoga", path).send().await), back);
        let program = town.web.get(path).header("host", "yoga.localhost:3000").send().await;
        assert_eq!(program.expect_error(401), "UNAUTHORIZED", "programs get the envelope");
    }
    let form = town.post("yoga", "/content/piece/buy", &[("contentId", "x")]).header("referer", "http://evil.org/").send().await;
    assert_eq!(location(&form), "/login?redirect=%2Fcontent%2Fpiece%2Fbuy");
}

#[tokio::test]
async fn forms_of_other_sites_are_refused() {
    let town = Town::new(codex_web::api()).await;
    let fields = "email=ada%40example.com&password=correct+horse+battery";
    for origin in ["https://evil.org", "null", "http://localhost:8000"] {
        let call = town.web.post("/login").header("host", "yoga.localhost:3000").header("origin", origin);
        let answer = call.header("content-type", "application/x-www-form-urlencoded").body(fields).send().await;
        assert_eq!(answer.expect_error(403), "CSRF_REJECTED", "signing somebody in takes no cookie: {origin}");
    }
    let json = town.web.post("/login").header("host", "yoga.localhost:3000").json(&json!({})).send().await;
    assert_eq!(json.expect_error(415), "UNSUPPORTED_MEDIA_TYPE");
}

#[tokio::test]
async fn what_is_offered_depends_on_who_looks() {
    let town = Town::new(codex_web::api()).await;
    town.publishes("yoga", "open", json!({})).await;
    town.publishes("yoga", "sold", json!({ "visibility": "purchased_only", "priceCents": 2999, "contentBody": "The secret." }))
        .await;
    town.publishes("yoga", "inside", json!({ "visibility": "members_only", "contentBody": "For us." })).await;
    let viewer = town.web.person("viewer", Role::Customer).await;
    let see = async |path: &str, cookie: Option<&str>| {
        let call = town.get("yoga", path);
        let answer = if let Some(cookie) = cookie { call.cookie(cookie) } else { call }.send().await;
        html(&answer, 200).to_owned()
    };
    let viewer_cookie = Some(viewer.cookie.as_str());
    assert!(see("/content/open", None).await.contains("<strong>out</strong>"));
    let stranger = see("/content/sold", None).await;
    assert!(stranger.contains("$29.99") && stranger.contains("/login?redirect=%2Fcontent%2Fsold"), "{stranger}");
    let offered = see("/content/sold", viewer_cookie).await;
    assert!(offered.contains("action=\"/content/sold/buy\""), "{offered}");
    assert!(see("/content/inside", viewer_cookie).await.contains("For members only"));
    let owner = see("/content/inside", Some(&town.creator.cookie)).await;
    assert!(owner.contains("For us."), "{owner}");

    let free = town.post("yoga", "/content/open/buy", &[("contentId", "00000000-0000-7000-8000-000000000000")]);
    let answer = free.cookie(&viewer.cookie).send().await;
    assert_eq!(answer.status, 404, "nothing of that id");
    let invented = see("/content/open?problem=%3Cb%3E", None).await;
    assert!(invented.contains("That did not work.") && !invented.contains("<b>"), "an address says nothing in its own words");

    town.web.run("UPDATE organizations SET purchases_enabled = false WHERE slug = 'yoga'").await;
    town.web.advance(200);
    assert!(see("/content/sold", viewer_cookie).await.contains("Not on sale at the moment"));
}

#[tokio::test]
async fn a_site_that_takes_nobody_new_still_takes_whom_it_invited() {
    let town = Town::new(codex_web::api()).await;
    let account = [("name", "Ada"), ("email", "ada@example.com"), ("password", "correct horse battery")];
    let join = async |to: &str| html(&town.get("yoga", to).send().await, 200).to_owned();
    assert!(join("/").await.contains("href=\"/register?") && join("/register").await.contains("name=\"password\""));
    town.web.run("UPDATE organizations SET signups_enabled = false WHERE slug = 'yoga'").await;
    town.web.advance(200);
    town.auth.advance(200);
    assert!(!join("/").await.contains("href=\"/register?"));
    let closed = join("/register").await;
    assert!(closed.contains("takes no new members") && !closed.contains("name=\"password\""), "{closed}");
    assert_eq!(town.post("yoga", "/register", &account).send().await.status, 403);
    assert_eq!(town.web.count("users WHERE email = 'ada@example.com'").await, 0);
    assert!(join("/register?redirect=/invitations%3Ftoken%3Dx").await.contains("name=\"password\""));
    let invited = [account.as_slice(), &[("redirect", "/invitations?token=x")]].concat();
    assert_eq!(town.post("yoga", "/register", &invited).send().await.status, 303);
    // Elsewhere it is as it was.
    assert!(html(&town.get("chess", "/register").send().await, 200).contains("name=\"password\""));
}

#[tokio::test]
async fn a_catalogue_is_searched_and_leafed_through() {
    let town = Town::new(codex_web::api()).await;
    for number in 0..26 {
        town.publishes("yoga", &format!("breath-{number}"), json!({ "category": "calm" })).await;
    }
    town.publishes("yoga", "handstand", json!({ "visibility": "purchased_only", "priceCents": 500 })).await;
    let see = async |path: &str| html(&town.get("yoga", path).send().await, 200).to_owned();
    let first = see("/").await;
    assert_eq!(first.matches("class=\"card\"").count(), 24);
    assert!(
        first.contains("Page 1 of 2") && first.contains("href=\"/?page=2\"") && first.contains("href=\"/?category=calm\""),
        "{first}"
    );
    assert_eq!(see("/?page=2").await.matches("class=\"card\"").count(), 3);
    let found = see("/?q=handstand").await;
    assert!(found.contains("1 result for “handstand”") && found.contains("noindex"), "{found}");
    assert_eq!(see("/?price=paid").await.matches("class=\"card\"").count(), 1);
    let nothing = see("/?kind=audio").await;
    assert!(nothing.contains("Nothing matches that"), "{nothing}");
    assert!(html(&town.get("chess", "/").send().await, 200).contains("Nothing here yet"));
    assert_eq!(town.get("yoga", "/?kind=film").send().await.status, 400);
    assert_eq!(town.get("yoga", "/?page=100001").send().await.status, 400);
}

#[tokio::test]
async fn somebody_elses_device_stays_signed_in() {
    let town = Town::new(codex_web::api()).await;
    let (one, other) = (town.web.person("one", Role::Customer).await, town.web.person("other", Role::Customer).await);
    let session = town.web.text(&format!("SELECT id::text FROM sessions WHERE user_id = '{}'", one.id)).await;
    let path = format!("/account/devices/{session}");
    assert_eq!(town.post("yoga", &path, &[]).cookie(&other.cookie).send().await.status, 404);
    let devices = town.get("yoga", "/account/devices").cookie(&one.cookie).send().await;
    assert!(html(&devices, 200).contains("This device"));
    let ended = town.post("yoga", &path, &[]).cookie(&one.cookie).send().await;
    assert!(ended.cookie().contains("Max-Age=0"), "ending one's own is signing out");
}

#[tokio::test]
async fn progress_is_the_content_workers_to_read() {
    let town = Town::new(codex_web::api()).await;
    let viewer = town.web.person("viewer", Role::Customer).await;
    let call = |body: &'static str| {
        let call = town.web.post("/progress").header("host", "yoga.localhost:3000").cookie(&viewer.cookie);
        call.header("origin", "http://yoga.localhost:3000").header("content-type", "text/plain").body(body)
    };
    assert_eq!(call("{}").send().await.expect_error(400), "VALIDATION_ERROR");
    let unknown = r#"{"items":[{"contentId":"00000000-0000-7000-8000-000000000000","positionSeconds":1,"durationSeconds":4}]}"#;
    assert_eq!(call(unknown).send().await.expect(200)["data"]["saved"], json!([]));
}

//! Profiles, usernames, avatars, preferences.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

use codex_identity::Role;
use codex_identity_api::api;
use codex_testkit::{Answer, Person, TestApp};
use http::Method;
use serde_json::{Value, json};

async fn patch(app: &TestApp, path: &str, who: &Person, body: Value) -> Answer {
    app.call(Method::PATCH, path).cookie(&who.cookie).json(&body).send().await
}

async fn get(app: &TestApp, path: &str, who: &Person) -> Value {
    app.get(path).cookie(&who.cookie).send().await.expect(200)["data"].clone()
}

#[tokio::test]
async fn a_profile_has_three_states() {
    let app = TestApp::new(api()).await;
    let ada = app.person("ada", Role::Customer).await;
    let change = async |body: Value| patch(&app, "/api/user/profile", &ada, body).await;
    let before = get(&app, "/api/user/profile", &ada).await;
    assert_eq!((&before["displayName"], &before["username"], &before["role"]), (&json!("ada"), &Value::Null, &json!("customer")));
    change(json!({ "displayName": "Ada L.", "bio": "Counts.", "socialLinks": { "website": "https://ada.example", "x": "https://x.example/ada" } }))
        .await
        .expect(200);
    change(json!({ "bio": null, "socialLinks": { "x": null } })).await.expect(200);
    let after = get(&app, "/api/user/profile", &ada).await;
    assert_eq!((&after["displayName"], &after["bio"]), (&json!("Ada L."), &Value::Null));
    assert_eq!((&after["socialLinks"]["website"], &after["socialLinks"]["x"]), (&json!("https://ada.example"), &Value::Null));
    assert_eq!(after["role"], "customer", "only a username makes a creator");
    change(json!({ "socialLinks": null })).await.expect(200);
    assert_eq!(get(&app, "/api/user/profile", &ada).await["socialLinks"]["website"], Value::Null);
    for bad in [
        json!({ "displayName": null }),
        json!({ "displayName": "" }),
        json!({ "bio": "x".repeat(2001) }),
        json!({ "socialLinks": { "website": "javascript:alert(1)" } }),
        json!({ "socialLinks": { "myspace": "https://a.example" } }),
        json!({ "username": "A B" }),
        json!({ "username": null }),
        json!({ "role": "admin" }),
        json!({ "avatarUrl": "https://a.example" }),
    ] {
        assert_eq!(change(bad.clone()).await.expect_error(400), "VALIDATION_ERROR", "{bad}");
    }
}

#[tokio::test]
async fn a_username_is_ones_own_and_makes_a_creator() {
    let app = TestApp::new(api()).await;
    let auth = TestApp::on(codex_auth::api(), app.database_url.clone(), &[]);
    let (ada, bob) = (app.person("ada", Role::Customer).await, app.person("bob", Role::Admin).await);
    let choose = async |who, name: &str| patch(&app, "/api/user/profile", who, json!({ "username": name })).await;
    get(&app, "/api/user/profile", &ada).await;
    assert_eq!(choose(&ada, "admin").await.expect_error(422), "USERNAME_RESERVED");
    assert_eq!(choose(&ada, "ada").await.expect(200)["data"]["role"], "creator");
    assert_eq!(app.platform().sessions.get().unwrap().keys(), Vec::<String>::new(), "cached sessions were forgotten");
    let session = auth.get("/api/auth/session").cookie(&ada.cookie).send().await.expect(200);
    assert_eq!(session["user"]["role"], "creator");
    assert_eq!(choose(&bob, "ada").await.expect_error(409), "CONFLICT");
    assert_eq!(choose(&bob, "bob").await.expect(200)["data"]["role"], "admin", "nobody falls");
    choose(&ada, "ada-l").await.expect(200);
    choose(&bob, "ada").await.expect(200);
}

#[tokio::test]
async fn who_gains_rights_goes_on_under_another_token() {
    let app = TestApp::new(api()).await;
    let auth = TestApp::on(codex_auth::api(), app.database_url.clone(), &[]);
    let ada = app.person("ada", Role::Customer).await;
    let choose = async |name: &str| patch(&app, "/api/user/profile", &ada, json!({ "username": name })).await;
    let elsewhere = json!({ "email": "ada@example.com", "password": "correct horse battery" });
    let elsewhere = auth.post("/api/auth/email/login").json(&elsewhere).send().await.cookie();
    let current = async |cookie: &str, at: i64| auth.get("/api/auth/session").cookie(cookie).in_seconds(at).send().await;
    let rotated = choose("ada").await.cookie();
    assert_ne!(rotated, ada.cookie);
    assert_eq!(current(&rotated, 0).await.expect(200)["user"]["role"], "creator");
    let devices = auth.get("/api/auth/sessions").cookie(&rotated).send().await.expect(200);
    assert_eq!(devices["pagination"]["total"], 2, "the device and the other one: {devices}");

    current(&ada.cookie, 200).await.expect(200);
    for cached in [false, true] {
        assert_eq!(
            current(&ada.cookie, 301).await.expect_error(401),
            "UNAUTHORIZED",
            "{cached}: what was known of it is worth nothing"
        );
    }
    current(&rotated, 20 * 3600).await.expect(200);
    current(&elsewhere, 301).await.expect(200);
    assert!(choose("ada-l").await.headers.get("set-cookie").is_none(), "nothing was gained");

    auth.post("/api/auth/signout").cookie(&rotated).json(&json!({})).send().await.expect(200);
    current(&ada.cookie, 0).await.expect_error(401);
    current(&elsewhere, 0).await.expect(200);
}

#[tokio::test]
async fn of_ten_who_want_a_username_one_gets_it() {
    let app = std::sync::Arc::new(TestApp::new(api()).await);
    let mut attempts = Vec::new();
    for index in 0..10 {
        let (app, person) = (app.clone(), app.person(&format!("person-{index}"), Role::Customer).await);
        attempts.push(tokio::spawn(async move {
            patch(&app, "/api/user/profile", &person, json!({ "username": "ada" })).await.status.as_u16()
        }));
    }
    let mut statuses = Vec::new();
    for attempt in attempts {
        statuses.push(attempt.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409, 409, 409, 409, 409, 409, 409]);
}

#[tokio::test]
async fn an_avatar_is_known_by_its_bytes_and_replaces_the_one_before() {
    let app = TestApp::new(api()).await;
    let ada = app.person("ada", Role::Customer).await;
    let post = async |bytes: &[u8]| app.post("/api/user/avatar").cookie(&ada.cookie).body(bytes.to_vec()).send().await;
    let kept = || app.platform().assets.get().unwrap().keys();
    post(b"\xff\xd8\xff\xe0").await.expect(200);
    let address = post(b"\x89PNG\r\n\x1a\n").await.expect(200)["data"]["avatarUrl"].as_str().unwrap().to_owned();
    assert_eq!(kept(), [address.strip_prefix("http://assets.test/").unwrap()]);
    assert!(kept()[0].starts_with(&format!("users/{}/avatar/", ada.id)));
    assert_eq!(post(b"<svg/>").await.expect_error(415), "UNSUPPORTED_MEDIA_TYPE");
    app.call(Method::DELETE, "/api/user/avatar").cookie(&ada.cookie).send().await.expect(204);
    assert_eq!((kept().len(), &get(&app, "/api/user/profile", &ada).await["avatarUrl"]), (0, &Value::Null));
}

#[tokio::test]
async fn preferences_have_defaults() {
    let app = TestApp::new(api()).await;
    let ada = app.person("ada", Role::Customer).await;
    let defaults = json!({ "theme": "system", "language": "en", "timezone": "UTC", "autoplay": true });
    assert_eq!(get(&app, "/api/user/preferences", &ada).await, defaults);
    let change = async |body: Value| patch(&app, "/api/user/preferences", &ada, body).await;
    let changed =
        change(json!({ "theme": "dark", "language": "de-AT", "timezone": "Europe/Vienna", "autoplay": false })).await.expect(200);
    assert_eq!(changed["data"]["timezone"], "Europe/Vienna");
    change(json!({ "theme": null, "autoplay": null })).await.expect(200);
    let expected = json!({ "theme": "system", "language": "de-AT", "timezone": "Europe/Vienna", "autoplay": true });
    assert_eq!(get(&app, "/api/user/preferences", &ada).await, expected);
    for bad in [json!({ "theme": "blue" }), json!({ "language": "<b>" }), json!({ "autoplay": 1 }), json!({ "volume": 11 })] {
        assert_eq!(change(bad.clone()).await.expect_error(400), "VALIDATION_ERROR", "{bad}");
    }
    assert_eq!(change(json!({ "timezone": "Mars/Olympus" })).await.expect_error(422), "UNKNOWN_TIMEZONE");
}

//! Requests that pages of others send in somebody's name, and those that would sign somebody in.

use super::*;

const FOREIGN: [&str; 12] = [
    "https://evil.example",
    "http://evil.example:3000",
    "http://localhost:8000",
    "https://localhost:3000",
    "http://localhost:3000.evil.example",
    "http://evillocalhost:3000",
    "http://a.b.localhost:3000",
    "http://localhost:3000/",
    "null",
    "",
    "localhost:3000",
    "file://",
];

#[tokio::test]
async fn foreign_pages_change_nothing() {
    let app = unlimited().await;
    let cookie = sign_up(&app, "ada@example.com").await;
    for (method, path) in [
        ("POST", "signout"),
        ("POST", "sign-out"),
        ("POST", "change-password"),
        ("POST", "change-email"),
        ("DELETE", "sessions"),
        ("DELETE", "sessions/0190163d-8694-739b-aea5-966c26f8ad91"),
        ("POST", "verify-email"),
        ("POST", "reset-password"),
    ] {
        for origin in FOREIGN {
            let call = app.call(method.parse().unwrap(), &format!("/api/auth/{path}")).cookie(&cookie).header("origin", origin);
            let answer = call.json(&json!({})).send().await;
            assert!(!answer.headers.contains_key("set-cookie") && !answer.headers.contains_key("access-control-allow-origin"));
            assert_eq!(answer.expect_error(403), "CSRF_REJECTED", "{method} {path} from {origin:?}");
        }
        for site in ["cross-site", "same-site"] {
            let call = app.call(method.parse().unwrap(), &format!("/api/auth/{path}")).cookie(&cookie);
            let answer = call.header("sec-fetch-site", site).json(&json!({})).send().await;
            assert_eq!(answer.expect_error(403), "CSRF_REJECTED", "{method} {path} {site}");
        }
    }
    assert_eq!(is_signed_in(&app, &cookie).await, (true, true));
}

#[tokio::test]
async fn foreign_pages_sign_nobody_in_though_they_carry_no_cookie() {
    let app = unlimited().await;
    sign_up(&app, "ada@example.com").await;
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    let new = json!({ "email": "new@example.com", "password": PASSWORD, "name": "New" });
    for (path, body) in [("email/login", &body), ("sign-in/email", &body), ("email/register", &new), ("sign-up/email", &new)] {
        for origin in FOREIGN {
            let answer = app.post(&format!("/api/auth/{path}")).header("origin", origin).json(body).send().await;
            assert!(!answer.headers.contains_key("set-cookie"));
            assert_eq!(answer.expect_error(403), "CSRF_REJECTED", "{path} from {origin:?}");
        }
        let answer = app.post(&format!("/api/auth/{path}")).header("sec-fetch-site", "cross-site").json(body).send().await;
        assert_eq!(answer.expect_error(403), "CSRF_REJECTED", "{path}");
        // A form of another page can send this type, and nothing that this worker reads.
        let form =
            app.post(&format!("/api/auth/{path}")).header("content-type", "text/plain").body(body.to_string()).send().await;
        assert_eq!(form.expect_error(415), "UNSUPPORTED_MEDIA_TYPE");
    }
    assert_eq!((app.count("users").await, app.count("sessions").await), (1, 1));
}

#[tokio::test]
async fn own_pages_and_programs_do() {
    let app = unlimited().await;
    sign_up(&app, "ada@example.com").await;
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    for headers in [
        vec![],
        vec![("origin", "http://localhost:3000")],
        vec![("origin", "http://yoga.localhost:3000"), ("sec-fetch-site", "same-site")],
        vec![("origin", "http://localhost:5173"), ("sec-fetch-site", "cross-site")],
        vec![("sec-fetch-site", "same-origin")],
        vec![("sec-fetch-site", "none")],
        vec![("referer", "https://evil.example/")],
    ] {
        let mut calls = [app.post("/api/auth/email/login").json(&body), app.post("/api/auth/signout")];
        for (name, value) in &headers {
            calls = calls.map(|call| call.header(name, value));
        }
        let [sign_in, sign_out] = calls;
        let cookie = sign_in.send().await.cookie();
        sign_out.cookie(&cookie).send().await.expect(200);
        assert_eq!(is_signed_in(&app, &cookie).await, (false, false), "{headers:?}");
    }
}

#[tokio::test]
async fn reading_is_for_everybody_and_answers_nobody_foreign() {
    let app = unlimited().await;
    let cookie = sign_up(&app, "ada@example.com").await;
    for path in ["session", "get-session", "sessions"] {
        let answer = app.get(&format!("/api/auth/{path}")).cookie(&cookie).header("origin", "https://evil.example").send().await;
        assert_eq!(answer.status, 200);
        assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("access-control-")), "no page may read it");
        assert_eq!(answer.headers["vary"], "origin");
        let own =
            app.get(&format!("/api/auth/{path}")).cookie(&cookie).header("origin", "http://yoga.localhost:3000").send().await;
        assert_eq!(own.headers["access-control-allow-origin"], "http://yoga.localhost:3000");
        assert_eq!(own.headers["access-control-allow-credentials"], "true");
    }
}

#[tokio::test]
async fn each_environment_trusts_its_own_pages_only() {
    for (environment, own, foreign) in [
        (
            "production",
            "https://yoga.example.com",
            ["https://codex-staging.example.com", "https://codex-preview-7.example.com", "http://yoga.example.com"],
        ),
        (
            "staging",
            "https://codex-staging.example.com",
            ["https://yoga.example.com", "https://codex-preview-7.example.com", "http://localhost:3000"],
        ),
        (
            "preview",
            "https://codex-preview-7.example.com",
            ["https://yoga.example.com", "https://codex-staging.example.com", "https://example.com"],
        ),
    ] {
        let changes = [UNLIMITED, ("ENVIRONMENT", environment), ("BASE_DOMAIN", "example.com"), ("WEB_APP_URL", own)];
        let app = TestApp::on(api(), fresh_database().await, &changes);
        let body = json!({ "email": "ada@example.com", "password": PASSWORD, "name": "Ada" });
        for origin in foreign {
            app.post("/api/auth/email/register").header("origin", origin).json(&body).send().await.expect(403);
            let mut callback = body.clone();
            callback["callbackURL"] = json!(format!("{origin}/welcome"));
            app.post("/api/auth/email/register").json(&callback).send().await.expect(400);
        }
        app.post("/api/auth/email/register").header("origin", own).json(&body).send().await.expect(200);
    }
}

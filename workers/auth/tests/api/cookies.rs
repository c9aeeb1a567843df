//! The session cookie: what it says, and that whatever else is called like it neither signs in, signs out nor breaks a request.

use super::*;

#[tokio::test]
async fn its_attributes() {
    let development = unlimited().await;
    let cookie = sign_up(&development, "ada@example.com").await;
    assert!(cookie.ends_with("; Max-Age=86400; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
    for (environment, web) in [
        ("production", "https://example.com"),
        ("staging", "https://codex-staging.example.com"),
        ("preview", "https://codex-preview-7.example.com"),
    ] {
        let app = TestApp::on(
            api(),
            fresh_database().await,
            &[UNLIMITED, ("ENVIRONMENT", environment), ("BASE_DOMAIN", "example.com"), ("WEB_APP_URL", web)],
        );
        let cookie = sign_up(&app, "ada@example.com").await;
        assert!(cookie.ends_with("; Max-Age=86400; Path=/; HttpOnly; SameSite=Lax; Secure; Domain=.example.com"), "{cookie}");
        let cleared = post_as(&app, &cookie, "/signout", json!({})).await.cookie();
        assert_eq!(
            cleared, "codex-session=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax; Secure; Domain=.example.com",
            "what is set is cleared"
        );
    }
}

#[tokio::test]
async fn whatever_is_tossed_beside_it_changes_nothing() {
    let app = unlimited().await;
    let cookie = sign_up(&app, "ada@example.com").await;
    let ended = log_in(&app, "ada@example.com", PASSWORD).await.cookie();
    post_as(&app, &ended, "/signout", json!({})).await.expect(200);
    let (real, ended) = (cookie.split(';').next().unwrap(), ended.split(';').next().unwrap());
    let token = real.split_once('=').unwrap().1;
    let (random, tag) = token.split_once('.').unwrap();
    let flipped = format!("{random}.{}{}", if tag.starts_with('A') { 'B' } else { 'A' }, &tag[1..]);
    for junk in [
        "codex-session=".to_owned(),
        "codex-session".to_owned(),
        "codex-session=junk".to_owned(),
        "codex-session=a.b".to_owned(),
        "codex-session=.".to_owned(),
        "codex-session=deleted".to_owned(),
        format!("codex-session={flipped}"),
        format!("codex-session={random}"),
        format!("codex-session={random}."),
        format!("codex-session=.{tag}"),
        format!("codex-session={token}x"),
        format!("codex-session={}", &token[..token.len() - 1]),
        format!("codex-session={}", &token[1..]),
        format!("codex-session={}", token.to_lowercase()),
        format!("codex-session={}", token.replace('.', "%2E")),
        format!("codex-session={token}.{tag}"),
        format!("codex-session=\"{token}\""),
        format!("CODEX-SESSION={token}"),
        format!("codex-session-2={token}"),
        format!("codex-session={}", "x".repeat(8000)),
        vec!["codex-session=junk"; 300].join("; "),
        ended.to_owned(),
        "codex-session=' OR 1=1 --".to_owned(),
        "codex-session=../../session:x".to_owned(),
    ] {
        let head = &junk[..junk.len().min(60)];
        app.get("/api/auth/session").header("cookie", &junk).send().await.expect(401);
        assert!(app.get("/api/auth/get-session").header("cookie", &junk).send().await.expect(200).is_null(), "{head}");
        for pair in [format!("{junk}; {real}"), format!("{real}; {junk}"), format!("{real}; {real}; {junk}")] {
            app.get("/api/auth/session").header("cookie", &pair).send().await.expect(200);
            app.get("/api/auth/sessions").header("cookie", &pair).send().await.expect(200);
        }
        let two = app.get("/api/auth/session").header("cookie", &junk).header("cookie", real).send().await;
        assert_eq!(two.status, 200, "in headers of their own: {head}");
        post_as(&app, &junk, "/signout", json!({})).await.expect(200);
        assert_eq!(is_signed_in(&app, real).await, (true, true), "{head} signs nobody out");
    }
}

#[tokio::test]
async fn a_cookie_of_somebody_else_may_hold_any_bytes() {
    let app = unlimited().await;
    let cookie = sign_up(&app, "ada@example.com").await;
    let real = cookie.split(';').next().unwrap();
    for odd in [
        b"name=caf\xc3\xa9".as_slice(),
        b"name=\xff\xfe",
        b"codex-session=\xff",
        b"codex-session=\xc3\xa9.\xc3\xa9",
        b"=",
        b";;;",
    ] {
        let header = [odd, b"; ", real.as_bytes()].concat();
        app.get("/api/auth/session").raw_header("cookie", &header).send().await.expect(200);
        app.get("/api/auth/session").raw_header("cookie", odd).send().await.expect(401);
    }
}

#[tokio::test]
async fn junk_costs_no_look_up() {
    let app = unlimited().await;
    for junk in ["junk", "a.b", &"x".repeat(87), &"x".repeat(4000)] {
        for path in ["/session", "/sessions", "/get-session"] {
            get_as(&app, &format!("codex-session={junk}"), path).await;
        }
        post_as(&app, &format!("codex-session={junk}"), "/signout", json!({})).await;
    }
    assert!(app.platform().database.take_ran().is_empty());
}

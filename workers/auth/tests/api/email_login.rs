//! `POST /api/auth/email/login`, and `/sign-in/email`.

use super::*;

#[tokio::test]
async fn both_paths_sign_in() {
    let app = unlimited().await;
    sign_up(&app, "ada@example.com").await;
    for (path, extra) in [
        ("/email/login", json!({})),
        ("/sign-in/email", json!({ "rememberMe": true })),
        ("/sign-in/email", json!({ "rememberMe": false, "callbackURL": "/dashboard" })),
        ("/sign-in/email", json!({ "callbackURL": "http://yoga.localhost:3000/a+b?c=d+e" })),
    ] {
        let mut body = json!({ "email": " ADA@example.com", "password": PASSWORD });
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        let answer = post(&app, path, body).await;
        let cookie = answer.cookie();
        let answer = answer.expect(200);
        assert_eq!(answer["user"]["email"], "ada@example.com");
        assert_eq!(answer["session"]["userId"], answer["user"]["id"]);
        assert_eq!(get_as(&app, &cookie, "/session").await.expect(200), answer, "{path} {extra}");
    }
}

#[tokio::test]
async fn who_is_refused() {
    let app = unlimited().await;
    sign_up(&app, "ada@example.com").await;
    for (email, password) in [
        ("ada@example.com", "not the password"),
        ("ada@example.com", "correct horse battery "),
        ("ada@example.com", "Correct horse battery"),
        ("ada@example.com", "correct horse batter"),
        ("ada@example.com", "correct horse battery\u{0}"),
        ("ada@example.com", "' OR '1'='1"),
        ("ada@example.com", "x"),
        ("bob@example.com", PASSWORD),
        ("ada@example.com.example.com", PASSWORD),
    ] {
        let answer = log_in(&app, email, password).await;
        assert!(!answer.headers.contains_key("set-cookie"));
        let answer = answer.expect(401);
        assert_eq!(
            (&answer["code"], &answer["error"]["code"]),
            (&json!("INVALID_CREDENTIALS"), &json!("INVALID_CREDENTIALS")),
            "{email} {password:?}"
        );
        assert!(answer["message"].is_string());
    }
}

#[tokio::test]
async fn what_is_malformed() {
    let app = unlimited().await;
    for (body, path) in [
        (json!({}), "email"),
        (json!({ "email": "ada@example.com" }), "password"),
        (json!({ "password": PASSWORD }), "email"),
        (json!({ "email": "not an address", "password": PASSWORD }), "email"),
        (json!({ "email": "ada@example.com", "password": "" }), "password"),
        (json!({ "email": "ada@example.com", "password": "x".repeat(1025) }), "password"),
        (json!({ "email": "ada@example.com", "password": null }), "password"),
        (json!({ "email": ["ada@example.com"], "password": PASSWORD }), "email"),
        (json!({ "email": "ada@example.com", "password": PASSWORD, "admin": true }), "admin"),
        (json!({ "email": "ada@example.com", "password": PASSWORD, "callbackURL": "https://evil.example/" }), "callbackURL"),
        (json!({ "email": "ada@example.com", "password": PASSWORD, "callbackURL": "//evil.example" }), "callbackURL"),
        (json!({ "email": "ada@example.com", "password": PASSWORD, "callbackURL": "/\\evil.example" }), "callbackURL"),
        (json!({ "email": "ada@example.com", "password": PASSWORD, "callbackURL": "javascript:alert(1)" }), "callbackURL"),
        (json!({ "email": "ada@example.com", "password": PASSWORD, "callbackURL": "data:text/html,x" }), "callbackURL"),
    ] {
        let answer = post(&app, "/sign-in/email", body.clone()).await.expect(400);
        assert_eq!(answer["code"], "VALIDATION_ERROR", "{body}");
        assert_eq!(answer["error"]["details"]["issues"][0]["path"], path, "{body}");
    }
}

#[tokio::test]
async fn every_sign_in_makes_a_new_token_and_ends_the_one_the_browser_had() {
    let app = unlimited().await;
    let first = sign_up(&app, "ada@example.com").await;
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    let second = post_as(&app, &first, "/email/login", body.clone()).await.cookie();
    assert_ne!(first, second);
    assert_eq!((is_signed_in(&app, &first).await, is_signed_in(&app, &second).await), ((false, false), (true, true)));
    // A token that somebody else chose for the browser is not the one that it gets.
    let fixed = "codex-session=chosen.by-somebody-else";
    let third = post_as(&app, fixed, "/email/login", body.clone()).await.cookie();
    assert!(!third.contains("chosen") && is_signed_in(&app, &third).await.1);
    // Another device stays signed in, and so does whoever gave a wrong password.
    assert!(is_signed_in(&app, &second).await.1);
    post_as(&app, &second, "/email/login", json!({ "email": "ada@example.com", "password": "not the password" }))
        .await
        .expect(401);
    assert!(is_signed_in(&app, &second).await.1);
}

#[tokio::test]
async fn a_browser_that_the_account_does_not_know_is_told_of() {
    let app = unlimited().await;
    let log_in = |agent: &'static str| {
        let body = json!({ "email": "ada@example.com", "password": PASSWORD });
        app.post("/api/auth/email/login").header("user-agent", agent).json(&body).send()
    };
    let register = json!({ "email": "ada@example.com", "password": PASSWORD, "name": "<b>Ada</b>" });
    app.post("/api/auth/email/register").header("user-agent", "Firefox").json(&register).send().await.expect(200);
    for (agent, told) in
        [("Firefox", 0), ("<script>alert(1)</script>", 1), ("<script>alert(1)</script>", 1), ("Safari", 2), ("Firefox", 2)]
    {
        log_in(agent).await.expect(200);
        assert_eq!(mails(&app, "ada@example.com", "new device").await.len(), told, "{agent}");
    }
    let html = mails(&app, "ada@example.com", "new device").await[0]["html"].as_str().unwrap().to_owned();
    assert!(html.contains("&lt;script&gt;") && !html.contains("<script>") && !html.contains("<b>"), "{html}");
    app.run("DELETE FROM sessions").await;
    log_in("Opera").await.expect(200);
    assert_eq!(
        mails(&app, "ada@example.com", "new device").await.len(),
        2,
        "an account that is signed in nowhere knows no browser"
    );
    app.post("/api/auth/email/login")
        .header("user-agent", "Edge")
        .json(&json!({ "email": "ada@example.com", "password": "wrong" }))
        .send()
        .await;
    assert_eq!(mails(&app, "ada@example.com", "new device").await.len(), 2, "who does not sign in is not told of");
}

#[tokio::test]
async fn where_verification_is_required_only_the_right_password_learns_that_it_is_missing() {
    let app = strict().await;
    post(&app, "/email/register", json!({ "email": "ada@example.com", "password": PASSWORD, "name": "Ada" })).await.expect(200);
    assert_eq!(log_in(&app, "ada@example.com", "not the password").await.expect_error(401), "INVALID_CREDENTIALS");
    let refused = log_in(&app, "ada@example.com", PASSWORD).await;
    assert!(!refused.headers.contains_key("set-cookie"));
    assert_eq!(refused.expect_error(403), "EMAIL_NOT_VERIFIED");
    assert_eq!(app.count("sessions").await, 0);
}

#[tokio::test]
async fn a_user_agent_of_any_bytes_signs_in() {
    let app = unlimited().await;
    sign_up(&app, "ada@example.com").await;
    for agent in [b"caf\xc3\xa9".as_slice(), b"\xff\xfe", &[b'x'; 5000], b""] {
        let call = app.post("/api/auth/email/login").raw_header("user-agent", agent);
        call.json(&json!({ "email": "ada@example.com", "password": PASSWORD })).send().await.expect(200);
    }
}

//! `GET` and `POST /api/auth/verify-email`, `POST /email/verify-email`, and `/email/send-verification-email`.

use super::*;

#[tokio::test]
async fn the_token_by_query_or_by_body() {
    let app = unlimited().await;
    for (index, path) in ["/verify-email", "/email/verify-email", "GET"].into_iter().enumerate() {
        let email = format!("person{index}@example.com");
        let cookie = sign_up(&app, &email).await;
        assert_eq!(get_as(&app, &cookie, "/session").await.expect(200)["user"]["emailVerified"], false);
        let token = token(&app, &email, "Confirm").await;
        let send = async || match path {
            "GET" => app.get(&format!("/api/auth/verify-email?token={token}")).send().await,
            path => post(&app, path, json!({ "token": token })).await,
        };
        assert_eq!(send().await.expect(200), json!({ "success": true, "status": true }));
        assert_eq!(get_as(&app, &cookie, "/session").await.expect(200)["user"]["emailVerified"], true, "no cache says otherwise");
        assert_eq!(send().await.expect_error(400), "INVALID_TOKEN", "{path}: once");
    }
}

#[tokio::test]
async fn tokens_that_verify_nothing() {
    let app = unlimited().await;
    sign_up(&app, "ada@example.com").await;
    let good = token(&app, "ada@example.com", "Confirm").await;
    post(&app, "/request-password-reset", json!({ "email": "ada@example.com" })).await.expect(200);
    let reset = token(&app, "ada@example.com", "Choose a new password").await;
    for (token, code) in [
        ("nonsense".to_owned(), "INVALID_TOKEN"),
        (good[1..].to_owned(), "INVALID_TOKEN"),
        (format!("{good}x"), "INVALID_TOKEN"),
        (good.to_uppercase(), "INVALID_TOKEN"),
        (codex_identity::fingerprint(&good), "INVALID_TOKEN"),
        (reset, "INVALID_TOKEN"),
        (String::new(), "VALIDATION_ERROR"),
        ("x".repeat(129), "VALIDATION_ERROR"),
    ] {
        assert_eq!(post(&app, "/verify-email", json!({ "token": token })).await.expect_error(400), code, "{token}");
        assert_eq!(app.get(&format!("/api/auth/verify-email?token={token}")).send().await.expect_error(400), code);
    }
    assert_eq!(app.get("/api/auth/verify-email").send().await.expect_error(400), "VALIDATION_ERROR");
    post(&app, "/verify-email", json!({ "token": good })).await.expect(200);
}

#[tokio::test]
async fn a_day_is_the_life_of_a_link() {
    let app = unlimited().await;
    for (index, (seconds, status)) in [(86_300, 200), (86_410, 400)].into_iter().enumerate() {
        let email = format!("person{index}@example.com");
        sign_up(&app, &email).await;
        let token = token(&app, &email, "Confirm").await;
        app.advance(seconds);
        assert_eq!(post(&app, "/verify-email", json!({ "token": token })).await.status, status);
    }
    assert_eq!(app.count("users WHERE email_verified_at IS NOT NULL").await, 1);
}

#[tokio::test]
async fn of_twenty_at_once_one_spends_the_token() {
    let app = std::sync::Arc::new(unlimited().await);
    sign_up(&app, "ada@example.com").await;
    let token = token(&app, "ada@example.com", "Confirm").await;
    let statuses = at_once(20, |_| {
        let (app, body) = (app.clone(), json!({ "token": token }));
        async move { post(&app, "/verify-email", body).await }
    })
    .await;
    assert_eq!(statuses, [[200].as_slice(), &[400; 19]].concat());
}

#[tokio::test]
async fn people_are_sent_on_to_pages_of_ours_only() {
    let app = unlimited().await;
    sign_up(&app, "ada@example.com").await;
    let good = token(&app, "ada@example.com", "Confirm").await;
    let send = async |callback: &str, token: &str| {
        let callback: String = url::form_urlencoded::byte_serialize(callback.as_bytes()).collect();
        app.get(&format!("/api/auth/verify-email?callbackURL={callback}&token={token}")).send().await
    };
    for bad in [
        "https://evil.example/",
        "http://localhost:3000.evil.example/",
        "http://localhost:3000@evil.example/",
        "http://evil.example:3000/",
        "http://localhost:8000/",
        "https://localhost:3000/",
        "//evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
    ] {
        let refused = send(bad, &good).await;
        assert!(!refused.headers.contains_key("location"));
        assert_eq!(refused.expect_error(400), "VALIDATION_ERROR", "{bad}");
    }
    for (callback, to) in [
        ("/welcome?a=1", "http://localhost:3000/welcome?a=1"),
        ("http://yoga.localhost:3000/a", "http://yoga.localhost:3000/a"),
        ("http://localhost:5173/", "http://localhost:5173/"),
    ] {
        app.run("UPDATE users SET email_verified_at = NULL").await;
        post(&app, "/send-verification-email", json!({ "email": "ada@example.com" })).await.expect(200);
        let token = token(&app, "ada@example.com", "Confirm").await;
        let answer = send(callback, &token).await;
        assert_eq!((answer.status.as_u16(), location(&answer)), (302, to));
    }
    post(&app, "/verify-email", json!({ "token": good })).await.expect(200);
}

#[tokio::test]
async fn a_person_whose_link_is_spent_learns_it_on_the_page() {
    let app = unlimited().await;
    let path = "/api/auth/verify-email?callbackURL=/login%3Fa%3D1&token=spent";
    let page = app.get(path).header("accept", "text/html,application/xhtml+xml").send().await;
    assert_eq!((page.status.as_u16(), location(&page)), (302, "http://localhost:3000/login?a=1&error=INVALID_TOKEN"));
    assert_eq!(app.get(path).header("accept", "application/json").send().await.expect_error(400), "INVALID_TOKEN");
    assert_eq!(app.get(path).send().await.expect_error(400), "INVALID_TOKEN");
}

#[tokio::test]
async fn a_new_link_for_whom_it_concerns() {
    let app = unlimited().await;
    sign_up(&app, "ada@example.com").await;
    verified(&app, "bob@example.com").await;
    for path in ["/email/send-verification-email", "/send-verification-email"] {
        for email in ["ada@example.com", "bob@example.com", "nobody@example.com", " ADA@example.com "] {
            let answer = post(&app, path, json!({ "email": email })).await;
            assert_eq!(answer.expect(200), json!({ "success": true, "status": true }), "{email}");
        }
    }
    let count = async |email| mails(&app, email, "").await.len();
    assert_eq!((count("ada@example.com").await, count("bob@example.com").await, count("nobody@example.com").await), (5, 1, 0));
    let text = mails(&app, "ada@example.com", "").await;
    for mail in text {
        let token = mail["text"].as_str().unwrap().split_once("token=").unwrap().1.split_whitespace().next().unwrap().to_owned();
        post(&app, "/verify-email", json!({ "token": token })).await.expect(200);
    }
}

#[tokio::test]
async fn what_is_refused() {
    let app = unlimited().await;
    for (body, path) in [
        (json!({}), "email"),
        (json!({ "email": "nobody" }), "email"),
        (json!({ "email": "a@example.com", "callbackURL": "https://evil.example" }), "callbackURL"),
        (json!({ "email": "a@example.com", "callbackURL": 5 }), "callbackURL"),
        (json!({ "email": "a@example.com", "callbackURL": format!("/{}", "x".repeat(2048)) }), "callbackURL"),
        (json!({ "email": "a@example.com", "userId": "x" }), "userId"),
    ] {
        let answer = post(&app, "/send-verification-email", body.clone()).await.expect(400);
        assert!(
            answer["error"]["details"]["issues"][0]["path"].as_str().unwrap().to_lowercase().contains(&path.to_lowercase()),
            "{body} {answer}"
        );
    }
}

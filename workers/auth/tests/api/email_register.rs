//! `POST /api/auth/email/register`, and `/sign-up/email`.

use super::*;

fn body(changes: Value) -> Value {
    let mut body = json!({ "email": "ada@example.com", "password": PASSWORD, "name": "Ada" });
    body.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
    body.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    body
}

#[tokio::test]
async fn both_paths_make_an_account_and_sign_in() {
    let app = unlimited().await;
    for (path, email) in [("/email/register", "a@example.com"), ("/sign-up/email", "b@example.com")] {
        let answer = post(&app, path, body(json!({ "email": email }))).await;
        let cookie = answer.cookie();
        let answer = answer.expect(200);
        assert_eq!(answer["user"]["email"], email, "{path}");
        assert_eq!(answer["user"]["emailVerified"], false);
        assert_eq!(answer["user"]["role"], "customer");
        assert_eq!(answer["session"]["userId"], answer["user"]["id"]);
        assert!(answer.get("data").is_none(), "not wrapped");
        let text = answer.to_string();
        assert!(!text.contains("password") && !text.contains("hash") && !text.contains("token"), "{text}");
        assert_eq!(is_signed_in(&app, &cookie).await, (true, true));
    }
}

#[tokio::test]
async fn what_is_taken() {
    let app = unlimited().await;
    for (email, status) in [
        ("ada@example.com", 200),
        ("bob@sub.example.co.uk", 200),
        ("ada+tag@example.com", 200),
        ("  Trimmed@Example.com ", 200),
        ("\u{fc}mlaut@example.com", 200),
        ("ADA@EXAMPLE.COM", 422),
        ("trimmed@example.com", 422),
    ] {
        let answer = post(&app, "/email/register", body(json!({ "email": email }))).await;
        assert_eq!(answer.status, status, "{email}: {}", answer.json);
    }
}

#[tokio::test]
async fn what_is_refused() {
    let app = unlimited().await;
    for (changes, path) in [
        (json!({ "email": null }), "email"),
        (json!({ "email": "" }), "email"),
        (json!({ "email": "nobody" }), "email"),
        (json!({ "email": "a@b" }), "email"),
        (json!({ "email": "a@@example.com" }), "email"),
        (json!({ "email": "a b@example.com" }), "email"),
        (json!({ "email": "a@example.com\r\nBcc: b@example.com" }), "email"),
        (json!({ "email": format!("{}@example.com", "x".repeat(250)) }), "email"),
        (json!({ "email": 5 }), "email"),
        (json!({ "email": { "$ne": "" } }), "email"),
        (json!({ "password": null }), "password"),
        (json!({ "password": "" }), "password"),
        (json!({ "password": "1234567" }), "password"),
        (json!({ "password": "x".repeat(257) }), "password"),
        (json!({ "password": "password" }), "password"),
        (json!({ "password": "PassWord" }), "password"),
        (json!({ "password": ["a", "b"] }), "password"),
        (json!({ "name": null }), "name"),
        (json!({ "name": "" }), "name"),
        (json!({ "name": "x".repeat(256) }), "name"),
        (json!({ "emailVerified": true }), "emailVerified"),
        (json!({ "id": "0190163d-8694-739b-aea5-966c26f8ad91" }), "id"),
        (json!({ "callbackURL": "https://evil.example" }), "callbackURL"),
        (json!({ "callbackURL": "//evil.example" }), "callbackURL"),
    ] {
        let answer = post(&app, "/email/register", body(changes.clone())).await.expect(400);
        assert_eq!(answer["code"], "VALIDATION_ERROR", "{changes}");
        assert_eq!(answer["error"]["details"]["issues"][0]["path"], path, "{changes}: {answer}");
    }
    assert_eq!(app.count("users").await + app.count("outbox").await, 0, "and leaves nothing behind");
}

#[tokio::test]
async fn the_shortest_and_the_longest_password_sign_in_again() {
    let app = unlimited().await;
    for (index, password) in
        ["8 chars!".to_owned(), "\u{1f511}".repeat(8), "x".repeat(256), " spaces  ".to_owned()].iter().enumerate()
    {
        let email = format!("person{index}@example.com");
        post(&app, "/email/register", body(json!({ "email": email, "password": password }))).await.expect(200);
        log_in(&app, &email, password).await.expect(200);
        log_in(&app, &email, &password.chars().skip(1).collect::<String>()).await.expect(401);
    }
}

#[tokio::test]
async fn whoever_signs_up_is_mailed_a_link() {
    let app = unlimited().await;
    sign_up(&app, "ada@example.com").await;
    let link = link(&app, "ada@example.com", "Confirm").await;
    assert!(link.starts_with("http://localhost:42069/api/auth/verify-email?callbackURL="), "{link}");
    let callback = json!({ "email": "bob@example.com", "callbackURL": "http://yoga.localhost:3000/welcome?a=1&b=2" });
    post(&app, "/email/register", body(callback)).await.expect(200);
    let link = super::link(&app, "bob@example.com", "Confirm").await;
    assert_eq!(location(&follow(&app, &link).await), "http://yoga.localhost:3000/welcome?a=1&b=2");
}

#[tokio::test]
async fn links_come_from_configuration_and_not_from_the_request() {
    let app = unlimited().await;
    let call = app.post("/api/auth/email/register").header("host", "evil.example").header("x-forwarded-host", "evil.example");
    call.json(&body(json!({}))).send().await.expect(200);
    assert!(!mails(&app, "ada@example.com", "").await[0].to_string().contains("evil"));
}

#[tokio::test]
async fn a_taken_address_is_told() {
    let app = unlimited().await;
    let first = sign_up(&app, "ada@example.com").await;
    let again = post(&app, "/sign-up/email", body(json!({ "password": NEW_PASSWORD, "name": "Eve" }))).await;
    assert!(!again.headers.contains_key("set-cookie"));
    assert_eq!(again.expect_error(422), "USER_ALREADY_EXISTS");
    log_in(&app, "ada@example.com", NEW_PASSWORD).await.expect(401);
    assert_eq!(get_as(&app, &first, "/session").await.expect(200)["user"]["name"], "Ada", "the account is as it was");
    assert_eq!(mails(&app, "ada@example.com", "").await.len(), 1, "and nobody is mailed for it");
}

#[tokio::test]
async fn of_twenty_at_once_for_one_address_one_is_made() {
    let app = std::sync::Arc::new(unlimited().await);
    let statuses = at_once(20, |_| {
        let app = app.clone();
        async move { post(&app, "/email/register", body(json!({}))).await }
    })
    .await;
    assert_eq!(statuses, [[200].as_slice(), &[422; 19]].concat());
    assert_eq!((app.count("users").await, app.count("sessions").await), (1, 1));
    assert_eq!(mails(&app, "ada@example.com", "").await.len(), 1);
}

#[tokio::test]
async fn where_verification_is_required_a_taken_address_is_not_told() {
    let app = strict().await;
    let first = post(&app, "/email/register", body(json!({}))).await;
    assert!(!first.headers.contains_key("set-cookie"));
    assert!(first.expect(200)["session"].is_null());
    let taken = post(&app, "/email/register", body(json!({ "password": NEW_PASSWORD }))).await.expect(200);
    assert!(taken["session"].is_null());
    log_in(&app, "ada@example.com", NEW_PASSWORD).await.expect(401);
    assert_eq!(mails(&app, "ada@example.com", "You have an account already").await.len(), 1, "its owner is told instead");
    assert_eq!(log_in(&app, "ada@example.com", PASSWORD).await.expect_error(403), "EMAIL_NOT_VERIFIED");
    let token = token(&app, "ada@example.com", "Confirm").await;
    post(&app, "/verify-email", json!({ "token": token })).await.expect(200);
    log_in(&app, "ada@example.com", PASSWORD).await.expect(200);
}

#[tokio::test]
async fn whoever_took_an_address_first_loses_it_to_its_owner() {
    let app = strict().await;
    // Somebody signs up with an address that is not theirs, and waits for its owner to verify it.
    post(&app, "/email/register", body(json!({ "password": "the password of a thief" }))).await.expect(200);
    // The owner signs up, is told that the account exists, and asks for a new password.
    post(&app, "/email/register", body(json!({}))).await.expect(200);
    post(&app, "/request-password-reset", json!({ "email": "ada@example.com" })).await.expect(200);
    let token = token(&app, "ada@example.com", "Choose a new password").await;
    post(&app, "/reset-password", json!({ "token": token, "newPassword": NEW_PASSWORD })).await.expect(200);
    log_in(&app, "ada@example.com", "the password of a thief").await.expect(401);
    log_in(&app, "ada@example.com", NEW_PASSWORD).await.expect(200);
}

#[tokio::test]
async fn signing_up_ends_the_session_that_the_browser_had() {
    let app = unlimited().await;
    let first = sign_up(&app, "ada@example.com").await;
    let bob = json!({ "email": "bob@example.com", "password": PASSWORD, "name": "Bob" });
    let second = post_as(&app, &first, "/email/register", bob).await.cookie();
    assert_eq!(is_signed_in(&app, &first).await, (false, false));
    assert_eq!(get_as(&app, &second, "/session").await.expect(200)["user"]["email"], "bob@example.com");
}

//! `POST /api/auth/email/send-reset-password-email` and `/request-password-reset`; `/email/reset-password` and `/reset-password`.

use super::*;

const ADA: &str = "ada@example.com";

async fn reset_token(app: &TestApp, email: &str) -> String {
    post(app, "/request-password-reset", json!({ "email": email })).await.expect(200);
    token(app, email, "Choose a new password").await
}

async fn reset(app: &TestApp, token: &str, password: &str) -> Answer {
    post(app, "/reset-password", json!({ "token": token, "newPassword": password })).await
}

#[tokio::test]
async fn every_path_and_every_name() {
    let app = unlimited().await;
    sign_up(&app, ADA).await;
    for (index, (ask, path, field)) in [
        ("/email/send-reset-password-email", "/email/reset-password", "newPassword"),
        ("/request-password-reset", "/reset-password", "password"),
        ("/email/send-reset-password-email", "/reset-password", "newPassword"),
    ]
    .into_iter()
    .enumerate()
    {
        assert_eq!(post(&app, ask, json!({ "email": ADA })).await.expect(200), json!({ "success": true, "status": true }));
        let token = token(&app, ADA, "Choose a new password").await;
        let password = format!("a new password, number {index}");
        let answer = post(&app, path, json!({ "token": token, field: password })).await;
        assert!(!answer.headers.contains_key("set-cookie"), "whoever chose it signs in with it");
        assert_eq!(answer.expect(200), json!({ "success": true, "status": true }));
        log_in(&app, ADA, &password).await.expect(200);
    }
    log_in(&app, ADA, PASSWORD).await.expect(401);
}

#[tokio::test]
async fn every_session_ends_and_the_owner_is_told() {
    let app = unlimited().await;
    let first = sign_up(&app, ADA).await;
    let second = log_in(&app, ADA, PASSWORD).await.cookie();
    let bob = sign_up(&app, "bob@example.com").await;
    for cookie in [&first, &second] {
        assert_eq!(is_signed_in(&app, cookie).await, (true, true));
    }
    let token = reset_token(&app, ADA).await;
    reset(&app, &token, NEW_PASSWORD).await.expect(200);
    for cookie in [&first, &second] {
        assert_eq!(is_signed_in(&app, cookie).await, (false, false));
    }
    assert_eq!(is_signed_in(&app, &bob).await, (true, true));
    let told = mails(&app, ADA, "Your password was changed").await;
    assert_eq!(told.len(), 1);
    assert!(!told[0].to_string().contains(NEW_PASSWORD));
    let again = log_in(&app, ADA, NEW_PASSWORD).await.expect(200);
    assert_eq!(again["user"]["emailVerified"], true, "who read the mail owns the address");
}

#[tokio::test]
async fn tokens_that_change_nothing() {
    let app = unlimited().await;
    sign_up(&app, ADA).await;
    let verification = token(&app, ADA, "Confirm").await;
    let good = reset_token(&app, ADA).await;
    for (token, code) in [
        ("nonsense".to_owned(), "INVALID_TOKEN"),
        (verification, "INVALID_TOKEN"),
        (codex_identity::fingerprint(&good), "INVALID_TOKEN"),
        (good.to_lowercase(), "INVALID_TOKEN"),
        (format!("{good}="), "INVALID_TOKEN"),
        (String::new(), "VALIDATION_ERROR"),
        ("x".repeat(129), "VALIDATION_ERROR"),
    ] {
        assert_eq!(reset(&app, &token, NEW_PASSWORD).await.expect_error(400), code, "{token}");
    }
    log_in(&app, ADA, PASSWORD).await.expect(200);
    reset(&app, &good, NEW_PASSWORD).await.expect(200);
    assert_eq!(reset(&app, &good, PASSWORD).await.expect_error(400), "INVALID_TOKEN", "once");
    log_in(&app, ADA, NEW_PASSWORD).await.expect(200);
}

#[tokio::test]
async fn a_bad_password_spends_no_token() {
    let app = unlimited().await;
    sign_up(&app, ADA).await;
    let good = reset_token(&app, ADA).await;
    for body in [
        json!({ "token": good, "newPassword": "short" }),
        json!({ "token": good, "newPassword": "x".repeat(257) }),
        json!({ "token": good, "newPassword": "password1" }),
        json!({ "token": good, "newPassword": null }),
        json!({ "token": good }),
        json!({ "newPassword": NEW_PASSWORD }),
        json!({ "token": good, "newPassword": NEW_PASSWORD, "password": "something else" }),
        json!({ "token": good, "newPassword": NEW_PASSWORD, "email": "bob@example.com" }),
    ] {
        assert_eq!(post(&app, "/reset-password", body.clone()).await.expect_error(400), "VALIDATION_ERROR", "{body}");
    }
    reset(&app, &good, NEW_PASSWORD).await.expect(200);
}

#[tokio::test]
async fn an_hour_is_the_life_of_a_link() {
    let app = unlimited().await;
    sign_up(&app, ADA).await;
    for (seconds, status) in [(3500, 200), (3610, 400)] {
        let token = reset_token(&app, ADA).await;
        app.advance(seconds);
        assert_eq!(reset(&app, &token, NEW_PASSWORD).await.status, status);
        assert_eq!(reset(&app, &token, NEW_PASSWORD).await.status, 400);
    }
}

#[tokio::test]
async fn of_twenty_at_once_one_changes_the_password_once() {
    let app = std::sync::Arc::new(unlimited().await);
    sign_up(&app, ADA).await;
    let token = reset_token(&app, ADA).await;
    let password = |index: usize| format!("the password of number {index}");
    let statuses = at_once(20, |index| {
        let (app, token) = (app.clone(), token.clone());
        async move { reset(&app, &token, &password(index)).await }
    })
    .await;
    assert_eq!(statuses, [[200].as_slice(), &[400; 19]].concat());
    let mut right = 0;
    for index in 0..20 {
        right += usize::from(log_in(&app, ADA, &password(index)).await.status == 200);
    }
    assert_eq!(right, 1);
    assert_eq!(mails(&app, ADA, "Your password was changed").await.len(), 1);
}

#[tokio::test]
async fn a_used_link_makes_the_others_useless() {
    let app = unlimited().await;
    sign_up(&app, ADA).await;
    let (first, second) = (reset_token(&app, ADA).await, reset_token(&app, ADA).await);
    assert_ne!(first, second);
    reset(&app, &first, NEW_PASSWORD).await.expect(200);
    reset(&app, &second, PASSWORD).await.expect(400);
    let (bob, third) = (sign_up(&app, "bob@example.com").await, reset_token(&app, "bob@example.com").await);
    let change = json!({ "currentPassword": PASSWORD, "newPassword": NEW_PASSWORD });
    post_as(&app, &bob, "/change-password", change).await.expect(200);
    reset(&app, &third, PASSWORD).await.expect(400);
}

#[tokio::test]
async fn nobody_is_mailed_where_there_is_no_account() {
    let app = unlimited().await;
    sign_up(&app, ADA).await;
    for email in ["nobody@example.com", ADA] {
        let answer = post(&app, "/request-password-reset", json!({ "email": email })).await;
        assert_eq!(answer.expect(200), json!({ "success": true, "status": true }));
    }
    assert!(mails(&app, "nobody@example.com", "").await.is_empty());
    assert_eq!(
        app.count("verification_tokens WHERE purpose = 'reset_password' AND user_id IS NULL").await,
        1,
        "the same is written"
    );
    assert_eq!(mails(&app, ADA, "Choose a new password").await.len(), 1);
}

#[tokio::test]
async fn the_link_leads_to_pages_of_ours_only() {
    let app = unlimited().await;
    sign_up(&app, ADA).await;
    for (field, page, to) in [
        ("redirectTo", Value::Null, "http://localhost:3000/reset-password?token="),
        ("redirectTo", json!("/new-password"), "http://localhost:3000/new-password?token="),
        (
            "callbackURL",
            json!("http://yoga.localhost:3000/reset?foo=bar&baz=qux"),
            "http://yoga.localhost:3000/reset?foo=bar&baz=qux&token=",
        ),
    ] {
        post(&app, "/request-password-reset", json!({ "email": ADA, field: page })).await.expect(200);
        let link = link(&app, ADA, "Choose a new password").await;
        assert!(link.starts_with(to), "{link}");
        reset(&app, link.rsplit_once("token=").unwrap().1, NEW_PASSWORD).await.expect(200);
    }
    let sent = mails(&app, ADA, "").await.len();
    for page in ["https://evil.example", "//evil.example", "http://localhost:3000.evil.example", "javascript:alert(1)"] {
        for email in [ADA, "nobody@example.com"] {
            post(&app, "/request-password-reset", json!({ "email": email, "redirectTo": page })).await.expect(400);
        }
    }
    assert_eq!(mails(&app, ADA, "").await.len(), sent, "and is not sent else");
}

#[tokio::test]
async fn a_session_that_is_being_opened_meanwhile_ends_too() {
    let app = unlimited().await;
    sign_up(&app, ADA).await;
    let token = reset_token(&app, ADA).await;
    let id = "(SELECT id FROM users)";
    reset(&app, &token, NEW_PASSWORD).await.expect(200);
    let cookie = log_in(&app, ADA, NEW_PASSWORD).await.cookie();
    // What a sign-in leaves that proved the old password before the reset and stored its session after it.
    app.run(&format!("UPDATE sessions SET epoch = epoch - 1 WHERE user_id = {id}")).await;
    assert_eq!(is_signed_in(&app, &cookie).await, (false, false));
}

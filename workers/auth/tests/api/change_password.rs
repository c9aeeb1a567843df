//! `POST /api/auth/change-password`.

use super::*;

const ADA: &str = "ada@example.com";

fn change() -> Value {
    json!({ "currentPassword": PASSWORD, "newPassword": NEW_PASSWORD })
}

#[tokio::test]
async fn the_others_end_and_ones_own_goes_on_under_a_new_token() {
    let app = unlimited().await;
    let (own, bob) = (sign_up(&app, ADA).await, sign_up(&app, "bob@example.com").await);
    let other = log_in(&app, ADA, PASSWORD).await.cookie();
    assert_eq!(is_signed_in(&app, &other).await, (true, true), "cached, too");
    let answer = post_as(&app, &own, "/change-password", change()).await;
    let rotated = answer.cookie();
    let answer = answer.expect(200);
    assert_eq!(answer["user"]["email"], ADA);
    assert_eq!(answer["session"]["userId"], answer["user"]["id"]);
    assert_ne!(own.split(';').next(), rotated.split(';').next());
    for (cookie, lives) in [(&own, false), (&other, false), (&rotated, true), (&bob, true)] {
        assert_eq!(is_signed_in(&app, cookie).await, (lives, lives));
    }
    log_in(&app, ADA, PASSWORD).await.expect(401);
    log_in(&app, ADA, NEW_PASSWORD).await.expect(200);
    assert_eq!(mails(&app, ADA, "Your password was changed").await.len(), 1);
}

#[tokio::test]
async fn what_is_refused_changes_nothing() {
    let app = unlimited().await;
    let cookie = sign_up(&app, ADA).await;
    for (body, code) in [
        (json!({ "currentPassword": "not the password", "newPassword": NEW_PASSWORD }), "INVALID_PASSWORD"),
        (json!({ "currentPassword": NEW_PASSWORD, "newPassword": NEW_PASSWORD }), "INVALID_PASSWORD"),
        (json!({ "currentPassword": "", "newPassword": NEW_PASSWORD }), "VALIDATION_ERROR"),
        (json!({ "newPassword": NEW_PASSWORD }), "VALIDATION_ERROR"),
        (json!({ "currentPassword": PASSWORD }), "VALIDATION_ERROR"),
        (json!({ "currentPassword": PASSWORD, "newPassword": "short" }), "VALIDATION_ERROR"),
        (json!({ "currentPassword": PASSWORD, "newPassword": "x".repeat(257) }), "VALIDATION_ERROR"),
        (json!({ "currentPassword": PASSWORD, "newPassword": "iloveyou" }), "VALIDATION_ERROR"),
        (json!({ "currentPassword": PASSWORD, "newPassword": NEW_PASSWORD, "userId": "x" }), "VALIDATION_ERROR"),
    ] {
        let answer = post_as(&app, &cookie, "/change-password", body.clone()).await;
        assert!(!answer.headers.contains_key("set-cookie"));
        assert_eq!(answer.expect_error(400), code, "{body}");
    }
    app.post("/api/auth/change-password").json(&change()).send().await.expect(401);
    assert_eq!(is_signed_in(&app, &cookie).await, (true, true));
    log_in(&app, ADA, PASSWORD).await.expect(200);
    assert!(mails(&app, ADA, "Your password was changed").await.is_empty());
    let body = json!({ "currentPassword": PASSWORD, "newPassword": NEW_PASSWORD, "revokeOtherSessions": false });
    post_as(&app, &cookie, "/change-password", body).await.expect(200);
}

#[tokio::test]
async fn of_ten_at_once_one_changes_it() {
    let app = std::sync::Arc::new(unlimited().await);
    let cookie = sign_up(&app, ADA).await;
    let password = |index: usize| format!("the password of number {index}");
    let statuses = at_once(10, |index| {
        let (app, cookie) = (app.clone(), cookie.clone());
        let body = json!({ "currentPassword": PASSWORD, "newPassword": password(index) });
        async move { post_as(&app, &cookie, "/change-password", body).await }
    })
    .await;
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(app.count("sessions").await, 1);
    assert_eq!(mails(&app, ADA, "Your password was changed").await.len(), 1);
}

#[tokio::test]
async fn guesses_count_with_those_at_the_login() {
    let app = TestApp::new(api()).await;
    let cookie = sign_up(&app, ADA).await;
    let wrong = json!({ "currentPassword": "not the password", "newPassword": NEW_PASSWORD });
    for _ in 0..5 {
        post_as(&app, &cookie, "/change-password", wrong.clone()).await.expect(400);
    }
    assert_eq!(post_as(&app, &cookie, "/change-password", change()).await.expect_error(429), "RATE_LIMITED");
    assert_eq!(log_in(&app, ADA, PASSWORD).await.expect_error(429), "RATE_LIMITED");
    app.advance(901);
    post_as(&app, &cookie, "/change-password", change()).await.expect(200);
}

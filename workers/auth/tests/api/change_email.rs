//! `POST /api/auth/change-email`, and the links that the old and the new address follow.

use super::*;

const OLD: &str = "ada@example.com";
const NEW: &str = "ada@example.org";

fn wish() -> Value {
    json!({ "newEmail": NEW, "password": PASSWORD })
}

async fn approval(app: &TestApp) -> String {
    link(app, OLD, "Change your e-mail address?").await
}

async fn confirmation(app: &TestApp) -> String {
    link(app, NEW, "Confirm your new").await
}

#[tokio::test]
async fn both_addresses_agree_and_the_old_one_is_told() {
    let app = unlimited().await;
    let cookie = verified(&app, OLD).await;
    post_as(&app, &cookie, "/request-password-reset", json!({ "email": OLD })).await.expect(200);
    let reset = token(&app, OLD, "Choose a new password").await;
    let body = json!({ "newEmail": " Ada@Example.ORG", "password": PASSWORD, "callbackURL": "/settings?tab=mail" });
    assert_eq!(post_as(&app, &cookie, "/change-email", body).await.expect(200)["success"], true);
    assert!(mails(&app, NEW, "").await.is_empty(), "the new address hears nothing before the old one agrees");
    let email = async || get_as(&app, &cookie, "/session").await.expect(200)["user"]["email"].clone();

    let approved = follow(&app, &approval(&app).await).await;
    assert_eq!((approved.status.as_u16(), location(&approved)), (302, "http://localhost:3000/settings?tab=mail"));
    assert_eq!(email().await, OLD);
    let confirmed = follow(&app, &confirmation(&app).await).await;
    assert_eq!((confirmed.status.as_u16(), location(&confirmed)), (302, "http://localhost:3000/settings?tab=mail"));
    assert_eq!(email().await, NEW, "and no cache says otherwise");
    assert_eq!(get_as(&app, &cookie, "/session").await.expect(200)["user"]["emailVerified"], true);

    log_in(&app, OLD, PASSWORD).await.expect(401);
    log_in(&app, NEW, PASSWORD).await.expect(200);
    assert_eq!(mails(&app, OLD, "Your e-mail address was changed").await.len(), 1);
    let reset = json!({ "token": reset, "newPassword": NEW_PASSWORD });
    assert_eq!(post(&app, "/reset-password", reset).await.expect_error(400), "INVALID_TOKEN", "mailed to who is no longer asked");
}

#[tokio::test]
async fn each_link_works_once_in_its_order_and_for_a_day() {
    let app = unlimited().await;
    let cookie = verified(&app, OLD).await;
    post_as(&app, &cookie, "/change-email", wish()).await.expect(200);
    let approve = approval(&app).await;
    let token = |link: &str| json!({ "token": link.rsplit_once("token=").unwrap().1 });
    post(&app, "/change-email/confirm", token(&approve)).await.expect(400);
    post(&app, "/verify-email", token(&approve)).await.expect(400);
    post(&app, "/reset-password", json!({ "token": token(&approve)["token"], "newPassword": NEW_PASSWORD })).await.expect(400);
    post(&app, "/change-email/approve", token(&approve)).await.expect(200);
    assert_eq!(post(&app, "/change-email/approve", token(&approve)).await.expect_error(400), "INVALID_TOKEN");
    let confirm = confirmation(&app).await;
    post(&app, "/change-email/approve", token(&confirm)).await.expect(400);
    app.advance(86_410);
    assert_eq!(post(&app, "/change-email/confirm", token(&confirm)).await.expect_error(400), "INVALID_TOKEN");
    assert_eq!(app.count(&format!("users WHERE email = '{OLD}'")).await, 1);
}

#[tokio::test]
async fn of_ten_at_once_one_confirms() {
    let app = std::sync::Arc::new(unlimited().await);
    let cookie = verified(&app, OLD).await;
    post_as(&app, &cookie, "/change-email", wish()).await.expect(200);
    follow(&app, &approval(&app).await).await;
    let confirm = confirmation(&app).await;
    let statuses = at_once(10, |_| {
        let (app, confirm) = (app.clone(), confirm.clone());
        async move { follow(&app, &confirm).await }
    })
    .await;
    assert_eq!(statuses, [[302].as_slice(), &[400; 9]].concat());
    assert_eq!(mails(&app, OLD, "Your e-mail address was changed").await.len(), 1);
}

#[tokio::test]
async fn who_may_not_ask() {
    let app = unlimited().await;
    let unverified = sign_up(&app, "bob@example.com").await;
    assert_eq!(app.post("/api/auth/change-email").json(&wish()).send().await.expect_error(401), "UNAUTHORIZED");
    assert_eq!(post_as(&app, &unverified, "/change-email", wish()).await.expect_error(403), "EMAIL_NOT_VERIFIED");
    let cookie = verified(&app, OLD).await;
    for (body, code) in [
        (json!({ "newEmail": NEW }), "VALIDATION_ERROR"),
        (json!({ "password": PASSWORD }), "VALIDATION_ERROR"),
        (json!({ "newEmail": "nobody", "password": PASSWORD }), "VALIDATION_ERROR"),
        (json!({ "newEmail": NEW, "password": "not the password" }), "INVALID_PASSWORD"),
        (json!({ "newEmail": NEW, "password": PASSWORD, "callbackURL": "https://evil.example" }), "VALIDATION_ERROR"),
        (json!({ "newEmail": NEW, "password": PASSWORD, "emailVerified": true }), "VALIDATION_ERROR"),
    ] {
        assert_eq!(post_as(&app, &cookie, "/change-email", body.clone()).await.expect_error(400), code, "{body}");
    }
    assert!(mails(&app, OLD, "Change your e-mail address?").await.is_empty());
    assert_eq!(app.count("verification_tokens WHERE purpose = 'approve_email'").await, 0);
}

#[tokio::test]
async fn a_taken_address_is_not_told_to_who_asks_for_it() {
    let app = unlimited().await;
    let cookie = verified(&app, OLD).await;
    sign_up(&app, NEW).await;
    let mailed = mails(&app, NEW, "").await.len();
    post_as(&app, &cookie, "/change-email", wish()).await.expect(200);
    assert_eq!(follow(&app, &approval(&app).await).await.status, 302);
    assert_eq!(mails(&app, NEW, "").await.len(), mailed, "nor is its owner bothered");
}

#[tokio::test]
async fn an_address_that_was_taken_meanwhile_stays_its_owners() {
    let app = unlimited().await;
    let cookie = verified(&app, OLD).await;
    post_as(&app, &cookie, "/change-email", wish()).await.expect(200);
    follow(&app, &approval(&app).await).await;
    let confirm = confirmation(&app).await;
    sign_up(&app, NEW).await;
    assert_eq!(follow(&app, &confirm).await.expect_error(422), "USER_ALREADY_EXISTS");
    assert_eq!(get_as(&app, &cookie, "/session").await.expect(200)["user"]["email"], OLD);
}

#[tokio::test]
async fn a_newer_wish_replaces_the_older_and_a_new_password_voids_both() {
    let app = unlimited().await;
    let cookie = verified(&app, OLD).await;
    post_as(&app, &cookie, "/change-email", wish()).await.expect(200);
    let first = approval(&app).await;
    post_as(&app, &cookie, "/change-email", wish()).await.expect(200);
    let second = approval(&app).await;
    follow(&app, &first).await.expect(400);
    let change = json!({ "currentPassword": PASSWORD, "newPassword": NEW_PASSWORD });
    post_as(&app, &cookie, "/change-password", change).await.expect(200);
    follow(&app, &second).await.expect(400);
}

//! `POST /api/auth/signout`, and `/sign-out`.

use super::*;

#[tokio::test]
async fn both_paths_end_the_session_and_clear_the_cookie() {
    let app = unlimited().await;
    for (index, path) in ["/signout", "/sign-out"].into_iter().enumerate() {
        let cookie = sign_up(&app, &format!("person{index}@example.com")).await;
        assert_eq!(is_signed_in(&app, &cookie).await, (true, true));
        let answer = post_as(&app, &cookie, path, json!({})).await;
        assert!(answer.cookie().starts_with("codex-session=; Max-Age=0; "));
        assert_eq!(answer.expect(200), json!({ "success": true }));
        assert_eq!(is_signed_in(&app, &cookie).await, (false, false), "{path}");
    }
    assert_eq!(app.count("sessions").await, 0);
}

#[tokio::test]
async fn a_body_is_optional_and_nobody_needs_to_be_signed_in() {
    let app = unlimited().await;
    for body in ["", "{}", "null", "not json"] {
        assert_eq!(app.post("/api/auth/signout").body(body).send().await.expect(200), json!({ "success": true }), "{body:?}");
    }
    let cookie = sign_up(&app, "ada@example.com").await;
    for _ in 0..2 {
        post_as(&app, &cookie, "/signout", json!({})).await.expect(200);
    }
}

#[tokio::test]
async fn other_devices_and_other_people_stay() {
    let app = unlimited().await;
    let (ada, bob) = (sign_up(&app, "ada@example.com").await, sign_up(&app, "bob@example.com").await);
    let other = log_in(&app, "ada@example.com", PASSWORD).await.cookie();
    post_as(&app, &ada, "/signout", json!({})).await.expect(200);
    assert_eq!(is_signed_in(&app, &ada).await, (false, false));
    assert_eq!((is_signed_in(&app, &other).await, is_signed_in(&app, &bob).await), ((true, true), (true, true)));
}

#[tokio::test]
async fn every_session_that_the_browser_carries_ends() {
    let app = unlimited().await;
    let first = sign_up(&app, "ada@example.com").await;
    let second = log_in(&app, "ada@example.com", PASSWORD).await.cookie();
    let both = [&first, &second].map(|cookie| cookie.split(';').next().unwrap()).join("; ");
    app.post("/api/auth/signout").header("cookie", &both).send().await.expect(200);
    assert_eq!((is_signed_in(&app, &first).await, is_signed_in(&app, &second).await), ((false, false), (false, false)));
}

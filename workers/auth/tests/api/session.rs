//! `GET /api/auth/session`, and `/get-session`: how long a session lives, and who still believes in one that has ended.

use codex_edge::Fault;

use super::*;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

#[tokio::test]
async fn who_is_signed_in() {
    let app = unlimited().await;
    let cookie = sign_up(&app, "ada@example.com").await;
    let session = get_as(&app, &cookie, "/session").await.expect(200);
    assert_eq!(session.as_object().unwrap().keys().collect::<Vec<_>>(), ["session", "user"]);
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>().join(" ");
    assert_eq!(keys(&session["user"]), "createdAt email emailVerified id name role");
    assert_eq!(keys(&session["session"]), "createdAt expiresAt id userId", "the token is in the cookie and nowhere else");
    assert_eq!(get_as(&app, &cookie, "/get-session").await.expect(200), session);
    for path in ["/session", "/get-session"] {
        let answer = get_as(&app, &cookie, path).await;
        assert_eq!(answer.headers["cache-control"], "no-store", "{path}");
        assert!(!answer.headers.contains_key("set-cookie"), "a young session stays as it is");
    }
}

#[tokio::test]
async fn nobody_is() {
    let app = unlimited().await;
    let refused = app.get("/api/auth/session").send().await.expect(401);
    assert_eq!((&refused["code"], &refused["error"]["code"]), (&json!("UNAUTHORIZED"), &json!("UNAUTHORIZED")));
    assert!(app.get("/api/auth/get-session").send().await.expect(200).is_null());
    let cookie = sign_up(&app, "ada@example.com").await;
    let token = cookie.split(['=', ';']).nth(1).unwrap();
    for (name, value) in [("authorization", format!("Bearer {token}")), ("x-session-token", token.to_owned())] {
        app.get("/api/auth/session").header(name, &value).send().await.expect(401);
    }
    app.get(&format!("/api/auth/session?codex-session={token}")).send().await.expect(401);
}

#[tokio::test]
async fn a_session_slides_and_ends_after_a_day_of_silence() {
    let app = unlimited().await;
    let cookie = sign_up(&app, "ada@example.com").await;
    for (hours, renewed) in [(6, false), (5, false), (2, true), (11, false), (2, true), (20, true)] {
        app.advance(hours * HOUR);
        let answer = get_as(&app, &cookie, "/session").await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.headers.contains_key("set-cookie"), renewed, "after {hours} more hours");
        if renewed {
            let again = answer.cookie();
            assert_eq!(again.split(';').next(), cookie.split(';').next(), "the same token");
            assert!(again.contains("; Max-Age=86400;"), "{again}");
        }
    }
    app.advance(DAY);
    assert_eq!(is_signed_in(&app, &cookie).await, (false, false));
}

#[tokio::test]
async fn no_renewal_passes_thirty_days() {
    let app = unlimited().await;
    let cookie = sign_up(&app, "ada@example.com").await;
    let mut last = String::new();
    for half_day in 1..60 {
        app.advance(DAY / 2 + 1);
        let answer = get_as(&app, &cookie, "/session").await;
        if answer.status != 200 {
            panic!("ended after {half_day} half days");
        }
        if answer.headers.contains_key("set-cookie") {
            last = answer.cookie();
        }
    }
    let seconds: i64 = last.split("Max-Age=").nth(1).unwrap().split(';').next().unwrap().parse().unwrap();
    assert!((1..DAY).contains(&seconds), "the last renewal is shorter: {seconds}");
    app.advance(DAY / 2);
    assert_eq!(is_signed_in(&app, &cookie).await, (false, false), "used all the time, and yet it ends");
    let again = log_in(&app, "ada@example.com", PASSWORD).await.cookie();
    assert!(is_signed_in(&app, &again).await.1);
}

#[tokio::test]
async fn a_warm_session_costs_no_statement_and_a_fresh_one_costs_one() {
    let app = unlimited().await;
    let cookie = sign_up(&app, "ada@example.com").await;
    get_as(&app, &cookie, "/session").await.expect(200);
    app.platform().database.take_ran();
    get_as(&app, &cookie, "/session").await.expect(200);
    app.advance(10);
    get_as(&app, &cookie, "/session").await.expect(200);
    assert!(app.platform().database.take_ran().is_empty(), "from memory, then from KV");
    app.advance(301);
    get_as(&app, &cookie, "/session").await.expect(200);
    assert_eq!(app.platform().database.take_ran(), ["identity.session"], "KV believes it for five minutes");
    get_as(&app, &cookie, "/sessions").await.expect(200);
    assert_eq!(app.platform().database.take_ran(), ["identity.session", "identity.devices"]);
}

#[tokio::test]
async fn under_a_kv_frozen_at_its_old_value_a_session_ends_where_it_matters_and_soon_everywhere() {
    let app = unlimited().await;
    let cookie = verified(&app, "ada@example.com").await;
    get_as(&app, &cookie, "/session").await.expect(200);
    app.platform().sessions.get().unwrap().set_fault(Fault::Stale);
    post_as(&app, &cookie, "/signout", json!({})).await.expect(200);
    let sensitive = async |app: &TestApp| {
        for (method, path) in [("GET", "sessions"), ("DELETE", "sessions"), ("POST", "change-password"), ("POST", "change-email")]
        {
            let call = app.call(method.parse().unwrap(), &format!("/api/auth/{path}")).cookie(&cookie);
            call.json(&json!({})).send().await.expect(401);
        }
    };
    sensitive(&app).await;
    // Elsewhere the cache is believed, at most for its five minutes; then it is over there, too.
    assert_eq!(get_as(&app, &cookie, "/session").await.status, 200);
    sensitive(&app).await;
    app.advance(260);
    assert_eq!(get_as(&app, &cookie, "/session").await.status, 200, "KV still has it");
    app.advance(41);
    assert_eq!(is_signed_in(&app, &cookie).await, (false, false), "and an isolate does not remember what KV forgets");
    app.platform().sessions.get().unwrap().set_fault(Fault::None);
    assert_eq!(is_signed_in(&app, &cookie).await, (false, false), "and stays so");
}

#[tokio::test]
async fn without_a_cache_sessions_are_checked_all_the_same() {
    let app = unlimited().await;
    let cookie = sign_up(&app, "ada@example.com").await;
    app.platform().sessions.get().unwrap().set_fault(Fault::Down);
    assert_eq!(is_signed_in(&app, &cookie).await, (true, true));
    post_as(&app, &cookie, "/signout", json!({})).await.expect(200);
    assert_eq!(is_signed_in(&app, &cookie).await, (false, false));
}

#[tokio::test]
async fn what_the_database_and_the_cache_hold_signs_nobody_in() {
    let app = unlimited().await;
    let cookie = sign_up(&app, "ada@example.com").await;
    let token = cookie.split(['=', ';']).nth(1).unwrap();
    assert_eq!(app.count(&format!("sessions WHERE token_hash LIKE '%{token}%'")).await, 0);
    let hash = codex_identity::fingerprint(token);
    assert_eq!(app.count(&format!("sessions WHERE token_hash = '{hash}'")).await, 1);
    for stolen in [hash.clone(), format!("{hash}.{hash}"), format!("session:{hash}")] {
        app.get("/api/auth/session").header("cookie", &format!("codex-session={stolen}")).send().await.expect(401);
    }
}

#[tokio::test]
async fn another_secret_signs_everybody_out() {
    let app = unlimited().await;
    let cookie = sign_up(&app, "ada@example.com").await;
    let rotated = TestApp::on(api(), app.database_url.clone(), &[("SESSION_SECRET", "another secret")]);
    assert_eq!(is_signed_in(&rotated, &cookie).await, (false, false));
}

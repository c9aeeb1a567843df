//! How often: by address and by account, exactly, whatever runs at the same time.

use std::sync::Arc;

use bytes::Bytes;
use codex_edge::{Background, Fault};
use codex_http::{Context, Freshness, internal::sign};
use uuid::Uuid;

use super::*;

const WRONG: &str = "not the password";

fn guess(email: &str) -> Value {
    json!({ "email": email, "password": WRONG })
}

fn count(statuses: &[u16], status: u16) -> usize {
    statuses.iter().filter(|other| **other == status).count()
}

/// Two hundred wrong passwords at once; how many were compared with the hash, how many not.
async fn burst(app: &Arc<TestApp>, address: impl Fn(usize) -> String, email: impl Fn(usize) -> String) -> (usize, usize) {
    burst_of(200, app, address, email).await
}

async fn burst_of(
    guesses: usize,
    app: &Arc<TestApp>,
    address: impl Fn(usize) -> String,
    email: impl Fn(usize) -> String,
) -> (usize, usize) {
    let statuses = at_once(guesses, |index| {
        let (app, address, body) = (app.clone(), address(index), guess(&email(index)));
        async move { app.post("/api/auth/email/login").json(&body).from_address(&address).send().await }
    })
    .await;
    (count(&statuses, 401), count(&statuses, 429))
}

#[tokio::test]
async fn of_two_hundred_guesses_five_reach_the_hash() {
    let ada = |_| "ada@example.com".to_owned();
    let many = |index| format!("person{index}@example.com");
    let app = async || Arc::new(TestApp::new(api()).await);
    assert_eq!(burst(&app().await, |_| "203.0.113.7".to_owned(), ada).await, (5, 195), "one account, one address");
    assert_eq!(burst(&app().await, |_| "203.0.113.7".to_owned(), many).await, (5, 195), "many accounts, one address");
    let rotating = |index| format!("2001:db8:1:2:{index:x}::{index:x}");
    assert_eq!(burst(&app().await, rotating, ada).await, (5, 195), "one account, one network");
    assert_eq!(burst(&app().await, rotating, many).await, (5, 195), "many accounts, one network");
    assert_eq!(burst(&app().await, |index| format!("198.51.100.{index}"), ada).await, (5, 195), "one account, everywhere");
    assert_eq!(burst_of(40, &app().await, |index| format!("198.51.100.{index}"), many).await, (40, 0), "forty people");
    assert_eq!(burst_of(40, &app().await, |index| format!("2001:db8:1:{index:x}::1"), many).await, (40, 0), "forty networks");
    let spelled =
        |index: usize| if index.is_multiple_of(2) { " ADA@Example.com".to_owned() } else { "ada@EXAMPLE.com ".to_owned() };
    assert_eq!(burst(&app().await, |index| format!("198.51.100.{index}"), spelled).await, (5, 195), "however it is spelled");
    let mapped = |index: usize| if index.is_multiple_of(2) { "203.0.113.7".to_owned() } else { "::ffff:203.0.113.7".to_owned() };
    assert_eq!(burst(&app().await, mapped, many).await, (5, 195), "the same address, written as IPv6");
    let stale = app().await;
    stale.platform().blocked.get().unwrap().set_fault(Fault::Stale);
    assert_eq!(burst(&stale, rotating, ada).await, (5, 195), "the list of the blocked only spares work");
    let down = app().await;
    down.platform().blocked.get().unwrap().set_fault(Fault::Down);
    assert_eq!(burst(&down, rotating, ada).await, (5, 195));
}

#[tokio::test]
async fn the_window_slides() {
    let app = TestApp::new(api()).await;
    let from =
        |address: &'static str| app.post("/api/auth/email/login").json(&guess("ada@example.com")).from_address(address).send();
    for second in 0..5 {
        from("203.0.113.7").await.expect(401);
        app.advance(if second == 0 { 600 } else { 1 });
    }
    // 604 seconds after the first, 4 after the second.
    let refused = from("203.0.113.8").await;
    let seconds: i64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((236..=296).contains(&seconds), "what this test itself takes has passed, too: {seconds}");
    assert_eq!(refused.headers["ratelimit-policy"], "\"login\";q=5;w=900");
    assert_eq!(refused.expect_error(429), "RATE_LIMITED");
    app.advance(seconds - 60);
    from("203.0.113.8").await.expect(429);
    app.advance(60);
    from("203.0.113.9").await.expect(401);
    from("203.0.113.9").await.expect(429);
    app.advance(900);
    from("203.0.113.9").await.expect(401);
}

#[tokio::test]
async fn accounts_never_lock() {
    let app = TestApp::new(api()).await;
    let cookie = sign_up(&app, "ada@example.com").await;
    for index in 0..9 {
        app.post("/api/auth/email/login")
            .json(&guess("ada@example.com"))
            .from_address(&format!("198.51.100.{index}"))
            .send()
            .await;
    }
    // In a browser that is not known the right password waits as any other, and is told how long.
    let right = json!({ "email": "ada@example.com", "password": PASSWORD });
    let refused = app.post("/api/auth/email/login").json(&right).from_address("203.0.113.7").send().await;
    assert!(refused.headers.contains_key("retry-after"));
    refused.expect(429);
    // Whoever is signed in stays so, a mailed link still gives a new password, and others at that address are not disturbed.
    assert_eq!(is_signed_in(&app, &cookie).await, (true, true));
    post(&app, "/request-password-reset", json!({ "email": "ada@example.com" })).await.expect(200);
    let token = token(&app, "ada@example.com", "Choose a new password").await;
    post(&app, "/reset-password", json!({ "token": token, "newPassword": NEW_PASSWORD })).await.expect(200);
    app.post("/api/auth/email/login").json(&guess("bob@example.com")).from_address("203.0.113.7").send().await.expect(401);
    app.advance(901);
    log_in(&app, "ada@example.com", NEW_PASSWORD).await.expect(200);
}

#[tokio::test]
async fn a_browser_that_has_signed_in_before_is_counted_by_itself() {
    let app = TestApp::new(api()).await;
    let known = |answer: &Answer| {
        let cookies = answer.headers.get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap().to_owned());
        cookies.filter(|cookie| cookie.starts_with("codex-known=")).collect::<Vec<_>>()
    };
    let register = json!({ "email": "ada@example.com", "password": PASSWORD, "name": "Ada" });
    let answer = post(&app, "/email/register", register).await;
    assert!(answer.cookie().starts_with("codex-session="), "the session's comes first");
    let ada = known(&answer).remove(0);
    assert!(ada.ends_with("; Max-Age=34560000; Path=/; HttpOnly; SameSite=Lax"), "{ada}");
    let bob =
        known(&post(&app, "/email/register", json!({ "email": "bob@example.com", "password": PASSWORD, "name": "Bob" })).await)
            .remove(0);
    let attempt = async |cookie: &str, password: &str, from: usize| {
        let body = json!({ "email": "ada@example.com", "password": password });
        let call = app.post("/api/auth/email/login").cookie(cookie).from_address(&format!("198.51.100.{from}"));
        call.json(&body).send().await
    };
    // Strangers use up what the account has.
    for from in 0..9 {
        assert!(known(&attempt("a=b", WRONG, from).await).is_empty(), "who does not sign in is not known");
    }
    let forged = ada.replace("codex-known=", "codex-known=x");
    for cookie in ["a=b", &bob, &forged, &ada.replace("known", "session")] {
        attempt(cookie, PASSWORD, 20).await.expect(429);
    }
    // The owner's own browser still gets in, and is not marked anew; a thief of its cookie has five guesses and no session.
    let own = attempt(&ada, PASSWORD, 30).await;
    assert!(known(&own).is_empty());
    own.expect(200);
    let proof = ada.split(['=', ';']).nth(1).unwrap();
    assert_eq!(is_signed_in(&app, &format!("codex-session={proof}")).await, (false, false));
    for (index, status) in [401, 401, 401, 401, 429, 429].into_iter().enumerate() {
        assert_eq!(attempt(&ada, WRONG, 40 + index).await.status, status);
    }
}

#[tokio::test]
async fn every_limited_route_counts_both() {
    for (path, quota, body) in [
        ("email/login", 5, guess("ada@example.com")),
        ("sign-in/email", 5, guess("ada@example.com")),
        ("email/register", 10, json!({ "email": "ada@example.com", "password": PASSWORD, "name": "Ada" })),
        ("sign-up/email", 10, json!({ "email": "ada@example.com", "password": PASSWORD, "name": "Ada" })),
        ("email/send-verification-email", 3, json!({ "email": "ada@example.com" })),
        ("send-verification-email", 3, json!({ "email": "ada@example.com" })),
        ("email/send-reset-password-email", 3, json!({ "email": "ada@example.com" })),
        ("request-password-reset", 3, json!({ "email": "ada@example.com" })),
    ] {
        let app = Arc::new(TestApp::new(api()).await);
        let passed = async |by_account: bool| {
            let statuses = at_once(quota + 7, |index| {
                let (app, mut body) = (app.clone(), body.clone());
                let address = if by_account { format!("198.51.100.{index}") } else { "203.0.113.7".to_owned() };
                if !by_account {
                    body["email"] = json!(format!("person{index}@example.com"));
                }
                async move { app.post(&format!("/api/auth/{path}")).json(&body).from_address(&address).send().await }
            })
            .await;
            statuses.len() - count(&statuses, 429)
        };
        assert_eq!((passed(true).await, passed(false).await), (quota, quota), "{path}");
    }
}

#[tokio::test]
async fn paths_of_one_action_share_a_limit() {
    let app = TestApp::new(api()).await;
    for path in ["/email/login", "/sign-in/email", "/email/login", "/sign-in/email", "/email/login"] {
        post(&app, path, guess("ada@example.com")).await.expect(401);
    }
    post(&app, "/sign-in/email", guess("bob@example.com")).await.expect(429);
    let mail = json!({ "email": "ada@example.com" });
    for path in ["/send-verification-email", "/request-password-reset", "/email/send-reset-password-email"] {
        post(&app, path, mail.clone()).await.expect(200);
    }
    post(&app, "/email/send-verification-email", mail).await.expect(429);
}

#[tokio::test]
async fn what_is_refused_for_its_shape_counts_for_the_address_only() {
    let app = TestApp::new(api()).await;
    for _ in 0..5 {
        let bad = json!({ "email": "ada@example.com", "password": 5 });
        app.post("/api/auth/email/login").json(&bad).from_address("203.0.113.7").send().await.expect(400);
    }
    app.post("/api/auth/email/login").json(&guess("ada@example.com")).from_address("203.0.113.7").send().await.expect(429);
    app.post("/api/auth/email/login").json(&guess("ada@example.com")).from_address("203.0.113.8").send().await.expect(401);
}

#[tokio::test]
async fn headers_that_anybody_can_write_make_no_address() {
    let app = TestApp::new(api()).await;
    let mut refused = 0;
    for index in 0..8 {
        let call =
            app.post("/api/auth/email/login").json(&guess(&format!("person{index}@example.com"))).from_address("203.0.113.7");
        let address = format!("198.51.100.{index}");
        let call =
            call.header("x-forwarded-for", &address).header("x-real-ip", &address).header("forwarded", &format!("for={address}"));
        let call = call.header("true-client-ip", &address).header("x-client-ip", &address);
        refused += usize::from(call.send().await.status == 429);
    }
    assert_eq!(refused, 3);
}

#[tokio::test]
async fn two_users_behind_one_proxying_worker_share_no_bucket() {
    let app = TestApp::new(api()).await;
    let send = async |client: &str, index: usize| {
        let body = guess(&format!("person{index}@example.com")).to_string();
        let mut request = http::Request::post("http://localhost/api/auth/email/login").body(Bytes::from(body.clone())).unwrap();
        let cx = Context::new(app.platform().clone(), app.now(), Uuid::new_v4(), client.to_owned(), Background::default());
        sign(&cx, None, Freshness::Cache, &mut request).unwrap();
        // The worker in between has an address of its own, always the same.
        let mut call =
            app.post("/api/auth/email/login").from_address("192.0.2.1").header("content-type", "application/json").body(body);
        for name in ["x-codex-signature", "x-codex-timestamp", "x-codex-nonce", "x-codex-identity"] {
            call = call.header(name, request.headers()[name].to_str().unwrap());
        }
        call.send().await.status.as_u16()
    };
    let mut index = 0..;
    for client in ["203.0.113.7", "203.0.113.8", "2001:db8:1:2::/64"] {
        for expected in [401, 401, 401, 401, 401, 429, 429] {
            assert_eq!(send(client, index.next().unwrap()).await, expected, "{client}");
        }
    }
    app.post("/api/auth/email/login").json(&guess("x@example.com")).from_address("192.0.2.1").send().await.expect(401);
}

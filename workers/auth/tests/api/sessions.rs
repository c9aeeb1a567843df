//! `GET` and `DELETE /api/auth/sessions`, `DELETE /sessions/{id}`: where somebody is signed in.

use super::*;

async fn log_in_with(app: &TestApp, agent: &str) -> String {
    let body = json!({ "email": "ada@example.com", "password": PASSWORD });
    app.post("/api/auth/email/login").header("user-agent", agent).json(&body).send().await.cookie()
}

async fn items(app: &TestApp, cookie: &str) -> Vec<Value> {
    get_as(app, cookie, "/sessions").await.expect(200)["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn everywhere_that_somebody_is_signed_in() {
    let app = unlimited().await;
    let first = sign_up(&app, "ada@example.com").await;
    sign_up(&app, "bob@example.com").await;
    let second = log_in_with(&app, "Firefox").await;
    let listed = get_as(&app, &first, "/sessions").await.expect(200);
    assert_eq!(listed["pagination"], json!({ "page": 1, "limit": 20, "total": 2, "totalPages": 1 }));
    let items = listed["items"].as_array().unwrap();
    let keys: Vec<&String> = items[0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["createdAt", "current", "expiresAt", "id", "lastSeenAt", "userAgent"]);
    assert_eq!((&items[0]["current"], &items[0]["userAgent"]), (&json!(true), &Value::Null));
    assert_eq!((&items[1]["current"], &items[1]["userAgent"]), (&json!(false), &json!("Firefox")));
    let own = get_as(&app, &second, "/session").await.expect(200);
    assert_eq!(own["session"]["id"], items[1]["id"]);
    assert_eq!(self::items(&app, &second).await[0]["id"], items[1]["id"], "each sees its own first");
    assert!(!listed.to_string().contains("hash") && !listed.to_string().contains(first.split(['=', ';']).nth(1).unwrap()));
}

#[tokio::test]
async fn when_each_was_last_used_to_the_hour() {
    let app = unlimited().await;
    let cookie = sign_up(&app, "ada@example.com").await;
    let seen = async || items(&app, &cookie).await[0]["lastSeenAt"].as_str().unwrap().parse::<codex_kernel::Timestamp>().unwrap();
    let first = seen().await;
    app.advance(3500);
    seen().await;
    assert_eq!(seen().await, first, "not written at every request");
    app.advance(200);
    seen().await;
    assert!((3700..3800).contains(&(seen().await.as_second() - first.as_second())));
}

#[tokio::test]
async fn pages_of_devices() {
    let app = unlimited().await;
    let cookie = sign_up(&app, "ada@example.com").await;
    for _ in 0..4 {
        log_in_with(&app, "Firefox").await;
    }
    let page = async |query: &str| get_as(&app, &cookie, &format!("/sessions{query}")).await;
    assert_eq!(
        page("?page=2&limit=2").await.expect(200)["pagination"],
        json!({ "page": 2, "limit": 2, "total": 5, "totalPages": 3 })
    );
    assert_eq!(page("?page=3&limit=2").await.expect(200)["items"].as_array().unwrap().len(), 1);
    for query in ["?page=0", "?limit=0", "?limit=101", "?page=x"] {
        assert_eq!(page(query).await.expect_error(400), "VALIDATION_ERROR", "{query}");
    }
}

#[tokio::test]
async fn one_ends_at_once_and_everywhere() {
    let app = unlimited().await;
    let first = sign_up(&app, "ada@example.com").await;
    let second = log_in_with(&app, "Firefox").await;
    assert_eq!(is_signed_in(&app, &second).await, (true, true));
    let id = items(&app, &first).await[1]["id"].as_str().unwrap().to_owned();
    let end = async |cookie: &str, id: &str| {
        app.call("DELETE".parse().unwrap(), &format!("/api/auth/sessions/{id}")).cookie(cookie).send().await
    };
    let answer = end(&first, &id).await;
    assert!(!answer.headers.contains_key("set-cookie"));
    assert_eq!((answer.status.as_u16(), answer.length), (204, 0));
    assert_eq!((is_signed_in(&app, &first).await, is_signed_in(&app, &second).await), ((true, true), (false, false)));
    assert_eq!(end(&first, &id).await.expect_error(404), "NOT_FOUND", "it is gone");
    assert_eq!(end(&first, "nonsense").await.expect_error(400), "VALIDATION_ERROR");
    assert_eq!(end(&first, "0190163d-8694-739b-aea5-966c26f8ad91").await.expect_error(404), "NOT_FOUND");
    let own = items(&app, &first).await[0]["id"].as_str().unwrap().to_owned();
    let answer = end(&first, &own).await;
    assert!(answer.cookie().starts_with("codex-session=; Max-Age=0"), "ending one's own is signing out");
    assert_eq!(is_signed_in(&app, &first).await, (false, false));
}

#[tokio::test]
async fn somebody_elses_session_does_not_exist() {
    let app = unlimited().await;
    let (ada, bob) = (sign_up(&app, "ada@example.com").await, sign_up(&app, "bob@example.com").await);
    let id = items(&app, &bob).await[0]["id"].as_str().unwrap().to_owned();
    let answer = app.call("DELETE".parse().unwrap(), &format!("/api/auth/sessions/{id}")).cookie(&ada).send().await;
    assert_eq!(answer.expect_error(404), "NOT_FOUND");
    assert_eq!(is_signed_in(&app, &bob).await, (true, true));
}

#[tokio::test]
async fn all_others_end() {
    let app = unlimited().await;
    let (own, bob) = (sign_up(&app, "ada@example.com").await, sign_up(&app, "bob@example.com").await);
    let mut others = Vec::new();
    for agent in ["Firefox", "Safari", "Opera"] {
        others.push(log_in_with(&app, agent).await);
    }
    for cookie in &others {
        assert_eq!(is_signed_in(&app, cookie).await, (true, true));
    }
    for _ in 0..2 {
        let answer = app.call("DELETE".parse().unwrap(), "/api/auth/sessions").cookie(&own).send().await;
        assert_eq!((answer.status.as_u16(), answer.length), (204, 0));
    }
    for cookie in &others {
        assert_eq!(is_signed_in(&app, cookie).await, (false, false));
    }
    assert_eq!((is_signed_in(&app, &own).await, is_signed_in(&app, &bob).await), ((true, true), (true, true)));
    assert_eq!(items(&app, &own).await.len(), 1);
}

//! What every worker does alike, seen on a small one.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

use codex_edge::Fault;
use codex_http::{Api, Body, Caller, Cx, Data, Limited, Policy, Reply, get, post};
use codex_identity::Role;
use codex_testkit::{TestApp, fresh_database};
use garde::Validate;
use serde::Deserialize;
use serde_json::{Value, json};

#[derive(Deserialize, schemars::JsonSchema, Validate)]
#[serde(deny_unknown_fields)]
struct Thing {
    #[garde(length(min = 1, max = 5))]
    name: String,
    #[garde(range(max = 9))]
    size: u32,
}

async fn make(cx: Cx, caller: Caller, Body(thing): Body<Thing>) -> Reply<Data<Value>> {
    cx.event("made", &[("userId", caller.id().to_string())]);
    Ok(Data(json!({ "name": thing.name, "size": thing.size })))
}

async fn hello() -> Data<&'static str> {
    Data("hello")
}

fn api() -> Api {
    Api::new("small", &["BASE_DOMAIN", "AUTH_SESSION_KV", "RATE_LIMIT_KV", "LIMITER", "API_LIMIT"])
        .under(Policy::PUBLIC, [get("/hello", hello)])
        .under(Policy::PUBLIC.limited(Limited::Api), [get("/often", hello)])
        .under(Policy::SIGNED_IN.limited(Limited::Costly), [post("/things", make)])
}

#[tokio::test]
async fn every_answer_has_an_id_and_a_good_one_is_kept() {
    let app = TestApp::new(api()).await;
    let id = "0190163d-8694-739b-aea5-966c26f8ad91";
    for path in ["/hello", "/nothing", "/health"] {
        assert_eq!(app.get(path).header("x-request-id", id).send().await.headers["x-request-id"], id, "{path}");
        for bad in ["", "1", "x\"y", "0190163d-8694-739b-aea5-966c26f8ad91-0"] {
            let made =
                app.get(path).header("x-request-id", bad).send().await.headers["x-request-id"].to_str().unwrap().to_owned();
            assert!(made != bad && made.len() == 36, "{path} {bad} {made}");
        }
    }
    let refused = app.get("/nothing").header("x-request-id", id).send().await;
    assert_eq!(refused.json["requestId"], id);
}

#[tokio::test]
async fn every_answer_has_the_headers() {
    let app = TestApp::new(api()).await;
    let production =
        TestApp::on(api(), app.database_url.clone(), &[("ENVIRONMENT", "production"), ("BASE_DOMAIN", "example.com")]);
    for path in ["/hello", "/nothing", "/health"] {
        let headers = app.get(path).send().await.headers;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "SAMEORIGIN"),
            ("referrer-policy", "strict-origin-when-cross-origin"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(headers[name], value, "{path}");
        }
        assert!(headers["permissions-policy"].to_str().unwrap().contains("camera=()"));
        assert!(headers["server-timing"].to_str().unwrap().starts_with("app;dur="));
        assert!(!headers.contains_key("strict-transport-security"));
        let headers = production.get(path).send().await.headers;
        assert_eq!(headers["strict-transport-security"], "max-age=31536000");
        assert!(!headers.contains_key("server-timing"), "only in development");
    }
}

#[tokio::test]
async fn methods_that_a_path_does_not_take() {
    let app = TestApp::new(api()).await;
    let head = app.call("HEAD".parse().unwrap(), "/hello").send().await;
    assert_eq!((head.status.as_u16(), &head.json), (200, &json!("")), "HEAD is GET without a body");
    let head = app.call("HEAD".parse().unwrap(), "/nothing").send().await;
    assert_eq!((head.status.as_u16(), &head.json), (404, &json!("")), "an error has none either");
    for (method, path, allow) in [("POST", "/hello", "GET,HEAD"), ("DELETE", "/things", "POST"), ("PUT", "/health", "GET,HEAD")] {
        let refused = app.call(method.parse().unwrap(), path).send().await;
        assert_eq!(refused.headers["allow"], allow, "{method} {path}");
        assert_eq!(refused.expect_error(405), "METHOD_NOT_ALLOWED");
    }
}

#[tokio::test]
async fn own_origins_are_told_so_and_others_nothing() {
    let app = TestApp::new(api()).await;
    let preflight = |origin: &str| {
        let call = app.call("OPTIONS".parse().unwrap(), "/things").header("origin", origin);
        call.header("access-control-request-method", "POST").send()
    };
    let own = preflight("http://yoga.localhost:3000").await;
    assert_eq!(own.status, 204);
    assert_eq!(own.headers["access-control-allow-origin"], "http://yoga.localhost:3000");
    assert_eq!(own.headers["access-control-allow-credentials"], "true");
    assert!(own.headers["access-control-allow-methods"].to_str().unwrap().contains("PATCH"));
    let foreign = preflight("https://evil.example").await;
    assert!(!foreign.headers.keys().any(|name| name.as_str().starts_with("access-control-")), "{:?}", foreign.headers);
    let refused = app.get("/nothing").header("origin", "http://localhost:5173").send().await;
    assert_eq!(refused.headers["access-control-allow-origin"], "http://localhost:5173", "a page may read errors too");
    assert_eq!(refused.headers["vary"], "origin");
}

#[tokio::test]
async fn a_worker_that_lacks_what_it_needs_names_it() {
    let api = Api::new("small", &["BASE_DOMAIN", "A_SECRET"]).under(Policy::PUBLIC, [get("/hello", hello)]);
    let app = TestApp::new(api).await;
    for path in ["/hello", "/health", "/nothing"] {
        let answer = app.get(path).send().await;
        assert_eq!(answer.json["error"]["message"], "A_SECRET is not configured");
        assert_eq!(answer.expect_error(500), "CONFIGURATION_ERROR");
    }
}

#[tokio::test]
async fn input_is_refused_with_every_issue_after_the_caller_is_known() {
    let app = TestApp::new(api()).await;
    let ada = app.person("ada", Role::Customer).await;
    let post = |body: &Value| app.post("/things").cookie(&ada.cookie).json(body).send();
    let issues =
        post(&json!({ "name": "too long", "size": "big", "more": 1 })).await.expect(400)["error"]["details"]["issues"].clone();
    let mut paths: Vec<&str> = issues.as_array().unwrap().iter().map(|issue| issue["path"].as_str().unwrap()).collect();
    paths.sort_unstable();
    assert_eq!(paths, ["more", "name", "size"]);
    app.post("/things").json(&json!({ "name": 5 })).send().await.expect(401);
    assert_eq!(post(&json!({ "name": "a", "size": 1 })).await.expect(200)["data"]["size"], 1);
    let text = app.post("/things").cookie(&ada.cookie).header("content-type", "text/plain").body("{}").send().await;
    assert_eq!(text.expect_error(415), "UNSUPPORTED_MEDIA_TYPE");
    let deep = format!("{}1{}", "[".repeat(10_000), "]".repeat(10_000));
    for bad in ["", "{", "{}{}", "\u{feff}{}", &deep] {
        let call = app.post("/things").cookie(&ada.cookie).header("content-type", "application/json; charset=utf-8");
        assert_eq!(call.body(bad.to_owned()).send().await.expect_error(400), "VALIDATION_ERROR");
    }
}

#[tokio::test]
async fn exact_limits_say_what_is_left() {
    let app = TestApp::on(api(), fresh_database().await, &[("LIMITS", r#"{"costly":[2,60]}"#)]);
    let (ada, bob) = (app.person("ada", Role::Customer).await, app.person("bob", Role::Customer).await);
    let post = |cookie: &str| app.post("/things").cookie(cookie).json(&json!({ "name": "a", "size": 1 })).send();
    for left in ["1", "0"] {
        let answer = post(&ada.cookie).await;
        assert_eq!(answer.headers["ratelimit-policy"], "\"costly\";q=2;w=60");
        assert!(answer.headers["ratelimit"].to_str().unwrap().starts_with(&format!("\"costly\";r={left};t=")));
        answer.expect(200);
    }
    for _ in 0..2 {
        let refused = post(&ada.cookie).await;
        let seconds: u64 = refused.headers["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=60).contains(&seconds), "{seconds}");
        assert!(refused.headers["ratelimit"].to_str().unwrap().starts_with("\"costly\";r=0;t="));
        assert_eq!(refused.expect_error(429), "RATE_LIMITED");
    }
    post(&bob.cookie).await.expect(200);

    app.get("/often").send().await.expect(200);
    app.platform().coarse.close();
    assert_eq!(app.get("/often").send().await.headers["ratelimit-policy"], "\"api\";q=100;w=60");
}

#[tokio::test]
async fn one_line_a_request_and_one_an_event() {
    let app = TestApp::on(api(), fresh_database().await, &[("LIMITS", r#"{"costly":[1,60]}"#)]);
    let ada = app.person("ada", Role::Customer).await;
    let body = json!({ "name": "a", "size": 1 });
    for _ in 0..2 {
        app.post("/things?secret=1").cookie(&ada.cookie).json(&body).from_address("203.0.113.7").send().await;
    }
    app.get("/hello").send().await;
    let text = app.log.lock().unwrap().join("\n");
    let log: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let id = ada.id.to_string();
    assert_eq!((&log[0]["event"], &log[0]["userId"], &log[0]["worker"]), (&json!("made"), &json!(id), &json!("small")));
    let made = &log[1];
    assert_eq!((&made["method"], &made["route"], &made["status"]), (&json!("POST"), &json!("/things"), &json!(200)));
    assert_eq!((&made["userId"], &made["requestId"]), (&json!(id), &log[0]["requestId"]));
    assert!(made["durationMs"].is_i64());
    let reached = &log[2];
    assert_eq!(
        (&reached["event"], &reached["limit"], &reached["counts"]),
        (&json!("limit_reached"), &json!("costly"), &json!("user"))
    );
    assert_eq!((&log[3]["status"], &log[3]["code"], &log[3]["userId"]), (&json!(429), &json!("RATE_LIMITED"), &json!(id)));
    assert_eq!((&log[4]["status"], &log[4]["userId"]), (&json!(200), &Value::Null));
    assert_eq!(log.len(), 5);
    for personal in ["ada@", "203.0.113.7", "secret", "codex-session"] {
        assert!(!text.contains(personal), "{personal} in {text}");
    }
}

#[tokio::test]
async fn the_log_says_how_the_cache_of_sessions_answered() {
    let app = TestApp::new(api()).await;
    let ada = app.person("ada", Role::Customer).await;
    app.get("/hello").send().await;
    for _ in 0..2 {
        app.get("/hello").cookie(&ada.cookie).send().await;
    }
    // Past what the isolate remembers by itself.
    app.advance(10);
    app.get("/hello").cookie(&ada.cookie).send().await;
    app.platform().sessions.get().unwrap().set_fault(Fault::Down);
    app.advance(10);
    app.get("/hello").cookie(&ada.cookie).send().await;
    let log = app.log.lock().unwrap().join("\n");
    let outcomes = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["session"].clone());
    assert_eq!(outcomes.collect::<Vec<_>>(), [Value::Null, json!("miss"), json!("hit"), json!("hit"), json!("error")]);
}

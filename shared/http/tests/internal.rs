//! Calls between workers: what is signed passes once, and nothing else does.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

use bytes::Bytes;
use codex_edge::{Background, now};
use codex_http::{Api, Caller, Context, Cx, Data, Limited, Policy, RawBody, Visitor, get, internal::sign, post};
use codex_identity::{Freshness, Role, authenticate};
use codex_kernel::Timestamp;
use codex_testkit::{Answer, TestApp};
use http::Request;
use serde_json::{Value, json};
use uuid::Uuid;

async fn echo(cx: Cx, visitor: Visitor, RawBody(body): RawBody) -> Data<Value> {
    Data(json!({ "body": String::from_utf8_lossy(&body), "client": cx.client, "user": visitor.id() }))
}

async fn whoami(caller: Caller) -> Data<String> {
    Data(caller.id().to_string())
}

async fn hello() -> Data<&'static str> {
    Data("hello")
}

fn api() -> Api {
    Api::new("small", &["AUTH_SESSION_KV", "RATE_LIMIT_KV", "LIMITER", "MEDIA_BUCKET"])
        .under(Policy::PUBLIC.limited(Limited::Register), [get("/by-address", hello)])
        .under(Policy::PUBLIC.limited(Limited::Costly), [get("/by-user", hello)])
        .under(Policy::SIGNED_IN.fresh(), [get("/fresh", whoami)])
        .under(Policy::WORKER, [post("/internal/echo", echo)])
        .under(Policy::SIGNED_IN, [get("/whoami", whoami)])
}

/// Another worker's context at `at`, serving a client of its own.
fn context(app: &TestApp, at: Timestamp) -> Context {
    Context::new(app.platform().clone(), at, Uuid::new_v4(), "203.0.113.7".to_owned(), Background::default())
}

fn signed(app: &TestApp, caller: Option<&Caller>, seconds_ahead: i64) -> Request<Bytes> {
    let mut request = Request::post("http://localhost/internal/echo?a=1").body(Bytes::from_static(b"hello")).unwrap();
    let at = Timestamp::from_second(now().unwrap().as_second() + seconds_ahead).unwrap();
    sign(&context(app, at), caller, Freshness::Cache, &mut request).unwrap();
    request
}

async fn send(app: &TestApp, request: &Request<Bytes>) -> Answer {
    let path = request.uri().path_and_query().unwrap().as_str();
    let mut call = app.call(request.method().clone(), path).body(request.body().clone());
    for name in ["x-codex-signature", "x-codex-timestamp", "x-codex-nonce", "x-codex-identity"] {
        call = call.header(name, request.headers()[name].to_str().unwrap());
    }
    call.send().await
}

async fn caller(app: &TestApp, name: &str) -> Caller {
    let cookie = app.person(name, Role::Customer).await.cookie;
    let pairs = cookie.split(';').next().map(str::as_bytes).into_iter();
    Caller(authenticate(app.platform(), pairs, Freshness::Database, now().unwrap()).await.unwrap().who.unwrap())
}

#[tokio::test]
async fn what_is_signed_passes_once_with_who_it_speaks_for() {
    let app = TestApp::new(api()).await;
    let ada = caller(&app, "ada").await;
    let request = signed(&app, Some(&ada), 0);
    let answer = send(&app, &request).await.expect(200);
    assert_eq!(answer["data"], json!({ "body": "hello", "client": "203.0.113.7", "user": ada.id() }));
    assert_eq!(send(&app, &request).await.expect_error(401), "INVALID_SIGNATURE", "each nonce once");
    assert_eq!(send(&app, &signed(&app, None, 0)).await.expect(200)["data"]["user"], Value::Null);

    for (path, freshness, status) in [
        ("/whoami", Freshness::Cache, 200),
        ("/whoami", Freshness::Database, 200),
        ("/fresh", Freshness::Cache, 401),
        ("/fresh", Freshness::Database, 200),
    ] {
        let mut request = Request::get(format!("http://localhost{path}")).body(Bytes::new()).unwrap();
        sign(&context(&app, now().unwrap()), Some(&ada), freshness, &mut request).unwrap();
        assert_eq!(send(&app, &request).await.status, status, "{path} {freshness:?}: no second look-up, and no stale one");
    }
}

#[tokio::test]
async fn limits_count_the_client_that_the_other_worker_serves() {
    let app = TestApp::on(api(), codex_testkit::fresh_database().await, &[("LIMITS", r#"{"register":[1,60],"costly":[1,60]}"#)]);
    for path in ["/by-address", "/by-user"] {
        for (client, status) in [("203.0.113.7", 200), ("203.0.113.8", 200), ("203.0.113.7", 429)] {
            let mut request = Request::get(format!("http://localhost{path}")).body(Bytes::new()).unwrap();
            let mut cx = context(&app, now().unwrap());
            cx.client = client.to_owned();
            sign(&cx, None, Freshness::Cache, &mut request).unwrap();
            assert_eq!(send(&app, &request).await.status, status, "{path} {client}");
        }
    }
}

#[tokio::test]
async fn neither_strangers_nor_people_pass() {
    let app = TestApp::new(api()).await;
    let ada = app.person("ada", Role::PlatformOwner).await;
    assert_eq!(app.post("/internal/echo").send().await.expect_error(401), "UNAUTHORIZED");
    assert_eq!(app.post("/internal/echo").cookie(&ada.cookie).send().await.expect_error(401), "UNAUTHORIZED");
    let bare = app.post("/internal/echo").header("x-codex-signature", "AAAA").send().await;
    assert_eq!(bare.expect_error(401), "INVALID_SIGNATURE");
}

#[tokio::test]
async fn whatever_was_changed_is_refused() {
    let app = TestApp::new(api()).await;
    let (ada, bob) = (caller(&app, "ada").await, caller(&app, "bob").await);
    let other = signed(&app, Some(&bob), 0);
    type Change<'a> = (&'a str, &'a dyn Fn(&mut Request<Bytes>));
    let changes: [Change<'_>; 7] = [
        ("body", &|request| *request.body_mut() = Bytes::from_static(b"hellO")),
        ("path", &|request| *request.uri_mut() = "http://localhost/internal/echo?a=2".parse().unwrap()),
        ("method", &|request| *request.method_mut() = "PUT".parse().unwrap()),
        ("identity", &|request| {
            drop(request.headers_mut().insert("x-codex-identity", other.headers()["x-codex-identity"].clone()))
        }),
        ("nonce", &|request| drop(request.headers_mut().insert("x-codex-nonce", other.headers()["x-codex-nonce"].clone()))),
        ("time", &|request| drop(request.headers_mut().insert("x-codex-timestamp", "1".parse().unwrap()))),
        ("signature", &|request| {
            drop(request.headers_mut().insert("x-codex-signature", other.headers()["x-codex-signature"].clone()))
        }),
    ];
    for (what, change) in changes {
        let mut request = signed(&app, Some(&ada), 0);
        change(&mut request);
        let status = send(&app, &request).await.status.as_u16();
        assert_eq!(status, if what == "method" { 405 } else { 401 }, "{what}");
    }
    let stranger = TestApp::on(api(), app.database_url.clone(), &[("WORKER_SHARED_SECRET", "another secret")]);
    assert_eq!(send(&app, &signed(&stranger, Some(&ada), 0)).await.expect_error(401), "INVALID_SIGNATURE");
}

#[tokio::test]
async fn a_minute_is_the_tolerance_both_ways() {
    let app = TestApp::new(api()).await;
    for (seconds, status) in [(-30, 200), (50, 200), (-70, 401), (90, 401), (-100_000, 401)] {
        assert_eq!(send(&app, &signed(&app, None, seconds)).await.status, status, "{seconds}");
    }
}

#[tokio::test]
async fn health_tells_its_checks_to_the_platform_only() {
    let app = TestApp::new(api()).await;
    let open = app.get("/health").send().await.expect(200);
    assert_eq!(
        open["checks"],
        json!({ "database": "healthy", "kv_rate_limit": "healthy", "kv_session": "healthy", "r2_media": "healthy" })
    );
    assert_eq!(
        (&open["status"], &open["service"], &open["environment"]),
        (&json!("healthy"), &json!("small"), &json!("development"))
    );
    assert!(open["version"].is_string());

    let production = TestApp::on(api(), app.database_url.clone(), &[("ENVIRONMENT", "production")]);
    let closed = production.get("/health").send().await.expect(200);
    assert_eq!((&closed["status"], &closed["checks"], &closed["version"]), (&json!("healthy"), &Value::Null, &Value::Null));
    let mut request = Request::get("http://localhost/health").body(Bytes::new()).unwrap();
    sign(&context(&production, now().unwrap()), None, Freshness::Cache, &mut request).unwrap();
    let signed = send(&production, &request).await.expect(200);
    assert_eq!((&signed["checks"], &signed["version"]), (&open["checks"], &open["version"]));
    assert_eq!(production.get("/health").header("x-codex-signature", "forged").send().await.status, 401);

    production.platform().sessions.get().unwrap().set_fault(codex_edge::Fault::Down);
    assert_eq!(production.get("/health").send().await.expect(503)["status"], "degraded");
}

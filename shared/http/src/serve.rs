use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{MatchedPath, Request},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use codex_edge::{Background, Environment, Outcome, Platform};
use codex_kernel::{Error, Timestamp};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use serde_json::json;
use tower::ServiceExt;
use uuid::{Builder, Uuid};

use crate::{
    Api, Asked, Context, Cx, Failure, FailurePage,
    conditional::{is_known, not_modified},
    context::client_of,
    cors::{is_forged, is_own_origin},
    guard::KnownUser,
    limits::Standing,
};

/// A worker ready to serve: built once per isolate.
pub struct App {
    name: &'static str,
    platform: Arc<Platform>,
    router: Router,
    /// The first variable or binding found missing; then every request says so.
    missing: Option<&'static str>,
    failure_page: Option<FailurePage>,
}

/// What `/health` says of the worker.
#[derive(Clone, Copy)]
pub(crate) struct Worker {
    pub(crate) name: &'static str,
    pub(crate) has_database: bool,
}

/// The pattern a request matched, for the log: paths hold ids, patterns do not.
#[derive(Clone)]
struct Matched(String);

impl App {
    /// `api` on `platform`.
    pub fn new(api: Api, platform: Platform) -> Self {
        let missing = api.requires.iter().copied().find(|name| !platform.has(name));
        let (name, failure_page) = (api.name, api.failure_page);
        let worker = Worker { name, has_database: api.has_database };
        let router = api.into_router().layer(axum::Extension(worker)).route_layer(from_fn(remember_route));
        Self { name, platform: Arc::new(platform), router, missing, failure_page }
    }

    /// The platform it runs on.
    pub fn platform(&self) -> &Arc<Platform> {
        &self.platform
    }
}

async fn remember_route(request: Request, next: Next) -> Response {
    let matched = request.extensions().get::<MatchedPath>().map(|path| Matched(path.as_str().to_owned()));
    let mut response = next.run(request).await;
    if let Some(matched) = matched {
        response.extensions_mut().insert(matched);
    }
    response
}

/// One request from arrival to answer. `log` gets one JSON line and whether it is an error's.
pub async fn serve(
    app: &App,
    mut request: Request,
    background: Background,
    now: Timestamp,
    log: impl Fn(&str, bool),
) -> Response {
    let platform = &app.platform;
    let request_id = request_id(request.headers(), now);
    let method = request.method().clone();
    let flat = request.uri().path().starts_with("/api/auth/");
    let own_origin = request
        .headers()
        .get(header::ORIGIN)
        .filter(|origin| origin.to_str().is_ok_and(|origin| is_own_origin(&platform.config, origin)))
        .cloned();

    let client = client_of(request.headers());
    let cx = Arc::new(Context::new(platform.clone(), now, request_id, client, background));
    let asked = app.failure_page.map(|page| {
        let (parts, body) = std::mem::take(&mut request).into_parts();
        request = Request::from_parts(parts.clone(), body);
        (page, Asked { cx: Cx(cx.clone()), parts })
    });
    let mut response = if let Some(name) = app.missing {
        Failure::from(Error::configuration(name)).into_response()
    } else if method == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD) {
        preflight(own_origin.is_some())
    } else if is_forged(&platform.config, &method, flat || app.failure_page.is_some(), request.headers()) {
        Failure::from(Error::forbidden("CSRF_REJECTED", "This request came from a page that is not ours")).into_response()
    } else {
        request.extensions_mut().insert(Cx(cx.clone()));
        let known =
            method.is_safe().then(|| request.headers().clone()).filter(|headers| headers.contains_key(header::IF_NONE_MATCH));
        match app.router.clone().oneshot(request).await {
            Ok(response) if known.is_some_and(|known| is_known(&known, &response)) => not_modified(response),
            Ok(response) => response,
            Err(never) => match never {},
        }
    };

    let failure = response.extensions_mut().remove::<Failure>();
    let route = response.extensions_mut().remove::<Matched>().map_or_else(|| "-".to_owned(), |matched| matched.0);
    let user = response.extensions_mut().remove::<KnownUser>().map(|KnownUser(id)| id);
    let session = response.extensions_mut().remove::<Outcome>().map(Outcome::name);
    let mut standing = response.extensions_mut().remove::<Standing>();
    // In workerd the clock stands still while we compute: this is the time spent waiting for others.
    let duration = codex_edge::now().map_or(0, |end| end.as_millisecond().saturating_sub(now.as_millisecond()).max(0));
    let status = response.status();
    let mut line = json!({
        "worker": app.name, "method": method.as_str(), "route": route, "status": status.as_u16(), "durationMs": duration,
        "requestId": request_id, "userId": user, "session": session,
    });
    if let (Some(failure), Some(line)) = (failure, line.as_object_mut()) {
        let error = failure.error();
        line.insert("code".to_owned(), json!(error.code));
        if let Some(source) = &error.source {
            line.insert("cause".to_owned(), json!(source.to_string()));
            if let Some(reached) = source.downcast_ref::<Standing>() {
                cx.event("limit_reached", &reached.names());
                standing = Some(*reached);
            }
        }
        let page = match asked {
            Some((page, asked)) => page(asked, failure.clone()).await,
            None => None,
        };
        let mut rendered = page.unwrap_or_else(|| failure.render(request_id, now, flat));
        if let Some(allow) = response.headers_mut().remove(header::ALLOW) {
            rendered.headers_mut().insert(header::ALLOW, allow);
        }
        response = rendered;
    }
    for mut event in cx.take_events() {
        if let Some(event) = event.as_object_mut() {
            event.insert("worker".to_owned(), json!(app.name));
        }
        log(&event.to_string(), false);
    }
    log(&line.to_string(), status.is_server_error());
    if let Some(standing) = standing {
        for (name, value) in standing.headers() {
            set(response.headers_mut(), name, &value);
        }
    }
    if platform.config.environment == Environment::Development {
        set(response.headers_mut(), "server-timing", &format!("app;dur={duration}"));
    }
    if method == Method::HEAD {
        *response.body_mut() = Body::empty();
    }
    if let Some(origin) = own_origin {
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        set(response.headers_mut(), "access-control-allow-credentials", "true");
        set(
            response.headers_mut(),
            "access-control-expose-headers",
            "x-request-id, etag, retry-after, ratelimit, ratelimit-policy",
        );
    }
    response.headers_mut().append(header::VARY, HeaderValue::from_static("origin"));
    finish(response.headers_mut(), request_id, platform.config.environment);
    response
}

fn preflight(own: bool) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    if own {
        set(response.headers_mut(), "access-control-allow-methods", "GET, HEAD, POST, PUT, PATCH, DELETE");
        set(
            response.headers_mut(),
            "access-control-allow-headers",
            "content-type, if-match, if-none-match, idempotency-key, range, x-request-id",
        );
        set(response.headers_mut(), "access-control-max-age", "7200");
    }
    response
}

/// A well-formed incoming id is kept, so one id follows a request through every worker.
fn request_id(headers: &HeaderMap, now: Timestamp) -> Uuid {
    headers.get("x-request-id").and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok()).unwrap_or_else(|| {
        let random = codex_kernel::random_bytes::<10>().unwrap_or_default();
        Builder::from_unix_timestamp_millis(u64::try_from(now.as_millisecond()).unwrap_or_default(), &random).into_uuid()
    })
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

/// What every answer carries. A handler may have set its own content security policy or cache rule.
fn finish(headers: &mut HeaderMap, request_id: Uuid, environment: Environment) {
    set(headers, "x-request-id", &request_id.to_string());
    set(headers, "x-content-type-options", "nosniff");
    set(headers, "x-frame-options", "SAMEORIGIN");
    set(headers, "referrer-policy", "strict-origin-when-cross-origin");
    set(headers, "permissions-policy", "camera=(), microphone=(), geolocation=(), payment=()");
    if !headers.contains_key(header::CONTENT_SECURITY_POLICY) {
        set(headers, "content-security-policy", "default-src 'none'; frame-ancestors 'none'");
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        set(headers, "cache-control", "no-store");
    }
    if environment == Environment::Production {
        set(headers, "strict-transport-security", "max-age=31536000");
    }
}

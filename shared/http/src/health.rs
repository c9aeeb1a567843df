use axum::{
    Extension, Json,
    response::{IntoResponse, Response},
};
use codex_edge::{Environment, Statement};
use http::StatusCode;
use serde_json::json;

use crate::{Cx, internal::FromWorker, serve::Worker};

const PING: Statement = Statement { sql: "-- http.ping\nSELECT json_build_object('ok', true)" };

/// GET /health: 200 when all this worker needs answers, else 503. Details stay inside the platform.
pub(crate) async fn health(cx: Cx, Extension(worker): Extension<Worker>, signed: Option<Extension<FromWorker>>) -> Response {
    let platform = &cx.platform;
    let word = |healthy: bool| if healthy { "healthy" } else { "unhealthy" };
    let (mut healthy, mut checks) = (true, serde_json::Map::new());
    if worker.has_database {
        healthy = platform.database.one::<serde_json::Value>(&PING, &[]).await.is_ok();
        checks.insert("database".to_owned(), json!(word(healthy)));
    }
    for (check, kv) in [("kv_rate_limit", &platform.blocked), ("kv_session", &platform.sessions)] {
        if let Some(kv) = kv.ok() {
            let up = kv.get("health").await.is_ok();
            healthy &= up;
            checks.insert(check.to_owned(), json!(word(up)));
        }
    }
    if let Some(media) = platform.media.ok() {
        let up = media.head("health").await.is_ok();
        healthy &= up;
        checks.insert("r2_media".to_owned(), json!(word(up)));
    }
    let environment = platform.config.environment;
    let mut body = json!({
        "status": if healthy { "healthy" } else { "degraded" },
        "service": worker.name,
        "worker": worker.name,
        "environment": environment.name(),
        "timestamp": cx.now,
    });
    if let (true, Some(map)) = (signed.is_some() || environment != Environment::Production, body.as_object_mut()) {
        map.insert("version".to_owned(), json!(env!("CARGO_PKG_VERSION")));
        map.insert("checks".to_owned(), json!(checks));
    }
    let status = if healthy { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(body)).into_response()
}

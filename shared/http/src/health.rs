use std::collections::BTreeMap;

use axum::{
    Extension, Json,
    response::{IntoResponse, Response},
};
use codex_edge::{Environment, Statement};
use codex_kernel::Timestamp;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use crate::{Cx, internal::FromWorker, serve::Worker};

const PING: Statement = Statement { sql: "-- http.ping\nSELECT json_build_object('ok', true)", fenced: false };

/// How a worker is.
#[derive(Serialize, JsonSchema)]
pub(crate) struct Health {
    status: Status,
    service: &'static str,
    worker: &'static str,
    environment: &'static str,
    timestamp: Timestamp,
    /// Inside the platform and outside production only.
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<&'static str>,
    /// Each part the worker needs: `database`, `kv_rate_limit`, `kv_session`, `r2_media`. Inside the platform and outside production only.
    #[serde(skip_serializing_if = "Option::is_none")]
    checks: Option<BTreeMap<&'static str, Check>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Status {
    Healthy,
    Degraded,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Check {
    Healthy,
    Unhealthy,
}

impl Check {
    fn of<T, E>(answer: &Result<T, E>) -> Self {
        if answer.is_ok() { Self::Healthy } else { Self::Unhealthy }
    }
}

impl IntoResponse for Health {
    fn into_response(self) -> Response {
        let status = match self.status {
            Status::Healthy => StatusCode::OK,
            Status::Degraded => StatusCode::SERVICE_UNAVAILABLE,
        };
        (status, Json(self)).into_response()
    }
}

/// GET /health: 200 when all this worker needs answers, else 503. Details stay inside the platform.
pub(crate) async fn health(cx: Cx, Extension(worker): Extension<Worker>, signed: Option<Extension<FromWorker>>) -> Health {
    let platform = &cx.platform;
    let mut checks = BTreeMap::new();
    if worker.has_database {
        checks.insert("database", Check::of(&platform.database.one::<serde_json::Value>(&PING, &[]).await));
    }
    for (check, kv) in [("kv_rate_limit", &platform.blocked), ("kv_session", &platform.sessions)] {
        if let Some(kv) = kv.ok() {
            checks.insert(check, Check::of(&kv.get("health").await));
        }
    }
    if let Some(media) = platform.media.ok() {
        checks.insert("r2_media", Check::of(&media.head("health").await));
    }
    let environment = platform.config.environment;
    let told = signed.is_some() || environment != Environment::Production;
    Health {
        status: if checks.values().all(|check| *check == Check::Healthy) { Status::Healthy } else { Status::Degraded },
        service: worker.name,
        worker: worker.name,
        environment: environment.name(),
        timestamp: cx.now,
        version: told.then_some(env!("CARGO_PKG_VERSION")),
        checks: told.then_some(checks),
    }
}

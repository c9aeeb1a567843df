#![allow(missing_docs, reason = "the durable_object macro generates undocumented items")]

use codex_kernel::Result;
use worker::{DurableObject, Env, ObjectNamespace, Request, Response, State, durable_object, send::SendFuture};

use super::{away, glue};
use crate::{Decision, Limit, SlidingWindow};

/// The face of the [`Limiter`] objects: one object per key, wherever in the world the request arrives.
pub struct ExactLimiter(ObjectNamespace);

impl ExactLimiter {
    pub(super) fn new(namespace: ObjectNamespace) -> Self {
        Self(namespace)
    }

    /// Counts one request under `key`, exactly, whatever runs at the same time.
    pub async fn check(&self, key: &str, limit: Limit) -> Result<Decision> {
        SendFuture::new(async {
            let url = format!("https://limiter/?quota={}&window={}", limit.quota, limit.window);
            self.0.get_by_name(key)?.fetch_with_str(&url).await?.json::<Decision>().await
        })
        .await
        .map_err(|error| away("the rate limiter", error))
    }
}

/// The Durable Object that counts: one sliding window, kept in its own storage, forgotten when it has run out.
#[durable_object]
pub struct Limiter {
    state: State,
}

impl DurableObject for Limiter {
    fn new(state: State, _env: Env) -> Self {
        Self { state }
    }

    async fn fetch(&self, request: Request) -> worker::Result<Response> {
        let limit = limit_of(&request)?;
        let sql = self.state.storage().sql();
        sql.exec("CREATE TABLE IF NOT EXISTS sliding_window (id INTEGER PRIMARY KEY, times TEXT NOT NULL)", None)?;
        #[derive(serde::Deserialize)]
        struct Row {
            times: String,
        }
        let rows: Vec<Row> = sql.exec("SELECT times FROM sliding_window WHERE id = 0", None)?.to_array()?;
        let mut window: SlidingWindow = rows.first().and_then(|row| serde_json::from_str(&row.times).ok()).unwrap_or_default();
        // No await between the read and the write: nothing can come between.
        let decision = window.check(limit, worker::Date::now().as_millis());
        if decision.allowed {
            let times = serde_json::to_string(&window)?;
            sql.exec("INSERT OR REPLACE INTO sliding_window VALUES (0, ?)", vec![times.into()])?;
            self.state.storage().set_alarm(std::time::Duration::from_secs(limit.window.into())).await?;
        }
        Response::from_json(&decision)
    }

    async fn alarm(&self) -> worker::Result<Response> {
        self.state.storage().delete_all().await?;
        Response::empty()
    }
}

fn limit_of(request: &Request) -> worker::Result<Limit> {
    let url = request.url()?;
    let number = |name: &str| url.query_pairs().find(|(key, _)| key == name).and_then(|(_, value)| value.parse().ok());
    match (number("quota"), number("window")) {
        (Some(quota), Some(window)) => Ok(Limit { quota, window }),
        _ => Err(worker::Error::RustError("quota and window are wanted".into())),
    }
}

/// The Workers rate-limit bindings: no round trip, counted per location, good enough where money and passwords are not at stake.
pub struct CoarseLimiter(Env);

impl CoarseLimiter {
    pub(super) fn new(env: Env) -> Self {
        Self(env)
    }

    /// Whether one more request under `key` passes the limit called `binding`.
    pub async fn check(&self, binding: &'static str, key: &str) -> Result<bool> {
        let passes = SendFuture::new(glue::passes(self.0.as_ref(), binding, key)).await;
        let passes = passes.map_err(|error| away("the rate limiter", worker::Error::from(error)))?;
        passes.as_bool().ok_or_else(|| codex_kernel::Error::configuration(binding))
    }
}

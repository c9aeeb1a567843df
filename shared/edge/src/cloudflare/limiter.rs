#![allow(missing_docs, reason = "the durable_object macro generates undocumented items")]

use std::cell::Cell;

use codex_kernel::Result;
use worker::{DurableObject, Env, ObjectNamespace, Request, Response, State, durable_object, send::SendFuture};

use super::{away, glue};
use crate::{Decision, Limit, SlidingWindow};

/// Asks an object to forget.
const RESET: &str = "https://limiter/reset";

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

    /// Forgets what was counted under `key`.
    pub async fn reset(&self, key: &str) -> Result<()> {
        SendFuture::new(async { self.0.get_by_name(key)?.fetch_with_str(RESET).await.map(drop) })
            .await
            .map_err(|error| away("the rate limiter", error))
    }

    /// Whether `nonce`, made at the second `sent`, comes for the first time; it is known for `window` seconds from then. A few objects,
    /// known by its first character, remember them all: an object for each would have to be made for each.
    pub async fn once(&self, nonce: &str, sent: i64, window: u32) -> Result<bool> {
        SendFuture::new(async {
            let shard: String = nonce.chars().take(1).collect();
            let mut url = worker::Url::parse("https://limiter/")?;
            let (sent, window) = (sent.to_string(), window.to_string());
            url.query_pairs_mut().append_pair("once", nonce).append_pair("sent", &sent).append_pair("window", &window);
            self.0.get_by_name(&format!("nonces:{shard}"))?.fetch_with_str(url.as_str()).await?.json::<bool>().await
        })
        .await
        .map_err(|error| away("the rate limiter", error))
    }
}

/// Seconds between two sweeps of the nonces that are too old to pass.
const SWEEP_EVERY: u64 = 10;

/// The Durable Object that counts: one sliding window, kept in its own storage, forgotten when it has run out.
#[durable_object]
pub struct Limiter {
    state: State,
    /// When this object last swept its nonces, seconds; 0: not since it woke, and there may be no table yet.
    swept: Cell<u64>,
}

impl DurableObject for Limiter {
    fn new(state: State, _env: Env) -> Self {
        Self { state, swept: Cell::new(0) }
    }

    async fn fetch(&self, request: Request) -> worker::Result<Response> {
        if let Some(nonce) = nonce_of(&request)? {
            return Response::from_json(&self.remember(nonce)?);
        }
        if request.url()?.as_str() == RESET {
            self.state.storage().delete_all().await?;
            return Response::empty();
        }
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

impl Limiter {
    /// Whether `nonce` was not here before. Those that are too old to pass go now and then: the key begins with their time, so that no
    /// other is looked at, and there is one row to write for each and one to delete.
    fn remember(&self, Nonce { text, sent, window }: Nonce) -> worker::Result<bool> {
        let (sql, now) = (self.state.storage().sql(), worker::Date::now().as_millis() / 1000);
        if now >= self.swept.get() + SWEEP_EVERY {
            sql.exec(
                "CREATE TABLE IF NOT EXISTS seen (sent INTEGER, nonce TEXT, PRIMARY KEY (sent, nonce)) WITHOUT ROWID",
                None,
            )?;
            let oldest = i64::try_from(now).unwrap_or(i64::MAX).saturating_sub(window);
            sql.exec("DELETE FROM seen WHERE sent < ?", vec![oldest.into()])?;
            self.swept.set(now);
        }
        let values = vec![sent.into(), text.into()];
        let added = sql.exec("INSERT INTO seen VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING 1 AS added", values)?;
        Ok(!added.to_array::<serde_json::Value>()?.is_empty())
    }
}

/// What may come once.
struct Nonce {
    text: String,
    /// Unix seconds.
    sent: i64,
    /// Seconds from then in which it would pass.
    window: i64,
}

/// The nonce to remember, if that is asked for.
fn nonce_of(request: &Request) -> worker::Result<Option<Nonce>> {
    let url = request.url()?;
    let find = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let number = |name: &str| find(name).and_then(|text| text.parse().ok());
    Ok(find("once").zip(number("sent").zip(number("window"))).map(|(text, (sent, window))| Nonce { text, sent, window }))
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

use std::{
    collections::{BTreeSet, HashMap},
    pin::Pin,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use codex_kernel::{Error, Result};

use crate::{Decision, Limit, PATIENCE, SlidingWindow};
use tokio::sync::watch;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a store in memory can be told to do wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// Every call fails.
    Down,
    /// Writes and deletions are accepted and not seen: another location, within KV's 60 seconds.
    Stale,
}

/// The host's clock, which a test may move forward.
#[derive(Default)]
struct Clock(AtomicI64);

impl Clock {
    fn advance(&self, seconds: i64) {
        self.0.fetch_add(1000 * seconds, Ordering::Relaxed);
    }

    /// Milliseconds.
    fn now(&self) -> Result<i64> {
        Ok(super::now()?.as_millisecond() + self.0.load(Ordering::Relaxed))
    }
}

/// A KV namespace in memory.
#[derive(Default)]
pub struct Kv {
    /// Each with the millisecond when it expires.
    entries: Mutex<HashMap<String, (i64, String)>>,
    fault: Mutex<Fault>,
    clock: Clock,
}

impl Kv {
    /// Time passes.
    pub fn advance(&self, seconds: i64) {
        self.clock.advance(seconds);
    }

    /// From now on, do this wrong.
    pub fn set_fault(&self, fault: Fault) {
        *lock(&self.fault) = fault;
    }

    fn fault(&self) -> Result<Fault> {
        match *lock(&self.fault) {
            Fault::Down => Err(Error::unavailable("the cache", std::io::Error::other("told to fail"))),
            fault => Ok(fault),
        }
    }

    /// The text under `key`, if any.
    pub async fn get(&self, key: &str) -> Result<Option<String>> {
        self.fault()?;
        let now = self.clock.now()?;
        Ok(lock(&self.entries).get(key).filter(|(expiry, _)| *expiry > now).map(|(_, value)| value.clone()))
    }

    /// Stores `value` for `ttl` seconds (60 at least, as KV demands).
    pub async fn put(&self, key: &str, value: &str, ttl: u64) -> Result<()> {
        let expiry = self.clock.now()? + 1000 * i64::try_from(ttl.max(60)).unwrap_or(i64::MAX / 2000);
        if self.fault()? != Fault::Stale {
            lock(&self.entries).insert(key.to_owned(), (expiry, value.to_owned()));
        }
        Ok(())
    }

    /// Forgets `key`.
    pub async fn delete(&self, key: &str) -> Result<()> {
        if self.fault()? != Fault::Stale {
            lock(&self.entries).remove(key);
        }
        Ok(())
    }

    /// All keys.
    pub fn keys(&self) -> Vec<String> {
        lock(&self.entries).keys().cloned().collect()
    }
}

/// One flight for a key in this process.
#[derive(Default)]
pub struct Flights(Mutex<HashMap<String, watch::Sender<Option<String>>>>);

impl Flights {
    /// Whether the caller is to make the text for `key`; else somebody is about to.
    pub fn board(&self, key: &str) -> bool {
        let mut flights = lock(&self.0);
        let free = !flights.contains_key(key);
        if free {
            flights.insert(key.to_owned(), watch::Sender::default());
        }
        free
    }

    /// The text that is being made for `key`; none where that fails.
    pub async fn landing(&self, key: &str) -> Option<String> {
        let mut landing = lock(&self.0).get(key)?.subscribe();
        let text = landing.wait_for(Option::is_some).await.ok()?;
        text.clone()
    }

    /// Hands the text for `key` to those who wait. Whether it was still wanted.
    pub fn land(&self, key: &str, text: Option<&str>) -> bool {
        let Some(flight) = lock(&self.0).remove(key) else { return false };
        if let Some(text) = text {
            flight.send_replace(Some(text.to_owned()));
        }
        true
    }
}

type Answer = Pin<Box<dyn Future<Output = Result<http::Response<Bytes>>> + Send>>;
type Server = Box<dyn Fn(http::Request<Bytes>) -> Answer + Send + Sync>;

/// Outgoing HTTP that a closure of the test answers.
pub struct HttpClient(Server);

impl HttpClient {
    /// Answers every request with `server`.
    pub fn answered_by<F>(server: impl Fn(http::Request<Bytes>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<http::Response<Bytes>>> + Send + 'static,
    {
        Self(Box::new(move |request| Box::pin(server(request))))
    }

    /// Sends `request` to `who`.
    pub async fn send(&self, who: &'static str, request: http::Request<Bytes>) -> Result<http::Response<Bytes>> {
        self.send_within(PATIENCE, who, request).await
    }

    /// The same with a body that streams and is `length` bytes long.
    pub async fn send_stream(
        &self,
        who: &'static str,
        request: http::Request<axum::body::Body>,
        length: u64,
    ) -> Result<http::Response<Bytes>> {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.map_err(|error| Error::unavailable(who, error))?;
        if u64::try_from(body.len()) != Ok(length) {
            return Err(Error::unavailable(who, std::io::Error::other("a body of another length")));
        }
        self.send(who, http::Request::from_parts(parts, body)).await
    }

    /// The same as `send`, waiting no longer than this.
    pub async fn send_within(
        &self,
        patience: Duration,
        who: &'static str,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>> {
        tokio::time::timeout(patience, (self.0)(request)).await.map_err(|late| Error::unavailable(who, late))?
    }
}

/// A queue that nobody reads, in memory.
#[derive(Default)]
pub struct Queue {
    messages: Mutex<Vec<String>>,
    fault: Mutex<Fault>,
}

impl Queue {
    /// From now on, do this wrong.
    pub fn set_fault(&self, fault: Fault) {
        *lock(&self.fault) = fault;
    }

    /// Puts `message` in.
    pub async fn send(&self, message: &str) -> Result<()> {
        if *lock(&self.fault) == Fault::Down {
            return Err(Error::unavailable("the queue", std::io::Error::other("told to fail")));
        }
        lock(&self.messages).push(message.to_owned());
        Ok(())
    }

    /// What was put in so far.
    pub fn messages(&self) -> Vec<String> {
        lock(&self.messages).clone()
    }
}

type Reply = Pin<Box<dyn Future<Output = Result<http::Response<axum::body::Body>>> + Send>>;
type Workers = Box<dyn Fn(&'static str, http::Request<Bytes>) -> Reply + Send + Sync>;

/// Other workers, which run in the test's own process.
pub struct Services {
    workers: Workers,
    fault: Mutex<Fault>,
}

impl Services {
    /// Hands every call to `workers`, with the name of the binding.
    pub fn answered_by<F>(workers: impl Fn(&'static str, http::Request<Bytes>) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<http::Response<axum::body::Body>>> + Send + 'static,
    {
        Self { workers: Box::new(move |binding, request| Box::pin(workers(binding, request))), fault: Mutex::default() }
    }

    /// From now on, do this wrong.
    pub fn set_fault(&self, fault: Fault) {
        *lock(&self.fault) = fault;
    }

    /// Sends `request` to the worker behind `binding`.
    pub async fn call(&self, binding: &'static str, request: http::Request<Bytes>) -> Result<http::Response<axum::body::Body>> {
        if *lock(&self.fault) == Fault::Down {
            return Err(Error::unavailable("another worker", std::io::Error::other("told to fail")));
        }
        (self.workers)(binding, request).await
    }

    /// Passes `request` on to the worker behind `binding` as it came.
    pub async fn pass_on(
        &self,
        binding: &'static str,
        request: http::Request<axum::body::Body>,
    ) -> Result<http::Response<axum::body::Body>> {
        let (parts, body) = request.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.map_err(Error::internal)?;
        self.call(binding, http::Request::from_parts(parts, body)).await
    }
}

/// The exact limiter in memory.
#[derive(Default)]
pub struct ExactLimiter {
    windows: Mutex<HashMap<String, SlidingWindow>>,
    clock: Clock,
}

impl ExactLimiter {
    /// Time passes.
    pub fn advance(&self, seconds: i64) {
        self.clock.advance(seconds);
    }

    /// Counts one request under `key`.
    pub async fn check(&self, key: &str, limit: Limit) -> Result<Decision> {
        let now = u64::try_from(self.clock.now()?).unwrap_or_default();
        Ok(lock(&self.windows).entry(key.to_owned()).or_default().check(limit, now))
    }

    /// Forgets what was counted under `key`.
    pub async fn reset(&self, key: &str) -> Result<()> {
        lock(&self.windows).remove(key);
        Ok(())
    }

    /// Whether `nonce`, made at the second `sent`, comes for the first time; it is known for `window` seconds.
    pub async fn once(&self, nonce: &str, sent: i64, window: u32) -> Result<bool> {
        Ok(self.check(&format!("nonce:{sent}:{nonce}"), Limit { quota: 1, window }).await?.allowed)
    }
}

/// The coarse limiter, which here lets everything pass unless told otherwise.
pub struct CoarseLimiter {
    bound: BTreeSet<String>,
    closed: Mutex<bool>,
}

impl CoarseLimiter {
    /// With the limits whose bindings are named.
    pub fn bound_to(bound: BTreeSet<String>) -> Self {
        Self { bound, closed: Mutex::default() }
    }

    /// From now on, refuse.
    pub fn close(&self) {
        *lock(&self.closed) = true;
    }

    /// Whether one more request passes.
    pub async fn check(&self, binding: &'static str, _key: &str) -> Result<bool> {
        if !self.bound.contains(binding) {
            return Err(Error::configuration(binding));
        }
        Ok(!*lock(&self.closed))
    }
}

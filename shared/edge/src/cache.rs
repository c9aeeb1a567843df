//! Answers that may be a little old, kept in a KV namespace for everybody.
//!
//! ```ignore
//! let ages = Ages { fresh: 30, stale: 60 };
//! let (text, outcome) = platform.cache.get_or_set(&background, "prices:all", ages, now, async move { read(&platform).await }).await?;
//! ```
//!
//! Within `fresh` seconds the stored text is the answer. Within `stale` more it still is, while one request of this isolate fetches
//! the next one after its answer has left. Past that, or where nothing is stored, one request of this isolate makes the text and
//! whoever asks meanwhile waits for it. Nothing older than the two together is ever answered: the text carries the time it was
//! made at, so that KV's own delay (up to 60 seconds between locations) counts too. While KV is away every request makes its own.
//! What was read is believed for a second without another read: a crowd at one page costs an isolate one read a second.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use codex_kernel::{Result, Timestamp};
use sha2::{Digest, Sha256};

use crate::{Background, Binding, Flights, Kv, Recent};

/// For how long a text is answered, seconds.
#[derive(Clone, Copy, Debug)]
pub struct Ages {
    /// Without further ado.
    pub fresh: u32,
    /// After that, while the next one is fetched.
    pub stale: u32,
}

/// How an answer came about, for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was stored and fresh.
    Hit,
    /// It was stored, and is being renewed.
    Stale,
    /// It was made.
    Miss,
    /// It was made, because KV is away.
    Error,
}

impl Outcome {
    /// Its word in the log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Stale => "stale",
            Self::Miss => "miss",
            Self::Error => "error",
        }
    }
}

/// Under which key the web worker keeps the page at `path` of the tenant `site` for strangers. Whoever changes what the page shows
/// forgets it there.
pub fn page_key(site: &str, path: &str) -> String {
    format!("page:{site}:{}", URL_SAFE_NO_PAD.encode(Sha256::digest(path)))
}

/// Under which key workers with pages keep the look of the tenant `slug`. Whoever changes it forgets it there.
pub fn brand_key(slug: &str) -> String {
    format!("brand:{slug}")
}

/// A KV namespace as a cache. Clones are the same cache.
#[derive(Clone)]
pub struct Cache(Arc<Parts>);

/// How long a text is answered from this isolate's memory, seconds.
const REMEMBERED: i64 = 1;

struct Parts {
    kv: Binding<Kv>,
    recent: Recent,
    flights: Flights,
}

impl Cache {
    /// Over `kv`.
    pub fn new(kv: Binding<Kv>) -> Self {
        Self(Arc::new(Parts { kv, recent: Recent::new(REMEMBERED), flights: Flights::default() }))
    }

    /// The namespace itself, for tests and health.
    pub fn kv(&self) -> &Binding<Kv> {
        &self.0.kv
    }

    /// The text under `key`, with the second it was stored at.
    pub async fn get(&self, key: &str) -> Result<Option<(i64, String)>> {
        Ok(self.0.kv.get()?.get(key).await?.and_then(|stored| parsed(&stored)))
    }

    /// The same, or what it was within the last second.
    async fn recall(&self, key: &str, now: Timestamp) -> Result<Option<(i64, String)>> {
        if let Some(stored) = self.0.recent.get(key, now) {
            return Ok(parsed(&stored));
        }
        let stored = self.0.kv.get()?.get(key).await?;
        if let Some(stored) = &stored {
            self.0.recent.put(key, stored, now);
        }
        Ok(stored.and_then(|stored| parsed(&stored)))
    }

    /// Stores `text` for `ttl` seconds (KV keeps everything for 60 at least).
    pub async fn set(&self, key: &str, text: &str, ttl: u32, now: Timestamp) -> Result<()> {
        let stored = format!("{}:{text}", now.as_second());
        self.0.recent.put(key, &stored, now);
        self.0.kv.get()?.put(key, &stored, ttl.into()).await
    }

    /// Forgets `key`; what is being made for it is not stored any more.
    pub async fn delete(&self, key: &str) -> Result<()> {
        self.0.flights.land(key, None);
        self.0.recent.forget(key);
        self.0.kv.get()?.delete(key).await
    }

    /// Forgets all `keys`, as far as KV lets it; the first failure.
    pub async fn delete_many(&self, keys: &[String]) -> Result<()> {
        let mut outcome = Ok(());
        for key in keys {
            outcome = outcome.and(self.delete(key).await);
        }
        outcome
    }

    /// The text under `key`, or what `make` makes of it.
    pub async fn get_or_set(
        &self,
        background: &Background,
        key: &str,
        ages: Ages,
        now: Timestamp,
        make: impl Future<Output = Result<String>> + Send + 'static,
    ) -> Result<(String, Outcome)> {
        let stored = self.recall(key, now).await;
        let age = |at: i64| now.as_second().saturating_sub(at);
        let away = stored.is_err();
        if let Ok(Some((at, text))) = stored {
            if age(at) < ages.fresh.into() {
                return Ok((text, Outcome::Hit));
            }
            if age(at) < i64::from(ages.fresh) + i64::from(ages.stale) {
                if self.0.flights.board(key) {
                    let (cache, key) = (self.clone(), key.to_owned());
                    background.spawn(async move {
                        // Nobody waits for it; the next request tries again.
                        let _ = cache.fly(None, &key, ages, now, make).await;
                    });
                }
                return Ok((text, Outcome::Stale));
            }
        }
        if away {
            return Ok((make.await?, Outcome::Error));
        }
        if !self.0.flights.board(key)
            && let Some(text) = self.0.flights.landing(key).await
        {
            return Ok((text, Outcome::Miss));
        }
        Ok((self.fly(Some(background), key, ages, now, make).await?, Outcome::Miss))
    }

    /// Makes the text, hands it to those who wait and stores it: after the answer, where there is one to wait for.
    async fn fly(
        &self,
        background: Option<&Background>,
        key: &str,
        ages: Ages,
        now: Timestamp,
        make: impl Future<Output = Result<String>>,
    ) -> Result<String> {
        let made = make.await;
        if !self.0.flights.land(key, made.as_deref().ok()) {
            return made;
        }
        let text = made?;
        let (cache, key, ttl) = (self.clone(), key.to_owned(), ages.fresh.saturating_add(ages.stale));
        let stored = text.clone();
        // A cache: if it cannot be written, the next request makes its own.
        let store = async move { drop(cache.set(&key, &stored, ttl, now).await) };
        match background {
            Some(background) => background.spawn(store),
            None => store.await,
        }
        Ok(text)
    }
}

/// The second that a text was stored at, and the text.
fn parsed(stored: &str) -> Option<(i64, String)> {
    let (at, text) = stored.split_once(':')?;
    Some((at.parse().ok()?, text.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use codex_kernel::Error;
    use tokio::sync::Notify;

    use super::*;
    use crate::Fault;

    const AGES: Ages = Ages { fresh: 10, stale: 20 };

    fn cache() -> Cache {
        Cache::new(Binding::new("CACHE_KV", Some(Kv::default())))
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_000_000 + second).unwrap()
    }

    /// The answer, once what goes on behind it is done.
    async fn ask(cache: &Cache, second: i64, text: &'static str) -> (String, Outcome) {
        let background = Background::default();
        let answer = cache.get_or_set(&background, "key", AGES, at(second), async move { Ok(text.to_owned()) }).await.unwrap();
        background.done().await;
        answer
    }

    #[tokio::test]
    async fn an_answer_ages() {
        let cache = cache();
        assert_eq!(ask(&cache, 0, "one").await, ("one".to_owned(), Outcome::Miss));
        assert_eq!(ask(&cache, 9, "two").await, ("one".to_owned(), Outcome::Hit));
        assert_eq!(ask(&cache, 10, "two").await, ("one".to_owned(), Outcome::Stale));
        assert_eq!(ask(&cache, 19, "three").await, ("two".to_owned(), Outcome::Hit), "its age counts from when it was made");
        assert_eq!(
            ask(&cache, 40, "three").await,
            ("three".to_owned(), Outcome::Miss),
            "nothing older than fresh and stale together"
        );
        cache.delete_many(&["other".to_owned(), "key".to_owned()]).await.unwrap();
        assert_eq!(ask(&cache, 41, "four").await.1, Outcome::Miss);
    }

    #[tokio::test]
    async fn one_flight_for_a_key() {
        let (cache, made, go) = (cache(), Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let background = Background::default();
        let asks = (0..50).map(|_| {
            let (made, go) = (made.clone(), go.clone());
            cache.get_or_set(&background, "key", AGES, at(0), async move {
                made.fetch_add(1, Ordering::Relaxed);
                go.notified().await;
                Ok("text".to_owned())
            })
        });
        let mut asks: Vec<_> = asks.map(Box::pin).collect();
        // All are under way before the first may land.
        for ask in &mut asks {
            assert!(std::future::poll_fn(|cx| std::task::Poll::Ready(ask.as_mut().poll(cx).is_pending())).await);
        }
        go.notify_waiters();
        for ask in asks {
            assert_eq!(ask.await.unwrap().0, "text");
        }
        assert_eq!(made.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn who_waits_for_a_failure_tries_alone() {
        let (cache, go, background) = (cache(), Arc::new(Notify::new()), Background::default());
        let wait = go.clone();
        let failing = async move {
            wait.notified().await;
            Err(Error::not_found("text"))
        };
        let mut first = Box::pin(cache.get_or_set(&background, "key", AGES, at(0), failing));
        let mut second = Box::pin(cache.get_or_set(&background, "key", AGES, at(0), async { Ok("text".to_owned()) }));
        assert!(std::future::poll_fn(|cx| std::task::Poll::Ready(first.as_mut().poll(cx).is_pending())).await);
        assert!(std::future::poll_fn(|cx| std::task::Poll::Ready(second.as_mut().poll(cx).is_pending())).await);
        go.notify_waiters();
        assert!(first.await.is_err());
        assert_eq!(second.await.unwrap().0, "text");
    }

    #[tokio::test]
    async fn what_is_deleted_meanwhile_is_not_stored() {
        let (cache, go, background) = (cache(), Arc::new(Notify::new()), Background::default());
        let wait = go.clone();
        let old = async move {
            wait.notified().await;
            Ok("old".to_owned())
        };
        let mut reading = Box::pin(cache.get_or_set(&background, "key", AGES, at(0), old));
        assert!(std::future::poll_fn(|cx| std::task::Poll::Ready(reading.as_mut().poll(cx).is_pending())).await);
        cache.delete("key").await.unwrap();
        go.notify_waiters();
        assert_eq!(reading.await.unwrap().0, "old");
        background.done().await;
        assert_eq!(ask(&cache, 0, "new").await.0, "new");
    }

    #[tokio::test]
    async fn without_kv_everybody_makes_their_own() {
        let cache = cache();
        cache.kv().get().unwrap().set_fault(Fault::Down);
        assert_eq!(ask(&cache, 0, "one").await, ("one".to_owned(), Outcome::Error));
        assert_eq!(ask(&cache, 0, "two").await, ("two".to_owned(), Outcome::Error));
        assert!(cache.delete_many(&["key".to_owned()]).await.is_err());
    }
}

//! Locks and counters that are the same everywhere at once: on a Durable Object each, because KV, which is behind itself by up to a
//! minute, can hold neither.
//!
//! ```ignore
//! let coordinator = platform.coordinator.get()?;
//! if let Some(lease) = coordinator.lock("nightly", 60).await? {
//!     work(&platform).await;
//!     coordinator.unlock(&lease).await?;
//! }
//! let visitors = coordinator.add("visitors", 1).await?;
//! ```
//!
//! A lock is a lease: who dies with it has only borrowed it. Each grant has a larger number than the one before, so that what a late holder
//! still writes can be told from what its successor wrote. The object that keeps it has one thread, which decides between all who ask at
//! once; [`Lock`] and [`Ask`] are what it does, as pure functions of the time.

use codex_kernel::Result;
use serde::{Deserialize, Serialize};

use crate::Coordinator;

/// The right to do something alone, for a while.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lease {
    /// Of what.
    pub name: String,
    /// Larger than that of every lease of it before.
    pub number: u64,
}

/// What one object remembers of one name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// Of the latest lease.
    number: u64,
    /// When the latest lease ends, Unix milliseconds; past where nobody holds it.
    until: u64,
    count: i64,
}

/// What is asked of it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Ask {
    /// A lease of so many seconds.
    Lock(u32),
    /// So many seconds more, from now, for who holds this lease.
    Renew(u64, u32),
    /// The end of this lease.
    Unlock(u64),
    /// This added to the counter.
    Add(i64),
    /// The counter from nothing again.
    Reset,
}

impl Coordinator {
    /// A lease of `name` for `seconds`; none while somebody else has one.
    pub async fn lock(&self, name: &str, seconds: u32) -> Result<Option<Lease>> {
        let number = self.ask(name, Ask::Lock(seconds)).await?.and_then(|number| u64::try_from(number).ok());
        Ok(number.map(|number| Lease { name: name.to_owned(), number }))
    }

    /// Keeps a lease for `seconds` more, from now; false where it has ended, and perhaps is somebody else's.
    pub async fn renew(&self, lease: &Lease, seconds: u32) -> Result<bool> {
        Ok(self.ask(&lease.name, Ask::Renew(lease.number, seconds)).await?.is_some())
    }

    /// Ends a lease before its time; false where it had ended.
    pub async fn unlock(&self, lease: &Lease) -> Result<bool> {
        Ok(self.ask(&lease.name, Ask::Unlock(lease.number)).await?.is_some())
    }

    /// Adds `amount`, which may be less than nothing, to the counter `name`; what it comes to. Adding nothing reads it.
    pub async fn add(&self, name: &str, amount: i64) -> Result<i64> {
        Ok(self.ask(name, Ask::Add(amount)).await?.unwrap_or_default())
    }

    /// Lets the counter `name` begin from nothing.
    pub async fn reset(&self, name: &str) -> Result<()> {
        self.ask(name, Ask::Reset).await.map(drop)
    }
}

impl Kept {
    /// Does it, at `now` (milliseconds): the number of the lease, what was counted, or nothing where it is somebody else's.
    pub(crate) fn answer(&mut self, ask: Ask, now: u64) -> Option<i64> {
        let end = |seconds: u32| now.saturating_add(1000 * u64::from(seconds));
        let held = self.until > now;
        match ask {
            Ask::Lock(_) if held => return None,
            Ask::Lock(seconds) => {
                (self.number, self.until) = (self.number.saturating_add(1), end(seconds));
                return i64::try_from(self.number).ok();
            }
            Ask::Renew(number, _) | Ask::Unlock(number) if !held || number != self.number => return None,
            Ask::Renew(_, seconds) => self.until = end(seconds),
            Ask::Unlock(_) => self.until = 0,
            Ask::Add(amount) => self.count = self.count.saturating_add(amount),
            Ask::Reset => self.count = 0,
        }
        Some(self.count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holds_it_until_they_let_go_or_their_time_is_over() {
        let mut kept = Kept::default();
        assert_eq!(kept.answer(Ask::Lock(10), 0), Some(1));
        assert_eq!(kept.answer(Ask::Lock(10), 9_999), None);
        assert!(kept.answer(Ask::Renew(1, 10), 9_999).is_some());
        assert_eq!(kept.answer(Ask::Lock(10), 19_998), None, "ten seconds from when it was renewed");
        assert_eq!(kept.answer(Ask::Lock(10), 19_999), Some(2), "and then it is free");
        assert_eq!(kept.answer(Ask::Unlock(1), 20_000), None, "the late holder lets go of nothing");
        assert_eq!(kept.answer(Ask::Renew(1, 10), 20_000), None, "nor takes it back");
        assert!(kept.answer(Ask::Unlock(2), 20_000).is_some());
        assert_eq!(kept.answer(Ask::Unlock(2), 20_000), None);
        assert_eq!(kept.answer(Ask::Lock(10), 20_001), Some(3));
    }

    #[cfg(not(target_arch = "wasm32"))]
    #[tokio::test]
    async fn of_fifty_at_once_one_holds_it_and_all_are_counted() {
        let coordinator = std::sync::Arc::new(Coordinator::default());
        let tasks: Vec<_> = (0..50)
            .map(|_| {
                let coordinator = coordinator.clone();
                tokio::spawn(async move {
                    coordinator.add("visits", 1).await.unwrap();
                    coordinator.lock("work", 60).await.unwrap()
                })
            })
            .collect();
        let mut leases = Vec::new();
        for task in tasks {
            leases.extend(task.await.unwrap());
        }
        let [lease] = leases.try_into().unwrap();
        assert_eq!((coordinator.add("visits", 0).await.unwrap(), coordinator.add("work", 0).await.unwrap()), (50, 0));
        assert!(coordinator.renew(&lease, 60).await.unwrap() && coordinator.unlock(&lease).await.unwrap());
        assert!(!coordinator.renew(&lease, 60).await.unwrap() && !coordinator.unlock(&lease).await.unwrap());
        let next = coordinator.lock("work", 60).await.unwrap().unwrap();
        assert!(next.number > lease.number);
        coordinator.reset("visits").await.unwrap();
        assert_eq!(coordinator.add("visits", 0).await.unwrap(), 0);
        coordinator.set_fault(crate::Fault::Down);
        assert_eq!(coordinator.lock("work", 60).await.unwrap_err().code, "SERVICE_UNAVAILABLE");
    }

    #[test]
    fn every_addition_counts() {
        let mut kept = Kept::default();
        assert_eq!([1, 2, -5, 0].map(|amount| kept.answer(Ask::Add(amount), 0)), [Some(1), Some(3), Some(-2), Some(-2)]);
        assert_eq!((kept.answer(Ask::Reset, 0), kept.answer(Ask::Add(i64::MAX), 0)), (Some(0), Some(i64::MAX)));
        assert_eq!(kept.answer(Ask::Add(1), 0), Some(i64::MAX), "it does not begin anew");
    }
}

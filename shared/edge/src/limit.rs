use serde::{Deserialize, Serialize};

/// So many in so long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// Requests allowed within any window.
    pub quota: u32,
    /// Length of the window, seconds.
    pub window: u32,
}

/// What a limiter says of one more request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Whether it may pass; if so it was counted.
    pub allowed: bool,
    /// How many more may pass now.
    pub remaining: u32,
    /// Seconds until the next one may pass (denied) or the oldest is forgotten (allowed).
    pub reset_after: u64,
}

/// The times of the requests of the last window. Exact, and small because limits that need exactness are small.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SlidingWindow {
    times: Vec<u64>,
}

impl SlidingWindow {
    /// Counts one request at `now` (milliseconds) if `limit` allows it.
    pub fn check(&mut self, limit: Limit, now: u64) -> Decision {
        let window = u64::from(limit.window) * 1000;
        self.times.retain(|time| time + window > now);
        let taken = u32::try_from(self.times.len()).unwrap_or(u32::MAX);
        let allowed = taken < limit.quota;
        if allowed {
            self.times.push(now);
        }
        let oldest = self.times.first().copied().unwrap_or(now);
        Decision {
            allowed,
            remaining: limit.quota.saturating_sub(taken + u32::from(allowed)),
            reset_after: (oldest + window).saturating_sub(now).div_ceil(1000),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_window_holds_at_most_the_quota() {
        let limit = Limit { quota: 2, window: 10 };
        let mut window = SlidingWindow::default();
        assert_eq!(window.check(limit, 0), Decision { allowed: true, remaining: 1, reset_after: 10 });
        assert!(window.check(limit, 9_000).allowed);
        assert_eq!(window.check(limit, 9_500), Decision { allowed: false, remaining: 0, reset_after: 1 });
        assert!(window.check(limit, 10_000).allowed, "the first is forgotten");
        assert!(!window.check(limit, 10_001).allowed, "the second is not");
    }
}

use codex_edge::{Limit, Platform};
use codex_kernel::{Error, Result};

use crate::Context;

/// What is counted, and how exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limited {
    /// 5 in 15 minutes, exact.
    Login,
    /// 10 in 15 minutes, exact.
    Register,
    /// 3 an hour, exact: what sends mail to somebody.
    Mail,
    /// 20 a minute, exact: checkout and other writes that cost.
    Costly,
    /// 100 a minute, by the Workers binding.
    Api,
    /// 60 a minute, by the Workers binding.
    Streaming,
    /// 1,000 a minute, by the Workers binding.
    Webhook,
}

enum Counter {
    /// A Durable Object per key: exact under any concurrency.
    Exact(Limit),
    /// A rate-limit binding, which holds the numbers itself.
    Coarse(&'static str, Limit),
}

impl Limited {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Register => "register",
            Self::Mail => "mail",
            Self::Costly => "costly",
            Self::Api => "api",
            Self::Streaming => "streaming",
            Self::Webhook => "webhook",
        }
    }

    fn counter(self) -> Counter {
        let limit = |quota, window| Limit { quota, window };
        match self {
            Self::Login => Counter::Exact(limit(5, 900)),
            Self::Register => Counter::Exact(limit(10, 900)),
            Self::Mail => Counter::Exact(limit(3, 3600)),
            Self::Costly => Counter::Exact(limit(20, 60)),
            Self::Api => Counter::Coarse("API_LIMIT", limit(100, 60)),
            Self::Streaming => Counter::Coarse("STREAMING_LIMIT", limit(60, 60)),
            Self::Webhook => Counter::Coarse("WEBHOOK_LIMIT", limit(1000, 60)),
        }
    }

    /// The quota and window unless configured otherwise.
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) fn default(self) -> Limit {
        match self.counter() {
            Counter::Exact(limit) | Counter::Coarse(_, limit) => limit,
        }
    }

    /// The quota and window in force: `LIMITS` (JSON, `{"login": [quota, seconds]}`) overrides the exact ones.
    fn configured(self, platform: &Platform, default: Limit) -> Limit {
        let overrides = platform.config.find("LIMITS").and_then(|json| serde_json::from_str::<serde_json::Value>(json).ok());
        let number = |index| {
            let value = overrides.as_ref()?.get(self.name())?.get(index)?.as_u64()?;
            u32::try_from(value).ok()
        };
        Limit { quota: number(0).unwrap_or(default.quota), window: number(1).unwrap_or(default.window) }
    }
}

/// Counts one request of `who` ("address", "user", "account") named `key`; an error when that is too many.
///
/// The list of the blocked in KV spares the Durable Object the rest of a burst. When a counter cannot be reached the
/// request passes: an outage of the limiter must not be an outage of the platform, and passwords stay slow to guess.
///
/// What is left, where the count is exact and known.
pub async fn enforce(cx: &Context, limited: Limited, who: &'static str, key: &str) -> Result<Option<Standing>> {
    let name = format!("{}:{who}:{key}", limited.name());
    match limited.counter() {
        Counter::Coarse(binding, limit) => match cx.platform.coarse.check(binding, &name).await {
            Ok(false) => Err(Standing { limited, who, limit, remaining: 0, reset_after: u64::from(limit.window) }.refusal()),
            Err(error) if error.code == "CONFIGURATION_ERROR" => Err(error),
            _ => Ok(None),
        },
        Counter::Exact(limit) => {
            let limit = limited.configured(&cx.platform, limit);
            let standing = |remaining, reset_after| Standing { limited, who, limit, remaining, reset_after };
            let blocked = cx.platform.blocked.get()?;
            let now = cx.now.as_second();
            if let Ok(Some(until)) = blocked.get(&name).await
                && let Ok(until) = until.parse::<i64>()
                && until > now
            {
                return Err(standing(0, u64::try_from(until - now).unwrap_or_default()).refusal());
            }
            let Ok(decision) = cx.platform.limiter.get()?.check(&name, limit).await else { return Ok(None) };
            if decision.allowed {
                return Ok(Some(standing(decision.remaining, decision.reset_after)));
            }
            let until = now.saturating_add(i64::try_from(decision.reset_after).unwrap_or_default());
            // A cache: if it cannot be written the Durable Object still knows.
            let _ = blocked.put(&name, &until.to_string(), decision.reset_after).await;
            Err(standing(0, decision.reset_after).refusal())
        }
    }
}

/// How somebody stands with a limit, for the `RateLimit` headers.
#[derive(Clone, Copy, Debug)]
pub struct Standing {
    limited: Limited,
    who: &'static str,
    limit: Limit,
    remaining: u32,
    reset_after: u64,
}

impl Standing {
    fn refusal(self) -> Error {
        Error::rate_limited(self.reset_after.max(1)).because(self)
    }

    /// Which limit, and what it counts.
    pub(crate) fn names(&self) -> [(&'static str, String); 2] {
        [("limit", self.limited.name().to_owned()), ("counts", self.who.to_owned())]
    }

    /// `RateLimit-Policy` and `RateLimit`, as draft-ietf-httpapi-ratelimit-headers writes them.
    pub(crate) fn headers(&self) -> [(&'static str, String); 2] {
        let name = self.limited.name();
        [
            ("ratelimit-policy", format!("\"{name}\";q={};w={}", self.limit.quota, self.limit.window)),
            ("ratelimit", format!("\"{name}\";r={};t={}", self.remaining, self.reset_after.max(1))),
        ]
    }
}

impl std::fmt::Display for Standing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "limit {} reached", self.limited.name())
    }
}

impl std::error::Error for Standing {}

//! The platform, and the only shared crate that names it: configuration, database, KV, R2, outgoing HTTP, limits, work after
//! the answer. Two halves with one face: `cloudflare` on wasm32 in workerd, `native` elsewhere, for tests.

use std::{ops::Deref, sync::Arc};

pub mod assets;
mod bucket;
mod cache;
mod config;
#[cfg(feature = "coordination")]
mod coordination;
mod limit;
mod normal;
pub mod presign;
mod recent;
mod sigv4;
mod sql;

#[cfg(target_arch = "wasm32")]
mod cloudflare;
#[cfg(target_arch = "wasm32")]
pub use cloudflare::*;

#[cfg(not(target_arch = "wasm32"))]
mod native;
#[cfg(not(target_arch = "wasm32"))]
pub use native::*;

use std::collections::BTreeSet;

pub use cache::{Ages, Cache, Outcome, brand_key, page_key};
use codex_kernel::{Error, Result, Timestamp, UserId};
pub use config::{Config, Environment};
#[cfg(feature = "coordination")]
pub use coordination::Lease;
pub use limit::{Decision, Limit, SlidingWindow};
pub use normal::{NormalForm, normalized};
pub use recent::Recent;
pub use sql::{DatabaseError, OnBehalf, OnConstraint, Param, Statement};
#[doc(hidden)]
pub use sql::{bare, bare_length};
use uuid::Uuid;

/// How long whoever is asked over HTTP may take to answer, unless said otherwise.
pub(crate) const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// What R2 says of an object without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectHead {
    /// Bytes.
    pub size: u64,
    /// The strong validator, unquoted.
    pub etag: String,
}

/// An object in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Where it is.
    pub key: String,
    /// When it was written.
    pub uploaded: Timestamp,
}

/// The most objects that R2 lists, or deletes, at once.
pub const LIST: usize = 1000;

/// A binding that this worker may lack; using a missing one is a configuration error that names it.
pub struct Binding<T> {
    name: &'static str,
    value: Option<T>,
}

impl<T> Binding<T> {
    /// A binding called `name`, present or not.
    pub fn new(name: &'static str, value: Option<T>) -> Self {
        Self { name, value }
    }

    /// The binding, or an error naming it.
    pub fn get(&self) -> Result<&T> {
        self.value.as_ref().ok_or_else(|| Error::configuration(self.name))
    }

    /// The binding where there is one.
    pub fn ok(&self) -> Option<&T> {
        self.value.as_ref()
    }
}

/// Everything one worker can reach.
pub struct Platform {
    /// Postgres, on behalf of whom the platform is used for.
    pub database: Database,
    /// The request it is used for, if one: the id that logs carry, those of other workers, too.
    pub request_id: Option<Uuid>,
    reach: Arc<Reach>,
}

impl Platform {
    /// `reach` and `database`, for work that nobody asked for.
    pub fn new(database: Database, reach: Reach) -> Self {
        Self { database, request_id: None, reach: Arc::new(reach) }
    }

    /// The same platform for one request, where fenced statements touch what `caller` may touch and nothing else.
    pub fn on_behalf_of(&self, caller: Option<UserId>, request_id: Uuid) -> Self {
        let database = self.database.on_behalf(OnBehalf::Of(caller));
        Self { database, request_id: Some(request_id), reach: self.reach.clone() }
    }
}

impl Deref for Platform {
    type Target = Reach;

    fn deref(&self) -> &Reach {
        &self.reach
    }
}

/// A platform but for its database. Built once per isolate; all its parts may be used by any request.
pub struct Reach {
    /// Variables and secrets.
    pub config: Config,
    /// `AUTH_SESSION_KV`: sessions by token hash.
    pub sessions: Binding<Kv>,
    /// The sessions of the last seconds, in this isolate's memory.
    pub recent_sessions: Recent,
    /// `RATE_LIMIT_KV`: who is blocked, until when.
    pub blocked: Binding<Kv>,
    /// `CACHE_KV`: answers that may be a little old.
    pub cache: Cache,
    /// `MEDIA_BUCKET`.
    pub media: Binding<Bucket>,
    /// `ASSETS_BUCKET`: pictures for everybody.
    pub assets: Binding<Bucket>,
    /// Outgoing HTTP.
    pub http: HttpClient,
    /// `MAIL_QUEUE`: tells the notifications worker that mail waits.
    pub mail_queue: Binding<Queue>,
    /// `LIMITER`: exact limits, on a Durable Object.
    pub limiter: Binding<ExactLimiter>,
    /// `COORDINATOR`: locks and counters, on Durable Objects.
    #[cfg(feature = "coordination")]
    pub coordinator: Binding<Coordinator>,
    /// The Workers rate-limit bindings: cheap, counted per location.
    pub coarse: CoarseLimiter,
    /// Service bindings to other workers.
    pub services: Services,
    /// The names of the bindings there are.
    pub bound: BTreeSet<String>,
}

impl Platform {
    /// Whether there is a variable, a secret or a binding called `name`.
    pub fn has(&self, name: &str) -> bool {
        self.config.find(name).is_some() || self.bound.contains(name)
    }
}

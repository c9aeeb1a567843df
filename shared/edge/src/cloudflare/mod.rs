//! The half that runs in workerd. JavaScript promises are not `Send`; each is wrapped here, once, so that nothing above knows.

#[cfg(feature = "coordination")]
mod coordinator;
mod database;
mod event;
mod glue;
mod http;
mod limiter;
mod queue;
mod storage;

use codex_kernel::{Error, Result};
#[cfg(feature = "coordination")]
pub use coordinator::{Coordination, Coordinator};
pub use database::Database;
pub use event::{Answered, RawRequest, answer, receive};
pub use http::{HttpClient, Services};
pub use limiter::{CoarseLimiter, ExactLimiter, Limiter};
pub use queue::Queue;
pub use storage::{Bucket, Flights, Kv};
use wasm_bindgen::JsValue;
use worker::js_sys;
pub use worker::{Context as Event, Env};

use crate::{Binding, Cache, Config, NormalForm, Platform, Reach, Recent};

/// An error of the platform as one of ours: whatever is away now may be back soon.
pub(crate) fn away(who: &'static str, error: impl std::fmt::Display) -> Error {
    Error::unavailable(who, std::io::Error::other(error.to_string()))
}

impl Platform {
    /// Reads bindings, variables and secrets from `env`. What is missing is reported when it is first used.
    pub fn from_env(env: &Env) -> Self {
        let entries = js_sys::Object::entries(env.unchecked_ref_object());
        let strings = entries.iter().filter_map(|entry| {
            let entry: js_sys::Array = entry.into();
            Some((entry.get(0).as_string()?, entry.get(1).as_string()?))
        });
        let config = Config::new(strings);
        let objects = entries.iter().map(|entry| js_sys::Array::from(&entry)).filter(|entry| entry.get(1).is_object());
        let bound = objects.filter_map(|entry| entry.get(0).as_string()).collect();
        let kv = |name| Binding::new(name, Some(binding(env, name)).filter(JsValue::is_object).map(Kv::new));
        let bucket = |name| Binding::new(name, env.bucket(name).ok().map(Bucket::new));
        let database = Database::new(&config, env);
        let reach = Reach {
            sessions: kv("AUTH_SESSION_KV"),
            recent_sessions: Recent::default(),
            blocked: kv("RATE_LIMIT_KV"),
            cache: Cache::new(kv("CACHE_KV")),
            media: bucket("MEDIA_BUCKET"),
            assets: bucket("ASSETS_BUCKET"),
            http: HttpClient,
            mail_queue: Binding::new("MAIL_QUEUE", Some(binding(env, "MAIL_QUEUE")).filter(JsValue::is_object).map(Queue::new)),
            limiter: Binding::new("LIMITER", env.durable_object("LIMITER").ok().map(ExactLimiter::new)),
            #[cfg(feature = "coordination")]
            coordinator: Binding::new("COORDINATOR", env.durable_object("COORDINATOR").ok().map(Coordinator::new)),
            coarse: CoarseLimiter::new(env.clone()),
            services: Services::new(env.clone()),
            bound,
            config,
        };
        Self::new(database, reach)
    }
}

/// A binding as JavaScript has it.
fn binding(env: &Env, name: &str) -> JsValue {
    js_sys::Reflect::get(env.as_ref(), &JsValue::from(name)).unwrap_or_default()
}

/// The bindings object as the plain JavaScript object it is.
trait EnvObject {
    fn unchecked_ref_object(&self) -> &js_sys::Object;
}

impl EnvObject for Env {
    fn unchecked_ref_object(&self) -> &js_sys::Object {
        wasm_bindgen::JsCast::unchecked_ref(AsRef::<wasm_bindgen::JsValue>::as_ref(self))
    }
}

/// Work that goes on after the answer was sent.
#[derive(Clone)]
pub struct Background(std::sync::Arc<worker::Context>);

impl Background {
    /// Tied to the event that `context` belongs to.
    pub fn new(context: worker::Context) -> Self {
        Self(std::sync::Arc::new(context))
    }

    /// Runs `work` without keeping the answer waiting.
    pub fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.0.wait_until(work);
    }
}

/// `text` in `form`, by the JavaScript engine.
pub(crate) fn normalize(text: &str, form: NormalForm) -> String {
    let form = match form {
        NormalForm::Nfc => "NFC",
        NormalForm::Nfkc => "NFKC",
    };
    glue::normalize(text, form)
}

/// Writes one line to the worker's log.
pub fn log(line: &str, error: bool) {
    if error {
        worker::console_error!("{line}");
    } else {
        worker::console_log!("{line}");
    }
}

/// The clock of the host; in workerd it stands still between I/O.
pub fn now() -> Result<codex_kernel::Timestamp> {
    let millis = i64::try_from(worker::Date::now().as_millis()).unwrap_or(i64::MAX);
    codex_kernel::Timestamp::from_millisecond(millis).map_err(Error::internal)
}

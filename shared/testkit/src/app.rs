use std::{
    collections::{BTreeSet, HashMap},
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
};

use axum::{body::Body, extract::Request};
use bytes::Bytes;
use codex_edge::{
    Background, Binding, Cache, CoarseLimiter, Config, Database, HttpClient, Platform, Reach, Recent, Services, now,
};
use codex_http::{Api, App, serve};
use codex_kernel::{Error, Result, Timestamp};
use http::Method;
use serde_json::{Value, json};
use tokio_postgres::NoTls;
use uuid::Uuid;

use crate::{Call, database::fresh_database};

/// Keeps what is logged.
fn recorder(lines: Arc<Mutex<Vec<String>>>) -> impl Fn(&str, bool) {
    move |line, _| lines.lock().unwrap().push(line.to_owned())
}

/// What a worker may be bound to.
const BINDINGS: [&str; 21] = [
    "AUTH_SESSION_KV",
    "RATE_LIMIT_KV",
    "CACHE_KV",
    "MEDIA_BUCKET",
    "ASSETS_BUCKET",
    "MAIL_QUEUE",
    "LIMITER",
    "COORDINATOR",
    "API_LIMIT",
    "STREAMING_LIMIT",
    "WEBHOOK_LIMIT",
    "HASHER",
    "AUTH",
    "CONTENT_API",
    "ECOM_API",
    "IDENTITY_API",
    "MEDIA_API",
    "ORGANIZATION_API",
    "STUDIO",
    "ADMIN_API",
    "NOTIFICATIONS_API",
];

/// Everything in memory but the database at `url`. It is bound to what `requires` names and to nothing else, so that a test fails
/// where the worker's code uses a binding that its list does not have.
fn platform(requires: &[&str], config: Config, url: &str, http: HttpClient, services: Services) -> Platform {
    fn bind<T: Default>(requires: &[&str], name: &'static str) -> Binding<T> {
        Binding::new(name, requires.contains(&name).then(T::default))
    }
    let bound: BTreeSet<String> = BINDINGS.into_iter().filter(|name| requires.contains(name)).map(str::to_owned).collect();
    let reach = Reach {
        config,
        sessions: bind(requires, "AUTH_SESSION_KV"),
        recent_sessions: Recent::default(),
        blocked: bind(requires, "RATE_LIMIT_KV"),
        cache: Cache::new(bind(requires, "CACHE_KV")),
        media: bind(requires, "MEDIA_BUCKET"),
        assets: bind(requires, "ASSETS_BUCKET"),
        http,
        mail_queue: bind(requires, "MAIL_QUEUE"),
        limiter: bind(requires, "LIMITER"),
        coordinator: bind(requires, "COORDINATOR"),
        coarse: CoarseLimiter::bound_to(bound.clone()),
        services,
        bound,
    };
    Platform::new(Database::connect(url).unwrap(), reach)
}

/// What calls nobody outside.
fn nowhere() -> HttpClient {
    HttpClient::answered_by(|request| async move { panic!("nobody is at {}", request.uri()) })
}

/// The hasher is always there; other workers are where a test puts them beside.
async fn no_worker(binding: &'static str, _request: http::Request<Bytes>) -> Result<http::Response<Body>> {
    Err(Error::configuration(binding))
}

/// The machine's time, and so many seconds more.
fn moved(ahead: &AtomicI64) -> Timestamp {
    Timestamp::from_millisecond(now().unwrap().as_millisecond() + 1000 * ahead.load(Ordering::Relaxed)).unwrap()
}

/// The answer, once the work behind it is done, too: what a test looks at next is what is left in the end.
async fn settled(app: &App, request: Request, now: Timestamp, log: impl Fn(&str, bool)) -> http::Response<Body> {
    let background = Background::default();
    let response = serve(app, request, background.clone(), now, log).await;
    background.done().await;
    response
}

/// A worker's API on a database of its own.
pub struct TestApp {
    app: App,
    /// Every log line so far.
    pub log: Arc<Mutex<Vec<String>>>,
    /// Every log line of the hasher, which runs beside.
    pub hasher_log: Arc<Mutex<Vec<String>>>,
    /// Every request that left for the outside world: mails, Stripe calls.
    pub sent: Arc<Mutex<Vec<(String, String)>>>,
    /// What the outside world answers, by the end of the address; else an id for a mail and `{}`.
    pub answers: Arc<Mutex<Vec<(String, Value)>>>,
    keys: Arc<Mutex<Vec<String>>>,
    outside: Arc<Mutex<Option<Outside>>>,
    /// What it does wrong, by the end of the address, before it answers.
    pub faults: Arc<Mutex<Vec<(String, OutsideFault)>>>,
    /// Another app may share it.
    pub database_url: String,
    /// How far its clock is ahead of the machine's, seconds.
    ahead: Arc<AtomicI64>,
    beside: Beside,
}

/// Other workers by the name of their binding.
type Beside = Arc<Mutex<HashMap<&'static str, Arc<TestApp>>>>;

/// An outside world of the test's own: status and body of its answer, where it has one.
type Outside = Box<dyn FnMut(&http::Request<Bytes>) -> Option<(u16, Value)> + Send>;

/// What the outside world can be told to do wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OutsideFault {
    /// Answers this, with nothing done.
    Says(u16, &'static str),
    /// Does as it was asked, and then says this.
    DoesAndSays(u16, &'static str),
    /// Does as it was asked, and never says so.
    Silent,
}

impl TestApp {
    /// `api` on a new database, configured as in development.
    pub async fn new(api: Api) -> Self {
        Self::on(api, fresh_database().await, &[])
    }

    /// `api` on the database at `url`, with `changes` to the configuration.
    pub fn on(api: Api, url: String, changes: &[(&str, &str)]) -> Self {
        let sent: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
        let answers: Arc<Mutex<Vec<(String, Value)>>> = Arc::default();
        let faults: Arc<Mutex<Vec<(String, OutsideFault)>>> = Arc::default();
        let outside: Arc<Mutex<Option<Outside>>> = Arc::default();
        let (record, prepared, wrong, beyond) = (sent.clone(), answers.clone(), faults.clone(), outside.clone());
        let keys: Arc<Mutex<Vec<String>>> = Arc::default();
        let used = keys.clone();
        let http = HttpClient::answered_by(move |request| {
            let own = beyond.lock().unwrap().as_mut().and_then(|answer| answer(&request));
            let body = String::from_utf8_lossy(request.body()).into_owned();
            let uri = request.uri().to_string();
            let key = request.headers().get("idempotency-key").and_then(|key| key.to_str().ok()).map(str::to_owned);
            let answer_of = prepared.lock().unwrap().iter().find(|(end, _)| uri.ends_with(end)).map(|(_, answer)| answer.clone());
            let otherwise = if uri.ends_with("/emails") { json!({ "id": Uuid::new_v4() }) } else { json!({}) };
            let fault = wrong.lock().unwrap().iter().find(|(end, _)| uri.ends_with(end)).map(|(_, fault)| fault.clone());
            if !matches!(fault, Some(OutsideFault::Says(..))) {
                record.lock().unwrap().push((uri, body));
                used.lock().unwrap().extend(key);
            }
            async move {
                // It takes its time, in which whoever waits may die.
                tokio::task::yield_now().await;
                let answer =
                    |status: u16, body: String| Ok(http::Response::builder().status(status).body(Bytes::from(body)).unwrap());
                match fault {
                    None => {
                        let (status, body) = own.unwrap_or_else(|| (200, answer_of.unwrap_or(otherwise)));
                        answer(status, body.to_string())
                    }
                    Some(OutsideFault::Says(status, text) | OutsideFault::DoesAndSays(status, text)) => {
                        answer(status, text.to_owned())
                    }
                    Some(OutsideFault::Silent) => std::future::pending().await,
                }
            }
        });
        let defaults = [
            ("ENVIRONMENT", "development"),
            ("BASE_DOMAIN", "localhost"),
            ("WEB_APP_URL", "http://localhost:3000"),
            ("AUTH_URL", "http://localhost:42069"),
            ("ASSETS_URL", "http://assets.test"),
            ("IMAGE_TRANSFORMATIONS", "off"),
            ("CONTENT_API_URL", "http://localhost:4001"),
            ("SESSION_SECRET", "a session secret for tests only"),
            ("WORKER_SHARED_SECRET", "a worker secret for tests only"),
            ("NOTIFICATIONS_URL", "http://localhost:42075"),
            ("MAIL_API_URL", "http://mail.test/emails"),
            ("MAIL_API_KEY", "key"),
            ("MAIL_FROM", "Codex <no-reply@localhost>"),
            ("STRIPE_SECRET_KEY", "sk_test"),
            ("STRIPE_WEBHOOK_SECRET_BOOKING", "whsec_test"),
            ("STRIPE_WEBHOOK_SECRET_PAYMENT", "whsec_payment"),
            ("STRIPE_WEBHOOK_SECRET_SUBSCRIPTION", "whsec_subscription"),
            ("STRIPE_WEBHOOK_SECRET_CUSTOMER", "whsec_customer"),
            ("STRIPE_WEBHOOK_SECRET_CONNECT", "whsec_connect"),
            ("STRIPE_WEBHOOK_SECRET_DISPUTE", "whsec_dispute"),
            ("TRANSCODING_WEBHOOK_SECRET", "transcoding secret"),
            ("TRANSCODER_URL", "http://transcoder.test"),
            ("MEDIA_API_URL", "http://localhost:4002"),
            ("R2_ENDPOINT", "http://r2.test"),
            ("R2_BUCKET_NAME", "media"),
            ("R2_ACCESS_KEY_ID", "id"),
            ("R2_SECRET_ACCESS_KEY", "secret"),
        ];
        let values =
            || Config::new(defaults.iter().chain(changes).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let hasher = {
            let api = codex_hasher::api();
            let platform = platform(api.requires(), values(), &url, nowhere(), Services::answered_by(no_worker));
            App::new(api, platform)
        };
        let (hasher, hasher_log) = (Arc::new(hasher), Arc::<Mutex<Vec<String>>>::default());
        let (lines, ahead) = (hasher_log.clone(), Arc::new(AtomicI64::new(0)));
        let clock = ahead.clone();
        let beside = Beside::default();
        let others = beside.clone();
        let requires = api.requires();
        let services = Services::answered_by(move |binding, request| {
            let (hasher, lines, now) = (hasher.clone(), lines.clone(), moved(&clock));
            let other = others.lock().unwrap().get(binding).cloned();
            async move {
                // The kit itself makes people, and so hashes, in the name of any worker.
                if binding != "HASHER" && !requires.contains(&binding) {
                    return no_worker(binding, request).await;
                }
                match (other, binding) {
                    (Some(other), _) => Ok(settled(&other.app, request.map(Body::from), now, recorder(other.log.clone())).await),
                    (None, "HASHER") => Ok(settled(&hasher, request.map(Body::from), now, recorder(lines)).await),
                    (None, other) => no_worker(other, request).await,
                }
            }
        });
        let platform = platform(requires, values(), &url, http, services);
        Self {
            app: App::new(api, platform),
            log: Arc::default(),
            hasher_log,
            sent,
            answers,
            outside,
            faults,
            keys,
            database_url: url,
            ahead,
            beside,
        }
    }

    /// With `api` on the same database, called over the service binding `binding`; its app.
    pub fn beside(&self, binding: &'static str, api: Api, changes: &[(&str, &str)]) -> Arc<Self> {
        let other = Arc::new(Self::on(api, self.database_url.clone(), changes));
        self.beside.lock().unwrap().insert(binding, other.clone());
        other
    }

    /// What the worker runs on, with its faults.
    pub fn platform(&self) -> &Arc<Platform> {
        self.app.platform()
    }

    /// From now on `answer` answers in the outside world's place, where it has something to say: for what must remember.
    pub fn outside(&self, answer: impl FnMut(&http::Request<Bytes>) -> Option<(u16, Value)> + Send + 'static) {
        *self.outside.lock().unwrap() = Some(Box::new(answer));
    }

    /// The idempotency keys of what was done so far, in order.
    pub fn idempotency_keys(&self) -> Vec<String> {
        self.keys.lock().unwrap().clone()
    }

    /// Its time: the machine's, and what [`TestApp::advance`] added.
    pub fn now(&self) -> Timestamp {
        moved(&self.ahead)
    }

    /// Time passes, for what arrives from now on and for what is kept in memory.
    pub fn advance(&self, seconds: i64) {
        self.ahead.fetch_add(seconds, Ordering::Relaxed);
        let platform = self.platform();
        for kv in [&platform.sessions, &platform.blocked, platform.cache.kv()].into_iter().filter_map(Binding::ok) {
            kv.advance(seconds);
        }
        if let Some(limiter) = platform.limiter.ok() {
            limiter.advance(seconds);
        }
    }

    async fn database(&self) -> tokio_postgres::Client {
        let (client, connection) = tokio_postgres::connect(&self.database_url, NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    /// Runs SQL of the test's own.
    pub async fn execute(&self, sql: &str) {
        self.database().await.batch_execute(sql).await.unwrap();
    }

    /// The one text that a query of the test's own finds.
    pub async fn text(&self, sql: &str) -> String {
        self.database().await.query_one(sql, &[]).await.unwrap().get(0)
    }

    /// How many rows there are: `count("purchases WHERE status = 'paid'")`.
    pub async fn count(&self, from: &str) -> i64 {
        self.database().await.query_one(&format!("SELECT count(*) FROM {from}"), &[]).await.unwrap().get(0)
    }

    /// What it answers to `request` that arrives now, or then.
    pub(crate) async fn answer(&self, request: Request, at: Option<Timestamp>) -> http::Response<Body> {
        settled(&self.app, request, at.unwrap_or_else(|| self.now()), recorder(self.log.clone())).await
    }

    /// A `GET`.
    pub fn get(&self, path: &str) -> Call<'_> {
        self.call(Method::GET, path)
    }

    /// A `POST`.
    pub fn post(&self, path: &str) -> Call<'_> {
        self.call(Method::POST, path)
    }

    /// Any method.
    pub fn call(&self, method: Method, path: &str) -> Call<'_> {
        let request = http::Request::builder().method(method).uri(format!("http://localhost{path}")).body(Body::empty()).unwrap();
        Call::new(self, request)
    }
}

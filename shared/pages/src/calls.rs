//! The one place that talks to the other workers: signed, in the name of whoever the page is for.

use std::{borrow::Cow, pin::Pin};

use axum::{
    body::Body,
    http::{HeaderValue, Method, StatusCode, header},
};
use bytes::Bytes;
use codex_http::{Freshness, RawBody, internal};
use codex_kernel::{Error, Issue, Kind, Result};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    Listed, Visit,
    decode::{self, decoded},
};

/// Who is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worker {
    /// Accounts and sessions.
    Auth,
    /// Content and media.
    Content,
    /// What is sold.
    Ecom,
    /// Profiles.
    Identity,
    /// Tenants and their members.
    Organization,
    /// Figures, customers, activity.
    Admin,
    /// Transcoding.
    Media,
    /// Mail and its templates.
    Notifications,
}

impl Worker {
    fn binding(self) -> &'static str {
        match self {
            Self::Auth => "AUTH",
            Self::Content => "CONTENT_API",
            Self::Ecom => "ECOM_API",
            Self::Identity => "IDENTITY_API",
            Self::Organization => "ORGANIZATION_API",
            Self::Admin => "ADMIN_API",
            Self::Media => "MEDIA_API",
            Self::Notifications => "NOTIFICATIONS_API",
        }
    }
}

/// What another worker did.
pub struct Done {
    /// Cookies for the browser.
    pub cookies: Vec<HeaderValue>,
    /// The answer's body.
    pub body: Bytes,
}

impl Done {
    /// The body as what it is expected to be.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T> {
        decoded(&self.body)
    }

    /// What stands in the body under `data`.
    pub fn data<T: DeserializeOwned>(&self) -> Result<T> {
        decode::data(&self.body)
    }
}

/// Why another worker did not do what it was asked.
#[derive(Debug, Default)]
pub struct Refusal {
    status: StatusCode,
    /// Stable, for programs.
    pub code: String,
    /// For people.
    pub message: String,
    /// What is wrong with the input, by field.
    pub issues: Vec<Issue>,
    retry_after: Option<u64>,
}

impl Refusal {
    /// What is wrong with a field that only this worker reads.
    pub fn at(field: &str, message: &str) -> Self {
        let issues = vec![Issue { path: field.to_owned(), message: message.to_owned() }];
        Self { status: StatusCode::BAD_REQUEST, issues, ..Self::default() }
    }

    /// The same, with what is wrong with `field` told of the field `shown` of the form.
    pub fn told_at(mut self, field: &str, shown: &str) -> Self {
        for issue in self.issues.iter_mut().filter(|issue| issue.path == field) {
            shown.clone_into(&mut issue.path);
        }
        self
    }

    /// Whether it was the thing's state that did not allow it.
    pub fn is_about_state(&self) -> bool {
        matches!(self.status.as_u16(), 409 | 412 | 422)
    }

    /// Whether the person can do something about it: what they sent was wrong, taken, too much or too often.
    pub fn is_theirs(&self) -> bool {
        matches!(self.status.as_u16(), 400 | 401 | 403 | 409 | 412 | 413 | 415 | 422 | 429)
    }
}

/// As an error of this worker's own. What it says is for people already.
impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        let (kind, code) = match refusal.status.as_u16() {
            401 => (Kind::Unauthenticated, "UNAUTHORIZED"),
            403 => (Kind::Forbidden, "FORBIDDEN"),
            404 => (Kind::NotFound, "NOT_FOUND"),
            429 => (Kind::RateLimited, "RATE_LIMITED"),
            503 => (Kind::Unavailable, "SERVICE_UNAVAILABLE"),
            400..=499 => (Kind::Invalid, "VALIDATION_ERROR"),
            _ => (Kind::Internal, "INTERNAL_ERROR"),
        };
        let code_there = std::io::Error::other(refusal.code);
        Self { issues: refusal.issues, retry_after: refusal.retry_after, ..Self::new(kind, code, Cow::Owned(refusal.message)) }
            .because(code_there)
    }
}

/// The envelope of a failure.
#[derive(Deserialize)]
struct Envelope {
    error: Problem,
}

#[derive(Deserialize)]
struct Problem {
    code: String,
    message: String,
    #[serde(default)]
    details: Details,
}

#[derive(Default, Deserialize)]
struct Details {
    #[serde(default)]
    issues: Vec<Told>,
}

#[derive(Deserialize)]
struct Told {
    path: String,
    message: String,
}

impl Visit {
    /// Asks `worker`, with JSON; its answer as it came.
    pub async fn ask(&self, worker: Worker, method: Method, path: &str, body: Bytes) -> Result<http::Response<Body>> {
        self.call(worker, request(method, path, body)?).await
    }

    /// Who asks was proven by this page's policy, and as freshly as that did.
    async fn call(&self, worker: Worker, mut request: http::Request<Bytes>) -> Result<http::Response<Body>> {
        if worker == Worker::Auth {
            request.headers_mut().extend(self.browser.clone());
        }
        internal::sign(&self.cx, self.caller.as_ref(), self.freshness, &mut request)?;
        self.cx.platform.services.call(worker.binding(), request).await
    }

    /// Asks `worker` to do something.
    pub async fn send(&self, worker: Worker, method: Method, path: &str, body: &Value) -> Result<Result<Done, Refusal>> {
        let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
        outcome(self.ask(worker, method, path, body).await?).await
    }

    /// The same, if the thing's `version` is still this.
    pub async fn send_version(
        &self,
        worker: Worker,
        method: Method,
        path: &str,
        body: &Value,
        version: &str,
    ) -> Result<Result<Done, Refusal>> {
        let version =
            HeaderValue::from_str(&format!("\"{version}.\"")).map_err(|_| Error::invalid_at("version", "must be a number"))?;
        let mut request = request(method, path, Bytes::from(body.to_string()))?;
        request.headers_mut().insert(header::IF_MATCH, version);
        outcome(self.call(worker, request).await?).await
    }

    /// The same with a file.
    pub async fn send_file(&self, worker: Worker, method: Method, path: &str, file: Bytes) -> Result<Result<Done, Refusal>> {
        let mut request = request(method, path, file)?;
        request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        outcome(self.call(worker, request).await?).await
    }

    /// What `worker` has at `path`, as JSON text.
    pub async fn text(&self, worker: Worker, path: &str) -> Result<String> {
        String::from_utf8(self.fetch(worker, path).await?.into()).map_err(Error::internal)
    }

    /// What `worker` answers at `path`; its refusal becomes this page's. Boxed: compiled once, and not once for each type.
    fn fetch<'a>(&'a self, worker: Worker, path: &'a str) -> Pin<Box<dyn Future<Output = Result<Bytes>> + Send + 'a>> {
        Box::pin(async move { Ok(self.send(worker, Method::GET, path, &Value::Null).await??.body) })
    }

    /// What `worker` answers at `path`.
    pub async fn get<T: DeserializeOwned>(&self, worker: Worker, path: &str) -> Result<T> {
        decoded(&self.fetch(worker, path).await?)
    }

    /// The single thing that `worker` has at `path`.
    pub async fn one<T: DeserializeOwned>(&self, worker: Worker, path: &str) -> Result<T> {
        decode::data(&self.fetch(worker, path).await?)
    }

    /// The page of a list that `worker` has at `path`.
    pub async fn list<T: DeserializeOwned>(&self, worker: Worker, path: &str) -> Result<Listed<T>> {
        decode::list(&self.fetch(worker, path).await?)
    }

    /// What `worker` has at `path`; for a page that is kept for strangers, not what the worker keeps of it: ages would add up.
    pub async fn get_new<T: DeserializeOwned>(&self, worker: Worker, path: &str) -> Result<T> {
        let mut request = request(Method::GET, path, Bytes::new())?;
        if self.caller.is_none() {
            request.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        }
        outcome(self.call(worker, request).await?).await??.read()
    }

    /// Whether the session was read from the database for this page.
    pub fn is_fresh(&self) -> bool {
        self.freshness == Freshness::Database
    }
}

fn request(method: Method, path: &str, body: Bytes) -> Result<http::Request<Bytes>> {
    let mut request = http::Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = format!("https://worker{path}").parse().map_err(Error::internal)?;
    if !request.body().is_empty() {
        request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    Ok(request)
}

/// What an answer says was done, or why it was not.
async fn outcome(response: http::Response<Body>) -> Result<Result<Done, Refusal>> {
    let (parts, body) = response.into_parts();
    let RawBody(body) = RawBody::read(body).await?;
    if parts.status.is_success() {
        let cookies = parts.headers.get_all(header::SET_COOKIE).iter().cloned().collect();
        return Ok(Ok(Done { cookies, body }));
    }
    let retry_after = parts.headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
    let Ok(Envelope { error: Problem { code, message, details } }) = decoded(&body) else {
        return Err(Error::bad_gateway("Another worker", format!("{} without an envelope", parts.status)));
    };
    let issues = details.issues.into_iter().map(|Told { path, message }| Issue { path, message }).collect();
    Ok(Err(Refusal { status: parts.status, code, message, issues, retry_after }))
}

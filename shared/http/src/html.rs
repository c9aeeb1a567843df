//! What a worker whose callers are people needs beyond JSON: forms as browsers send them, and failures as pages.

use std::{collections::BTreeMap, pin::Pin};

use axum::{
    extract::{FromRequest, Request},
    http::request::Parts,
    response::Response,
};
use codex_kernel::{Error, Kind, Result};
use http::header;

use crate::{Cx, Failure, extract::read_body};

/// The fields of an HTML form (`application/x-www-form-urlencoded`); of one that came twice, the last. What they must look like
/// is for whoever is asked with them to say, because a form that is refused is shown again as it was filled in.
#[derive(Clone, Debug, Default)]
pub struct Form(BTreeMap<String, String>);

impl Form {
    /// Whether it has such a field.
    pub fn has(&self, field: &str) -> bool {
        self.0.contains_key(field)
    }

    /// What was typed into `field`; nothing where there is no such field.
    pub fn text(&self, field: &str) -> &str {
        self.0.get(field).map_or("", String::as_str)
    }
}

impl FromIterator<(String, String)> for Form {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(fields: T) -> Self {
        Self(fields.into_iter().collect())
    }
}

impl<S: Sync> FromRequest<S> for Form {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        form_of(request).await
    }
}

/// Boxed: compiled once, and not once into each handler.
fn form_of(request: Request) -> Pin<Box<dyn Future<Output = Result<Form, Failure>> + Send>> {
    Box::pin(async move {
        let sent = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !sent.split(';').next().is_some_and(|name| name.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")) {
            return Err(Error::new(Kind::UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", "Send a form").into());
        }
        let body = read_body(request.into_body()).await?;
        Ok(Form(serde_urlencoded::from_bytes(&body).map_err(|_| Error::invalid_at("", "must be a form"))?))
    })
}

/// A request that failed: its head, and what it was handled with.
pub struct Asked {
    /// What it was handled with.
    pub cx: Cx,
    /// Its method, address and headers.
    pub parts: Parts,
}

/// Makes the page that says what failed; none where the caller is a program and wants the envelope.
pub type FailurePage = fn(Asked, Failure) -> Pin<Box<dyn Future<Output = Option<Response>> + Send>>;

//! Conditional requests (RFC 9110, section 13): what a client knows already is not sent again, and what it does not know is not
//! overwritten.

use std::marker::PhantomData;

use axum::{
    extract::FromRequestParts,
    http::request::Parts,
    response::{IntoResponse, Response},
};
use codex_kernel::Error;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{Failure, envelope::Wrapped};

/// 200 `{"data": T}` with an `ETag` that begins with how often the thing was changed, for [`IfMatch`] to name.
pub struct Versioned<T> {
    /// The thing.
    pub data: T,
    /// How often it was changed.
    pub version: i64,
}

impl<T: Serialize> IntoResponse for Versioned<T> {
    fn into_response(self) -> Response {
        match json_text(&Wrapped { data: self.data }) {
            Ok(json) => tagged(&format!("{}.", self.version), json, "private, no-cache"),
            Err(error) => Failure::from(error).into_response(),
        }
    }
}

/// An answer that is JSON text already, perhaps written for somebody else; `T` is what it holds.
pub struct Ready<T> {
    json: String,
    cache: &'static str,
    by_visitor: bool,
    holds: PhantomData<fn() -> T>,
}

impl<T> Ready<T> {
    /// The same for everybody; to be asked for again each time, so that no browser shows what is gone.
    pub fn for_all(json: String) -> Self {
        Self { json, cache: "public, no-cache", by_visitor: false, holds: PhantomData }
    }

    /// For whoever asked; to be asked for again each time, which costs little where nothing changed.
    pub fn for_one(json: String) -> Self {
        Self { json, cache: "private, no-cache", by_visitor: true, holds: PhantomData }
    }

    /// The same address answers some people differently.
    pub fn by_visitor(self) -> Self {
        Self { by_visitor: true, ..self }
    }
}

impl<T> IntoResponse for Ready<T> {
    fn into_response(self) -> Response {
        let mut response = tagged("", self.json, self.cache);
        if self.by_visitor {
            response.headers_mut().append(header::VARY, HeaderValue::from_static("cookie"));
        }
        response
    }
}

/// `value` as JSON text.
pub fn json_text(value: &impl Serialize) -> codex_kernel::Result<String> {
    serde_json::to_string(value).map_err(Error::internal)
}

/// The `ETag` of a `text`: `prefix`, and a hash of all that is sent.
pub fn etag(prefix: &str, text: &str) -> String {
    let hash = Sha256::digest(text);
    let hash = hash.iter().take(8).fold(0_u64, |hash, byte| hash << 8 | u64::from(*byte));
    format!("\"{prefix}{hash:016x}\"")
}

/// `json` with the rule for caches and an `ETag`.
pub(crate) fn tagged(prefix: &str, json: String, cache: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (header::CACHE_CONTROL, cache.to_owned()),
        (header::ETAG, etag(prefix, &json)),
    ];
    (headers, json).into_response()
}

/// Whether the client has what `response` would bring; `If-None-Match` compares weakly.
pub(crate) fn is_known(request: &HeaderMap, response: &Response) -> bool {
    let Some(tag) = response.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok()) else { return false };
    response.status() == StatusCode::OK
        && tags(request, &header::IF_NONE_MATCH).any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}

/// 304, with what a 200 would have said of the body.
pub(crate) fn not_modified(mut response: Response) -> Response {
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    *response.body_mut() = axum::body::Body::empty();
    response.headers_mut().remove(header::CONTENT_TYPE);
    response.headers_mut().remove(header::CONTENT_LENGTH);
    response
}

fn tags<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).iter().filter_map(|value: &HeaderValue| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(str::trim)
}

/// Which versions the client read and is willing to change: those that `If-Match` names, or any where it is absent or `*`.
pub struct IfMatch(Option<Vec<i64>>);

impl IfMatch {
    /// The versions; `None` is any.
    pub fn versions(&self) -> Option<&[i64]> {
        self.0.as_deref()
    }
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        if !parts.headers.contains_key(header::IF_MATCH) || tags(&parts.headers, &header::IF_MATCH).any(|tag| tag == "*") {
            return Ok(Self(None));
        }
        // A weak tag never matches, and what is no tag of ours matches nothing.
        let version = |tag: &str| tag.strip_prefix('"')?.split('.').next()?.parse().ok();
        Ok(Self(Some(tags(&parts.headers, &header::IF_MATCH).filter_map(version).collect())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(value: Option<&str>) -> Option<Vec<i64>> {
        let mut request = http::Request::new(());
        if let Some(value) = value {
            request.headers_mut().insert(header::IF_MATCH, value.parse().unwrap());
        }
        let (mut parts, ()) = request.into_parts();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(IfMatch::from_request_parts(&mut parts, &())).ok().unwrap().0
    }

    #[test]
    fn versions_are_what_strong_tags_begin_with() {
        assert_eq!(versions(None), None);
        assert_eq!(versions(Some("*")), None);
        assert_eq!(versions(Some("\"7.00ff\", \"8.11\"")), Some(vec![7, 8]));
        assert_eq!(versions(Some("W/\"7.00ff\", nonsense, \"x.1\"")), Some(vec![]));
    }

    #[test]
    fn what_is_known_is_known_by_its_tag() {
        let response = tagged("7.", "{}".to_owned(), "no-cache");
        let tag = response.headers()[header::ETAG].to_str().unwrap().to_owned();
        let known = |value: &str| {
            let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, value.parse().unwrap())]);
            is_known(&headers, &response)
        };
        assert!(known(&tag) && known(&format!("\"a\", W/{tag}")) && known("*"));
        assert!(!known("\"7.0\"") && !known("") && !known(&tag[1..]));
        assert_ne!(tagged("7.", "{ }".to_owned(), "").headers()[header::ETAG], tag.as_str());
    }
}

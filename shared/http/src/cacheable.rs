use std::marker::PhantomData;

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode, header};

/// 200 `{"data": T}` that browsers and caches may keep, written already; 304 to whoever has it.
pub struct Cacheable<T> {
    json: String,
    etag: String,
    seconds: u32,
    is_known: bool,
    of: PhantomData<fn() -> T>,
}

impl<T> Cacheable<T> {
    /// `json` under its validator `etag` (quoted), good for `seconds`, for a request with `headers`.
    pub fn new(json: String, etag: String, seconds: u32, headers: &HeaderMap) -> Self {
        let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        let is_known = known.flat_map(|list| list.split(',')).map(str::trim).any(|tag| {
            // If-None-Match compares weakly (RFC 9110, 13.1.2).
            tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag
        });
        Self { json, etag, seconds, is_known, of: PhantomData }
    }
}

impl<T> IntoResponse for Cacheable<T> {
    fn into_response(self) -> Response {
        let headers = [(header::ETAG, self.etag), (header::CACHE_CONTROL, format!("public, max-age={}", self.seconds))];
        if self.is_known {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        (headers, [(header::CONTENT_TYPE, "application/json")], self.json).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_has_it_is_not_sent_it_again() {
        let status = |known: &str| {
            let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, known.parse().unwrap())]);
            Cacheable::<u8>::new("{}".to_owned(), "\"a\"".to_owned(), 60, &headers).into_response().status()
        };
        for known in ["\"a\"", "W/\"a\"", "\"b\", \"a\"", "*"] {
            assert_eq!(status(known), StatusCode::NOT_MODIFIED, "{known}");
        }
        for known in ["\"b\"", "a", ""] {
            assert_eq!(status(known), StatusCode::OK, "{known}");
        }
    }
}

//! A `fetch` event to and from the types of the `http` crate. The `worker` crate would make a stream of every body.

use axum::body::{Body, HttpBody, to_bytes};
use http::{HeaderName, HeaderValue, Request, Uri};
use worker::worker_sys::web_sys;

use super::glue;

/// A request as the host gives it.
pub type RawRequest = web_sys::Request;
/// What an event ends with; an error is an answer of the host's own, without an envelope.
pub type Answered = worker::Result<web_sys::Response>;

/// The request that arrived; its body streams. An address that is none of HTTP's becomes one that no route has.
pub fn receive(raw: &RawRequest) -> worker::Result<Request<Body>> {
    let (method, url, headers): (String, String, Vec<(String, String)>) = serde_json::from_str(&glue::head(raw))?;
    let body = raw.body().map_or_else(Body::empty, |stream| Body::new(worker::Body::new(stream)));
    let mut request = Request::new(body);
    *request.method_mut() = method.parse().map_err(as_error)?;
    *request.uri_mut() = url.parse().unwrap_or_else(|_| Uri::from_static("/unreadable-address"));
    for (name, value) in &headers {
        // What `http` cannot hold, no handler of ours reads.
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value.as_bytes())) {
            request.headers_mut().append(name, value);
        }
    }
    Ok(request)
}

/// The response on its way. A body that is there is handed over whole; any other streams.
pub async fn answer(response: http::Response<Body>) -> Answered {
    let Some(length) = response.body().size_hint().exact() else {
        return worker::Response::try_from(response).map(Into::into);
    };
    let (parts, body) = response.into_parts();
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers: Vec<(&str, String)> = parts.headers.iter().map(|(name, value)| (name.as_str(), text(value))).collect();
    let body = if length == 0 { None } else { Some(to_bytes(body, usize::MAX).await.map_err(as_error)?.to_vec()) };
    Ok(glue::respond(parts.status.as_u16(), &serde_json::to_string(&headers)?, body)?)
}

fn as_error(error: impl std::fmt::Display) -> worker::Error {
    worker::Error::RustError(error.to_string())
}

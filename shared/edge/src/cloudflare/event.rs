//! A `fetch` event to and from the types of the `http` crate. The `worker` crate would make a stream of every body.

use axum::body::{Body, HttpBody, to_bytes};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Uri, header::CONTENT_LENGTH};
use wasm_bindgen::JsCast;
use worker::{js_sys, send::SendFuture, worker_sys::web_sys};

use super::glue;

/// A request as the host gives it.
pub type RawRequest = web_sys::Request;
/// What an event ends with; an error is an answer of the host's own, without an envelope.
pub type Answered = worker::Result<web_sys::Response>;

/// The longest body that is taken over in one piece, bytes: half the crossings, and memory that is needed anyway.
const WHOLE: u64 = 64 * 1024;

/// Headers that have few values: an answer in JSON has almost always the same.
const STEADY: [&str; 9] = [
    "content-security-policy",
    "content-type",
    "cache-control",
    "permissions-policy",
    "referrer-policy",
    "strict-transport-security",
    "vary",
    "x-content-type-options",
    "x-frame-options",
];

/// The request that arrived. A body that says it is short comes whole, any other streams; neither is touched before it is asked for. An address that is none of HTTP's becomes one that no route has.
pub fn receive(raw: &RawRequest) -> worker::Result<Request<Body>> {
    let (method, url, headers): (String, String, Vec<(String, String)>) = serde_json::from_str(&glue::head(raw))?;
    let mut request = Request::new(Body::empty());
    *request.method_mut() = method.parse().map_err(as_error)?;
    *request.uri_mut() = url.parse().unwrap_or_else(|_| Uri::from_static("/unreadable-address"));
    for (name, value) in &headers {
        // What `http` cannot hold, no handler of ours reads.
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value.as_bytes())) {
            request.headers_mut().append(name, value);
        }
    }
    *request.body_mut() = body(raw, request.headers());
    Ok(request)
}

fn body(raw: &RawRequest, headers: &HeaderMap) -> Body {
    let length = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_none_or(|length| length > WHOLE) {
        return raw.body().map_or_else(Body::empty, |stream| Body::new(worker::Body::new(stream)));
    }
    let raw = Clone::clone(raw);
    let whole = SendFuture::new(async move {
        let bytes = glue::bytes(&raw).await.map_err(worker::Error::from)?;
        Ok::<_, worker::Error>(Bytes::from(bytes.unchecked_into::<js_sys::Uint8Array>().to_vec()))
    });
    Body::from_stream(futures_util::stream::once(whole))
}

/// The response on its way. A body that is there is handed over whole; any other streams.
pub async fn answer(response: http::Response<Body>) -> Answered {
    let Some(length) = response.body().size_hint().exact() else {
        return worker::Response::try_from(response).map(Into::into);
    };
    let (parts, body) = response.into_parts();
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let pairs = parts.headers.iter().map(|(name, value)| (name, text(value)));
    let (steady, own): (Vec<_>, Vec<_>) =
        pairs.map(|(name, value)| (name.as_str(), value)).partition(|(name, _)| STEADY.contains(name));
    let body = if length == 0 { None } else { Some(to_bytes(body, usize::MAX).await.map_err(as_error)?.to_vec()) };
    Ok(glue::respond(parts.status.as_u16(), &serde_json::to_string(&steady)?, &serde_json::to_string(&own)?, body)?)
}

fn as_error(error: impl std::fmt::Display) -> worker::Error {
    worker::Error::RustError(error.to_string())
}

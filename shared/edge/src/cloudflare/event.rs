//! A `fetch` event to and from the types of the `http` crate, with as few crossings into JavaScript as it can: each costs about
//! as much as looking up a route, and the `worker` crate makes half a dozen for every header and a stream for every body.

use axum::body::{Body, HttpBody, to_bytes};
use http::{HeaderName, HeaderValue, Request, Uri};
use worker::{
    js_sys::{Array, JSON},
    wasm_bindgen::JsValue,
    worker_sys::web_sys,
};

/// A request as the host gives it.
pub type RawRequest = web_sys::Request;
/// A response as the host takes it.
pub type RawResponse = web_sys::Response;
/// What an event ends with; an error is an answer of the host's own, without an envelope.
pub type Answered = worker::Result<RawResponse>;

/// The request that arrived; its body streams. An address that is none of HTTP's becomes one that no route has.
pub fn receive(raw: &RawRequest) -> worker::Result<Request<Body>> {
    let body = raw.body().map_or_else(Body::empty, |stream| Body::new(worker::Body::new(stream)));
    let mut request = Request::new(body);
    *request.uri_mut() = raw.url().parse().unwrap_or_else(|_| Uri::from_static("/unreadable-address"));
    *request.method_mut() = raw.method().parse().map_err(as_error)?;
    let pairs: Vec<(String, String)> = serde_json::from_str(&String::from(JSON::stringify(&Array::from(&raw.headers()))?))?;
    for (name, value) in &pairs {
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
        return worker::Response::try_from(response).map(RawResponse::from);
    };
    let (parts, body) = response.into_parts();
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let pairs: Vec<(&str, String)> = parts.headers.iter().map(|(name, value)| (name.as_str(), text(value))).collect();
    let init = web_sys::ResponseInit::new();
    init.set_status(parts.status.as_u16());
    init.set_headers(&JSON::parse(&serde_json::to_string(&pairs)?)?);
    if length == 0 {
        return Ok(RawResponse::new_with_opt_str_and_init(None, &init)?);
    }
    let mut bytes = to_bytes(body, usize::MAX).await.map_err(as_error)?.to_vec();
    Ok(RawResponse::new_with_opt_u8_array_and_init(Some(&mut bytes), &init)?)
}

fn as_error(error: impl std::fmt::Display) -> worker::Error {
    worker::Error::from(JsValue::from(error.to_string()))
}

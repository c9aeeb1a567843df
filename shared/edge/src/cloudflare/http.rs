use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use codex_kernel::{Error, Result};
use futures_util::TryStreamExt;
use worker::{
    AbortSignal, Env, Fetch, FixedLengthStream, Headers, Method, RequestInit, RequestRedirect, js_sys,
    send::SendFuture,
    wasm_bindgen::{JsCast, JsValue},
    worker_sys::{self, web_sys},
};

use super::{away, glue};
use crate::PATIENCE;

/// Outgoing HTTP by `fetch`.
pub struct HttpClient;

impl HttpClient {
    /// Sends `request` to `who` and reads the whole answer. Any status is an answer; none, or none in time, is `Unavailable`.
    pub async fn send(&self, who: &'static str, request: http::Request<Bytes>) -> Result<http::Response<Bytes>> {
        self.send_within(PATIENCE, who, request).await
    }

    /// The same with a body that streams and is `length` bytes long, however long that takes.
    pub async fn send_stream(
        &self,
        who: &'static str,
        request: http::Request<Body>,
        length: u64,
    ) -> Result<http::Response<Bytes>> {
        SendFuture::new(async {
            let (parts, body) = request.into_parts();
            let request = to_worker(parts, Some(fixed(body, length)))?;
            answered(Fetch::Request(request).send().await?).await
        })
        .await
        .map_err(|error| away(who, error))
    }

    /// The same as `send`, waiting no longer than this.
    pub async fn send_within(
        &self,
        patience: Duration,
        who: &'static str,
        request: http::Request<Bytes>,
    ) -> Result<http::Response<Bytes>> {
        SendFuture::new(async {
            let (parts, body) = request.into_parts();
            let body = (!body.is_empty()).then(|| js_sys::Uint8Array::from(body.as_ref()).into());
            let request = to_worker(parts, body)?;
            let millis = u32::try_from(patience.as_millis()).unwrap_or(u32::MAX);
            let late = AbortSignal::from(web_sys::AbortSignal::timeout_with_u32(millis));
            answered(Fetch::Request(request).send_with_signal(&late).await?).await
        })
        .await
        .map_err(|error| away(who, error))
    }
}

/// Other workers of this account, by service binding.
pub struct Services(Env);

impl Services {
    pub(super) fn new(env: Env) -> Self {
        Self(env)
    }

    /// Sends `request` to the worker behind `binding`. An answer in JSON is there as a whole; any other streams through.
    pub async fn call(&self, binding: &'static str, request: http::Request<Bytes>) -> Result<http::Response<Body>> {
        // That it is there at all: what fails below is the other worker.
        self.0.service(binding).map_err(|_| Error::configuration(binding))?;
        SendFuture::new(self.answer_of(binding, request)).await.map_err(|error| away("another worker", error))
    }

    async fn answer_of(&self, binding: &str, request: http::Request<Bytes>) -> worker::Result<http::Response<Body>> {
        let (parts, body) = request.into_parts();
        let headers: Vec<(&str, &str)> = parts
            .headers
            .iter()
            .map(|(name, value)| Ok((name.as_str(), value.to_str().map_err(as_error)?)))
            .collect::<worker::Result<_>>()?;
        let (headers, url) = (serde_json::to_string(&headers)?, parts.uri.to_string());
        let body = (!body.is_empty()).then(|| body.to_vec());
        let answer = glue::call(self.0.as_ref(), binding, parts.method.as_str(), &url, &headers, body).await?;
        let answer: js_sys::Array = answer.unchecked_into();
        let (status, headers): (u16, Vec<(String, String)>) =
            serde_json::from_str(&answer.get(0).as_string().unwrap_or_default())?;
        let mut response = http::Response::builder().status(status);
        for (name, value) in &headers {
            response = response.header(name, value);
        }
        let body = match answer.get(1).dyn_into::<js_sys::Uint8Array>() {
            Ok(whole) => Body::from(whole.to_vec()),
            Err(stream) if stream.is_null() => Body::empty(),
            Err(stream) => Body::new(worker::Body::new(stream.unchecked_into())),
        };
        response.body(body).map_err(as_error)
    }

    /// Passes `request` on to the worker behind `binding` as it came, its address and so its host included; bodies stream both ways.
    pub async fn pass_on(&self, binding: &'static str, request: http::Request<Body>) -> Result<http::Response<Body>> {
        let service = self.0.service(binding).map_err(|_| Error::configuration(binding))?;
        SendFuture::new(async {
            let length = request.headers().get(http::header::CONTENT_LENGTH);
            let length = length.and_then(|length| length.to_str().ok()?.parse().ok()).filter(|length| *length > 0);
            let request = match length {
                // A body whose length is known has it there, too.
                Some(length) => {
                    let (parts, body) = request.into_parts();
                    to_worker(parts, Some(fixed(body, length)))?
                }
                None => worker::Request::try_from(request)?,
            };
            // Where the other worker sends somebody, their browser goes.
            let manual = web_sys::RequestInit::new();
            manual.set_redirect(web_sys::RequestRedirect::Manual);
            let request = web_sys::Request::new_with_request_and_init(request.inner(), &manual)?;
            let response = service.fetch_request(worker::Request::from(request)).await?;
            Ok(response.map(Body::new))
        })
        .await
        .map_err(|error: worker::Error| away("another worker", error))
    }
}

async fn answered(mut response: worker::Response) -> worker::Result<http::Response<Bytes>> {
    let bytes = response.bytes().await?;
    http::Response::builder().status(response.status_code()).body(Bytes::from(bytes)).map_err(as_error)
}

/// `body` as a stream of `length` bytes: the length goes into the request's head, where object stores want it.
fn fixed(body: Body, length: u64) -> JsValue {
    let bytes = body.into_data_stream().map_ok(Vec::from).map_err(as_error);
    worker_sys::FixedLengthStream::from(FixedLengthStream::wrap(bytes, length)).readable().into()
}

fn to_worker(parts: http::request::Parts, body: Option<JsValue>) -> worker::Result<worker::Request> {
    let mut init = RequestInit::new();
    init.with_method(Method::from(parts.method.to_string())).with_redirect(RequestRedirect::Manual);
    let headers = Headers::new();
    for (name, value) in &parts.headers {
        headers.append(name.as_str(), str::from_utf8(value.as_bytes()).map_err(as_error)?)?;
    }
    init.with_headers(headers);
    init.with_body(body);
    worker::Request::new_with_init(&parts.uri.to_string(), &init)
}

fn as_error(error: impl std::fmt::Display) -> worker::Error {
    worker::Error::RustError(error.to_string())
}

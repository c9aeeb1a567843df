use axum::{body::Body, extract::Request};
use codex_edge::now;
use codex_kernel::Timestamp;
use http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt;
use serde_json::{Value, json};

use crate::TestApp;

/// A request being put together.
pub struct Call<'a> {
    app: &'a TestApp,
    request: Request,
    at: Option<Timestamp>,
}

impl<'a> Call<'a> {
    pub(crate) fn new(app: &'a TestApp, request: Request) -> Self {
        Self { app, request, at: None }
    }

    /// With a header.
    pub fn header(mut self, name: &'static str, value: &str) -> Self {
        self.request.headers_mut().append(name, value.parse().unwrap());
        self
    }

    /// With a header of any bytes.
    pub fn raw_header(mut self, name: &'static str, value: &[u8]) -> Self {
        self.request.headers_mut().append(name, http::HeaderValue::from_bytes(value).unwrap());
        self
    }

    /// With a cookie as `Set-Cookie` gave it.
    pub fn cookie(self, cookie: &str) -> Self {
        let pair = cookie.split(';').next().unwrap().to_owned();
        self.header("cookie", &pair)
    }

    /// With a JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").body(body.to_string())
    }

    /// With a body as it is.
    pub fn body(mut self, body: impl Into<Body>) -> Self {
        *self.request.body_mut() = body.into();
        self
    }

    /// From this address.
    pub fn from_address(self, address: &str) -> Self {
        self.header("cf-connecting-ip", address)
    }

    /// Arriving so many seconds from now.
    pub fn in_seconds(mut self, seconds: i64) -> Self {
        self.at = Some(Timestamp::from_second(now().unwrap().as_second() + seconds).unwrap());
        self
    }

    /// Sends it.
    pub async fn send(self) -> Answer {
        let (parts, body) = self.app.answer(self.request, self.at).await.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let json = serde_json::from_slice(&bytes).unwrap_or_else(|_| json!(String::from_utf8_lossy(&bytes)));
        Answer { status: parts.status, headers: parts.headers, json, length: bytes.len() }
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body; a string where it is no JSON.
    pub json: Value,
    /// How long that is, bytes.
    pub length: usize,
}

impl Answer {
    /// The body, after checking the status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.json);
        self.json
    }

    /// The error's code, after checking the status.
    #[track_caller]
    pub fn expect_error(self, status: u16) -> String {
        let body = self.expect(status);
        assert!(body["requestId"].is_string() && body["timestamp"].is_string(), "not an envelope: {body}");
        body["error"]["code"].as_str().unwrap().to_owned()
    }

    /// The first `Set-Cookie`.
    #[track_caller]
    pub fn cookie(&self) -> String {
        self.headers.get(header::SET_COOKIE).expect("no cookie was set").to_str().unwrap().to_owned()
    }
}

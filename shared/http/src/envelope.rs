use axum::{
    Json,
    response::{IntoResponse, Response},
};
use codex_kernel::{Error, Issue, Kind, Listed, Paging, Timestamp};
use http::{HeaderValue, StatusCode, header};
use schemars::JsonSchema;
use serde::Serialize;
use url::Url;
use uuid::Uuid;

use crate::json_text;

/// What a handler returns.
pub type Reply<T> = Result<T, Failure>;

/// The body of every failure, in every worker.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "Error")]
pub(crate) struct ErrorBody<'a> {
    error: Problem<'a>,
    /// As in the header `x-request-id`.
    request_id: Uuid,
    timestamp: Timestamp,
    /// Under `/api/auth` only: the code again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    code: Option<&'a str>,
    /// Under `/api/auth` only: the message again.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    message: Option<&'a str>,
}

/// What went wrong.
#[derive(Serialize, JsonSchema)]
struct Problem<'a> {
    /// Stable, for programs.
    code: &'a str,
    /// For people.
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Details<'_>")]
    details: Option<Details<'a>>,
}

/// Everything wrong with the input.
#[derive(Serialize, JsonSchema)]
struct Details<'a> {
    issues: &'a [Issue],
}

/// An error on its way out; it gets its envelope where the request id is known.
#[derive(Clone, Debug)]
pub struct Failure(std::sync::Arc<Error>);

impl<E: Into<Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(std::sync::Arc::new(error.into()))
    }
}

impl Failure {
    /// The error itself.
    pub fn error(&self) -> &Error {
        &self.0
    }

    /// The answer for the client. `flat` repeats code and message at top level, as clients of `/api/auth` expect.
    pub(crate) fn render(&self, request_id: Uuid, now: Timestamp, flat: bool) -> Response {
        let error = self.error();
        let body = ErrorBody {
            error: Problem {
                code: error.code,
                message: &error.message,
                details: (!error.issues.is_empty()).then_some(Details { issues: &error.issues }),
            },
            request_id,
            timestamp: now,
            code: flat.then_some(error.code),
            message: flat.then_some(&error.message),
        };
        let mut response = (status_of(error.kind), Json(body)).into_response();
        if let Some(seconds) = error.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = status_of(self.0.kind).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The only place where a kind becomes a status.
fn status_of(kind: Kind) -> StatusCode {
    match kind {
        Kind::Invalid => StatusCode::BAD_REQUEST,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Kind::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::RateLimited => StatusCode::TOO_MANY_REQUESTS,
        Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Kind::BadGateway => StatusCode::BAD_GATEWAY,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// 200 `{"data": T}`.
pub struct Data<T>(pub T);

impl<T: Serialize> IntoResponse for Data<T> {
    fn into_response(self) -> Response {
        Json(Wrapped { data: self.0 }).into_response()
    }
}

/// 201 `{"data": T}`.
pub struct Created<T>(pub T);

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        (StatusCode::CREATED, Json(Wrapped { data: self.0 })).into_response()
    }
}

/// `{"data": T}`.
#[derive(Serialize, JsonSchema)]
pub struct Wrapped<T> {
    pub(crate) data: T,
}

/// 200 with `T`, or 302 to the page of ours that the caller wants next.
pub enum Onward<T> {
    /// 200.
    Here(T),
    /// 302.
    To(Url),
}

impl<T: IntoResponse> IntoResponse for Onward<T> {
    fn into_response(self) -> Response {
        match self {
            Self::Here(reply) => reply.into_response(),
            Self::To(url) => (StatusCode::FOUND, [(header::LOCATION, String::from(url))]).into_response(),
        }
    }
}

/// 204.
pub struct NoContent;

impl IntoResponse for NoContent {
    fn into_response(self) -> Response {
        StatusCode::NO_CONTENT.into_response()
    }
}

/// 200 `{"items": [T], "pagination": {page, limit, total, totalPages}}`.
#[derive(Serialize, JsonSchema)]
#[schemars(description = "A page of a list.")]
pub struct Page<T> {
    /// The page.
    pub items: Vec<T>,
    pagination: Pagination,
}

/// Where in a list a page is.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pagination {
    page: u32,
    limit: u32,
    total: u64,
    total_pages: u64,
}

impl Pagination {
    /// Of a list of `total` items, the page that `paging` asked for.
    pub fn of(total: u64, Paging { page, limit }: Paging) -> Self {
        Self { page, limit, total, total_pages: total.div_ceil(u64::from(limit)) }
    }
}

impl<T> Page<T> {
    /// The page that `paging` asked for.
    pub fn new(Listed { items, total }: Listed<T>, paging: Paging) -> Self {
        Self { items, pagination: Pagination::of(total, paging) }
    }
}

impl<T: Serialize> Page<T> {
    /// The answer as text, to be kept.
    pub fn json(&self) -> codex_kernel::Result<String> {
        json_text(self)
    }
}

impl<T: Serialize> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        Json(self).into_response()
    }
}

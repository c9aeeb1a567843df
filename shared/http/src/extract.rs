use std::{marker::PhantomData, ops::Deref, pin::Pin, sync::Arc};

use axum::{
    extract::{FromRequest, FromRequestParts, OptionalFromRequest, RawPathParams, Request},
    http::request::Parts,
};
use bytes::Bytes;
use codex_kernel::{Error, Kind, Picture, Result};
use garde::Validate;
use http::header;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;

use crate::{Context, Failure, input};

/// The largest body any route reads: 500,000 characters of writing at four bytes each, and room for the rest.
const MAX_BODY: usize = 2_500_000;

/// The request's [`Context`].
#[derive(Clone)]
pub struct Cx(pub(crate) Arc<Context>);

impl Deref for Cx {
    type Target = Context;

    fn deref(&self) -> &Context {
        &self.0
    }
}

impl<S: Sync> FromRequestParts<S> for Cx {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        Ok(from_extensions(parts)?)
    }
}

/// What an outer layer put there; its absence is a mistake in a route table.
pub(crate) fn from_extensions<T: Clone + Send + Sync + 'static>(parts: &Parts) -> Result<T> {
    parts.extensions.get::<T>().cloned().ok_or_else(|| {
        Error::internal(std::io::Error::other(format!("the route's policy provides no {}", std::any::type_name::<T>())))
    })
}

/// The body's bytes as they came, for signatures.
pub struct RawBody(pub Bytes);

impl RawBody {
    /// Reads `body`, up to the size that any route takes.
    pub async fn read(body: axum::body::Body) -> Result<Self> {
        Ok(Self(read_body(body).await?))
    }
}

impl<S: Sync> FromRequest<S> for RawBody {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        Ok(Self::read(request.into_body()).await?)
    }
}

/// A body that another system signed, as it came: it is read once it is believed. `T`, what it holds, and `Scheme` are for the documentation.
pub struct Signed<T, Scheme> {
    /// The bytes.
    pub body: Bytes,
    documented: PhantomData<fn() -> (T, Scheme)>,
}

/// How the messages of another system are signed.
pub trait SigningScheme {
    /// The headers that sign one, and what each holds.
    const HEADERS: &'static [(&'static str, &'static str)];
}

impl<T, Scheme, S: Sync> FromRequest<S> for Signed<T, Scheme> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        Ok(Self { body: read_body(request.into_body()).await?, documented: PhantomData })
    }
}

pub(crate) async fn read_body(body: axum::body::Body) -> Result<Bytes> {
    match Limited::new(body, MAX_BODY).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => {
            Err(Error::new(Kind::TooLarge, "PAYLOAD_TOO_LARGE", "The body is larger than this route takes"))
        }
        Err(_) => Err(Error::invalid_at("", "the body ended before it was complete")),
    }
}

/// A JSON body, decoded and validated.
pub struct Body<T>(pub T);

impl<T: DeserializeOwned + Validate<Context = ()>, S: Sync> FromRequest<S> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        Ok(Self(input::from_json(&json_of(request, &["application/json"]).await?)?))
    }
}

/// A body that may be left out, and then its content type with it.
impl<T: DeserializeOwned + Validate<Context = ()>, S: Sync> OptionalFromRequest<S> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Option<Self>, Failure> {
        if !request.headers().contains_key(header::CONTENT_TYPE) {
            return Ok(None);
        }
        <Self as FromRequest<S>>::from_request(request, state).await.map(Some)
    }
}

/// Like [`Body`], but also as `text/plain`, which is all that a browser's `sendBeacon` sends to another origin unasked. It brings no
/// forgery in: a foreign page is refused for its `Origin` before any body is read.
pub struct Beacon<T>(pub T);

impl<T: DeserializeOwned + Validate<Context = ()>, S: Sync> FromRequest<S> for Beacon<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        Ok(Self(input::from_json(&json_of(request, &["application/json", "text/plain"]).await?)?))
    }
}

/// The bytes of a body of one of these media types. Boxed and not generic: compiled once, not once for each type of body.
fn json_of(request: Request, types: &'static [&'static str]) -> Pin<Box<dyn Future<Output = Result<Bytes>> + Send>> {
    Box::pin(async move {
        let sent = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let sent = sent.split(';').next().unwrap_or_default().trim();
        if !types.iter().any(|name| sent.eq_ignore_ascii_case(name)) {
            return Err(Error::new(Kind::UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", "Send application/json"));
        }
        read_body(request.into_body()).await
    })
}

/// A query string, decoded and validated.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + Validate<Context = ()>, S: Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        Ok(Self(input::from_query(parts.uri.query().unwrap_or_default())?))
    }
}

/// The path's last parameter.
pub struct Path<T>(pub T);

impl<T: std::str::FromStr<Err: std::fmt::Display>, S: Sync + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(Error::internal)?;
        let Some((name, text)) = params.iter().last() else { return Err(Error::not_found("page").into()) };
        text.parse().map(Self).map_err(|error: T::Err| Error::invalid_at(name, error.to_string()).into())
    }
}

/// The path's two parameters.
pub struct Paths<A, B>(pub A, pub B);

impl<A, B, S> FromRequestParts<S> for Paths<A, B>
where
    A: std::str::FromStr<Err: std::fmt::Display>,
    B: std::str::FromStr<Err: std::fmt::Display>,
    S: Sync + Send,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let params = RawPathParams::from_request_parts(parts, state).await.map_err(Error::internal)?;
        let mut params = params.iter();
        let (Some((first, a)), Some((second, b))) = (params.next(), params.next()) else {
            return Err(Error::not_found("page").into());
        };
        let a = a.parse().map_err(|error: A::Err| Error::invalid_at(first, error.to_string()))?;
        let b = b.parse().map_err(|error: B::Err| Error::invalid_at(second, error.to_string()))?;
        Ok(Self(a, b))
    }
}

/// A body that is a picture, known by its bytes whatever its content type says.
pub struct Upload(pub Picture);

impl<S: Sync> FromRequest<S> for Upload {
    type Rejection = Failure;

    async fn from_request(request: Request, _: &S) -> Result<Self, Failure> {
        Ok(Self(Picture::new(read_body(request.into_body()).await?.into())?))
    }
}

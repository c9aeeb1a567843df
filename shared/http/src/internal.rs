//! Worker to worker: HMAC-SHA256 over method, path, time, nonce, identity and body, each nonce once. The caller's proven
//! identity rides along, so that one page load validates its session once, not once per worker.

use axum::extract::Request;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bytes::Bytes;
pub(crate) use codex_identity::internal::SIGNATURE;
use codex_identity::{
    Freshness,
    internal::{IDENTITY, Identity, NONCE, TIMESTAMP, mac},
};
use codex_kernel::{Error, Result, Timestamp};
use hmac::Mac;
use http::{HeaderMap, HeaderValue};

use crate::{Caller, Context, Cx, extract::read_body};

/// Seconds that clocks may differ, either way.
const TOLERANCE: i64 = 60;

/// Marks a request that another worker of ours signed.
#[derive(Clone, Copy)]
pub(crate) struct FromWorker;

/// Signs `request` in the name of this platform, with the caller it was proven to come from, how freshly, and the request's id.
pub fn sign(cx: &Context, caller: Option<&Caller>, freshness: Freshness, request: &mut http::Request<Bytes>) -> Result<()> {
    let fresh = freshness == Freshness::Database;
    let identity = Identity { caller: caller.map(|caller| caller.0.clone()), fresh, client: cx.client.clone() };
    codex_identity::internal::sign(&cx.platform.config, cx.now, &identity, request)?;
    let request_id = HeaderValue::from_str(&cx.request_id.to_string()).map_err(Error::internal)?;
    request.headers_mut().insert("x-request-id", request_id);
    Ok(())
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).ok_or_else(refused)
}

fn refused() -> Error {
    Error::new(codex_kernel::Kind::Unauthenticated, "INVALID_SIGNATURE", "The internal signature is not valid")
}

/// Checks a signed request, body and all; gives it back whole, with the caller it speaks for. Where `freshness` is the database's,
/// a caller known from a cache is nobody.
pub(crate) async fn verify(cx: &Cx, freshness: Freshness, request: Request) -> Result<(Request, Option<Caller>)> {
    let (mut parts, body) = request.into_parts();
    let body = read_body(body).await?;
    let (timestamp, nonce, identity) =
        (text(&parts.headers, TIMESTAMP)?, text(&parts.headers, NONCE)?, text(&parts.headers, IDENTITY)?);
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let mac = mac(&cx.platform.config, parts.method.as_str(), path, [timestamp, nonce, identity], &body)?;
    let signature = URL_SAFE_NO_PAD.decode(text(&parts.headers, SIGNATURE)?).map_err(|_| refused())?;
    mac.verify_slice(&signature).map_err(|_| refused())?;
    let sent = timestamp.parse().ok().and_then(|seconds| Timestamp::from_second(seconds).ok()).ok_or_else(refused)?;
    if (cx.now.as_second() - sent.as_second()).abs() > TOLERANCE {
        return Err(refused());
    }
    // Twice as long as it passes: the clock there is another.
    if !cx.platform.limiter.get()?.once(nonce, sent.as_second(), 2 * TOLERANCE.unsigned_abs() as u32).await? {
        return Err(refused());
    }
    let identity = URL_SAFE_NO_PAD.decode(identity).map_err(|_| refused())?;
    let identity: Identity = serde_json::from_slice(&identity).map_err(|_| refused())?;
    let cx = Cx(std::sync::Arc::new(Context { client: identity.client, ..cx.0.as_ref().clone() }));
    parts.extensions.insert(cx);
    parts.extensions.insert(FromWorker);
    let caller = identity.caller.filter(|_| identity.fresh || freshness == Freshness::Cache);
    Ok((Request::from_parts(parts, body.into()), caller.map(Caller)))
}

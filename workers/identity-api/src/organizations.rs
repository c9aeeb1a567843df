use axum::{extract::Request, http::header, response::Response};
use bytes::Bytes;
use codex_http::{Cx, Freshness, RawBody, Reply, Visitor, internal};
use codex_kernel::Error;
use http::{HeaderName, Uri};

/// What of a request means something to the organization worker. Cookies stay here: who calls is in the signed identity.
const PASSED_ON: [HeaderName; 3] = [header::CONTENT_TYPE, header::IF_MATCH, header::IF_NONE_MATCH];

/// Asks the organization worker; who is asking may be known from the cache.
pub(crate) async fn read(cx: Cx, visitor: Visitor, request: Request) -> Reply<Response> {
    forward(cx, visitor, Freshness::Cache, request).await
}

/// Asks the organization worker for a change; who is asking was read from the database.
pub(crate) async fn write(cx: Cx, visitor: Visitor, request: Request) -> Reply<Response> {
    forward(cx, visitor, Freshness::Database, request).await
}

async fn forward(cx: Cx, Visitor { caller, .. }: Visitor, freshness: Freshness, request: Request) -> Reply<Response> {
    let (parts, body) = request.into_parts();
    let RawBody(body) = RawBody::read(body).await?;
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let uri = format!("https://organization-api{path}").parse::<Uri>().map_err(Error::internal)?;
    let mut forwarded = http::Request::<Bytes>::new(body);
    *forwarded.method_mut() = parts.method;
    *forwarded.uri_mut() = uri;
    for name in PASSED_ON {
        if let Some(value) = parts.headers.get(&name) {
            forwarded.headers_mut().insert(name, value.clone());
        }
    }
    internal::sign(&cx, caller.as_ref(), freshness, &mut forwarded)?;
    Ok(cx.platform.services.call("ORGANIZATION_API", forwarded).await?)
}

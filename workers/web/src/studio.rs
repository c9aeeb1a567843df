use axum::{extract::Request, http::HeaderValue, response::Response};
use codex_http::{Cx, Reply};
use codex_kernel::Error;

/// Asks the studio, which is at the tenant's host like every other page, but is a worker of its own.
pub(crate) async fn ask(cx: Cx, mut request: Request) -> Reply<Response> {
    let request_id = HeaderValue::from_str(&cx.request_id.to_string()).map_err(Error::internal)?;
    request.headers_mut().insert("x-request-id", request_id);
    Ok(cx.platform.services.pass_on("STUDIO", request).await?)
}

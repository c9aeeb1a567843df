use std::pin::Pin;

use askama::Template;
use axum::{
    http::{HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use codex_http::{Asked, Failure, known_caller};
use codex_kernel::{Kind, Result};
use url::Url;

use crate::{Brand, Frame, Site, Visit, see_other, with_query};

#[derive(Template)]
#[template(path = "failure.html")]
struct View {
    status: u16,
    heading: &'static str,
    words: String,
    request_id: String,
}

/// What people see of `failure`: a page in the look of the site they are on, or the form to sign in with. None for programs, which get
/// the envelope.
pub fn failure_page(asked: Asked, failure: Failure) -> Pin<Box<dyn Future<Output = Option<Response>> + Send>> {
    Box::pin(async move {
        let accepts = asked.parts.headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
        accepts.filter(|accept| accept.contains("text/html"))?;
        // A page that cannot be made either is not tried again: the envelope says what was wrong at first.
        render(asked, &failure).await.ok()
    })
}

async fn render(Asked { cx, parts }: Asked, failure: &Failure) -> Result<Response> {
    let config = &cx.platform.config;
    let mut parts = parts;
    let (error, status) = (failure.error(), failure.clone().into_response().status());
    // Whoever is signed in still is; while something is broken, nobody is asked.
    if !status.is_server_error()
        && let Some(caller) = known_caller(&cx, &parts.headers).await
    {
        parts.extensions.insert(caller);
    }
    let visit = match Visit::new(cx.clone(), &parts) {
        Ok(visit) => visit,
        // A host that is none of ours is told so in the platform's look.
        Err(_) => {
            let web = Url::parse(config.get("WEB_APP_URL")?).map_err(codex_kernel::Error::internal)?;
            parts.headers.remove(header::HOST);
            parts.uri = web.as_str().parse().map_err(codex_kernel::Error::internal)?;
            Visit::new(cx.clone(), &parts)?
        }
    };
    if error.kind == Kind::Unauthenticated {
        return see_other(&with_query("/login", &[("redirect", &asked_page(&visit.site, &parts))]), []);
    }
    let brand = visit.brand().await.unwrap_or_else(|_| Brand::platform());
    let (heading, words) = words(error.kind, status);
    let words = if error.kind == Kind::RateLimited {
        format!("{words} Try again in {} seconds.", error.retry_after.unwrap_or(60))
    } else {
        words.to_owned()
    };
    let view = View { status: status.as_u16(), heading, words, request_id: cx.request_id.to_string() };
    let mut response = Frame::new(&visit, brand, "/").titled(heading).around(&view)?.for_one(&visit, status);
    if let Some(seconds) = error.retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(response)
}

/// The page that somebody wanted, or from which they sent a form.
fn asked_page(site: &Site, parts: &Parts) -> String {
    if matches!(parts.method, Method::GET | Method::HEAD) {
        return parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
    }
    let referer = parts.headers.get(header::REFERER).and_then(|referer| referer.to_str().ok());
    let path = referer.and_then(|referer| referer.strip_prefix(&site.origin));
    site.path(path.unwrap_or("/"), "/")
}

fn words(kind: Kind, status: StatusCode) -> (&'static str, &'static str) {
    match kind {
        Kind::NotFound | Kind::MethodNotAllowed => ("Nothing here", "This page does not exist, or it has moved."),
        Kind::Forbidden => ("Not for you", "You are signed in, but this is not open to you."),
        Kind::RateLimited => ("A little too fast", "You have asked for many pages in a short time."),
        Kind::Unavailable => ("Back in a moment", "Something we need is not available right now. Try again shortly."),
        _ if status.is_server_error() => ("That is on us", "Something went wrong on our side. It has been noted."),
        _ => ("That did not work", "The address or the form was not as it should be."),
    }
}

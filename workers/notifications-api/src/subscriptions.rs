use axum::{
    http::{HeaderName, HeaderValue, header},
    response::{Html, IntoResponse},
};
use codex_http::{Cx, Path, Reply, Response};
use codex_notifications::{Category, read_token, unsubscribe};

/// The page may hold its own style and send its own form, and nothing else.
const HEADERS: [(HeaderName, HeaderValue); 1] = [(
    header::CONTENT_SECURITY_POLICY,
    HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"),
)];

fn page(title: &str, body: &str) -> Response {
    let html = include_str!("page.html").replace("{{title}}", title).replace("{{body}}", body);
    (HEADERS, Html(html)).into_response()
}

fn words(category: Category) -> &'static str {
    match category {
        Category::Transactional => "mail about your account",
        Category::Marketing => "news and offers",
        Category::Digest => "digests",
    }
}

/// Asks. Mail programs and filters follow every link of a mail, so following it alone ends nothing.
pub(crate) async fn confirm(cx: Cx, Path(token): Path<String>) -> Reply<Response> {
    let (_, category) = read_token(&cx.platform.config, &token)?;
    let body = format!(
        "<p>You will get no more {} from Codex. What concerns your account and your purchases still comes.</p>\n\
         <form method=\"post\"><button>Unsubscribe</button></form>",
        words(category)
    );
    Ok(page("Unsubscribe?", &body))
}

/// Ends it: the button above, or one click in a mail program (RFC 8058), which has neither cookie nor page.
pub(crate) async fn end(cx: Cx, Path(token): Path<String>) -> Reply<Response> {
    let category = unsubscribe(&cx.platform, &token, cx.now).await?;
    cx.event("unsubscribed", &[("category", category.name().to_owned())]);
    let body = format!("<p>You get no more {}. Your notification settings bring them back.</p>", words(category));
    Ok(page("You are unsubscribed", &body))
}

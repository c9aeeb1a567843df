use askama::Template;
use axum::{http::StatusCode, response::Response};
use codex_http::{Query, Reply};
use codex_kernel::Slug;
use codex_pages::{Frame, Visit, Worker, with_query, words};
use futures_util::future::try_join;
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;

/// Where Stripe sends a buyer back to.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
pub(crate) struct Back {
    /// Stripe's id of the checkout.
    #[garde(length(max = 255))]
    session_id: String,
    /// The name of what was bought.
    #[garde(skip)]
    content: Slug,
}

#[derive(Deserialize)]
struct Wrapped {
    data: Outcome,
}

#[derive(Deserialize)]
struct Outcome {
    status: String,
    purchase: Option<Purchase>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Purchase {
    title: String,
    amount_cents: i64,
    currency: String,
}

#[derive(Template)]
#[template(path = "checkout.html")]
struct View {
    content: Slug,
    outcome: Outcome,
}

impl Purchase {
    fn price(&self) -> String {
        words::price(self.amount_cents, &self.currency)
    }
}

/// What became of a checkout. Asking is what fulfils it, where Stripe's own word has not come yet.
pub(crate) async fn returned(visit: Visit, Query(Back { session_id, content }): Query<Back>) -> Reply<Response> {
    visit.tenant()?;
    let asked = with_query("/checkout/verify", &[("session_id", &session_id)]);
    let (brand, Wrapped { data }) = try_join(visit.brand(), visit.get::<Wrapped>(Worker::Ecom, &asked)).await?;
    let title = if data.purchase.is_some() { "Thank you" } else { "Your payment" };
    let frame = Frame::new(&visit, brand, format!("/content/{content}")).titled(title);
    // A bank that is slow is asked again, with or without a script.
    let frame = if data.purchase.is_none() && data.status == "complete" { frame.refreshed(5) } else { frame };
    Ok(frame.around(&View { content, outcome: data })?.for_one(&visit, StatusCode::OK))
}

//! What a tenant offers to subscribers, and subscribing to it.

use askama::Template;
use axum::{
    http::{Method, StatusCode},
    response::Response,
};
use codex_http::{Form, Query, Reply};
use codex_kernel::Result;
use codex_pages::{Brand, Frame, Listed, Rendered, Section, Visit, Worker, Wrapped, see_other, with_query, words};
use futures_util::future::try_join;
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use crate::subscriptions::{Subscription, back_with, problem};

/// What is subscribed to.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tier {
    pub(crate) id: String,
    pub(crate) name: String,
    description: Option<String>,
    monthly_price_cents: i64,
    annual_price_cents: i64,
    currency: String,
}

impl Tier {
    /// How often it can be paid, in the words of forms and of people, and what that costs.
    pub(crate) fn plans(&self) -> [(&'static str, &'static str, String); 2] {
        let price = |cents| words::price(cents, &self.currency);
        [("monthly", "a month", price(self.monthly_price_cents)), ("annual", "a year", price(self.annual_price_cents))]
    }

    /// What paying by the year saves, in whole per cent; none where it saves less than one.
    pub(crate) fn saving(&self) -> Option<i64> {
        let year = self.monthly_price_cents * 12;
        let saved = (year - self.annual_price_cents) * 100 / year.max(1);
        (saved > 0).then_some(saved)
    }
}

/// What happened before somebody was sent here.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema, Validate)]
#[serde(default)]
pub(crate) struct Before {
    /// Why subscribing did not begin: an error's code.
    #[garde(length(max = 50))]
    problem: String,
}

#[derive(Template)]
#[template(path = "membership.html")]
struct View {
    brand: Brand,
    tiers: Vec<Tier>,
    own: Option<Subscription>,
    signed_in: bool,
    problem: Option<&'static str>,
}

/// What this tenant offers, and what one has of it.
pub(crate) async fn show(visit: Visit, Query(before): Query<Before>) -> Reply<Response> {
    visit.tenant()?;
    let problem = problem(&before.problem);
    let path = with_query("/membership", &[("problem", problem.map_or("", |_| &before.problem))]);
    visit.page_for_all(path, true, move |visit, path| async move { render(&visit, path, problem).await }).await
}

async fn render(visit: &Visit, path: String, problem: Option<&'static str>) -> Result<Rendered> {
    let brand = visit.brand().await?;
    let offered = format!("/api/organizations/{}/tiers?limit=100", brand.id);
    let (Listed { items: tiers, .. }, own) =
        try_join(visit.get::<Listed<Tier>>(Worker::Organization, &offered), own(visit, &brand)).await?;
    let description = format!("Memberships of {}", brand.title());
    let frame =
        Frame::new(visit, brand.clone(), path).titled("Membership").described(&description).in_section(Section::Membership);
    let frame = if problem.is_none() && !tiers.is_empty() { frame.listed() } else { frame };
    frame.around(&View { brand, tiers, own, signed_in: visit.caller.is_some(), problem })
}

/// What somebody has here now: the newest that still runs.
async fn own(visit: &Visit, brand: &Brand) -> Result<Option<Subscription>> {
    if visit.caller.is_none() {
        return Ok(None);
    }
    let query = with_query("/subscriptions", &[("organizationId", &brand.id)]);
    let Listed { items, .. } = visit.get::<Listed<Subscription>>(Worker::Ecom, &query).await?;
    Ok(items.into_iter().find(Subscription::runs))
}

/// Opens a checkout and sends the subscriber there.
pub(crate) async fn subscribe(visit: Visit, form: Form) -> Reply<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Session {
        session_url: String,
    }
    visit.tenant()?;
    let origin = &visit.site.origin;
    let order = json!({
        "tierId": form.text("tierId"),
        "interval": form.text("interval"),
        "successUrl": format!("{origin}/membership/return?session_id={{CHECKOUT_SESSION_ID}}"),
        "cancelUrl": format!("{origin}/membership"),
    });
    match visit.send(Worker::Ecom, Method::POST, "/subscriptions/checkout", &order).await? {
        Ok(done) => Ok(see_other(&done.read::<Wrapped<Session>>()?.data.session_url, [])?),
        Err(refusal) => Ok(back_with("/membership", refusal)?),
    }
}

/// Where Stripe sends a subscriber back to.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
pub(crate) struct Back {
    /// Stripe's id of the checkout.
    #[garde(length(max = 255))]
    session_id: String,
}

#[derive(Deserialize)]
struct Outcome {
    status: String,
    subscription: Option<Subscription>,
}

#[derive(Template)]
#[template(path = "subscribed.html")]
struct Thanks {
    outcome: Outcome,
}

/// What became of a checkout. Asking is what begins the subscription, where Stripe's own word has not come yet.
pub(crate) async fn returned(visit: Visit, Query(Back { session_id }): Query<Back>) -> Reply<Response> {
    visit.tenant()?;
    let asked = with_query("/subscriptions/verify", &[("session_id", &session_id)]);
    let (brand, Wrapped { data: outcome }) = try_join(visit.brand(), visit.get::<Wrapped<Outcome>>(Worker::Ecom, &asked)).await?;
    let title = if outcome.subscription.is_some() { "Thank you" } else { "Your payment" };
    let frame = Frame::new(&visit, brand, "/membership").titled(title);
    // A bank that is slow is asked again, with or without a script.
    let frame = if outcome.subscription.is_none() && outcome.status == "complete" { frame.refreshed(5) } else { frame };
    Ok(frame.around(&Thanks { outcome })?.for_one(&visit, StatusCode::OK))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_saves_what_it_saves() {
        let tier = |monthly_price_cents, annual_price_cents| Tier {
            id: String::new(),
            name: String::new(),
            description: None,
            monthly_price_cents,
            annual_price_cents,
            currency: "usd".to_owned(),
        };
        for (month, year, saves) in
            [(999, 9990, Some(16)), (1000, 12_000, None), (1000, 11_881, None), (1000, 11_880, Some(1)), (500, 9000, None)]
        {
            assert_eq!(tier(month, year).saving(), saves, "{month} {year}");
        }
    }
}

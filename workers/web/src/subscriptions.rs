//! What somebody has subscribed to, and what they can do about it.

use askama::Template;
use axum::{
    http::{Method, StatusCode},
    response::Response,
};
use codex_http::{Form, Path, Query, Reply};
use codex_kernel::{Error, Result, SubscriptionId, Timestamp};
use codex_pages::{
    Frame, Listed, Pagination, Refusal, Section, Visit, Worker, Wrapped, first, origin_of, see_other, with_query, words,
};
use futures_util::future::try_join;
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::membership::Tier;

/// A subscription, as its subscriber sees it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Subscription {
    pub(crate) id: String,
    organization_id: String,
    organization_name: String,
    organization_slug: String,
    pub(crate) tier_id: String,
    pub(crate) tier_name: String,
    pub(crate) interval: String,
    amount_cents: i64,
    currency: String,
    status: String,
    cancel_at_period_end: bool,
    current_period_end: Timestamp,
    ended_at: Option<Timestamp>,
}

impl Subscription {
    /// Whether it is still to be reckoned with: nothing else can be subscribed to beside it.
    pub(crate) fn runs(&self) -> bool {
        self.ended_at.is_none() && !matches!(self.status.as_str(), "canceled" | "incomplete" | "incomplete_expired")
    }

    fn ends(&self) -> bool {
        self.cancel_at_period_end
    }

    /// `$9.99 a month`.
    pub(crate) fn price(&self) -> String {
        format!("{} {}", words::price(self.amount_cents, &self.currency), period(&self.interval))
    }

    /// How it stands, and the moment and the day that it is about.
    pub(crate) fn state(&self) -> (&'static str, Option<(String, String)>) {
        let (state, at) = match (self.runs(), self.status.as_str()) {
            (false, "incomplete") => ("Not paid yet", None),
            (false, "incomplete_expired") => ("Never paid", None),
            (false, _) => ("Ended", self.ended_at),
            (true, "past_due" | "unpaid") => ("Your last payment failed", None),
            (true, "paused") => ("Paused", None),
            (true, _) if self.ends() => ("Ends on", Some(self.current_period_end)),
            (true, _) => ("Renews on", Some(self.current_period_end)),
        };
        (state, at.map(|at| (at.to_string(), words::day(at))))
    }
}

/// `a month`, `a year`.
pub(crate) fn period(interval: &str) -> &'static str {
    if interval == "annual" { "a year" } else { "a month" }
}

/// Which page, and what has just happened.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
pub(crate) struct Asked {
    /// From 1.
    #[serde(default = "first")]
    #[garde(range(min = 1, max = 100_000))]
    page: u32,
    #[serde(default)]
    #[garde(skip)]
    saved: bool,
    /// Why something was not done: an error's code.
    #[serde(default)]
    #[garde(length(max = 50))]
    problem: String,
}

/// Why a subscription was not begun or changed, in words of ours: what an address says is anybody's.
pub(crate) fn problem(code: &str) -> Option<&'static str> {
    Some(match code {
        "" => return None,
        "ALREADY_SUBSCRIBED" => "This is what you have already.",
        "SUBSCRIPTIONS_DISABLED" | "TIER_NOT_AVAILABLE" => "This is not offered at the moment.",
        "OWN_ORGANIZATION" => "You run this, and see all of it.",
        "CHECKOUT_IN_PROGRESS" => "You are subscribing elsewhere already. Go on there, or try again in a moment.",
        "SUBSCRIPTION_ENDING" => "It is to end. Keep it first, then change it.",
        "SUBSCRIPTION_ENDED" => "It has ended. You can subscribe again.",
        "PAYMENT_FAILED" => "Your bank did not pay the difference. Nothing has changed.",
        "NO_CUSTOMER" => "There are no payments of yours yet.",
        "RATE_LIMITED" => "That was too often. Wait a minute and try again.",
        _ => "That did not work. Nothing was charged; try again in a moment.",
    })
}

/// Back to `page` with what is the matter; what no person can put right is a failure.
pub(crate) fn back_with(page: &str, refusal: Refusal) -> Result<Response> {
    if refusal.is_theirs() && refusal.code != "UNAUTHORIZED" {
        return see_other(&with_query(page, &[("problem", &refusal.code)]), []);
    }
    Err(Error::from(refusal))
}

#[derive(Template)]
#[template(path = "account/subscriptions.html")]
struct View {
    /// Each with the address of its organization's pages.
    subscriptions: Vec<(String, Subscription)>,
    pagination: Pagination,
    saved: bool,
    problem: Option<&'static str>,
}

pub(crate) async fn list(visit: Visit, Query(asked): Query<Asked>) -> Reply<Response> {
    let query = with_query("/subscriptions", &[("page", &asked.page.to_string()), ("limit", "20")]);
    let (brand, Listed { items, pagination }) =
        try_join(visit.brand(), visit.get::<Listed<Subscription>>(Worker::Ecom, &query)).await?;
    let addressed = |own: Subscription| Ok((origin_of(&visit.cx.platform.config, &own.organization_slug)?, own));
    let subscriptions = items.into_iter().map(addressed).collect::<Result<_>>()?;
    let view = View { subscriptions, pagination, saved: asked.saved, problem: problem(&asked.problem) };
    let frame = Frame::new(&visit, brand, "/account/subscriptions").titled("Subscriptions").in_section(Section::Account);
    Ok(frame.around(&view)?.for_one(&visit, StatusCode::OK))
}

#[derive(Template)]
#[template(path = "account/subscription.html")]
struct Plans {
    subscription: Subscription,
    tiers: Vec<Tier>,
}

impl Plans {
    /// Whether this is what they have.
    fn is_current(&self, tier: &Tier, interval: &str) -> bool {
        tier.id == self.subscription.tier_id && interval == self.subscription.interval
    }
}

/// What else could be had instead.
pub(crate) async fn plans(visit: Visit, Path(id): Path<SubscriptionId>) -> Reply<Response> {
    let asked = format!("/subscriptions/{id}");
    let (brand, Wrapped { data: subscription }) =
        try_join(visit.brand(), visit.get::<Wrapped<Subscription>>(Worker::Ecom, &asked)).await?;
    let asked = format!("/api/organizations/{}/tiers?limit=100", subscription.organization_id);
    let Listed { items: tiers, .. } = visit.get::<Listed<Tier>>(Worker::Organization, &asked).await?;
    let frame = Frame::new(&visit, brand, format!("/account/subscriptions/{id}")).titled("Change").in_section(Section::Account);
    Ok(frame.around(&Plans { subscription, tiers })?.for_one(&visit, StatusCode::OK))
}

async fn manage(visit: &Visit, id: SubscriptionId, action: &str, body: &Value) -> Result<Response> {
    match visit.send(Worker::Ecom, Method::POST, &format!("/subscriptions/{id}/{action}"), body).await? {
        Ok(_) => see_other("/account/subscriptions?saved=true", []),
        Err(refusal) => back_with("/account/subscriptions", refusal),
    }
}

/// It ends with what is paid for.
pub(crate) async fn cancel(visit: Visit, Path(id): Path<SubscriptionId>, _form: Form) -> Reply<Response> {
    Ok(manage(&visit, id, "cancel", &Value::Null).await?)
}

/// It goes on after all.
pub(crate) async fn resume(visit: Visit, Path(id): Path<SubscriptionId>, _form: Form) -> Reply<Response> {
    Ok(manage(&visit, id, "resume", &Value::Null).await?)
}

pub(crate) async fn change(visit: Visit, Path(id): Path<SubscriptionId>, form: Form) -> Reply<Response> {
    let plan = json!({ "tierId": form.text("tierId"), "interval": form.text("interval") });
    Ok(manage(&visit, id, "change", &plan).await?)
}

/// Opens Stripe's page with somebody's receipts and ways to pay.
pub(crate) async fn billing(visit: Visit, _form: Form) -> Reply<Response> {
    #[derive(Deserialize)]
    struct Portal {
        url: String,
    }
    let wanted = json!({ "returnUrl": format!("{}/account/subscriptions", visit.site.origin) });
    match visit.send(Worker::Ecom, Method::POST, "/checkout/portal-session", &wanted).await? {
        Ok(done) => Ok(see_other(&done.read::<Wrapped<Portal>>()?.data.url, [])?),
        Err(refusal) => Ok(back_with("/account/subscriptions", refusal)?),
    }
}

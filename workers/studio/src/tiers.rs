//! What an organization offers to subscribers, and who they are.

use askama::Template;
use axum::{
    http::{Method, StatusCode},
    response::Response,
};
use codex_http::{Form, Path, Paths, Query, Reply};
use codex_kernel::{Error, Result, TierId, Timestamp};
use codex_pages::{Entries, Listed, Pagination, Refusal, Visit, Worker, see_other, with_query, words};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    desk::{Asked, Before, Desk, organization},
    money,
    settings::{filled, typed, with},
};

const HERE: &str = "/studio/tiers";
/// What a desk has to have for a page that shows tiers.
pub(crate) const WITH: [(&str, &str); 1] = [("with", "tiers")];

/// What can be subscribed to.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Tier {
    pub(crate) id: TierId,
    pub(crate) name: String,
    description: Option<String>,
    monthly_price_cents: i64,
    annual_price_cents: i64,
    currency: String,
    sort_order: u32,
    status: String,
}

impl Tier {
    fn monthly(&self) -> String {
        words::price(self.monthly_price_cents, &self.currency)
    }

    fn annual(&self) -> String {
        words::price(self.annual_price_cents, &self.currency)
    }

    pub(crate) fn is_active(&self) -> bool {
        self.status == "active"
    }

    /// As its form shows it.
    fn filled_in(&self) -> Entries {
        filled([
            ("name", self.name.clone()),
            ("description", self.description.clone().unwrap_or_default()),
            ("monthly", words::amount(self.monthly_price_cents, &self.currency)),
            ("annual", words::amount(self.annual_price_cents, &self.currency)),
            ("currency", self.currency.clone()),
            ("sortOrder", self.sort_order.to_string()),
        ])
    }
}

#[derive(Template)]
#[template(path = "tiers.html")]
struct ListView {
    desk: Desk,
    active: Vec<Tier>,
    archived: Vec<Tier>,
    entries: Entries,
}

async fn render(visit: &Visit, entries: Entries, done: &str) -> Result<Response> {
    let status = entries.status();
    let mut desk = Desk::alone(visit, HERE, &WITH).await?.managed()?.after(done);
    let frame = desk.frame(visit, HERE, "Tiers");
    let (active, archived) = std::mem::take(&mut desk.tiers).into_iter().partition(Tier::is_active);
    let view = ListView { desk, active, archived, entries };
    Ok(view.desk.around(frame, &view)?.for_one(visit, status))
}

pub(crate) async fn list(visit: Visit, Query(before): Query<Before>) -> Reply<Response> {
    Ok(render(&visit, Entries::default(), &before.done).await?)
}

/// What a form says of a tier.
fn fields(form: &Form) -> Result<Value, Refusal> {
    let tier = json!({
        "name": form.text("name").trim(),
        "description": typed(form, "description"),
        "monthlyPriceCents": money::cents(form, "monthly")?,
        "annualPriceCents": money::cents(form, "annual")?,
    });
    let Some(order) = typed(form, "sortOrder") else { return Ok(tier) };
    let order = order.parse::<u32>().map_err(|_| Refusal::at("sortOrder", "must be a number"))?;
    Ok(with(tier, "sortOrder", order))
}

/// A refusal told of the fields that the form shows.
fn shown(refusal: Refusal, form: &Form) -> Refusal {
    money::told(refusal, form, &[("monthlyPriceCents", "monthly"), ("annualPriceCents", "annual")])
}

pub(crate) async fn create(visit: Visit, form: Form) -> Reply<Response> {
    let path = format!("{}/tiers", organization(&visit).await?);
    let asked = match fields(&form) {
        // Its currency stays what it is made with.
        Ok(tier) => {
            let tier = with(tier, "currency", money::currency(&form));
            visit.send(Worker::Organization, Method::POST, &path, &tier).await?
        }
        Err(refusal) => Err(refusal),
    };
    match asked {
        Ok(_) => Ok(see_other("/studio/tiers?done=created", [])?),
        Err(refusal) => {
            let refusal = shown(refusal, &form);
            Ok(render(&visit, Entries::refused(form, refusal)?, "").await?)
        }
    }
}

#[derive(Template)]
#[template(path = "tier.html")]
struct View {
    desk: Desk,
    tier: Tier,
    entries: Entries,
}

async fn show(visit: &Visit, id: TierId, refused: Option<Entries>, done: &str) -> Result<Response> {
    let mut desk = Desk::alone(visit, HERE, &WITH).await?.managed()?.after(done);
    let found = std::mem::take(&mut desk.tiers).into_iter().find(|tier| tier.id == id);
    let tier = found.ok_or_else(|| Error::not_found("tier"))?;
    let entries = refused.unwrap_or_else(|| tier.filled_in());
    let status = entries.status();
    let frame = desk.frame(visit, &format!("{HERE}/{id}"), &tier.name);
    let view = View { desk, tier, entries };
    Ok(view.desk.around(frame, &view)?.for_one(visit, status))
}

pub(crate) async fn edit(visit: Visit, Path(id): Path<TierId>, Query(before): Query<Before>) -> Reply<Response> {
    Ok(show(&visit, id, None, &before.done).await?)
}

pub(crate) async fn save(visit: Visit, Path(id): Path<TierId>, form: Form) -> Reply<Response> {
    let path = format!("{}/tiers/{id}", organization(&visit).await?);
    let asked = match fields(&form) {
        Ok(tier) => visit.send(Worker::Organization, Method::PATCH, &path, &tier).await?,
        Err(refusal) => Err(refusal),
    };
    match asked {
        Ok(_) => Ok(see_other(&format!("{HERE}/{id}?done=saved"), [])?),
        Err(refusal) => {
            let refusal = shown(refusal, &form);
            Ok(show(&visit, id, Some(Entries::refused(form, refusal)?), "").await?)
        }
    }
}

/// Takes a tier out of what is offered, or offers it again.
pub(crate) async fn act(visit: Visit, Paths(id, action): Paths<TierId, String>, form: Form) -> Reply<Response> {
    let status = match action.as_str() {
        "archive" => "archived",
        "offer" => "active",
        _ => return Err(Error::not_found("page").into()),
    };
    let path = format!("{}/tiers/{id}", organization(&visit).await?);
    match visit.send(Worker::Organization, Method::PATCH, &path, &json!({ "status": status })).await? {
        Ok(_) => Ok(see_other(&format!("{HERE}/{id}?done=saved"), [])?),
        Err(refusal) => Ok(show(&visit, id, Some(Entries::refused(form, refusal)?), "").await?),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Subscriber {
    name: String,
    tier_name: String,
    interval: String,
    amount_cents: i64,
    currency: String,
    status: String,
    cancel_at_period_end: bool,
    current_period_end: Timestamp,
    created_at: Timestamp,
}

impl Subscriber {
    fn price(&self) -> String {
        let every = if self.interval == "annual" { "a year" } else { "a month" };
        format!("{} {every}", words::price(self.amount_cents, &self.currency))
    }

    fn state(&self) -> &'static str {
        match self.status.as_str() {
            "active" | "trialing" if self.cancel_at_period_end => "Ends",
            "active" | "trialing" => "Active",
            "past_due" | "unpaid" => "Payment failed",
            "paused" => "Paused",
            "canceled" => "Ended",
            _ => "Not begun",
        }
    }

    fn since(&self) -> String {
        words::time(self.created_at)
    }

    fn until(&self) -> String {
        words::time(self.current_period_end)
    }
}

#[derive(Template)]
#[template(path = "subscribers.html")]
struct SubscribersView {
    desk: Desk,
    asked: Asked,
    subscribers: Vec<Subscriber>,
    pagination: Pagination,
}

pub(crate) async fn subscribers(visit: Visit, Query(asked): Query<Asked>) -> Reply<Response> {
    let page = asked.page();
    let (desk, Listed { items, pagination }) = Desk::open(&visit, HERE, |id| {
        let all = [
            ("organizationId", id.as_str()),
            ("tierId", &asked.tier),
            ("status", &asked.status),
            ("page", &page),
            ("limit", "20"),
        ];
        let (visit, query) = (visit.clone(), with_query("/subscribers", &all));
        async move { visit.list::<Subscriber>(Worker::Ecom, &query).await }
    })
    .await?;
    let frame = desk.frame(&visit, "/studio/subscribers", "Subscribers");
    let view = SubscribersView { desk, asked, subscribers: items, pagination };
    Ok(view.desk.around(frame, &view)?.for_one(&visit, StatusCode::OK))
}

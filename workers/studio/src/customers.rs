//! Who bought or was given something, and what one of them has.

use askama::Template;
use axum::{
    http::{Method, StatusCode},
    response::Response,
};
use codex_http::{Form, Path, Paths, Query, Reply};
use codex_kernel::{ContentId, Result, Timestamp, UserId};
use codex_pages::{Entries, Listed, Pagination, Refusal, Visit, Worker, see_other, with_query, words};
use futures_util::future::try_join;
use serde::Deserialize;
use serde_json::json;

use crate::desk::{Asked, Choice, Desk};

/// Whether words are too few to look for.
fn is_short(q: &str) -> bool {
    matches!(q.trim().chars().count(), 1..=2)
}

fn query(asked: &Asked, organization: &str) -> String {
    let sort = if asked.sort == "newest" { "newest" } else { "recent" };
    let search = if is_short(&asked.q) { "" } else { asked.q.trim() };
    let page = asked.page();
    let all = [("organizationId", organization), ("search", search), ("sort", sort), ("page", &page), ("limit", "20")];
    with_query("/api/admin/customers", &all)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Customer {
    id: UserId,
    person: Person,
    purchases: u64,
    spent: Vec<Spending>,
    first_purchased_at: Option<Timestamp>,
    last_at: Timestamp,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    name: String,
    email: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spending {
    currency: String,
    net_cents: i64,
}

impl Customer {
    fn spent(&self) -> String {
        let all: Vec<_> = self.spent.iter().map(|spent| words::price(spent.net_cents, &spent.currency)).collect();
        if all.is_empty() { "Nothing spent".to_owned() } else { all.join(" + ") }
    }

    fn bought(&self) -> String {
        match self.purchases {
            0 => "no purchases".to_owned(),
            1 => "1 purchase".to_owned(),
            more => format!("{more} purchases"),
        }
    }

    fn email(&self) -> &str {
        self.person.email.as_deref().unwrap_or("Account closed")
    }
}

#[derive(Template)]
#[template(path = "customers.html")]
struct ListView {
    desk: Desk,
    asked: Asked,
    customers: Vec<Customer>,
    pagination: Pagination,
}

impl ListView {
    fn is_short(&self) -> bool {
        is_short(&self.asked.q)
    }
}

pub(crate) async fn list(visit: Visit, Query(asked): Query<Asked>) -> Reply<Response> {
    let (desk, Listed { items, pagination }) = Desk::open(&visit, "/studio/customers", |id| {
        let (visit, query) = (visit.clone(), query(&asked, &id));
        async move { visit.list::<Customer>(Worker::Admin, &query).await }
    })
    .await?;
    let frame = desk.frame(&visit, "/studio/customers", "Customers");
    let view = ListView { desk, asked, customers: items, pagination };
    Ok(view.desk.around(frame, &view)?.for_one(&visit, StatusCode::OK))
}

#[derive(Deserialize)]
struct One {
    #[serde(flatten)]
    customer: Customer,
    bought: Listed<Bought>,
    grants: Vec<Grant>,
}

/// Something they bought.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Bought {
    title: String,
    status: String,
    amount_cents: i64,
    refunded_cents: i64,
    currency: String,
    purchased_at: Timestamp,
}

/// Something they were given.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Grant {
    content_id: ContentId,
    title: String,
    granted_at: Timestamp,
    reason: Option<String>,
    revoked_at: Option<Timestamp>,
}

#[derive(Template)]
#[template(path = "customer.html")]
struct View {
    desk: Desk,
    customer: Customer,
    bought: Vec<Bought>,
    pages: String,
    grants: Vec<Grant>,
    gifts: Vec<Choice>,
    entries: Entries,
}

async fn render(visit: &Visit, id: UserId, entries: Entries, asked: &Asked) -> Result<Response> {
    let status = entries.status();
    let page = asked.page();
    let (desk, (one, gifts)) = Desk::open(visit, "/studio/customers", |organization| async move {
        let about = ("organizationId", organization.as_str());
        let one = with_query(&format!("/api/admin/customers/{id}"), &[about, ("page", &page), ("limit", "20")]);
        let gifts = with_query("/api/content/storefront", &[("organization", visit.tenant()?), ("limit", "100")]);
        try_join(visit.one::<One>(Worker::Admin, &one), visit.list::<Choice>(Worker::Content, &gifts)).await
    })
    .await?;
    let One { customer, bought, grants } = one;
    let desk = desk.after(&asked.done);
    let frame = desk.frame(visit, &format!("/studio/customers/{id}"), &customer.person.name);
    let Listed { items: bought, pagination } = bought;
    let pages = asked.pages(&format!("/studio/customers/{id}"), &pagination).to_string();
    let view = View { desk, customer, bought, pages, grants, gifts: gifts.items, entries };
    Ok(view.desk.around(frame, &view)?.for_one(visit, status))
}

pub(crate) async fn show(visit: Visit, Path(id): Path<UserId>, Query(asked): Query<Asked>) -> Reply<Response> {
    Ok(render(&visit, id, Entries::default(), &asked).await?)
}

/// Gives them something.
pub(crate) async fn grant(visit: Visit, Path(id): Path<UserId>, form: Form) -> Reply<Response> {
    let asked = match form.text("content").parse::<ContentId>() {
        Ok(content) => {
            let path = format!("/api/admin/customers/{id}/grant-access/{content}");
            visit.send(Worker::Admin, Method::POST, &path, &reason(&form)).await?
        }
        Err(_) => Err(Refusal::at("content", "must be chosen")),
    };
    match asked {
        Ok(_) => Ok(see_other(&format!("/studio/customers/{id}?done=granted"), [])?),
        Err(refusal) => Ok(render(&visit, id, Entries::refused(form, refusal)?, &Asked::default()).await?),
    }
}

/// Takes back what they were given.
pub(crate) async fn revoke(visit: Visit, Paths(id, content): Paths<UserId, ContentId>, form: Form) -> Reply<Response> {
    let path = format!("/api/admin/customers/{id}/grant-access/{content}");
    match visit.send(Worker::Admin, Method::DELETE, &path, &reason(&form)).await? {
        Ok(_) => Ok(see_other(&format!("/studio/customers/{id}?done=revoked"), [])?),
        Err(refusal) => Ok(render(&visit, id, Entries::refused(form, refusal)?, &Asked::default()).await?),
    }
}

fn reason(form: &Form) -> serde_json::Value {
    let reason = Some(form.text("reason").trim()).filter(|reason| !reason.is_empty());
    json!({ "reason": reason })
}

//! The pages on which a person pays, or has a card declined, and sees what was paid for a subscription.

use std::sync::Arc;

use axum::{
    extract::{Path, Query, State as Shared},
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use serde::Deserialize;
use serde_json::Value;

use super::{Failure, Stripe, after, number, payment, session, text};
use crate::http::escape;

#[derive(Deserialize)]
pub struct View {
    declined: Option<String>,
}

/// `GET /pay/:id`
pub async fn show(Shared(stripe): Shared<Arc<Stripe>>, Path(id): Path<String>, Query(view): Query<View>) -> Response {
    match session::current(&stripe, &id) {
        Ok(session) => page(&session, view.declined.is_some()),
        Err(failure) => missing(&failure),
    }
}

/// `POST /pay/:id` with `action=` `pay`, `decline` or `debit` (a bank debit, which takes days), as the page's buttons send it; after a
/// debit `debit-arrives` or `debit-fails`, as the bank would.
pub async fn act(Shared(stripe): Shared<Arc<Stripe>>, Path(id): Path<String>, body: String) -> Response {
    let fields: Vec<(String, String)> = serde_urlencoded::from_str(&body).unwrap_or_default();
    let field = |name: &str| fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    match field("action") {
        Some("pay") => pay(&stripe, &id, field("email"), true),
        Some("debit") => pay(&stripe, &id, field("email"), false),
        Some("debit-arrives") => debited(&stripe, &id, true),
        Some("debit-fails") => debited(&stripe, &id, false),
        Some("decline") => to(&format!("/pay/{id}?declined=1")),
        _ => (StatusCode::BAD_REQUEST, "action must be pay, debit, debit-arrives, debit-fails or decline").into_response(),
    }
}

/// `GET /portal/:id`: the customer's invoices, and the way back.
pub async fn portal(Shared(stripe): Shared<Arc<Stripe>>, Path(id): Path<String>) -> Response {
    let found = stripe.state.read(|world| {
        let portal = after::get(world, "billing_portal.session", &id, "id")?;
        let customers = |one: &&Value| text(one, "object") == "invoice" && text(one, "customer") == text(&portal, "customer");
        let line = |one: &Value| format!("<li>{}, {}</li>", escape(&price(one, "total")), escape(text(one, "status")));
        let invoices: String = world.objects.values().filter(customers).map(line).collect();
        Ok((portal, invoices))
    });
    match found {
        Ok((portal, invoices)) => {
            let html = include_str!("portal.html").replace("{{invoices}}", &invoices);
            Html(html.replace("{{return}}", &escape(text(&portal, "return_url")))).into_response()
        }
        Err(failure) => missing(&failure),
    }
}

fn pay(stripe: &Stripe, id: &str, email: Option<&str>, now: bool) -> Response {
    let session = match session::current(stripe, id) {
        Ok(session) => session,
        Err(failure) => return missing(&failure),
    };
    // Someone who presses the button twice is sent on both times, and pays once.
    let ended = if text(&session, "status") == "open" {
        session::settle(stripe, id, "open", |session, world| payment::completed(session, world, email, now)).unwrap_or(session)
    } else {
        session
    };
    match text(&ended, "status") {
        "complete" => to(&text(&ended, "success_url").replace("{CHECKOUT_SESSION_ID}", id)),
        _ => (StatusCode::CONFLICT, page(&ended, false)).into_response(),
    }
}

fn debited(stripe: &Stripe, id: &str, arrives: bool) -> Response {
    match session::settle(stripe, id, "unpaid", |session, world| payment::debited(session, world, arrives)) {
        Ok(session) => crate::http::json(200, session.to_string()),
        Err(failure) => failure.into(),
    }
}

fn to(url: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, url)]).into_response()
}

fn missing(failure: &Failure) -> Response {
    (StatusCode::NOT_FOUND, Html(format!("<!doctype html><p>{}</p>", escape(&failure.message)))).into_response()
}

/// What a field of `object` comes to in its currency: `USD 9.98`.
fn price(object: &Value, field: &str) -> String {
    let amount = number(object, field);
    format!("{} {}.{:02}", text(object, "currency").to_uppercase(), amount / 100, amount % 100)
}

fn page(session: &Value, declined: bool) -> Response {
    let cancel = match text(session, "cancel_url") {
        "" => String::new(),
        url => format!(r#"<a href="{}">Cancel and go back</a>"#, escape(url)),
    };
    let notice = if declined { r#"<p role="alert">Your card was declined. You have not been charged.</p>"# } else { "" };
    let buttons = match text(session, "status") {
        "open" => include_str!("buttons.html"),
        "complete" => "<p>This session has been paid.</p>",
        _ => "<p>This session has expired.</p>",
    };
    let html =
        include_str!("pay.html").replace("{{notice}}", notice).replace("{{buttons}}", buttons).replace("{{cancel}}", &cancel);
    Html(html.replace("{{price}}", &escape(&price(session, "amount_total")))).into_response()
}

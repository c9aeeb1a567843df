use std::collections::BTreeMap;

use codex_kernel::{ContentId, Error, Result, Timestamp, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;

use crate::{
    connect::Account,
    facts::{Charge, Dispute, Facts, Refund},
    lifecycle::CheckoutStatus,
    subscriptions::{
        invoice::{FailedInvoice, Invoice, InvoicePayment, PaidInvoice},
        news::Hint,
        shape,
    },
};

/// A Stripe event, as far as every event has the same shape: <https://docs.stripe.com/api/events/object>. Whatever else it holds is kept
/// with it, of any version of the API.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "StripeEvent")]
pub struct Event {
    /// `evt_...`.
    pub id: String,
    /// `checkout.session.completed`, ...
    #[serde(rename = "type")]
    pub kind: String,
    /// The connected account it is about, on the endpoint for those.
    account: Option<String>,
    /// When Stripe made it, in seconds since 1970.
    #[serde(default)]
    created: i64,
    data: Data,
}

/// What an event is about.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(rename = "StripeEventData")]
struct Data {
    /// As it was when the event was made; its shape follows from the event's type.
    #[schemars(with = "serde_json::Map<String, serde_json::Value>")]
    object: Box<RawValue>,
}

impl Event {
    /// The types that change something here. Any endpoint takes each of them; others are kept.
    pub const APPLIED: [&'static str; 23] = [
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
        "customer.subscription.created",
        "customer.subscription.updated",
        "customer.subscription.deleted",
        "customer.subscription.paused",
        "customer.subscription.resumed",
        "invoice.paid",
        "invoice.payment_succeeded",
        "invoice.payment_failed",
        "invoice_payment.paid",
        "charge.refunded",
        "refund.created",
        "refund.updated",
        "refund.failed",
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "account.updated",
        "account.application.deauthorized",
        "customer.deleted",
    ];

    /// Reads a verified body. 400 where it is no event.
    pub fn parse(body: &[u8]) -> Result<Self> {
        serde_json::from_slice(body).map_err(|_| Error::invalid_at("", "not a Stripe event"))
    }

    fn object<T: serde::de::DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(self.data.object.get()).ok()
    }

    /// What the event says; `Other` for all that is about nothing of ours, or in a shape of another day.
    pub(crate) fn news(&self) -> News {
        let news = match self.kind.as_str() {
            "checkout.session.completed" | "checkout.session.async_payment_succeeded" => {
                self.object::<Session>().and_then(|session| {
                    let standing = session.standing();
                    if session.subscribes() {
                        return Some(session.ended(standing));
                    }
                    let pending = (standing == CheckoutStatus::Pending).then(|| News::Checkout(session.id.clone(), standing));
                    session.sale().map(News::Paid).or(pending)
                })
            }
            "checkout.session.expired" => self.object::<Session>().map(|session| session.ended(CheckoutStatus::Expired)),
            "checkout.session.async_payment_failed" => {
                self.object::<Session>().map(|session| session.ended(CheckoutStatus::Failed))
            }
            "customer.subscription.created"
            | "customer.subscription.updated"
            | "customer.subscription.deleted"
            | "customer.subscription.paused"
            | "customer.subscription.resumed" => self.object::<shape::Named>().and_then(shape::Named::ours).map(News::of),
            "invoice.paid" | "invoice.payment_succeeded" => self.object::<Invoice>().and_then(Invoice::paid).map(News::Invoice),
            "invoice.payment_failed" => self.object::<Invoice>().and_then(Invoice::failed).map(News::FailedInvoice),
            "invoice_payment.paid" => self
                .object::<InvoicePayment>()
                .and_then(InvoicePayment::link)
                .map(|link| News::Subscription(Hint { link: Some(link), ..Hint::default() })),
            "charge.refunded" => self.object::<Charge>().and_then(Charge::facts).map(News::Payment),
            "refund.created" | "refund.updated" | "refund.failed" => {
                self.object::<Refund>().and_then(Refund::facts).map(News::Payment)
            }
            "charge.dispute.created" | "charge.dispute.updated" | "charge.dispute.closed" => {
                let closed = self.kind == "charge.dispute.closed";
                self.object::<Dispute>().and_then(|dispute| dispute.facts(closed)).map(News::Payment)
            }
            "account.updated" => self.object().map(|account| News::Account(account, self.told_at())),
            "account.application.deauthorized" => self.account.clone().map(|account| News::Deauthorized(account, self.told_at())),
            "customer.deleted" => self.object::<Named>().map(|customer| News::CustomerGone(customer.id)),
            _ => None,
        };
        news.unwrap_or(News::Other)
    }

    fn told_at(&self) -> Timestamp {
        Timestamp::from_second(self.created).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// What there is to do about an event.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// Somebody paid.
    Paid(Sale),
    /// Nobody paid in this checkout session, or not yet.
    Checkout(String, CheckoutStatus),
    /// Something happened to a payment that was made.
    Payment(Facts),
    /// How a seller's account stands, as of then.
    Account(Account, Timestamp),
    /// A seller took back what they allowed, then.
    Deauthorized(String, Timestamp),
    /// Stripe forgot this customer.
    CustomerGone(String),
    /// Something happened to a subscription, or on the way to one.
    Subscription(Hint),
    /// A subscription was paid for.
    Invoice(PaidInvoice),
    /// A subscription was not paid for, and that is tried again or not.
    FailedInvoice(FailedInvoice),
    /// Nothing but to keep it.
    Other,
}

impl News {
    fn of(subscription: String) -> Self {
        Self::Subscription(Hint { subscription: Some(subscription), ..Hint::default() })
    }
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

/// A payment for one content.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sale {
    pub(crate) session: String,
    pub(crate) payment_intent: Option<String>,
    /// `cus_...`, by which the buyer is known to the customer portal.
    pub(crate) customer: Option<String>,
    pub(crate) buyer: UserId,
    pub(crate) content: ContentId,
    /// Minor units.
    pub(crate) amount: i64,
    /// ISO 4217, lowercase.
    pub(crate) currency: String,
}

/// A checkout session, by event or by retrieval: <https://docs.stripe.com/api/checkout/sessions/object>.
#[derive(Debug, Deserialize)]
pub(crate) struct Session {
    pub(crate) id: String,
    /// `open`, `complete` or `expired`.
    pub(crate) status: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) expires_at: Option<i64>,
    payment_status: Option<String>,
    mode: Option<String>,
    amount_total: Option<i64>,
    currency: Option<String>,
    payment_intent: Option<Expandable>,
    customer: Option<Expandable>,
    subscription: Option<Expandable>,
    #[serde(default)]
    metadata: Option<BTreeMap<String, String>>,
}

/// A reference that Stripe may have replaced by the object itself.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Expandable {
    Id(String),
    Object {
        id: String,
        #[serde(rename = "object")]
        _object: IgnoredAny,
    },
}

impl Expandable {
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Id(id) | Self::Object { id, .. } => id,
        }
    }

    pub(crate) fn id(self) -> String {
        match self {
            Self::Id(id) | Self::Object { id, .. } => id,
        }
    }
}

impl Session {
    /// How it stands. One that is complete and not paid (a bank debit) may still be.
    pub(crate) fn standing(&self) -> CheckoutStatus {
        match (self.status.as_deref(), self.payment_status.as_deref()) {
            (Some("expired"), _) => CheckoutStatus::Expired,
            (Some("complete"), Some("unpaid")) => CheckoutStatus::Pending,
            (Some("complete"), _) => CheckoutStatus::Paid,
            _ => CheckoutStatus::Open,
        }
    }

    /// Whether it is for a subscription, not for a payment.
    fn subscribes(&self) -> bool {
        self.mode.as_deref() == Some("subscription")
    }

    /// The news that it ended so.
    fn ended(self, status: CheckoutStatus) -> News {
        if !self.subscribes() {
            return News::Checkout(self.id, status);
        }
        let checkout = Some((self.id.clone(), status));
        News::Subscription(Hint { subscription: self.subscription(), checkout, link: None })
    }

    /// The subscription it made.
    pub(crate) fn subscription(self) -> Option<String> {
        self.subscription.map(Expandable::id)
    }

    /// Whether we opened it for `buyer`.
    pub(crate) fn belongs_to(&self, buyer: UserId) -> bool {
        let named = self.metadata.as_ref().and_then(|metadata| metadata.get("userId"));
        named.and_then(|text| text.parse().ok()) == Some(buyer)
    }

    /// The sale it stands for, if it is one of ours and the money is there.
    pub(crate) fn sale(self) -> Option<Sale> {
        let paid = matches!(self.payment_status.as_deref(), Some("paid" | "no_payment_required"));
        if !paid || self.mode.as_deref() != Some("payment") {
            return None;
        }
        let metadata = self.metadata?;
        Some(Sale {
            buyer: metadata.get("userId")?.parse().ok()?,
            content: metadata.get("contentId")?.parse().ok()?,
            amount: self.amount_total.filter(|amount| *amount >= 0)?,
            currency: self.currency?,
            payment_intent: self.payment_intent.map(Expandable::id),
            customer: self.customer.map(Expandable::id),
            session: self.id,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const USER: &str = "019aa000-0000-7000-8000-000000000001";
    const CONTENT: &str = "019aa000-0000-7000-8000-000000000002";

    fn session(changes: Value) -> Value {
        let mut session = json!({
            "id": "cs_1", "object": "checkout.session", "mode": "payment", "status": "complete", "payment_status": "paid",
            "amount_total": 2999, "currency": "usd", "payment_intent": "pi_1", "url": null, "expires_at": 1,
            "metadata": { "userId": USER, "contentId": CONTENT, "other": "x" },
        });
        session.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        session
    }

    fn news(kind: &str, object: &Value) -> News {
        let event = json!({ "id": "evt_1", "type": kind, "data": { "object": object }, "created": 1 });
        Event::parse(event.to_string().as_bytes()).unwrap().news()
    }

    fn intent_of(news: News) -> Option<String> {
        match news {
            News::Paid(sale) => sale.payment_intent,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_paid_session_is_a_sale() {
        let expected = Sale {
            session: "cs_1".to_owned(),
            payment_intent: Some("pi_1".to_owned()),
            customer: None,
            buyer: USER.parse().unwrap(),
            content: CONTENT.parse().unwrap(),
            amount: 2999,
            currency: "usd".to_owned(),
        };
        assert_eq!(news("checkout.session.completed", &session(json!({}))), News::Paid(expected));
        assert!(matches!(news("checkout.session.async_payment_succeeded", &session(json!({}))), News::Paid(_)));
        let expanded = session(json!({ "payment_intent": { "id": "pi_2", "object": "payment_intent" } }));
        assert_eq!(intent_of(news("checkout.session.completed", &expanded)).as_deref(), Some("pi_2"));
        assert_eq!(intent_of(news("checkout.session.completed", &session(json!({ "payment_intent": null })))), None);
    }

    #[test]
    fn a_session_for_a_subscription_is_news_of_that() {
        let session = session(json!({ "mode": "subscription", "subscription": "sub_1", "payment_intent": null }));
        for (kind, status) in [("completed", CheckoutStatus::Paid), ("expired", CheckoutStatus::Expired)] {
            let checkout = Some(("cs_1".to_owned(), status));
            let hint = Hint { subscription: Some("sub_1".to_owned()), checkout, link: None };
            assert_eq!(news(&format!("checkout.session.{kind}"), &session), News::Subscription(hint));
        }
    }

    #[test]
    fn a_bank_debit_is_pending() {
        let unpaid = session(json!({ "payment_status": "unpaid" }));
        assert_eq!(news("checkout.session.completed", &unpaid), News::Checkout("cs_1".to_owned(), CheckoutStatus::Pending));
    }

    #[test]
    fn what_changes_something_is_told_apart_from_what_is_kept() {
        let everything = json!({
            "id": "x_1", "payment_status": "unpaid", "status": "complete", "metadata": { "contentId": CONTENT, "userId": USER, "tierId": CONTENT }, "payment_intent": "pi_1",
            "amount": 5, "amount_refunded": 5, "charges_enabled": true, "amount_paid": 5, "currency": "usd", "subscription": "sub_1",
            "subscription_details": { "metadata": { "userId": USER, "tierId": CONTENT } }, "invoice": "in_1",
            "payment": { "type": "payment_intent", "payment_intent": "pi_1" }, "lines": { "data": [{ "period": { "start": 1, "end": 2 } }] },
        });
        for kind in
            Event::APPLIED.into_iter().chain(["charge.succeeded", "payment_intent.succeeded", "charge.dispute.funds_withdrawn"])
        {
            let event = json!({ "id": "evt_1", "type": kind, "account": "acct_1", "data": { "object": everything } });
            let other = Event::parse(event.to_string().as_bytes()).unwrap().news() == News::Other;
            assert_eq!(other, !Event::APPLIED.contains(&kind), "{kind}");
        }
    }

    #[test]
    fn what_is_not_paid_or_not_ours_is_none() {
        for changes in [
            json!({ "payment_status": "unpaid", "status": "open" }),
            json!({ "metadata": {} }),
            json!({ "metadata": null }),
            json!({ "metadata": { "userId": "x", "contentId": CONTENT } }),
            json!({ "amount_total": -1 }),
            json!({ "amount_total": null }),
            json!({ "id": 7 }),
        ] {
            assert_eq!(news("checkout.session.completed", &session(changes.clone())), News::Other, "{changes}");
        }
        assert_eq!(news("customer.created", &json!({ "id": "cus_1" })), News::Other);
        for (kind, status) in [("expired", CheckoutStatus::Expired), ("async_payment_failed", CheckoutStatus::Failed)] {
            assert_eq!(news(&format!("checkout.session.{kind}"), &session(json!({}))), News::Checkout("cs_1".to_owned(), status));
        }
        // Any version of the API, and none; a notification of the second API is none of ours.
        for version in ["2020-01-01", "2099-10-10.the_larch", "2099-10-10.endive"] {
            let event = json!({ "id": "evt_1", "type": "x", "api_version": version, "data": { "object": {} } });
            assert!(Event::parse(event.to_string().as_bytes()).is_ok(), "{version}");
        }
        let notification = r#"{"id":"evt_1","object":"v2.core.event","type":"v1.x","created":"2025-10-04T15:13:32.232Z"}"#;
        for body in [
            "",
            "null",
            "[]",
            "{}",
            notification,
            "} I am not valid JSON; 123][",
            r#"{"id":"evt_1","type":"x"}"#,
            r#"{"id":1,"type":"x","data":{"object":{}}}"#,
        ] {
            assert!(Event::parse(body.as_bytes()).is_err(), "{body}");
        }
    }
}

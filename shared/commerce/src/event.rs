use std::collections::BTreeMap;

use codex_kernel::{ContentId, Error, Result, UserId};
use serde::{Deserialize, de::IgnoredAny};
use serde_json::value::RawValue;

/// A Stripe event, as far as every event has the same shape: <https://docs.stripe.com/api/events/object>.
#[derive(Debug, Deserialize)]
pub struct Event {
    /// `evt_...`.
    pub id: String,
    /// `checkout.session.completed`, ...
    #[serde(rename = "type")]
    pub kind: String,
    data: Data,
}

#[derive(Debug, Deserialize)]
struct Data {
    object: Box<RawValue>,
}

impl Event {
    /// Reads a verified body. 400 where it is no event.
    pub fn parse(body: &[u8]) -> Result<Self> {
        serde_json::from_slice(body).map_err(|_| Error::invalid_at("", "not a Stripe event"))
    }

    /// What the event says of a checkout session; `Other` for all that is not about one of ours.
    pub(crate) fn news(&self) -> News {
        let session = || serde_json::from_str::<Session>(self.data.object.get()).ok();
        match self.kind.as_str() {
            "checkout.session.completed" | "checkout.session.async_payment_succeeded" => {
                session().and_then(|session| session.sale()).map_or(News::Other, News::Paid)
            }
            "checkout.session.expired" | "checkout.session.async_payment_failed" => {
                session().map_or(News::Other, |session| News::Ended(session.id))
            }
            _ => News::Other,
        }
    }
}

/// What there is to do about an event.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum News {
    /// Somebody paid.
    Paid(Sale),
    /// This checkout session ended and nobody paid.
    Ended(String),
    /// Nothing but to keep it.
    Other,
}

/// A payment for one content.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Sale {
    pub(crate) session: String,
    pub(crate) payment_intent: Option<String>,
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
    #[serde(default)]
    metadata: Option<BTreeMap<String, String>>,
}

/// A reference that Stripe may have replaced by the object itself.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Expandable {
    Id(String),
    Object {
        id: String,
        #[serde(rename = "object")]
        _object: IgnoredAny,
    },
}

impl Session {
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
            payment_intent: self.payment_intent.map(|intent| match intent {
                Expandable::Id(id) | Expandable::Object { id, .. } => id,
            }),
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
    fn what_is_not_paid_or_not_ours_is_none() {
        for changes in [
            json!({ "payment_status": "unpaid" }),
            json!({ "mode": "subscription" }),
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
        assert_eq!(news("checkout.session.expired", &session(json!({}))), News::Ended("cs_1".to_owned()));
        for body in ["", "null", "[]", "{}", r#"{"id":"evt_1","type":"x"}"#, r#"{"id":1,"type":"x","data":{"object":{}}}"#] {
            assert!(Event::parse(body.as_bytes()).is_err(), "{body}");
        }
    }
}

//! What Stripe says of subscriptions: <https://docs.stripe.com/api/subscriptions/object>.

use std::collections::BTreeMap;

use codex_kernel::{TierId, Timestamp, UserId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::lifecycle::SubscriptionStatus;
use crate::event::Expandable;

/// How often a subscription is paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Interval {
    /// Every month.
    Monthly,
    /// Every year.
    Annual,
}

impl Interval {
    /// Its word in the database and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Monthly => "monthly",
            Self::Annual => "annual",
        }
    }

    /// Stripe's word.
    pub(crate) fn stripe(self) -> &'static str {
        match self {
            Self::Monthly => "month",
            Self::Annual => "year",
        }
    }
}

/// What we wrote on a subscription when it was made, or when its tier changed.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Marks(Option<BTreeMap<String, String>>);

impl Marks {
    fn named<T: std::str::FromStr>(&self, key: &str) -> Option<T> {
        self.0.as_ref()?.get(key)?.parse().ok()
    }

    pub(crate) fn user(&self) -> Option<UserId> {
        self.named("userId")
    }

    pub(crate) fn tier(&self) -> Option<TierId> {
        self.named("tierId")
    }
}

/// A subscription as an event names it: enough to know whether it is ours.
#[derive(Deserialize)]
pub(crate) struct Named {
    id: String,
    #[serde(default)]
    metadata: Marks,
}

impl Named {
    pub(crate) fn ours(self) -> Option<String> {
        self.metadata.user().and(self.metadata.tier()).map(|_| self.id)
    }
}

/// A subscription as Stripe answers, in [the version we ask in](crate::stripe).
#[derive(Deserialize)]
pub(crate) struct StripeSubscription {
    status: SubscriptionStatus,
    pub(crate) cancel_at_period_end: bool,
    pub(crate) cancel_at: Option<i64>,
    pub(crate) customer: Expandable,
    pub(crate) currency: String,
    pub(crate) created: i64,
    pub(crate) ended_at: Option<i64>,
    pause_collection: Option<PauseCollection>,
    items: List<Item>,
    #[serde(default)]
    pub(crate) metadata: Marks,
}

#[derive(Deserialize)]
struct PauseCollection {
    behavior: String,
}

#[derive(Deserialize)]
pub(super) struct List<T> {
    pub(super) data: Vec<T>,
}

/// What is subscribed to: one price.
#[derive(Deserialize)]
pub(crate) struct Item {
    pub(crate) id: String,
    pub(crate) price: Price,
    current_period_start: i64,
    current_period_end: i64,
}

#[derive(Deserialize)]
pub(crate) struct Price {
    pub(crate) id: String,
    pub(crate) unit_amount: Option<i64>,
    recurring: Option<Recurring>,
}

#[derive(Deserialize)]
struct Recurring {
    interval: String,
}

impl Price {
    pub(crate) fn interval(&self) -> Interval {
        match &self.recurring {
            Some(recurring) if recurring.interval == "year" => Interval::Annual,
            _ => Interval::Monthly,
        }
    }
}

impl Item {
    /// The time that is paid for, or being paid.
    pub(crate) fn period(&self) -> Option<(Timestamp, Timestamp)> {
        Some((Timestamp::from_second(self.current_period_start).ok()?, Timestamp::from_second(self.current_period_end).ok()?))
    }
}

impl StripeSubscription {
    /// Its one item.
    pub(crate) fn item(&self) -> Option<&Item> {
        self.items.data.first()
    }

    /// How it stands. Collection that was paused with `void` gives nothing for nothing; with the other behaviours it is a gift.
    pub(crate) fn status(&self) -> SubscriptionStatus {
        let void = self.pause_collection.as_ref().is_some_and(|pause| pause.behavior == "void");
        if void && !self.status.has_ended() { SubscriptionStatus::Paused } else { self.status }
    }

    /// Whether it ends with its period. The customer portal may set a date instead of the flag.
    pub(crate) fn ending(&self) -> bool {
        let end = self.item().map(|item| item.current_period_end);
        self.cancel_at_period_end || self.cancel_at.zip(end).is_some_and(|(at, end)| at <= end)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    const USER: &str = "019aa000-0000-7000-8000-000000000001";
    const TIER: &str = "019aa000-0000-7000-8000-000000000002";

    fn marks() -> Value {
        json!({ "userId": USER, "tierId": TIER })
    }

    #[test]
    fn a_subscription_is_ours_by_both_marks() {
        let named = |metadata: Value| from_value::<Named>(json!({ "id": "sub_1", "metadata": metadata })).unwrap().ours();
        assert_eq!((named(marks()).as_deref(), named(json!({ "userId": USER }))), (Some("sub_1"), None));
    }

    #[test]
    fn a_subscription_ends_by_flag_or_by_date_and_pauses_by_state_or_void() {
        let subscription = |changes: Value| {
            let mut object = json!({
                "id": "sub_1", "status": "active", "cancel_at_period_end": false, "cancel_at": null, "customer": "cus_1", "currency": "usd",
                "created": 1, "ended_at": null, "pause_collection": null, "metadata": marks(),
                "items": { "data": [{ "id": "si_1", "price": { "id": "price_1", "unit_amount": 9900, "recurring": { "interval": "year" } },
                    "current_period_start": 100, "current_period_end": 200 }] },
            });
            object.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
            from_value::<StripeSubscription>(object).unwrap()
        };
        assert_eq!(subscription(json!({})).item().unwrap().price.interval(), Interval::Annual);
        for (changes, ending) in [
            (json!({}), false),
            (json!({ "cancel_at_period_end": true }), true),
            (json!({ "cancel_at": 200 }), true),
            (json!({ "cancel_at": 900 }), false),
        ] {
            assert_eq!(subscription(changes.clone()).ending(), ending, "{changes}");
        }
        for (changes, status) in [
            (json!({ "status": "past_due" }), SubscriptionStatus::PastDue),
            (json!({ "pause_collection": { "behavior": "void", "resumes_at": null } }), SubscriptionStatus::Paused),
            (json!({ "pause_collection": { "behavior": "keep_as_draft" } }), SubscriptionStatus::Active),
            (json!({ "status": "canceled", "pause_collection": { "behavior": "void" } }), SubscriptionStatus::Canceled),
        ] {
            assert_eq!(subscription(changes.clone()).status(), status, "{changes}");
        }
    }
}

//! What Stripe tells of a payment after it was made: charges, refunds, disputes. Each becomes facts that only grow, so that
//! merging them needs no order. Shapes: <https://docs.stripe.com/api/charges/object>, <https://docs.stripe.com/api/refunds/object>,
//! <https://docs.stripe.com/api/disputes/object>, and the types that the official `stripe` package declares for them.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::event::Expandable;

/// News of one payment, as far as it goes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Stripe's id of it, `pi_...`.
    pub payment_intent: String,
    /// What its charge says was refunded in all, in minor units; a later charge says no less, unless a refund failed.
    pub refunded: i64,
    /// Each refund and its amount.
    pub refunds: BTreeMap<String, i64>,
    /// Those that failed or were cancelled, and their amounts.
    pub failed_refunds: BTreeMap<String, i64>,
    /// Each dispute and its amount.
    pub disputes: BTreeMap<String, i64>,
    /// Those that were lost, and their amounts.
    pub lost_disputes: BTreeMap<String, i64>,
    /// Those that were won, and their amounts: some of them on appeal, after they were lost.
    pub won_disputes: BTreeMap<String, i64>,
}

/// A charge, of which a full or partial refund is told.
#[derive(Deserialize)]
pub(crate) struct Charge {
    payment_intent: Option<Expandable>,
    amount_refunded: i64,
}

impl Charge {
    pub(crate) fn facts(self) -> Option<Facts> {
        let refunded = self.amount_refunded.max(0);
        Some(Facts { payment_intent: self.payment_intent?.id(), refunded, ..Facts::default() })
    }
}

/// One refund.
#[derive(Debug, Deserialize)]
pub(crate) struct Refund {
    pub(crate) id: String,
    payment_intent: Option<Expandable>,
    amount: i64,
    status: Option<String>,
}

impl Refund {
    /// Whether the money came back to us.
    pub(crate) fn failed(&self) -> bool {
        matches!(self.status.as_deref(), Some("failed" | "canceled"))
    }

    pub(crate) fn facts(self) -> Option<Facts> {
        let failed = self.failed();
        let amounts = BTreeMap::from([(self.id, self.amount.max(0))]);
        let failed_refunds = if failed { amounts.clone() } else { BTreeMap::new() };
        Some(Facts { payment_intent: self.payment_intent?.id(), refunds: amounts, failed_refunds, ..Facts::default() })
    }
}

/// A buyer's bank asking for the money back.
#[derive(Deserialize)]
pub(crate) struct Dispute {
    id: String,
    payment_intent: Option<Expandable>,
    amount: i64,
    status: Option<String>,
}

impl Dispute {
    /// `closed` by the event that tells of it. What closes without being lost (won, an inquiry that went no further, one that a
    /// refund prevented) leaves the money here.
    pub(crate) fn facts(self, closed: bool) -> Option<Facts> {
        let disputes = BTreeMap::from([(self.id, self.amount.max(0))]);
        let (mut lost_disputes, mut won_disputes) = (BTreeMap::new(), BTreeMap::new());
        match self.status.as_deref() {
            Some("lost") => lost_disputes.clone_from(&disputes),
            Some("won" | "warning_closed" | "prevented") => won_disputes.clone_from(&disputes),
            _ if closed => won_disputes.clone_from(&disputes),
            _ => {}
        }
        Some(Facts { payment_intent: self.payment_intent?.id(), disputes, lost_disputes, won_disputes, ..Facts::default() })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    #[test]
    fn a_charge_tells_the_sum() {
        let charge = |object: Value| from_value::<Charge>(object).unwrap().facts();
        let facts = charge(json!({ "id": "ch_1", "payment_intent": "pi_1", "amount_refunded": 700, "refunded": false })).unwrap();
        assert_eq!((facts.payment_intent.as_str(), facts.refunded), ("pi_1", 700));
        assert_eq!(charge(json!({ "payment_intent": null, "amount_refunded": 700 })), None);
    }

    #[test]
    fn a_refund_tells_itself_and_whether_it_failed() {
        for (status, failed) in [("pending", 0), ("succeeded", 0), ("requires_action", 0), ("failed", 1), ("canceled", 1)] {
            let object = json!({ "id": "re_1", "payment_intent": { "id": "pi_1", "object": "payment_intent" }, "amount": 5, "status": status });
            let facts = from_value::<Refund>(object).unwrap().facts().unwrap();
            assert_eq!((facts.refunds.get("re_1"), facts.failed_refunds.len()), (Some(&5), failed), "{status}");
        }
    }

    #[test]
    fn a_dispute_is_open_until_it_is_decided() {
        for (status, closed, lost, won) in [
            ("needs_response", false, 0, 0),
            ("under_review", false, 0, 0),
            ("warning_needs_response", false, 0, 0),
            ("appeal_under_review", false, 0, 0),
            ("lost", false, 1, 0),
            ("lost", true, 1, 0),
            ("won", true, 0, 1),
            ("warning_closed", true, 0, 1),
            ("prevented", true, 0, 1),
            ("of_another_day", true, 0, 1),
        ] {
            let object = json!({ "id": "du_1", "payment_intent": "pi_1", "amount": 2999, "status": status });
            let facts = from_value::<Dispute>(object).unwrap().facts(closed).unwrap();
            let told = (facts.disputes.get("du_1"), facts.lost_disputes.len(), facts.won_disputes.len());
            assert_eq!(told, (Some(&2999), lost, won), "{status}");
        }
    }
}

//! What Stripe says of subscriptions' invoices, in the shape of today and in that of versions before 2025-03-31 ("basil"), in which old
//! events stay: <https://docs.stripe.com/api/invoices/object>.

use codex_kernel::{TierId, Timestamp, UserId};
use serde::Deserialize;

use super::shape::{List, Marks};
use crate::event::Expandable;

/// An invoice, by event.
#[derive(Deserialize)]
pub(crate) struct Invoice {
    id: String,
    amount_paid: i64,
    currency: String,
    parent: Option<Parent>,
    subscription: Option<Expandable>,
    subscription_details: Option<Details>,
    payment_intent: Option<Expandable>,
    #[serde(default)]
    amount_remaining: i64,
    #[serde(default)]
    attempt_count: i32,
    next_payment_attempt: Option<i64>,
    hosted_invoice_url: Option<String>,
    billing_reason: Option<String>,
    lines: List<Line>,
}

#[derive(Deserialize)]
struct Parent {
    subscription_details: Option<Details>,
}

#[derive(Default, Deserialize)]
struct Details {
    subscription: Option<Expandable>,
    #[serde(default)]
    metadata: Marks,
}

#[derive(Deserialize)]
struct Line {
    period: Period,
    pricing: Option<Pricing>,
    price: Option<LinePrice>,
}

#[derive(Clone, Copy, Deserialize)]
struct Period {
    start: i64,
    end: i64,
}

#[derive(Deserialize)]
struct Pricing {
    price_details: Option<PriceDetails>,
}

#[derive(Deserialize)]
struct PriceDetails {
    price: Option<Expandable>,
}

#[derive(Deserialize)]
struct LinePrice {
    id: String,
}

/// An invoice that there would be.
#[derive(Deserialize)]
pub(crate) struct Preview {
    /// What would be paid at once, minor units.
    pub(crate) amount_due: i64,
    /// The same before credit is used; below nothing, it becomes credit.
    pub(crate) total: i64,
    pub(crate) currency: String,
    lines: List<Line>,
}

impl Preview {
    /// The end of the period that would be paid.
    pub(crate) fn until(&self) -> Option<Timestamp> {
        Timestamp::from_second(self.lines.data.iter().map(|line| line.period.end).max()?).ok()
    }
}

/// An invoice of ours that was paid.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct PaidInvoice {
    /// `in_...`.
    pub(crate) id: String,
    /// `sub_...`.
    pub(crate) subscription: String,
    pub(crate) user: UserId,
    pub(crate) tier: TierId,
    /// `price_...`, which says better than the mark which tier it is.
    pub(crate) price: Option<String>,
    /// Minor units.
    pub(crate) amount: i64,
    /// ISO 4217, lowercase.
    pub(crate) currency: String,
    /// The time it pays for.
    pub(crate) period: (Timestamp, Timestamp),
    /// `pi_...`, where the event still says so.
    pub(crate) payment_intent: Option<String>,
    /// Where Stripe shows it.
    pub(crate) page: Option<String>,
}

/// An invoice of ours that somebody's bank refused to pay, once more.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct FailedInvoice {
    /// `in_...`.
    pub(crate) id: String,
    /// `sub_...`.
    pub(crate) subscription: String,
    pub(crate) user: UserId,
    pub(crate) tier: TierId,
    /// `price_...`, which says better than the mark which tier it is.
    pub(crate) price: Option<String>,
    /// Minor units.
    pub(crate) amount: i64,
    /// ISO 4217, lowercase.
    pub(crate) currency: String,
    /// From 1.
    pub(crate) attempt: i32,
    /// When Stripe tries again, if it does.
    pub(crate) next: Option<Timestamp>,
    /// Where Stripe takes the money.
    pub(crate) page: Option<String>,
    /// Whether it is not the first payment, which is made on a page that says itself what went wrong.
    pub(crate) renewal: bool,
}

impl Invoice {
    fn details(&mut self) -> Option<(String, Marks)> {
        let parent = self.parent.take().and_then(|parent| parent.subscription_details);
        let details = parent.or_else(|| self.subscription_details.take()).unwrap_or_default();
        let subscription = details.subscription.or_else(|| self.subscription.take())?;
        Some((subscription.id(), details.metadata))
    }

    /// What was not paid, if it belongs to a subscription of ours.
    pub(crate) fn failed(mut self) -> Option<FailedInvoice> {
        let (subscription, marks) = self.details()?;
        let renewal = self.billing_reason.as_deref() != Some("subscription_create");
        let (attempt, amount, page) = (self.attempt_count.max(1), self.amount_remaining.max(0), self.page());
        let next = self.next_payment_attempt.and_then(|second| Timestamp::from_second(second).ok());
        let price = self.line().and_then(|(_, price)| price);
        let (user, tier) = (marks.user()?, marks.tier()?);
        Some(FailedInvoice {
            subscription,
            user,
            tier,
            price,
            amount,
            currency: self.currency,
            attempt,
            next,
            page,
            renewal,
            id: self.id,
        })
    }

    /// Where Stripe shows it; nothing but an address of the web is put into a mail.
    fn page(&mut self) -> Option<String> {
        self.hosted_invoice_url.take().filter(|page| page.starts_with("https://") && page.len() <= 2_000)
    }

    /// For which time it is, and at which price. A change of tier gives a part of the old one back on a line before that of the new one.
    fn line(&mut self) -> Option<(Period, Option<String>)> {
        let line = std::mem::take(&mut self.lines.data).into_iter().max_by_key(|line| line.period.end)?;
        let price = line.pricing.and_then(|pricing| pricing.price_details).and_then(|details| details.price).map(Expandable::id);
        Some((line.period, price.or(line.price.map(|price| price.id))))
    }

    /// What it paid for, if it belongs to a subscription of ours.
    pub(crate) fn paid(mut self) -> Option<PaidInvoice> {
        let (subscription, marks) = self.details()?;
        let (Period { start, end }, price) = self.line()?;
        Some(PaidInvoice {
            subscription,
            user: marks.user()?,
            tier: marks.tier()?,
            price,
            page: self.page(),
            amount: self.amount_paid.max(0),
            currency: self.currency,
            period: (Timestamp::from_second(start).ok()?, Timestamp::from_second(end).ok()?),
            payment_intent: self.payment_intent.map(Expandable::id),
            id: self.id,
        })
    }
}

/// Which payment paid which invoice: <https://docs.stripe.com/api/invoice-payment/object>.
#[derive(Deserialize)]
pub(crate) struct InvoicePayment {
    invoice: Expandable,
    payment: Payment,
}

#[derive(Deserialize)]
struct Payment {
    payment_intent: Option<Expandable>,
}

impl InvoicePayment {
    /// Payment intent and invoice.
    pub(crate) fn link(self) -> Option<(String, String)> {
        Some((self.payment.payment_intent?.id(), self.invoice.id()))
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

    fn line(price: &str, end: i64) -> Value {
        json!({ "period": { "start": 100, "end": end }, "pricing": { "type": "price_details", "price_details": { "price": price } } })
    }

    fn invoice(changes: Value) -> Option<PaidInvoice> {
        let mut invoice = json!({
            "id": "in_1", "object": "invoice", "amount_paid": 999, "currency": "usd", "lines": { "data": [line("price_1", 200)] },
            "parent": { "type": "subscription_details", "subscription_details": { "subscription": "sub_1", "metadata": marks() } },
        });
        invoice.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        from_value::<Invoice>(invoice).unwrap().paid()
    }

    #[test]
    fn an_invoice_of_today_and_one_of_before() {
        let today = invoice(json!({})).unwrap();
        assert_eq!(
            (today.subscription.as_str(), today.price.as_deref(), today.payment_intent.as_deref()),
            ("sub_1", Some("price_1"), None)
        );
        assert_eq!((today.period.0.as_second(), today.period.1.as_second(), today.amount), (100, 200, 999));
        let before = invoice(json!({
            "parent": null, "subscription": "sub_1", "subscription_details": { "metadata": marks() }, "payment_intent": "pi_1",
            "lines": { "data": [{ "period": { "start": 100, "end": 200 }, "price": { "id": "price_1", "object": "price" } }] },
        }));
        assert_eq!(before, Some(PaidInvoice { payment_intent: Some("pi_1".to_owned()), ..today }));
    }

    #[test]
    fn an_attempt_that_failed() {
        let failed = |changes: Value| {
            let mut invoice = json!({
                "id": "in_1", "object": "invoice", "amount_paid": 0, "amount_remaining": 999, "currency": "usd", "attempt_count": 2,
                "next_payment_attempt": 300, "hosted_invoice_url": "https://invoice.stripe.com/i/1", "billing_reason": "subscription_cycle",
                "lines": { "data": [line("price_1", 200)] },
                "parent": { "type": "subscription_details", "subscription_details": { "subscription": "sub_1", "metadata": marks() } },
            });
            invoice.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
            from_value::<Invoice>(invoice).unwrap().failed()
        };
        let second = failed(json!({})).unwrap();
        assert_eq!((second.amount, second.attempt, second.renewal, second.price.as_deref()), (999, 2, true, Some("price_1")));
        assert_eq!((second.next.unwrap().as_second(), second.page.as_deref()), (300, Some("https://invoice.stripe.com/i/1")));
        let last = failed(json!({ "next_payment_attempt": null, "hosted_invoice_url": "javascript:1", "lines": { "data": [] } }))
            .unwrap();
        assert_eq!((last.next, last.page, last.price), (None, None, None));
        assert!(!failed(json!({ "billing_reason": "subscription_create" })).unwrap().renewal);
        assert_eq!(failed(json!({ "parent": null })), None);
    }

    #[test]
    fn the_line_that_pays_for_the_longest_says_for_what() {
        let changed = invoice(json!({ "lines": { "data": [line("price_old", 200), line("price_new", 200)] } })).unwrap();
        assert_eq!(changed.price.as_deref(), Some("price_new"));
        let longer = invoice(json!({ "lines": { "data": [line("price_year", 900), line("price_old", 200)] } })).unwrap();
        assert_eq!((longer.price.as_deref(), longer.period.1.as_second()), (Some("price_year"), 900));
    }

    #[test]
    fn what_is_not_a_subscription_of_ours_is_none() {
        for parent in [
            json!(null),
            json!({ "subscription_details": null }),
            json!({ "subscription_details": { "subscription": "sub_1", "metadata": {} } }),
            json!({ "subscription_details": { "subscription": "sub_1", "metadata": null } }),
            json!({ "subscription_details": { "subscription": "sub_1", "metadata": { "userId": USER, "tierId": "x" } } }),
        ] {
            assert_eq!(invoice(json!({ "parent": parent })), None, "{parent}");
        }
    }
}

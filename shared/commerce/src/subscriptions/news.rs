//! Asking Stripe how a subscription stands.
//!
//! Events about one subscription come in any order, several in the same second, and each shows it as it was. So an event only says that
//! there is news (`subscription_news`). Whoever then asks takes a ticket before the question, and the answer is written only over one
//! of an earlier ticket. A ticket taken after an event belongs to a question asked after it, so the answer to the highest ticket knows
//! of every event whose news was taken up, and no late answer undoes it.

use codex_edge::{Param, Platform};
use codex_kernel::{Error, Id, Result, SubscriptionId, Timestamp};
use serde::Deserialize;
use serde_json::Value;

use super::{
    checkout::settle,
    invoice::{FailedInvoice, PaidInvoice},
    manage::end_renewal,
    shape::StripeSubscription,
};
use crate::{
    inbox::Source,
    lifecycle::CheckoutStatus,
    statements::{
        CLAIM_ENDING, CLAIM_NEWS, CLAIM_SUBSCRIPTION_CHECKOUTS, HEAR_FAILED_INVOICE, HEAR_INVOICE, HEAR_NEWS, KEEP_SUBSCRIPTION,
        TAKE_TICKET,
    },
    stripe,
};

/// Subscriptions, checkouts and endings taken up in one sweep, each.
const SWEEP: i32 = 50;
/// Seconds after the end of a period, when nothing was heard of the next one, until Stripe is asked.
const OVERDUE: i64 = 3_600;

/// What an event says, when it says that there is news.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Hint {
    /// Of which subscription.
    pub(crate) subscription: Option<String>,
    /// A checkout session that ended, and how.
    pub(crate) checkout: Option<(String, CheckoutStatus)>,
    /// A payment, and the invoice it paid.
    pub(crate) link: Option<(String, String)>,
}

/// Stores an event that says there is news.
pub(crate) async fn hear(platform: &Platform, hint: &Hint, row: &[&dyn Param]) -> Result<()> {
    let (session, status) = hint.checkout.as_ref().map(|(id, status)| (id, checkout_word(*status))).unzip();
    let (payment, invoice) = hint.link.as_ref().map(|(payment, invoice)| (payment, invoice)).unzip();
    let more: [&dyn Param; 5] = [&hint.subscription, &session, &status, &payment, &invoice];
    platform.database.one::<Value>(&HEAR_NEWS, &[row, &more].concat()).await.map(drop)
}

/// A session is over when its subscriber is done; whether the money is there is the subscription's own story.
pub(super) fn checkout_word(status: CheckoutStatus) -> &'static str {
    match status {
        CheckoutStatus::Open => "open",
        CheckoutStatus::Pending | CheckoutStatus::Paid => "complete",
        CheckoutStatus::Expired | CheckoutStatus::Failed => "expired",
    }
}

/// Stores the event of a paid invoice, and the invoice, split, once.
pub(crate) async fn hear_invoice(platform: &Platform, invoice: &PaidInvoice, row: &[&dyn Param]) -> Result<()> {
    let (start, end) = invoice.period;
    let more: [&dyn Param; 11] = [
        &invoice.id,
        &invoice.subscription,
        &invoice.user,
        &invoice.tier,
        &invoice.price,
        &invoice.amount,
        &invoice.currency,
        &start,
        &end,
        &invoice.payment_intent,
        &invoice.page,
    ];
    platform.database.one::<Value>(&HEAR_INVOICE, &[row, &more].concat()).await.map(drop)
}

/// Stores the event of an invoice that was not paid, and tells whoever should have paid it, once for each attempt.
pub(crate) async fn hear_failed_invoice(platform: &Platform, invoice: &FailedInvoice, row: &[&dyn Param]) -> Result<()> {
    let more: [&dyn Param; 11] = [
        &invoice.id,
        &invoice.subscription,
        &invoice.user,
        &invoice.tier,
        &invoice.price,
        &invoice.amount,
        &invoice.currency,
        &invoice.attempt,
        &invoice.next,
        &invoice.page,
        &invoice.renewal,
    ];
    platform.database.one::<Value>(&HEAR_FAILED_INVOICE, &[row, &more].concat()).await.map(drop)
}

/// The right to write Stripe's answer to a question that is asked now.
#[derive(Deserialize)]
pub(super) struct Ticket {
    id: String,
    ticket: i64,
    heard: i64,
    event_id: Option<String>,
    told_by: String,
}

/// A ticket for the subscription `id`, whoever else is asking.
pub(super) async fn ticket(platform: &Platform, id: &str, source: Source, now: Timestamp) -> Result<Ticket> {
    let ticket = take(platform, id, source, true, now).await?;
    ticket.ok_or_else(|| Error::internal(std::io::Error::other("no ticket")))
}

async fn take(platform: &Platform, id: &str, source: Source, always: bool, now: Timestamp) -> Result<Option<Ticket>> {
    platform.database.one(&TAKE_TICKET, &[&id, &now, &source.name(), &always]).await
}

/// Asks how the subscription `id` stands, unless somebody is asking since its latest news. What fails is asked again by the sweep.
pub async fn ask(platform: &Platform, id: &str, source: Source, now: Timestamp) -> Result<()> {
    match take(platform, id, source, false, now).await? {
        Some(ticket) => answer(platform, ticket, now).await,
        None => Ok(()),
    }
}

/// Asks, and writes what Stripe says.
pub(super) async fn answer(platform: &Platform, ticket: Ticket, now: Timestamp) -> Result<()> {
    let found = stripe::subscription(platform, &ticket.id).await?;
    keep(platform, &ticket, found.as_ref(), now).await
}

/// Writes how a subscription stands, unless a later ticket's answer was written. Nothing, where Stripe knows none, is kept as it was.
pub(super) async fn keep(platform: &Platform, ticket: &Ticket, found: Option<&StripeSubscription>, now: Timestamp) -> Result<()> {
    let unusable = || Error::bad_gateway("Stripe", std::io::Error::other("a subscription without an item or a time"));
    let second = |second: i64| Timestamp::from_second(second).map_err(|_| unusable());
    let item = found.map(|found| found.item().ok_or_else(unusable)).transpose()?;
    let period = item.map(|item| item.period().ok_or_else(unusable)).transpose()?;
    let ended = found.and_then(|found| found.ended_at).map(second).transpose()?;
    let status = found.map(StripeSubscription::status);
    let next = match (status, period) {
        (Some(status), Some((_, end))) if !status.has_ended() => {
            Some(second(end.as_second().max(now.as_second()).saturating_add(OVERDUE))?)
        }
        _ => None,
    };
    let id = SubscriptionId::new(now)?;
    let created = found.map(|found| second(found.created)).transpose()?;
    let customer = found.map(|found| found.customer.name());
    let params: &[&dyn Param] = &[
        &id,
        &ticket.id,
        &ticket.ticket,
        &ticket.heard,
        &next,
        &ticket.event_id,
        &ticket.told_by,
        &now,
        &found.and_then(|found| found.metadata.user()),
        &found.and_then(|found| found.metadata.tier()),
        &item.map(|item| item.price.id.as_str()),
        &item.map(|item| item.id.as_str()),
        &customer,
        &status.map(super::lifecycle::SubscriptionStatus::name),
        &item.map(|item| item.price.interval().name()),
        &item.map(|item| item.price.unit_amount.unwrap_or_default()),
        &found.map(|found| found.currency.as_str()),
        &period.map(|(start, _)| start),
        &period.map(|(_, end)| end),
        &found.is_some_and(StripeSubscription::ending),
        &created,
        &ended,
    ];
    platform.database.one::<Value>(&KEEP_SUBSCRIPTION, params).await.map(drop)
}

/// Settles checkouts whose end nobody told us of, ends renewals for accounts and organizations that are gone, and asks about every
/// subscription that has news, or whose period ended unheard of; how many questions there were. One that fails is asked again.
pub async fn sweep_subscriptions(platform: &Platform, now: Timestamp) -> Result<usize> {
    let (mut asked, mut trouble) = (0, None);
    let mut note = |done: Result<()>| match done {
        Ok(()) => asked += 1,
        Err(error) => trouble = Some(error),
    };
    let sessions: Vec<String> = platform.database.all(&CLAIM_SUBSCRIPTION_CHECKOUTS, &[&now, &SWEEP]).await?;
    for id in sessions {
        note(settle(platform, &id, Source::Sweep, now).await.map(drop));
    }
    let ending: Vec<String> = platform.database.all(&CLAIM_ENDING, &[&now, &SWEEP]).await?;
    for id in ending {
        note(end_renewal(platform, &id, Source::Sweep, now).await);
    }
    let tickets: Vec<Ticket> = platform.database.all(&CLAIM_NEWS, &[&now, &SWEEP]).await?;
    for ticket in tickets {
        note(answer(platform, ticket, now).await);
    }
    trouble.map_or(Ok(asked), Err)
}

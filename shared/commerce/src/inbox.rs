//! Events as they arrive: each is stored by the statement that applies it.

use codex_edge::{Param, Platform, Statement};
use codex_kernel::{Error, Result, Timestamp};
use serde_json::{Value, json};

use crate::{
    Endpoint, Event, Facts,
    connect::Account,
    event::News,
    fulfilment::{Fulfilled, fulfil},
    statements::{FORGET_CUSTOMER, FORGET_PEOPLE, HEAR_ACCOUNT, HEAR_PAYMENT, KEEP_EVENT},
    subscriptions::news,
};

/// Who told of something, for the audit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Stripe, at this address.
    Webhook(Endpoint),
    /// Stripe's list of events, when we compared.
    Reconcile,
    /// The buyer, back from Stripe's page, and then Stripe when asked.
    Landing,
    /// Stripe, when the sweeper asked.
    Sweep,
    /// Stripe's answer to a refund of ours.
    Refund,
    /// The subscriber, here, and then Stripe's answer.
    Subscriber,
}

impl Source {
    /// Its word in the database.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Webhook(endpoint) => endpoint.name(),
            Self::Reconcile => "reconcile",
            Self::Landing => "landing",
            Self::Sweep => "sweep",
            Self::Refund => "refund",
            Self::Subscriber => "subscriber",
        }
    }
}

/// An event and its text.
pub(crate) struct Arrived<'a> {
    pub(crate) event: &'a Event,
    pub(crate) payload: &'a str,
}

/// What is left to do once an event is stored and applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Left {
    /// Nothing.
    Nothing,
    /// A payment is to be given back: [`crate::make_refunds`].
    Refund,
    /// Stripe is to be asked how this subscription stands: [`crate::subscriptions::ask`].
    Ask(String),
}

/// Stores an authentic event and applies it, in one statement. `body` is the event as it came.
pub async fn receive(platform: &Platform, source: Source, event: &Event, body: &[u8], now: Timestamp) -> Result<Left> {
    let payload = std::str::from_utf8(body).map_err(|_| Error::invalid_at("", "not UTF-8"))?;
    let arrived = Arrived { event, payload };
    let row: [&dyn Param; 5] = [&event.id, &source.name(), &event.kind, &payload, &now];
    match event.news() {
        News::Paid(sale) => {
            let fulfilled = fulfil(platform, &sale, source, Some(&arrived), now).await?;
            return Ok(if fulfilled == Fulfilled::Duplicate { Left::Refund } else { Left::Nothing });
        }
        News::Payment(facts) => hear(platform, &facts, source, Some(&arrived), now).await?,
        News::Checkout(session, status) => keep(platform, &KEEP_EVENT, &row, &[&session, &status.name()]).await?,
        News::Account(account, told_at) => hear_account(platform, &account, false, told_at, &row).await?,
        News::Deauthorized(id, told_at) => {
            hear_account(platform, &Account::deauthorized(id), true, told_at, &row).await?;
        }
        News::CustomerGone(customer) => keep(platform, &FORGET_CUSTOMER, &row, &[&customer]).await?,
        News::Subscription(hint) => {
            news::hear(platform, &hint, &row).await?;
            return Ok(hint.subscription.map_or(Left::Nothing, Left::Ask));
        }
        News::Invoice(invoice) => {
            news::hear_invoice(platform, &invoice, &row).await?;
            return Ok(Left::Ask(invoice.subscription));
        }
        News::FailedInvoice(invoice) => {
            news::hear_failed_invoice(platform, &invoice, &row).await?;
            return Ok(Left::Ask(invoice.subscription));
        }
        News::Other => keep(platform, &KEEP_EVENT, &row, &[&None::<String>, &None::<String>]).await?,
    }
    Ok(Left::Nothing)
}

async fn keep(platform: &Platform, statement: &Statement, row: &[&dyn Param], more: &[&dyn Param]) -> Result<()> {
    platform.database.one::<Value>(statement, &[row, more].concat()).await.map(drop)
}

/// Adds facts about a payment, and with them the state of its purchase.
pub(crate) async fn hear(
    platform: &Platform,
    facts: &Facts,
    source: Source,
    event: Option<&Arrived<'_>>,
    now: Timestamp,
) -> Result<()> {
    let params: &[&dyn Param] = &[
        &facts.payment_intent,
        &facts.refunded,
        &json!(facts.refunds),
        &json!(facts.failed_refunds),
        &json!(facts.disputes),
        &json!(facts.lost_disputes),
        &now,
        &source.name(),
        &event.map(|arrived| arrived.event.id.as_str()),
        &event.map(|arrived| arrived.event.kind.as_str()),
        &event.map(|arrived| arrived.payload),
        &json!(facts.won_disputes),
    ];
    platform.database.one::<Value>(&HEAR_PAYMENT, params).await.map(drop)
}

async fn hear_account(
    platform: &Platform,
    account: &Account,
    deauthorized: bool,
    told_at: Timestamp,
    [event, source, kind, payload, now]: &[&dyn Param; 5],
) -> Result<()> {
    let params: &[&dyn Param] = &[
        &account.id,
        &account.user(),
        &account.organization(),
        &account.charges_enabled,
        &account.payouts_enabled,
        &account.details_submitted,
        &account.disabled_reason(),
        &json!(account.currently_due()),
        &deauthorized,
        &told_at,
        event,
        source,
        kind,
        payload,
        now,
    ];
    platform.database.one::<Value>(&HEAR_ACCOUNT, params).await.map(drop)
}

/// Seconds for which an event is kept as it came: as long as Stripe shows it to us.
const WHOLE: i64 = 30 * 86_400;
/// Older events looked at in one run.
const OLD: u32 = 1_000;

/// Takes the people out of events of long ago: names, addresses, cards. What the accounts need stays. How many events that were.
pub async fn forget_people(platform: &Platform, now: Timestamp) -> Result<usize> {
    let until = Timestamp::from_second(now.as_second() - WHOLE).map_err(Error::internal)?;
    let forgotten: Option<usize> = platform.database.one(&FORGET_PEOPLE, &[&until, &OLD]).await?;
    Ok(forgotten.unwrap_or_default())
}

//! The life of a subscription: which states there are, what happens to them, and until when each opens what it opens.
//!
//! The states and how they follow each other are Stripe's (<https://docs.stripe.com/billing/subscriptions/overview>; `-`: it stays as it is,
//! or opens nothing):
//!
//! | subscription | opens | invoice paid | payment fails | tries used up | paused | resumed | ended |
//! |---|---|---|---|---|---|---|---|
//! | incomplete | - | active | - | incomplete_expired | - | - | incomplete_expired |
//! | trialing | period end, and an hour | active | past_due | - | paused | - | canceled |
//! | active | period end, and an hour | - | past_due | - | paused | - | canceled |
//! | past_due | 7 days of the unpaid period | active | - | unpaid | paused | - | canceled |
//! | unpaid | - | active | - | - | - | - | canceled |
//! | paused | - | - | - | - | - | active | canceled |
//! | incomplete_expired | - | - | - | - | - | - | - |
//! | canceled | - | - | - | - | - | - | - |
//!
//! What ends with its period (`ending`) opens until that very moment; what is to be renewed opens an hour longer, which is how
//! long the news of a renewal may take. While a payment fails there is a week of grace. A period whose payment was refunded in
//! full, or is disputed or was lost, opens nothing, whatever the state (view `open_subscriptions`).
//!
//! Events come in any order, so none of them changes a state here: Stripe is asked, and its latest answer is written
//! ([`super::news`]). What an event leads to is what the table says because Stripe went by it. `subscription_opens_until`
//! (migration 0010) is [`opens_until`] in the database, and tests hold both together, with the table here and that in `docs/money.md`.

use codex_kernel::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Seconds that the news of a renewal may take.
const RENEWAL: i64 = 3_600;
/// Seconds of an unpaid period that are open while its payment is tried again.
const GRACE: i64 = 7 * 86_400;

/// How a subscription stands, in Stripe's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionStatus {
    /// Its first payment has not arrived.
    Incomplete,
    /// Its first payment never arrived.
    IncompleteExpired,
    /// Not paid for yet, and open.
    Trialing,
    /// Paid for.
    Active,
    /// A payment failed and is tried again.
    PastDue,
    /// No payment succeeded, and none is tried any more.
    Unpaid,
    /// Nothing is asked for, and nothing is open.
    Paused,
    /// It has ended.
    Canceled,
}

/// What happens to a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// `invoice.paid`.
    Paid,
    /// `invoice.payment_failed`.
    Failed,
    /// Stripe tries no longer: `customer.subscription.updated`.
    GivenUp,
    /// `customer.subscription.paused`.
    Paused,
    /// `customer.subscription.resumed`.
    Resumed,
    /// `customer.subscription.deleted`.
    Ended,
}

impl SubscriptionStatus {
    /// Every one of them.
    pub const ALL: [Self; 8] = [
        Self::Incomplete,
        Self::IncompleteExpired,
        Self::Trialing,
        Self::Active,
        Self::PastDue,
        Self::Unpaid,
        Self::Paused,
        Self::Canceled,
    ];

    /// Its word in the database and on the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::IncompleteExpired => "incomplete_expired",
            Self::Trialing => "trialing",
            Self::Active => "active",
            Self::PastDue => "past_due",
            Self::Unpaid => "unpaid",
            Self::Paused => "paused",
            Self::Canceled => "canceled",
        }
    }

    /// Whether nothing can happen to it any more.
    pub fn has_ended(self) -> bool {
        matches!(self, Self::IncompleteExpired | Self::Canceled)
    }

    /// What Stripe makes of it.
    #[must_use]
    pub fn after(self, happening: Happening) -> Self {
        use Happening::{Ended, Failed, GivenUp, Paid, Paused, Resumed};
        match (self, happening) {
            (Self::IncompleteExpired | Self::Canceled, _) => self,
            (Self::Incomplete, Ended | GivenUp) => Self::IncompleteExpired,
            (_, Ended) => Self::Canceled,
            (Self::Paused, Resumed) => Self::Active,
            (Self::Paused, _) => Self::Paused,
            (_, Paid) => Self::Active,
            (Self::Trialing | Self::Active, Failed) => Self::PastDue,
            (Self::PastDue, GivenUp) => Self::Unpaid,
            (Self::Trialing | Self::Active | Self::PastDue, Paused) => Self::Paused,
            _ => self,
        }
    }
}

/// Until when a subscription opens what it opens, its payments granted; `None` is not at all.
pub fn opens_until(
    status: SubscriptionStatus,
    period_start: Timestamp,
    period_end: Timestamp,
    ending: bool,
) -> Option<Timestamp> {
    let seconds = match status {
        SubscriptionStatus::Active | SubscriptionStatus::Trialing if ending => period_end.as_second(),
        SubscriptionStatus::Active | SubscriptionStatus::Trialing => period_end.as_second().saturating_add(RENEWAL),
        SubscriptionStatus::PastDue => period_end.as_second().min(period_start.as_second().saturating_add(GRACE)),
        _ => return None,
    };
    Timestamp::from_second(seconds).ok()
}

#[cfg(test)]
mod tests {
    use Happening::{Ended, Failed, GivenUp, Paid, Paused as Pauses, Resumed};
    use SubscriptionStatus::{Active, PastDue, Trialing};

    use super::*;
    use crate::tables::rows;

    #[test]
    fn it_becomes_what_the_table_says() {
        let columns = [Paid, Failed, GivenUp, Pauses, Resumed, Ended];
        let table = rows(include_str!("lifecycle.rs"), "subscription");
        assert_eq!(table.len(), SubscriptionStatus::ALL.len());
        for row in table {
            let status = SubscriptionStatus::ALL.into_iter().find(|status| status.name() == row[0]).unwrap();
            let opens = match status {
                Active | Trialing => "period end, and an hour",
                PastDue => "7 days of the unpaid period",
                _ => "-",
            };
            assert_eq!(row[1], opens, "{status:?}");
            for (happening, cell) in columns.into_iter().zip(&row[2..]) {
                let expected = if *cell == "-" { status.name() } else { cell };
                assert_eq!(status.after(happening).name(), expected, "{status:?} after {happening:?}");
            }
        }
    }

    #[test]
    fn it_opens_until_what_the_table_says() {
        let day = |days: i64| Timestamp::from_second(days * 86_400).unwrap();
        let until = |status, ending| opens_until(status, day(100), day(130), ending).map(|at| at.as_second());
        for status in SubscriptionStatus::ALL {
            let expected = match status {
                Active | Trialing => Some((day(130).as_second() + 3_600, day(130).as_second())),
                PastDue => Some((day(107).as_second(), day(107).as_second())),
                _ => None,
            };
            assert_eq!(until(status, false).zip(until(status, true)), expected, "{status:?}");
        }
        assert_eq!(opens_until(PastDue, day(100), day(102), false), Some(day(102)), "grace ends with its period");
    }
}

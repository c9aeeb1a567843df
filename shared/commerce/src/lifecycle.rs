//! The life of a purchase: which states there are, what happens to them, who may watch, and whose the money is.
//!
//! Before there is a purchase there is a checkout:
//!
//! | checkout | completed, paid | completed, unpaid | debit arrives | debit fails | expires |
//! |---|---|---|---|---|---|
//! | open | paid | pending | paid | failed | expired |
//! | pending | paid | - | paid | failed | - |
//! | paid | - | - | - | - | - |
//! | failed | paid | - | paid | - | - |
//! | expired | paid | - | paid | - | - |
//!
//! A paid checkout makes a purchase: `paid` and with access, or `duplicate` where the buyer had access already. From then on:
//!
//! | purchase | access | part refunded | all refunded | refund fails | disputed | dispute won | dispute lost |
//! |---|---|---|---|---|---|---|---|
//! | (none yet) | - | kept | kept | kept | kept | kept | kept |
//! | paid | yes | partly_refunded | refunded | - | disputed | paid | lost |
//! | partly_refunded | yes | partly_refunded | refunded | paid, if none is left | disputed | partly_refunded | lost |
//! | refunded | no | - | - | what the rest says | refunded | refunded | refunded |
//! | disputed | no | disputed | refunded | disputed | disputed | paid or partly_refunded | lost |
//! | lost | no | lost | refunded | lost | lost | paid or partly_refunded (on appeal) | - |
//! | duplicate | no | duplicate | refunded | duplicate | disputed | duplicate | lost |
//!
//! What is "kept" is applied by the statement that makes the purchase. News comes in any order and more than once, so a state is not
//! changed by an event: events add to [`Told`], which only grows, and the state is computed from that. The database does so
//! in `apply_payment` (migration 0006); [`Sale`] is the same in Rust, and tests hold them together.

use serde::{Deserialize, Serialize};

use crate::{Facts, PurchaseStatus};

/// How a checkout session of ours stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckoutStatus {
    /// The buyer may pay.
    Open,
    /// The buyer is done, and their bank is not.
    Pending,
    /// The money is there.
    Paid,
    /// Nobody paid in time.
    Expired,
    /// The bank did not pay.
    Failed,
}

impl CheckoutStatus {
    /// Its word in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Pending => "pending",
            Self::Paid => "paid",
            Self::Expired => "expired",
            Self::Failed => "failed",
        }
    }

    /// What it becomes when Stripe says `news`. Nothing undoes a payment; nothing but a payment undoes an end.
    #[must_use]
    pub fn after(self, news: Self) -> Self {
        match (self, news) {
            (Self::Paid, _) | (_, Self::Paid) => Self::Paid,
            (Self::Open, news) | (Self::Pending, news @ Self::Failed) => news,
            (settled, _) => settled,
        }
    }
}

/// Everything Stripe told of a payment so far. [`Told::hear`] may be called in any order and any number of times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told(Facts);

impl Told {
    /// Adds news.
    pub fn hear(&mut self, news: &Facts) {
        let Self(facts) = self;
        facts.refunded = facts.refunded.max(news.refunded);
        facts.refunds.extend(news.refunds.clone());
        facts.failed_refunds.extend(news.failed_refunds.clone());
        facts.disputes.extend(news.disputes.clone());
        facts.lost_disputes.extend(news.lost_disputes.clone());
        facts.won_disputes.extend(news.won_disputes.clone());
    }
}

/// One payment for one content.
#[derive(Clone, Copy, Debug)]
pub struct Sale {
    /// Minor units.
    pub amount: i64,
    /// The platform's part of it.
    pub platform: i64,
    /// The organization's part of it.
    pub organization: i64,
    /// Paid for what was owned already.
    pub duplicate: bool,
}

/// How a sale stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its state.
    pub status: PurchaseStatus,
    /// Went back.
    pub refunded: i64,
    /// In open disputes.
    pub held: i64,
    /// In lost disputes.
    pub lost: i64,
}

impl Sale {
    /// How it stands after all that was told.
    pub fn standing(&self, Told(facts): &Told) -> Standing {
        let failed: i64 = facts.failed_refunds.values().sum();
        let live =
            facts.refunds.iter().filter(|(id, _)| !facts.failed_refunds.contains_key(*id)).map(|(_, amount)| amount).sum::<i64>();
        let refunded = live.max(facts.refunded - failed).min(self.amount);
        let unwon = facts.disputes.iter().filter(|(id, _)| !facts.won_disputes.contains_key(*id));
        let (losses, open): (Vec<_>, Vec<_>) = unwon.partition(|(id, _)| facts.lost_disputes.contains_key(*id));
        let sum = |disputes: &[(&String, &i64)]| disputes.iter().map(|(_, amount)| **amount).sum::<i64>();
        let lost = sum(&losses).min(self.amount - refunded);
        let held = sum(&open).min(self.amount - refunded - lost);
        let status = match () {
            () if self.amount > 0 && refunded >= self.amount => PurchaseStatus::Refunded,
            () if !losses.is_empty() => PurchaseStatus::Lost,
            () if !open.is_empty() => PurchaseStatus::Disputed,
            () if self.duplicate => PurchaseStatus::Duplicate,
            () if refunded > 0 => PurchaseStatus::PartlyRefunded,
            () => PurchaseStatus::Paid,
        };
        Standing { status, refunded, held, lost }
    }

    /// What buyer, Stripe, platform, organization and creator have of it, in this order; the sum is nothing.
    pub fn position(&self, Standing { refunded, held, lost, .. }: Standing) -> [i64; 5] {
        let rest = self.amount - refunded - lost;
        let kept = if self.duplicate { 0 } else { rest - held };
        let part = |of: i64| if self.amount == 0 { 0 } else { (of * kept + self.amount - 1) / self.amount };
        let platform = part(self.platform);
        let organization = part(self.organization).min(kept - platform);
        [-rest, rest - kept, platform, organization, kept - platform - organization]
    }
}

impl PurchaseStatus {
    /// Whether its buyer may watch.
    pub fn gives_access(self) -> bool {
        matches!(self, Self::Paid | Self::PartlyRefunded)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const SALE: Sale = Sale { amount: 2999, platform: 300, organization: 270, duplicate: false };

    fn charge(refunded: i64) -> Facts {
        Facts { refunded, ..Facts::default() }
    }

    fn refund(id: &str, amount: i64, failed: bool) -> Facts {
        let refunds = BTreeMap::from([(id.to_owned(), amount)]);
        let failed_refunds = if failed { refunds.clone() } else { BTreeMap::new() };
        Facts { refunds, failed_refunds, ..Facts::default() }
    }

    fn dispute(id: &str, lost: bool, won: bool) -> Facts {
        let disputes = BTreeMap::from([(id.to_owned(), 2999)]);
        let only = |when: bool| if when { disputes.clone() } else { BTreeMap::new() };
        Facts { lost_disputes: only(lost), won_disputes: only(won), disputes, ..Facts::default() }
    }

    fn told(news: &[Facts]) -> Told {
        let mut told = Told::default();
        news.iter().for_each(|news| told.hear(news));
        told
    }

    #[test]
    fn a_checkout_ends_as_the_table_says() {
        use CheckoutStatus::{Expired, Failed, Open, Paid, Pending};
        let table = [
            // state, then after: paid, pending, failed, expired
            (Open, [Paid, Pending, Failed, Expired]),
            (Pending, [Paid, Pending, Failed, Pending]),
            (Paid, [Paid, Paid, Paid, Paid]),
            (Failed, [Paid, Failed, Failed, Failed]),
            (Expired, [Paid, Expired, Expired, Expired]),
        ];
        for (state, row) in table {
            for (news, expected) in [Paid, Pending, Failed, Expired].into_iter().zip(row) {
                assert_eq!(state.after(news), expected, "{state:?} after {news:?}");
            }
        }
    }

    #[test]
    fn a_purchase_becomes_what_the_table_says() {
        use PurchaseStatus::{Disputed, Duplicate, Lost, Paid, PartlyRefunded, Refunded};
        let part = || refund("re_1", 1000, false);
        let all = || charge(2999);
        let failed = || refund("re_1", 1000, true);
        let opened = || dispute("du_1", false, false);
        let won = || dispute("du_1", false, true);
        let lost = || dispute("du_1", true, false);
        // What led to the state, the state, and what it becomes by each column of the table.
        let table: [(Vec<Facts>, PurchaseStatus, [PurchaseStatus; 6]); 6] = [
            (vec![], Paid, [PartlyRefunded, Refunded, Paid, Disputed, Paid, Lost]),
            (vec![part()], PartlyRefunded, [PartlyRefunded, Refunded, Paid, Disputed, PartlyRefunded, Lost]),
            (vec![all()], Refunded, [Refunded, Refunded, PartlyRefunded, Refunded, Refunded, Refunded]),
            (vec![opened()], Disputed, [Disputed, Refunded, Disputed, Disputed, Paid, Lost]),
            (vec![lost()], Lost, [Lost, Refunded, Lost, Lost, Paid, Lost]),
            (vec![part(), opened()], Disputed, [Disputed, Refunded, Disputed, Disputed, PartlyRefunded, Lost]),
        ];
        let columns = || [part(), all(), failed(), opened(), won(), lost()];
        for (before, state, row) in table {
            assert_eq!(SALE.standing(&told(&before)).status, state);
            for (news, expected) in columns().into_iter().zip(row) {
                let after = SALE.standing(&told(&[before.clone(), vec![news.clone()]].concat())).status;
                assert_eq!(after, expected, "{state:?} after {news:?}");
            }
        }
        let second = Sale { duplicate: true, ..SALE };
        for (news, expected) in columns().into_iter().zip([Duplicate, Refunded, Duplicate, Disputed, Duplicate, Lost]) {
            assert_eq!(second.standing(&told(std::slice::from_ref(&news))).status, expected, "a duplicate after {news:?}");
        }
        let watched = [Paid, PartlyRefunded, Refunded, Disputed, Lost, Duplicate].map(PurchaseStatus::gives_access);
        assert_eq!(watched, [true, true, false, false, false, false]);
    }

    #[test]
    fn no_order_of_the_same_news_ends_otherwise() {
        let news = [
            charge(600),
            charge(1000),
            refund("re_1", 600, false),
            refund("re_2", 400, false),
            refund("re_1", 600, true),
            dispute("du_1", false, false),
            dispute("du_1", false, true),
        ];
        let expected = SALE.standing(&told(&news));
        assert_eq!((expected.status, expected.refunded), (PurchaseStatus::PartlyRefunded, 400));
        for first in 0..news.len() {
            let mut order: Vec<Facts> = news.to_vec();
            order.rotate_left(first);
            assert_eq!(SALE.standing(&told(&order)), expected);
            order.reverse();
            order.extend(news.iter().take(first).cloned());
            assert_eq!(SALE.standing(&told(&order)), expected, "with repetitions");
        }
    }

    #[test]
    fn every_position_sums_to_nothing_and_nobody_owes() {
        for amount in (0..=300).chain([2999, 9_999_999]) {
            for (platform_bp, organization_bp) in [(1000, 1000), (0, 0), (10_000, 10_000), (1, 9999), (3333, 1500)] {
                let platform = (amount * platform_bp + 9999) / 10_000;
                let organization = ((amount - platform) * organization_bp + 9999) / 10_000;
                for duplicate in [false, true] {
                    let sale = Sale { amount, platform, organization, duplicate };
                    for refunded in [0, amount / 3, amount / 2, amount] {
                        for held in [0, (amount - refunded) / 2, amount - refunded] {
                            let lost = (amount - refunded - held) / 2;
                            let standing = Standing { status: PurchaseStatus::Paid, refunded, held, lost };
                            let [buyer, stripe, parts @ ..] = sale.position(standing);
                            assert_eq!(buyer + stripe + parts.iter().sum::<i64>(), 0, "{sale:?} {standing:?}");
                            assert!(buyer <= 0 && stripe >= 0 && parts.iter().all(|part| *part >= 0), "{sale:?} {standing:?}");
                            if refunded == amount {
                                assert_eq!((buyer, stripe, parts), (0, 0, [0; 3]));
                            }
                            if !duplicate && (refunded, held, lost) == (0, 0, 0) {
                                assert_eq!(parts, [platform, organization, amount - platform - organization]);
                            }
                        }
                    }
                }
            }
        }
    }
}

//! The life of a purchase: which states there are, what happens to them, who may watch, and whose the money is.
//!
//! Before there is a purchase there is a checkout (`-`: it stays as it is):
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
//! | paid | yes | partly_refunded | refunded | - | disputed | - | lost |
//! | partly_refunded | yes | - | refunded | paid | disputed | - | lost |
//! | refunded | no | - | - | partly_refunded | - | - | - |
//! | disputed | no | - | refunded | - | - | paid | lost |
//! | disputed, partly refunded | no | - | refunded | - | - | partly_refunded | lost |
//! | lost | no | - | refunded | - | - | paid | - |
//! | duplicate | no | - | refunded | - | disputed | - | lost |
//!
//! `docs/money.md` says which events these are, and more; the tests compare this table, that page and what is computed.
//!
//! News comes in any order and more than once, also before its purchase, which then begins with it. So a state is not
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
    /// A payment of `amount`, split at these rates (hundredths of a percent; `organization_bp` of what the platform leaves): each part is
    /// rounded up, and the creator's is what is left.
    pub fn split(amount: i64, platform_bp: i64, organization_bp: i64) -> Self {
        let part = |of: i64, bp: i64| (of * bp + 9_999) / 10_000;
        let platform = part(amount, platform_bp);
        Self { amount, platform, organization: part(amount - platform, organization_bp), duplicate: false }
    }

    /// The creator's part.
    pub fn creator(&self) -> i64 {
        self.amount - self.platform - self.organization
    }

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
    use crate::tables::rows;

    const SALE: Sale = Sale { amount: 2999, platform: 300, organization: 270, duplicate: false };
    const RATES: [(i64, i64); 12] = [
        (1000, 1000),
        (1000, 1500),
        (1000, 0),
        (0, 0),
        (0, 10_000),
        (10_000, 10_000),
        (1, 9_999),
        (9_999, 1),
        (3333, 1500),
        (777, 4242),
        (250, 333),
        (5000, 5000),
    ];

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
        let states = [Open, Pending, Paid, Failed, Expired];
        let table = rows(include_str!("lifecycle.rs"), "checkout");
        assert_eq!(table.iter().map(|row| row[0]).collect::<Vec<_>>(), states.map(CheckoutStatus::name));
        for (state, row) in states.into_iter().zip(table) {
            for (news, cell) in [Paid, Pending, Paid, Failed, Expired].into_iter().zip(&row[1..]) {
                let expected = if *cell == "-" { state.name() } else { cell };
                assert_eq!(state.after(news).name(), expected, "{state:?} after {news:?}");
            }
        }
    }

    #[test]
    fn a_purchase_becomes_what_the_table_says() {
        let part = || refund("re_1", 1000, false);
        let all = || charge(2999);
        let opened = || dispute("du_1", false, false);
        let lost = || dispute("du_1", true, false);
        let columns = || [part(), all(), refund("re_1", 1000, true), opened(), dispute("du_1", false, true), lost()];
        let table = rows(include_str!("lifecycle.rs"), "purchase");
        assert_eq!(table.len(), 7);
        for row in table {
            // What led to the state.
            let (duplicate, before) = match row[0] {
                "paid" => (false, vec![]),
                "partly_refunded" => (false, vec![part()]),
                "refunded" => (false, vec![all()]),
                "disputed" => (false, vec![opened()]),
                "disputed, partly refunded" => (false, vec![part(), opened()]),
                "lost" => (false, vec![lost()]),
                "duplicate" => (true, vec![]),
                other => panic!("{other}"),
            };
            let sale = Sale { duplicate, ..SALE };
            let state = sale.standing(&told(&before)).status;
            assert_eq!(row[0].split(',').next(), Some(state.name()));
            assert_eq!(row[1], if state.gives_access() { "yes" } else { "no" }, "{state:?}");
            for (news, cell) in columns().into_iter().zip(&row[2..]) {
                let after = sale.standing(&told(&[before.clone(), vec![news.clone()]].concat())).status;
                assert_eq!(after.name(), if *cell == "-" { state.name() } else { cell }, "{state:?} after {news:?}");
            }
        }
    }

    #[test]
    fn every_amount_at_every_rate_is_split_without_rest() {
        let parts = |sale: Sale| (sale.platform, sale.organization, sale.creator());
        assert_eq!(parts(Sale::split(2999, 1000, 1000)), (300, 270, 2429));
        assert_eq!(parts(Sale::split(999, 1000, 1500)), (100, 135, 764));
        for (platform_bp, organization_bp) in RATES {
            for amount in (0..=100_000).chain([9_999_999, 10_000_000]) {
                let sale = Sale::split(amount, platform_bp, organization_bp);
                let (platform, organization, creator) = parts(sale);
                assert_eq!(platform + organization + creator, amount);
                assert!(platform >= 0 && organization >= 0 && creator >= 0, "{sale:?}");
                // Rounded up, by less than one.
                let (exact, rest) = (amount * platform_bp, (amount - platform) * organization_bp);
                assert!((0..10_000).contains(&(platform * 10_000 - exact)), "{sale:?}");
                assert!((0..10_000).contains(&(organization * 10_000 - rest)), "{sale:?}");
            }
        }
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
            for (platform_bp, organization_bp) in RATES {
                let Sale { platform, organization, .. } = Sale::split(amount, platform_bp, organization_bp);
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

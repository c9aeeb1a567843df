//! What is sold, and what becomes of it; and what that comes to, row by row.

use codex_identity::Role;
use codex_testkit::Person;
use serde_json::{Value, json};

use crate::office::Office;

/// A generator of chance that tells what it did: the same seed is the same run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as u32 % bound
    }
}

/// Sales over the days around two changes of clocks, in two currencies, of two organizations and of a creator alone; refunded in
/// part and in whole, disputed, won, lost, paid twice.
pub async fn story(office: &Office, sales: u32) {
    let mut chance = Chance(7);
    let mut buyers: Vec<Person> = Vec::new();
    for index in 0..6 {
        buyers.push(office.person(&format!("buyer-{index}"), Role::Customer).await);
    }
    let alone = office.draft_of(&office.stranger, json!({ "visibility": "purchased_only", "priceCents": 700 })).await;
    office.content_api.post(&format!("/api/content/{alone}/publish")).cookie(&office.stranger.cookie).send().await.expect(200);
    let things = [
        (office.sell(2999, "usd").await, 2999, "usd"),
        (office.sell(1001, "usd").await, 1001, "usd"),
        (office.sell(500, "eur").await, 500, "eur"),
        (office.sell_of(&office.rival, &office.other_organization, 333, "usd").await, 333, "usd"),
        (alone, 700, "usd"),
    ];
    for index in 0..sales {
        // Some of it is summed by the time something becomes of it, and some is not.
        if index % 9 == 8 {
            office.run("SELECT fold_sums(20)").await;
        }
        let (thing, cents, currency) = &things[chance.below(5) as usize];
        let buyer = &buyers[chance.below(6) as usize];
        // Between 2025-03-01 and 2025-04-05, often within an hour of some zone's midnight.
        let (day, hour) = (chance.below(36), [0, 3, 4, 5, 12, 18, 22, 23][chance.below(8) as usize]);
        let (month, day) = if day < 31 { (3, day + 1) } else { (4, day - 30) };
        let at = format!("2025-{month:02}-{day:02}T{hour:02}:{:02}:{:02}Z", chance.below(60), chance.below(60));
        let intent = office.buy(buyer, thing, *cents, currency, &at).await;
        match chance.below(8) {
            0 => office.refund(&intent, *cents, "2025-04-06T00:00:00Z").await,
            1 | 2 => {
                let part = 1 + chance.below(cents - 1);
                office.refund(&intent, part, "2025-04-07T00:00:00Z").await;
                if chance.below(2) == 0 {
                    office.dispute(&intent, *cents, "needs_response", "2025-04-08T00:00:00Z").await;
                }
            }
            3 => {
                office.dispute(&intent, *cents, "needs_response", "2025-04-08T00:00:00Z").await;
                let status = ["won", "lost", "needs_response"][chance.below(3) as usize];
                office.dispute(&intent, *cents, status, "2025-04-09T00:00:00Z").await;
                // What was lost may still be won.
                if chance.below(2) == 0 {
                    office.dispute(&intent, *cents, "won", "2025-04-10T00:00:00Z").await;
                }
            }
            _ => {}
        }
    }
    subscribe(office, &buyers, &mut chance, sales / 3).await;
}

/// Subscriptions' payments over the same days, some of them taken back in part, in whole, or held in a dispute.
async fn subscribe(office: &Office, buyers: &[Person], chance: &mut Chance, payments: u32) {
    let tiers = [(office.organization.as_str(), office.owner.id), (office.other_organization.as_str(), office.rival.id)];
    for (index, (organization, _)) in tiers.iter().enumerate() {
        let sql = format!(
            "INSERT INTO tiers (id, organization_id, name, sort_order, monthly_cents, annual_cents, currency, created_at, updated_at)
             VALUES ('019aa000-0000-7000-8000-00000000000{index}', '{organization}', 'Gold', 1, 999, 9999, 'usd', now(), now())"
        );
        office.run(&sql).await;
    }
    for number in 0..payments {
        if number % 9 == 8 {
            office.run("SELECT fold_sums(20)").await;
        }
        let index = chance.below(2) as usize;
        let (organization, payee) = tiers[index];
        let buyer = buyers[chance.below(6) as usize].id;
        let currency = ["usd", "eur"][chance.below(2) as usize];
        let at = format!("2025-03-{:02}T{:02}:{:02}:00Z", 1 + chance.below(31), chance.below(24), chance.below(60));
        let sql = format!(
            "INSERT INTO subscription_payments (id, stripe_subscription_id, user_id, organization_id, creator_id, tier_id, status, amount_cents, currency,
                platform_fee_cents, organization_fee_cents, creator_payout_cents, period_start, period_end, paid_at, changed_by, changed_at)
             VALUES ('in_{number}', 'sub_{buyer}', '{buyer}', '{organization}', '{payee}', '019aa000-0000-7000-8000-00000000000{index}', 'paid', 999,
                '{currency}', 100, 135, 764, '{at}', '{at}', '{at}', 'subscription', '{at}');
             INSERT INTO payments (id, invoice_id, changed_by, changed_at) VALUES ('pi_in_{number}', 'in_{number}', 'subscription', '{at}')"
        );
        office.run(&sql).await;
        let intent = format!("pi_in_{number}");
        match chance.below(5) {
            0 => office.refund(&intent, 999, "2025-04-06T00:00:00Z").await,
            1 => office.refund(&intent, 1 + chance.below(998), "2025-04-07T00:00:00Z").await,
            2 => {
                office.dispute(&intent, 999, "needs_response", "2025-04-08T00:00:00Z").await;
                let status = ["won", "lost", "needs_response"][chance.below(3) as usize];
                office.dispute(&intent, 999, status, "2025-04-09T00:00:00Z").await;
            }
            _ => {}
        }
    }
}

/// What a report says of some rows.
pub const SUMS: &str = "json_build_object('purchases', count(*) FILTER (WHERE NOT p.subscribed), 'subscriptionPayments', count(*) FILTER (WHERE p.subscribed),
    'subscriptionCents', coalesce(sum(p.amount_cents) FILTER (WHERE p.subscribed), 0), 'amountCents', coalesce(sum(p.amount_cents), 0),
    'refundedCents', coalesce(sum(p.refunded_cents + p.lost_cents), 0), 'heldCents', coalesce(sum(l.stripe), 0),
    'platformCents', coalesce(sum(l.platform), 0), 'organizationCents', coalesce(sum(l.organization), 0), 'creatorCents', coalesce(sum(l.creator), 0))";

/// The purchases and the subscriptions' payments, each with what the ledger says everybody has of it.
pub const ROWS: &str = "(
    SELECT id::text AS sale, false AS subscribed, content_id, organization_id, user_id, currency, amount_cents, refunded_cents, lost_cents, purchased_at FROM purchases
    UNION ALL
    SELECT id, true, NULL, organization_id, user_id, currency, amount_cents, refunded_cents, lost_cents, paid_at FROM subscription_payments) p
JOIN (
    SELECT coalesce(purchase_id::text, invoice_id) AS sale, sum(stripe_cents) AS stripe, sum(platform_cents) AS platform,
        sum(organization_cents) AS organization, sum(creator_cents) AS creator
    FROM ledger_entries GROUP BY 1) l USING (sale)";

impl Office {
    /// The one JSON value that `sql` answers as text.
    pub async fn json(&self, sql: &str) -> Value {
        serde_json::from_str(&self.app.text(sql).await).unwrap()
    }

    /// The sums over the rows that `condition` names.
    pub async fn sums(&self, condition: &str) -> Value {
        self.json(&format!("SELECT ({SUMS})::text FROM {ROWS} WHERE {condition}")).await
    }
}

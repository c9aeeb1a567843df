use serde_json::{Value, json};

use crate::{
    office::Office,
    story::{ROWS, story},
};

/// Days, the days before them, and the zone they are of: within a month, and over more than one.
const ASKED: [(&str, &str, &str, &str); 4] = [
    ("2025-03-10", "2025-03-31", "2025-02-16", "America/New_York"),
    ("2025-02-20", "2025-04-12", "2024-12-30", "Pacific/Chatham"),
    ("2025-01-03", "2025-04-03", "2024-10-04", "Asia/Kathmandu"),
    ("2025-04-03", "2025-06-30", "2025-01-04", "UTC"),
];

#[tokio::test]
async fn contents_are_ranked_in_one_currency_and_agree_with_their_sales() {
    let office = Office::open().await;
    story(&office, 120).await;
    for asked in ASKED {
        agree(&office, asked).await;
    }
    let days = "from=2025-03-10&to=2025-03-31";
    let unasked = office.get(&format!("/api/admin/analytics/top-content?{days}"), &office.owner).await.expect(200);
    assert_eq!(unasked["currency"], "usd", "the one with most sales");
    let nothing = "/api/admin/analytics/top-content?from=2025-06-01&to=2025-06-30";
    let nothing = office.get(nothing, &office.owner).await.expect(200);
    assert_eq!((&nothing["currencies"], &nothing["pagination"]["total"]), (&json!([]), &json!(0)));
}

async fn agree(office: &Office, (from, to, previous, zone): (&str, &str, &str, &str)) {
    let at = format!("from={from}&to={to}&timezone={zone}");
    let local = format!("(p.purchased_at AT TIME ZONE '{zone}')::date BETWEEN");
    let (now, before) = (format!("{local} '{from}' AND '{to}'"), format!("{local} '{previous}' AND '{from}'::date - 1"));
    let sold = format!("{ROWS} WHERE p.organization_id = '{}' AND NOT p.subscribed AND {now}", office.organization);
    let currencies =
        office.json(&format!("SELECT coalesce(json_agg(DISTINCT currency ORDER BY currency), '[]')::text FROM {sold}")).await;
    for currency in ["usd", "eur"] {
        let contents = format!("(SELECT DISTINCT content_id FROM {sold} AND p.currency = '{currency}') c");
        let contents = office.app.count(&contents).await;
        for by in ["revenue", "purchases"] {
            let path = format!("/api/admin/analytics/top-content?{at}&currency={currency}&by={by}&limit=1");
            let mut last = i64::MAX;
            for page in 1.. {
                let answer = office.get(&format!("{path}&page={page}"), &office.owner).await.expect(200);
                assert_eq!((&answer["currency"], &answer["currencies"]), (&json!(currency), &currencies));
                assert_eq!(answer["pagination"]["total"], contents);
                let Some(item) = answer["items"].as_array().unwrap().first() else {
                    assert_eq!(page - 1, contents);
                    break;
                };
                assert_eq!(item["place"], page);
                assert_eq!(item["sales"], sums(office, item, currency, &now).await, "{path}");
                assert_eq!(item["previous"], sums(office, item, currency, &before).await, "{path}");
                let rank = item["sales"][if by == "revenue" { "netCents" } else { "purchases" }].as_i64().unwrap();
                assert!(rank <= last, "{path}: {rank} after {last}");
                last = rank;
            }
        }
    }
    let path = format!("/api/admin/analytics/content-performance?{at}&sort=title");
    let performance = office.get(&path, &office.owner).await.expect(200);
    assert_eq!(performance["pagination"]["total"], 3);
    for item in performance["items"].as_array().unwrap() {
        for currency in ["usd", "eur"] {
            let (now, before) = (sums(office, item, currency, &now).await, sums(office, item, currency, &before).await);
            let told = item["sales"].as_array().unwrap().iter().find(|sale| sale["currency"] == currency);
            let Some(told) = told else {
                assert_eq!((&now["purchases"], &before["purchases"]), (&json!(0), &json!(0)), "{path} {currency}");
                continue;
            };
            for field in ["purchases", "amountCents", "refundedCents", "netCents"] {
                assert_eq!(told[field], now[field], "{path} {currency}");
            }
            assert_eq!((&told["previousPurchases"], &told["previousNetCents"]), (&before["purchases"], &before["netCents"]));
        }
    }
}

/// What the rows of a content's sales in a currency come to.
async fn sums(office: &Office, content: &Value, currency: &str, days: &str) -> Value {
    let content = content["id"].as_str().unwrap();
    let sql = format!(
        "SELECT json_build_object('purchases', count(*), 'amountCents', coalesce(sum(p.amount_cents), 0),
            'refundedCents', coalesce(sum(p.refunded_cents + p.lost_cents), 0),
            'netCents', coalesce(sum(l.platform + l.organization + l.creator), 0))::text
        FROM {ROWS} WHERE p.content_id = '{content}' AND p.currency = '{currency}' AND {days}"
    );
    office.json(&sql).await
}

use codex_identity::Role;
use serde_json::json;

use crate::{
    office::Office,
    story::{ROWS, story},
};

/// The days on which people first paid a seller, whichever zone's days they are.
#[tokio::test]
async fn new_customers_are_those_who_paid_first() {
    let office = Office::open().await;
    story(&office, 120).await;
    let yoga = format!("WHERE p.organization_id = '{}'", office.organization);
    for (scope, who, condition) in [
        (format!("&organizationId={}", office.organization), &office.owner, yoga),
        (String::new(), &office.platform_owner, String::new()),
    ] {
        let customers =
            format!("(SELECT p.organization_id, p.user_id, min(p.purchased_at) AS at FROM {ROWS} {condition} GROUP BY 1, 2) c");
        assert!(office.app.count(&customers).await > 5);
        for zone in ["UTC", "America/New_York", "Asia/Kathmandu", "Pacific/Chatham"] {
            let path = format!("/api/admin/analytics/customers?from=2025-03-01&to=2025-04-10&timezone={zone}{scope}");
            let report = office.get(&path, who).await.expect(200)["data"].clone();
            for point in report["series"].as_array().unwrap() {
                let day = point["from"].as_str().unwrap();
                let new = format!("{customers} WHERE (at AT TIME ZONE '{zone}')::date = '{day}'");
                assert_eq!(point["new"], office.app.count(&new).await, "{path} {day}");
            }
            let in_all = office.app.count(&customers).await;
            assert_eq!(report["total"], in_all, "{path}");
            let early = office.app.count(&format!("{customers} WHERE (at AT TIME ZONE '{zone}')::date < '2025-03-01'")).await;
            assert_eq!(
                (&report["current"]["new"], &report["previous"]["new"]),
                (&json!(in_all - early), &json!(early)),
                "{path}"
            );
        }
    }
}

/// Who was given something is no customer who paid; and a sale that is heard of late was the first all the same.
#[tokio::test]
async fn what_was_paid_first_may_be_heard_of_last() {
    let office = Office::open().await;
    let (thing, another) = (office.sell(100, "usd").await, office.sell(200, "usd").await);
    let buyer = office.person("buyer", Role::Customer).await;
    let new = async |day: &str| {
        let path = format!("/api/admin/analytics/customers?from={day}&to={day}");
        office.get(&path, &office.owner).await.expect(200)["data"]["current"]["new"].as_i64().unwrap()
    };
    office.post(&format!("/api/admin/customers/{}/grant-access/{thing}", buyer.id), &office.owner, json!({})).await.expect(201);
    let given = office.get("/api/admin/customers", &office.owner).await.expect(200);
    assert_eq!(given["pagination"]["total"], 1, "a customer, who paid nothing");
    assert_eq!(new("2025-03-03").await, 0);
    office.buy(&buyer, &thing, 100, "usd", "2025-03-03T12:00:00Z").await;
    assert_eq!((new("2025-03-02").await, new("2025-03-03").await), (0, 1));
    office.buy(&buyer, &another, 200, "usd", "2025-03-02T12:00:00Z").await;
    assert_eq!((new("2025-03-02").await, new("2025-03-03").await), (1, 0));
}

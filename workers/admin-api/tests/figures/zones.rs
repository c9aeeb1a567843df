use codex_identity::Role;

use crate::office::Office;

/// Days are those of the zone that is asked for, else the organization's.
#[tokio::test]
async fn days_are_those_of_the_zone() {
    let office = Office::open().await;
    let thing = office.sell(100, "usd").await;
    let buyer = office.person("buyer", Role::Customer).await;
    // Half past nine in the evening of the 1st in Bogotá.
    office.buy(&buyer, &thing, 100, "usd", "2025-03-02T02:30:00Z").await;
    let sold = async |query: &str| {
        let report = office.get(&format!("/api/admin/analytics/revenue?{query}"), &office.owner).await.expect(200);
        report["data"]["currencies"].as_array().unwrap().first().map_or(0, |first| first["total"]["purchases"].as_i64().unwrap())
    };
    let (first, second) = ("from=2025-03-01&to=2025-03-01", "from=2025-03-02&to=2025-03-02");
    assert_eq!((sold(first).await, sold(second).await), (0, 1));
    office.run("UPDATE organizations SET timezone = 'America/Bogota'").await;
    assert_eq!((sold(first).await, sold(second).await), (1, 0));
    assert_eq!(sold(&format!("{second}&timezone=UTC")).await, 1);
    for (zone, status) in [("Mars/Olympus", 422), ("UTC%2B3", 400), ("%3C%2B03%3E-3", 400), ("", 400)] {
        let answer = office.get(&format!("/api/admin/analytics/revenue?timezone={zone}"), &office.owner).await;
        assert_eq!(answer.status.as_u16(), status, "{zone}: {}", answer.json);
    }
    for preset in [
        "today",
        "yesterday",
        "last7days",
        "last30days",
        "last90days",
        "last365days",
        "thisMonth",
        "lastMonth",
        "thisYear",
        "lastYear",
    ] {
        let report = office.get(&format!("/api/admin/analytics/revenue?preset={preset}"), &office.owner).await.expect(200);
        let range = &report["data"]["range"];
        let days = format!(
            "(SELECT ('{}'::date - '{}'::date) - ('{}'::date - '{}'::date) AS off) d WHERE off = -1",
            range["to"].as_str().unwrap(),
            range["from"].as_str().unwrap(),
            range["from"].as_str().unwrap(),
            range["previousFrom"].as_str().unwrap()
        );
        assert_eq!(office.app.count(&days).await, 1, "{preset}: {range}");
    }
    for bad in [
        "from=2025-03-01",
        "to=2025-03-01",
        "from=2025-03-02&to=2025-03-01",
        "from=2024-01-01&to=2025-01-01",
        "from=2025-02-30&to=2025-03-01",
        "preset=today&from=2025-03-01&to=2025-03-01",
        "preset=ever",
        "interval=hour",
        "page=1",
    ] {
        assert_eq!(
            office.get(&format!("/api/admin/analytics/revenue?{bad}"), &office.owner).await.expect_error(400),
            "VALIDATION_ERROR",
            "{bad}"
        );
    }
}

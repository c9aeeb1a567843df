use serde_json::{Value, json};

use crate::{
    office::Office,
    story::{ROWS, SUMS, story},
};

#[tokio::test]
async fn revenue_is_what_the_rows_come_to() {
    let office = Office::open().await;
    story(&office, 220).await;
    for status in ["paid", "partly_refunded", "refunded", "disputed", "lost", "duplicate"] {
        assert!(office.app.count(&format!("purchases WHERE status = '{status}'")).await > 0, "the story has no {status}");
    }
    let (yoga, rival) = (office.organization.as_str(), office.other_organization.as_str());
    let scopes = [
        (format!("&organizationId={yoga}"), &office.admin, format!("p.organization_id = '{yoga}'")),
        (format!("&organizationId={rival}"), &office.platform_owner, format!("p.organization_id = '{rival}'")),
        (String::new(), &office.platform_owner, "true".to_owned()),
    ];
    let ranges = [
        ("2025-03-10", "2025-03-31", "2025-02-16"),
        ("2025-03-30", "2025-03-30", "2025-03-29"),
        ("2025-03-01", "2025-04-30", "2024-12-30"),
    ];
    let nothing = office.sums("false").await;
    let mut compared = 0;
    for (scope, who, condition) in &scopes {
        for zone in ["UTC", "America/New_York", "Asia/Kathmandu", "Europe/Berlin", "Pacific/Chatham"] {
            for (from, to, previous) in ranges {
                let path = format!("/api/admin/analytics/revenue?from={from}&to={to}&timezone={zone}{scope}");
                let report = office.get(&path, who).await.expect(200)["data"].clone();
                assert_eq!(
                    report["range"],
                    json!({ "timezone": zone, "from": from, "to": to, "previousFrom": previous }),
                    "{path}"
                );
                let local = format!("(p.purchased_at AT TIME ZONE '{zone}')::date");
                let mut currencies = Vec::new();
                for currency in ["eur", "usd"] {
                    let within = |first: &str, last: &str| {
                        format!("{condition} AND p.currency = '{currency}' AND {local} BETWEEN '{first}' AND {last}")
                    };
                    let (total, before) = (
                        office.sums(&within(from, &format!("'{to}'"))).await,
                        office.sums(&within(previous, &format!("'{from}'::date - 1"))).await,
                    );
                    if total["amountCents"] == 0 && before["amountCents"] == 0 {
                        continue;
                    }
                    currencies.push(currency);
                    let told = &report["currencies"][currencies.len() - 1];
                    assert_eq!(told["currency"], currency, "{path}");
                    assert_eq!(told["total"], total, "{path} {currency}");
                    assert_eq!(told["previous"], before, "{path} {currency}");
                    let days = within(from, &format!("'{to}'"));
                    let days = office
                        .json(&format!(
                            "SELECT coalesce(json_object_agg(day, sums), '{{}}')::text FROM (SELECT {local} AS day, {SUMS} AS sums FROM {ROWS} WHERE {days} GROUP BY 1) d"
                        ))
                        .await;
                    for point in told["series"].as_array().unwrap() {
                        let sold = days.get(point["from"].as_str().unwrap()).unwrap_or(&nothing);
                        assert_eq!(&point["figures"], sold, "{path} {}", point["from"]);
                        compared += 1;
                    }
                }
                assert_eq!(report["currencies"].as_array().unwrap().len(), currencies.len(), "{path}");
            }
        }
    }
    assert!(compared > 1000, "{compared}");
}

/// Everything was paid once: what went back, what is held, and what everybody has is all of it.
#[tokio::test]
async fn weeks_and_months_and_dashboards_agree_with_days() {
    let office = Office::open().await;
    story(&office, 80).await;
    let at = |path: &str| format!("/api/admin/{path}?from=2025-03-05&to=2025-04-20&timezone=Europe/Berlin");
    let days = office.get(&at("analytics/revenue"), &office.owner).await.expect(200)["data"]["currencies"].clone();
    let sum = |series: &Value, field: &str| -> i64 {
        series.as_array().unwrap().iter().map(|point| point["figures"][field].as_i64().unwrap()).sum()
    };
    for (interval, points) in [("day", 47), ("week", 7), ("month", 2)] {
        let report = office.get(&format!("{}&interval={interval}", at("analytics/revenue")), &office.owner).await.expect(200);
        let currencies = report["data"]["currencies"].as_array().unwrap();
        assert_eq!(currencies.len(), 2);
        for (currency, by_day) in currencies.iter().zip(days.as_array().unwrap()) {
            let series = &currency["series"];
            assert_eq!(series.as_array().unwrap().len(), points, "{interval}");
            assert_eq!(series[0]["from"], "2025-03-05");
            assert_eq!((&currency["total"], &currency["previous"]), (&by_day["total"], &by_day["previous"]));
            for field in [
                "purchases",
                "subscriptionPayments",
                "subscriptionCents",
                "amountCents",
                "refundedCents",
                "heldCents",
                "platformCents",
                "organizationCents",
                "creatorCents",
            ] {
                assert_eq!(sum(series, field), currency["total"][field].as_i64().unwrap(), "{interval} {field}");
            }
        }
    }
    let dashboard = office.get(&at("analytics/dashboard-stats"), &office.owner).await.expect(200)["data"].clone();
    for (currency, by_day) in dashboard["revenue"].as_array().unwrap().iter().zip(days.as_array().unwrap()) {
        for field in ["currency", "total", "previous"] {
            assert_eq!(currency[field], by_day[field]);
        }
    }
    assert_eq!(dashboard["content"], json!({ "draft": 0, "published": 3, "archived": 0 }));
    assert_eq!(dashboard["followers"], 0);
    let customers = office.get(&at("analytics/customers"), &office.owner).await.expect(200)["data"].clone();
    assert_eq!(
        (&dashboard["customers"]["new"], &dashboard["customers"]["total"]),
        (&customers["current"]["new"], &customers["total"])
    );
    let bought = |first: &str, last: &str| {
        format!(
            "(SELECT DISTINCT p.user_id FROM {ROWS} WHERE p.organization_id = '{}' AND (p.purchased_at AT TIME ZONE 'Europe/Berlin')::date BETWEEN '{first}' AND '{last}') b",
            office.organization
        )
    };
    assert_eq!(customers["current"]["buyers"], office.app.count(&bought("2025-03-05", "2025-04-20")).await);
    let early = office.app.count(&bought("2000-01-01", "2025-03-04")).await;
    assert_eq!(customers["current"]["new"], customers["total"].as_i64().unwrap() - early);
    let new: i64 = customers["series"].as_array().unwrap().iter().map(|point| point["new"].as_i64().unwrap()).sum();
    assert_eq!(customers["current"]["new"], new);
    assert_eq!(customers["previous"]["new"], early, "the whole story is in the two periods");
}

/// A dashboard that is asked for at once is what its parts are when they are asked for one by one.
#[tokio::test]
async fn a_whole_dashboard_is_its_parts() {
    let office = Office::open().await;
    story(&office, 120).await;
    let gift = office.draft_of(&office.creator, json!({ "organizationId": office.organization })).await;
    office.content_api.post(&format!("/api/content/{gift}/publish")).cookie(&office.creator.cookie).send().await.expect(200);
    let given = format!("/api/admin/customers/{}/grant-access/{gift}", office.member.id);
    office.post(&given, &office.owner, json!({ "reason": "a friend" })).await.expect(201);
    office.call(http::Method::DELETE, &given, &office.owner, Value::Null).await;
    // A day on which nothing was sold, and which goes on being the same one should midnight pass meanwhile.
    let today = office.get("/api/admin/analytics/dashboard?preset=today&timezone=Asia/Kathmandu", &office.platform_owner).await;
    let today = today.expect(200)["data"]["range"]["to"].as_str().unwrap().to_owned();
    for (who, scope) in
        [(&office.admin, format!("&organizationId={}", office.organization)), (&office.platform_owner, String::new())]
    {
        for (days, interval) in [
            ("from=2025-03-10&to=2025-03-31".to_owned(), "day"),
            ("from=2025-03-01&to=2025-05-01".to_owned(), "week"),
            (format!("from={today}&to={today}"), "month"),
        ] {
            let of = |path: &str, more: &str| format!("/api/admin/{path}?{days}&timezone=Asia/Kathmandu{scope}{more}");
            let get = async |path: String| office.get(&path, who).await.expect(200);
            let interval = format!("&interval={interval}");
            let whole = get(of("analytics/dashboard", &format!("{interval}&top=2&activity=40"))).await["data"].clone();
            let revenue = get(of("analytics/revenue", &interval)).await["data"].clone();
            assert_eq!((&whole["range"], &whole["revenue"]), (&revenue["range"], &revenue["currencies"]), "{days}");
            let customers = get(of("analytics/customers", &interval)).await["data"].clone();
            for (part, told) in [
                ("total", &customers["total"]),
                ("new", &customers["current"]["new"]),
                ("previousNew", &customers["previous"]["new"]),
                ("series", &customers["series"]),
            ] {
                assert_eq!(&whole["customers"][part], told, "{days} {part}");
            }
            let stats = get(of("analytics/dashboard-stats", "")).await["data"].clone();
            assert_eq!((&whole["content"], &whole["followers"]), (&stats["content"], &stats["followers"]));
            let top = get(of("analytics/top-content", "&limit=2")).await;
            assert_eq!((&whole["topCurrency"], &whole["top"]), (&top["currency"], &top["items"]), "{days}");
            let activity = get(format!("/api/admin/activity?limit=40{scope}")).await;
            assert_eq!(whole["activity"], activity["items"]);
            assert!(whole["activity"].as_array().unwrap().len() >= 40);
        }
    }
    let bare = format!("/api/admin/analytics/dashboard?top=0&activity=0&organizationId={}", office.organization);
    let bare = office.get(&bare, &office.owner).await.expect(200)["data"].clone();
    assert_eq!((&bare["top"], &bare["activity"], &bare["topCurrency"]), (&json!([]), &json!([]), &Value::Null));
}

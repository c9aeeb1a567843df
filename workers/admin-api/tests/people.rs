//! Customers, what they are given, and what happened.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod office;

use std::sync::Arc;

use codex_identity::Role;
use codex_testkit::Person;
use http::Method;
use office::Office;
use serde_json::{Value, json};

fn gift(to: &Person, content: &str) -> String {
    format!("/api/admin/customers/{}/grant-access/{content}", to.id)
}

fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

impl Office {
    async fn people(&self, names: &[&str]) -> Vec<Person> {
        let mut people = Vec::new();
        for name in names {
            people.push(self.person(name, Role::Customer).await);
        }
        people
    }
}

#[tokio::test]
async fn customers_are_found_sorted_and_shown_with_what_they_bought() {
    let office = Office::open().await;
    let people = office.people(&["alice", "bob", "carol", "dave"]).await;
    let (dollars, euros) = (office.sell(3000, "usd").await, office.sell(500, "eur").await);
    let elsewhere = office.sell_of(&office.rival, &office.other_organization, 900, "usd").await;
    let intent = office.buy(&people[0], &dollars, 3000, "usd", "2025-03-01T10:00:00Z").await;
    office.refund(&intent, 2000, "2025-03-01T11:00:00Z").await;
    office.buy(&people[1], &dollars, 3000, "usd", "2025-03-02T10:00:00Z").await;
    office.buy(&people[2], &euros, 500, "eur", "2025-03-03T10:00:00Z").await;
    office.buy(&people[0], &euros, 500, "eur", "2025-03-04T10:00:00Z").await;
    office.buy(&people[3], &elsewhere, 900, "usd", "2025-03-05T10:00:00Z").await;
    let [alice, bob, carol] = [0, 1, 2].map(|index: usize| people[index].id.to_string());
    let list = async |query: &str| office.get(&format!("/api/admin/customers?{query}"), &office.admin).await.expect(200);

    let page = list("").await;
    assert_eq!(page["pagination"], json!({ "page": 1, "limit": 20, "total": 3, "totalPages": 1 }));
    assert_eq!(ids(&page), [&alice, &carol, &bob].map(Clone::clone));
    assert_eq!(
        page["items"][0],
        json!({
            "id": alice, "organizationId": office.organization, "purchases": 2, "subscriptionPayments": 0,
            "person": { "name": "alice", "email": "alice@example.com", "avatarUrl": null },
            "firstPurchasedAt": "2025-03-01T10:00:00Z", "lastAt": "2025-03-04T10:00:00Z",
            "spent": [
                { "currency": "eur", "purchases": 1, "subscriptionPayments": 0, "amountCents": 500, "refundedCents": 0, "netCents": 500 },
                { "currency": "usd", "purchases": 1, "subscriptionPayments": 0, "amountCents": 3000, "refundedCents": 2000, "netCents": 1000 },
            ],
        })
    );
    assert_eq!(ids(&list("sort=newest").await), [&carol, &bob, &alice].map(Clone::clone));
    assert_eq!(ids(&list("sort=spent&currency=usd").await), [&bob, &alice].map(Clone::clone));
    assert_eq!(ids(&list("currency=eur").await), [&alice, &carol].map(Clone::clone));
    assert_eq!(ids(&list("search=ROL").await), [carol.as_str()]);
    assert_eq!(ids(&list("search=bob@").await), [bob.as_str()]);
    assert_eq!(ids(&list("search=dave").await), [""; 0], "somebody else's customer");
    assert_eq!(ids(&list("search=%25%25%25").await), [""; 0]);
    let mut leafed = Vec::new();
    for page in 1..=3 {
        leafed.extend(ids(&list(&format!("limit=1&page={page}")).await));
    }
    assert_eq!(leafed, [&alice, &carol, &bob].map(Clone::clone));
    for bad in ["sort=spent", "search=ab", "currency=USD", "sort=name", "limit=101"] {
        assert_eq!(
            office.get(&format!("/api/admin/customers?{bad}"), &office.admin).await.expect_error(400),
            "VALIDATION_ERROR",
            "{bad}"
        );
    }
    let all = office.get("/api/admin/customers", &office.platform_owner).await.expect(200);
    assert_eq!((all["pagination"]["total"].as_u64(), ids(&all)[0].as_str()), (Some(4), people[3].id.to_string().as_str()));

    let one =
        office.get(&format!("/api/admin/customers/{alice}?limit=1&page=2"), &office.admin).await.expect(200)["data"].clone();
    assert_eq!((&one["purchases"], &one["bought"]["pagination"]["total"]), (&json!(2), &json!(2)));
    assert_eq!(one["paidPeriods"], json!([]));
    for (id, organization, seller) in
        [("in_1", &office.organization, &office.owner), ("in_2", &office.other_organization, &office.rival)]
    {
        let paid = format!(
            "INSERT INTO tiers (id, organization_id, name, sort_order, monthly_cents, annual_cents, currency, created_at, updated_at)
                VALUES ('{organization}', '{organization}', 'Gold', 1, 999, 9999, 'usd', now(), now());
             INSERT INTO subscription_payments (id, stripe_subscription_id, user_id, organization_id, creator_id, tier_id, status, amount_cents, currency,
                platform_fee_cents, organization_fee_cents, creator_payout_cents, period_start, period_end, paid_at, changed_by, changed_at)
             VALUES ('{id}', 'sub_1', '{alice}', '{organization}', '{}', '{organization}', 'paid', 999, 'gbp', 100, 135, 764, now(), now(),
                '2025-03-09T10:00:00Z', 'subscription', now())",
            seller.id
        );
        office.run(&paid).await;
    }
    let one =
        office.get(&format!("/api/admin/customers/{alice}?limit=1&page=2"), &office.admin).await.expect(200)["data"].clone();
    assert_eq!(one["paidPeriods"].as_array().map(Vec::len), Some(1), "and not what they pay elsewhere");
    let paid = &one["paidPeriods"][0];
    assert_eq!((&paid["tier"], &paid["amountCents"], &paid["netCents"]), (&json!("Gold"), &json!(999), &json!(999)));
    assert_eq!((&one["subscriptionPayments"], &one["lastAt"]), (&json!(1), &json!("2025-03-09T10:00:00Z")));
    assert_eq!(one["spent"][1]["subscriptionPayments"], 1, "{one}");
    let bought = &one["bought"]["items"][0];
    assert_eq!(
        (&bought["status"], &bought["netCents"], &bought["contentId"]),
        (&json!("partly_refunded"), &json!(1000), &json!(dollars))
    );
    office.get(&format!("/api/admin/customers/{}", people[3].id), &office.admin).await.expect_error(404);
    office.get(&format!("/api/admin/customers/{}", office.stranger.id), &office.platform_owner).await.expect_error(404);

    // A closed account says no name and no address.
    office
        .run(&format!(
            "UPDATE users SET deleted_at = now(), name = 'Deleted account', email = 'deleted@deleted.invalid' WHERE id = '{bob}'"
        ))
        .await;
    assert_eq!(list("search=deleted").await["pagination"]["total"], 0);
    assert_eq!(list("").await["items"][2]["person"], json!({ "name": "Deleted account", "email": null, "avatarUrl": null }));
}

/// 700 people of a name, the first 350 of whom are customers: a name of more than a search finds, and one of eleven of them.
#[tokio::test]
async fn a_name_that_many_bear_is_looked_for_among_the_first_customers() {
    let office = Office::open().await;
    let made = format!(
        "INSERT INTO users (id, email, name, password_hash, created_at, updated_at)
         SELECT gen_random_uuid(), 'l' || i || '@example.com', 'Legion ' || i, 'x', now(), now() FROM generate_series(1, 700) i;
         INSERT INTO customers (organization_id, user_id, purchases, first_purchased_at, last_at)
         SELECT '{organization}', id, 1, timestamptz '2025-01-01' - n * interval '1 minute', timestamptz '2025-01-01' + n * interval '1 minute'
         FROM users CROSS JOIN LATERAL (SELECT substr(name, 8)::int AS n) x WHERE name LIKE 'Legion %' AND substr(name, 8)::int <= 350;
         INSERT INTO customer_spending (organization_id, user_id, currency, purchases, amount_cents, refunded_cents, net_cents)
         SELECT organization_id, user_id, 'usd', 1, 1000, 0, (substr(u.name, 8)::int * 7) % 351 FROM customers c JOIN users u ON u.id = c.user_id
         WHERE u.name LIKE 'Legion %'",
        organization = office.organization
    );
    office.run(&made).await;
    let names = async |query: &str, who: &Person| {
        let page = office.get(&format!("/api/admin/customers?{query}"), who).await.expect(200);
        let names: Vec<String> =
            page["items"].as_array().unwrap().iter().map(|item| item["person"]["name"].as_str().unwrap().to_owned()).collect();
        (page["pagination"]["total"].as_u64().unwrap(), names)
    };
    for (order, number) in [
        ("sort=recent", (|place| 350 - place) as fn(u64) -> u64),
        ("sort=newest", |place| place + 1),
        // Times 301 undoes times 7, of 351.
        ("sort=spent&currency=usd", |place| (350 - place) * 301 % 351),
    ] {
        let mut leafed = Vec::new();
        for page in 1..=3 {
            let (total, found) = names(&format!("search=LEGION&limit=100&page={page}&{order}"), &office.owner).await;
            assert_eq!(total, 300, "{order}");
            leafed.extend(found);
        }
        let expected: Vec<String> = (0..300).map(|place| format!("Legion {}", number(place))).collect();
        assert_eq!(leafed, expected, "{order}");
    }
    let (total, found) = names("search=legion+34&limit=3", &office.owner).await;
    assert_eq!((total, found), (11, ["Legion 349", "Legion 348", "Legion 347"].map(str::to_owned).to_vec()));
    assert_eq!(names("search=legion+34&sort=newest&limit=1", &office.owner).await, (11, vec!["Legion 34".to_owned()]));
    for search in ["legion", "legion+34"] {
        assert_eq!(names(&format!("search={search}"), &office.rival).await, (0, Vec::new()), "somebody else's customers");
    }
    assert_eq!(names("search=legion&limit=1", &office.platform_owner).await, (300, vec!["Legion 350".to_owned()]));
    assert_eq!(names("sort=spent&currency=usd&limit=1", &office.owner).await, (350, vec!["Legion 50".to_owned()]));
}

#[tokio::test]
async fn a_gift_opens_and_its_end_closes() {
    let office = Office::open().await;
    let text = office.sell(2999, "usd").await;
    let guest = office.person("guest", Role::Customer).await;
    assert!(!office.opens(&text, &guest).await);
    for refused in [&office.member, &office.creator, &office.stranger, &office.rival] {
        assert_eq!(office.post(&gift(&guest, &text), refused, json!({})).await.expect_error(404), "NOT_FOUND");
    }
    let given =
        office.post(&gift(&guest, &text), &office.admin, json!({ "reason": "A review copy" })).await.expect(201)["data"].clone();
    assert_eq!(
        (&given["grantedBy"], &given["reason"], &given["revokedAt"]),
        (&json!(office.admin.id), &json!("A review copy"), &json!(null))
    );
    assert!(office.opens(&text, &guest).await);
    // Again, even without a body, it is the same gift.
    let again = office.app.post(&gift(&guest, &text)).cookie(&office.owner.cookie).send().await.expect(201);
    assert_eq!(again["data"], given);
    let one = office.get(&format!("/api/admin/customers/{}", guest.id), &office.owner).await.expect(200)["data"].clone();
    assert_eq!((&one["grants"], &one["purchases"], &one["firstPurchasedAt"]), (&json!([given]), &json!(0), &json!(null)));
    let library = office.content_api.get("/api/user/library").cookie(&guest.cookie).send().await.expect(200);
    assert_eq!(library["items"][0]["reason"], "granted");

    for refused in [&office.member, &office.rival] {
        office.call(Method::DELETE, &gift(&guest, &text), refused, json!({})).await.expect_error(404);
    }
    assert!(office.opens(&text, &guest).await);
    for _ in 0..2 {
        office.call(Method::DELETE, &gift(&guest, &text), &office.owner, json!({ "reason": "Enough" })).await.expect(204);
    }
    assert!(!office.opens(&text, &guest).await);
    let one = office.get(&format!("/api/admin/customers/{}", guest.id), &office.owner).await.expect(200)["data"].clone();
    let ended = &one["grants"][0];
    assert_eq!((&ended["revokedBy"], &ended["revokeReason"]), (&json!(office.owner.id), &json!("Enough")));
    office.post(&gift(&guest, &text), &office.platform_owner, Value::Null).await.expect(201);
    assert!(office.opens(&text, &guest).await, "and given anew");

    let nobody = "019aa000-0000-7000-8000-000000000001";
    office.post(&format!("/api/admin/customers/{nobody}/grant-access/{text}"), &office.owner, json!({})).await.expect_error(404);
    office
        .post(&format!("/api/admin/customers/{}/grant-access/{nobody}", guest.id), &office.owner, json!({}))
        .await
        .expect_error(404);
    office.call(Method::DELETE, &gift(&office.stranger, &text), &office.owner, json!({})).await.expect_error(404);
    for bad in [json!({ "reason": "" }), json!({ "reason": "x".repeat(501) }), json!({ "why": "x" }), json!([])] {
        assert_eq!(office.post(&gift(&guest, &text), &office.owner, bad).await.expect_error(400), "VALIDATION_ERROR");
    }
    let log = office.app.log.lock().unwrap().join("\n");
    assert!(log.contains("access_granted") && !log.contains("review copy") && !log.contains("guest@"), "{log}");
}

/// What was paid for and what was given are two reasons to open; the content stays open while one of them holds.
#[tokio::test]
async fn gifts_and_purchases_do_not_undo_each_other() {
    let office = Office::open().await;
    let text = office.sell(2999, "usd").await;
    let people = office.people(&["a", "b", "c", "d"]).await;
    let at = "2025-03-01T12:00:00Z";
    let give = async |to: &Person| office.post(&gift(to, &text), &office.owner, json!({})).await.expect(201);
    let take = async |from: &Person| office.call(Method::DELETE, &gift(from, &text), &office.owner, json!({})).await;

    let intent = office.buy(&people[0], &text, 2999, "usd", at).await;
    assert_eq!(take(&people[0]).await.expect_error(422), "ACCESS_WAS_PURCHASED");
    give(&people[0]).await;
    office.refund(&intent, 2999, at).await;
    assert!(office.opens(&text, &people[0]).await, "refunded, and given");
    take(&people[0]).await.expect(204);
    assert!(!office.opens(&text, &people[0]).await);

    office.buy(&people[1], &text, 2999, "usd", at).await;
    give(&people[1]).await;
    take(&people[1]).await.expect(204);
    assert!(office.opens(&text, &people[1]).await, "taken back, and paid for");

    let intent = office.buy(&people[2], &text, 2999, "usd", at).await;
    office.dispute(&intent, 2999, "needs_response", at).await;
    assert!(!office.opens(&text, &people[2]).await);
    give(&people[2]).await;
    office.dispute(&intent, 2999, "won", at).await;
    take(&people[2]).await.expect(204);
    assert!(office.opens(&text, &people[2]).await, "the dispute was won while it was given");

    give(&people[3]).await;
    office.buy(&people[3], &text, 2999, "usd", at).await;
    assert_eq!(office.app.count("purchases WHERE status = 'duplicate'").await, 1, "who was given it need not pay: it goes back");
}

/// Refunds and gifts of the same content to the same people at once, many times: who was given it has it, whoever came first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn gifts_and_refunds_at_once_end_the_same() {
    let office = Arc::new(Office::open().await);
    let text = office.sell(2999, "usd").await;
    let at = "2025-03-01T12:00:00Z";
    let mut tasks = Vec::new();
    for index in 0..16 {
        let buyer = office.person(&format!("buyer-{index}"), Role::Customer).await;
        let intent = office.buy(&buyer, &text, 2999, "usd", at).await;
        let kept = index % 2 == 0;
        if !kept {
            office.post(&gift(&buyer, &text), &office.owner, json!({})).await.expect(201);
        }
        let (one, two, person, content) = (office.clone(), office.clone(), buyer.clone(), text.clone());
        tasks.push((
            kept,
            buyer,
            [
                tokio::spawn(async move { one.refund(&intent, 2999, at).await }),
                tokio::spawn(async move {
                    let (method, status) = if kept { (Method::POST, 201) } else { (Method::DELETE, 204) };
                    two.call(method, &gift(&person, &content), &two.owner, json!({})).await.expect(status);
                }),
            ],
        ));
    }
    for (kept, buyer, both) in tasks {
        for task in both {
            task.await.unwrap();
        }
        assert_eq!(office.opens(&text, &buyer).await, kept, "{}", buyer.id);
    }
}

#[tokio::test]
async fn what_happened_is_told_the_newest_first() {
    let office = Office::open().await;
    office.run("UPDATE organization_members SET created_at = '2025-01-01T00:00:00Z'").await;
    let text = office.sell(3000, "usd").await;
    office.run("UPDATE content SET published_at = '2025-01-02T00:00:00Z'").await;
    let buyer = office.person("buyer", Role::Customer).await;
    let intent = office.buy(&buyer, &text, 3000, "usd", "2025-03-01T10:00:00Z").await;
    office.refund(&intent, 1000, "2025-03-02T10:00:00Z").await;
    office.dispute(&intent, 2000, "needs_response", "2025-03-03T10:00:00Z").await;
    office.dispute(&intent, 2000, "won", "2025-03-04T10:00:00Z").await;
    office.post(&gift(&buyer, &text), &office.owner, json!({ "reason": "Sorry" })).await.expect(201);
    office.call(Method::DELETE, &gift(&buyer, &text), &office.admin, json!({})).await.expect(204);
    office.post(&format!("/api/admin/content/{text}/unpublish"), &office.admin, json!({ "reason": "Typos" })).await.expect(200);
    office.post(&format!("/api/admin/content/{text}/publish"), &office.admin, json!({})).await.expect(200);
    let list = async |query: &str| office.get(&format!("/api/admin/activity?{query}"), &office.owner).await.expect(200);
    let page = list("limit=100").await;
    let types: Vec<&str> = page["items"].as_array().unwrap().iter().map(|item| item["type"].as_str().unwrap()).collect();
    assert_eq!(
        types,
        [
            "oversight_published",
            "oversight_unpublished",
            "access_revoked",
            "access_granted",
            "dispute_won",
            "dispute_opened",
            "refund",
            "sale",
            "content_published",
            "member_joined",
            "member_joined",
            "member_joined",
            "member_joined",
        ]
    );
    assert_eq!(page["pagination"]["total"], types.len());
    let sale = &page["items"][7];
    assert_eq!(
        (&sale["userName"], &sale["contentTitle"], &sale["amountCents"], &sale["currency"]),
        (&json!("buyer"), &json!("On breathing 0"), &json!(3000), &json!("usd"))
    );
    assert_eq!([4, 5, 6].map(|index: usize| page["items"][index]["amountCents"].as_i64().unwrap()), [2000, 2000, 1000]);
    assert_eq!(
        (&page["items"][3]["reason"], &page["items"][1]["reason"], &page["items"][1]["actorId"]),
        (&json!("Sorry"), &json!("Typos"), &json!(office.admin.id))
    );
    let mut leafed = Vec::new();
    for page in 1..=5 {
        leafed.extend(list(&format!("limit=3&page={page}")).await["items"].as_array().unwrap().clone());
    }
    assert_eq!(&json!(leafed), &page["items"]);
    for kind in types {
        let only = list(&format!("type={kind}")).await;
        assert!(only["items"].as_array().unwrap().iter().all(|item| item["type"] == kind), "{kind}: {only}");
        assert_eq!(only["pagination"]["total"].as_u64().unwrap() as usize, only["items"].as_array().unwrap().len());
    }
    assert_eq!(list("page=100000&limit=100").await["items"], json!([]));
    let all = office.get("/api/admin/activity?limit=100", &office.platform_owner).await.expect(200);
    assert_eq!(all["pagination"]["total"], page["pagination"]["total"].as_u64().unwrap() + 1, "and the rival's owner");
}

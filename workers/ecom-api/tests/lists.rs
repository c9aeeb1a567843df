//! Lists of purchases and sales: whose they are, what they come to, as a page and as a file; and the customer portal.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod shop;

use codex_identity::Role;
use serde_json::json;
use shop::Shop;

const COMPLETED: &str = "checkout.session.completed";

impl Shop {
    async fn get(&self, cookie: &str, path: &str) -> codex_testkit::Answer {
        self.app.get(path).cookie(cookie).send().await
    }

    /// Three sales of 29.99 USD to three people, of which one is given back in part and one disputed; and one of 5 EUR.
    async fn sell(&self) {
        for index in 0..3 {
            let other = self.app.person(&format!("buyer-{index}"), Role::Customer).await;
            let buyer = if index == 0 { self.buyer_id.clone() } else { other.id.to_string() };
            let metadata =
                json!({ "metadata": { "userId": buyer, "contentId": self.content_id }, "customer": format!("cus_{index}") });
            self.deliver(&format!("evt_{index}"), COMPLETED, &self.session(&format!("cs_{index}"), metadata)).await.expect(200);
        }
        let charge = json!({ "id": "ch_0", "payment_intent": "pi_cs_0", "amount_refunded": 999 });
        self.deliver("evt_10", "charge.refunded", &charge).await.expect(200);
        let dispute = json!({ "id": "du_1", "payment_intent": "pi_cs_1", "amount": 2999, "status": "needs_response" });
        self.deliver("evt_11", "charge.dispute.created", &dispute).await.expect(200);
        let alone = json!({ "title": "=SUM(A1:A9)", "contentType": "written", "contentBody": "x", "visibility": "purchased_only", "priceCents": 500, "currency": "eur" });
        let alone = self.content_api.post("/api/content").cookie(&self.creator).json(&alone).send().await.expect(201);
        let metadata = json!({ "metadata": { "userId": self.buyer_id, "contentId": alone["data"]["id"] }, "amount_total": 500, "currency": "eur" });
        self.deliver("evt_12", COMPLETED, &self.session("cs_12", metadata)).await.expect(200);
    }
}

#[tokio::test]
async fn a_buyer_sees_what_they_bought_and_what_it_came_to() {
    let shop = Shop::open().await;
    shop.sell().await;
    let page = shop.get(&shop.buyer, "/purchases").await.expect(200);
    assert_eq!(page["pagination"], json!({ "page": 1, "limit": 20, "total": 2, "totalPages": 1 }));
    assert_eq!(
        page["totals"],
        json!([
            { "currency": "eur", "count": 1, "amountCents": 500, "refundedCents": 0 },
            { "currency": "usd", "count": 1, "amountCents": 2999, "refundedCents": 999 },
        ])
    );
    let organization =
        page["items"].as_array().unwrap().iter().find_map(|item| item["organizationId"].as_str()).unwrap().to_owned();
    let count = |query: String| {
        let shop = &shop;
        async move { shop.get(&shop.buyer, &format!("/purchases?{query}")).await.expect(200)["pagination"]["total"].clone() }
    };
    assert_eq!(count("status=partly_refunded".to_owned()).await, 1);
    assert_eq!(count("status=lost".to_owned()).await, 0);
    assert_eq!(count(format!("contentId={}", shop.content_id)).await, 1);
    assert_eq!(count(format!("organizationId={organization}")).await, 1);
    assert_eq!(count("from=2020-01-01T00:00:00Z".to_owned()).await, 2);
    assert_eq!(count("to=2020-01-01T00:00:00Z".to_owned()).await, 0);
    assert_eq!(count("limit=1&page=2".to_owned()).await, 2);
    for bad in ["status=sold", "from=yesterday", "page=0", "limit=101", "contentId=x", "buyer=x"] {
        assert_eq!(shop.get(&shop.buyer, &format!("/purchases?{bad}")).await.expect_error(400), "VALIDATION_ERROR", "{bad}");
    }
}

#[tokio::test]
async fn a_seller_sees_what_was_sold_and_whose_part_is_what() {
    let shop = Shop::open().await;
    shop.sell().await;
    let all = shop.get(&shop.creator, "/sales").await.expect(200);
    assert_eq!(
        all["totals"],
        json!([
            { "currency": "eur", "count": 1, "amountCents": 500, "refundedCents": 0, "heldCents": 0, "platformCents": 50, "organizationCents": 0, "creatorCents": 450 },
            // Of 29.99 three times: one whole, one of which 20.00 are left, one that a dispute holds.
            { "currency": "usd", "count": 3, "amountCents": 8997, "refundedCents": 999, "heldCents": 2999, "platformCents": 501, "organizationCents": 451, "creatorCents": 4047 },
        ])
    );
    let studio = all["items"].as_array().unwrap().iter().find_map(|item| item["organizationId"].as_str()).unwrap().to_owned();
    let of_studio = format!("/sales?organizationId={studio}");
    assert_eq!(shop.get(&shop.creator, &of_studio).await.expect(200)["pagination"]["total"], 3);
    // An admin of the organization sees its sales, a member theirs, and a stranger that there is none.
    let admin = shop.app.person("admin", Role::Customer).await;
    assert_eq!(shop.get(&admin.cookie, &of_studio).await.expect_error(404), "NOT_FOUND");
    for (role, total) in [("member", 0), ("creator", 0), ("admin", 3), ("owner", 3)] {
        let member = format!(
            "INSERT INTO organization_members (organization_id, user_id, role, created_at) VALUES ('{studio}', '{}', '{role}', now())
             ON CONFLICT (organization_id, user_id) DO UPDATE SET role = EXCLUDED.role",
            admin.id
        );
        shop.app.run(&member).await;
        assert_eq!(shop.get(&admin.cookie, &of_studio).await.expect(200)["pagination"]["total"], total, "{role}");
    }
    assert_eq!(shop.get(&admin.cookie, "/sales").await.expect(200)["items"], json!([]));
    assert_eq!(shop.get(&shop.buyer, "/sales").await.expect(200)["totals"], json!([]));
    assert_eq!(shop.get(&shop.creator, &format!("{of_studio}&status=disputed")).await.expect(200)["pagination"]["total"], 1);
}

#[tokio::test]
async fn a_list_is_a_file_that_runs_nothing() {
    let shop = Shop::open().await;
    shop.sell().await;
    let answer = shop.get(&shop.creator, "/sales.csv?status=paid").await;
    assert_eq!(answer.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(answer.headers["content-disposition"], "attachment; filename=\"sales.csv\"");
    let text = answer.expect(200).as_str().unwrap().to_owned();
    let lines: Vec<&str> = text.trim_end().split("\r\n").collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[0].starts_with("\"id\",\"purchased_at\",\"content_id\",\"title\""));
    assert!(
        lines[1].contains(",\"'=SUM(A1:A9)\",\"\",\"paid\",\"eur\",\"5.00\",\"0.00\",\"0.00\",\"0.50\",\"0.00\",\"4.50\""),
        "{text}"
    );
    for (path, file) in [("/sales?status=paid", "/sales.csv?status=paid"), ("/purchases", "/purchases.csv")] {
        let asked = shop.app.get(path).cookie(&shop.creator).header("accept", "application/xml, text/csv;q=0.9").send().await;
        assert_eq!(asked.headers["content-type"], "text/csv; charset=utf-8");
        assert_eq!(asked.expect(200), shop.get(&shop.creator, file).await.expect(200), "the same by another name");
    }
    let text = shop.get(&shop.buyer, "/purchases.csv").await.expect(200).as_str().unwrap().to_owned();
    assert!(text.contains("\"On breathing\",\"partly_refunded\",\"usd\",\"29.99\",\"9.99\""), "{text}");
    // Without what each one sets off, which in one transaction takes minutes.
    let many = format!(
        "SET session_replication_role = replica;
         INSERT INTO purchases (id, user_id, content_id, creator_id, checkout_session_id, status, amount_cents, currency, platform_fee_cents, organization_fee_cents, creator_payout_cents, purchased_at)
         SELECT gen_random_uuid(), '{}', '{}', '{}', 'cs_many_' || i, 'paid', 0, 'usd', 0, 0, 0, now() FROM generate_series(1, 10001) i",
        shop.buyer_id, shop.content_id, shop.buyer_id
    );
    shop.app.run(&many).await;
    assert_eq!(shop.get(&shop.buyer, "/purchases.csv").await.expect_error(422), "EXPORT_TOO_LARGE");
}

#[tokio::test]
async fn the_portal_opens_for_who_paid() {
    let shop = Shop::open().await;
    let open = |address: &'static str| {
        shop.app.post("/checkout/portal-session").cookie(&shop.buyer).json(&json!({ "returnUrl": address })).send()
    };
    let own = "http://yoga.localhost:3000/account";
    assert_eq!(open(own).await.expect_error(422), "NO_CUSTOMER");
    shop.sell().await;
    shop.stripe_answers("/v1/billing_portal/sessions", json!({ "id": "bps_1", "url": "https://billing.stripe.test/1" }));
    assert_eq!(open(own).await.expect(201)["data"], json!({ "url": "https://billing.stripe.test/1" }));
    assert!(shop.asked("/v1/billing_portal")[0].contains("customer=cus_0"));
    assert_eq!(open("https://evil.example/").await.expect_error(400), "VALIDATION_ERROR");
}

//! Tiers, following and the list of creators, as strangers and others meet them.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod town;

use codex_identity::Role;
use town::{HOSTILE, Town, html, location};

async fn offers(town: &Town, tenant: &str, name: &str, monthly: i64, annual: i64) -> String {
    let name = name.replace('\'', "''");
    town.web
        .text(&format!(
            "INSERT INTO tiers (id, organization_id, name, description, monthly_cents, annual_cents, currency, sort_order, created_at, updated_at)
             VALUES (gen_random_uuid(), md5('{tenant}')::uuid, '{name}', '{name}', {monthly}, {annual}, 'usd', 1, now(), now()) RETURNING id::text"
        ))
        .await
}

#[tokio::test]
async fn tiers_are_offered_to_everybody_and_sold_to_those_signed_in() {
    let town = Town::new(codex_web::api()).await;
    let viewer = town.web.person("viewer", Role::Customer).await;
    let empty = town.get("yoga", "/membership").cookie(&viewer.cookie).send().await;
    assert!(html(&empty, 200).contains("No memberships yet"));
    let tier = offers(&town, "yoga", HOSTILE, 999, 9990).await;
    offers(&town, "chess", "Rook", 100, 1200).await;

    let stranger = town.get("yoga", "/membership").send().await;
    let page = html(&stranger, 200);
    assert!(page.contains("$9.99") && page.contains("$99.90") && page.contains("Saves 16 %"), "{page}");
    assert!(page.contains("/login?redirect=%2Fmembership") && !page.contains(">Subscribe<"), "{page}");
    assert!(!page.contains("Rook") && !page.contains("<script>alert") && !page.contains("\"'>"), "{page}");
    assert!(stranger.headers["cache-control"].to_str().unwrap().starts_with("public"));
    let signed_in = town.get("yoga", "/membership").cookie(&viewer.cookie).send().await;
    assert!(html(&signed_in, 200).contains(&format!("name=\"tierId\" value=\"{tier}\"")));

    let not_one =
        town.post("yoga", "/membership", &[("tierId", "x"), ("interval", "weekly")]).cookie(&viewer.cookie).send().await;
    assert!(location(&not_one).starts_with("/membership?problem="));
    let page = town.get("yoga", location(&not_one)).cookie(&viewer.cookie).send().await;
    assert!(html(&page, 200).contains("Nothing was charged"));
    let own =
        town.post("yoga", "/membership", &[("tierId", &tier), ("interval", "monthly")]).cookie(&town.creator.cookie).send().await;
    assert_eq!(location(&own), "/membership?problem=OWN_ORGANIZATION");
    let stranger = town.post("yoga", "/membership", &[("tierId", &tier), ("interval", "monthly")]).send().await;
    assert!(location(&stranger).starts_with("/login?redirect="));
    assert_eq!(
        town.web.get("/membership").header("accept", "text/html").send().await.status,
        404,
        "the platform itself offers none"
    );
}

#[tokio::test]
async fn a_subscriber_sees_what_a_change_would_cost() {
    let town = Town::new(codex_web::api()).await;
    let viewer = town.web.person("viewer", Role::Customer).await;
    let silver = offers(&town, "yoga", "Silver", 999, 9990).await;
    offers(&town, "yoga", "Gold", 1500, 15_000).await;
    town.web
        .run(&format!(
            "INSERT INTO subscriptions (id, stripe_id, item_id, price_id, user_id, organization_id, tier_id, status, interval, amount_cents, currency,
                 period_start, period_end, cancel_at_period_end, created_at, ticket, changed_by, changed_at)
             VALUES (gen_random_uuid(), 'sub_1', 'si_1', 'price_1', '{}', md5('yoga')::uuid, '{silver}', 'active', 'monthly', 999, 'usd',
                 now(), now() + interval '1 month', false, now(), 1, 'test', now())",
            viewer.id
        ))
        .await;
    let shown = town.get("yoga", "/membership").cookie(&viewer.cookie).send().await;
    let page = html(&shown, 200);
    let of = |tier: &str| page.split_once(&format!("<h2>{tier}</h2>")).unwrap().1.split_once("</li>").unwrap().0;
    assert!(page.contains("You have Silver, $9.99 a month") && of("Silver").contains(">Yours<"), "{page}");
    assert!(of("Gold").contains("$15.00") && of("Gold").contains("$150.00") && of("Gold").contains("Change to this"), "{page}");
    assert!(!page.contains("name=\"tierId\""), "nobody subscribes twice: {page}");
}

#[tokio::test]
async fn somebody_elses_subscription_is_none() {
    let town = Town::new(codex_web::api()).await;
    let viewer = town.web.person("viewer", Role::Customer).await;
    let list = town.get("yoga", "/account/subscriptions").cookie(&viewer.cookie).send().await;
    assert!(html(&list, 200).contains("No subscriptions"));
    let id = "019aa000-0000-7000-8000-000000000001";
    let plans = town.get("yoga", &format!("/account/subscriptions/{id}")).cookie(&viewer.cookie).send().await;
    html(&plans, 404);
    for action in ["cancel", "resume", "change"] {
        let fields = [("tierId", id), ("interval", "monthly")];
        let answer =
            town.post("yoga", &format!("/account/subscriptions/{id}/{action}"), &fields).cookie(&viewer.cookie).send().await;
        html(&answer, 404);
    }
    let billing = town.post("yoga", "/account/billing", &[]).cookie(&viewer.cookie).send().await;
    assert_eq!(location(&billing), "/account/subscriptions?problem=NO_CUSTOMER");
}

#[tokio::test]
async fn following_is_a_button_and_a_list() {
    let town = Town::new(codex_web::api()).await;
    let viewer = town.web.person("viewer", Role::Customer).await;
    let yoga = town.web.text("SELECT md5('yoga')::uuid::text").await;
    let follows = async |following: &str, from: &str| {
        let fields = [("organization", yoga.as_str()), ("following", following), ("from", from)];
        location(&town.post("yoga", "/following", &fields).cookie(&viewer.cookie).send().await).to_owned()
    };
    let see = async |path: &str| html(&town.get("yoga", path).cookie(&viewer.cookie).send().await, 200).to_owned();
    assert!(see("/").await.contains("name=\"following\" value=\"true\""));
    assert_eq!(follows("true", "/?q=a").await, "/?q=a");
    assert!(see("/").await.contains("name=\"following\" value=\"false\""));
    assert!(see("/account/following").await.contains("http://yoga.localhost:3000"));
    assert_eq!(follows("false", "//evil.org").await, "/", "an address says nothing about where to go next");
    assert!(see("/account/following").await.contains("You follow nobody yet"));
    let stranger = town.get("yoga", "/").send().await;
    assert!(html(&stranger, 200).contains("/login?redirect=%2F\">Follow"), "{}", stranger.json);

    town.web.run("UPDATE organizations SET signups_enabled = false WHERE slug = 'yoga'").await;
    assert_eq!(follows("true", "/").await, "/", "its doors closed while the page was open");
    town.web.advance(200);
    assert!(!see("/").await.contains("name=\"following\""));
    let nobody = [("organization", "019aa000-0000-7000-8000-000000000001"), ("following", "true"), ("from", "/")];
    assert_eq!(town.post("yoga", "/following", &nobody).cookie(&viewer.cookie).send().await.status, 404);
}

#[tokio::test]
async fn creators_are_found_on_the_platforms_own_pages() {
    let town = Town::new(codex_web::api()).await;
    town.tenant("evil", HOSTILE).await;
    let see = async |path: &str| {
        let answer = town.web.get(path).header("host", "localhost:3000").header("accept", "text/html").send().await;
        html(&answer, 200).to_owned()
    };
    let all = see("/creators").await;
    assert!(all.contains("http://yoga.localhost:3000") && all.contains("http://chess.localhost:3000"), "{all}");
    assert!(!all.contains("<script>alert") && !all.contains("\"'>"), "{all}");
    let found = see("/creators?q=chess").await;
    assert!(found.contains("1 result for “chess”") && !found.contains("yoga.localhost") && found.contains("noindex"), "{found}");
    assert!(see("/creators?q=ch").await.contains("three letters"));
    assert!(see("/creators?q=nobody+at+all").await.contains("Nobody is called that"));
    html(&town.get("yoga", "/creators").send().await, 404);
}

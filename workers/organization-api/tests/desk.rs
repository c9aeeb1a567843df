//! What somebody works with in an organization: all of it at once is what its own routes say one by one, and no more.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod house;

use house::House;
use http::Method;
use serde_json::{Value, json};

/// Three tiers, the middle one archived, and two invitations.
async fn furnished() -> House {
    let house = House::new().await;
    let mut tiers = Vec::new();
    for name in ["Friend", "Fan", "Patron"] {
        let tier = json!({ "name": name, "monthlyPriceCents": 500, "annualPriceCents": 5000, "currency": "jpy" });
        let made = house.call(Method::POST, "/tiers", &house.owner, tier).await.expect(201);
        tiers.push(made["data"]["id"].as_str().unwrap().to_owned());
    }
    house.call(Method::DELETE, &format!("/tiers/{}", tiers[1]), &house.owner, Value::Null).await.expect(204);
    for email in ["a@example.com", "b@example.com"] {
        house.call(Method::POST, "/members", &house.owner, json!({ "email": email, "role": "creator" })).await.expect(201);
    }
    house
}

#[tokio::test]
async fn a_desk_is_its_parts() {
    let house = furnished().await;
    let get = async |path: &str, who| house.get(path, who).await.expect(200);
    let desk = async |query: &str, who| get(&format!("/desk{query}"), who).await["data"].clone();
    for who in [&house.owner, &house.admin] {
        let team = desk("?with=team&limit=2", who).await;
        let members = get("/members?limit=2", who).await;
        assert_eq!((&team["team"]["members"], &team["team"]["total"]), (&members["items"], &members["pagination"]["total"]));
        assert_eq!(
            desk("?with=team&limit=2&page=2", who).await["team"]["members"],
            get("/members?limit=2&page=2", who).await["items"]
        );
        assert_eq!(team["team"]["invitations"], get("/invitations?status=pending", who).await["items"]);
        assert_eq!(team["team"]["followers"], get("/followers/count", who).await["data"]["count"]);
        assert_eq!(team["tiers"], Value::Null, "what is not asked for is not read");
        let tiers = desk("?with=tiers", who).await;
        let (active, archived) = (get("/tiers", who).await, get("/tiers?status=archived", who).await);
        let all: Vec<_> = [&active, &archived].into_iter().flat_map(|list| list["items"].as_array().unwrap().clone()).collect();
        assert_eq!((&tiers["tiers"], all.len()), (&json!(all), 3));
        assert_eq!((&tiers["settings"], &tiers["team"]), (&get("/settings", who).await["data"], &Value::Null));
        let everybody = house.at(Method::GET, "/api/organizations/slug/yoga", who, Value::Null).await.expect(200);
        assert_eq!(tiers["organization"], everybody["data"]);
    }
    assert_eq!(
        (desk("", &house.owner).await["role"].clone(), desk("", &house.admin).await["role"].clone()),
        (json!("owner"), json!("admin"))
    );
}

#[tokio::test]
async fn what_is_for_managers_is_for_managers() {
    let house = furnished().await;
    let desk = async |query: &str| house.get(&format!("/desk{query}"), &house.member).await.expect(200)["data"].clone();
    let team = desk("?with=team").await;
    assert_eq!((&team["role"], &team["settings"], &team["team"]["invitations"]), (&json!("member"), &Value::Null, &json!([])));
    assert!(team["team"]["members"].as_array().unwrap().iter().all(|member| member["email"].is_null()), "{team}");
    assert_eq!(desk("?with=tiers").await["tiers"].as_array().unwrap().len(), 2, "not what is archived");
    house.call(Method::PATCH, "/settings", &house.owner, json!({ "features": { "subscriptions": false } })).await.expect(200);
    assert_eq!(desk("?with=tiers").await["tiers"], json!([]));
    assert_eq!(house.get("/desk?with=everything", &house.member).await.expect_error(400), "VALIDATION_ERROR");
    assert_eq!(house.get("/desk?with=team", &house.stranger).await.expect_error(404), "NOT_FOUND");
}

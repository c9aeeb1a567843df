//! Names: found, changed, given up, kept for their owners, and brought back.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod house;

use codex_edge::Fault;
use codex_identity::Role;
use house::House;
use http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn organizations_are_listed_searched_and_paged() {
    let house = House::new().await;
    for index in 0..5 {
        let body = json!({ "name": format!("Studio {}", 9 - index), "slug": format!("place-{index}") });
        house.at(Method::POST, "/api/organizations", &house.stranger, body).await.expect(201);
    }
    let list = async |query: &str| house.app.get(&format!("/api/organizations{query}")).send().await.expect(200);
    let names = |list: &Value| -> Vec<String> {
        list["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
    };
    let all = list("").await;
    assert_eq!(names(&all), ["Studio 5", "Studio 6", "Studio 7", "Studio 8", "Studio 9", "Yoga Studio"], "the youngest first");
    assert!(all["items"][0].get("createdBy").is_none() && all["items"][0].get("followerCount").is_none(), "public fields only");
    let second = list("?page=2&limit=4&sort=name").await;
    assert_eq!(
        (names(&second), &second["pagination"]["total"]),
        (vec!["Studio 9".to_owned(), "Yoga Studio".to_owned()], &json!(6))
    );
    assert_eq!(names(&list("?search=yOGa%20st").await), ["Yoga Studio"], "by part of a name, in any case");
    assert_eq!(list("?search=place-").await["pagination"]["total"], 5, "by part of a slug");
    assert_eq!(list("?search=%25%25%25abc").await["pagination"]["total"], 0, "a pattern's letters are letters");
    for bad in ["?search=ab", "?search=%25%25%25%25", "?page=0", "?limit=101", "?sort=random"] {
        assert_eq!(
            house.app.get(&format!("/api/organizations{bad}")).send().await.expect_error(400),
            "VALIDATION_ERROR",
            "{bad}"
        );
    }
}

#[tokio::test]
async fn a_search_among_many_uses_the_trigram_index() {
    let house = House::new().await;
    let owner = house.owner.id;
    house
        .app
        .run(&format!(
            "INSERT INTO organizations (id, slug, name, created_by, created_at, updated_at)
             SELECT gen_random_uuid(), 'tenant-' || n, 'Tenant ' || md5(n::text), '{owner}', now(), now() FROM generate_series(1, 50000) n"
        ))
        .await;
    house.app.run("VACUUM ANALYZE organizations").await;
    let explain = "CREATE FUNCTION plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
        DECLARE line text; plan text := ''; BEGIN FOR line IN EXECUTE 'EXPLAIN ' || query LOOP plan := plan || line || ' '; END LOOP; RETURN plan; END $$";
    house.app.run(explain).await;
    let list = codex_organizations::STATEMENTS.iter().find(|statement| statement.name() == "organizations.list").unwrap().sql;
    let query = list.replace("$1", "'%a1b2c3%'").replace("$2", "'newest'").replace("$3", "'20'").replace("$4", "'0'");
    let plan = house.text(&format!("SELECT plan_of($query${query}$query$)")).await;
    assert!(plan.contains("organizations_search_idx") && !plan.contains("Seq Scan"), "{plan}");
}

#[tokio::test]
async fn a_change_has_three_states_and_needs_a_manager() {
    let house = House::new().await;
    let change = async |who, body: Value| house.call(Method::PATCH, "", who, body).await;
    let changed = change(&house.admin, json!({ "name": "Yoga", "description": "Calm.", "websiteUrl": "https://yoga.example" }))
        .await
        .expect(200);
    assert_eq!((&changed["data"]["name"], &changed["data"]["description"]), (&json!("Yoga"), &json!("Calm.")));
    let emptied = change(&house.admin, json!({ "description": null })).await.expect(200);
    assert_eq!((&emptied["data"]["description"], &emptied["data"]["websiteUrl"]), (&Value::Null, &json!("https://yoga.example")));
    assert_eq!(change(&house.member, json!({ "name": "Mine" })).await.expect_error(403), "FORBIDDEN");
    assert_eq!(change(&house.stranger, json!({ "name": "Mine" })).await.expect_error(404), "NOT_FOUND");
    for bad in [
        json!({ "name": null }),
        json!({ "name": "" }),
        json!({ "websiteUrl": "javascript:1" }),
        json!({ "owner": 1 }),
        json!({ "slug": null }),
    ] {
        assert_eq!(change(&house.owner, bad.clone()).await.expect_error(400), "VALIDATION_ERROR", "{bad}");
    }
}

#[tokio::test]
async fn a_name_that_was_given_up_waits_for_its_owners() {
    let house = House::new().await;
    let rename = async |who, slug: &str| house.call(Method::PATCH, "", who, json!({ "slug": slug })).await;
    let open =
        async |who, slug: &str| house.at(Method::POST, "/api/organizations", who, json!({ "name": "A", "slug": slug })).await;
    assert_eq!(rename(&house.admin, "yoga-berlin").await.expect_error(403), "FORBIDDEN", "an address is its owners'");
    assert_eq!(rename(&house.owner, "auth").await.expect_error(422), "SLUG_RESERVED");
    open(&house.stranger, "ayurveda").await.expect(201);
    assert_eq!(rename(&house.owner, "ayurveda").await.expect_error(409), "CONFLICT");
    rename(&house.owner, "yoga-berlin").await.expect(200);
    let available = async |who: &codex_testkit::Person| {
        house.at(Method::GET, "/api/organizations/check-slug/yoga", who, Value::Null).await.expect(200)["data"]["available"]
            .clone()
    };
    assert_eq!(open(&house.stranger, "yoga").await.expect_error(409), "CONFLICT", "not to others");
    assert_eq!((available(&house.stranger).await, available(&house.owner).await), (json!(false), json!(true)));
    rename(&house.owner, "yoga").await.expect(200);
    rename(&house.owner, "yoga-berlin").await.expect(200);
    house.app.run("UPDATE organization_slugs SET released_at = now() - interval '31 days' WHERE slug = 'yoga'").await;
    assert_eq!(available(&house.stranger).await, true);
    open(&house.stranger, "yoga").await.expect(201);
    assert_eq!(rename(&house.owner, "yoga").await.expect_error(409), "CONFLICT", "it is somebody else's now");
    assert_eq!(house.app.count("organization_slugs WHERE released_at IS NULL").await, 3);
}

#[tokio::test]
async fn of_twenty_who_want_a_released_name_one_gets_it() {
    let house = std::sync::Arc::new(House::new().await);
    house.call(Method::DELETE, "", &house.owner, Value::Null).await.expect(204);
    house.app.run("UPDATE organization_slugs SET released_at = now() - interval '31 days'").await;
    let mut attempts = Vec::new();
    for index in 0..20 {
        let house = house.clone();
        let person = house.app.person(&format!("person-{index}"), Role::Customer).await;
        attempts.push(tokio::spawn(async move {
            let body = json!({ "name": "A", "slug": "yoga" });
            house.at(Method::POST, "/api/organizations", &person, body).await.status.as_u16()
        }));
    }
    let mut statuses = Vec::new();
    for attempt in attempts {
        statuses.push(attempt.await.unwrap());
    }
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 19, "{statuses:?}");
}

#[tokio::test]
async fn deletion_unpublishes_and_restoring_brings_back_what_it_took() {
    let house = House::new().await;
    let (id, owner) = (&house.id, house.owner.id);
    let content = |slug: &str, status: &str, published: &str| {
        format!(
            "INSERT INTO content (id, creator_id, organization_id, title, slug, content_type, visibility, status, published_at, created_at, updated_at)
             VALUES (gen_random_uuid(), '{owner}', '{id}', 'A', '{slug}', 'written', 'public', '{status}', {published}, now(), now())"
        )
    };
    for (slug, status, published) in
        [("one", "published", "now()"), ("two", "published", "now()"), ("draft", "draft", "NULL"), ("was", "draft", "now()")]
    {
        house.app.run(&content(slug, status, published)).await;
    }
    let delete = async |who| house.call(Method::DELETE, "", who, Value::Null).await;
    assert_eq!(delete(&house.admin).await.expect_error(403), "FORBIDDEN");
    assert_eq!(delete(&house.stranger).await.expect_error(404), "NOT_FOUND");
    house.app.get("/api/organizations/slug/yoga").send().await.expect(200);
    delete(&house.owner).await.expect(204);
    assert_eq!(house.app.count("content WHERE status = 'published'").await, 0);
    assert_eq!(
        house.app.get("/api/organizations/slug/yoga").send().await.expect_error(404),
        "NOT_FOUND",
        "not even from the cache"
    );
    for (method, path) in [
        (Method::GET, ""),
        (Method::DELETE, ""),
        (Method::GET, "/members"),
        (Method::GET, "/settings"),
        (Method::POST, "/followers"),
    ] {
        assert_eq!(house.call(method.clone(), path, &house.owner, Value::Null).await.status, 404, "{method} {path}");
    }
    assert_eq!(
        house.at(Method::POST, "/api/organizations", &house.stranger, json!({ "name": "A", "slug": "yoga" })).await.status,
        409
    );
    let deleted =
        house.at(Method::GET, "/api/organizations/my-organizations?deleted=true", &house.owner, Value::Null).await.expect(200);
    assert_eq!(deleted["items"][0]["id"], *id);
    assert_eq!(
        house.at(Method::GET, "/api/organizations/my-organizations", &house.owner, Value::Null).await.expect(200)["items"],
        json!([])
    );

    house.app.run("UPDATE content SET updated_at = now() + interval '1 second' WHERE slug = 'two'").await;
    let restore = async |who| house.call(Method::POST, "/restore", who, Value::Null).await;
    assert_eq!(restore(&house.admin).await.expect_error(403), "FORBIDDEN");
    assert_eq!(restore(&house.stranger).await.expect_error(404), "NOT_FOUND");
    let restored = restore(&house.owner).await.expect(200);
    assert_eq!(restore(&house.owner).await.expect(200), restored, "again is no different");
    assert_eq!(house.app.count("content WHERE status = 'published' AND slug = 'one'").await, 1);
    assert_eq!(
        house.app.count("content WHERE status = 'published'").await,
        1,
        "what was touched since, or never public, stays a draft"
    );
    house.app.get("/api/organizations/slug/yoga").send().await.expect(200);

    delete(&house.owner).await.expect(204);
    house.at(Method::POST, "/api/organizations", &house.owner, json!({ "name": "A", "slug": "yoga" })).await.expect(201);
    assert_eq!(restore(&house.owner).await.expect_error(409), "CONFLICT", "its owner gave the name to another");
}

#[tokio::test]
async fn a_public_page_is_cached_and_told_apart() {
    let house = House::new().await;
    let page = async || house.app.get("/api/organizations/slug/yoga").send().await;
    let cache = house.app.platform().cache.kv().get().unwrap();
    let first = page().await;
    assert_eq!(first.headers["cache-control"], "public, no-cache");
    let etag = first.headers["etag"].to_str().unwrap().to_owned();
    house.app.run("UPDATE organizations SET name = 'Behind the cache'").await;
    assert_eq!(page().await.json["data"]["name"], "Yoga Studio", "no statement was run");
    let known = house.app.get("/api/organizations/slug/yoga").header("if-none-match", &format!("W/{etag}")).send().await;
    assert_eq!(
        (known.status.as_u16(), known.json, &known.headers["etag"]),
        (304, json!(""), &etag.parse::<http::HeaderValue>().unwrap())
    );

    house.call(Method::PATCH, "", &house.owner, json!({ "name": "Changed" })).await.expect(200);
    let changed = page().await;
    assert_ne!(changed.headers["etag"], etag);
    assert_eq!(changed.json["data"]["name"], "Changed", "a change is seen at once");

    house.at(Method::POST, "/api/organizations", &house.stranger, json!({ "name": "Other", "slug": "other" })).await.expect(201);
    house.app.get("/api/organizations/slug/other").send().await.expect(200);
    let foreign = cache.get("organization:other").await.unwrap().unwrap();
    cache.put("organization:yoga", &foreign, 60).await.unwrap();
    assert_eq!(page().await.json["data"]["slug"], "yoga", "an entry of another tenant is not believed");
    cache.set_fault(Fault::Down);
    assert_eq!(page().await.expect(200)["data"]["slug"], "yoga", "nor is the cache needed");
    assert_eq!(house.app.get("/api/organizations/slug/Not-A-Slug").send().await.expect_error(404), "NOT_FOUND");
}

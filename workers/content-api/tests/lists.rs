//! The lists of the catalogue: each narrowed in every way, kept by every change, and read from an index.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod shelf;

use serde_json::Value;
use shelf::Shelf;

/// So many contents, published a second apart, of every mixture of what lists are narrowed by; every seventh in no list.
async fn fill(shelf: &Shelf, contents: u32) -> String {
    let (creator, organization) = (shelf.creator.id, shelf.organization().await);
    shelf
        .app
        .execute(&format!(
            "INSERT INTO content (id, creator_id, organization_id, title, slug, description, content_type, category, tags, visibility, price_cents, status,
                published_at, created_at, updated_at)
            SELECT md5(i::text)::uuid, CASE WHEN i % 3 = 0 THEN '{organization}'::uuid ELSE '{creator}' END, CASE WHEN i % 5 < 3 THEN '{organization}'::uuid END,
                (ARRAY['a', 'B', 'c'])[1 + i % 3] || i, 'slug-' || i, CASE WHEN i % 2 = 0 THEN 'Breathing' END, (ARRAY['video', 'audio', 'written'])[1 + i / 2 % 3],
                CASE WHEN i % 4 < 3 THEN 'shelf ' || i % 2 END, CASE WHEN i % 11 < 6 THEN '[\"calm\", \"deep\"]'::jsonb ELSE '[\"calm\"]' END,
                CASE WHEN i % 7 = 0 THEN 'members_only' WHEN i % 13 < 6 THEN 'public' ELSE 'purchased_only' END, CASE WHEN i % 13 < 6 THEN 0 ELSE 100 + i % 5 END,
                CASE WHEN i % 17 = 0 THEN 'draft' ELSE 'published' END, timestamptz '2026-01-01' + i * interval '1 second', now(), now()
            FROM generate_series(1, {contents}) i"
        ))
        .await;
    organization
}

#[tokio::test]
async fn each_list_holds_what_its_filters_say() {
    let shelf = Shelf::new().await;
    let organization = fill(&shelf, 90).await;
    let creator = shelf.creator.id.to_string();
    // What narrows a list, each with what it says of contents; whatever stands on both is asked for together.
    let narrowings = [
        (format!("organizationId={organization}"), format!("organization_id = '{organization}'")),
        (format!("creatorId={creator}"), format!("creator_id = '{creator}'")),
        ("category=shelf%201".to_owned(), "category = 'shelf 1'".to_owned()),
        ("tag=deep".to_owned(), "tags ? 'deep'".to_owned()),
        ("contentType=audio".to_owned(), "content_type = 'audio'".to_owned()),
        ("visibility=purchased_only".to_owned(), "visibility = 'purchased_only'".to_owned()),
        ("search=breathe".to_owned(), "description = 'Breathing'".to_owned()),
    ];
    let orders = [
        ("newest", "published_at DESC"),
        ("oldest", "published_at"),
        ("title", "lower(title), id"),
        ("price", "price_cents, id"),
        ("-price", "price_cents DESC, id DESC"),
    ];
    let mut some = 0;
    for mask in 0..1_usize << narrowings.len() {
        let chosen = narrowings.iter().enumerate().filter(|(bit, _)| mask & (1 << bit) != 0).map(|(_, both)| both);
        let (query, condition): (Vec<&str>, Vec<&str>) =
            chosen.map(|(query, condition)| (query.as_str(), condition.as_str())).unzip();
        let (order, by) = orders[mask % orders.len()];
        let sql = ["status = 'published'", "visibility <> 'members_only'"]
            .into_iter()
            .chain(condition)
            .collect::<Vec<_>>()
            .join(" AND ");
        let expected =
            shelf.app.text(&format!("SELECT coalesce(string_agg(title, ' ' ORDER BY {by}), '') FROM content WHERE {sql}")).await;
        let mut titles = Vec::new();
        for page in 1..=2 {
            let path = format!("/api/content/discover?sort={order}&limit=60&page={page}&{}", query.join("&"));
            let answer = shelf.get(&path, &shelf.creator).await.expect(200);
            assert_eq!(answer["pagination"]["total"], expected.split_whitespace().count(), "{path}");
            titles.extend(answer["items"].as_array().unwrap().iter().map(|item| item["title"].as_str().unwrap().to_owned()));
        }
        assert_eq!(titles.join(" "), expected, "{query:?} {order}");
        some += usize::from(!expected.is_empty());
    }
    assert!(some > 80, "{some}");
    for (query, condition) in [
        ("", "true"),
        ("&category=shelf%201&sort=newest", "category = 'shelf 1'"),
        ("&contentType=video", "content_type = 'video'"),
        ("&search=breathe", "description = 'Breathing'"),
    ] {
        for (site, of) in
            [("organization=yoga", format!("organization_id = '{organization}'")), ("", "organization_id IS NOT NULL".to_owned())]
        {
            let sql = format!(
                "SELECT count(*)::text FROM content WHERE status = 'published' AND visibility <> 'members_only' AND {of} AND {condition}"
            );
            let listed = shelf.get(&format!("/api/content/storefront?{site}{query}"), &shelf.creator).await.expect(200);
            assert_eq!(listed["pagination"]["total"].to_string(), shelf.app.text(&sql).await, "{site}{query}");
        }
    }
    let nobody = shelf.get("/api/content/storefront?organization=nobody-at-all", &shelf.creator).await.expect(200);
    assert_eq!((&nobody["pagination"]["total"], &nobody["items"]), (&Value::from(0), &Value::from(Vec::<u8>::new())));
}

#[tokio::test]
async fn every_change_of_a_content_changes_its_lists() {
    let shelf = Shelf::new().await;
    let organization = fill(&shelf, 30).await;
    let differing = "(SELECT * FROM catalogue_entries EXCEPT ALL SELECT e.* FROM content c, catalogue_entries_of(c) e)
        UNION ALL (SELECT e.* FROM content c, catalogue_entries_of(c) e EXCEPT ALL SELECT * FROM catalogue_entries)";
    for change in [
        "title = 'Other ' || title".to_owned(),
        "tags = '[\"deep\", \"new\"]'".to_owned(),
        "category = NULL".to_owned(),
        "price_cents = price_cents + 1".to_owned(),
        "visibility = 'purchased_only' WHERE visibility = 'public'".to_owned(),
        "visibility = 'members_only' WHERE title LIKE '%3'".to_owned(),
        "content_type = 'written'".to_owned(),
        "organization_id = NULL WHERE title LIKE '%1'".to_owned(),
        format!("creator_id = '{organization}'"),
        "published_at = NULL WHERE title LIKE '%4'".to_owned(),
        "status = 'archived' WHERE title LIKE '%5'".to_owned(),
        "status = 'published'".to_owned(),
        "deleted_at = now() WHERE title LIKE '%6'".to_owned(),
    ] {
        shelf.app.execute(&format!("UPDATE content SET {change}")).await;
        assert_eq!(shelf.app.count(&format!("({differing}) d")).await, 0, "{change}");
        assert!(shelf.app.count("catalogue_entries").await > 0, "{change}");
    }
    shelf.app.execute("DELETE FROM content").await;
    assert_eq!(shelf.app.count("catalogue_entries").await, 0);
}

#[tokio::test]
async fn lists_are_read_from_an_index_in_their_order() {
    let shelf = Shelf::new().await;
    let organization = fill(&shelf, 3000).await;
    let explain = "CREATE FUNCTION plan_of(query text) RETURNS text LANGUAGE plpgsql AS $$
        DECLARE line text; plan text := ''; BEGIN FOR line IN EXECUTE 'EXPLAIN ' || query LOOP plan := plan || line || E'\\n'; END LOOP; RETURN plan; END $$";
    shelf.app.execute(explain).await;
    shelf.app.run("VACUUM ANALYZE").await;
    let plan = async |name: &str, params: &[Option<&str>]| {
        let mut sql = codex_content::STATEMENTS.iter().find(|statement| statement.name() == name).unwrap().sql.to_owned();
        for (at, value) in params.iter().enumerate().rev() {
            sql = sql.replace(&format!("${}", at + 1), &value.map_or("NULL".to_owned(), |value| format!("'{value}'")));
        }
        shelf.app.text(&format!("SELECT plan_of($plan${sql}$plan$)")).await
    };
    let creator = shelf.creator.id.to_string();
    let (organization, creator) = (Some(organization.as_str()), Some(creator.as_str()));
    for (order, column) in [
        ("newest", "published_at"),
        ("oldest", "published_at"),
        ("title", "title"),
        ("price", "price_cents"),
        ("-price", "price_cents"),
    ] {
        for (whose, maker, category, tag) in [
            (None, None, None, None),
            (organization, None, None, None),
            (None, creator, None, None),
            (None, None, Some("shelf 1"), None),
            (None, None, None, Some("calm")),
            (organization, creator, Some("shelf 1"), None),
            (organization, None, Some("shelf 1"), Some("calm")),
        ] {
            let params = [Some("false"), None, None, whose, maker, category, tag, None, Some(order), Some("20"), Some("20")];
            let plan = plan("content.list_catalogue", &params).await;
            let index = format!("scope_{column}_content_id");
            assert!(
                plan.contains("Merge Append") && plan.contains(&index) && !plan.contains("Seq Scan on c"),
                "{order} {params:?}\n{plan}"
            );
        }
        for params in [[None, None], [Some("yoga"), None], [Some("yoga"), Some("shelf 1")]] {
            let params = [params[0], None, None, params[1], None, Some(order), Some("20"), Some("20")];
            let plan = plan("content.storefront", &params).await;
            let index = format!("scope_{column}_content_id");
            assert!(
                plan.contains("Merge Append") && plan.contains(&index) && !plan.contains("Seq Scan on c"),
                "{order} {params:?}\n{plan}"
            );
        }
    }
}

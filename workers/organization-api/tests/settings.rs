//! Settings: defaults, three states, warnings, logos, and the switches that others honour.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod house;

use codex_kernel::Picture;
use codex_testkit::TestApp;
use house::House;
use http::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn settings_have_defaults_and_three_states() {
    let house = House::new().await;
    let defaults = house.get("/settings", &house.admin).await.expect(200);
    assert_eq!(
        defaults["data"],
        json!({
            "branding": { "primaryColor": "#3B82F6", "secondaryColor": null, "logoUrl": null, "headingFont": null, "bodyFont": null },
            "contact": { "platformName": null, "supportEmail": null, "timezone": "UTC" },
            "features": { "signups": true, "purchases": true, "subscriptions": true }
        })
    );
    let patch = async |body: Value| house.call(Method::PATCH, "/settings", &house.admin, body).await;
    let body = json!({
        "branding": { "primaryColor": "#102030", "headingFont": "Open Sans" },
        "contact": { "supportEmail": "Help@Yoga.example", "timezone": "Europe/Berlin" },
        "features": { "subscriptions": false }
    });
    let changed = patch(body).await.expect(200);
    assert_eq!(
        changed["data"]["contact"],
        json!({ "platformName": null, "supportEmail": "help@yoga.example", "timezone": "Europe/Berlin" })
    );
    assert_eq!(changed["data"]["features"]["subscriptions"], false);
    let back = patch(json!({ "branding": { "primaryColor": null }, "features": { "subscriptions": null } })).await.expect(200);
    assert_eq!(
        (&back["data"]["branding"]["primaryColor"], &back["data"]["branding"]["headingFont"]),
        (&json!("#3B82F6"), &json!("Open Sans"))
    );
    assert_eq!(back["data"]["features"]["subscriptions"], true);
    let public = house.app.get("/api/organizations/slug/yoga").send().await.expect(200);
    assert_eq!(
        (&public["data"]["headingFont"], &public["data"]["supportEmail"]),
        (&json!("Open Sans"), &json!("help@yoga.example"))
    );
    for bad in [
        json!({ "branding": { "primaryColor": "red" } }),
        json!({ "branding": { "headingFont": "x; } body { display: none" } }),
        json!({ "contact": { "supportEmail": "nobody" } }),
        json!({ "features": { "signups": "yes" } }),
        json!({ "features": { "gifts": true } }),
        json!({ "secrets": {} }),
    ] {
        assert_eq!(patch(bad.clone()).await.expect_error(400), "VALIDATION_ERROR", "{bad}");
    }
    assert_eq!(patch(json!({ "contact": { "timezone": "Mars/Olympus" } })).await.expect_error(422), "UNKNOWN_TIMEZONE");
}

#[tokio::test]
async fn a_section_is_replaced_as_a_whole() {
    let house = House::new().await;
    let put =
        async |section: &str, body: Value| house.call(Method::PUT, &format!("/settings/{section}"), &house.owner, body).await;
    put("branding", json!({ "primaryColor": "#000000", "bodyFont": "Lato", "logoUrl": "https://a.example/logo.png" }))
        .await
        .expect(200);
    let branding = put("branding", json!({ "primaryColor": "#FFFF00", "secondaryColor": "#FFFFFF" })).await.expect(200);
    assert_eq!(
        (&branding["data"]["bodyFont"], &branding["data"]["logoUrl"]),
        (&Value::Null, &json!("https://a.example/logo.png"))
    );
    let warned: Vec<_> = branding["warnings"].as_array().unwrap().iter().map(|warning| warning["path"].clone()).collect();
    assert_eq!(warned, ["primaryColor", "secondaryColor"], "{branding}");
    let again = put("branding", branding["data"].clone()).await.expect(200);
    assert_eq!(again["data"], branding["data"], "what was read can be written");
    put("contact", json!({ "platformName": "Yoga TV", "timezone": "Asia/Tokyo" })).await.expect(200);
    assert_eq!(
        put("contact", json!({})).await.expect(200)["data"],
        json!({ "platformName": null, "supportEmail": null, "timezone": "UTC" })
    );
    put("features", json!({ "purchases": false })).await.expect(200);
    for (section, field, value) in [
        ("branding", "primaryColor", json!("#FFFF00")),
        ("contact", "timezone", json!("UTC")),
        ("features", "purchases", json!(false)),
    ] {
        assert_eq!(house.get(&format!("/settings/{section}"), &house.owner).await.expect(200)["data"][field], value);
    }
    for (who, status) in [(&house.member, 403), (&house.stranger, 404)] {
        for section in ["", "/branding", "/contact", "/features"] {
            assert_eq!(house.get(&format!("/settings{section}"), who).await.status, status, "{section}");
            let method = if section.is_empty() { Method::PATCH } else { Method::PUT };
            assert_eq!(house.call(method, &format!("/settings{section}"), who, json!({})).await.status, status, "{section}");
        }
    }
}

#[tokio::test]
async fn a_logo_is_known_by_its_bytes_and_replaces_the_one_before() {
    let house = House::new().await;
    let path = format!("/api/organizations/{}/settings/branding/logo", house.id);
    let post = async |who: &codex_testkit::Person, bytes: &[u8]| {
        house.app.post(&path).cookie(&who.cookie).header("content-type", "image/svg+xml").body(bytes.to_vec()).send().await
    };
    let kept = || house.app.platform().assets.get().unwrap().keys();
    let logo = post(&house.admin, b"\x89PNG\r\n\x1a\n...").await.expect(200)["data"]["logoUrl"].as_str().unwrap().to_owned();
    let key = logo.strip_prefix("http://assets.test/").unwrap();
    assert!(key.starts_with(&format!("organizations/{}/logo/", house.id)) && key.ends_with(".png"), "{key}");
    assert_eq!(kept(), [key]);
    let second = post(&house.admin, b"RIFF\x10\0\0\0WEBPVP8 ").await.expect(200)["data"]["logoUrl"].as_str().unwrap().to_owned();
    let key = second.strip_prefix("http://assets.test/").unwrap();
    assert_eq!(kept(), [key], "the old one is gone");
    let scaling = TestApp::on(codex_organization_api::api(), house.app.database_url.clone(), &[("IMAGE_TRANSFORMATIONS", "on")]);
    let sizes: Vec<Value> = [64, 256, 512]
        .map(|width| json!({ "width": width, "url": format!("http://assets.test/cdn-cgi/image/width={width},fit=scale-down,format=auto/{key}") }))
        .into();
    let public = scaling.get("/api/organizations/slug/yoga").send().await.expect(200);
    assert_eq!(public["data"]["logoSizes"], json!(sizes));
    assert_eq!(post(&house.owner, b"<svg onload='alert(1)'/>").await.expect_error(415), "UNSUPPORTED_MEDIA_TYPE");
    assert_eq!(
        post(&house.owner, &[b"\xff\xd8\xff".as_slice(), &vec![0; Picture::MAX_BYTES]].concat()).await.expect_error(413),
        "PAYLOAD_TOO_LARGE"
    );
    assert_eq!(post(&house.member, b"\xff\xd8\xff").await.expect_error(403), "FORBIDDEN");
    assert_eq!(post(&house.stranger, b"\xff\xd8\xff").await.expect_error(404), "NOT_FOUND");
    assert_eq!(kept().len(), 1, "and nothing of theirs was kept");
    house.call(Method::DELETE, "/settings/branding/logo", &house.owner, Value::Null).await.expect(204);
    assert_eq!(
        (kept().len(), &house.get("/settings", &house.owner).await.expect(200)["data"]["branding"]["logoUrl"]),
        (0, &Value::Null)
    );
}

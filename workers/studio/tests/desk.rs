//! Which pages are there for whom, and what forms do with what is typed into them.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod office;

use office::{HOSTILE, colleague, html, location, town};

const FOR_ALL: [&str; 5] = ["/studio/content", "/studio/new", "/studio/media", "/studio/sales", "/studio/members"];
const FOR_MANAGERS: [&str; 9] = [
    "/studio/customers",
    "/studio/tiers",
    "/studio/subscribers",
    "/studio/mails",
    "/studio/mails/receipt",
    "/studio/settings",
    "/studio/settings/branding",
    "/studio/settings/contact",
    "/studio/settings/features",
];

#[tokio::test]
async fn the_menu_follows_the_place_somebody_has() {
    let town = town().await;
    let (admin, creator) = (colleague(&town, "yoga", "admin").await, colleague(&town, "yoga", "creator").await);
    for person in [&town.creator, &admin] {
        for path in FOR_ALL.iter().chain(&FOR_MANAGERS).chain(&["/studio"]) {
            let answer = town.get("yoga", path).cookie(&person.cookie).send().await;
            assert!(html(&answer, 200).contains("href=\"/studio/settings\""), "{path}");
        }
    }
    assert_eq!(location(&town.get("yoga", "/studio").cookie(&creator.cookie).send().await), "/studio/content");
    for path in FOR_ALL {
        let answer = town.get("yoga", path).cookie(&creator.cookie).send().await;
        assert!(!html(&answer, 200).contains("href=\"/studio/settings\""), "{path}");
    }
    for path in FOR_MANAGERS {
        let answer = town.get("yoga", path).cookie(&creator.cookie).send().await;
        assert!(matches!(answer.status.as_u16(), 403 | 404), "{path}: {}", answer.status);
    }
}

#[tokio::test]
async fn settings_are_kept_and_refused_as_they_were_typed() {
    let town = town().await;
    let post = |path: &str, fields: &[(&str, &str)]| town.post("yoga", path, fields).cookie(&town.creator.cookie).send();
    let contact = [("platformName", HOSTILE), ("supportEmail", "no address"), ("timezone", "Europe/Berlin")];
    let refused = post("/studio/settings/contact", &contact).await;
    let page = html(&refused, 422);
    assert!(page.contains("value=\"no address\"") && !page.contains("<script>alert"), "{page}");
    let kept = post("/studio/settings/contact", &[contact[0], ("supportEmail", "a@example.com"), contact[2]]).await;
    assert_eq!(location(&kept), "/studio/settings/contact?done=saved");
    assert_eq!(
        location(&post("/studio/settings/features", &[("purchases", "on")]).await),
        "/studio/settings/features?done=saved"
    );
    let page = town.get("yoga", "/studio/settings/features").cookie(&town.creator.cookie).send().await;
    assert_eq!(html(&page, 200).matches(" checked").count(), 1, "what is not sent is off");
    let pale = [("primaryColor", "#ffff00"), ("secondaryColor", "#112233")];
    let warned = post("/studio/settings/branding", &pale).await;
    assert!(html(&warned, 200).contains("is hard to see on white"));
    assert_eq!(
        town.web.text("SELECT primary_color || coalesce(secondary_color, '-') FROM organizations WHERE slug = 'yoga'").await,
        "#ffff00-"
    );
    let sample = post("/studio/settings/branding/preview", &[("primaryColor", "#b91c1c")]).await;
    assert!(html(&sample, 200).contains("--brand:#b91c1c"));
    assert!(sample.headers["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'self'"));
    let wrong = post("/studio/settings/delete", &[("confirmation", "chess")]).await;
    assert!(html(&wrong, 422).contains("That is not its address"));
    assert_eq!(
        location(&post("/studio/settings/delete", &[("confirmation", "yoga")]).await),
        "http://localhost:3000/organizations"
    );
}

#[tokio::test]
async fn no_mail_has_a_name_that_is_none() {
    let town = town().await;
    for path in ["%C3%AC%0D%28d", "A", "no--mail", "receipt%0D%0Aset-cookie:%20x=y"] {
        for action in ["", "/restore", "/test"] {
            let path = format!("/studio/mails/{path}{action}");
            let answer = town
                .post("yoga", &path, &[("id", "019aa000-0000-7000-8000-00000000a001")])
                .cookie(&town.creator.cookie)
                .send()
                .await;
            html(&answer, 404);
        }
    }
}

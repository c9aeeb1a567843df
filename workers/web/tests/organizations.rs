//! Organizations are opened and joined, and lead to the studio.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod town;

use codex_identity::Role;
use town::{HOSTILE, Town, html, location};

#[tokio::test]
async fn somebody_opens_an_organization() {
    let town = Town::new(codex_web::api()).await;
    let person = town.web.person("person", Role::Customer).await;
    let open = |fields: &[(&str, &str)]| town.post("yoga", "/organizations", fields).cookie(&person.cookie).send();
    let taken = open(&[("name", HOSTILE), ("slug", "chess"), ("description", "")]).await;
    let page = html(&taken, 422);
    assert!(
        page.contains("This address is taken") && page.contains("value=\"chess\"") && !page.contains("<script>alert"),
        "{page}"
    );
    let wrong = open(&[("name", "North"), ("slug", "No Way"), ("description", "")]).await;
    assert!(html(&wrong, 422).contains("may hold lowercase letters"));
    let opened = open(&[("name", "North"), ("slug", "north"), ("description", "Films.")]).await;
    assert_eq!(location(&opened), "/organizations?opened=true");
    // Who gains rights goes on under a new token.
    let cookie = opened.cookie();
    assert!(cookie.starts_with("codex-session=") && cookie != person.cookie);
    let list = town.get("yoga", "/organizations").cookie(&cookie).send().await;
    let page = html(&list, 200);
    assert!(page.contains("http://north.localhost:3000/studio") && !page.contains("http://chess.localhost"), "{page}");
    assert_eq!(town.web.text("SELECT role FROM users WHERE name = 'person'").await, "creator");
    let free = town.get("yoga", "/organizations/check/south").send().await.expect(200);
    assert_eq!(free["data"]["available"], true);
    assert_eq!(town.get("yoga", "/organizations/check/north").send().await.expect(200)["data"]["available"], false);
}

#[tokio::test]
async fn an_invitation_is_accepted_or_declined() {
    let town = Town::new(codex_web::api()).await;
    let guest = town.web.person("guest", Role::Customer).await;
    let page = town.get("yoga", "/invitations?token=abc%22%3E").send().await;
    assert!(html(&page, 200).contains("value=\"abc&#34;&#62;\""));
    let accept = town.post("yoga", "/invitations/accept", &[("token", "nonsense")]).cookie(&guest.cookie).send().await;
    assert!((400..500).contains(&accept.status.as_u16()), "{}", accept.json);
    let stranger = town.post("yoga", "/invitations/accept", &[("token", "nonsense")]).header("referer", "x").send().await;
    assert_eq!(location(&stranger), "/login?redirect=%2Finvitations%2Faccept");
}

#[tokio::test]
async fn the_studio_is_asked_as_it_is() {
    let town = Town::new(codex_web::api()).await;
    let studio = town.web.beside("STUDIO", codex_studio::api(), &[]);
    studio.beside("CONTENT_API", codex_content_api::api(), &[]);
    studio.beside("ORGANIZATION_API", codex_organization_api::api(), &[]);
    assert_eq!(location(&town.get("yoga", "/studio/media?page=2").send().await), "/login?redirect=%2Fstudio%2Fmedia%3Fpage%3D2");
    let page = town.get("yoga", "/studio/media").cookie(&town.creator.cookie).send().await;
    assert!(html(&page, 200).contains("No files yet"), "cookie, host and path arrive");
    assert_eq!(page.headers["cache-control"], "private, no-store");
    let fields = [("title", "Air"), ("contentBody", "In."), ("visibility", "public")];
    let made = town.post("yoga", "/studio/new", &fields).cookie(&town.creator.cookie).send().await;
    assert!(location(&made).starts_with("/studio/content/"), "the body arrives, and the redirect is the browser's to follow");
    let log = |app: &codex_testkit::TestApp| app.log.lock().unwrap().last().unwrap().clone();
    let id = |line: &str| line.split("\"requestId\":\"").nth(1).unwrap()[..36].to_owned();
    assert_eq!(id(&log(&town.web)), id(&log(&studio)), "one id through both");
    assert!(!log(&town.web).contains(&town.creator.id.to_string()), "only the studio looks who asks");
    assert_eq!(town.get("yoga", "/studio/nothing/here").cookie(&town.creator.cookie).send().await.status, 404);
}

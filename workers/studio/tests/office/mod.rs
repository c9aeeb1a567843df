//! The town whose studio is tested, with the workers that only the studio asks.

#[path = "../../../web/tests/town/mod.rs"]
mod town;

use codex_identity::Role;
use codex_testkit::Person;
pub use town::{HOSTILE, Town, html, location};

pub async fn town() -> Town {
    let town = Town::new(codex_studio::api()).await;
    let unlimited = [("LIMITS", r#"{"costly":[1000,60]}"#)];
    town.web.beside("ADMIN_API", codex_admin_api::api(), &unlimited);
    town.web.beside("MEDIA_API", codex_media_api::api(), &unlimited);
    town.web.beside("NOTIFICATIONS_API", codex_notifications_api::api(), &unlimited);
    town
}

/// Somebody new who has this place at `tenant`.
#[allow(dead_code, reason = "each test file uses its part")]
pub async fn colleague(town: &Town, tenant: &str, role: &str) -> Person {
    let name = format!("{role}-at-{tenant}");
    let person = town.web.person(&name, if role == "member" { Role::Customer } else { Role::Creator }).await;
    town.web
        .execute(&format!(
            "INSERT INTO organization_members (organization_id, user_id, role, created_at) VALUES (md5('{tenant}')::uuid, '{}', '{role}', now())",
            person.id
        ))
        .await;
    person
}

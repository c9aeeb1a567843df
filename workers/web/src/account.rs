use askama::Template;
use axum::{
    http::{Method, StatusCode},
    response::Response,
};
use bytes::Bytes;
use codex_http::{Form, Path, Query, Reply};
use codex_kernel::{Result, SessionId, Timestamp};
use codex_pages::{Brand, Entries, Frame, Listed, Pagination, Section, Visit, Worker, first, see_other, with_query, words};
use futures_util::future::try_join;
use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

/// What has just happened.
#[derive(Debug, Default, Deserialize, JsonSchema, Validate)]
#[serde(default)]
pub(crate) struct Before {
    #[garde(skip)]
    saved: bool,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Profile {
    email: String,
    display_name: String,
    bio: Option<String>,
}

#[derive(Template)]
#[template(path = "account/profile.html")]
struct ProfileView {
    profile: Profile,
    entries: Entries,
    saved: bool,
}

fn frame_of(visit: &Visit, brand: Brand, path: &str, title: &str) -> Frame {
    Frame::new(visit, brand, path).titled(title).in_section(Section::Account)
}

pub(crate) async fn profile(visit: Visit, Query(Before { saved }): Query<Before>) -> Reply<Response> {
    let asked = visit.one::<Profile>(Worker::Identity, "/api/user/profile");
    let (brand, profile) = try_join(visit.brand(), asked).await?;
    let view = ProfileView { profile, entries: Entries::default(), saved };
    Ok(frame_of(&visit, brand, "/account", "Account").around(&view)?.for_one(&visit, StatusCode::OK))
}

pub(crate) async fn save_profile(visit: Visit, form: Form) -> Reply<Response> {
    let bio = Some(form.text("bio").trim()).filter(|bio| !bio.is_empty());
    let changes = json!({ "displayName": form.text("displayName"), "bio": bio });
    match visit.send(Worker::Identity, Method::PATCH, "/api/user/profile", &changes).await? {
        Ok(done) => Ok(see_other("/account?saved=true", done.cookies)?),
        Err(refusal) => {
            let email = visit.caller.as_ref().map(|caller| caller.0.user.email.to_string()).unwrap_or_default();
            let (display_name, bio) = (form.text("displayName").to_owned(), Some(form.text("bio").to_owned()));
            let entries = Entries::refused(form, refusal)?;
            let status = entries.status();
            let view = ProfileView { profile: Profile { email, display_name, bio }, entries, saved: false };
            Ok(frame_of(&visit, visit.brand().await?, "/account", "Account").around(&view)?.for_one(&visit, status))
        }
    }
}

#[derive(Template)]
#[template(path = "account/password.html")]
struct PasswordView {
    entries: Entries,
    saved: bool,
}

async fn show_password(visit: &Visit, entries: Entries, saved: bool) -> Result<Response> {
    let status = entries.status();
    let frame = frame_of(visit, visit.brand().await?, "/account/password", "Password");
    Ok(frame.around(&PasswordView { entries, saved })?.for_one(visit, status))
}

pub(crate) async fn password(visit: Visit, Query(Before { saved }): Query<Before>) -> Reply<Response> {
    Ok(show_password(&visit, Entries::default(), saved).await?)
}

pub(crate) async fn change_password(visit: Visit, form: Form) -> Reply<Response> {
    let change = json!({ "currentPassword": form.text("currentPassword"), "newPassword": form.text("newPassword") });
    match visit.send(Worker::Auth, Method::POST, "/api/auth/change-password", &change).await? {
        Ok(done) => Ok(see_other("/account/password?saved=true", done.cookies)?),
        Err(refusal) => Ok(show_password(&visit, Entries::refused(form, refusal)?, false).await?),
    }
}

/// Somewhere that a person is signed in.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Device {
    id: String,
    user_agent: Option<String>,
    last_seen_at: Timestamp,
    current: bool,
}

impl Device {
    /// `Firefox on Linux`: the first of each that the browser names. They name more than they are, in this order.
    fn name(&self) -> String {
        let agent = self.user_agent.as_deref().unwrap_or_default();
        let named = |known: &[(&str, &'static str)]| known.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name);
        let browser =
            named(&[("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari")]);
        let system = named(&[
            ("iPhone", "iPhone"),
            ("iPad", "iPad"),
            ("Android", "Android"),
            ("Windows", "Windows"),
            ("Mac OS", "Mac"),
            ("Linux", "Linux"),
        ]);
        match (browser, system) {
            (Some(browser), Some(system)) => format!("{browser} on {system}"),
            (Some(one), None) | (None, Some(one)) => one.to_owned(),
            (None, None) => "Unknown device".to_owned(),
        }
    }

    fn seen(&self) -> (String, String) {
        (self.last_seen_at.to_string(), words::day(self.last_seen_at))
    }
}

#[derive(Template)]
#[template(path = "account/devices.html")]
struct DevicesView {
    devices: Vec<Device>,
    pagination: Pagination,
    saved: bool,
}

/// Which page, and what has just happened.
#[derive(Debug, Deserialize, JsonSchema, Validate)]
pub(crate) struct Leafing {
    /// From 1.
    #[serde(default = "first")]
    #[garde(range(min = 1, max = 100_000))]
    page: u32,
    #[serde(default)]
    #[garde(skip)]
    saved: bool,
}

impl Leafing {
    pub(crate) fn query(&self, path: &str) -> String {
        with_query(path, &[("page", &self.page.to_string()), ("limit", "20")])
    }
}

pub(crate) async fn devices(visit: Visit, Query(asked): Query<Leafing>) -> Reply<Response> {
    let query = asked.query("/api/auth/sessions");
    let (brand, Listed { items, pagination }) = try_join(visit.brand(), visit.list::<Device>(Worker::Auth, &query)).await?;
    let view = DevicesView { devices: items, pagination, saved: asked.saved };
    Ok(frame_of(&visit, brand, "/account/devices", "Devices").around(&view)?.for_one(&visit, StatusCode::OK))
}

pub(crate) async fn end_device(visit: Visit, Path(id): Path<SessionId>) -> Reply<Response> {
    let done = visit.send(Worker::Auth, Method::DELETE, &format!("/api/auth/sessions/{id}"), &Value::Null).await??;
    Ok(see_other("/account/devices?saved=true", done.cookies)?)
}

pub(crate) async fn end_others(visit: Visit, _form: Form) -> Reply<Response> {
    visit.send(Worker::Auth, Method::DELETE, "/api/auth/sessions", &Value::Null).await??;
    Ok(see_other("/account/devices?saved=true", [])?)
}

/// Something bought.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Purchase {
    title: String,
    status: String,
    amount_cents: i64,
    currency: String,
    refunded_cents: i64,
    purchased_at: Timestamp,
}

impl Purchase {
    fn price(&self) -> String {
        words::price(self.amount_cents, &self.currency)
    }

    fn refunded(&self) -> String {
        words::price(self.refunded_cents, &self.currency)
    }

    fn day(&self) -> (String, String) {
        (self.purchased_at.to_string(), words::day(self.purchased_at))
    }

    fn state(&self) -> &'static str {
        match self.status.as_str() {
            "paid" => "Paid",
            "partly_refunded" => "Partly refunded",
            "refunded" => "Refunded",
            "disputed" => "Disputed",
            "duplicate" => "Paid twice, being refunded",
            _ => "Returned",
        }
    }
}

#[derive(Template)]
#[template(path = "account/purchases.html")]
struct PurchasesView {
    purchases: Vec<Purchase>,
    pagination: Pagination,
}

pub(crate) async fn purchases(visit: Visit, Query(asked): Query<Leafing>) -> Reply<Response> {
    let query = asked.query("/purchases");
    let (brand, Listed { items, pagination }) = try_join(visit.brand(), visit.list::<Purchase>(Worker::Ecom, &query)).await?;
    let view = PurchasesView { purchases: items, pagination };
    Ok(frame_of(&visit, brand, "/account/purchases", "Purchases").around(&view)?.for_one(&visit, StatusCode::OK))
}

/// Which mail somebody gets.
#[derive(Default, Deserialize)]
struct Mail {
    marketing: bool,
    digest: bool,
}

#[derive(Template)]
#[template(path = "account/data.html")]
struct DataView {
    mail: Mail,
    saved: bool,
    entries: Entries,
}

async fn show_data(visit: &Visit, entries: Entries, saved: bool) -> Result<Response> {
    let status = entries.status();
    let asked = visit.one::<Mail>(Worker::Identity, "/api/user/notification-preferences");
    let (brand, mail) = try_join(visit.brand(), asked).await?;
    let frame = frame_of(visit, brand, "/account/data", "Mail and data");
    Ok(frame.around(&DataView { mail, saved, entries })?.for_one(visit, status))
}

pub(crate) async fn data(visit: Visit, Query(Before { saved }): Query<Before>) -> Reply<Response> {
    Ok(show_data(&visit, Entries::default(), saved).await?)
}

pub(crate) async fn save_mail(visit: Visit, form: Form) -> Reply<Response> {
    let wanted = json!({ "marketing": form.text("marketing") == "on", "digest": form.text("digest") == "on" });
    visit.send(Worker::Identity, Method::PUT, "/api/user/notification-preferences", &wanted).await??;
    Ok(see_other("/account/data?saved=true", [])?)
}

/// Everything held about somebody, as a file.
pub(crate) async fn export(visit: Visit) -> Reply<Response> {
    Ok(visit.ask(Worker::Identity, Method::GET, "/api/user/export", Bytes::new()).await?)
}

pub(crate) async fn delete(visit: Visit, form: Form) -> Reply<Response> {
    let confirmation = json!({ "confirmation": form.text("confirmation") });
    match visit.send(Worker::Identity, Method::DELETE, "/api/user/account", &confirmation).await? {
        Ok(done) => Ok(see_other("/login?notice=deleted", done.cookies)?),
        Err(refusal) => Ok(show_data(&visit, Entries::refused(form, refusal)?, false).await?),
    }
}

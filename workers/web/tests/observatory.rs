//! What Mozilla's HTTP Observatory makes of the pages, as they are deployed. Its rules that concern an answer's head are here (version 1.4.8,
//! `grader/charts.js`): the package itself brings 130 MB, a database's driver and a browser's DOM. Run against these pages
//! behind TLS, it says the same.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

use codex_identity::Role;
use codex_testkit::{Answer, TestApp, fresh_database};

const DEPLOYED: [(&str, &str); 4] = [
    ("ENVIRONMENT", "production"),
    ("BASE_DOMAIN", "example.com"),
    ("WEB_APP_URL", "https://example.com"),
    ("CONTENT_API_URL", "https://content-api.example.com"),
];
/// So much and more is an A+.
const A_PLUS: i32 = 100;

/// The values of a directive of the content security policy; those of `default-src` where it has none.
fn sources<'a>(policy: &'a str, directive: &str) -> Vec<&'a str> {
    let of = |name: &str| {
        policy
            .split(';')
            .find_map(|part| part.trim().strip_prefix(name)?.strip_prefix(' '))
            .map(|values| values.split(' ').collect())
    };
    of(directive).or_else(|| of("default-src")).unwrap_or_default()
}

/// What each rule adds or takes away, by its name.
fn points(answer: &Answer) -> Vec<(&'static str, i32)> {
    let header = |name: &str| answer.headers.get(name).map_or("", |value| value.to_str().unwrap());
    let policy = header("content-security-policy");
    let (scripts, styles, pictures) = (sources(policy, "script-src"), sources(policy, "style-src"), sources(policy, "img-src"));
    let broad = ["http:", "https:", "ftp:", "*", "data:", "'unsafe-inline'", "'unsafe-eval'"];
    let is_broad = |values: &[&str]| values.iter().any(|value| broad.contains(value));
    let csp = match () {
        () if policy.is_empty() => -25,
        () if is_broad(&scripts) || sources(policy, "object-src").iter().any(|value| broad.contains(value)) => -20,
        () if pictures.contains(&"http:") || sources(policy, "media-src").contains(&"http:") => -10,
        () if is_broad(&styles) => 0,
        () if sources(policy, "default-src") == ["'none'"] => 10,
        () => 5,
    };
    let cookies: Vec<_> = answer.headers.get_all("set-cookie").iter().map(|value| value.to_str().unwrap()).collect();
    let cookie = match () {
        () if cookies.is_empty() => 0,
        () if cookies.iter().any(|line| !line.contains("; HttpOnly")) => -30,
        () if cookies.iter().any(|line| !line.contains("; Secure")) => -40,
        () if cookies.iter().all(|line| line.contains("; SameSite=Lax")) => 5,
        () => 0,
    };
    let max_age =
        header("strict-transport-security").strip_prefix("max-age=").and_then(|rest| rest.split(';').next()?.parse::<u64>().ok());
    let page = answer.json.as_str().unwrap_or_default();
    let foreign = page.split("<script").skip(1).any(|tag| !tag.starts_with(" src=\"/assets/"));
    vec![
        ("content-security-policy", csp),
        ("cookies", cookie),
        ("cross-origin-resource-sharing", if header("access-control-allow-origin").is_empty() { 0 } else { -50 }),
        ("referrer-policy", if header("referrer-policy") == "strict-origin-when-cross-origin" { 5 } else { -5 }),
        ("strict-transport-security", if max_age.is_some_and(|seconds| seconds >= 15_768_000) { 0 } else { -20 }),
        ("subresource-integrity", if foreign { -50 } else { 0 }),
        ("x-content-type-options", if header("x-content-type-options") == "nosniff" { 0 } else { -5 }),
        ("x-frame-options", if sources(policy, "frame-ancestors") == ["'none'"] { 5 } else { -20 }),
        ("cross-origin-resource-policy", if header("cross-origin-resource-policy") == "same-origin" { 10 } else { 0 }),
    ]
}

#[track_caller]
fn is_a_plus(name: &str, answer: &Answer) {
    let points = points(answer);
    for (rule, modifier) in &points {
        assert!(*modifier >= 0, "{name}: {rule} takes {modifier}: {:?}", answer.headers);
    }
    let score = A_PLUS + points.iter().map(|(_, modifier)| modifier).sum::<i32>();
    assert!(score >= 130, "{name}: {score}, less than it was: {points:?}");
}

#[tokio::test]
async fn every_page_gets_an_a_plus() {
    let database = fresh_database().await;
    let web = TestApp::on(codex_web::api(), database.clone(), &DEPLOYED);
    let studio = TestApp::on(codex_studio::api(), database, &DEPLOYED);
    for app in [&web, &studio] {
        app.beside("AUTH", codex_auth::api(), &DEPLOYED);
        app.beside("CONTENT_API", codex_content_api::api(), &DEPLOYED);
        app.beside("ECOM_API", codex_ecom_api::api(), &DEPLOYED);
        app.beside("IDENTITY_API", codex_identity_api::api(), &DEPLOYED);
        app.beside("ORGANIZATION_API", codex_organization_api::api(), &DEPLOYED);
    }
    let creator = web.person("creator", Role::Creator).await;
    let visit = async |app: &TestApp, host: &str, path: &str, signed_in: bool| {
        let call = app.get(path).header("host", host).header("accept", "text/html");
        let answer = if signed_in { call.cookie(&creator.cookie) } else { call }.send().await;
        (format!("{host}{path}"), answer)
    };
    for (path, signed_in) in [
        ("/", false),
        ("/login", false),
        ("/creators", false),
        ("/nowhere", false),
        ("/", true),
        ("/account", true),
        ("/library", true),
    ] {
        let (name, answer) = visit(&web, "example.com", path, signed_in).await;
        is_a_plus(&name, &answer);
    }
    web.run(&format!(
        "INSERT INTO organizations (id, slug, name, created_by, created_at, updated_at) VALUES (md5('yoga')::uuid, 'yoga', 'Yoga', '{0}', now(), now());
         INSERT INTO organization_members (organization_id, user_id, role, created_at) VALUES (md5('yoga')::uuid, '{0}', 'owner', now())",
        creator.id
    ))
    .await;
    for (app, path, signed_in) in [
        (&web, "/", false),
        (&web, "/membership", false),
        (&web, "/account/data", true),
        (&studio, "/studio/content", true),
        (&studio, "/studio/new", true),
        (&studio, "/studio/members", true),
        (&studio, "/studio/settings", true),
        (&studio, "/studio/settings/branding", true),
        (&studio, "/studio/nowhere", true),
    ] {
        let (name, answer) = visit(app, "yoga.example.com", path, signed_in).await;
        assert_eq!(answer.status.as_u16(), if path.ends_with("nowhere") { 404 } else { 200 }, "{name}");
        is_a_plus(&name, &answer);
    }

    let form = "email=nobody%40example.com&password=correct+horse+battery&name=Nobody";
    let join =
        web.post("/register").header("host", "example.com").header("origin", "https://example.com").header("accept", "text/html");
    let joined = join.header("content-type", "application/x-www-form-urlencoded").body(form).send().await;
    let cookies = points(&joined).into_iter().find(|(rule, _)| *rule == "cookies");
    assert_eq!(cookies, Some(("cookies", 5)), "{:?}", joined.headers);
}

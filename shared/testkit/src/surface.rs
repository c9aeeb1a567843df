//! Checks over everything a worker declares, so that what is added later is covered without a new test.

use std::path::Path;

use codex_edge::Statement;
use codex_http::Api;
use tokio_postgres::NoTls;

use crate::{database::fresh_database, page::page};

/// Every statement compiles against the migrated schema, answers one JSON column, and starts with its name.
pub async fn check_statements(crate_name: &str, statements: &[Statement]) {
    let (client, connection) = tokio_postgres::connect(&fresh_database().await, NoTls).await.unwrap();
    tokio::spawn(connection);
    for statement in statements {
        let name = statement.name();
        assert!(name.starts_with(&format!("{crate_name}.")), "a statement of {crate_name} is called {name:?}");
        let prepared = client.prepare(statement.sql).await.unwrap_or_else(|error| panic!("{name}: {error:?}"));
        let columns: Vec<&str> = prepared.columns().iter().map(|column| column.type_().name()).collect();
        assert_eq!(columns, ["json"], "{name} must answer one column of type json");
    }
}

/// The worker in `folder` is what its committed files say: `routes.txt`, the security model; `openapi.json`, its promises; and
/// `README.md`, those for people. `UPDATE_SNAPSHOTS=1` rewrites them instead.
pub fn check_snapshots(api: &Api, folder: &str) {
    let openapi = api.openapi();
    let files = [
        ("routes.txt", api.routes_txt()),
        ("openapi.json", serde_json::to_string_pretty(&openapi).unwrap() + "\n"),
        ("README.md", page(&openapi)),
    ];
    for (name, actual) in files {
        let path = Path::new(folder).join(name);
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            std::fs::write(&path, &actual).unwrap();
        }
        let committed = std::fs::read_to_string(&path).unwrap_or_default();
        let differing = actual.lines().zip(committed.lines()).find(|(now, then)| now != then);
        assert!(actual == committed, "{name} differs, first in (now, committed): {differing:?}. UPDATE_SNAPSHOTS=1 rewrites it");
    }
}

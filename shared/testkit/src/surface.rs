//! Checks over everything a worker declares, so that what is added later is covered without a new test.

use codex_edge::Statement;
use codex_http::Api;
use tokio_postgres::NoTls;

use crate::fresh_database;

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

/// The table of routes equals the committed `routes.txt` at `path`; `UPDATE_ROUTES=1` rewrites the file instead.
pub fn check_routes(api: &Api, path: &str) {
    let actual = api.routes_txt();
    if std::env::var_os("UPDATE_ROUTES").is_some() {
        std::fs::write(path, &actual).unwrap();
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(actual == committed, "routes.txt differs; with UPDATE_ROUTES=1 this test rewrites it. Now:\n{actual}");
}

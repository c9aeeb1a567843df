//! A worker's page for people, from its OpenAPI document.

use serde_json::Value;

/// The page.
pub(crate) fn page(openapi: &Value) -> String {
    format!("{}\n", openapi["info"]["title"])
}

//! The studio: the pages where creators work, rendered here from what the other workers answer. The web worker passes on to it what is
//! asked for under `/studio` of a tenant.

mod content;
#[cfg(target_arch = "wasm32")]
mod entry;
mod media;
mod routes;

pub use routes::api;

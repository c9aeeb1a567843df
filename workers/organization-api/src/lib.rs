//! The organization worker: tenants.

#[cfg(target_arch = "wasm32")]
mod entry;
mod organizations;
mod routes;

pub use routes::api;

//! The notifications worker: it delivers the platform's mail, keeps the templates that tenants write, and ends what nobody wants.

mod deliveries;
#[cfg(target_arch = "wasm32")]
mod entry;
mod owner;
mod routes;
mod sending;
mod subscriptions;
mod templates;

pub use routes::api;

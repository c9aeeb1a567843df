//! The commerce worker: checkout, Stripe's webhooks, purchases, subscriptions.

mod checkout;
#[cfg(target_arch = "wasm32")]
mod entry;
mod purchases;
mod routes;
mod subscriptions;
mod webhooks;

pub use routes::api;

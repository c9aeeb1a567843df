//! The web worker: the pages of tenants and of the platform, rendered here from what the other workers answer.

mod account;
mod checkout;
mod content;
mod creators;
#[cfg(target_arch = "wasm32")]
mod entry;
mod feeds;
mod following;
mod home;
mod library;
mod membership;
mod organizations;
mod recovery;
mod routes;
mod sign_in;
mod studio;
mod subscriptions;
mod watch;

pub use routes::api;

//! The web worker: the pages of tenants and of the platform, rendered here from what the other workers answer.

mod account;
mod checkout;
mod content;
#[cfg(target_arch = "wasm32")]
mod entry;
mod feeds;
mod home;
mod library;
mod organizations;
mod recovery;
mod routes;
mod sign_in;
mod studio;
mod watch;

pub use routes::api;

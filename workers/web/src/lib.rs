//! The web worker: the pages of tenants and of the platform, rendered here from what the other workers answer.

mod account;
mod assets;
mod brand;
mod calls;
mod checkout;
mod content;
#[cfg(target_arch = "wasm32")]
mod entry;
mod failures;
mod feeds;
mod home;
mod library;
mod media;
mod organizations;
mod page;
mod recovery;
mod routes;
mod sign_in;
mod site;
mod studio;
mod theme;
mod visit;
mod watch;
mod words;

pub use routes::api;

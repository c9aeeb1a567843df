//! The auth worker: accounts, sessions, verification.

mod accounts;
#[cfg(target_arch = "wasm32")]
mod entry;
mod routes;
mod sessions;

pub use routes::api;

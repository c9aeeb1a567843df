//! The auth worker: accounts, sessions, verification, recovery.

mod accounts;
mod email_change;
#[cfg(target_arch = "wasm32")]
mod entry;
mod mailed;
mod passwords;
mod routes;
mod sessions;

pub use routes::api;

//! The administration worker: figures, customers, gifts, oversight of content, and fees.

mod activity;
mod analytics;
mod asked;
mod content;
mod customers;
#[cfg(target_arch = "wasm32")]
mod entry;
mod fees;
mod routes;

pub use routes::api;

//! The studio: the pages where creators work, rendered here from what the other workers answer. The web worker passes on to it what is
//! asked for under `/studio` of a tenant.

mod branding;
mod chart;
mod content;
mod customers;
mod dashboard;
mod desk;
#[cfg(target_arch = "wasm32")]
mod entry;
mod mails;
mod media;
mod members;
mod money;
mod picture;
mod routes;
mod sales;
mod settings;
mod tiers;
mod upload;
mod works;

pub use routes::api;

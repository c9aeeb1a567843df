//! The organization worker: tenants, their members and their settings.

#[cfg(target_arch = "wasm32")]
mod entry;
mod followers;
mod invitations;
mod members;
mod organizations;
mod routes;
mod settings;
mod tiers;

pub use routes::api;

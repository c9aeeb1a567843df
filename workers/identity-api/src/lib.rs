//! The identity worker. So far it serves `/api/organizations*` in the name of the organization worker, for front ends that look
//! for it here; profiles and preferences come with their own routes.

#[cfg(target_arch = "wasm32")]
mod entry;
mod notifications;
mod organizations;
mod routes;

pub use routes::api;

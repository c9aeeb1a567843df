//! The identity worker: what people say of themselves, what is held about them, and how they leave. It also serves
//! `/api/organizations*` in the name of the organization worker, for front ends that look for it here.

mod account;
#[cfg(target_arch = "wasm32")]
mod entry;
mod notifications;
mod organizations;
mod profile;
mod routes;

pub use routes::api;

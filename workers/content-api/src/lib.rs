//! The content worker: what is published, the media behind it, playback and the library.

mod access;
mod content;
#[cfg(target_arch = "wasm32")]
mod entry;
mod media;
mod routes;
mod storefront;
mod thumbnail;

pub use routes::api;

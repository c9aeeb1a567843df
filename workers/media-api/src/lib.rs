//! The media worker: hands uploaded files to a transcoder, hears what becomes of them, and clears up what is left over.

#[cfg(target_arch = "wasm32")]
mod entry;
mod jobs;
mod routes;
mod webhook;

pub use routes::api;

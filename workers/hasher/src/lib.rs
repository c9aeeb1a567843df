//! The hasher: passwords hashed and verified for the auth worker, in isolates that answer nothing else. An Argon2id takes 25 ms of a
//! processor, so whatever shared an isolate with it would wait. No route of the internet leads here: it is met over a service binding.

mod argon2id;
mod bcrypt;
#[cfg(target_arch = "wasm32")]
mod entry;
mod passwords;
mod routes;
mod scrypt;

pub use routes::api;

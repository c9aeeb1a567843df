//! The route layer: every route is registered under a policy that guards it, and every answer leaves in one shape.
//!
//! The order of one request: request id, CORS, CSRF, limit by address, authentication, role, input, handler.

mod conditional;
mod context;
mod cookies;
mod cors;
#[cfg(target_arch = "wasm32")]
mod entry;
mod envelope;
mod extract;
mod guard;
mod health;
mod html;
mod input;
pub mod internal;
mod limits;
#[cfg(not(target_arch = "wasm32"))]
mod openapi;
mod policy;
mod serve;
mod table;
mod tenant;

pub use axum::response::Response;
pub use codex_identity::Freshness;
pub use conditional::{IfMatch, Ready, Versioned, etag, json_text};
pub use context::Context;
pub use cookies::{Cookies, rotate_session, set_cookies};
pub use cors::{destination, is_own_address, is_own_origin};
#[cfg(target_arch = "wasm32")]
pub use entry::handle;
pub use envelope::{Created, Data, Failure, NoContent, Onward, Page, Pagination, Reply, Wrapped};
pub use extract::{Beacon, Body, Cx, Path, Paths, Query, RawBody, Signed, SigningScheme, Upload};
pub use guard::known_caller;
pub use html::{Asked, FailurePage, Form};
pub use input::from_json;
pub use limits::{Limited, Standing, enforce};
#[cfg(not(target_arch = "wasm32"))]
pub use openapi::{DescribeInput, Description, Schemas};
pub use policy::{Caller, Policy, Visitor};
pub use serve::{App, serve};
pub use table::{Api, Entry, Route, delete, get, patch, post, put};
pub use tenant::tenant_of;

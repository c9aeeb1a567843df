//! For tests: a throwaway database each, a worker's API in this process, and requests that read like what they do.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "this crate is for tests")]

mod app;
mod call;
mod database;
mod page;
mod people;
mod surface;
mod walks;

pub use app::{OutsideFault, TestApp};
pub use call::{Answer, Call};
pub use database::fresh_database;
pub use people::Person;
pub use surface::{check_snapshots, check_statements};
pub use walks::{Thing, foreign_things_walk, strangers_walk, wrong_role_walk};

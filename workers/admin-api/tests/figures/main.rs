//! What reports say is what the rows of the purchases come to, to the minor unit, whatever became of them.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test may panic")]

mod customers;
#[path = "../office/mod.rs"]
mod office;
mod ranking;
mod revenue;
mod story;
mod sums;
mod zones;

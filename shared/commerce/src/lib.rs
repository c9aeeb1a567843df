//! Money: what is for sale, how it is paid, and who gets which part. Stripe takes the payment; the truth about purchases
//! is in Postgres, written by one idempotent statement however often and from wherever the news of a payment arrives.

mod checkout;
mod connect;
mod event;
mod export;
mod facts;
mod fulfilment;
mod inbox;
pub mod lifecycle;
mod portal;
mod purchases;
mod reconcile;
mod refunds;
mod sales;
mod signature;
mod statements;
mod stripe;
pub mod subscriptions;
mod sums;
#[cfg(test)]
mod tables;

pub use checkout::{Checkout, CreateCheckout, create_checkout};
pub use event::Event;
pub use export::{export_purchases, export_sales};
pub use facts::Facts;
pub use fulfilment::{Outcome, sweep, verify_checkout};
pub use inbox::{Left, Source, forget_people, receive};
pub use portal::{OpenPortal, Portal, open_portal};
pub use purchases::{Purchase, PurchaseStatus, Search, Spent, Summed, purchase, purchases};
pub use reconcile::reconcile;
pub use refunds::make_refunds;
pub use sales::{Earned, SoldItem, sales};
pub use signature::{Endpoint, verify_signature};
pub use statements::STATEMENTS;
pub use sums::fold_sums;

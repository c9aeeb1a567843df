//! Money: what is for sale, how it is paid, and who gets which part. Stripe takes the payment; the truth about purchases
//! is in Postgres, written by one idempotent statement however often and from wherever the news of a payment arrives.

mod checkout;
mod event;
mod fulfilment;
mod purchases;
mod signature;
mod statements;
mod stripe;

pub use checkout::{Checkout, CreateCheckout, create_checkout};
pub use event::Event;
pub use fulfilment::{Outcome, receive, sweep, verify_checkout};
pub use purchases::{Purchase, PurchaseStatus, purchase, purchases};
pub use signature::{Endpoint, verify_signature};
pub use statements::STATEMENTS;

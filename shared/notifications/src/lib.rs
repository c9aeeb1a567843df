//! Mail: what it says, to whom it goes, and that it arrives once.
//!
//! The statement that causes a mail writes its row into `outbox`; the notifications worker delivers rows. A mail's words are the
//! creator's template, else the organization's, else the platform's row, else the platform's own (`catalogue`).

mod catalogue;
mod category;
mod deliver;
mod deliveries;
mod input;
mod markup;
mod preferences;
mod provider;
mod render;
mod send;
mod statements;
pub mod templates;
#[cfg(test)]
mod tests;
mod trial;
mod unsubscribe;
mod words;

pub use catalogue::{Filling, Standard, standards};
pub use category::Category;
pub use deliver::{Delivered, deliver, forget};
pub use deliveries::{Delivery, DeliveryFilter, State, deliveries};
pub use input::Data;
pub use preferences::{Preferences, SetPreferences, preferences, set_preferences};
pub use render::Rendered;
pub use send::{Queued, Send, send};
pub use statements::*;
pub use trial::{Manager, Preview, TestSend, preview, require_manager, try_out};
pub use unsubscribe::{read_token, unsubscribe};

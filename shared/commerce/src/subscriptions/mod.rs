//! Subscriptions to the tiers of an organization. Stripe renews them and takes the money; what is known of them here is Stripe's
//! answer to a question, never an event: [`news`] says why and how.

mod checkout;
pub(crate) mod invoice;
pub mod lifecycle;
mod lists;
pub(crate) mod manage;
pub(crate) mod news;
mod prices;
pub(crate) mod shape;

pub use checkout::{Subscribe, Subscribed, subscribe, verify_subscription};
pub use lists::{Subscriber, SubscriberFilter, Subscription, SubscriptionFilter, subscribers, subscription, subscriptions};
pub use manage::{ChangePreview, ChangeSubscription, cancel, change, preview_change, resume};
pub use news::{ask, sweep_subscriptions};

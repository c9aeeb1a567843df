codex_edge::statements! {
    /// What is for sale, whether the buyer needs it, and the checkout they left open.
    OFFER = "sql/offer.sql";
    /// A checkout session that was opened at Stripe.
    OPEN_CHECKOUT = "sql/open_checkout.sql";
    /// What was sold since the last time, added to the sums.
    FOLD_SUMS = "sql/fold_sums.sql";
    /// Events of long ago, kept without the people in them.
    FORGET_PEOPLE = "sql/forget_people.sql";
    /// A paid session made a purchase, an access row and mails, once.
    FULFIL = "sql/fulfil.sql";
    /// News of a payment: refunds and disputes.
    HEAR_PAYMENT = "sql/hear_payment.sql";
    /// News of a seller's account.
    HEAR_ACCOUNT = "sql/hear_account.sql";
    /// A customer whom Stripe deleted.
    FORGET_CUSTOMER = "sql/forget_customer.sql";
    /// An event stored that changes no purchase.
    KEEP_EVENT = "sql/keep_event.sql";
    /// A checkout session without a payment, or without one yet.
    SETTLE = "sql/settle.sql";
    /// Checkout sessions whose end nobody told us of, taken for a while.
    CLAIM_UNSETTLED = "sql/claim_unsettled.sql";
    /// Refunds to make, taken for a while.
    CLAIM_REFUNDS = "sql/claim_refunds.sql";
    /// A refund that was made, or refused.
    CLOSE_REFUND = "sql/close_refund.sql";
    /// Until when Stripe's events were compared with ours.
    RECONCILED_UNTIL = "sql/reconciled_until.sql";
    /// Which of these events never arrived.
    UNSEEN_EVENTS = "sql/unseen_events.sql";
    /// A comparison with Stripe's events, and what it found.
    NOTE_RECONCILIATION = "sql/note_reconciliation.sql";
    /// One purchase of its buyer, by its id or its checkout session.
    PURCHASE = "sql/purchase.sql", fenced;
    /// A page of what one person bought, and its sums.
    PURCHASES = "sql/purchases.sql", fenced;
    /// A page of what a creator sold, and its sums.
    SALES = "sql/sales.sql", fenced;
    /// The same in one organization, as somebody there may see it.
    ORGANIZATION_SALES = "sql/organization_sales.sql", fenced;
    /// Whom Stripe knows a buyer as.
    CUSTOMER = "sql/customer.sql", fenced;
    /// A tier on offer, and what somebody has of its organization.
    TIER_OFFER = "sql/tier_offer.sql";
    /// What Stripe calls a tier.
    KEEP_PRODUCT = "sql/keep_product.sql";
    /// What Stripe calls one of its prices.
    KEEP_PRICE = "sql/keep_price.sql";
    /// A checkout session for a subscription that was opened at Stripe.
    OPEN_SUBSCRIPTION_CHECKOUT = "sql/open_subscription_checkout.sql";
    /// One that ended.
    SETTLE_SUBSCRIPTION_CHECKOUT = "sql/settle_subscription_checkout.sql";
    /// Those whose end nobody told us of, taken for a while.
    CLAIM_SUBSCRIPTION_CHECKOUTS = "sql/claim_subscription_checkouts.sql";
    /// Subscriptions that must not be renewed, taken for a while.
    CLAIM_ENDING = "sql/claim_ending.sql";
    /// An event that says that there is news of a subscription.
    HEAR_NEWS = "sql/hear_news.sql";
    /// A paid invoice of a subscription, split, once.
    HEAR_INVOICE = "sql/hear_invoice.sql";
    /// An invoice of a subscription that was not paid, each attempt once.
    HEAR_FAILED_INVOICE = "sql/hear_failed_invoice.sql";
    /// The right to write Stripe's answer about a subscription.
    TAKE_TICKET = "sql/take_ticket.sql";
    /// The same for those that are to be asked about.
    CLAIM_NEWS = "sql/claim_news.sql";
    /// Stripe's answer about a subscription.
    KEEP_SUBSCRIPTION = "sql/keep_subscription.sql";
    /// A subscription of whose it is, as Stripe calls it.
    OWN_SUBSCRIPTION = "sql/own_subscription.sql", fenced;
    /// One subscription of whose it is.
    SUBSCRIPTION = "sql/subscription.sql", fenced;
    /// A page of one person's subscriptions.
    SUBSCRIPTIONS = "sql/subscriptions.sql", fenced;
    /// A page of an organization's subscribers.
    SUBSCRIBERS = "sql/subscribers.sql", fenced;
}

codex_edge::statements! {
    /// What is for sale, whether the buyer needs it, and the checkout they left open.
    OFFER = "sql/offer.sql";
    /// A checkout session that was opened at Stripe.
    OPEN_CHECKOUT = "sql/open_checkout.sql";
    /// A paid session made a purchase, an access row and a receipt, once.
    FULFIL = "sql/fulfil.sql";
    /// An event stored that changes no purchase.
    KEEP_EVENT = "sql/keep_event.sql";
    /// A checkout session that ended without a payment.
    SETTLE = "sql/settle.sql";
    /// Checkout sessions whose end nobody told us of, taken for a while.
    CLAIM_UNSETTLED = "sql/claim_unsettled.sql";
    /// One purchase of its buyer, by its id or its checkout session.
    PURCHASE = "sql/purchase.sql";
    /// A page of what one person bought.
    PURCHASES = "sql/purchases.sql";
}

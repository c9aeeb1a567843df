-- commerce.settle_subscription_checkout
-- $1 checkout session, $2 how it ended, $3 now, as Stripe answered
UPDATE subscription_checkouts SET status = $2, settled_at = $3::timestamptz
WHERE id = $1 AND settled_at IS NULL
RETURNING json_build_object('id', id)

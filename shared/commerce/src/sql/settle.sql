-- commerce.settle
-- $1 checkout session, $2 now: it ended without a payment
UPDATE checkout_sessions SET settled_at = $2::timestamptz WHERE id = $1 AND settled_at IS NULL
RETURNING json_build_object('id', id)

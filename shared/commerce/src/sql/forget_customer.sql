-- commerce.forget_customer
-- $1 event, $2 who told, $3 type, $4 payload, $5 now, $6 customer: Stripe deleted it, so it opens no portal and no checkout
WITH forgotten AS (
    UPDATE purchases SET customer_id = NULL WHERE customer_id = $6 RETURNING id
), left_behind AS (
    UPDATE subscriptions SET customer_id = NULL WHERE customer_id = $6
)
INSERT INTO webhook_events (id, endpoint, type, payload, received_at, applied)
VALUES ($1, $2, $3, $4::jsonb, $5::timestamptz, true)
ON CONFLICT (id) DO NOTHING
RETURNING json_build_object('id', id)

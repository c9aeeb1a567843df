-- commerce.keep_event
-- $1 event, $2 endpoint, $3 type, $4 payload, $5 now, $6 the checkout session it ends, or null: an event that changes no purchase
WITH settled AS (
    UPDATE checkout_sessions SET settled_at = $5::timestamptz WHERE id = $6 AND settled_at IS NULL
    RETURNING id
)
INSERT INTO webhook_events (id, endpoint, type, payload, received_at, applied)
VALUES ($1, $2, $3, $4::jsonb, $5::timestamptz, EXISTS (SELECT FROM settled))
ON CONFLICT (id) DO NOTHING
RETURNING json_build_object('id', id)

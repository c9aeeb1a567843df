-- commerce.keep_event
-- $1 event, $2 who told, $3 type, $4 payload, $5 now, $6 checkout session or null, $7 how it stands: an event that changes no purchase
WITH settled AS (
    UPDATE checkout_sessions SET status = $7, settled_at = CASE WHEN $7 <> 'pending' THEN $5::timestamptz END
    WHERE id = $6 AND settled_at IS NULL AND (status = 'open' OR (status = 'pending' AND $7 = 'failed')) AND status <> $7
    RETURNING id
)
INSERT INTO webhook_events (id, endpoint, type, payload, received_at, applied)
VALUES ($1, $2, $3, $4::jsonb, $5::timestamptz, EXISTS (SELECT FROM settled))
ON CONFLICT (id) DO NOTHING
RETURNING json_build_object('id', id)

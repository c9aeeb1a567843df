-- notifications.forget
-- $1 until when, $2 the most: what was sent or given up so long ago is forgotten, addresses and all
DELETE FROM outbox WHERE id IN (
    SELECT id FROM outbox
    WHERE created_at < $1::timestamptz AND (sent_at IS NOT NULL OR failed_at IS NOT NULL)
    ORDER BY created_at LIMIT $2::int
    FOR UPDATE SKIP LOCKED
)
RETURNING to_json(id)

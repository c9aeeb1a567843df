-- outbox.claim
-- $1 now, $2 how many. Each attempt waits twice as long as the one before, from one minute; after ten the mail has failed.
WITH due AS (
    SELECT id FROM outbox
    WHERE sent_at IS NULL AND failed_at IS NULL AND due_at <= $1::timestamptz
    ORDER BY due_at LIMIT $2::int
    FOR UPDATE SKIP LOCKED
)
UPDATE outbox o
SET attempts = o.attempts + 1,
    due_at = $1::timestamptz + interval '1 minute' * power(2, o.attempts),
    failed_at = CASE WHEN o.attempts >= 9 THEN $1::timestamptz END
FROM due WHERE o.id = due.id
RETURNING json_build_object('id', o.id, 'template', o.template, 'recipient', o.recipient, 'data', o.data)

-- notifications.settle
-- $1 outcomes as a JSON array of {id, attempts, outcome: sent|failed|retry, provider_id, error, due_at}, $2 now
--
-- What was sent is kept whoever tells of it; a failure only by whoever made the last attempt. Data may hold a link that signs
-- in, so it is forgotten once it has served.
UPDATE outbox o
SET sent_at = CASE WHEN r.outcome = 'sent' THEN $2::timestamptz END,
    failed_at = CASE WHEN r.outcome = 'failed' THEN $2::timestamptz END,
    provider_id = r.provider_id,
    last_error = r.error,
    due_at = coalesce(r.due_at, o.due_at),
    data = CASE WHEN r.outcome = 'retry' THEN o.data ELSE '{}' END
FROM jsonb_to_recordset($1::jsonb) AS r(id uuid, attempts int, outcome text, provider_id text, error text, due_at timestamptz)
WHERE o.id = r.id AND o.sent_at IS NULL AND (r.outcome = 'sent' OR o.attempts = r.attempts AND o.failed_at IS NULL)
RETURNING to_json(o.id)

-- outbox.sent
-- $1 ids as a JSON array, $2 now
UPDATE outbox SET sent_at = $2::timestamptz, failed_at = NULL, data = '{}'
WHERE id IN (SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb))
RETURNING to_json(id)

-- commerce.claim_unsettled
-- $1 now, $2 at most: checkout sessions whose end nobody told us of, which nobody else asks about for an hour
UPDATE checkout_sessions s SET ask_at = $1::timestamptz + interval '1 hour'
FROM (
    SELECT id FROM checkout_sessions
    WHERE settled_at IS NULL AND ask_at <= $1::timestamptz
    ORDER BY ask_at LIMIT $2::int
    FOR UPDATE SKIP LOCKED
) due
WHERE s.id = due.id
RETURNING to_json(s.id)

-- commerce.claim_subscription_checkouts
-- $1 now, $2 at most: checkout sessions whose end nobody told us of, which nobody else asks about for an hour
UPDATE subscription_checkouts c SET ask_at = $1::timestamptz + interval '1 hour'
FROM (
    SELECT id FROM subscription_checkouts
    WHERE settled_at IS NULL AND ask_at <= $1::timestamptz
    ORDER BY ask_at LIMIT $2::int
    FOR UPDATE SKIP LOCKED
) due
WHERE c.id = due.id
RETURNING to_json(c.id)

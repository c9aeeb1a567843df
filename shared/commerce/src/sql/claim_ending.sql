-- commerce.claim_ending
-- $1 now, $2 at most: subscriptions of accounts and organizations that are gone, which nobody else ends for an hour
UPDATE subscriptions s SET end_due_at = $1::timestamptz + interval '1 hour'
FROM (
    SELECT id FROM subscriptions
    WHERE end_due_at IS NOT NULL AND end_due_at <= $1::timestamptz
    ORDER BY end_due_at LIMIT $2::int
    FOR UPDATE SKIP LOCKED
) due
WHERE s.id = due.id
RETURNING to_json(s.stripe_id)

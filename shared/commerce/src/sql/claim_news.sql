-- commerce.claim_news
-- $1 now, $2 at most: tickets for the subscriptions that are to be asked about, which nobody else takes for two minutes
UPDATE subscription_news n SET ticket = n.ticket + 1, ask_at = $1::timestamptz + interval '2 minutes'
FROM (
    SELECT id FROM subscription_news
    WHERE ask_at IS NOT NULL AND ask_at <= $1::timestamptz
    ORDER BY ask_at LIMIT $2::int
    FOR UPDATE SKIP LOCKED
) due
WHERE n.id = due.id
RETURNING json_build_object('id', n.id, 'ticket', n.ticket, 'heard', n.heard, 'event_id', n.event_id, 'told_by', n.told_by)

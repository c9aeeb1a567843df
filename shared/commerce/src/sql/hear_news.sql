-- commerce.hear_news
-- $1 event, $2 who told, $3 type, $4 payload, $5 now; each null or what it says: $6 there is news of this subscription, $7 this checkout session
-- ended as $8, $9 this payment paid $10 this invoice
WITH inbox AS (
    INSERT INTO webhook_events (id, endpoint, type, payload, received_at, applied)
    VALUES ($1, $2, $3, $4::jsonb, $5::timestamptz, true)
    ON CONFLICT (id) DO NOTHING
    RETURNING id
), news AS (
    INSERT INTO subscription_news AS n (id, heard, ask_at, event_id, told_by)
    SELECT $6, 1, $5::timestamptz, $1, $2 FROM inbox WHERE $6::text IS NOT NULL
    ON CONFLICT (id) DO UPDATE SET heard = n.heard + 1, ask_at = least(n.ask_at, EXCLUDED.ask_at),
        event_id = EXCLUDED.event_id, told_by = EXCLUDED.told_by
), settled AS (
    UPDATE subscription_checkouts SET status = $8, settled_at = $5::timestamptz WHERE id = $7 AND settled_at IS NULL
)
INSERT INTO payments AS p (id, invoice_id, changed_by, changed_at)
SELECT $9, $10, $2, $5::timestamptz FROM inbox WHERE $9::text IS NOT NULL
ON CONFLICT (id) DO UPDATE SET invoice_id = EXCLUDED.invoice_id
RETURNING json_build_object('payment', id)

-- commerce.hear_payment
-- News of a payment: $1 payment intent, $2 refunded in all, $3 refunds, $4 failed refunds, $5 disputes, $6 lost and
-- $12 won ones; $7 now, $8 who told; and the event, or nulls: $9 event, $10 type, $11 payload.
--
-- Facts only grow, so any order and any number of deliveries end in the same row. The trigger behind it applies them to
-- the purchase, or finds none: then the statement that makes the purchase comes by this row, and has them applied.
WITH inbox AS (
    INSERT INTO webhook_events (id, endpoint, type, payload, received_at, applied)
    SELECT $9::text, $8, $10, $11::jsonb, $7::timestamptz, true WHERE $9::text IS NOT NULL
    ON CONFLICT (id) DO UPDATE SET applied = true WHERE NOT webhook_events.applied
)
INSERT INTO payments AS p (id, refunded_cents, refunds, failed_refunds, disputes, lost_disputes, won_disputes, event_id, changed_by, changed_at)
VALUES ($1, $2::bigint, $3::jsonb, $4::jsonb, $5::jsonb, $6::jsonb, $12::jsonb, $9, $8, $7::timestamptz)
ON CONFLICT (id) DO UPDATE SET
    refunded_cents = greatest(p.refunded_cents, EXCLUDED.refunded_cents),
    refunds = p.refunds || EXCLUDED.refunds,
    failed_refunds = p.failed_refunds || EXCLUDED.failed_refunds,
    disputes = p.disputes || EXCLUDED.disputes,
    lost_disputes = p.lost_disputes || EXCLUDED.lost_disputes,
    won_disputes = p.won_disputes || EXCLUDED.won_disputes,
    event_id = EXCLUDED.event_id,
    changed_by = EXCLUDED.changed_by,
    changed_at = EXCLUDED.changed_at
RETURNING json_build_object('payment', id)

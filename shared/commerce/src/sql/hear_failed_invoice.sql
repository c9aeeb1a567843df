-- commerce.hear_failed_invoice
-- An invoice that was not paid, once more: $1 event, $2 who told, $3 type, $4 payload, $5 now; $6 invoice, $7 Stripe's subscription, $8 who
-- should pay, $9 tier by our mark, $10 Stripe's price or null, $11 amount, $12 currency, $13 which attempt, $14 when the next one is or null,
-- $15 where it can be paid or null, $16 whether it renews.
--
-- Each attempt is noted once, and whoever should pay is told of it by a trigger. That there is news of the subscription is noted too.
WITH inbox AS (
    INSERT INTO webhook_events (id, endpoint, type, payload, received_at, applied)
    SELECT $1, $2, $3, $4::jsonb, $5::timestamptz,
        EXISTS (SELECT FROM tiers WHERE id = $9::uuid) AND EXISTS (SELECT FROM users WHERE id = $8::uuid)
    ON CONFLICT (id) DO UPDATE SET applied = EXCLUDED.applied WHERE NOT webhook_events.applied
    RETURNING id
), owed AS (
    SELECT t.id AS tier_id, t.organization_id, u.id AS user_id
    FROM inbox
    JOIN users u ON u.id = $8::uuid
    JOIN tiers t ON t.id = coalesce((SELECT p.tier_id FROM tier_prices p WHERE p.id = $10), $9::uuid)
), failed AS (
    INSERT INTO failed_payments (invoice_id, attempt, stripe_subscription_id, user_id, organization_id, tier_id, amount_cents, currency,
        next_attempt_at, page, renewal, event_id, changed_by, failed_at)
    SELECT $6, $13::int, $7, user_id, organization_id, tier_id, $11::bigint, $12, $14::timestamptz, $15, $16::boolean, $1, $2, $5::timestamptz
    FROM owed
    ON CONFLICT DO NOTHING
)
INSERT INTO subscription_news AS n (id, heard, ask_at, event_id, told_by)
SELECT $7, 1, $5::timestamptz, $1, $2 FROM owed
ON CONFLICT (id) DO UPDATE SET heard = n.heard + 1, ask_at = least(n.ask_at, EXCLUDED.ask_at),
    event_id = EXCLUDED.event_id, told_by = EXCLUDED.told_by
RETURNING json_build_object('subscription', id)

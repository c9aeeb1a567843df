-- commerce.keep_subscription
-- Stripe's answer: $1 an id for it, if it is new, $2 Stripe's subscription, $3 ticket, $4 how many events had told of it when it was asked for,
-- $5 when to ask next or null, $6 event or null, $7 who told, $8 now, $9 who subscribes, $10 tier by our mark, $11 Stripe's price, $12 its item,
-- $13 customer, $14 status, $15 interval, $16 amount, $17 currency, $18 from and $19 until when, $20 whether it ends then, $21 since when, $22 ended.
--
-- Written only over the answer to an earlier ticket. It is asked about again at once where something was told meanwhile.
WITH kept AS (
    INSERT INTO subscriptions AS s (id, stripe_id, item_id, price_id, customer_id, user_id, organization_id, tier_id, status, interval,
        amount_cents, currency, period_start, period_end, cancel_at_period_end, created_at, ended_at, ticket, end_due_at, event_id,
        changed_by, changed_at)
    SELECT $1::uuid, $2, $12, $11, $13, u.id, t.organization_id, t.id, $14, $15, $16::bigint, $17, $18::timestamptz, $19::timestamptz,
        $20::boolean, $21::timestamptz, $22::timestamptz, $3::bigint,
        CASE WHEN u.deleted_at IS NOT NULL OR o.deleted_at IS NOT NULL THEN $8::timestamptz END, $6, $7, $8::timestamptz
    FROM users u
    JOIN tiers t ON t.id = coalesce((SELECT p.tier_id FROM tier_prices p WHERE p.id = $11), $10::uuid)
    JOIN organizations o ON o.id = t.organization_id
    WHERE u.id = $9::uuid
    ON CONFLICT (stripe_id) DO UPDATE SET
        item_id = EXCLUDED.item_id, price_id = EXCLUDED.price_id, customer_id = EXCLUDED.customer_id, tier_id = EXCLUDED.tier_id,
        status = EXCLUDED.status, interval = EXCLUDED.interval, amount_cents = EXCLUDED.amount_cents, currency = EXCLUDED.currency,
        period_start = EXCLUDED.period_start, period_end = EXCLUDED.period_end, cancel_at_period_end = EXCLUDED.cancel_at_period_end,
        ended_at = EXCLUDED.ended_at, ticket = EXCLUDED.ticket,
        end_due_at = CASE WHEN NOT EXCLUDED.cancel_at_period_end AND EXCLUDED.ended_at IS NULL THEN coalesce(s.end_due_at, EXCLUDED.end_due_at) END,
        event_id = EXCLUDED.event_id, changed_by = EXCLUDED.changed_by, changed_at = EXCLUDED.changed_at
        WHERE s.ticket < EXCLUDED.ticket
    RETURNING s.id
), settled AS (
    UPDATE subscription_news SET ask_at = $5::timestamptz, event_id = NULL, told_by = 'sweep'
    WHERE id = $2 AND ticket = $3::bigint AND heard = $4::bigint
)
SELECT json_build_object('id', id) FROM kept

-- commerce.hear_invoice
-- A paid invoice: $1 event, $2 who told, $3 type, $4 payload, $5 now; $6 invoice, $7 Stripe's subscription, $8 who paid, $9 tier by our mark,
-- $10 Stripe's price or null, $11 amount, $12 currency, $13 from and $14 until when it pays for, $15 payment or null, $16 where Stripe
-- shows it or null.
--
-- It is split and posted once, whatever tells of it again: two types of event do. An event that had nobody to apply to is
-- applied when it comes again. That there is news of the subscription is noted too.
WITH inbox AS (
    INSERT INTO webhook_events (id, endpoint, type, payload, received_at, applied)
    SELECT $1, $2, $3, $4::jsonb, $5::timestamptz,
        EXISTS (SELECT FROM tiers WHERE id = $9::uuid) AND EXISTS (SELECT FROM users WHERE id = $8::uuid)
    ON CONFLICT (id) DO UPDATE SET applied = EXCLUDED.applied WHERE NOT webhook_events.applied
    RETURNING id
), sale AS (
    SELECT t.id AS tier_id, t.organization_id, u.id AS user_id, organization_payee(t.organization_id) AS creator_id,
        a.amount, least(a.amount, (a.amount * f.platform_bp + 9999) / 10000) AS platform, f.organization_bp
    FROM inbox
    JOIN users u ON u.id = $8::uuid
    JOIN tiers t ON t.id = coalesce((SELECT p.tier_id FROM tier_prices p WHERE p.id = $10), $9::uuid)
    CROSS JOIN (SELECT $11::bigint AS amount) a
    CROSS JOIN LATERAL (
        SELECT r.platform_bp, r.subscription_organization_bp AS organization_bp FROM fee_rates r
        WHERE r.organization_id = t.organization_id OR r.organization_id IS NULL
        ORDER BY r.organization_id NULLS LAST LIMIT 1
    ) f
), split AS (
    SELECT sale.*, ((amount - platform) * organization_bp + 9999) / 10000 AS organization FROM sale
), paid AS (
    INSERT INTO subscription_payments (id, stripe_subscription_id, user_id, organization_id, creator_id, tier_id, status, amount_cents, currency,
        platform_fee_cents, organization_fee_cents, creator_payout_cents, period_start, period_end, paid_at, page, event_id, changed_by, changed_at)
    SELECT $6, $7, user_id, organization_id, creator_id, tier_id, 'paid', amount, $12, platform, organization, amount - platform - organization,
        $13::timestamptz, $14::timestamptz, $5::timestamptz, $16, $1, $2, $5::timestamptz
    FROM split
    ON CONFLICT (id) DO NOTHING
), linked AS (
    INSERT INTO payments AS p (id, invoice_id, changed_by, changed_at)
    SELECT $15, $6, $2, $5::timestamptz FROM sale WHERE $15::text IS NOT NULL
    ON CONFLICT (id) DO UPDATE SET invoice_id = EXCLUDED.invoice_id
)
INSERT INTO subscription_news AS n (id, heard, ask_at, event_id, told_by)
SELECT $7, 1, $5::timestamptz, $1, $2 FROM sale
ON CONFLICT (id) DO UPDATE SET heard = n.heard + 1, ask_at = least(n.ask_at, EXCLUDED.ask_at),
    event_id = EXCLUDED.event_id, told_by = EXCLUDED.told_by
RETURNING json_build_object('subscription', id)

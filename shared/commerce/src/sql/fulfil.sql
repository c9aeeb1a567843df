-- commerce.fulfil
-- A paid checkout session: $1 purchase, $2 session, $3 payment intent or null, $4 buyer, $5 content, $6 amount, $7 currency,
-- $8 the amount in words, $9 receipt, $10 now; and the event that told of it, or nulls: $11 event, $12 endpoint, $13 type, $14 payload.
--
-- The event is stored by the statement that applies it. Whatever arrives twice, in any order or at once, waits at the
-- event's key, the access row's or the purchase's, and then finds nothing left to do. The access row is taken first: who
-- pays twice in two sessions gets one grant, and the second payment is kept as a duplicate, to be refunded.
WITH inbox AS (
    INSERT INTO webhook_events (id, endpoint, type, payload, received_at, applied)
    SELECT $11::text, $12, $13, $14::jsonb, $10::timestamptz,
        EXISTS (SELECT FROM content WHERE id = $5::uuid) AND EXISTS (SELECT FROM users WHERE id = $4::uuid)
    WHERE $11::text IS NOT NULL
    ON CONFLICT (id) DO NOTHING
    RETURNING id
), sale AS (
    SELECT c.id AS content_id, c.title, c.organization_id, c.creator_id, u.id AS user_id, u.email,
        least(a.amount, (a.amount * f.platform_bp + 9999) / 10000) AS platform,
        CASE WHEN c.organization_id IS NULL THEN 0 ELSE f.organization_bp END AS organization_bp, a.amount
    FROM content c
    JOIN users u ON u.id = $4::uuid
    CROSS JOIN (SELECT $6::bigint AS amount) a
    CROSS JOIN LATERAL (
        SELECT r.platform_bp, r.organization_bp FROM fee_rates r
        WHERE r.organization_id = c.organization_id OR r.organization_id IS NULL
        ORDER BY r.organization_id NULLS LAST LIMIT 1
    ) f
    WHERE c.id = $5::uuid
        AND ($11::text IS NULL OR EXISTS (SELECT FROM inbox))
        AND NOT EXISTS (SELECT FROM purchases p WHERE p.checkout_session_id = $2)
), split AS (
    SELECT sale.*, ((amount - platform) * organization_bp + 9999) / 10000 AS organization FROM sale
), granted AS (
    INSERT INTO content_access AS a (user_id, content_id, purchase_id, granted_at)
    SELECT user_id, content_id, $1::uuid, $10::timestamptz FROM split
    ON CONFLICT (user_id, content_id) DO UPDATE
        SET purchase_id = EXCLUDED.purchase_id, granted_at = EXCLUDED.granted_at, revoked_at = NULL
        WHERE a.revoked_at IS NOT NULL
    RETURNING a.user_id
), purchase AS (
    INSERT INTO purchases (id, user_id, content_id, organization_id, creator_id, checkout_session_id, payment_intent_id, status,
        amount_cents, currency, platform_fee_cents, organization_fee_cents, creator_payout_cents, purchased_at)
    SELECT $1::uuid, user_id, content_id, organization_id, creator_id, $2, $3,
        CASE WHEN EXISTS (SELECT FROM granted) THEN 'paid' ELSE 'duplicate' END,
        amount, $7, platform, organization, amount - platform - organization, $10::timestamptz
    FROM split
    ON CONFLICT (checkout_session_id) DO NOTHING
    RETURNING id, status
), receipt AS (
    INSERT INTO outbox (id, template, recipient, data, created_at, due_at)
    SELECT $9::uuid, 'receipt', split.email, json_build_object('title', split.title, 'amount', $8::text), $10::timestamptz, $10::timestamptz
    FROM split JOIN purchase ON purchase.status = 'paid'
), settled AS (
    UPDATE checkout_sessions SET settled_at = $10::timestamptz
    WHERE id = $2 AND settled_at IS NULL AND ($11::text IS NULL OR EXISTS (SELECT FROM inbox))
)
SELECT json_build_object('status', status) FROM purchase

-- commerce.fulfil
-- A paid checkout session: $1 purchase, $2 session, $3 payment intent or null, $4 buyer, $5 content, $6 amount, $7 currency,
-- $8 the amount in words, $9 receipt, $10 now; the event that told of it, or nulls: $11 event, $13 type, $14 payload; $12 who told,
-- $15 customer or null, $16 the seller's mail.
--
-- The event is stored by the statement that applies it. Whatever arrives twice, in any order or at once, waits at the
-- event's key or at the payment's row, and then finds that it has its purchase. Behind the payment comes the access row: who
-- pays twice in two sessions gets one grant, and the second payment is kept as a duplicate, to be refunded. What was told of
-- this payment before is applied to the new purchase by the trigger of its row; what is told meanwhile waits at it.
-- An event that had nobody or nothing to apply to is applied when it comes again.
WITH inbox AS (
    INSERT INTO webhook_events (id, endpoint, type, payload, received_at, applied)
    SELECT $11::text, $12, $13, $14::jsonb, $10::timestamptz,
        EXISTS (SELECT FROM content WHERE id = $5::uuid) AND EXISTS (SELECT FROM users WHERE id = $4::uuid)
    WHERE $11::text IS NOT NULL
    ON CONFLICT (id) DO UPDATE SET applied = EXCLUDED.applied WHERE NOT webhook_events.applied
    RETURNING id
), sale AS (
    SELECT c.id AS content_id, c.title, c.organization_id, c.creator_id, u.id AS user_id, u.email, k.email AS seller,
        least(a.amount, (a.amount * f.platform_bp + 9999) / 10000) AS platform,
        CASE WHEN c.organization_id IS NULL THEN 0 ELSE f.organization_bp END AS organization_bp, a.amount
    FROM content c
    JOIN users u ON u.id = $4::uuid
    JOIN users k ON k.id = c.creator_id
    CROSS JOIN (SELECT $6::bigint AS amount) a
    CROSS JOIN LATERAL (
        SELECT r.platform_bp, r.organization_bp FROM fee_rates r
        WHERE r.organization_id = c.organization_id OR r.organization_id IS NULL
        ORDER BY r.organization_id NULLS LAST LIMIT 1
    ) f
    WHERE c.id = $5::uuid
        AND ($11::text IS NULL OR EXISTS (SELECT FROM inbox))
        AND NOT EXISTS (SELECT FROM purchases p WHERE p.checkout_session_id = $2)
), payment AS (
    INSERT INTO payments AS p (id, purchase_id, changed_by, changed_at)
    SELECT coalesce($3, $2), $1::uuid, $12, $10::timestamptz FROM sale
    ON CONFLICT (id) DO UPDATE SET purchase_id = coalesce(p.purchase_id, EXCLUDED.purchase_id)
    RETURNING purchase_id
), split AS (
    SELECT sale.*, ((amount - platform) * organization_bp + 9999) / 10000 AS organization
    FROM sale JOIN payment ON payment.purchase_id = $1::uuid
), granted AS (
    INSERT INTO content_access AS a (user_id, content_id, purchase_id, granted_at)
    SELECT user_id, content_id, $1::uuid, $10::timestamptz FROM split
    ON CONFLICT (user_id, content_id) DO UPDATE
        SET purchase_id = EXCLUDED.purchase_id, granted_at = EXCLUDED.granted_at, revoked_at = NULL
        WHERE a.revoked_at IS NOT NULL
    RETURNING a.user_id
), purchase AS (
    INSERT INTO purchases (id, user_id, content_id, organization_id, creator_id, checkout_session_id, payment_intent_id, status,
        amount_cents, currency, platform_fee_cents, organization_fee_cents, creator_payout_cents, purchased_at, duplicate, customer_id,
        event_id, changed_by)
    SELECT $1::uuid, user_id, content_id, organization_id, creator_id, $2, $3, CASE WHEN granted THEN 'paid' ELSE 'duplicate' END,
        amount, $7, platform, organization, amount - platform - organization, $10::timestamptz, NOT granted, $15, $11, $12
    FROM split CROSS JOIN (SELECT EXISTS (SELECT FROM granted) AS granted) g
    ON CONFLICT (checkout_session_id) DO NOTHING
    RETURNING id, duplicate, amount_cents, payment_intent_id
), mails AS (
    INSERT INTO outbox (id, template, recipient, data, created_at, due_at, organization_id, creator_id, user_id)
    SELECT m.id, m.template, m.recipient, json_build_object('title', split.title, 'amount', $8::text), $10::timestamptz, $10::timestamptz,
        split.organization_id, split.creator_id, m.user_id
    FROM split JOIN purchase ON NOT purchase.duplicate
    CROSS JOIN LATERAL (
        VALUES ($9::uuid, 'receipt', split.email, split.user_id), ($16::uuid, 'new-sale', split.seller, split.creator_id)
    ) m (id, template, recipient, user_id)
), owed AS (
    INSERT INTO refunds_due (purchase_id, reason, created_at, due_at)
    SELECT id, 'duplicate', $10::timestamptz, $10::timestamptz FROM purchase
    WHERE duplicate AND amount_cents > 0 AND payment_intent_id IS NOT NULL
), settled AS (
    UPDATE checkout_sessions SET status = 'paid', settled_at = $10::timestamptz
    WHERE id = $2 AND status <> 'paid' AND ($11::text IS NULL OR EXISTS (SELECT FROM inbox))
)
SELECT json_build_object('duplicate', duplicate) FROM purchase

-- A paid checkout session becomes a purchase: the busiest and the longest statement of the platform, as a function.
--
-- Sent as text it was parsed and planned anew for each event, which took the database twice as long as running it. A function is planned
-- once a connection, and its parameters have names.

-- The event is stored by the statement that applies it. Whatever arrives twice, in any order or at once, waits at the
-- event's key or at the payment's row, and then finds that it has its purchase. Behind the payment comes the access row: who
-- pays twice in two sessions gets one grant, and the second payment is kept as a duplicate, to be refunded. What was told of
-- this payment before is applied to the new purchase by the trigger of its row; what is told meanwhile waits at it.
-- An event that had nobody or nothing to apply to is applied when it comes again.
--
-- It stays one statement: the trigger of payments runs when a statement ends, and by then there must be a purchase to find.
CREATE FUNCTION fulfil_sale(
    sale_id       uuid,        -- the purchase, if this makes one
    session       text,        -- Stripe's checkout session
    intent        text,        -- Stripe's payment intent, or null
    customer      text,        -- Stripe's customer, or null
    buyer         uuid,
    item          uuid,        -- the content
    paid          bigint,      -- minor units
    paid_in       text,        -- ISO 4217, lowercase
    told_by       text,        -- a webhook's name, or landing, sweep, reconcile
    told_at       timestamptz,
    event         text,        -- Stripe's event, or null: then also its type and text
    event_type    text,
    event_payload jsonb
) RETURNS boolean              -- true: a duplicate, to be refunded; false: a purchase; null: neither, as nothing was new
-- One plan serves all sales, and it goes by keys even if it is made while the tables are small.
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan SET enable_seqscan = off AS $$
DECLARE
    kept_as_duplicate boolean;
BEGIN
    WITH inbox AS (
        INSERT INTO webhook_events (id, endpoint, type, payload, received_at, applied)
        SELECT event, told_by, event_type, event_payload, told_at,
            EXISTS (SELECT FROM content WHERE id = item) AND EXISTS (SELECT FROM users WHERE id = buyer)
        WHERE event IS NOT NULL
        ON CONFLICT (id) DO UPDATE SET applied = EXCLUDED.applied WHERE NOT webhook_events.applied
        RETURNING id
    ), sale AS (
        SELECT c.id AS content_id, c.title, c.organization_id, c.creator_id, u.id AS user_id, u.email, k.email AS seller,
            least(paid, (paid * f.platform_bp + 9999) / 10000) AS platform,
            CASE WHEN c.organization_id IS NULL THEN 0 ELSE f.organization_bp END AS organization_bp
        FROM content c
        JOIN users u ON u.id = buyer
        JOIN users k ON k.id = c.creator_id
        CROSS JOIN LATERAL (
            SELECT r.platform_bp, r.organization_bp FROM fee_rates r
            WHERE r.organization_id = c.organization_id OR r.organization_id IS NULL
            ORDER BY r.organization_id NULLS LAST LIMIT 1
        ) f
        WHERE c.id = item
            AND (event IS NULL OR EXISTS (SELECT FROM inbox))
            AND NOT EXISTS (SELECT FROM purchases p WHERE p.checkout_session_id = session)
    ), payment AS (
        INSERT INTO payments AS p (id, purchase_id, changed_by, changed_at)
        SELECT coalesce(intent, session), sale_id, told_by, told_at FROM sale
        ON CONFLICT (id) DO UPDATE SET purchase_id = coalesce(p.purchase_id, EXCLUDED.purchase_id)
        RETURNING purchase_id
    ), split AS (
        SELECT sale.*, ((paid - platform) * organization_bp + 9999) / 10000 AS organization
        FROM sale JOIN payment ON payment.purchase_id = sale_id
    ), granted AS (
        INSERT INTO content_access AS a (user_id, content_id, purchase_id, granted_at)
        SELECT user_id, content_id, sale_id, told_at FROM split
        ON CONFLICT (user_id, content_id) DO UPDATE
            SET purchase_id = EXCLUDED.purchase_id, granted_at = EXCLUDED.granted_at, revoked_at = NULL
            WHERE a.revoked_at IS NOT NULL
        RETURNING a.user_id
    ), purchase AS (
        INSERT INTO purchases (id, user_id, content_id, organization_id, creator_id, checkout_session_id, payment_intent_id, status,
            amount_cents, currency, platform_fee_cents, organization_fee_cents, creator_payout_cents, purchased_at, duplicate, customer_id,
            event_id, changed_by)
        SELECT sale_id, user_id, content_id, organization_id, creator_id, session, intent, CASE WHEN granted THEN 'paid' ELSE 'duplicate' END,
            paid, paid_in, platform, organization, paid - platform - organization, told_at, NOT granted, customer, event, told_by
        FROM split CROSS JOIN (SELECT EXISTS (SELECT FROM granted) AS granted) g
        ON CONFLICT (checkout_session_id) DO NOTHING
        RETURNING duplicate, payment_intent_id
    ), mails AS (
        INSERT INTO outbox (id, template, recipient, data, created_at, due_at, organization_id, creator_id, user_id)
        SELECT gen_random_uuid(), m.template, m.recipient, json_build_object('title', split.title, 'amount', money_words(paid, paid_in)),
            told_at, told_at, split.organization_id, split.creator_id, m.user_id
        FROM split JOIN purchase ON NOT purchase.duplicate
        CROSS JOIN LATERAL (
            VALUES ('receipt', split.email, split.user_id), ('new-sale', split.seller, split.creator_id)
        ) m (template, recipient, user_id)
    ), owed AS (
        INSERT INTO refunds_due (purchase_id, reason, created_at, due_at)
        SELECT sale_id, 'duplicate', told_at, told_at FROM purchase
        WHERE duplicate AND paid > 0 AND payment_intent_id IS NOT NULL
    ), settled AS (
        UPDATE checkout_sessions SET status = 'paid', settled_at = told_at
        WHERE id = session AND status <> 'paid' AND (event IS NULL OR EXISTS (SELECT FROM inbox))
    )
    SELECT duplicate INTO kept_as_duplicate FROM purchase;
    RETURN kept_as_duplicate;
END
$$;

-- As before, in the language whose plans last as long as a connection.
CREATE OR REPLACE FUNCTION purchase_position(amount bigint, platform bigint, organization bigint, duplicate boolean, refunded bigint, held bigint, lost bigint)
RETURNS bigint[] LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    kept bigint := CASE WHEN duplicate THEN 0 ELSE amount - refunded - lost - held END;
    p bigint := coalesce((platform * kept + amount - 1) / nullif(amount, 0), 0);
    o bigint := least(kept - p, coalesce((organization * kept + amount - 1) / nullif(amount, 0), 0));
BEGIN
    RETURN ARRAY[lost + refunded - amount, amount - refunded - lost - kept, p, o, kept - p - o];
END
$$;

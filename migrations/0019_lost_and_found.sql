-- What was found wrong when everything was killed at every step.

-- The comparison with Stripe's list ----------------------------------------------------------------------------------

ALTER TABLE reconciliations
    ADD COLUMN failed jsonb NOT NULL DEFAULT '[]';                              -- ids of those that could not be applied: somebody must look

-- Access that passes on ----------------------------------------------------------------------------------------------

-- News of two payments for one content by one person, at once.
--
-- As before, but for the lock on the purchase. Access that passes to another purchase refers to it, and the check of that reference waits for
-- whoever holds its row for an update of its key. Who held it so, and waited for the access, waited for ever: a deadlock, one of
-- whose two statements Postgres ends after a second. Nobody changes the key of a purchase.
CREATE OR REPLACE FUNCTION apply_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sale purchases;
    refunded bigint;
    held bigint;
    lost bigint;
    decided text;
    new_status text;
    heir uuid;
BEGIN
    SELECT * INTO sale FROM purchases WHERE payment_intent_id = NEW.id FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    -- A charge tells sums that count refunds which fail later; refunds tell themselves. Whichever is larger has heard more.
    SELECT least(sale.amount_cents, greatest(
        coalesce(sum(value::bigint) FILTER (WHERE NOT NEW.failed_refunds ? key), 0),
        NEW.refunded_cents - (SELECT coalesce(sum(value::bigint), 0) FROM jsonb_each_text(NEW.failed_refunds))
    )) INTO refunded FROM jsonb_each_text(NEW.refunds);
    SELECT coalesce(sum(amount) FILTER (WHERE outcome = 'lost'), 0), coalesce(sum(amount) FILTER (WHERE outcome = 'open'), 0),
        CASE WHEN bool_or(outcome = 'lost') THEN 'lost' WHEN bool_or(outcome = 'open') THEN 'open' WHEN count(*) > 0 THEN 'won' END
        INTO lost, held, decided
    FROM (
        SELECT value::bigint AS amount,
            CASE WHEN NEW.won_disputes ? key THEN 'won' WHEN NEW.lost_disputes ? key THEN 'lost' ELSE 'open' END AS outcome
        FROM jsonb_each_text(NEW.disputes)
    ) d;
    lost := least(lost, sale.amount_cents - refunded);
    held := least(held, sale.amount_cents - refunded - lost);
    IF (refunded, held, lost, decided) IS NOT DISTINCT FROM (sale.refunded_cents, sale.held_cents, sale.lost_cents, sale.dispute) THEN
        RETURN NULL;
    END IF;
    new_status := purchase_status(sale.amount_cents, sale.duplicate, refunded, decided);
    UPDATE purchases SET refunded_cents = refunded, held_cents = held, lost_cents = lost, dispute = decided, status = new_status,
        event_id = NEW.event_id, changed_by = NEW.changed_by, changed_at = NEW.changed_at
    WHERE id = sale.id;

    IF refunded > sale.refunded_cents THEN
        INSERT INTO outbox (id, template, recipient, data, created_at, due_at, organization_id, creator_id, user_id)
        SELECT gen_random_uuid(), 'refund', u.email,
            json_build_object('title', c.title, 'amount', money_words(refunded - sale.refunded_cents, sale.currency)),
            NEW.changed_at, NEW.changed_at, sale.organization_id, sale.creator_id, sale.user_id
        FROM users u, content c WHERE u.id = sale.user_id AND c.id = sale.content_id;
    END IF;

    -- The row is locked before anything else is read: another purchase of the same content may be changing it.
    PERFORM FROM content_access WHERE user_id = sale.user_id AND content_id = sale.content_id FOR UPDATE;
    IF new_status IN ('paid', 'partly_refunded') THEN
        INSERT INTO content_access AS a (user_id, content_id, purchase_id, granted_at)
        VALUES (sale.user_id, sale.content_id, sale.id, NEW.changed_at)
        ON CONFLICT (user_id, content_id) DO UPDATE SET purchase_id = EXCLUDED.purchase_id, revoked_at = NULL
            WHERE a.revoked_at IS NOT NULL;
    ELSE
        SELECT id INTO heir FROM purchases
        WHERE user_id = sale.user_id AND content_id = sale.content_id AND status IN ('paid', 'partly_refunded')
        ORDER BY purchased_at LIMIT 1;
        UPDATE content_access SET purchase_id = coalesce(heir, sale.id), revoked_at = CASE WHEN heir IS NULL THEN NEW.changed_at END
        WHERE user_id = sale.user_id AND content_id = sale.content_id AND purchase_id = sale.id AND revoked_at IS NULL;
    END IF;
    RETURN NULL;
END
$$;

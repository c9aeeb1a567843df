-- What subscribers are told of their payments, and the sums of what is sold.

-- Payments that failed -----------------------------------------------------------------------------------------------

-- One attempt to collect an invoice that failed, told of once however often Stripe says so.
CREATE TABLE failed_payments (
    invoice_id             text NOT NULL,                                       -- Stripe's, in_...
    attempt                integer NOT NULL,                                    -- from 1
    stripe_subscription_id text NOT NULL,                                       -- sub_...
    user_id                uuid NOT NULL REFERENCES users,
    organization_id        uuid NOT NULL REFERENCES organizations,
    tier_id                uuid NOT NULL REFERENCES tiers,
    amount_cents           bigint NOT NULL,                                     -- what was not paid
    currency               text NOT NULL,
    next_attempt_at        timestamptz,                                         -- null: Stripe tries no more
    page                   text,                                                -- of Stripe's, where it can be paid
    renewal                boolean NOT NULL,                                    -- not the first payment: who subscribes stands before that page themselves
    event_id               text NOT NULL,
    changed_by             text NOT NULL,
    failed_at              timestamptz NOT NULL,
    PRIMARY KEY (invoice_id, attempt)
);
CREATE INDEX failed_payments_user_idx ON failed_payments (user_id, failed_at DESC);

-- A renewal that will be tried again is told with when that is. One that was paid meanwhile, or is tried no more, is not: what
-- becomes of the subscription has letters of its own.
CREATE FUNCTION tell_failed_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO outbox (id, template, recipient, data, created_at, due_at, organization_id, user_id)
    SELECT gen_random_uuid(), 'subscription-payment-failed', u.email, json_strip_nulls(json_build_object('title', t.name, 'organization', o.name,
            'amount', money_words(NEW.amount_cents, NEW.currency), 'link', NEW.page,
            'date', to_char(NEW.next_attempt_at AT TIME ZONE o.timezone, 'FMDD FMMonth YYYY'))),
        NEW.failed_at, NEW.failed_at, NEW.organization_id, NEW.user_id
    FROM users u, tiers t, organizations o
    WHERE u.id = NEW.user_id AND u.deleted_at IS NULL AND t.id = NEW.tier_id AND o.id = NEW.organization_id
        AND NEW.renewal AND NEW.next_attempt_at > NEW.failed_at
        AND NOT EXISTS (SELECT FROM subscription_payments p WHERE p.id = NEW.invoice_id);
    RETURN NULL;
END
$$;
CREATE TRIGGER failed_payments_tell AFTER INSERT ON failed_payments FOR EACH ROW EXECUTE FUNCTION tell_failed_payment();

-- Payments that arrived ----------------------------------------------------------------------------------------------

ALTER TABLE subscription_payments ADD COLUMN page text;                         -- of Stripe's: the invoice, paid

-- A receipt for every payment, the first and each renewal.
CREATE FUNCTION send_subscription_receipt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO outbox (id, template, recipient, data, created_at, due_at, organization_id, user_id)
    SELECT gen_random_uuid(), 'subscription-receipt', u.email, json_strip_nulls(json_build_object('title', t.name, 'organization', o.name,
            'amount', money_words(NEW.amount_cents, NEW.currency), 'link', NEW.page,
            'date', to_char(NEW.paid_at AT TIME ZONE o.timezone, 'FMDD FMMonth YYYY'),
            'until', to_char(NEW.period_end AT TIME ZONE o.timezone, 'FMDD FMMonth YYYY'))),
        NEW.changed_at, NEW.changed_at, NEW.organization_id, NEW.user_id
    FROM users u, tiers t, organizations o
    WHERE u.id = NEW.user_id AND u.deleted_at IS NULL AND t.id = NEW.tier_id AND o.id = NEW.organization_id;
    RETURN NULL;
END
$$;
CREATE TRIGGER subscription_payments_30_receipt AFTER INSERT ON subscription_payments FOR EACH ROW
    WHEN (NEW.amount_cents > 0) EXECUTE FUNCTION send_subscription_receipt();

-- As before, but that a payment failed is told by the payment itself, and what is new is that tries are used up.
CREATE OR REPLACE FUNCTION note_subscription() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    open_states text[] := '{active,trialing}';
    was text := CASE WHEN TG_OP = 'UPDATE' THEN OLD.status ELSE 'incomplete' END;
    letter text;
BEGIN
    IF TG_OP = 'UPDATE' AND (NEW.status, NEW.tier_id, NEW.amount_cents, NEW.period_end, NEW.cancel_at_period_end)
            IS NOT DISTINCT FROM (OLD.status, OLD.tier_id, OLD.amount_cents, OLD.period_end, OLD.cancel_at_period_end) THEN
        RETURN NULL;
    END IF;
    INSERT INTO subscription_changes (subscription_id, status, tier_id, amount_cents, period_end, cancel_at_period_end, event_id, caused_by, changed_at)
    VALUES (NEW.id, NEW.status, NEW.tier_id, NEW.amount_cents, NEW.period_end, NEW.cancel_at_period_end, NEW.event_id, NEW.changed_by, NEW.changed_at);
    letter := CASE
        WHEN was = 'incomplete' AND NEW.status = ANY (open_states) THEN 'subscription-started'
        WHEN was NOT IN ('incomplete', 'unpaid') AND NEW.status = 'unpaid' THEN 'subscription-closed'
        WHEN was NOT IN ('incomplete', 'canceled') AND NEW.status = 'canceled' THEN 'subscription-ended'
        WHEN TG_OP = 'UPDATE' AND NEW.cancel_at_period_end AND NOT OLD.cancel_at_period_end AND NEW.status <> 'canceled'
            THEN 'subscription-cancelled'
    END;
    INSERT INTO outbox (id, template, recipient, data, created_at, due_at, organization_id, creator_id, user_id)
    SELECT gen_random_uuid(), m.template, m.recipient, json_build_object('title', t.name, 'organization', o.name, 'amount', money_words(NEW.amount_cents, NEW.currency),
            'date', to_char(NEW.period_end AT TIME ZONE o.timezone, 'FMDD FMMonth YYYY')),
        NEW.changed_at, NEW.changed_at, NEW.organization_id, NULL, m.user_id
    FROM tiers t JOIN organizations o ON o.id = t.organization_id
    CROSS JOIN LATERAL (
        SELECT letter, u.email AS recipient, u.id AS user_id FROM users u WHERE u.id = NEW.user_id AND u.deleted_at IS NULL
        UNION ALL
        SELECT 'new-sale', u.email, u.id FROM users u WHERE letter = 'subscription-started' AND u.id = organization_payee(NEW.organization_id)
    ) m (template, recipient, user_id)
    WHERE t.id = NEW.tier_id AND letter IS NOT NULL;
    RETURN NULL;
END
$$;

-- Sums of what is sold -----------------------------------------------------------------------------------------------

-- What platform, organization and creator have of a sale: `purchase_position` in a form that Postgres writes into the query that asks,
-- so that a million sales are summed without a call for each.
CREATE FUNCTION sale_parts(amount bigint, platform bigint, organization bigint, duplicate boolean, refunded bigint, held bigint, lost bigint)
RETURNS TABLE (platform_cents bigint, organization_cents bigint, creator_cents bigint) LANGUAGE sql IMMUTABLE AS $$
    SELECT p, o, kept - p - o
    FROM (SELECT CASE WHEN duplicate THEN 0 ELSE amount - refunded - lost - held END AS kept) k
    CROSS JOIN LATERAL (SELECT coalesce((platform * kept + amount - 1) / nullif(amount, 0), 0) AS p) l
    CROSS JOIN LATERAL (SELECT least(kept - p, coalesce((organization * kept + amount - 1) / nullif(amount, 0), 0)) AS o) m
$$;

-- They are read out of these alone. They take the place of two with the same order and without the sums.
CREATE INDEX purchases_creator_sums_idx ON purchases (creator_id, purchased_at DESC, id DESC)
    INCLUDE (content_id, status, currency, amount_cents, platform_fee_cents, organization_fee_cents, duplicate, refunded_cents, held_cents, lost_cents);
CREATE INDEX purchases_organization_sums_idx ON purchases (organization_id, purchased_at DESC, id DESC)
    INCLUDE (creator_id, content_id, status, currency, amount_cents, platform_fee_cents, organization_fee_cents, duplicate, refunded_cents, held_cents, lost_cents);
DROP INDEX purchases_sold_by_creator_idx;
DROP INDEX purchases_sold_by_organization_idx;

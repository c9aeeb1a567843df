-- Subscriptions in the figures; contents that the platform withholds; Stripe's events without the people in them.

-- Figures ------------------------------------------------------------------------------------------------------------

-- What subscriptions pay is sold, too: the sums of 0008 count it with the purchases, and say by themselves how much of them it is.
ALTER TABLE sales_figures
    ADD COLUMN subscription_payments bigint NOT NULL DEFAULT 0,                 -- how many
    ADD COLUMN subscription_cents    bigint NOT NULL DEFAULT 0;                 -- what they come to, of amount_cents
ALTER TABLE customers ADD COLUMN subscription_payments bigint NOT NULL DEFAULT 0;
ALTER TABLE customer_spending ADD COLUMN subscription_payments bigint NOT NULL DEFAULT 0;
CREATE INDEX subscription_payments_report_idx ON subscription_payments (organization_id, paid_at) INCLUDE (user_id);
CREATE INDEX subscription_payments_time_idx ON subscription_payments USING brin (paid_at);

-- As figure_purchase (0008) does with a purchase: at the end of the transaction, the row that all sales of a quarter share last.
CREATE FUNCTION figure_subscription_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before bigint[] := '{0,0,0,0,0}';
    after bigint[] := purchase_position(NEW.amount_cents, NEW.platform_fee_cents, NEW.organization_fee_cents, false,
        NEW.refunded_cents, NEW.held_cents, NEW.lost_cents);
    made bigint := 1;
    paid bigint := NEW.amount_cents;
    returned bigint := NEW.refunded_cents + NEW.lost_cents;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        before := purchase_position(OLD.amount_cents, OLD.platform_fee_cents, OLD.organization_fee_cents, false,
            OLD.refunded_cents, OLD.held_cents, OLD.lost_cents);
        made := 0;
        paid := 0;
        returned := returned - OLD.refunded_cents - OLD.lost_cents;
    ELSE
        INSERT INTO customers AS c (organization_id, user_id, purchases, subscription_payments, first_purchased_at, last_at)
        VALUES (NEW.organization_id, NEW.user_id, 0, 1, NEW.paid_at, NEW.paid_at)
        ON CONFLICT (organization_id, user_id) DO UPDATE SET subscription_payments = c.subscription_payments + 1,
            first_purchased_at = least(c.first_purchased_at, EXCLUDED.first_purchased_at), last_at = greatest(c.last_at, EXCLUDED.last_at);
    END IF;
    INSERT INTO customer_spending AS s (organization_id, user_id, currency, purchases, subscription_payments, amount_cents, refunded_cents, net_cents)
    VALUES (NEW.organization_id, NEW.user_id, NEW.currency, 0, made, paid, returned,
        after[3] + after[4] + after[5] - before[3] - before[4] - before[5])
    ON CONFLICT (organization_id, user_id, currency) DO UPDATE SET subscription_payments = s.subscription_payments + EXCLUDED.subscription_payments,
        amount_cents = s.amount_cents + EXCLUDED.amount_cents, refunded_cents = s.refunded_cents + EXCLUDED.refunded_cents,
        net_cents = s.net_cents + EXCLUDED.net_cents;
    INSERT INTO sales_figures AS f (organization_id, at, currency, purchases, subscription_payments, subscription_cents, amount_cents, refunded_cents,
        held_cents, platform_cents, organization_cents, creator_cents)
    VALUES (NEW.organization_id, date_bin('15 minutes', NEW.paid_at, '2000-01-01T00:00:00Z'), NEW.currency, 0, made, paid, paid, returned,
        after[2] - before[2], after[3] - before[3], after[4] - before[4], after[5] - before[5])
    ON CONFLICT (organization_id, at, currency) DO UPDATE SET subscription_payments = f.subscription_payments + EXCLUDED.subscription_payments,
        subscription_cents = f.subscription_cents + EXCLUDED.subscription_cents, amount_cents = f.amount_cents + EXCLUDED.amount_cents,
        refunded_cents = f.refunded_cents + EXCLUDED.refunded_cents, held_cents = f.held_cents + EXCLUDED.held_cents,
        platform_cents = f.platform_cents + EXCLUDED.platform_cents, organization_cents = f.organization_cents + EXCLUDED.organization_cents,
        creator_cents = f.creator_cents + EXCLUDED.creator_cents;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER subscription_payments_figure AFTER INSERT ON subscription_payments DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION figure_subscription_payment();
CREATE CONSTRAINT TRIGGER subscription_payments_figure_change AFTER UPDATE OF refunded_cents, held_cents, lost_cents ON subscription_payments
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION figure_subscription_payment();

-- What was paid before; the triggers' lock keeps further payments waiting until this is done.
INSERT INTO customers AS c (organization_id, user_id, purchases, subscription_payments, first_purchased_at, last_at)
SELECT organization_id, user_id, 0, count(*), min(paid_at), max(paid_at) FROM subscription_payments GROUP BY 1, 2
ON CONFLICT (organization_id, user_id) DO UPDATE SET subscription_payments = EXCLUDED.subscription_payments,
    first_purchased_at = least(c.first_purchased_at, EXCLUDED.first_purchased_at), last_at = greatest(c.last_at, EXCLUDED.last_at);
INSERT INTO customer_spending AS s (organization_id, user_id, currency, purchases, subscription_payments, amount_cents, refunded_cents, net_cents)
SELECT p.organization_id, p.user_id, p.currency, 0, count(*), sum(p.amount_cents), sum(p.refunded_cents + p.lost_cents),
    sum(p.amount_cents - p.refunded_cents - p.lost_cents - p.held_cents)
FROM subscription_payments p GROUP BY 1, 2, 3
ON CONFLICT (organization_id, user_id, currency) DO UPDATE SET subscription_payments = EXCLUDED.subscription_payments,
    amount_cents = s.amount_cents + EXCLUDED.amount_cents, refunded_cents = s.refunded_cents + EXCLUDED.refunded_cents,
    net_cents = s.net_cents + EXCLUDED.net_cents;
INSERT INTO sales_figures AS f (organization_id, at, currency, purchases, subscription_payments, subscription_cents, amount_cents, refunded_cents,
    held_cents, platform_cents, organization_cents, creator_cents)
SELECT p.organization_id, date_bin('15 minutes', p.paid_at, '2000-01-01T00:00:00Z'), p.currency, 0, count(*), sum(p.amount_cents), sum(p.amount_cents),
    sum(p.refunded_cents + p.lost_cents), sum(has[2]), sum(has[3]), sum(has[4]), sum(has[5])
FROM subscription_payments p CROSS JOIN LATERAL purchase_position(p.amount_cents, p.platform_fee_cents, p.organization_fee_cents, false,
    p.refunded_cents, p.held_cents, p.lost_cents) AS has
GROUP BY 1, 2, 3
ON CONFLICT (organization_id, at, currency) DO UPDATE SET subscription_payments = EXCLUDED.subscription_payments,
    subscription_cents = EXCLUDED.subscription_cents, amount_cents = f.amount_cents + EXCLUDED.amount_cents,
    refunded_cents = f.refunded_cents + EXCLUDED.refunded_cents, held_cents = f.held_cents + EXCLUDED.held_cents,
    platform_cents = f.platform_cents + EXCLUDED.platform_cents, organization_cents = f.organization_cents + EXCLUDED.organization_cents,
    creator_cents = f.creator_cents + EXCLUDED.creator_cents;

-- Withheld contents --------------------------------------------------------------------------------------------------

-- What the platform took out of the catalogue stays out, whoever publishes it and by which statement, until the platform publishes it.
ALTER TABLE content
    ADD COLUMN withheld_at timestamptz,                                         -- since when; null: it is its creator's to publish
    ADD CONSTRAINT content_withheld_check CHECK (status <> 'published' OR withheld_at IS NULL);

-- People in Stripe's events ------------------------------------------------------------------------------------------

-- A document without what tells who somebody is: amounts, ids, dates and states stay, for the accounts.
CREATE FUNCTION without_people(document jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    RETURN CASE jsonb_typeof(document)
        WHEN 'object' THEN (
            SELECT coalesce(jsonb_object_agg(key, without_people(value)), '{}') FROM jsonb_each(document)
            WHERE key NOT IN ('address', 'billing_details', 'business_profile', 'card', 'collected_information', 'company', 'custom_fields',
                'customer_address', 'customer_details', 'customer_email', 'customer_name', 'customer_phone', 'customer_purchase_ip',
                'customer_shipping', 'customer_tax_ids', 'email', 'evidence', 'individual', 'ip', 'ip_address', 'name',
                'payment_method_details', 'phone', 'previous_attributes', 'receipt_email', 'receipt_url', 'settings', 'shipping',
                'shipping_address', 'shipping_details', 'tos_acceptance', 'user_agent'))
        WHEN 'array' THEN (
            SELECT coalesce(jsonb_agg(without_people(item) ORDER BY place), '[]')
            FROM jsonb_array_elements(document) WITH ORDINALITY AS items (item, place))
        ELSE document
    END;
END
$$;

-- The events that told of what somebody paid, by what they led to.
CREATE FUNCTION stripe_events_of(person uuid) RETURNS SETOF text LANGUAGE sql STABLE AS $$
    SELECT p.event_id FROM purchases p WHERE p.user_id = person AND p.event_id IS NOT NULL
    UNION SELECT l.event_id FROM purchases p JOIN ledger_entries l ON l.purchase_id = p.id WHERE p.user_id = person AND l.event_id IS NOT NULL
    UNION SELECT f.event_id FROM purchases p JOIN payments f ON f.id = p.payment_intent_id WHERE p.user_id = person AND f.event_id IS NOT NULL
    UNION SELECT s.event_id FROM subscriptions s WHERE s.user_id = person AND s.event_id IS NOT NULL
    UNION SELECT c.event_id FROM subscriptions s JOIN subscription_changes c ON c.subscription_id = s.id WHERE s.user_id = person AND c.event_id IS NOT NULL
    UNION SELECT i.event_id FROM subscription_payments i WHERE i.user_id = person AND i.event_id IS NOT NULL
    UNION SELECT l.event_id FROM subscription_payments i JOIN ledger_entries l ON l.invoice_id = i.id WHERE i.user_id = person AND l.event_id IS NOT NULL
$$;

-- Up to which event people were taken out for its age.
CREATE TABLE forgotten_events (
    received_until timestamptz NOT NULL
);
INSERT INTO forgotten_events VALUES ('-infinity');

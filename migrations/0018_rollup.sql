-- Sums of days and months, so that a report of a year costs what its answer has and not what was sold.

-- A time in pieces ---------------------------------------------------------------------------------------------------

-- Days and months are UTC's here, whichever zone's days are asked about. What lies between two instants is what the whole days hold
-- between the midnights nearest to them, and what those have too much or too little at either end: half a day at most, which is
-- read from what is finer. So the days of any zone are made of these, whatever its clocks do. `sign` is -1 for what was too much.
CREATE FUNCTION day_pieces(starts timestamptz, ends timestamptz) RETURNS TABLE (span text, sign int, first timestamptz, past timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT p.*
    FROM (SELECT starts AS a, greatest(starts, ends) AS z,
        date_bin('1 day', starts + interval '12 hours', '2000-01-01T00:00:00Z') AS first_day,
        date_bin('1 day', greatest(starts, ends) + interval '12 hours', '2000-01-01T00:00:00Z') AS past_day) d
    CROSS JOIN LATERAL (VALUES
        ('day', 1, first_day, past_day),
        ('rest', CASE WHEN a < first_day THEN 1 ELSE -1 END, least(a, first_day), greatest(a, first_day)),
        ('rest', CASE WHEN past_day < z THEN 1 ELSE -1 END, least(past_day, z), greatest(past_day, z))
    ) p (span, sign, first, past)
    WHERE p.first < p.past
$$;

-- The same, and of the days that make more than a month the whole months, from and to the nearest one's first day.
CREATE FUNCTION month_pieces(starts timestamptz, ends timestamptz) RETURNS TABLE (span text, sign int, first timestamptz, past timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT q.*
    FROM day_pieces(starts, ends) p
    CROSS JOIN LATERAL (SELECT p.span = 'day' AND p.past - p.first > interval '31 days' AS long) l
    CROSS JOIN LATERAL (SELECT
        CASE WHEN long THEN date_trunc('month', p.first + interval '360 hours', 'UTC') ELSE p.first END AS first_month,
        CASE WHEN long THEN date_trunc('month', p.past + interval '360 hours', 'UTC') ELSE p.first END AS past_month) m
    CROSS JOIN LATERAL (VALUES
        ('month', 1, first_month, past_month),
        (p.span, CASE WHEN p.first < first_month THEN p.sign ELSE -p.sign END, least(p.first, first_month), greatest(p.first, first_month)),
        (p.span, CASE WHEN past_month < p.past THEN p.sign ELSE -p.sign END, least(past_month, p.past), greatest(past_month, p.past))
    ) q (span, sign, first, past)
    WHERE q.first < q.past
$$;

-- Sums that nobody waits for ------------------------------------------------------------------------------------------

-- Sales of one seller would wait for each other at the rows that hold their sums, each until the one before is on disk. So every such
-- row is sixteen, of which a connection to the database writes to one, and what is read is what they come to.
CREATE FUNCTION own_shard() RETURNS smallint LANGUAGE sql STABLE AS $$ SELECT (pg_backend_pid() & 15)::smallint $$;

ALTER TABLE sales_figures ADD COLUMN shard smallint NOT NULL DEFAULT 0;         -- 0 to 15
ALTER TABLE sales_figures DROP CONSTRAINT sales_figures_key;
ALTER TABLE sales_figures ADD CONSTRAINT sales_figures_key UNIQUE NULLS NOT DISTINCT (organization_id, at, currency, shard);

-- As in 0008 and 0017, but for the shard.
CREATE OR REPLACE FUNCTION figure_purchase() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before bigint[] := '{0,0,0,0,0}';
    after bigint[] := purchase_position(NEW.amount_cents, NEW.platform_fee_cents, NEW.organization_fee_cents, NEW.duplicate,
        NEW.refunded_cents, NEW.held_cents, NEW.lost_cents);
    made bigint := 1;
    paid bigint := NEW.amount_cents;
    returned bigint := NEW.refunded_cents + NEW.lost_cents;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        before := purchase_position(OLD.amount_cents, OLD.platform_fee_cents, OLD.organization_fee_cents, OLD.duplicate,
            OLD.refunded_cents, OLD.held_cents, OLD.lost_cents);
        made := 0;
        paid := 0;
        returned := returned - OLD.refunded_cents - OLD.lost_cents;
    ELSE
        INSERT INTO customers AS c (organization_id, user_id, purchases, first_purchased_at, last_at)
        VALUES (NEW.organization_id, NEW.user_id, 1, NEW.purchased_at, NEW.purchased_at)
        ON CONFLICT (organization_id, user_id) DO UPDATE SET purchases = c.purchases + 1,
            first_purchased_at = least(c.first_purchased_at, EXCLUDED.first_purchased_at), last_at = greatest(c.last_at, EXCLUDED.last_at);
    END IF;
    INSERT INTO customer_spending AS s (organization_id, user_id, currency, purchases, amount_cents, refunded_cents, net_cents)
    VALUES (NEW.organization_id, NEW.user_id, NEW.currency, made, paid, returned,
        after[3] + after[4] + after[5] - before[3] - before[4] - before[5])
    ON CONFLICT (organization_id, user_id, currency) DO UPDATE SET purchases = s.purchases + EXCLUDED.purchases,
        amount_cents = s.amount_cents + EXCLUDED.amount_cents, refunded_cents = s.refunded_cents + EXCLUDED.refunded_cents,
        net_cents = s.net_cents + EXCLUDED.net_cents;
    INSERT INTO sales_figures AS f (organization_id, shard, at, currency, purchases, amount_cents, refunded_cents, held_cents, platform_cents,
        organization_cents, creator_cents)
    VALUES (NEW.organization_id, own_shard(), date_bin('15 minutes', NEW.purchased_at, '2000-01-01T00:00:00Z'), NEW.currency, made, paid, returned,
        after[2] - before[2], after[3] - before[3], after[4] - before[4], after[5] - before[5])
    ON CONFLICT (organization_id, at, currency, shard) DO UPDATE SET purchases = f.purchases + EXCLUDED.purchases,
        amount_cents = f.amount_cents + EXCLUDED.amount_cents, refunded_cents = f.refunded_cents + EXCLUDED.refunded_cents,
        held_cents = f.held_cents + EXCLUDED.held_cents, platform_cents = f.platform_cents + EXCLUDED.platform_cents,
        organization_cents = f.organization_cents + EXCLUDED.organization_cents, creator_cents = f.creator_cents + EXCLUDED.creator_cents;
    RETURN NULL;
END
$$;
CREATE OR REPLACE FUNCTION figure_subscription_payment() RETURNS trigger LANGUAGE plpgsql AS $$
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
    INSERT INTO sales_figures AS f (organization_id, shard, at, currency, purchases, subscription_payments, subscription_cents, amount_cents, refunded_cents,
        held_cents, platform_cents, organization_cents, creator_cents)
    VALUES (NEW.organization_id, own_shard(), date_bin('15 minutes', NEW.paid_at, '2000-01-01T00:00:00Z'), NEW.currency, 0, made, paid, paid, returned,
        after[2] - before[2], after[3] - before[3], after[4] - before[4], after[5] - before[5])
    ON CONFLICT (organization_id, at, currency, shard) DO UPDATE SET subscription_payments = f.subscription_payments + EXCLUDED.subscription_payments,
        subscription_cents = f.subscription_cents + EXCLUDED.subscription_cents, amount_cents = f.amount_cents + EXCLUDED.amount_cents,
        refunded_cents = f.refunded_cents + EXCLUDED.refunded_cents, held_cents = f.held_cents + EXCLUDED.held_cents,
        platform_cents = f.platform_cents + EXCLUDED.platform_cents, organization_cents = f.organization_cents + EXCLUDED.organization_cents,
        creator_cents = f.creator_cents + EXCLUDED.creator_cents;
    RETURN NULL;
END
$$;

-- What is sold on a day ----------------------------------------------------------------------------------------------

-- What the quarters of an hour of a day come to (0008, 0017).
CREATE TABLE sales_days (
    organization_id       uuid,                                                 -- the seller; null: all sellers, and creators alone
    shard                 smallint NOT NULL,                                    -- 0 to 15
    at                    timestamptz NOT NULL,                                 -- when the day begins
    currency              text NOT NULL,
    purchases             bigint NOT NULL,                                      -- the rest as in sales_figures
    subscription_payments bigint NOT NULL,
    subscription_cents    bigint NOT NULL,
    amount_cents          bigint NOT NULL,
    refunded_cents        bigint NOT NULL,
    held_cents            bigint NOT NULL,
    platform_cents        bigint NOT NULL,
    organization_cents    bigint NOT NULL,
    creator_cents         bigint NOT NULL,
    CONSTRAINT sales_days_key UNIQUE NULLS NOT DISTINCT (organization_id, at, currency, shard),
    CONSTRAINT sales_days_balance_check
        CHECK (amount_cents = refunded_cents + held_cents + platform_cents + organization_cents + creator_cents)
);

-- Written by what writes the quarter, and so at the very end of a sale's transaction, too.
CREATE FUNCTION sum_sales_figure() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO sales_days AS d (organization_id, shard, at, currency, purchases, subscription_payments, subscription_cents, amount_cents,
        refunded_cents, held_cents, platform_cents, organization_cents, creator_cents)
    SELECT whose.organization_id, own_shard(), date_bin('1 day', NEW.at, '2000-01-01T00:00:00Z'), NEW.currency,
        NEW.purchases - coalesce(OLD.purchases, 0), NEW.subscription_payments - coalesce(OLD.subscription_payments, 0),
        NEW.subscription_cents - coalesce(OLD.subscription_cents, 0), NEW.amount_cents - coalesce(OLD.amount_cents, 0),
        NEW.refunded_cents - coalesce(OLD.refunded_cents, 0), NEW.held_cents - coalesce(OLD.held_cents, 0),
        NEW.platform_cents - coalesce(OLD.platform_cents, 0), NEW.organization_cents - coalesce(OLD.organization_cents, 0),
        NEW.creator_cents - coalesce(OLD.creator_cents, 0)
    FROM (
        SELECT NEW.organization_id WHERE NEW.organization_id IS NOT NULL
        UNION ALL
        SELECT NULL
    ) whose
    ON CONFLICT (organization_id, at, currency, shard) DO UPDATE SET purchases = d.purchases + EXCLUDED.purchases,
        subscription_payments = d.subscription_payments + EXCLUDED.subscription_payments,
        subscription_cents = d.subscription_cents + EXCLUDED.subscription_cents, amount_cents = d.amount_cents + EXCLUDED.amount_cents,
        refunded_cents = d.refunded_cents + EXCLUDED.refunded_cents, held_cents = d.held_cents + EXCLUDED.held_cents,
        platform_cents = d.platform_cents + EXCLUDED.platform_cents, organization_cents = d.organization_cents + EXCLUDED.organization_cents,
        creator_cents = d.creator_cents + EXCLUDED.creator_cents;
    RETURN NULL;
END
$$;
CREATE TRIGGER sales_figures_sum AFTER INSERT OR UPDATE ON sales_figures FOR EACH ROW EXECUTE FUNCTION sum_sales_figure();

-- What a seller (null: all of them) sold between two instants that begin quarters of an hour, by currency.
CREATE FUNCTION sales_within(seller uuid, starts timestamptz, ends timestamptz)
RETURNS TABLE (currency text, purchases numeric, subscription_payments numeric, subscription_cents numeric, amount_cents numeric,
    refunded_cents numeric, held_cents numeric, platform_cents numeric, organization_cents numeric, creator_cents numeric)
LANGUAGE sql STABLE AS $$
    SELECT x.currency, sum(x.sign * x.purchases), sum(x.sign * x.subscription_payments), sum(x.sign * x.subscription_cents),
        sum(x.sign * x.amount_cents), sum(x.sign * x.refunded_cents), sum(x.sign * x.held_cents), sum(x.sign * x.platform_cents),
        sum(x.sign * x.organization_cents), sum(x.sign * x.creator_cents)
    FROM (
        SELECT p.sign, d.currency, d.purchases, d.subscription_payments, d.subscription_cents, d.amount_cents, d.refunded_cents,
            d.held_cents, d.platform_cents, d.organization_cents, d.creator_cents
        FROM day_pieces(starts, ends) p JOIN sales_days d ON p.span = 'day' AND d.at >= p.first AND d.at < p.past
            AND (d.organization_id = seller OR seller IS NULL AND d.organization_id IS NULL)
        UNION ALL
        SELECT p.sign, f.currency, f.purchases, f.subscription_payments, f.subscription_cents, f.amount_cents, f.refunded_cents,
            f.held_cents, f.platform_cents, f.organization_cents, f.creator_cents
        FROM day_pieces(starts, ends) p JOIN sales_figures f ON p.span = 'rest' AND f.at >= p.first AND f.at < p.past
            AND (seller IS NULL OR f.organization_id = seller)
    ) x
    GROUP BY 1 HAVING sum(x.sign * (x.purchases + x.subscription_payments)) > 0
$$;

-- New customers of a day ---------------------------------------------------------------------------------------------

-- How many customers of a seller (0008) paid there for the first time that day; who was only given something is of the first day of 1970.
CREATE TABLE customer_days (
    organization_id uuid,                                                       -- the seller; null: of all, and of creators alone
    shard           smallint NOT NULL,                                          -- 0 to 15
    at              timestamptz NOT NULL,                                       -- when the day begins
    customers       bigint NOT NULL,
    CONSTRAINT customer_days_key UNIQUE NULLS NOT DISTINCT (organization_id, at, shard)
);

-- What was paid first may be heard of last: then a customer is of another day.
CREATE FUNCTION sum_customer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO customer_days AS d (organization_id, shard, at, customers)
    SELECT whose.organization_id, own_shard(), date_bin('1 day', coalesce(m.moment, '1970-01-01T00:00:00Z'), '2000-01-01T00:00:00Z'), sum(m.change)
    FROM (VALUES (OLD.user_id, OLD.first_purchased_at, -1), (NEW.user_id, NEW.first_purchased_at, 1)) m (user_id, moment, change)
    CROSS JOIN (
        SELECT coalesce(NEW.organization_id, OLD.organization_id) AS organization_id
        WHERE coalesce(NEW.organization_id, OLD.organization_id) IS NOT NULL
        UNION ALL
        SELECT NULL
    ) whose
    WHERE m.user_id IS NOT NULL GROUP BY 1, 2, 3 HAVING sum(m.change) <> 0 ORDER BY 1, 2, 3
    ON CONFLICT (organization_id, at, shard) DO UPDATE SET customers = d.customers + EXCLUDED.customers;
    RETURN NULL;
END
$$;
CREATE TRIGGER customers_sum AFTER INSERT OR DELETE ON customers FOR EACH ROW EXECUTE FUNCTION sum_customer();
CREATE TRIGGER customers_sum_change AFTER UPDATE OF first_purchased_at ON customers
    FOR EACH ROW WHEN (NEW.first_purchased_at IS DISTINCT FROM OLD.first_purchased_at) EXECUTE FUNCTION sum_customer();

-- How many became customers of a seller (null: of any) between two instants.
CREATE FUNCTION customers_within(seller uuid, starts timestamptz, ends timestamptz) RETURNS TABLE (customers numeric)
LANGUAGE sql STABLE AS $$
    SELECT coalesce(sum(x.customers), 0)
    FROM (
        SELECT p.sign * d.customers AS customers
        FROM day_pieces(starts, ends) p JOIN customer_days d ON p.span = 'day' AND d.at >= p.first AND d.at < p.past
            AND (d.organization_id = seller OR seller IS NULL AND d.organization_id IS NULL)
        UNION ALL
        SELECT p.sign
        FROM day_pieces(starts, ends) p JOIN customers c ON p.span = 'rest' AND c.first_purchased_at >= p.first AND c.first_purchased_at < p.past
            AND (seller IS NULL OR c.organization_id = seller)
    ) x
$$;

-- Buyers -------------------------------------------------------------------------------------------------------------

-- The days on which a customer paid a seller, each with the one before. People are counted once in a time, and so cannot be added up from
-- day to day; but those who bought in it are as many as bought on one of its days and not on another of them before.
CREATE TABLE buying_days (
    organization_id uuid,                                                       -- the seller; null: creators alone
    user_id         uuid NOT NULL,
    at              timestamptz NOT NULL,                                       -- when the day begins
    before          timestamptz,                                                -- the last such day before it; null: none
    CONSTRAINT buying_days_key UNIQUE NULLS NOT DISTINCT (user_id, organization_id, at)
);

-- How many there are of each two days.
CREATE TABLE buyer_days (
    organization_id uuid,                                                       -- the seller; null: of all, and of creators alone
    shard           smallint NOT NULL,                                          -- 0 to 15
    at              timestamptz NOT NULL,
    before          timestamptz,
    buyers          bigint NOT NULL,
    CONSTRAINT buyer_days_key UNIQUE NULLS NOT DISTINCT (organization_id, at, before, shard) INCLUDE (buyers)
);

CREATE FUNCTION sum_buying_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO buyer_days AS d (organization_id, shard, at, before, buyers)
    SELECT whose.organization_id, own_shard(), NEW.at, m.before, m.change
    FROM (SELECT OLD.before, -1 AS change WHERE TG_OP = 'UPDATE' UNION ALL SELECT NEW.before, 1) m
    CROSS JOIN LATERAL (
        SELECT NEW.organization_id WHERE NEW.organization_id IS NOT NULL
        UNION ALL
        SELECT NULL
    ) whose
    ORDER BY 1, 3, 4
    ON CONFLICT (organization_id, at, before, shard) DO UPDATE SET buyers = d.buyers + EXCLUDED.buyers;
    RETURN NULL;
END
$$;

-- Somebody paid. The figures' triggers, whose names come first, have locked the customer, so that nobody else writes their days.
CREATE FUNCTION note_buying_day(seller uuid, buyer uuid, moment timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    today timestamptz := date_bin('1 day', moment, '2000-01-01T00:00:00Z');
BEGIN
    INSERT INTO buying_days (organization_id, user_id, at, before)
    SELECT seller, buyer, today, (SELECT max(d.at) FROM buying_days d
        WHERE d.user_id = buyer AND (d.organization_id = seller OR seller IS NULL AND d.organization_id IS NULL) AND d.at < today)
    ON CONFLICT DO NOTHING;
    IF FOUND THEN
        UPDATE buying_days d SET before = today
        WHERE d.user_id = buyer AND (d.organization_id = seller OR seller IS NULL AND d.organization_id IS NULL) AND d.at = (
            SELECT min(n.at) FROM buying_days n
            WHERE n.user_id = buyer AND (n.organization_id = seller OR seller IS NULL AND n.organization_id IS NULL) AND n.at > today);
    END IF;
END
$$;
CREATE FUNCTION note_purchase_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM note_buying_day(NEW.organization_id, NEW.user_id, NEW.purchased_at);
    RETURN NULL;
END
$$;
CREATE FUNCTION note_payment_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM note_buying_day(NEW.organization_id, NEW.user_id, NEW.paid_at);
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER purchases_note_day AFTER INSERT ON purchases DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION note_purchase_day();
CREATE CONSTRAINT TRIGGER subscription_payments_note_day AFTER INSERT ON subscription_payments DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION note_payment_day();

-- How many paid a seller (null: any, and then each seller has buyers of its own) between two instants: on the whole days between them, and
-- in what is before and after those and not on them.
CREATE FUNCTION buyers_within(seller uuid, starts timestamptz, ends timestamptz) RETURNS TABLE (buyers numeric)
LANGUAGE sql STABLE AS $$
    SELECT (
        SELECT coalesce(sum(b.buyers), 0) FROM buyer_days b
        WHERE (b.organization_id = seller OR seller IS NULL AND b.organization_id IS NULL) AND b.at >= d.first AND b.at < d.past
            AND (b.before IS NULL OR b.before < d.first)
    ) + (
        SELECT count(*) FROM (
            SELECT p.organization_id, p.user_id FROM (VALUES (starts, least(d.first, ends)), (greatest(d.first, d.past), ends)) r (first, past) JOIN purchases p ON p.purchased_at >= r.first AND p.purchased_at < r.past
                AND (seller IS NULL OR p.organization_id = seller)
            UNION
            SELECT i.organization_id, i.user_id FROM (VALUES (starts, least(d.first, ends)), (greatest(d.first, d.past), ends)) r (first, past) JOIN subscription_payments i ON i.paid_at >= r.first AND i.paid_at < r.past
                AND (seller IS NULL OR i.organization_id = seller)
        ) e
        WHERE NOT EXISTS (SELECT FROM buying_days b WHERE b.user_id = e.user_id AND b.organization_id IS NOT DISTINCT FROM e.organization_id
            AND b.at >= d.first AND b.at < d.past)
    )
    FROM (SELECT date_bin('1 day', starts - interval '1 microsecond', '2000-01-01T00:00:00Z') + interval '24 hours' AS first,
        date_bin('1 day', ends, '2000-01-01T00:00:00Z') AS past) d
$$;

-- What is sold of a content ------------------------------------------------------------------------------------------

-- What the purchases of a content, and of all contents of a creator at a seller together, come to on a day and in a month, by how they
-- stand now.
CREATE TABLE content_sales (
    content_id         uuid,                                                    -- null: all of them together
    organization_id    uuid,                                                    -- whose sale it was; null: the creator's alone
    creator_id         uuid NOT NULL,
    currency           text NOT NULL,
    status             text NOT NULL,                                           -- of purchases
    span               text NOT NULL CHECK (span IN ('day', 'month')),
    at                 timestamptz NOT NULL,                                    -- when it begins
    shard              smallint NOT NULL,                                       -- 0 to 15
    purchases          bigint NOT NULL,
    amount_cents       bigint NOT NULL,                                         -- what was paid
    refunded_cents     bigint NOT NULL,                                         -- what went back of it, by refund or lost dispute
    held_cents         bigint NOT NULL,                                         -- what open disputes hold of it
    platform_cents     bigint NOT NULL,                                         -- the rest, by whose it is
    organization_cents bigint NOT NULL,
    creator_cents      bigint NOT NULL,
    CONSTRAINT content_sales_key UNIQUE NULLS NOT DISTINCT (content_id, span, at, currency, status, organization_id, creator_id, shard)
);
CREATE INDEX content_sales_apart_idx ON content_sales (organization_id, span, at) WHERE content_id IS NOT NULL;
CREATE INDEX content_sales_all_apart_idx ON content_sales (span, at) WHERE content_id IS NOT NULL;
CREATE INDEX content_sales_together_idx ON content_sales (organization_id, span, at) WHERE content_id IS NULL;
CREATE INDEX content_sales_creator_idx ON content_sales (creator_id, span, at) WHERE content_id IS NULL;

-- A purchase leaves what it was and comes to what it is. Rows are written in one order, so that no two wait for each other.
CREATE FUNCTION sum_purchase() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO content_sales AS s (content_id, organization_id, creator_id, currency, status, span, at, shard, purchases, amount_cents, refunded_cents,
        held_cents, platform_cents, organization_cents, creator_cents)
    SELECT contents.content_id, NEW.organization_id, NEW.creator_id, NEW.currency, v.status, spans.span,
        date_trunc(spans.span, NEW.purchased_at, 'UTC'), own_shard(), sum(v.sign), sum(v.sign * NEW.amount_cents), sum(v.sign * (v.refunded + v.lost)),
        sum(v.sign * v.held), sum(v.sign * has.platform_cents), sum(v.sign * has.organization_cents), sum(v.sign * has.creator_cents)
    FROM (VALUES (-1, OLD.status, OLD.duplicate, OLD.refunded_cents, OLD.held_cents, OLD.lost_cents),
        (1, NEW.status, NEW.duplicate, NEW.refunded_cents, NEW.held_cents, NEW.lost_cents)) v (sign, status, duplicate, refunded, held, lost)
    CROSS JOIN LATERAL sale_parts(NEW.amount_cents, NEW.platform_fee_cents, NEW.organization_fee_cents, v.duplicate, v.refunded, v.held, v.lost) has
    CROSS JOIN (VALUES (NEW.content_id), (NULL)) contents (content_id) CROSS JOIN (VALUES ('day'), ('month')) spans (span)
    WHERE v.status IS NOT NULL GROUP BY contents.content_id, v.status, spans.span ORDER BY contents.content_id, v.status, spans.span
    ON CONFLICT (content_id, span, at, currency, status, organization_id, creator_id, shard) DO UPDATE SET purchases = s.purchases + EXCLUDED.purchases,
        amount_cents = s.amount_cents + EXCLUDED.amount_cents, refunded_cents = s.refunded_cents + EXCLUDED.refunded_cents,
        held_cents = s.held_cents + EXCLUDED.held_cents, platform_cents = s.platform_cents + EXCLUDED.platform_cents,
        organization_cents = s.organization_cents + EXCLUDED.organization_cents, creator_cents = s.creator_cents + EXCLUDED.creator_cents;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER purchases_sum AFTER INSERT ON purchases DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION sum_purchase();
CREATE CONSTRAINT TRIGGER purchases_sum_change AFTER UPDATE OF status, refunded_cents, held_cents, lost_cents ON purchases
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sum_purchase();

-- What was sold between two instants, of each content apart or of all together: sums of months and days, and single purchases at the ends;
-- what is selected and added up of these is what was sold of it. A sum may be of nothing.
CREATE FUNCTION sold_within(apart boolean, starts timestamptz, ends timestamptz)
RETURNS TABLE (content_id uuid, organization_id uuid, creator_id uuid, currency text, status text, purchases bigint, amount_cents bigint,
    refunded_cents bigint, held_cents bigint, platform_cents bigint, organization_cents bigint, creator_cents bigint)
LANGUAGE sql STABLE AS $$
    SELECT s.content_id, s.organization_id, s.creator_id, s.currency, s.status, p.sign * s.purchases, p.sign * s.amount_cents,
        p.sign * s.refunded_cents, p.sign * s.held_cents, p.sign * s.platform_cents, p.sign * s.organization_cents, p.sign * s.creator_cents
    FROM month_pieces(starts, ends) p JOIN content_sales s ON s.span = p.span AND s.at >= p.first AND s.at < p.past
        AND (s.content_id IS NOT NULL) = apart
    UNION ALL
    SELECT x.content_id, x.organization_id, x.creator_id, x.currency, x.status, p.sign::bigint, p.sign * x.amount_cents,
        p.sign * (x.refunded_cents + x.lost_cents), p.sign * x.held_cents, p.sign * has.platform_cents, p.sign * has.organization_cents,
        p.sign * has.creator_cents
    FROM month_pieces(starts, ends) p JOIN purchases x ON p.span = 'rest' AND x.purchased_at >= p.first AND x.purchased_at < p.past
    CROSS JOIN LATERAL sale_parts(x.amount_cents, x.platform_fee_cents, x.organization_fee_cents, x.duplicate, x.refunded_cents, x.held_cents,
        x.lost_cents) has
$$;

-- What was sold before; the triggers' lock keeps further sales waiting until this is done.
INSERT INTO sales_days (organization_id, shard, at, currency, purchases, subscription_payments, subscription_cents, amount_cents,
    refunded_cents, held_cents, platform_cents, organization_cents, creator_cents)
SELECT whose.organization_id, 0, date_bin('1 day', f.at, '2000-01-01T00:00:00Z'), f.currency, sum(f.purchases), sum(f.subscription_payments),
    sum(f.subscription_cents), sum(f.amount_cents), sum(f.refunded_cents), sum(f.held_cents), sum(f.platform_cents), sum(f.organization_cents),
    sum(f.creator_cents)
FROM sales_figures f CROSS JOIN LATERAL (SELECT f.organization_id WHERE f.organization_id IS NOT NULL UNION ALL SELECT NULL) whose
GROUP BY 1, 3, 4;
INSERT INTO customer_days (organization_id, shard, at, customers)
SELECT whose.organization_id, 0, date_bin('1 day', coalesce(c.first_purchased_at, '1970-01-01T00:00:00Z'), '2000-01-01T00:00:00Z'), count(*)
FROM customers c CROSS JOIN LATERAL (SELECT c.organization_id WHERE c.organization_id IS NOT NULL UNION ALL SELECT NULL) whose
GROUP BY 1, 3;
INSERT INTO buying_days (organization_id, user_id, at, before)
SELECT organization_id, user_id, at, lag(at) OVER (PARTITION BY organization_id, user_id ORDER BY at)
FROM (
    SELECT organization_id, user_id, date_bin('1 day', purchased_at, '2000-01-01T00:00:00Z') AS at FROM purchases
    UNION
    SELECT organization_id, user_id, date_bin('1 day', paid_at, '2000-01-01T00:00:00Z') FROM subscription_payments
) days;
INSERT INTO buyer_days (organization_id, shard, at, before, buyers)
SELECT whose.organization_id, 0, b.at, b.before, count(*)
FROM buying_days b CROSS JOIN LATERAL (SELECT b.organization_id WHERE b.organization_id IS NOT NULL UNION ALL SELECT NULL) whose
GROUP BY 1, 3, 4;
CREATE TRIGGER buying_days_sum AFTER INSERT OR UPDATE OF before ON buying_days FOR EACH ROW EXECUTE FUNCTION sum_buying_day();
INSERT INTO content_sales (content_id, organization_id, creator_id, currency, status, span, at, shard, purchases, amount_cents, refunded_cents, held_cents,
    platform_cents, organization_cents, creator_cents)
SELECT contents.content_id, p.organization_id, p.creator_id, p.currency, p.status, spans.span, date_trunc(spans.span, p.purchased_at, 'UTC'), 0, count(*),
    sum(p.amount_cents), sum(p.refunded_cents + p.lost_cents), sum(p.held_cents), sum(has.platform_cents), sum(has.organization_cents),
    sum(has.creator_cents)
FROM purchases p
CROSS JOIN LATERAL sale_parts(p.amount_cents, p.platform_fee_cents, p.organization_fee_cents, p.duplicate, p.refunded_cents, p.held_cents, p.lost_cents) has
CROSS JOIN LATERAL (VALUES (p.content_id), (NULL)) contents (content_id) CROSS JOIN (VALUES ('day'), ('month')) spans (span)
GROUP BY 1, 2, 3, 4, 5, 6, 7;

-- Who sees them ------------------------------------------------------------------------------------------------------

GRANT SELECT ON sales_days, customer_days, buying_days, buyer_days, content_sales TO codex_caller, codex_platform;
ALTER TABLE sales_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE customer_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE buying_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE buyer_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE content_sales ENABLE ROW LEVEL SECURITY;
CREATE POLICY platform ON sales_days TO codex_platform USING (true);
CREATE POLICY platform ON customer_days TO codex_platform USING (true);
CREATE POLICY platform ON buying_days TO codex_platform USING (true);
CREATE POLICY platform ON buyer_days TO codex_platform USING (true);
CREATE POLICY platform ON content_sales TO codex_platform USING (true);
CREATE POLICY seen ON sales_days FOR SELECT TO codex_caller USING (organization_id = ANY ((SELECT fence_managed())::uuid[]));
CREATE POLICY seen ON customer_days FOR SELECT TO codex_caller USING (organization_id = ANY ((SELECT fence_managed())::uuid[]));
CREATE POLICY seen ON buying_days FOR SELECT TO codex_caller USING (
    user_id = (SELECT fence_caller()) OR organization_id = ANY ((SELECT fence_managed())::uuid[]));
CREATE POLICY seen ON buyer_days FOR SELECT TO codex_caller USING (organization_id = ANY ((SELECT fence_managed())::uuid[]));
CREATE POLICY seen ON content_sales FOR SELECT TO codex_caller USING (
    creator_id = (SELECT fence_caller()) OR organization_id = ANY ((SELECT fence_managed())::uuid[]));

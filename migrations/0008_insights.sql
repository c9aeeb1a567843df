-- Administration: what sales come to, who buys, what is given away, and what is done to other people's content.

-- Figures ------------------------------------------------------------------------------------------------------------

-- What the purchases of a quarter of an hour come to, as they stand now: the sums that reports would otherwise make of every
-- purchase. The days of every time zone are made of quarters of an hour. A row that does not sum cannot be written.
CREATE TABLE sales_figures (
    organization_id    uuid,                                                    -- the seller; null: creators alone
    at                 timestamptz NOT NULL,                                    -- when the quarter begins
    currency           text NOT NULL,
    purchases          bigint NOT NULL,
    amount_cents       bigint NOT NULL,                                         -- what was paid
    refunded_cents     bigint NOT NULL,                                         -- what went back of it, by refund or lost dispute
    held_cents         bigint NOT NULL,                                         -- what Stripe holds of it: disputed, or paid twice and still to be given back
    platform_cents     bigint NOT NULL,                                         -- the rest, by whose it is
    organization_cents bigint NOT NULL,
    creator_cents      bigint NOT NULL,
    CONSTRAINT sales_figures_key UNIQUE NULLS NOT DISTINCT (organization_id, at, currency),
    CONSTRAINT sales_figures_balance_check
        CHECK (amount_cents = refunded_cents + held_cents + platform_cents + organization_cents + creator_cents)
);
CREATE INDEX sales_figures_at_idx ON sales_figures (at);

-- Who bought from a seller, or was given something.
CREATE TABLE customers (
    organization_id    uuid,                                                    -- the seller; null: creators alone
    user_id            uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    purchases          bigint NOT NULL,
    first_purchased_at timestamptz,                                             -- null: never bought
    last_at            timestamptz NOT NULL,                                    -- the latest purchase or gift
    CONSTRAINT customers_key UNIQUE NULLS NOT DISTINCT (organization_id, user_id)
);
CREATE INDEX customers_recent_idx ON customers (organization_id, last_at DESC, user_id DESC);
CREATE INDEX customers_newest_idx ON customers (organization_id, first_purchased_at DESC NULLS LAST, user_id DESC);
CREATE INDEX customers_all_recent_idx ON customers (last_at DESC, user_id DESC, organization_id);
CREATE INDEX customers_all_newest_idx ON customers (first_purchased_at DESC NULLS LAST, user_id DESC, organization_id);
CREATE INDEX customers_user_idx ON customers (user_id);

-- What they paid there, by currency.
CREATE TABLE customer_spending (
    organization_id uuid,
    user_id         uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    currency        text NOT NULL,
    purchases       bigint NOT NULL,
    amount_cents    bigint NOT NULL,
    refunded_cents  bigint NOT NULL,                                            -- by refund or lost dispute
    net_cents       bigint NOT NULL,                                            -- what is left: without what went back and what Stripe holds
    CONSTRAINT customer_spending_key UNIQUE NULLS NOT DISTINCT (organization_id, user_id, currency)
);
CREATE INDEX customer_spending_most_idx ON customer_spending (organization_id, currency, net_cents DESC, user_id DESC);
CREATE INDEX customer_spending_all_most_idx ON customer_spending (currency, net_cents DESC, user_id DESC, organization_id);
CREATE INDEX customer_spending_user_idx ON customer_spending (user_id);

-- A purchase, or what became of it, is added to the three. At the very end of its transaction: the row that all sales of a quarter share
-- is locked last and for the shortest time, and nothing is waited for while it is.
CREATE FUNCTION figure_purchase() RETURNS trigger LANGUAGE plpgsql AS $$
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
    INSERT INTO sales_figures AS f (organization_id, at, currency, purchases, amount_cents, refunded_cents, held_cents, platform_cents,
        organization_cents, creator_cents)
    VALUES (NEW.organization_id, date_bin('15 minutes', NEW.purchased_at, '2000-01-01T00:00:00Z'), NEW.currency, made, paid, returned,
        after[2] - before[2], after[3] - before[3], after[4] - before[4], after[5] - before[5])
    ON CONFLICT (organization_id, at, currency) DO UPDATE SET purchases = f.purchases + EXCLUDED.purchases,
        amount_cents = f.amount_cents + EXCLUDED.amount_cents, refunded_cents = f.refunded_cents + EXCLUDED.refunded_cents,
        held_cents = f.held_cents + EXCLUDED.held_cents, platform_cents = f.platform_cents + EXCLUDED.platform_cents,
        organization_cents = f.organization_cents + EXCLUDED.organization_cents, creator_cents = f.creator_cents + EXCLUDED.creator_cents;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER purchases_figure_sale AFTER INSERT ON purchases DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION figure_purchase();
CREATE CONSTRAINT TRIGGER purchases_figure_change AFTER UPDATE OF refunded_cents, held_cents, lost_cents ON purchases
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION figure_purchase();

-- What was sold before; the triggers' lock keeps further sales waiting until this is done.
INSERT INTO customers (organization_id, user_id, purchases, first_purchased_at, last_at)
SELECT organization_id, user_id, count(*), min(purchased_at), max(purchased_at) FROM purchases GROUP BY 1, 2;
INSERT INTO customer_spending (organization_id, user_id, currency, purchases, amount_cents, refunded_cents, net_cents)
SELECT p.organization_id, p.user_id, p.currency, count(*), sum(p.amount_cents), sum(p.refunded_cents + p.lost_cents), sum(has[3] + has[4] + has[5])
FROM purchases p CROSS JOIN LATERAL purchase_position(p.amount_cents, p.platform_fee_cents, p.organization_fee_cents, p.duplicate,
    p.refunded_cents, p.held_cents, p.lost_cents) AS has
GROUP BY 1, 2, 3;
INSERT INTO sales_figures (organization_id, at, currency, purchases, amount_cents, refunded_cents, held_cents, platform_cents, organization_cents, creator_cents)
SELECT p.organization_id, date_bin('15 minutes', p.purchased_at, '2000-01-01T00:00:00Z'), p.currency, count(*), sum(p.amount_cents),
    sum(p.refunded_cents + p.lost_cents), sum(has[2]), sum(has[3]), sum(has[4]), sum(has[5])
FROM purchases p CROSS JOIN LATERAL purchase_position(p.amount_cents, p.platform_fee_cents, p.organization_fee_cents, p.duplicate,
    p.refunded_cents, p.held_cents, p.lost_cents) AS has
GROUP BY 1, 2, 3;

-- What is asked of single contents and single buyers within a time is read from the purchases, out of this index alone. Rows
-- are written in the order of time, so that of all sellers' purchases a small BRIN finds those of a time.
CREATE INDEX purchases_report_idx ON purchases (organization_id, purchased_at)
    INCLUDE (content_id, user_id, currency, amount_cents, refunded_cents, held_cents, lost_cents, duplicate);
CREATE INDEX purchases_time_idx ON purchases USING brin (purchased_at);
CREATE INDEX purchases_content_time_idx ON purchases (content_id, purchased_at);
CREATE INDEX ledger_entries_organization_time_idx ON ledger_entries (organization_id, posted_at DESC, id DESC);
CREATE INDEX ledger_entries_time_idx ON ledger_entries (posted_at DESC, id DESC);

-- Who asks, and for which days ---------------------------------------------------------------------------------------

-- Whether somebody manages a seller, and the seller's time zone. No seller means all of them, which is for those who run the
-- platform. No row where there is nothing of which they may know.
CREATE FUNCTION managed_tenant(organization uuid, caller uuid, runs_platform boolean) RETURNS TABLE (manages boolean, timezone text)
LANGUAGE sql STABLE AS $$
    SELECT true, 'UTC' WHERE organization IS NULL AND runs_platform
    UNION ALL
    SELECT runs_platform OR m.role IN ('owner', 'admin'), o.timezone
    FROM organizations o LEFT JOIN organization_members m ON m.organization_id = o.id AND m.user_id = caller
    WHERE o.id = organization AND (runs_platform OR m.user_id IS NOT NULL AND o.deleted_at IS NULL)
$$;

-- The days of a report in a time zone, both included: those that are named, else those of a preset; as many days before them, to
-- compare with; and the instants between which they lie.
CREATE FUNCTION report_days(zone text, preset text, named_first date, named_last date, now timestamptz)
RETURNS TABLE (timezone text, first date, last date, before date, starts timestamptz, ends timestamptz, before_starts timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT zone, d.first, d.last, d.first - (d.last - d.first + 1), d.first::timestamp AT TIME ZONE zone,
        (d.last + 1)::timestamp AT TIME ZONE zone, (d.first - (d.last - d.first + 1))::timestamp AT TIME ZONE zone
    FROM (SELECT (now AT TIME ZONE zone)::date AS today) t
    CROSS JOIN LATERAL (
        SELECT coalesce(named_first, CASE preset
                WHEN 'today' THEN today
                WHEN 'yesterday' THEN today - 1
                WHEN 'last7days' THEN today - 6
                WHEN 'last90days' THEN today - 89
                WHEN 'last365days' THEN today - 364
                WHEN 'thisMonth' THEN date_trunc('month', today::timestamp)::date
                WHEN 'lastMonth' THEN (date_trunc('month', today::timestamp) - interval '1 month')::date
                WHEN 'thisYear' THEN date_trunc('year', today::timestamp)::date
                WHEN 'lastYear' THEN (date_trunc('year', today::timestamp) - interval '1 year')::date
                ELSE today - 29 END) AS first,
            coalesce(named_last, CASE preset
                WHEN 'yesterday' THEN today - 1
                WHEN 'lastMonth' THEN date_trunc('month', today::timestamp)::date - 1
                WHEN 'lastYear' THEN date_trunc('year', today::timestamp)::date - 1
                ELSE today END) AS last
    ) d
$$;

-- Gifts --------------------------------------------------------------------------------------------------------------

-- Access that was given by hand: to whom, by whom, when and why; and how it ended.
CREATE TABLE access_grants (
    id              uuid PRIMARY KEY,
    user_id         uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    content_id      uuid NOT NULL REFERENCES content,
    organization_id uuid,                                                       -- whose the content was
    granted_by      uuid REFERENCES users ON DELETE SET NULL,                   -- null: before this was recorded
    granted_at      timestamptz NOT NULL,
    reason          text CHECK (char_length(reason) BETWEEN 1 AND 500),
    revoked_by      uuid REFERENCES users ON DELETE SET NULL,
    revoked_at      timestamptz,                                                -- null while it lives
    revoke_reason   text CHECK (char_length(revoke_reason) BETWEEN 1 AND 500)
);
CREATE UNIQUE INDEX access_grants_living_key ON access_grants (user_id, content_id) WHERE revoked_at IS NULL;
CREATE INDEX access_grants_user_idx ON access_grants (user_id, granted_at DESC, id DESC);
CREATE INDEX access_grants_granted_idx ON access_grants (organization_id, granted_at DESC, id DESC);
CREATE INDEX access_grants_revoked_idx ON access_grants (organization_id, revoked_at DESC, id DESC) WHERE revoked_at IS NOT NULL;
CREATE INDEX access_grants_all_granted_idx ON access_grants (granted_at DESC, id DESC);
CREATE INDEX access_grants_all_revoked_idx ON access_grants (revoked_at DESC, id DESC) WHERE revoked_at IS NOT NULL;

INSERT INTO access_grants (id, user_id, content_id, organization_id, granted_at)
SELECT gen_random_uuid(), a.user_id, a.content_id, c.organization_id, a.granted_at
FROM content_access a JOIN content c ON c.id = a.content_id WHERE a.purchase_id IS NULL AND a.revoked_at IS NULL;

-- A gift opens the content; when it ends the content stays open to whoever paid for it.
CREATE FUNCTION apply_grant() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    paid uuid;
BEGIN
    IF NEW.revoked_at IS NULL THEN
        INSERT INTO content_access AS a (user_id, content_id, granted_at) VALUES (NEW.user_id, NEW.content_id, NEW.granted_at)
        ON CONFLICT (user_id, content_id) DO UPDATE SET purchase_id = NULL, granted_at = EXCLUDED.granted_at, revoked_at = NULL
            WHERE a.revoked_at IS NOT NULL;
        INSERT INTO customers AS c (organization_id, user_id, purchases, last_at)
        VALUES (NEW.organization_id, NEW.user_id, 0, NEW.granted_at)
        ON CONFLICT (organization_id, user_id) DO UPDATE SET last_at = greatest(c.last_at, EXCLUDED.last_at);
    ELSE
        -- The row is locked before anything else is read: a refund or a dispute may be changing it.
        PERFORM FROM content_access WHERE user_id = NEW.user_id AND content_id = NEW.content_id FOR UPDATE;
        SELECT id INTO paid FROM purchases
        WHERE user_id = NEW.user_id AND content_id = NEW.content_id AND status IN ('paid', 'partly_refunded')
        ORDER BY purchased_at LIMIT 1;
        UPDATE content_access SET purchase_id = paid, revoked_at = CASE WHEN paid IS NULL THEN NEW.revoked_at END
        WHERE user_id = NEW.user_id AND content_id = NEW.content_id AND purchase_id IS NULL AND revoked_at IS NULL;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER access_grants_apply AFTER INSERT OR UPDATE OF revoked_at ON access_grants FOR EACH ROW EXECUTE FUNCTION apply_grant();

-- A refund takes away what the purchase gave; who was given the content as well keeps it.
CREATE FUNCTION keep_granted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM access_grants WHERE user_id = NEW.user_id AND content_id = NEW.content_id AND revoked_at IS NULL) THEN
        NEW.purchase_id := NULL;
        NEW.revoked_at := NULL;
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER content_access_keep_granted BEFORE UPDATE ON content_access FOR EACH ROW
    WHEN (OLD.revoked_at IS NULL AND NEW.revoked_at IS NOT NULL) EXECUTE FUNCTION keep_granted();

-- Oversight ----------------------------------------------------------------------------------------------------------

-- What those who answer for a content did to it in its creator's place.
CREATE TABLE content_interventions (
    id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    content_id      uuid NOT NULL REFERENCES content,
    organization_id uuid,                                                       -- whose the content was
    actor_id        uuid REFERENCES users ON DELETE SET NULL,
    action          text NOT NULL CHECK (action IN ('published', 'unpublished')),
    reason          text CHECK (char_length(reason) BETWEEN 1 AND 500),
    created_at      timestamptz NOT NULL
);
CREATE INDEX content_interventions_organization_idx ON content_interventions (organization_id, created_at DESC, id DESC);
CREATE INDEX content_interventions_time_idx ON content_interventions (created_at DESC, id DESC);

-- Everything there is, drafts and all; one index for each way to walk it.
CREATE INDEX content_oversight_idx ON content (organization_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX content_oversight_title_idx ON content (organization_id, lower(title), id) WHERE deleted_at IS NULL;
CREATE INDEX content_all_oversight_idx ON content (created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX content_all_oversight_title_idx ON content (lower(title), id) WHERE deleted_at IS NULL;
CREATE INDEX content_oversight_search_idx ON content USING gin (title gin_trgm_ops) WHERE deleted_at IS NULL;
CREATE INDEX content_status_idx ON content (status, organization_id) WHERE deleted_at IS NULL;
CREATE INDEX content_published_idx ON content (published_at DESC, id DESC) WHERE status = 'published' AND deleted_at IS NULL;
CREATE INDEX organization_members_time_idx ON organization_members (created_at DESC, user_id DESC);
CREATE INDEX playback_progress_content_idx ON playback_progress (content_id, completed);
CREATE INDEX users_search_idx ON users USING gin (name gin_trgm_ops, email gin_trgm_ops) WHERE deleted_at IS NULL;

-- Fees ---------------------------------------------------------------------------------------------------------------

ALTER TABLE fee_rates ADD COLUMN reason text CHECK (char_length(reason) BETWEEN 1 AND 500);
ALTER TABLE fee_rate_changes ADD COLUMN reason text;
CREATE INDEX fee_rates_updated_idx ON fee_rates (updated_at DESC, organization_id);

-- As before, and with the reason. Who removes a row cannot write their name into it: the statement says it by these settings.
CREATE OR REPLACE FUNCTION note_fee_rate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO fee_rate_changes (organization_id, changed_by, changed_at, reason)
        VALUES (OLD.organization_id, nullif(current_setting('codex.actor', true), '')::uuid, now(), nullif(current_setting('codex.reason', true), ''));
    ELSE
        INSERT INTO fee_rate_changes (organization_id, platform_bp, organization_bp, changed_by, changed_at, reason)
        VALUES (NEW.organization_id, NEW.platform_bp, NEW.organization_bp, NEW.updated_by, NEW.updated_at, NEW.reason);
    END IF;
    RETURN NULL;
END
$$;

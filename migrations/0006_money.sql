-- Money after the sale: refunds, disputes, the ledger, what is owed back, and what Stripe was asked about.
--
-- What Stripe tells of a payment is kept as facts that only grow (a largest sum, sets of refunds and disputes), so that any
-- order and any number of deliveries end in the same row. The state of the purchase, the access it gives and its
-- ledger entries are computed from them by triggers, in the transaction of whatever statement brought the news: a trigger
-- sees what committed while its statement waited, which the statement's own snapshot does not.

-- Checkouts ----------------------------------------------------------------------------------------------------------

ALTER TABLE checkout_sessions
    ADD COLUMN status text NOT NULL DEFAULT 'open'                              -- pending: the buyer is done, the bank is not
        CHECK (status IN ('open', 'pending', 'paid', 'expired', 'failed'));
UPDATE checkout_sessions s
    SET status = CASE WHEN EXISTS (SELECT FROM purchases p WHERE p.checkout_session_id = s.id) THEN 'paid' ELSE 'expired' END
    WHERE settled_at IS NOT NULL;

-- Purchases ----------------------------------------------------------------------------------------------------------

ALTER TABLE purchases
    ADD COLUMN duplicate      boolean NOT NULL DEFAULT false,                   -- paid for what was owned already
    ADD COLUMN refunded_cents bigint NOT NULL DEFAULT 0 CHECK (refunded_cents >= 0),
    ADD COLUMN held_cents     bigint NOT NULL DEFAULT 0 CHECK (held_cents >= 0),-- in an open dispute
    ADD COLUMN lost_cents     bigint NOT NULL DEFAULT 0 CHECK (lost_cents >= 0),-- in a dispute that was lost
    ADD COLUMN dispute        text CHECK (dispute IN ('open', 'won', 'lost')),
    ADD COLUMN customer_id    text,                                             -- Stripe's, cus_...: for the customer portal
    ADD COLUMN event_id       text,                                             -- the event that last changed it, if it was one
    ADD COLUMN changed_by     text NOT NULL DEFAULT 'booking',                  -- a webhook's name, or landing, sweep, reconcile, refund
    ADD COLUMN changed_at     timestamptz,                                      -- null: as it was bought
    ADD CONSTRAINT purchases_parts_check CHECK (refunded_cents + held_cents + lost_cents <= amount_cents);
UPDATE purchases SET duplicate = true WHERE status = 'duplicate';
CREATE INDEX purchases_sold_by_creator_idx ON purchases (creator_id, purchased_at DESC, id DESC);
CREATE INDEX purchases_sold_by_organization_idx ON purchases (organization_id, purchased_at DESC, id DESC);
CREATE INDEX purchases_customer_idx ON purchases (customer_id) WHERE customer_id IS NOT NULL;

-- What Stripe told of one payment, whether or not its purchase is known yet.
CREATE TABLE payments (
    id             text PRIMARY KEY,                                            -- Stripe's, pi_...; the session's where nothing was charged
    purchase_id    uuid,                                                        -- the one purchase it may become: who writes it first makes it
    refunded_cents bigint NOT NULL DEFAULT 0 CHECK (refunded_cents >= 0),       -- the largest amount_refunded of its charge
    refunds        jsonb NOT NULL DEFAULT '{}',                                 -- every refund heard of, and its amount
    failed_refunds jsonb NOT NULL DEFAULT '{}',                                 -- those of them that failed
    disputes       jsonb NOT NULL DEFAULT '{}',                                 -- every dispute heard of, and its amount
    lost_disputes  jsonb NOT NULL DEFAULT '{}',                                 -- those of them that were lost
    won_disputes   jsonb NOT NULL DEFAULT '{}',                                 -- those that were won, some of them after they were lost
    event_id       text,                                                        -- the event that told last
    changed_by     text NOT NULL,
    changed_at     timestamptz NOT NULL
);

-- How a purchase stands; `commerce::lifecycle` says the same, and a test compares them.
CREATE FUNCTION purchase_status(amount bigint, duplicate boolean, refunded bigint, dispute text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN amount > 0 AND refunded >= amount THEN 'refunded'
        WHEN dispute = 'lost' THEN 'lost'
        WHEN dispute = 'open' THEN 'disputed'
        WHEN duplicate THEN 'duplicate'
        WHEN refunded > 0 THEN 'partly_refunded'
        ELSE 'paid'
    END
$$;

-- An amount for a person, as `kernel::money::display` has it.
CREATE FUNCTION money_words(amount bigint, currency text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN currency IN ('bif', 'clp', 'djf', 'gnf', 'jpy', 'kmf', 'krw', 'mga', 'pyg', 'rwf', 'ugx', 'vnd', 'vuv', 'xaf', 'xof', 'xpf')
            THEN amount::text
        WHEN currency IN ('bhd', 'jod', 'kwd', 'omr', 'tnd') THEN (amount / 1000) || '.' || lpad((amount % 1000)::text, 3, '0')
        ELSE (amount / 100) || '.' || lpad((amount % 100)::text, 2, '0')
    END || ' ' || upper(currency)
$$;

-- Facts about a payment become the state of its purchase, and access follows it.
CREATE FUNCTION apply_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sale purchases;
    refunded bigint;
    held bigint;
    lost bigint;
    decided text;
    new_status text;
    heir uuid;
BEGIN
    SELECT * INTO sale FROM purchases WHERE payment_intent_id = NEW.id FOR UPDATE;
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
CREATE TRIGGER payments_apply AFTER INSERT OR UPDATE ON payments FOR EACH ROW
    WHEN (NEW.refunded_cents > 0 OR NEW.refunds <> '{}' OR NEW.disputes <> '{}')
    EXECUTE FUNCTION apply_payment();

-- The ledger ---------------------------------------------------------------------------------------------------------

-- One movement of money a row, an account a column: what each gained (or lost). A row that does not sum to nothing cannot be written.
CREATE TABLE ledger_entries (
    id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    purchase_id        uuid REFERENCES purchases,                               -- null: a transfer, which is about no single sale
    organization_id    uuid,                                                    -- whose organization_cents
    creator_id         uuid,                                                    -- whose creator_cents
    kind               text NOT NULL CHECK (kind IN ('sale', 'refund', 'refund_failed', 'dispute_opened', 'dispute_won', 'dispute_lost', 'transfer')),
    currency           text NOT NULL,
    buyer_cents        bigint NOT NULL,
    stripe_cents       bigint NOT NULL,                                         -- held there until it is decided whose it is
    platform_cents     bigint NOT NULL,
    organization_cents bigint NOT NULL,
    creator_cents      bigint NOT NULL,
    bank_cents         bigint NOT NULL DEFAULT 0,                               -- paid out to its owner
    event_id           text,                                                    -- which event
    caused_by          text NOT NULL,                                           -- a webhook's name, or landing, sweep, reconcile, refund
    posted_at          timestamptz NOT NULL,
    CONSTRAINT ledger_entries_balance_check
        CHECK (buyer_cents + stripe_cents + platform_cents + organization_cents + creator_cents + bank_cents = 0)
);
CREATE INDEX ledger_entries_purchase_idx ON ledger_entries (purchase_id, id);
CREATE INDEX ledger_entries_creator_idx ON ledger_entries (creator_id, currency, id);
CREATE INDEX ledger_entries_organization_idx ON ledger_entries (organization_id, currency, id);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER ledger_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What buyer, Stripe, platform, organization and creator have of one sale, in this order. What is kept is split as the whole
-- was, rounded up for the platform first: nobody's part is ever negative, and a full refund leaves nothing.
CREATE FUNCTION purchase_position(amount bigint, platform bigint, organization bigint, duplicate boolean, refunded bigint, held bigint, lost bigint)
RETURNS bigint[] LANGUAGE sql IMMUTABLE AS $$
    SELECT ARRAY[lost + refunded - amount, amount - refunded - lost - kept, p, o, kept - p - o]
    FROM (SELECT CASE WHEN duplicate THEN 0 ELSE amount - refunded - lost - held END AS kept) k
    CROSS JOIN LATERAL (SELECT coalesce((platform * kept + amount - 1) / nullif(amount, 0), 0) AS p) l
    CROSS JOIN LATERAL (SELECT least(kept - p, coalesce((organization * kept + amount - 1) / nullif(amount, 0), 0)) AS o) m
$$;

CREATE FUNCTION post_purchase() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before bigint[] := '{0,0,0,0,0}';
    after bigint[] := purchase_position(NEW.amount_cents, NEW.platform_fee_cents, NEW.organization_fee_cents, NEW.duplicate,
        NEW.refunded_cents, NEW.held_cents, NEW.lost_cents);
    moved text := 'sale';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        before := purchase_position(OLD.amount_cents, OLD.platform_fee_cents, OLD.organization_fee_cents, OLD.duplicate,
            OLD.refunded_cents, OLD.held_cents, OLD.lost_cents);
        moved := CASE
            WHEN NEW.refunded_cents > OLD.refunded_cents THEN 'refund'
            WHEN NEW.refunded_cents < OLD.refunded_cents THEN 'refund_failed'
            WHEN NEW.lost_cents > OLD.lost_cents THEN 'dispute_lost'
            WHEN NEW.held_cents > OLD.held_cents THEN 'dispute_opened'
            ELSE 'dispute_won' END;
    END IF;
    IF after <> before THEN
        INSERT INTO ledger_entries (purchase_id, organization_id, creator_id, kind, currency, buyer_cents, stripe_cents, platform_cents,
            organization_cents, creator_cents, event_id, caused_by, posted_at)
        VALUES (NEW.id, NEW.organization_id, NEW.creator_id, moved, NEW.currency, after[1] - before[1], after[2] - before[2],
            after[3] - before[3], after[4] - before[4], after[5] - before[5], NEW.event_id, NEW.changed_by,
            coalesce(NEW.changed_at, NEW.purchased_at));
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER purchases_post_sale AFTER INSERT ON purchases FOR EACH ROW EXECUTE FUNCTION post_purchase();
CREATE TRIGGER purchases_post_change AFTER UPDATE OF refunded_cents, held_cents, lost_cents ON purchases
    FOR EACH ROW EXECUTE FUNCTION post_purchase();

INSERT INTO ledger_entries (purchase_id, organization_id, creator_id, kind, currency, buyer_cents, stripe_cents, platform_cents,
    organization_cents, creator_cents, caused_by, posted_at)
SELECT p.id, p.organization_id, p.creator_id, 'sale', p.currency, at[1], at[2], at[3], at[4], at[5], p.changed_by, p.purchased_at
FROM purchases p
CROSS JOIN LATERAL purchase_position(p.amount_cents, p.platform_fee_cents, p.organization_fee_cents, p.duplicate, 0, 0, 0) AS at
WHERE p.amount_cents > 0;

-- What we owe back ---------------------------------------------------------------------------------------------------

-- Refunds to ask Stripe for: written by the statement that finds the duplicate, made at least once under one idempotency key.
CREATE TABLE refunds_due (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),                     -- also Stripe's idempotency key
    purchase_id uuid NOT NULL CONSTRAINT refunds_due_purchase_key UNIQUE REFERENCES purchases,
    reason      text NOT NULL CHECK (reason IN ('duplicate')),
    created_at  timestamptz NOT NULL,
    due_at      timestamptz NOT NULL,                                           -- claimed when past; a claim moves it into the future
    attempts    integer NOT NULL DEFAULT 0,
    refund_id   text,                                                           -- Stripe's, re_...
    made_at     timestamptz,
    failed_at   timestamptz,                                                    -- Stripe refuses it, or attempts are used up: somebody must look
    problem     text                                                            -- the code of the last refusal
);
CREATE INDEX refunds_due_idx ON refunds_due (due_at) WHERE made_at IS NULL AND failed_at IS NULL;
INSERT INTO refunds_due (purchase_id, reason, created_at, due_at)
SELECT id, 'duplicate', purchased_at, now() FROM purchases WHERE duplicate AND amount_cents > 0 AND payment_intent_id IS NOT NULL;

-- What Stripe was asked ----------------------------------------------------------------------------------------------

-- One run of the comparison with Stripe's list of events, and what had never arrived.
CREATE TABLE reconciliations (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    since   timestamptz NOT NULL,                                               -- the time it covers
    until   timestamptz NOT NULL,
    seen    integer NOT NULL,                                                   -- events Stripe lists
    missing jsonb NOT NULL                                                      -- ids of those that had not arrived, applied by this run
);
CREATE INDEX reconciliations_until_idx ON reconciliations (until DESC);

-- For the view of what arrived and had nothing to change yet.
CREATE INDEX webhook_events_unapplied_idx ON webhook_events (received_at DESC) WHERE NOT applied;

-- Accounts of sellers at Stripe, as /webhooks/stripe/connect tells of them.
CREATE TABLE connect_accounts (
    id                text PRIMARY KEY,                                         -- Stripe's, acct_...
    user_id           uuid REFERENCES users ON DELETE SET NULL,                 -- by the account's metadata, where it is ours
    organization_id   uuid REFERENCES organizations,
    charges_enabled   boolean NOT NULL,
    payouts_enabled   boolean NOT NULL,
    details_submitted boolean NOT NULL,
    disabled_reason   text,
    currently_due     jsonb NOT NULL DEFAULT '[]',                              -- what Stripe wants to know next
    deauthorized_at   timestamptz,
    told_at           timestamptz NOT NULL                                      -- when Stripe said so: older news changes nothing
);
CREATE INDEX connect_accounts_user_idx ON connect_accounts (user_id);
CREATE INDEX connect_accounts_organization_idx ON connect_accounts (organization_id);

-- Fees ---------------------------------------------------------------------------------------------------------------

ALTER TABLE fee_rates ADD COLUMN updated_by uuid REFERENCES users ON DELETE SET NULL; -- null: set up with the platform

-- Every rate there ever was: who set it, and when.
CREATE TABLE fee_rate_changes (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    organization_id uuid,                                                       -- null: the platform's rate
    platform_bp     integer,                                                    -- null: the override was removed
    organization_bp integer,
    changed_by      uuid,
    changed_at      timestamptz NOT NULL
);
CREATE INDEX fee_rate_changes_organization_idx ON fee_rate_changes (organization_id, id);

CREATE FUNCTION note_fee_rate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO fee_rate_changes (organization_id, changed_by, changed_at) VALUES (OLD.organization_id, OLD.updated_by, now());
    ELSE
        INSERT INTO fee_rate_changes (organization_id, platform_bp, organization_bp, changed_by, changed_at)
        VALUES (NEW.organization_id, NEW.platform_bp, NEW.organization_bp, NEW.updated_by, NEW.updated_at);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER fee_rates_note AFTER INSERT OR UPDATE OR DELETE ON fee_rates FOR EACH ROW EXECUTE FUNCTION note_fee_rate();
CREATE TRIGGER fee_rate_changes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON fee_rate_changes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
INSERT INTO fee_rate_changes (organization_id, platform_bp, organization_bp, changed_at)
SELECT organization_id, platform_bp, organization_bp, updated_at FROM fee_rates;

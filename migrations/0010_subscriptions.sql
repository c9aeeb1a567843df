-- Tiers and subscriptions: what an organization offers, who subscribes, what that opens, and the money of it.
--
-- Events about a subscription come in any order, their times have seconds only, and each tells how it stood when it was made. So
-- none of them is believed: an event only says that there is news (subscription_news), and Stripe is then asked how the
-- subscription stands. Who asks takes a ticket first; an answer is written only over the answer to an earlier ticket. An
-- invoice that was paid stays paid, so that is taken from the event itself.

-- Tiers --------------------------------------------------------------------------------------------------------------

CREATE TABLE tiers (
    id              uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    name            text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    description     text CHECK (char_length(description) <= 5000),
    sort_order      integer NOT NULL CHECK (sort_order BETWEEN 0 AND 1000),     -- a tier opens what those below it open
    monthly_cents   bigint NOT NULL CHECK (monthly_cents BETWEEN 1 AND 10000000),
    annual_cents    bigint NOT NULL CHECK (annual_cents BETWEEN 1 AND 10000000),
    currency        text NOT NULL CHECK (currency ~ '^[a-z]{3}$'),
    status          text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'archived')), -- archived: nobody new; who has it keeps it
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL
);
CREATE INDEX tiers_organization_idx ON tiers (organization_id, sort_order, id);

-- What Stripe calls a tier. Made when somebody first wants to pay for it, under an idempotency key.
CREATE TABLE tier_products (
    tier_id uuid PRIMARY KEY REFERENCES tiers,
    id      text NOT NULL UNIQUE,                                               -- Stripe's, prod_...
    name    text NOT NULL                                                       -- as Stripe was told it
);

-- What Stripe calls a price. A price never changes: a new amount is a new row, and who subscribed goes on paying what they agreed to.
CREATE TABLE tier_prices (
    id           text PRIMARY KEY,                                              -- Stripe's, price_...
    tier_id      uuid NOT NULL REFERENCES tiers,
    interval     text NOT NULL CHECK (interval IN ('monthly', 'annual')),
    amount_cents bigint NOT NULL,
    created_at   timestamptz NOT NULL,
    CONSTRAINT tier_prices_amount_key UNIQUE (tier_id, interval, amount_cents)
);

-- What a content asks for beyond its visibility: a subscription to this tier or a higher one.
ALTER TABLE content
    ADD COLUMN minimum_tier_id uuid REFERENCES tiers,
    ADD CONSTRAINT content_tier_check CHECK (minimum_tier_id IS NULL OR visibility <> 'public');
CREATE INDEX content_tier_idx ON content (minimum_tier_id, published_at DESC) WHERE minimum_tier_id IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX content_subscribers_idx ON content (organization_id, published_at DESC)
    WHERE audience = 'subscribers' AND visibility = 'members_only' AND minimum_tier_id IS NULL AND deleted_at IS NULL;

-- Subscriptions ------------------------------------------------------------------------------------------------------

-- A checkout session in which somebody may subscribe. One open at a time for each organization, so that nobody pays twice.
CREATE TABLE subscription_checkouts (
    id              text PRIMARY KEY,                                           -- Stripe's, cs_...
    user_id         uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    organization_id uuid NOT NULL REFERENCES organizations,
    price_id        text NOT NULL REFERENCES tier_prices,
    url             text NOT NULL,
    status          text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'complete', 'expired')),
    created_at      timestamptz NOT NULL,
    expires_at      timestamptz NOT NULL,
    settled_at      timestamptz,                                                -- complete or expired
    ask_at          timestamptz NOT NULL                                        -- when the sweeper next asks Stripe how it stands
);
CREATE UNIQUE INDEX subscription_checkouts_open_key ON subscription_checkouts (user_id, organization_id) WHERE settled_at IS NULL;
CREATE INDEX subscription_checkouts_ask_idx ON subscription_checkouts (ask_at) WHERE settled_at IS NULL;
CREATE INDEX subscription_checkouts_latest_idx ON subscription_checkouts (user_id, organization_id, created_at DESC);

-- That there is news of a subscription, and who was last to ask about it.
CREATE TABLE subscription_news (
    id       text PRIMARY KEY,                                                  -- Stripe's, sub_...
    heard    bigint NOT NULL DEFAULT 0,                                         -- how many events told of it
    ticket   bigint NOT NULL DEFAULT 0,                                         -- of the latest to ask
    ask_at   timestamptz,                                                       -- claimed when past; a claim moves it into the future; null: it has ended
    event_id text,                                                              -- the event that told last
    told_by  text NOT NULL                                                      -- a webhook's name, or landing, sweep, reconcile, subscriber
);
CREATE INDEX subscription_news_ask_idx ON subscription_news (ask_at) WHERE ask_at IS NOT NULL;

-- Until when a subscription opens what it opens; `commerce::subscriptions::lifecycle` says the same, and a test compares them.
CREATE FUNCTION subscription_opens_until(status text, period_start timestamptz, period_end timestamptz, ending boolean) RETURNS timestamptz
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN status IN ('active', 'trialing') AND ending THEN period_end
        WHEN status IN ('active', 'trialing') THEN period_end + interval '1 hour'
        WHEN status = 'past_due' THEN least(period_end, period_start + interval '168 hours')
    END
$$;

CREATE TABLE subscriptions (
    id                   uuid PRIMARY KEY,
    stripe_id            text NOT NULL CONSTRAINT subscriptions_stripe_id_key UNIQUE, -- sub_...
    item_id              text NOT NULL,                                         -- si_..., by which its price is changed
    price_id             text NOT NULL,                                         -- price_..., which they agreed to
    customer_id          text,                                                  -- Stripe's, cus_...: for the customer portal
    user_id              uuid NOT NULL REFERENCES users,
    organization_id      uuid NOT NULL REFERENCES organizations,
    tier_id              uuid NOT NULL REFERENCES tiers,
    status               text NOT NULL CHECK (status IN
        ('incomplete', 'incomplete_expired', 'trialing', 'active', 'past_due', 'unpaid', 'paused', 'canceled')),
    interval             text NOT NULL CHECK (interval IN ('monthly', 'annual')),
    amount_cents         bigint NOT NULL,                                       -- what each period costs them
    currency             text NOT NULL,
    period_start         timestamptz NOT NULL,
    period_end           timestamptz NOT NULL,
    cancel_at_period_end boolean NOT NULL,
    created_at           timestamptz NOT NULL,
    ended_at             timestamptz,
    ticket               bigint NOT NULL,                                       -- of who asked for this
    end_due_at           timestamptz,                                           -- its account or organization is gone: Stripe must stop renewing it
    event_id             text,                                                  -- the event that last led to a change, if it was one
    changed_by           text NOT NULL,
    changed_at           timestamptz NOT NULL,
    opens_until          timestamptz GENERATED ALWAYS AS
        (subscription_opens_until(status, period_start, period_end, cancel_at_period_end)) STORED
);
CREATE INDEX subscriptions_user_idx ON subscriptions (user_id, created_at DESC, id DESC);
CREATE INDEX subscriptions_open_idx ON subscriptions (user_id, organization_id, opens_until);
CREATE INDEX subscriptions_organization_idx ON subscriptions (organization_id, created_at DESC, id DESC);
CREATE INDEX subscriptions_customer_idx ON subscriptions (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX subscriptions_end_due_idx ON subscriptions (end_due_at) WHERE end_due_at IS NOT NULL;

-- Every state a subscription was in: who changed it, when, and which event said so.
CREATE TABLE subscription_changes (
    id                   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subscription_id      uuid NOT NULL REFERENCES subscriptions,
    status               text NOT NULL,
    tier_id              uuid NOT NULL,
    amount_cents         bigint NOT NULL,
    period_end           timestamptz NOT NULL,
    cancel_at_period_end boolean NOT NULL,
    event_id             text,
    caused_by            text NOT NULL,
    changed_at           timestamptz NOT NULL
);
CREATE INDEX subscription_changes_subscription_idx ON subscription_changes (subscription_id, id);
CREATE TRIGGER subscription_changes_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON subscription_changes
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A change is noted, and told to whom it concerns.
CREATE FUNCTION note_subscription() RETURNS trigger LANGUAGE plpgsql AS $$
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
        WHEN was = ANY (open_states) AND NEW.status IN ('past_due', 'unpaid') THEN 'subscription-payment-failed'
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
CREATE TRIGGER subscriptions_note AFTER INSERT OR UPDATE ON subscriptions FOR EACH ROW EXECUTE FUNCTION note_subscription();

-- Who gets what is left of a subscription's payment: the organization's owner of longest standing.
CREATE FUNCTION organization_payee(organization uuid) RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT coalesce(
        (SELECT user_id FROM organization_members WHERE organization_id = organization AND role = 'owner' ORDER BY created_at, user_id LIMIT 1),
        (SELECT created_by FROM organizations WHERE id = organization))
$$;

-- Nobody goes on paying an organization that is gone, or from an account that is.
CREATE FUNCTION end_subscriptions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE subscriptions SET end_due_at = NEW.deleted_at
    WHERE CASE TG_TABLE_NAME WHEN 'users' THEN user_id = NEW.id ELSE organization_id = NEW.id END
        AND status NOT IN ('canceled', 'incomplete_expired') AND NOT cancel_at_period_end;
    RETURN NULL;
END
$$;
CREATE TRIGGER users_end_subscriptions AFTER UPDATE OF deleted_at ON users FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL) EXECUTE FUNCTION end_subscriptions();
CREATE TRIGGER organizations_end_subscriptions AFTER UPDATE OF deleted_at ON organizations FOR EACH ROW
    WHEN (NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL) EXECUTE FUNCTION end_subscriptions();

-- Money --------------------------------------------------------------------------------------------------------------

ALTER TABLE fee_rates
    ADD COLUMN subscription_organization_bp integer NOT NULL DEFAULT 1500       -- of a subscription's payment, after the platform's part
        CHECK (subscription_organization_bp BETWEEN 0 AND 10000);
ALTER TABLE fee_rate_changes ADD COLUMN subscription_organization_bp integer;   -- null: as it was before there were subscriptions
CREATE OR REPLACE FUNCTION note_fee_rate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO fee_rate_changes (organization_id, changed_by, changed_at) VALUES (OLD.organization_id, OLD.updated_by, now());
    ELSE
        INSERT INTO fee_rate_changes (organization_id, platform_bp, organization_bp, subscription_organization_bp, changed_by, changed_at)
        VALUES (NEW.organization_id, NEW.platform_bp, NEW.organization_bp, NEW.subscription_organization_bp, NEW.updated_by, NEW.updated_at);
    END IF;
    RETURN NULL;
END
$$;

-- One paid invoice of a subscription, split as a purchase is.
CREATE TABLE subscription_payments (
    id                     text PRIMARY KEY,                                    -- Stripe's invoice, in_...
    stripe_subscription_id text NOT NULL,                                       -- sub_...; its row may come later
    user_id                uuid NOT NULL REFERENCES users,
    organization_id        uuid NOT NULL REFERENCES organizations,
    creator_id             uuid NOT NULL REFERENCES users,                      -- who gets what is left: organization_payee of that day
    tier_id                uuid NOT NULL REFERENCES tiers,
    status                 text NOT NULL CHECK (status IN ('paid', 'partly_refunded', 'refunded', 'disputed', 'lost')),
    amount_cents           bigint NOT NULL CHECK (amount_cents >= 0),
    currency               text NOT NULL,
    platform_fee_cents     bigint NOT NULL CHECK (platform_fee_cents >= 0),
    organization_fee_cents bigint NOT NULL CHECK (organization_fee_cents >= 0),
    creator_payout_cents   bigint NOT NULL CHECK (creator_payout_cents >= 0),
    refunded_cents         bigint NOT NULL DEFAULT 0 CHECK (refunded_cents >= 0),
    held_cents             bigint NOT NULL DEFAULT 0 CHECK (held_cents >= 0),
    lost_cents             bigint NOT NULL DEFAULT 0 CHECK (lost_cents >= 0),
    dispute                text CHECK (dispute IN ('open', 'won', 'lost')),
    period_start           timestamptz NOT NULL,                                -- what it pays for
    period_end             timestamptz NOT NULL,
    paid_at                timestamptz NOT NULL,
    event_id               text,
    changed_by             text NOT NULL,
    changed_at             timestamptz NOT NULL,
    CONSTRAINT subscription_payments_split_check CHECK (platform_fee_cents + organization_fee_cents + creator_payout_cents = amount_cents),
    CONSTRAINT subscription_payments_parts_check CHECK (refunded_cents + held_cents + lost_cents <= amount_cents)
);
CREATE INDEX subscription_payments_user_idx ON subscription_payments (user_id, paid_at DESC, id);
CREATE INDEX subscription_payments_organization_idx ON subscription_payments (organization_id, paid_at DESC, id);
CREATE INDEX subscription_payments_period_idx ON subscription_payments (stripe_subscription_id, period_end);

ALTER TABLE payments ADD COLUMN invoice_id text;                                -- what it paid, where that was an invoice
CREATE INDEX payments_invoice_idx ON payments (invoice_id) WHERE invoice_id IS NOT NULL;
ALTER TABLE ledger_entries ADD COLUMN invoice_id text REFERENCES subscription_payments; -- where it is about a subscription and no purchase
CREATE INDEX ledger_entries_invoice_idx ON ledger_entries (invoice_id, id) WHERE invoice_id IS NOT NULL;

CREATE FUNCTION post_subscription_payment() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before bigint[] := '{0,0,0,0,0}';
    after bigint[] := purchase_position(NEW.amount_cents, NEW.platform_fee_cents, NEW.organization_fee_cents, false,
        NEW.refunded_cents, NEW.held_cents, NEW.lost_cents);
    moved text := 'sale';
BEGIN
    IF TG_OP = 'UPDATE' THEN
        before := purchase_position(OLD.amount_cents, OLD.platform_fee_cents, OLD.organization_fee_cents, false,
            OLD.refunded_cents, OLD.held_cents, OLD.lost_cents);
        moved := CASE
            WHEN NEW.refunded_cents > OLD.refunded_cents THEN 'refund'
            WHEN NEW.refunded_cents < OLD.refunded_cents THEN 'refund_failed'
            WHEN NEW.lost_cents > OLD.lost_cents THEN 'dispute_lost'
            WHEN NEW.held_cents > OLD.held_cents THEN 'dispute_opened'
            ELSE 'dispute_won' END;
    END IF;
    IF after <> before THEN
        INSERT INTO ledger_entries (invoice_id, organization_id, creator_id, kind, currency, buyer_cents, stripe_cents, platform_cents,
            organization_cents, creator_cents, event_id, caused_by, posted_at)
        VALUES (NEW.id, NEW.organization_id, NEW.creator_id, moved, NEW.currency, after[1] - before[1], after[2] - before[2],
            after[3] - before[3], after[4] - before[4], after[5] - before[5], NEW.event_id, NEW.changed_by, NEW.changed_at);
    END IF;
    RETURN NULL;
END
$$;

-- What is known of the payments of an invoice becomes its state. An invoice and its payment are told of by different events: whoever
-- writes either comes by here and holds the invoice's lock, so that the second sees what the first wrote.
CREATE FUNCTION apply_invoice(invoice text, event text, teller text, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    sale subscription_payments;
    refunded bigint;
    held bigint;
    lost bigint;
    decided text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(invoice, 10));
    SELECT * INTO sale FROM subscription_payments WHERE id = invoice;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    SELECT least(sale.amount_cents, coalesce(sum(greatest(
        (SELECT coalesce(sum(value::bigint) FILTER (WHERE NOT p.failed_refunds ? key), 0) FROM jsonb_each_text(p.refunds)),
        p.refunded_cents - (SELECT coalesce(sum(value::bigint), 0) FROM jsonb_each_text(p.failed_refunds))
    )), 0)) INTO refunded FROM payments p WHERE p.invoice_id = invoice;
    SELECT coalesce(sum(amount) FILTER (WHERE outcome = 'lost'), 0), coalesce(sum(amount) FILTER (WHERE outcome = 'open'), 0),
        CASE WHEN bool_or(outcome = 'lost') THEN 'lost' WHEN bool_or(outcome = 'open') THEN 'open' WHEN count(*) > 0 THEN 'won' END
        INTO lost, held, decided
    FROM (
        SELECT value::bigint AS amount,
            CASE WHEN p.won_disputes ? key THEN 'won' WHEN p.lost_disputes ? key THEN 'lost' ELSE 'open' END AS outcome
        FROM payments p CROSS JOIN LATERAL jsonb_each_text(p.disputes) WHERE p.invoice_id = invoice
    ) d;
    lost := least(lost, sale.amount_cents - refunded);
    held := least(held, sale.amount_cents - refunded - lost);
    IF (refunded, held, lost, decided) IS NOT DISTINCT FROM (sale.refunded_cents, sale.held_cents, sale.lost_cents, sale.dispute) THEN
        RETURN;
    END IF;
    UPDATE subscription_payments SET refunded_cents = refunded, held_cents = held, lost_cents = lost, dispute = decided,
        status = purchase_status(sale.amount_cents, false, refunded, decided), event_id = event, changed_by = teller, changed_at = at
    WHERE id = invoice;
    IF refunded > sale.refunded_cents THEN
        INSERT INTO outbox (id, template, recipient, data, created_at, due_at, organization_id, user_id)
        SELECT gen_random_uuid(), 'refund', u.email,
            json_build_object('title', t.name, 'amount', money_words(refunded - sale.refunded_cents, sale.currency)),
            at, at, sale.organization_id, sale.user_id
        FROM users u, tiers t WHERE u.id = sale.user_id AND t.id = sale.tier_id;
    END IF;
END
$$;
CREATE FUNCTION apply_invoice_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM apply_invoice(NEW.invoice_id, NEW.event_id, NEW.changed_by, NEW.changed_at);
    RETURN NULL;
END
$$;
CREATE FUNCTION apply_paid_invoice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM apply_invoice(NEW.id, NEW.event_id, NEW.changed_by, NEW.changed_at);
    RETURN NULL;
END
$$;
CREATE TRIGGER payments_apply_invoice AFTER INSERT OR UPDATE ON payments FOR EACH ROW
    WHEN (NEW.invoice_id IS NOT NULL) EXECUTE FUNCTION apply_invoice_payment();
-- Triggers run in the order of their names: an invoice is posted before what was taken back of it.
CREATE TRIGGER subscription_payments_10_post AFTER INSERT ON subscription_payments FOR EACH ROW EXECUTE FUNCTION post_subscription_payment();
CREATE TRIGGER subscription_payments_20_apply AFTER INSERT ON subscription_payments FOR EACH ROW EXECUTE FUNCTION apply_paid_invoice();
CREATE TRIGGER subscription_payments_post_change AFTER UPDATE OF refunded_cents, held_cents, lost_cents ON subscription_payments
    FOR EACH ROW EXECUTE FUNCTION post_subscription_payment();

-- Access -------------------------------------------------------------------------------------------------------------

-- When each subscription opens what it opens: until the end of what is paid, but not in a time for which everything that was paid was
-- taken back.
CREATE VIEW open_subscriptions AS
SELECT s.user_id, s.organization_id, s.tier_id, s.created_at,
    coalesce((SELECT max(p.period_end) FROM subscription_payments p
        WHERE p.stripe_subscription_id = s.stripe_id AND p.status IN ('refunded', 'disputed', 'lost') AND NOT EXISTS (
            SELECT FROM subscription_payments k
            WHERE k.stripe_subscription_id = p.stripe_subscription_id AND k.period_end >= p.period_end AND k.amount_cents > 0
                AND k.status IN ('paid', 'partly_refunded')
        )), '-infinity') AS opens_from,
    s.opens_until
FROM subscriptions s
WHERE s.opens_until IS NOT NULL;

-- The tiers each of them reaches: its own, and all below.
CREATE VIEW reached_tiers AS
SELECT s.user_id, s.organization_id, t.id AS tier_id, s.created_at, s.opens_from, s.opens_until
FROM open_subscriptions s
JOIN tiers own ON own.id = s.tier_id
JOIN tiers t ON t.organization_id = s.organization_id AND (t.id = own.id OR t.sort_order < own.sort_order);

-- A subscription begins once and ends once, and so do the mails that say so.
--
-- As before (0016), but for that. Of two who ask Stripe at the same time the one with the later ticket may have the earlier answer: what was
-- open is written as not yet paid, until the next answer comes a moment later. Changes are noted as they are written; a second welcome is not sent.
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
    letter := CASE
        WHEN was = 'incomplete' AND NEW.status = ANY (open_states) AND NOT EXISTS (
            SELECT FROM subscription_changes c WHERE c.subscription_id = NEW.id AND c.status = ANY (open_states)) THEN 'subscription-started'
        WHEN was NOT IN ('incomplete', 'unpaid') AND NEW.status = 'unpaid' THEN 'subscription-closed'
        WHEN was NOT IN ('incomplete', 'canceled') AND NEW.status = 'canceled' AND NOT EXISTS (
            SELECT FROM subscription_changes c WHERE c.subscription_id = NEW.id AND c.status = 'canceled') THEN 'subscription-ended'
        WHEN TG_OP = 'UPDATE' AND NEW.cancel_at_period_end AND NOT OLD.cancel_at_period_end AND NEW.status <> 'canceled'
            THEN 'subscription-cancelled'
    END;
    INSERT INTO subscription_changes (subscription_id, status, tier_id, amount_cents, period_end, cancel_at_period_end, event_id, caused_by, changed_at)
    VALUES (NEW.id, NEW.status, NEW.tier_id, NEW.amount_cents, NEW.period_end, NEW.cancel_at_period_end, NEW.event_id, NEW.changed_by, NEW.changed_at);
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

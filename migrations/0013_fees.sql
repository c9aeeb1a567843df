-- Why a rate was set, and by whom one was removed. After 0010, whose function it completes.

ALTER TABLE fee_rates ADD COLUMN reason text CHECK (char_length(reason) BETWEEN 1 AND 500);
ALTER TABLE fee_rate_changes ADD COLUMN reason text;
CREATE INDEX fee_rates_updated_idx ON fee_rates (updated_at DESC, organization_id);

-- Who removes a row cannot write their name into it: the statement says it by these settings.
CREATE OR REPLACE FUNCTION note_fee_rate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        INSERT INTO fee_rate_changes (organization_id, changed_by, changed_at, reason)
        VALUES (OLD.organization_id, nullif(current_setting('codex.actor', true), '')::uuid, now(), nullif(current_setting('codex.reason', true), ''));
    ELSE
        INSERT INTO fee_rate_changes (organization_id, platform_bp, organization_bp, subscription_organization_bp, changed_by, changed_at, reason)
        VALUES (NEW.organization_id, NEW.platform_bp, NEW.organization_bp, NEW.subscription_organization_bp, NEW.updated_by, NEW.updated_at, NEW.reason);
    END IF;
    RETURN NULL;
END
$$;

-- Mail: whom it is for and how it went, the templates that tenants write, and who wants what.

-- What a tenant, a creator or the platform says in place of the platform's own words.
CREATE TABLE email_templates (
    id              uuid PRIMARY KEY,
    organization_id uuid REFERENCES organizations,                              -- whose, of scope 'organization'
    creator_id      uuid REFERENCES users ON DELETE CASCADE,                    -- whose, of scope 'creator'
    owner_id        uuid NOT NULL GENERATED ALWAYS AS (                         -- the one of the two that is set; nil where it is everybody's
        coalesce(organization_id, creator_id, '00000000-0000-0000-0000-000000000000')) STORED,
    scope           text NOT NULL GENERATED ALWAYS AS (
        CASE WHEN organization_id IS NOT NULL THEN 'organization' WHEN creator_id IS NOT NULL THEN 'creator' ELSE 'global' END) STORED,
    name            text NOT NULL CHECK (name ~ '^[a-z][a-z0-9-]{1,98}[a-z0-9]$'),
    subject         text NOT NULL CHECK (char_length(subject) BETWEEN 1 AND 500),
    html_body       text NOT NULL CHECK (char_length(html_body) BETWEEN 1 AND 100000), -- of the strict subset that shared/notifications/src/markup.rs reads
    text_body       text NOT NULL CHECK (char_length(text_body) BETWEEN 1 AND 100000),
    description     text CHECK (char_length(description) <= 1000),
    status          text NOT NULL CHECK (status IN ('draft', 'active', 'archived')),
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    CONSTRAINT email_templates_owner_check CHECK (num_nonnulls(organization_id, creator_id) <= 1)
);
CREATE UNIQUE INDEX email_templates_active_key ON email_templates (owner_id, name) WHERE status = 'active';
CREATE INDEX email_templates_owner_idx ON email_templates (owner_id, name, created_at DESC, id DESC);
CREATE INDEX email_templates_creator_idx ON email_templates (creator_id) WHERE creator_id IS NOT NULL; -- so that an account can be deleted

-- What a person decided on mail that may be refused; no row: as the category has it.
CREATE TABLE notification_preferences (
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    category   text NOT NULL CHECK (category IN ('marketing', 'digest')),
    subscribed boolean NOT NULL,
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (user_id, category)
);

ALTER TABLE outbox
    ADD COLUMN category        text NOT NULL DEFAULT 'transactional' CHECK (category IN ('transactional', 'marketing', 'digest')),
    ADD COLUMN organization_id uuid REFERENCES organizations,                   -- in whose name: its look, its templates, its log
    ADD COLUMN creator_id      uuid REFERENCES users ON DELETE SET NULL,        -- whose templates come first
    ADD COLUMN user_id         uuid REFERENCES users ON DELETE SET NULL,        -- the recipient's account, whose preferences count
    ADD COLUMN template_id     uuid REFERENCES email_templates ON DELETE SET NULL, -- this very template, whatever its state: somebody tries it out
    ADD COLUMN dedupe_key      text CONSTRAINT outbox_dedupe_key UNIQUE CHECK (char_length(dedupe_key) BETWEEN 1 AND 200), -- two requests with one key are one mail
    ADD COLUMN provider_id     text,                                            -- the provider's name for it, once it was taken
    ADD COLUMN last_error      text;                                            -- a code, never the provider's words: they may quote the mail
CREATE INDEX outbox_organization_idx ON outbox (organization_id, created_at DESC, id DESC) WHERE organization_id IS NOT NULL;
CREATE INDEX outbox_created_at_idx ON outbox (created_at DESC, id DESC);
CREATE INDEX outbox_user_idx ON outbox (user_id) WHERE user_id IS NOT NULL; -- these three: so that what they name can be deleted
CREATE INDEX outbox_creator_idx ON outbox (creator_id) WHERE creator_id IS NOT NULL;
CREATE INDEX outbox_template_idx ON outbox (template_id) WHERE template_id IS NOT NULL;
CREATE INDEX outbox_failed_idx ON outbox (created_at DESC, id DESC) WHERE failed_at IS NOT NULL;

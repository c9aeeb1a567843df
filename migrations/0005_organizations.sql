-- Tenants and people: names that stay taken, settings, invitations, followers, profiles.

CREATE EXTENSION IF NOT EXISTS pg_trgm;                                         -- search by any part of a name

-- Names of tenants ---------------------------------------------------------------------------------------------------

-- Who holds which name. What an organization gave up, renamed or deleted, stays its owners' for 30 days: nobody else
-- receives the visitors of an address that was somebody's yesterday.
CREATE TABLE organization_slugs (
    slug            text PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,                     -- who has it, or had it last
    released_at     timestamptz                                                 -- null while it is in use
);
CREATE INDEX organization_slugs_organization_idx ON organization_slugs (organization_id);
INSERT INTO organization_slugs (slug, organization_id, released_at)
SELECT DISTINCT ON (slug) slug, id, deleted_at FROM organizations ORDER BY slug, deleted_at DESC NULLS FIRST;

-- Settings -----------------------------------------------------------------------------------------------------------

ALTER TABLE organizations
    ADD COLUMN secondary_color       text CHECK (secondary_color ~ '^#[0-9A-Fa-f]{6}$'),
    ADD COLUMN heading_font          text CHECK (heading_font ~ '^[A-Za-z0-9][A-Za-z0-9 -]{0,98}$'), -- a family's name; null: the platform's
    ADD COLUMN body_font             text CHECK (body_font ~ '^[A-Za-z0-9][A-Za-z0-9 -]{0,98}$'),
    ADD COLUMN platform_name         text CHECK (char_length(platform_name) BETWEEN 1 AND 255), -- what its pages call themselves; null: its name
    ADD COLUMN support_email         text,                                      -- where its customers write to
    ADD COLUMN timezone              text NOT NULL DEFAULT 'UTC',               -- IANA, for its reports
    ADD COLUMN signups_enabled       boolean NOT NULL DEFAULT true,             -- false: nobody new may follow
    ADD COLUMN purchases_enabled     boolean NOT NULL DEFAULT true,             -- false: nothing of it can be bought
    ADD COLUMN subscriptions_enabled boolean NOT NULL DEFAULT true,
    ADD COLUMN follower_count        bigint NOT NULL DEFAULT 0 CHECK (follower_count >= 0); -- kept by whoever changes organization_followers
CREATE INDEX organizations_search_idx ON organizations USING gin (name gin_trgm_ops, slug gin_trgm_ops) WHERE deleted_at IS NULL;
CREATE INDEX organizations_name_idx ON organizations (lower(name), id) WHERE deleted_at IS NULL;

-- Members ------------------------------------------------------------------------------------------------------------

CREATE INDEX organization_members_joined_idx ON organization_members (organization_id, created_at, user_id);
CREATE INDEX organization_members_role_idx ON organization_members (organization_id, role, created_at, user_id);

CREATE TABLE organization_invitations (
    id              uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations,
    email           text NOT NULL,                                              -- trimmed and lowercased; an account may not exist yet
    role            text NOT NULL CHECK (role IN ('owner', 'admin', 'creator', 'member')),
    token_hash      text NOT NULL CONSTRAINT organization_invitations_token_hash_key UNIQUE, -- SHA-256, base64url; the token itself is only in the mail
    invited_by      uuid REFERENCES users ON DELETE SET NULL,
    status          text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'accepted', 'declined', 'revoked')),
    created_at      timestamptz NOT NULL,
    sent_at         timestamptz NOT NULL,                                       -- the latest mail; the next is refused for a minute
    expires_at      timestamptz NOT NULL,
    decided_at      timestamptz,
    accepted_by     uuid REFERENCES users ON DELETE SET NULL
);
CREATE UNIQUE INDEX organization_invitations_pending_key ON organization_invitations (organization_id, email) WHERE status = 'pending';
CREATE INDEX organization_invitations_list_idx ON organization_invitations (organization_id, created_at DESC, id DESC);
CREATE INDEX organization_invitations_email_idx ON organization_invitations (email);

CREATE TABLE organization_followers (
    organization_id uuid NOT NULL REFERENCES organizations,
    user_id         uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (organization_id, user_id)
);
CREATE INDEX organization_followers_user_idx ON organization_followers (user_id);

-- People -------------------------------------------------------------------------------------------------------------

ALTER TABLE users
    ADD COLUMN username     text CONSTRAINT users_username_key UNIQUE,          -- null until chosen; the shape of a slug
    ADD COLUMN bio          text CHECK (char_length(bio) <= 2000),
    ADD COLUMN avatar_url   text,
    ADD COLUMN social_links jsonb NOT NULL DEFAULT '{}',                        -- network to http(s) address
    ADD COLUMN preferences  jsonb NOT NULL DEFAULT '{}',                        -- what was chosen; the rest is the default
    ADD COLUMN deleted_at   timestamptz;                                        -- the account is closed; what is left says nobody's name
CREATE INDEX outbox_recipient_idx ON outbox (recipient);                        -- for the export and the deletion of an account

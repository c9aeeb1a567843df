-- The data model of the main job. Enumerations are TEXT + CHECK: user-defined types close pooled connections.
-- Identifiers are UUIDv7 made by the application; money is integer minor units; every time is timestamptz.

-- People -------------------------------------------------------------------------------------------------------------

CREATE TABLE users (
    id                uuid PRIMARY KEY,
    email             text NOT NULL CONSTRAINT users_email_key UNIQUE,          -- trimmed and lowercased
    email_verified_at timestamptz,                                              -- null until the mailed link was followed
    name              text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 255),
    password_hash     text NOT NULL,                                            -- PHC string, Argon2id
    role              text NOT NULL DEFAULT 'customer' CHECK (role IN ('customer', 'creator', 'admin', 'platform_owner')),
    created_at        timestamptz NOT NULL,
    updated_at        timestamptz NOT NULL
);

CREATE TABLE sessions (
    id         uuid PRIMARY KEY,
    token_hash text NOT NULL CONSTRAINT sessions_token_hash_key UNIQUE,         -- SHA-256 of the cookie's value, base64url: a stolen dump signs nobody in
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    user_agent text CHECK (char_length(user_agent) <= 255),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX sessions_user_id_idx ON sessions (user_id);
CREATE INDEX sessions_expires_at_idx ON sessions (expires_at);                  -- for the sweep of what has expired

CREATE TABLE verification_tokens (
    token_hash text PRIMARY KEY,                                                -- SHA-256, base64url; the token itself is only in the mail
    user_id    uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    purpose    text NOT NULL CHECK (purpose IN ('verify_email', 'reset_password')),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);
CREATE INDEX verification_tokens_user_id_idx ON verification_tokens (user_id);

-- Mail waiting to be sent: written by the statement that causes it, delivered at least once by whoever claims it.
CREATE TABLE outbox (
    id           uuid PRIMARY KEY,                                              -- also the provider's idempotency key
    template     text NOT NULL,                                                 -- 'verify-email', 'receipt', ...
    recipient    text NOT NULL,
    data         jsonb NOT NULL,                                                -- the template's variables
    created_at   timestamptz NOT NULL,
    due_at       timestamptz NOT NULL,                                          -- claimed when past; a claim moves it into the future
    attempts     integer NOT NULL DEFAULT 0,
    sent_at      timestamptz,
    failed_at    timestamptz                                                    -- set when attempts are used up
);
CREATE INDEX outbox_due_idx ON outbox (due_at) WHERE sent_at IS NULL AND failed_at IS NULL;

-- Tenants ------------------------------------------------------------------------------------------------------------

CREATE TABLE organizations (
    id            uuid PRIMARY KEY,
    slug          text NOT NULL,
    name          text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 255),
    description   text CHECK (char_length(description) <= 5000),
    logo_url      text,
    website_url   text,
    primary_color text NOT NULL DEFAULT '#3B82F6' CHECK (primary_color ~ '^#[0-9A-Fa-f]{6}$'),
    created_by    uuid NOT NULL REFERENCES users,
    created_at    timestamptz NOT NULL,
    updated_at    timestamptz NOT NULL,
    deleted_at    timestamptz                                                   -- soft: purchases still point here
);
CREATE UNIQUE INDEX organizations_slug_key ON organizations (slug) WHERE deleted_at IS NULL;
CREATE INDEX organizations_created_at_idx ON organizations (created_at DESC, id DESC) WHERE deleted_at IS NULL;

CREATE TABLE organization_members (
    organization_id uuid NOT NULL REFERENCES organizations,
    user_id         uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    role            text NOT NULL CHECK (role IN ('owner', 'admin', 'creator', 'member')),
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (organization_id, user_id)
);
CREATE INDEX organization_members_user_id_idx ON organization_members (user_id);

-- Media and content --------------------------------------------------------------------------------------------------

CREATE TABLE media_items (
    id                 uuid PRIMARY KEY,
    creator_id         uuid NOT NULL REFERENCES users,
    title              text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 500),
    media_type         text NOT NULL CHECK (media_type IN ('video', 'audio')),
    mime_type          text NOT NULL,
    file_size_bytes    bigint NOT NULL CHECK (file_size_bytes > 0),
    original_key       text NOT NULL,                                           -- {creator}/originals/{media}/original.{ext}
    status             text NOT NULL DEFAULT 'uploading' CHECK (status IN ('uploading', 'uploaded', 'transcoding', 'ready', 'failed')),
    hls_master_key     text,                                                    -- {creator}/hls/{media}/master.m3u8
    audio_key          text,                                                    -- {creator}/audio/{media}/audio.mp3
    duration_seconds   double precision CHECK (duration_seconds > 0),
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    deleted_at         timestamptz,
    CONSTRAINT media_items_ready_check CHECK (status <> 'ready' OR (duration_seconds IS NOT NULL AND coalesce(hls_master_key, audio_key) IS NOT NULL))
);
CREATE INDEX media_items_creator_idx ON media_items (creator_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;

CREATE TABLE content (
    id              uuid PRIMARY KEY,
    creator_id      uuid NOT NULL REFERENCES users,
    organization_id uuid REFERENCES organizations,                              -- null: sold by the creator alone
    media_item_id   uuid REFERENCES media_items,
    title           text NOT NULL CHECK (char_length(title) BETWEEN 1 AND 500),
    slug            text NOT NULL,
    description     text CHECK (char_length(description) <= 10000),
    content_type    text NOT NULL CHECK (content_type IN ('video', 'audio', 'written')),
    content_body    text CHECK (char_length(content_body) <= 500000),           -- markdown, written content only
    category        text CHECK (char_length(category) <= 100),
    tags            jsonb NOT NULL DEFAULT '[]',                                -- up to 20 strings
    thumbnail_url   text,
    visibility      text NOT NULL CHECK (visibility IN ('public', 'purchased_only', 'members_only')),
    price_cents     bigint NOT NULL DEFAULT 0 CHECK (price_cents BETWEEN 0 AND 10000000),
    currency        text NOT NULL DEFAULT 'usd' CHECK (currency ~ '^[a-z]{3}$'),
    status          text NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'published', 'archived')),
    published_at    timestamptz,
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    deleted_at      timestamptz,
    CONSTRAINT content_price_check CHECK (status <> 'published' OR visibility <> 'purchased_only' OR price_cents > 0)
);
CREATE UNIQUE INDEX content_organization_slug_key ON content (organization_id, slug) WHERE organization_id IS NOT NULL AND deleted_at IS NULL;
CREATE UNIQUE INDEX content_creator_slug_key ON content (creator_id, slug) WHERE organization_id IS NULL AND deleted_at IS NULL;
CREATE INDEX content_creator_idx ON content (creator_id, created_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX content_catalogue_idx ON content (published_at DESC, id DESC) WHERE status = 'published' AND visibility = 'public' AND deleted_at IS NULL;
CREATE INDEX content_organization_catalogue_idx ON content (organization_id, published_at DESC, id DESC) WHERE status = 'published' AND deleted_at IS NULL;
CREATE INDEX content_media_item_idx ON content (media_item_id);

CREATE TABLE playback_progress (
    user_id          uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    content_id       uuid NOT NULL REFERENCES content,
    position_seconds double precision NOT NULL CHECK (position_seconds >= 0),
    duration_seconds double precision NOT NULL CHECK (duration_seconds > 0),
    completed        boolean NOT NULL,                                          -- sticky: watching again does not undo it
    updated_at       timestamptz NOT NULL,                                      -- the player's clock: the later write wins
    PRIMARY KEY (user_id, content_id)
);

-- Money --------------------------------------------------------------------------------------------------------------

-- What the platform and the organization keep, in basis points; the row of an organization overrides the row without one.
CREATE TABLE fee_rates (
    organization_id uuid CONSTRAINT fee_rates_organization_key UNIQUE NULLS NOT DISTINCT REFERENCES organizations,
    platform_bp     integer NOT NULL CHECK (platform_bp BETWEEN 0 AND 10000),
    organization_bp integer NOT NULL CHECK (organization_bp BETWEEN 0 AND 10000),
    updated_at      timestamptz NOT NULL DEFAULT now()
);
INSERT INTO fee_rates (organization_id, platform_bp, organization_bp) VALUES (NULL, 1000, 1000);

CREATE TABLE purchases (
    id                     uuid PRIMARY KEY,
    user_id                uuid NOT NULL REFERENCES users,
    content_id             uuid NOT NULL REFERENCES content,
    organization_id        uuid REFERENCES organizations,                       -- the seller at the time of sale
    creator_id             uuid NOT NULL REFERENCES users,
    checkout_session_id    text NOT NULL CONSTRAINT purchases_checkout_session_id_key UNIQUE,
    payment_intent_id      text CONSTRAINT purchases_payment_intent_id_key UNIQUE,
    status                 text NOT NULL CHECK (status IN ('paid', 'partly_refunded', 'refunded', 'disputed', 'lost', 'duplicate')),
    amount_cents           bigint NOT NULL CHECK (amount_cents >= 0),
    currency               text NOT NULL,
    platform_fee_cents     bigint NOT NULL CHECK (platform_fee_cents >= 0),
    organization_fee_cents bigint NOT NULL CHECK (organization_fee_cents >= 0),
    creator_payout_cents   bigint NOT NULL CHECK (creator_payout_cents >= 0),
    purchased_at           timestamptz NOT NULL,
    CONSTRAINT purchases_split_check CHECK (platform_fee_cents + organization_fee_cents + creator_payout_cents = amount_cents)
);
CREATE INDEX purchases_user_idx ON purchases (user_id, purchased_at DESC, id DESC);
CREATE INDEX purchases_content_idx ON purchases (content_id);

-- One row while a person may watch a paid content, whatever the reason.
CREATE TABLE content_access (
    user_id     uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    content_id  uuid NOT NULL REFERENCES content,
    purchase_id uuid REFERENCES purchases,                                      -- null: granted by hand
    granted_at  timestamptz NOT NULL,
    revoked_at  timestamptz,                                                    -- refund or lost dispute; null while it lives
    PRIMARY KEY (user_id, content_id)
);

-- An open Stripe Checkout session a second click reuses.
CREATE TABLE checkout_sessions (
    id          text PRIMARY KEY,                                               -- Stripe's, cs_...
    user_id     uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    content_id  uuid NOT NULL REFERENCES content,
    price_cents bigint NOT NULL,
    url         text NOT NULL,
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL
);
CREATE INDEX checkout_sessions_open_idx ON checkout_sessions (user_id, content_id, expires_at DESC);

-- Every Stripe event received, once: the primary key is what makes delivery idempotent.
CREATE TABLE webhook_events (
    id          text PRIMARY KEY,                                               -- Stripe's, evt_...
    endpoint    text NOT NULL,
    type        text NOT NULL,
    payload     jsonb NOT NULL,
    received_at timestamptz NOT NULL,
    applied     boolean NOT NULL                                                -- false: a type we only keep
);
CREATE INDEX webhook_events_received_at_idx ON webhook_events (received_at);

-- Catalogue, versions, thumbnails, resumable uploads and quotas.

ALTER TABLE content
    ADD COLUMN version       bigint NOT NULL DEFAULT 1,                         -- counts changes: the first part of the ETag, which If-Match names
    ADD COLUMN audience      text NOT NULL DEFAULT 'team' CHECK (audience IN ('followers', 'subscribers', 'team')), -- what its creator calls its members
    ADD COLUMN thumbnail_key text,                                              -- {creator}/thumbnails/{content}/{id}.{ext}; then thumbnail_url is our own address
    ADD COLUMN access_type   text NOT NULL GENERATED ALWAYS AS (                -- visibility in the other vocabulary
        CASE visibility WHEN 'public' THEN 'free' WHEN 'purchased_only' THEN 'paid' ELSE audience END) STORED,
    -- What is searched, by weight: title, then tags and category, then description. Never the body: it may be for sale.
    ADD COLUMN search        tsvector NOT NULL GENERATED ALWAYS AS (
        setweight(to_tsvector('english', title), 'A')
        || setweight(jsonb_to_tsvector('english', tags, '["string"]'), 'B')
        || setweight(to_tsvector('english', coalesce(category, '')), 'B')
        || setweight(to_tsvector('english', coalesce(description, '')), 'C')) STORED;

CREATE INDEX content_search_idx ON content USING gin (search) WHERE status = 'published' AND deleted_at IS NULL;
-- The catalogue is what is published and not for members only; one index for each way to walk it.
CREATE INDEX content_discover_idx ON content (published_at DESC, id DESC)
    WHERE status = 'published' AND deleted_at IS NULL AND visibility <> 'members_only';
CREATE INDEX content_discover_title_idx ON content (lower(title), id)
    WHERE status = 'published' AND deleted_at IS NULL AND visibility <> 'members_only';
CREATE INDEX content_discover_price_idx ON content (price_cents, id)
    WHERE status = 'published' AND deleted_at IS NULL AND visibility <> 'members_only';
CREATE INDEX content_discover_category_idx ON content (category, published_at DESC, id DESC)
    WHERE status = 'published' AND deleted_at IS NULL AND visibility <> 'members_only';
CREATE INDEX content_discover_creator_idx ON content (creator_id, published_at DESC, id DESC)
    WHERE status = 'published' AND deleted_at IS NULL AND visibility <> 'members_only';
CREATE INDEX content_discover_tags_idx ON content USING gin (tags)
    WHERE status = 'published' AND deleted_at IS NULL AND visibility <> 'members_only';

-- An original above 100 MB arrives in parts.
ALTER TABLE media_items
    ADD COLUMN upload_id         text,                                          -- R2's name of the multipart upload; null for a single PUT
    ADD COLUMN part_size_bytes   bigint CHECK (part_size_bytes > 0),            -- of every part but the last
    ADD COLUMN upload_parts      jsonb NOT NULL DEFAULT '{}',                   -- what arrived: part number -> ETag as R2 answered it
    ADD COLUMN upload_expires_at timestamptz;                                   -- a file that has not arrived by then is given up
CREATE INDEX media_items_upload_expires_idx ON media_items (upload_expires_at) WHERE status = 'uploading' AND deleted_at IS NULL;

-- What each creator keeps here. One row each, so that concurrent uploads meet at it and the quota holds exactly.
CREATE TABLE media_usage (
    creator_id  uuid PRIMARY KEY REFERENCES users ON DELETE CASCADE,
    bytes       bigint NOT NULL CHECK (bytes >= 0)                              -- the originals' announced sizes, those that are awaited included
);
INSERT INTO media_usage (creator_id, bytes)
SELECT creator_id, sum(file_size_bytes) FROM media_items WHERE deleted_at IS NULL GROUP BY creator_id;

-- What somebody has begun and not finished, the latest first.
CREATE INDEX playback_progress_continue_idx ON playback_progress (user_id, updated_at DESC, content_id DESC) WHERE NOT completed;
CREATE INDEX playback_progress_user_idx ON playback_progress (user_id, updated_at DESC, content_id DESC);
CREATE INDEX content_access_library_idx ON content_access (user_id, granted_at DESC, content_id DESC) WHERE revoked_at IS NULL;

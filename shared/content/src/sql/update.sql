-- content.update
-- $1 id, $2 creator, $3 the changed fields as JSON (null empties a field), $4 versions that may be changed (a JSON
-- list) or null for any, $5 now; no row where there is no such content
WITH found AS (
    SELECT id, status, content_type, organization_id, coalesce($4::jsonb @> to_jsonb(version), true) AS current,
        CASE WHEN $3::jsonb ? 'media_item_id' THEN ($3::jsonb ->> 'media_item_id')::uuid ELSE media_item_id END AS media_item_id,
        CASE WHEN $3::jsonb ? 'content_body' THEN $3::jsonb ->> 'content_body' ELSE content_body END AS content_body
    FROM content WHERE id = $1::uuid AND creator_id = $2::uuid AND deleted_at IS NULL FOR UPDATE
), media AS (
    SELECT m.id, m.media_type, m.status, m.duration_seconds FROM media_items m JOIN found f ON f.media_item_id = m.id
    WHERE m.creator_id = $2::uuid AND m.deleted_at IS NULL
), checks AS (
    SELECT f.*,
        f.media_item_id IS NULL OR EXISTS (SELECT FROM media) AS media_ok,
        $3::jsonb ->> 'minimum_tier_id' IS NULL OR EXISTS (
            SELECT FROM tiers t
            WHERE t.id = ($3::jsonb ->> 'minimum_tier_id')::uuid AND t.organization_id = f.organization_id AND t.status = 'active'
        ) AS tier_ok,
        coalesce((SELECT media_type FROM media) = f.content_type, true)
            AND (f.content_body IS NULL OR f.content_type = 'written') AS type_ok,
        f.status <> 'published' OR CASE f.content_type
            WHEN 'written' THEN coalesce(f.content_body, '') <> ''
            ELSE coalesce((SELECT status FROM media) = 'ready', false)
        END AS complete
    FROM found f
), changed AS (
    UPDATE content c SET
        title = coalesce($3::jsonb ->> 'title', c.title),
        slug = coalesce($3::jsonb ->> 'slug', c.slug),
        description = CASE WHEN $3::jsonb ? 'description' THEN $3::jsonb ->> 'description' ELSE c.description END,
        media_item_id = k.media_item_id,
        content_body = k.content_body,
        category = CASE WHEN $3::jsonb ? 'category' THEN $3::jsonb ->> 'category' ELSE c.category END,
        tags = coalesce($3::jsonb -> 'tags', c.tags),
        thumbnail_url = CASE WHEN $3::jsonb ? 'thumbnail_url' THEN $3::jsonb ->> 'thumbnail_url' ELSE c.thumbnail_url END,
        visibility = coalesce($3::jsonb ->> 'visibility', c.visibility),
        price_cents = coalesce(($3::jsonb ->> 'price_cents')::bigint, c.price_cents),
        currency = coalesce($3::jsonb ->> 'currency', c.currency),
        minimum_tier_id = CASE WHEN $3::jsonb ? 'minimum_tier_id' THEN ($3::jsonb ->> 'minimum_tier_id')::uuid ELSE c.minimum_tier_id END,
        thumbnail_key = CASE WHEN $3::jsonb ? 'thumbnail_url' THEN $3::jsonb ->> 'thumbnail_key' ELSE c.thumbnail_key END,
        audience = coalesce($3::jsonb ->> 'audience', c.audience),
        updated_at = $5::timestamptz,
        version = c.version + 1
    FROM checks k WHERE c.id = k.id AND k.current AND k.media_ok AND k.tier_ok AND k.type_ok AND k.complete
    RETURNING c.*
)
SELECT json_build_object(
    'current', current, 'organization_ok', true, 'media_ok', media_ok, 'tier_ok', tier_ok, 'type_ok', type_ok, 'complete', complete, 'priced', true,
    'content', (
        SELECT to_json(r) FROM (
            SELECT changed.*, media.status AS media_status, media.duration_seconds,
                (SELECT o.slug FROM organizations o WHERE o.id = changed.organization_id) AS organization_slug FROM changed LEFT JOIN media ON true
        ) r
    )
)
FROM checks

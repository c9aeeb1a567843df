-- content.publish
-- $1 id, $2 creator, $3 versions that may be published (a JSON list) or null for any, $4 now; no row where there is no such
-- content. Whoever left the organization no longer publishes there
WITH checks AS (
    SELECT c.id, coalesce($3::jsonb @> to_jsonb(c.version), true) AS current, m.status AS media_status, m.duration_seconds,
        c.organization_id IS NULL OR EXISTS (
            SELECT FROM organization_members om JOIN organizations o ON o.id = om.organization_id AND o.deleted_at IS NULL
            WHERE om.organization_id = c.organization_id AND om.user_id = $2::uuid AND om.role IN ('owner', 'admin', 'creator')
        ) AS organization_ok,
        CASE c.content_type WHEN 'written' THEN coalesce(c.content_body, '') <> '' ELSE coalesce(m.status = 'ready', false) END AS complete,
        c.visibility <> 'purchased_only' OR c.price_cents > 0 AS priced
    FROM content c LEFT JOIN media_items m ON m.id = c.media_item_id AND m.deleted_at IS NULL
    WHERE c.id = $1::uuid AND c.creator_id = $2::uuid AND c.deleted_at IS NULL
    FOR UPDATE OF c
), published AS (
    UPDATE content c SET
        status = 'published',
        published_at = coalesce(c.published_at, $4::timestamptz),
        updated_at = CASE c.status WHEN 'published' THEN c.updated_at ELSE $4::timestamptz END,
        version = c.version + (c.status <> 'published')::int
    FROM checks k WHERE c.id = k.id AND k.current AND k.organization_ok AND k.complete AND k.priced
    RETURNING c.*
)
SELECT json_build_object(
    'current', current, 'organization_ok', organization_ok, 'media_ok', true, 'tier_ok', true, 'type_ok', true, 'complete', complete, 'priced', priced,
    'content', (SELECT to_json(r) FROM (SELECT published.*, checks.media_status, checks.duration_seconds FROM published) r)
)
FROM checks

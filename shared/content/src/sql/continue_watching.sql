-- content.continue_watching
-- $1 user, $2 limit, $3 offset, $4 now, $5 an organization's slug or null: what one person has begun, not finished, and may still watch, the
-- latest first.
-- The last condition is the rule of rule.rs once more; a test holds the two together
WITH matching AS NOT MATERIALIZED (
    SELECT p.* FROM playback_progress p JOIN content c ON c.id = p.content_id AND c.deleted_at IS NULL
    LEFT JOIN organizations o ON o.id = c.organization_id AND o.deleted_at IS NULL
    LEFT JOIN organization_members om ON om.organization_id = o.id AND om.user_id = $1::uuid
    LEFT JOIN content_access a ON a.user_id = $1::uuid AND a.content_id = c.id AND a.revoked_at IS NULL
    WHERE p.user_id = $1::uuid AND NOT p.completed AND p.position_seconds > 0 AND ($5::text IS NULL OR o.slug = $5::text)
        AND (c.creator_id = $1::uuid OR om.role IN ('owner', 'admin') OR (c.status = 'archived' AND a.user_id IS NOT NULL)
            OR (c.status = 'published' AND CASE c.visibility
                WHEN 'public' THEN true
                WHEN 'purchased_only' THEN a.user_id IS NOT NULL
                ELSE om.role IS NOT NULL AND c.minimum_tier_id IS NULL
            END)
            OR (c.status = 'published' AND c.minimum_tier_id IS NOT NULL AND EXISTS (
                SELECT FROM reached_tiers r
                WHERE r.user_id = $1::uuid AND r.tier_id = c.minimum_tier_id AND r.opens_from <= $4::timestamptz AND r.opens_until > $4::timestamptz
            ))
            OR (c.status = 'published' AND c.minimum_tier_id IS NULL AND c.visibility = 'members_only' AND c.audience = 'subscribers' AND EXISTS (
                SELECT FROM open_subscriptions s
                WHERE s.user_id = $1::uuid AND s.organization_id = c.organization_id AND s.opens_from <= $4::timestamptz AND s.opens_until > $4::timestamptz
            )))
)
SELECT json_build_object(
    'total', (SELECT count(*) FROM (SELECT FROM matching LIMIT 10000) counted),
    'items', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT
            json_build_object(
                'id', c.id, 'title', c.title, 'slug', c.slug, 'organization_id', c.organization_id,
                'organization_slug', (SELECT slug FROM organizations o WHERE o.id = c.organization_id AND o.deleted_at IS NULL),
                'description', coalesce(c.description, ''),
                'thumbnail_url', c.thumbnail_url, 'content_type', c.content_type, 'duration_seconds', coalesce(m.duration_seconds, 0)
            ) AS content,
            to_json(g) AS progress
        FROM matching g
        JOIN content c ON c.id = g.content_id
        LEFT JOIN media_items m ON m.id = c.media_item_id AND m.deleted_at IS NULL
        ORDER BY g.updated_at DESC, g.content_id DESC LIMIT $2::int OFFSET $3::int
    ) r)
)

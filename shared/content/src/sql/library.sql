-- content.library
-- $1 user, then each or null: $2 content type, $3 reason (purchased, granted, member, subscriber), $4 state (new, begun, done), $5 title pattern,
-- $6 organization; $7 limit, $8 offset, $9 now; $10 the organization's slug or null: what one person may watch beyond what everybody may, the newest first. What was bought or
-- granted and not revoked stays when it is archived; a membership opens what is for members while it lasts, and a subscription what its
-- tier and those below it open
WITH mine AS NOT MATERIALIZED (
    SELECT a.content_id, a.purchase_id, a.granted_at AS since, CASE WHEN a.purchase_id IS NULL THEN 'granted' ELSE 'purchased' END AS reason
    FROM content_access a JOIN content c ON c.id = a.content_id AND c.deleted_at IS NULL AND c.status <> 'draft'
    WHERE a.user_id = $1::uuid AND a.revoked_at IS NULL
    UNION ALL
    SELECT c.id, NULL, greatest(c.published_at, om.created_at), 'member'
    FROM organization_members om
    JOIN organizations o ON o.id = om.organization_id AND o.deleted_at IS NULL
    JOIN content c ON c.organization_id = om.organization_id AND c.deleted_at IS NULL
        AND c.status = 'published' AND c.visibility = 'members_only'
        AND (c.minimum_tier_id IS NULL OR om.role IN ('owner', 'admin'))
    WHERE om.user_id = $1::uuid AND NOT EXISTS (
        SELECT FROM content_access a WHERE a.user_id = $1::uuid AND a.content_id = c.id AND a.revoked_at IS NULL
    )
    UNION ALL
    SELECT c.id, NULL, greatest(c.published_at, r.created_at), 'subscriber'
    FROM reached_tiers r
    JOIN content c ON c.minimum_tier_id = r.tier_id AND c.deleted_at IS NULL AND c.status = 'published'
    WHERE r.user_id = $1::uuid AND r.opens_from <= $9::timestamptz AND r.opens_until > $9::timestamptz AND NOT EXISTS (
        SELECT FROM content_access a WHERE a.user_id = $1::uuid AND a.content_id = c.id AND a.revoked_at IS NULL
    ) AND NOT EXISTS (
        SELECT FROM organization_members om
        WHERE om.organization_id = r.organization_id AND om.user_id = $1::uuid AND om.role IN ('owner', 'admin') AND c.visibility = 'members_only'
    )
    UNION ALL
    SELECT c.id, NULL, greatest(c.published_at, s.created_at), 'subscriber'
    FROM open_subscriptions s
    JOIN content c ON c.organization_id = s.organization_id AND c.audience = 'subscribers' AND c.visibility = 'members_only'
        AND c.minimum_tier_id IS NULL AND c.deleted_at IS NULL AND c.status = 'published'
    WHERE s.user_id = $1::uuid AND s.opens_from <= $9::timestamptz AND s.opens_until > $9::timestamptz AND NOT EXISTS (
        SELECT FROM content_access a WHERE a.user_id = $1::uuid AND a.content_id = c.id AND a.revoked_at IS NULL
    ) AND NOT EXISTS (
        SELECT FROM organization_members om WHERE om.organization_id = s.organization_id AND om.user_id = $1::uuid
    )
), matching AS NOT MATERIALIZED (
    SELECT mine.*, to_json(g) AS progress
    FROM mine
    JOIN content c ON c.id = mine.content_id
    LEFT JOIN playback_progress g ON g.user_id = $1::uuid AND g.content_id = mine.content_id
    WHERE ($2::text IS NULL OR c.content_type = $2::text)
        AND ($3::text IS NULL OR mine.reason = $3::text)
        AND ($4::text IS NULL OR $4::text = CASE WHEN g.completed THEN 'done' WHEN g.completed IS NULL THEN 'new' ELSE 'begun' END)
        AND ($5::text IS NULL OR c.title ILIKE $5::text)
        AND ($6::uuid IS NULL OR c.organization_id = $6::uuid)
        AND ($10::text IS NULL OR c.organization_id = (SELECT id FROM organizations WHERE slug = $10::text AND deleted_at IS NULL))
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
            json_build_object('purchased_at', coalesce(p.purchased_at, a.since), 'price_cents', coalesce(p.amount_cents, 0)) AS purchase,
            a.reason,
            a.progress
        FROM matching a
        JOIN content c ON c.id = a.content_id
        LEFT JOIN media_items m ON m.id = c.media_item_id AND m.deleted_at IS NULL
        LEFT JOIN purchases p ON p.id = a.purchase_id
        ORDER BY a.since DESC, a.content_id DESC LIMIT $7::int OFFSET $8::int
    ) r)
)

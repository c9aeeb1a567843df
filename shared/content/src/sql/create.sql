-- content.create
-- $1 id, $2 creator, $3 organization, $4 media item, $5 title, $6 slug, $7 description, $8 content type, $9 body, $10 category,
-- $11 tags, $12 thumbnail, $13 visibility, $14 price, $15 currency, $16 audience,
-- $17 now, $18 minimum tier; what may not be named comes back as false
WITH media AS (
    SELECT id, media_type, status, duration_seconds FROM media_items
    WHERE id = $4::uuid AND creator_id = $2::uuid AND deleted_at IS NULL
), checks AS (
    SELECT
        $3::uuid IS NULL OR EXISTS (
            SELECT FROM organization_members m JOIN organizations o ON o.id = m.organization_id AND o.deleted_at IS NULL
            WHERE m.organization_id = $3::uuid AND m.user_id = $2::uuid AND m.role IN ('owner', 'admin', 'creator')
        ) AS organization_ok,
        $4::uuid IS NULL OR EXISTS (SELECT FROM media) AS media_ok,
        $18::uuid IS NULL OR EXISTS (
            SELECT FROM tiers t WHERE t.id = $18::uuid AND t.organization_id = $3::uuid AND t.status = 'active'
        ) AS tier_ok,
        coalesce((SELECT media_type FROM media) = $8::text, true) AND ($9::text IS NULL OR $8::text = 'written') AS type_ok
), made AS (
    INSERT INTO content (id, creator_id, organization_id, media_item_id, title, slug, description, content_type, content_body,
        category, tags, thumbnail_url, visibility, price_cents, currency, audience, created_at, updated_at, minimum_tier_id)
    SELECT $1::uuid, $2::uuid, $3::uuid, $4::uuid, $5::text, $6::text, $7::text, $8::text, $9::text,
        $10::text, $11::jsonb, $12::text, $13::text, $14::bigint, $15::text, $16::text, $17::timestamptz, $17::timestamptz, $18::uuid
    FROM checks WHERE organization_ok AND media_ok AND tier_ok AND type_ok
    RETURNING *
)
SELECT json_build_object(
    'current', true, 'organization_ok', organization_ok, 'media_ok', media_ok, 'tier_ok', tier_ok, 'type_ok', type_ok, 'complete', true, 'priced', true,
    'content', (
        SELECT to_json(r) FROM (
            SELECT made.*, media.status AS media_status, media.duration_seconds FROM made LEFT JOIN media ON true
        ) r
    )
)
FROM checks

-- content.publish
-- $1 id, $2 who, $3 versions that may be published (a JSON list) or null for any, $4 now, $5 whether they do it in the creator's place: as
-- owner or admin of its organization, or, $6, because they run the platform; then it is recorded, with $7 the reason or null. No row
-- where there is no such content for them. Whoever left the organization no longer publishes there. What the platform withheld violates
-- content_withheld_check, unless it is the platform that publishes it
WITH checks AS (
    SELECT c.id, c.status, coalesce($3::jsonb @> to_jsonb(c.version), true) AS current, m.status AS media_status, m.duration_seconds,
        c.organization_id IS NULL OR EXISTS (
            SELECT FROM organizations o LEFT JOIN organization_members om ON om.organization_id = o.id AND om.user_id = $2::uuid
            WHERE o.id = c.organization_id AND o.deleted_at IS NULL AND ($5::boolean AND $6::boolean OR om.role IN ('owner', 'admin', 'creator'))
        ) AS organization_ok,
        CASE c.content_type WHEN 'written' THEN coalesce(c.content_body, '') <> '' ELSE coalesce(m.status = 'ready', false) END AS complete,
        c.visibility <> 'purchased_only' OR c.price_cents > 0 AS priced
    FROM content c LEFT JOIN media_items m ON m.id = c.media_item_id AND m.deleted_at IS NULL
    WHERE c.id = $1::uuid AND c.deleted_at IS NULL AND CASE WHEN $5::boolean
        THEN $6::boolean OR EXISTS (
            SELECT FROM organization_members om
            WHERE om.organization_id = c.organization_id AND om.user_id = $2::uuid AND om.role IN ('owner', 'admin'))
        ELSE c.creator_id = $2::uuid END
    FOR UPDATE OF c
), published AS (
    UPDATE content c SET
        status = 'published',
        withheld_at = CASE WHEN NOT ($5::boolean AND $6::boolean) THEN c.withheld_at END,
        published_at = coalesce(c.published_at, $4::timestamptz),
        updated_at = CASE c.status WHEN 'published' THEN c.updated_at ELSE $4::timestamptz END,
        version = c.version + (c.status <> 'published')::int
    FROM checks k WHERE c.id = k.id AND k.current AND k.organization_ok AND k.complete AND k.priced
    RETURNING c.*
), intervened AS (
    INSERT INTO content_interventions (content_id, organization_id, actor_id, action, reason, created_at)
    SELECT p.id, p.organization_id, $2::uuid, 'published', $7, $4::timestamptz
    FROM published p JOIN checks k ON k.id = p.id AND k.status <> 'published' WHERE $5::boolean
)
SELECT json_build_object(
    'current', current, 'organization_ok', organization_ok, 'media_ok', true, 'tier_ok', true, 'type_ok', true, 'complete', complete, 'priced', priced,
    'content', (SELECT to_json(r) FROM (SELECT published.*, checks.media_status, checks.duration_seconds,
        (SELECT o.slug FROM organizations o WHERE o.id = published.organization_id) AS organization_slug FROM published) r)
)
FROM checks

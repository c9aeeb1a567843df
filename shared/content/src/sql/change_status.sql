-- content.change_status
-- $1 id, $2 who, $3 draft or archived, $4 versions that may be changed (a JSON list) or null for any, $5 now, $6 whether they do it in
-- the creator's place: as owner or admin of its organization, or, $7, because they run the platform; then it is recorded, with $8 the
-- reason or null. What those who run the platform make a draft is withheld: until they publish it, nobody does
WITH found AS (
    SELECT id, status, withheld_at, coalesce($4::jsonb @> to_jsonb(version), true) AS current
    FROM content c WHERE c.id = $1::uuid AND c.deleted_at IS NULL AND CASE WHEN $6::boolean
        THEN $7::boolean OR EXISTS (
            SELECT FROM organization_members om JOIN organizations o ON o.id = om.organization_id AND o.deleted_at IS NULL
            WHERE om.organization_id = c.organization_id AND om.user_id = $2::uuid AND om.role IN ('owner', 'admin'))
        ELSE c.creator_id = $2::uuid END
    FOR UPDATE
), changed AS (
    UPDATE content c SET
        status = $3::text,
        withheld_at = CASE WHEN $6::boolean AND $7::boolean THEN coalesce(c.withheld_at, $5::timestamptz) ELSE c.withheld_at END,
        updated_at = CASE c.status WHEN $3::text THEN c.updated_at ELSE $5::timestamptz END,
        version = c.version + (c.status <> $3::text)::int
    FROM found f WHERE c.id = f.id AND f.current
    RETURNING c.*
), intervened AS (
    INSERT INTO content_interventions (content_id, organization_id, actor_id, action, reason, created_at)
    SELECT c.id, c.organization_id, $2::uuid, 'unpublished', $8, $5::timestamptz
    FROM changed c JOIN found f ON f.id = c.id AND (f.status, f.withheld_at) IS DISTINCT FROM (c.status, c.withheld_at) WHERE $6::boolean
)
SELECT json_build_object('current', current, 'content', (
    SELECT to_json(r) FROM (
        SELECT changed.*, m.status AS media_status, m.duration_seconds,
            (SELECT o.slug FROM organizations o WHERE o.id = changed.organization_id) AS organization_slug
        FROM changed LEFT JOIN media_items m ON m.id = changed.media_item_id AND m.deleted_at IS NULL
    ) r
))
FROM found

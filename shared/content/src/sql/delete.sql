-- content.delete
-- $1 id, $2 creator, $3 versions that may be deleted (a JSON list) or null for any, $4 now
WITH found AS (
    SELECT id, coalesce($3::jsonb @> to_jsonb(version), true) AS current
    FROM content WHERE id = $1::uuid AND creator_id = $2::uuid AND deleted_at IS NULL FOR UPDATE
), deleted AS (
    UPDATE content c SET deleted_at = $4::timestamptz, updated_at = $4::timestamptz, version = c.version + 1
    FROM found f WHERE c.id = f.id AND f.current
    RETURNING c.*
)
SELECT json_build_object('current', current, 'content', (
    SELECT to_json(r) FROM (
        SELECT deleted.*, m.status AS media_status, m.duration_seconds,
            (SELECT o.slug FROM organizations o WHERE o.id = deleted.organization_id) AS organization_slug
        FROM deleted LEFT JOIN media_items m ON m.id = deleted.media_item_id AND m.deleted_at IS NULL
    ) r
))
FROM found

-- content.change_status
-- $1 id, $2 creator, $3 draft or archived, $4 versions that may be changed (a JSON list) or null for any, $5 now
WITH found AS (
    SELECT id, coalesce($4::jsonb @> to_jsonb(version), true) AS current
    FROM content WHERE id = $1::uuid AND creator_id = $2::uuid AND deleted_at IS NULL FOR UPDATE
), changed AS (
    UPDATE content c SET
        status = $3::text,
        updated_at = CASE c.status WHEN $3::text THEN c.updated_at ELSE $5::timestamptz END,
        version = c.version + (c.status <> $3::text)::int
    FROM found f WHERE c.id = f.id AND f.current
    RETURNING c.*
)
SELECT json_build_object('current', current, 'content', (
    SELECT to_json(r) FROM (
        SELECT changed.*, m.status AS media_status, m.duration_seconds
        FROM changed LEFT JOIN media_items m ON m.id = changed.media_item_id AND m.deleted_at IS NULL
    ) r
))
FROM found

-- content.list_media
-- $1 creator, $2 status or null, $3 media type or null, $4 limit, $5 offset
WITH matching AS NOT MATERIALIZED (
    SELECT * FROM media_items
    WHERE creator_id = $1::uuid AND deleted_at IS NULL
        AND ($2::text IS NULL OR status = $2::text) AND ($3::text IS NULL OR media_type = $3::text)
)
SELECT json_build_object(
    'total', (SELECT count(*) FROM (SELECT FROM matching LIMIT 10000) counted),
    'items', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT * FROM matching ORDER BY created_at DESC, id DESC LIMIT $4::int OFFSET $5::int
    ) r)
)

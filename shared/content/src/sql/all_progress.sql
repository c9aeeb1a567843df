-- content.all_progress
-- $1 user, $2 limit, $3 offset
WITH matching AS NOT MATERIALIZED (
    SELECT p.* FROM playback_progress p JOIN content c ON c.id = p.content_id AND c.deleted_at IS NULL WHERE p.user_id = $1::uuid
)
SELECT json_build_object(
    'total', (SELECT count(*) FROM (SELECT FROM matching LIMIT 10000) counted),
    'items', (SELECT coalesce(json_agg(r), '[]') FROM (
        SELECT * FROM matching ORDER BY updated_at DESC, content_id DESC LIMIT $2::int OFFSET $3::int
    ) r)
)

-- profiles.update_preferences
-- $1 who, $2 the changes as JSON (null restores a default), $3 now; nothing changes where the time zone is none
WITH found AS (
    SELECT id FROM users WHERE id = $1::uuid AND deleted_at IS NULL
), changed AS (
    UPDATE users u SET preferences = jsonb_strip_nulls(u.preferences || $2::jsonb), updated_at = $3::timestamptz
    FROM found f
    WHERE u.id = f.id
        AND ($2::jsonb ->> 'timezone' IS NULL OR EXISTS (SELECT FROM pg_timezone_names z WHERE z.name = $2::jsonb ->> 'timezone'))
    RETURNING u.preferences
)
SELECT json_build_object('preferences', (SELECT preferences FROM changed)) FROM found

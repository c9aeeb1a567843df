-- profiles.update_profile
-- $1 who, $2 the changed fields as JSON (null empties a field), $3 now. Cached sessions hold the name and the role: all are to be forgotten.
WITH before AS (
    SELECT id, avatar_url FROM users WHERE id = $1::uuid AND deleted_at IS NULL
), changed AS (
    UPDATE users u SET
        name = coalesce($2::jsonb ->> 'display_name', u.name),
        username = coalesce($2::jsonb ->> 'username', u.username),
        bio = CASE WHEN $2::jsonb ? 'bio' THEN $2::jsonb ->> 'bio' ELSE u.bio END,
        avatar_url = CASE WHEN $2::jsonb ? 'avatar_url' THEN $2::jsonb ->> 'avatar_url' ELSE u.avatar_url END,
        social_links = CASE
            WHEN $2::jsonb -> 'social_links' = 'null' THEN '{}'
            ELSE jsonb_strip_nulls(u.social_links || coalesce($2::jsonb -> 'social_links', '{}'))
        END,
        role = CASE WHEN $2::jsonb ? 'username' AND u.role = 'customer' THEN 'creator' ELSE u.role END,
        updated_at = $3::timestamptz
    FROM before b WHERE u.id = b.id
    RETURNING u.*
)
SELECT json_build_object(
    'profile', json_build_object(
        'id', c.id, 'email', c.email, 'email_verified', c.email_verified_at IS NOT NULL, 'display_name', c.name, 'username', c.username,
        'bio', c.bio, 'avatar_url', c.avatar_url, 'social_links', c.social_links, 'role', c.role, 'created_at', c.created_at,
        'updated_at', c.updated_at
    ),
    'session_hashes', (SELECT coalesce(json_agg(s.token_hash), '[]') FROM sessions s WHERE s.user_id = c.id),
    'old_avatar', b.avatar_url
)
FROM changed c JOIN before b ON b.id = c.id

-- profiles.profile
-- $1 who
SELECT json_build_object(
    'id', id, 'email', email, 'email_verified', email_verified_at IS NOT NULL, 'display_name', name, 'username', username, 'bio', bio,
    'avatar_url', avatar_url, 'social_links', social_links, 'role', role, 'created_at', created_at, 'updated_at', updated_at
)
FROM users WHERE id = $1::uuid AND deleted_at IS NULL

-- organizations.following
-- $1 organization, $2 who
SELECT json_build_object(
    'following', f.user_id IS NOT NULL,
    'since', f.created_at
)
FROM organizations o LEFT JOIN organization_followers f ON f.organization_id = o.id AND f.user_id = $2::uuid
WHERE o.id = $1::uuid AND o.deleted_at IS NULL

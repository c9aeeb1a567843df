-- organizations.slug_taken
-- $1 slug, $2 who asks or null, $3 now
SELECT to_json(EXISTS (
    SELECT FROM organization_slugs s
    WHERE s.slug = $1::text AND (s.released_at IS NULL OR s.released_at >= $3::timestamptz - interval '30 days' AND NOT EXISTS (
        SELECT FROM organization_members m WHERE m.organization_id = s.organization_id AND m.user_id = $2::uuid AND m.role = 'owner'
    ))
))

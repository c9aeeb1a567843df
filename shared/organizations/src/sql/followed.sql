-- organizations.followed
-- $1 who, $2 limit, $3 offset
WITH followed AS (
    SELECT o.* FROM organization_followers f JOIN organizations o ON o.id = f.organization_id
    WHERE f.user_id = $1::uuid AND o.deleted_at IS NULL
)
SELECT json_build_object(
    'items', (SELECT coalesce(json_agg(r), '[]') FROM (SELECT * FROM followed ORDER BY lower(name), id LIMIT $2::int OFFSET $3::int) r),
    'total', (SELECT count(*) FROM followed)
)

-- organizations.of_member
-- $1 member, $2 deleted (those they owned) or living, $3 limit, $4 offset
WITH mine AS (
    SELECT o.*, m.role
    FROM organization_members m JOIN organizations o ON o.id = m.organization_id
    WHERE m.user_id = $1::uuid AND CASE WHEN $2::bool THEN o.deleted_at IS NOT NULL AND m.role = 'owner' ELSE o.deleted_at IS NULL END
)
SELECT json_build_object(
    'items', (SELECT coalesce(json_agg(r), '[]') FROM (SELECT * FROM mine ORDER BY lower(name), id LIMIT $3::int OFFSET $4::int) r),
    'total', (SELECT count(*) FROM mine)
)
